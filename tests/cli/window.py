# SPDX-License-Identifier: ISC
"""A whole window on the embedded defaults: planned, applied, asked, extended,
lifted, expired; without settings, server or gate."""
import json
import os
import signal
import subprocess
import time

import driver
from driver import DN

KEY = ("HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services"
       "\\MSExchangeIS\\ParametersSystem")


class Window(driver.Case):

    def status(self):
        return self.expect(0, "status", "--json").json

    def verdict(self, *words):
        return self.run_it("check", "--json", *words).json["verdict"]

    def test_a_window_from_plan_to_lift(self):
        profile, directory = self.listed(), self.directory()
        before = self.status()
        self.assertEqual(before["active"], False)
        self.assertEqual(before["gate"], "off")
        plan = self.expect(0, "plan", profile, directory, "--json").json
        self.assertEqual(self.status(), before, "plan changed something")
        done = self.expect(0, "apply", profile, directory, "--for", "2h",
                           "--reason", "new\x07\x07disk", "--json").json
        self.assertEqual(done["targets"][0]["values"],
                         plan["targets"][0]["values"])
        self.assertRegex(done["until"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        status = self.status()
        self.assertEqual(
            {name: status[name] for name in
             ("active", "profile", "until", "reason", "gate", "dialect",
              "sessions", "refused")},
            {"active": True, "profile": "upgrade", "until": done["until"],
             "reason": "new disk", "gate": "listed", "dialect": "gate",
             "sessions": 0, "refused": 0})
        self.assertIsInstance(status["by"], str)
        self.assertGreater(status["generation"], before["generation"])
        self.assertRegex(done["id"], r"^lg-[0-9a-f]{12}$")
        self.assertEqual((done["beside"], done["enforced"]), ([], False))
        [lock] = status["locks"]
        self.assertEqual(
            {name: lock[name] for name in
             ("id", "profile", "until", "reason", "gate", "applies_to",
              "starts", "confirm_by", "cut_at", "origin")},
            {"id": done["id"], "profile": "upgrade", "until": done["until"],
             "reason": "new disk", "gate": "listed", "applies_to": None,
             "starts": None, "confirm_by": None, "cut_at": None,
             "origin": "here"})
        self.assertEqual(set(status["targets"][0]),
                         {"name", "reachable", "in_force", "differs"})
        self.assertEqual(self.verdict("--user", "tester"), "admit")
        self.assertEqual(self.verdict("--user", "TESTER@example.org"),
                         "admit")
        self.assertEqual(self.verdict("--dn", (DN + "Tester").upper()),
                         "admit")
        self.assertEqual(self.verdict("--user", "alice"), "refuse")
        self.expect(0, "status", "--quiet")
        again = self.expect(5, "apply", profile, directory, "--for", "1h",
                            "--json").json
        self.assertEqual(again["error"]["code"], "already-in-force")
        self.expect(0, "apply", profile, directory, "--for", "1h", "--ensure")
        self.assertEqual(self.status(), status, "a refused apply changed it")
        self.expect(0, "extend", "--for", "3h")
        self.assertGreater(self.status()["until"], status["until"])
        self.expect(2, "extend", "--for", "9h")
        self.expect(2, "extend")
        self.expect(0, "lift")
        after = self.status()
        self.assertEqual((after["active"], after["gate"], after["profile"]),
                         (False, "off", None))
        self.assertEqual(self.expect(0, "registry", "show", "--json").json,
                         {"values": []})
        self.assertEqual(self.verdict("--user", "alice"), "admit")
        self.expect(1, "status", "--quiet")
        self.assertEqual(self.expect(5, "lift", "--json").json["error"]["code"],
                         "not-in-force")
        self.expect(0, "lift", "--ensure")
        self.expect(0, "lift", "--ensure", "upgrade")
        events = self.expect(0, "history", "--json").lines
        self.assertEqual([e["event"] for e in events],
                         ["apply", "extend", "lift"])
        for event in events:
            self.assertEqual(set(event), {"at", "event", "profile", "by",
                                          "reason", "result", "lock",
                                          "generation", "until", "backup"})
            self.assertEqual(event["lock"], {"id": done["id"],
                                             "profile": "upgrade"})
            self.assertEqual(event["reason"], "new disk")

    def test_a_lock_ends_by_itself(self):
        profile, directory = self.listed(), self.directory()
        self.expect(0, "apply", profile, directory, "--for", "1h")
        self.assertEqual(self.verdict("--user", "alice"), "refuse")
        # No command is so slow that it is over before it was looked at.
        self.expect(0, "extend", "--for", "1s")
        deadline = time.monotonic() + 20
        while self.status()["active"]:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.2)
        self.assertEqual(self.verdict("--user", "alice"), "admit")
        self.assertEqual(self.expect(0, "registry", "show", "--json").json,
                         {"values": []})
        # The next command that may write puts the values back.
        self.expect(0, "apply", profile, directory, "--for", "1h")
        self.expect(0, "lift")
        self.assertEqual(
            [e["event"] for e in self.expect(0, "history", "--json").lines],
            ["apply", "extend", "expire", "apply", "lift"])

    def test_several_locks_at_once(self):
        """each with its own end, lifted by name, id or all"""
        directory = self.directory()
        upgrade = self.listed()
        clients = self.profile("clients", """[profile]
max_duration = "14d"
[disable_mapi_clients]
versions = "-12.0.0"
allow_system_block = yes
[message]
refused = "Old client, until %{until}"
""")
        before = self.expect(0, "registry", "show").out
        first = self.expect(0, "apply", clients, "--for", "7d", "--json").json
        second = self.expect(0, "apply", upgrade, directory, "--for", "1h",
                             "--json").json
        self.assertEqual(second["beside"], [first["id"]])
        plan = self.expect(0, "plan", upgrade, directory, "--json").json
        self.assertEqual((plan["id"], sorted(plan["beside"])),
                         (None, sorted([first["id"], second["id"]])))
        self.assertIn("clients (" + first["id"],
                      self.expect(0, "plan", upgrade, directory).out)
        status = self.status()
        self.assertEqual({lock["profile"] for lock in status["locks"]},
                         {"upgrade", "clients"})
        # outside stand those of the one that ends last
        self.assertEqual((status["profile"], status["until"], status["gate"]),
                         ("clients", first["until"], "listed"))
        out = self.expect(0, "status").out
        self.assertIn("locked, 2 locks", out)
        self.assertIn(first["id"], out)
        self.assertIn("no gate runs here", out.splitlines()[0])
        # whom both refuse is told the later end
        both = self.expect(1, "check", "--user", "alice", "--protocol", "mapi",
                           "--client-version", "11.0.0", "--json",
                           "--explain").json
        self.assertEqual(both["lock"], {"id": first["id"],
                                        "profile": "clients"})
        self.assertIn("Old client", both["message"])
        self.assertEqual({rule["lock"]["profile"] for rule in both["rules"]
                          if "lock" in rule}, {"upgrade", "clients"})
        one = self.expect(1, "check", "--user", "alice", "--json").json
        self.assertEqual(one["lock"]["id"], second["id"])
        # what all of it comes to
        values = {v["name"]: v["data"] for v in self.expect(
            0, "registry", "show", "--json").json["values"]}
        self.assertEqual(values["Disable MAPI Clients"], "-12.0.0")
        self.assertIn("Logon Only As", values)
        for words in (("lift",), ("extend", "--for", "2h"),
                      ("lift", "nobody"), ("extend", "nobody", "--for", "1h")):
            done = self.expect(5, *words, "--json").json
            self.assertEqual(done["error"]["code"],
                             "not-in-force" if "nobody" in words
                             else "ambiguous-lock")
        for words in ("lift",), ("lift", "upgrad"):
            listing = self.expect(5, *words).err
            for name in ("upgrade", first["id"], second["id"]):
                self.assertIn(name, listing)
        self.assertEqual(self.status(), status)
        # as apply takes it
        for name in "upgrade", "upgrade.ini", "./upgrade", upgrade:
            self.expect(0, "extend", name, "--for", "2h")
        self.expect(2, "lift", "upgrade", "--all")
        lifted = self.expect(0, "lift", second["id"], "--json").json
        self.assertEqual(lifted["lifted"], [second["id"]])
        self.expect(0, "check", "--user", "alice")
        self.expect(0, "apply", upgrade, directory, "--for", "1h")
        lifted = self.expect(0, "lift", "--all", "--json").json
        self.assertEqual(len(lifted["lifted"]), 2)
        self.assertEqual(self.expect(0, "registry", "show").out, before)
        self.assertEqual(self.status()["locks"], [])

    def test_the_same_profile_with_other_variables_is_another_lock(self):
        text = """[profile]
variables = "who"
max_duration = "8h"
[logon_only_as]
when_invalid = closed
allow.1 = "/o=Org/ou=Site/cn=Recipients/cn=%{who}"
"""
        profile, directory = self.profile("one", text), self.directory()
        for who in ("tester", "postmaster"):
            self.expect(0, "apply", profile, directory, "--for", "1h", "--set",
                        "who=" + who)
        self.expect(5, "apply", profile, directory, "--for", "1h", "--set",
                    "who=tester")
        # on both lists is nobody
        self.assertEqual(self.verdict("--user", "tester"), "refuse")
        done = self.expect(5, "lift", "one", "--json").json
        self.assertEqual(done["error"]["code"], "ambiguous-lock")
        self.expect(0, "lift", "--all")

    def test_in_place_of_what_was_set_by_hand(self):
        hand = self.write("hand.reg", "Windows Registry Editor Version 5.00\n"
                          "\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet"
                          "\\Services\\MSExchangeIS\\ParametersSystem]\n"
                          '"Disable MAPI Clients"="-12.0.0"\n\n')
        self.expect(0, "registry", "import", hand)
        old = ("--user", "tester", "--protocol", "mapi", "--client-version",
               "11.0.0")
        profile, directory = self.listed(), self.directory()
        for words, verdict in ((), "refuse"), (("--replace",), "admit"):
            self.expect(0, "apply", profile, directory, "--for", "1h", *words)
            self.assertEqual(self.verdict(*old), verdict)
            self.expect(0, "lift")
            refused = self.expect(1, "check", *old, "--json").json
            # the standing values are no lock
            self.assertIsNone(refused["lock"])

    def test_a_lift_tells_of_mail_that_stays_held(self):
        for more in ("[mail]\nhold = yes\n", ""):
            profile = self.listed(more=more)
            self.expect(0, "apply", profile, self.directory(), "--for", "1h")
            done = self.expect(0, "lift")
            self.assertEqual("postsuper -H ALL" in done.out, bool(more))

    def test_without_a_confirm_it_lifts(self):
        profile, directory = self.listed(), self.directory()
        self.expect(0, "apply", profile, directory, "--for", "1h",
                    "--confirm-within", "4s")
        self.assertTrue(self.status()["active"])
        deadline = time.monotonic() + 20
        while self.status()["active"]:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.2)
        self.expect(0, "apply", profile, directory, "--for", "1h",
                    "--confirm-within", "1h")
        self.expect(0, "confirm")
        self.assertTrue(self.status()["active"])
        self.expect(5, "confirm")
        self.expect(0, "lift")

    def test_a_lock_may_begin_later(self):
        profile, directory = self.listed(), self.directory()
        begins = time.time() + 3600
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begins))
        done = self.expect(0, "apply", profile, directory, "--for", "1h",
                           "--at", at, "--json").json
        self.assertEqual(done["until"], time.strftime(
            "%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(begins) + 3600)))
        status = self.status()
        self.assertFalse(status["active"])
        [lock] = status["locks"]
        self.assertEqual((lock["since"], lock["starts"], status["starts"]),
                         (None, at, at))
        self.assertEqual(self.verdict("--user", "alice"), "admit")
        self.expect(0, "lift")

    def test_a_lock_begins_over_a_list_that_was_damaged(self):
        profile, directory = self.listed(), self.directory()
        standing = self.write(
            "standing.reg", "Windows Registry Editor Version 5.00\n\n"
            "[" + KEY + "]\n"
            '"Logon Only As"=hex(7):%s,00,00,00,00\n' % ",".join(
                f"{byte:02x}" for byte in
                (DN + "postmaster").encode("utf-16-le")))
        self.expect(0, "registry", "import", standing, directory)
        state = self.path("state/logongate")
        begins = time.time() + 4
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begins))
        self.expect(0, "apply", profile, directory, "--for", "1h",
                    "--at", at, "--accept-warnings")
        findings = os.path.join(state, "findings")
        with open(findings, "r+b") as file:
            file.truncate(os.path.getsize(findings) // 2)
        time.sleep(max(0, begins - time.time()))
        done = self.expect(0, "status")
        self.assertIn("findings cannot be trusted", done.out)
        self.assertIn("locked\n", done.out)
        self.expect(0, "lift", "--force")
        self.assertFalse(self.status()["active"])

    def test_what_was_there_before_comes_back(self):
        hand = self.write("hand.reg", "Windows Registry Editor Version 5.00\n"
                          "\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet"
                          "\\Services\\MSExchangeIS\\ParametersSystem]\n"
                          '"Disable MAPI Clients"="-5.9.9"\n'
                          '"Somebody\'s Own"=dword:0000002a\n\n')
        self.expect(0, "registry", "import", hand)
        before = self.expect(0, "registry", "show", "--json").json
        self.assertEqual({(v["name"], v["type"], v["data"])
                          for v in before["values"]},
                         {("Disable MAPI Clients", "REG_SZ", "-5.9.9"),
                          ("Somebody's Own", "REG_DWORD", 42)})
        profile, directory = self.listed(
            more='[disable_mapi_clients]\nversions = "-12.0.0"\n'
                 'allow_system_block = yes\n'), self.directory()
        plan = self.expect(0, "plan", profile, directory, "--json").json
        was = {v["name"]: v["before"] for v in plan["targets"][0]["values"]}
        self.assertEqual(was["Disable MAPI Clients"], "-5.9.9")
        self.assertIsNone(was["Logon Only As"])
        self.expect(0, "apply", profile, directory, "--for", "1h")
        self.expect(5, "registry", "import", hand)
        self.expect(0, "lift")
        self.assertEqual(self.expect(0, "registry", "show", "--json").json,
                         before)
        self.expect(0, "registry", "diff", hand)
        exported = self.path("out.reg")
        self.expect(0, "registry", "export", exported)
        self.assertTrue(self.read("out.reg").startswith(b"\xff\xfeW\0i\0"))
        self.expect(0, "registry", "diff", exported)
        backups = sorted(os.listdir(
            self.path("state/logongate/backups")))
        self.assertTrue(backups)

    def test_an_import_is_the_way_out_where_every_copy_is_damaged(self):
        """also of no value at all"""
        empty = self.write("empty.reg", "Windows Registry Editor Version 5.00"
                           "\n\n")
        hand = self.write("hand.reg", "Windows Registry Editor Version 5.00\n"
                          f"\n[{KEY}]\n" '"Refuse Protocols"="imap"\n\n')
        for file, code in ((empty, 0), (hand, 1)):
            self.expect(0, "registry", "import", hand)
            for name in "registry.reg", "registry.good.reg":
                self.write("state/logongate/" + name, "damaged")
            self.expect(3, "registry", "show")
            self.expect(0, "registry", "import", file)
            self.expect(0, "registry", "diff", file)
            self.expect(code, "check", "--user", "alice", "--protocol", "imap")

    def test_values_under_the_other_key_count_and_are_told(self):
        text = ("Windows Registry Editor Version 5.00\n\n"
                "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\"
                "Services\\MSExchangeIS]\n"
                '"Disable MAPI Clients"="-5.1.1"\n\n')
        for data in (text.encode(), b"\xff\xfe" + text.replace(
                "\n", "\r\n").encode("utf-16-le")):
            path = self.path("other.reg")
            with open(path, "wb") as file:
                file.write(data)
            done = self.expect(0, "registry", "import", path)
            self.assertIn("ParametersSystem", done.err)
            self.expect(1, "check", "--client-version", "5.0.1.1",
                        "--protocol", "mapi")

    def test_run_lifts_however_the_command_ends(self):
        profile, directory = self.listed(), self.directory()
        base = ("run", profile, directory, "--for", "1h", "--")
        done = self.expect(0, *base, driver.LOGONGATE, "status", "--json")
        self.assertTrue(json.loads(done.out)["active"])
        self.assertFalse(self.status()["active"])
        self.expect(7, *base, "sh", "-c", "exit 7")
        self.expect(127, *base, "no-such-command-anywhere")
        self.expect(128 + signal.SIGKILL, *base, "sh", "-c", "kill -9 $$")
        self.assertFalse(self.status()["active"])
        self.expect(2, "run", profile, directory, "--for", "1h")
        # Without an end it takes max_duration; without either it is usage.
        self.expect(0, "run", profile, directory, "--", "true")
        endless = self.profile("endless", """[logon_only_as]
when_invalid = closed
allow.1 = "%spostmaster"
""" % DN)
        self.expect(2, "run", endless, directory, "--", "true")

    def test_run_lifts_its_own_lock_and_no_other(self):
        profile, directory = self.listed(), self.directory()
        other = self.profile("other", """[profile]
max_duration = "8h"
[protocols]
refuse = "pop3"
""")
        self.expect(0, "apply", other, "--for", "1h")
        self.expect(0, "run", profile, directory, "--for", "1h", "--", "true")
        self.assertEqual([lock["profile"] for lock in self.status()["locks"]],
                         ["other"])
        # also where somebody lifted it meanwhile, and applied it again
        self.expect(0, "run", profile, directory, "--for", "1h", "--", "sh",
                    "-c", f"{driver.LOGONGATE} lift upgrade; "
                    f"{driver.LOGONGATE} apply {profile} {directory} "
                    "--for 1h")
        self.assertEqual({lock["profile"] for lock in self.status()["locks"]},
                         {"other", "upgrade"})

    def test_run_hands_signals_on(self):
        profile, directory = self.listed(), self.directory()
        ready = self.path("ready")
        process = subprocess.Popen(
            [driver.LOGONGATE, "run", profile, directory, "--for", "1h", "--",
             "sh", "-c", f"trap 'exit 9' TERM; touch {ready}; "
             "while :; do sleep 0.1; done"],
            cwd=self.folder, env=self.environment)
        self.addCleanup(process.kill)
        deadline = time.monotonic() + 20
        while not os.path.exists(ready):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        self.assertTrue(self.status()["active"])
        process.terminate()
        self.assertEqual(process.wait(timeout=20), 9)
        self.assertFalse(self.status()["active"])

    def test_two_commands_do_not_write_at_once(self):
        profile, directory = self.listed(), self.directory()
        started = [subprocess.Popen(
            [driver.LOGONGATE, "apply", profile, directory, "--for", "1h"],
            cwd=self.folder, env=self.environment,
            stderr=subprocess.DEVNULL) for _ in range(4)]
        codes = sorted(process.wait(timeout=60) for process in started)
        self.assertEqual(codes.count(0), 1, codes)
        self.assertTrue(set(codes) <= {0, 5, 6}, codes)
        self.assertTrue(self.status()["active"])

    def test_without_sessions_there_is_nothing_to_cut(self):
        self.assertEqual(self.expect(0, "sessions", "--json").out, "")
        self.expect(8, "cut", "--all")
        self.expect(2, "cut")
        self.expect(2, "cut", "--all", "--user", "bob")
        self.assertEqual(self.expect(0, "refused", "--json").out, "")
        self.expect(2, "refused", "--by", "weather")
        self.expect(2, "refused", "--since", "yesterday")


if __name__ == "__main__":
    driver.main()
