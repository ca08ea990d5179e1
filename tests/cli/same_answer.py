# SPDX-License-Identifier: ISC
"""An object of the contract has the same members wherever it comes from: from
a gate that runs, from state_dir where none is to run, from the page for
everybody."""
import json
import os

import driver
from gate_fixture import GateCase, UnixConnection

# What only a gate that runs can know, or what is another thing without one.
OF_A_GATE = {"enforced", "in_force_at", "loud", "pid", "sessions", "version",
             "doors", "targets"}
# What the survey of this machine says, where a gate is to be.
OF_THIS_MACHINE = ("not_closed", "open_without_gate", "doors_unknown")
# What the page for everybody may say beside what status says.
OF_THE_PAGE = {"message", "attention"}


class SameAnswer(GateCase):

    def more(self):
        key = self.write("help.key", "h3lp\n")
        os.chmod(key, 0o600)
        return f"""
[listen.status]
address = "unix:status.sock"
key_file = "{key}"
"""

    def setUp(self):
        super().setUp()
        # The same state_dir, where no gate is to run.
        text = self.read("logongate.conf").decode()
        self.alone = self.write("alone.conf", text[:text.index("[listen.")])

    def get(self, path):
        connection = UnixConnection(self.path("run/status.sock"))
        connection.request("GET", path)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def ask(self, code, *words):
        return self.expect(code, *words, "--json").lines

    def ask_all(self):
        attempt = ["check", "--user", "alice", "--protocol", "imap"]
        return {
            "refused": self.ask(0, "refused", "--since", "1d"),
            "history": self.ask(0, "history"),
            "status": self.ask(0, "status"),
            "check": self.ask(1, *attempt),
            "check --explain": self.ask(1, *attempt, "--explain"),
            "admitted": self.ask(0, "check", "--user", "bob", "--explain"),
        }

    def test_a_gate_and_its_state_dir(self):
        profile = self.listed(more='[disable_mapi_client_processes]\nprocesses = "evil.exe"\n'
                              '[message]\nrefused = "Back %{until}."\n')
        self.expect(0, "apply", profile, "--for", "2h", "--reason", "disks")
        self.dovecot("alice")
        self.expect(0, "extend", "--for", "3h")
        self.expect(0, "apply", self.listed("later"), "--at", "+1h", "--for",
                    "1h")
        with_gate = self.ask_all()
        self.stop()
        self.environment["LOGONGATE_CONFIG"] = self.alone
        without = self.ask_all()
        self.assertEqual(with_gate["refused"][0]["rule"], "logon-only-as")
        for name, objects in with_gate.items():
            for here, there in zip(objects, without[name], strict=True):
                for member in OF_THIS_MACHINE:
                    here.pop(member, None)
                with self.subTest(name):
                    self.assertEqual(list(here), list(there))
                    for member in OF_A_GATE:
                        here.pop(member, None)
                        there.pop(member, None)
                    self.assertEqual(here, there)

    def same_page(self):
        """What the page says is what status says, as far as it says it."""
        page, status = self.get("/v1/status"), self.status()
        for said, known in [(page, status), *zip(page["locks"],
                                                 status["locks"])]:
            for name, value in said.items():
                if name not in OF_THE_PAGE | {"locks"}:
                    self.assertEqual(value, known[name], name)
        self.assertEqual(len(page["locks"]), len(status["locks"]))
        self.assertNotIn("by", page)
        self.assertNotIn("by", page["locks"][0])

    def test_the_page_for_everybody(self):
        self.expect(0, "apply", self.listed("later"), "--at", "+1h", "--for",
                    "1h", "--reason", "disks")
        self.same_page()
        self.expect(0, "apply", self.listed(), "--for", "2h")
        self.same_page()


if __name__ == "__main__":
    driver.main()
