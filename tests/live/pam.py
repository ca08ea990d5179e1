# SPDX-License-Identifier: ISC
"""pam_logongate.so in real PAM stacks (pam_wrapper and pamtester, so without
root) against a real gate: the drop-ins of src/packaging/pam, open and closed,
the gate's words, and the time limit."""
import os
import subprocess
import time
import unittest

import programs
from running_gate import Gate, listeners

MODULE = os.path.join(programs.LIB, "pam_logongate.so")
WRAPPER = "libpam_wrapper.so"
# A module with passwords of its own, in the same package.
MATRIX = os.path.join("/usr/lib", f"{os.uname().machine}-linux-gnu",
                      "pam_wrapper/pam_matrix.so")


def preload():
    """The wrapper, behind the sanitizer that the module may be built with."""
    linked = subprocess.run(["ldd", MODULE], stdout=subprocess.PIPE,
                            check=True, text=True).stdout
    found = [line.split("=>")[1].split()[0] for line in linked.splitlines()
             if "libasan" in line]
    return " ".join(found + [WRAPPER])


def has_wrapper():
    done = subprocess.run(["true"], env={"LD_PRELOAD": WRAPPER}, check=False,
                          stderr=subprocess.PIPE)
    return not done.stderr


class Pam(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gate = Gate(listen=listeners("http"), names=("tester", "other"))
        cls.addClassCleanup(cls.gate.close)
        cls.gate.start()
        cls.services = cls.gate.path("pam.d")
        os.mkdir(cls.services)

    def setUp(self):
        self.gate.lock(self.gate.profile(listed=["tester"]))

    def tearDown(self):
        self.gate.lift()

    def stack(self, name, lines=None):
        """A service of these lines, or of the drop-in of that name."""
        if lines is None:
            lines = self.gate.dropin("pam/" + name)
        lines = lines.replace("pam_logongate.so", MODULE)
        with open(os.path.join(self.services, name), "w",
                  encoding="utf-8") as file:
            file.write(lines)
        return name

    def ask(self, service, user, *items):
        started = time.monotonic()
        done = subprocess.run(
            [programs.program("pamtester"), *items, service, user,
             "acct_mgmt"],
            env={**os.environ, "LD_PRELOAD": preload(), "PAM_WRAPPER": "1",
                 "PAM_WRAPPER_SERVICE_DIR": self.services,
                 "ASAN_OPTIONS": "detect_leaks=0"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=60, check=False)
        self.seconds = time.monotonic() - started
        return done.returncode == 0, done.stdout

    def plain(self, arguments=""):
        return self.stack("plain", "account required pam_logongate.so "
                          f"socket={self.gate.socket('http')} {arguments}\n")

    def test_the_listed_get_in_and_others_read_why(self):
        service = self.plain()
        admitted, text = self.ask(service, "tester")
        self.assertTrue(admitted, text)
        admitted, text = self.ask(service, "other")
        self.assertFalse(admitted)
        self.assertIn("Closed until", text)
        self.assertIn("Permission denied", text)
        admitted, text = self.ask(service, "nobody-knows")
        self.assertFalse(admitted, text)

    def test_a_name_with_control_characters_is_no_name(self):
        """With a lock and without one, whoever is asked for it."""
        names = ("tester\x01", "\x01tester", "tester\x7f", "tester\r",
                 "tester\t", "tester\n", "tes\x1bter")
        self.gate.lift()
        for locked in (False, True):
            if locked:
                self.setUp()
            for service in (self.plain(), self.stack("logongate-open"),
                            self.stack("logongate-closed")):
                for name in names:
                    with self.subTest((locked, service, name)):
                        admitted, text = self.ask(service, name)
                        self.assertFalse(admitted, text)
                admitted, text = self.ask(service, "tester")
                self.assertTrue(admitted, text)
        # The record names nobody else.
        self.assertNotIn("tester", {line["user"] for line in
                                    self.gate.lines("refused")})

    def test_the_gate_learns_protocol_process_and_address(self):
        self.ask(self.plain("protocol=imap"), "other", "-I",
                 "rhost=192.0.2.7")
        refused = [line for line in self.gate.lines("refused")
                   if line["address"] == "192.0.2.7"]
        self.assertEqual(len(refused), 1, refused)
        self.assertEqual(refused[0]["user"], "other")
        self.assertEqual(refused[0]["protocol"], "imap")

    def test_the_drop_ins_while_the_gate_answers(self):
        for name in ("logongate-open", "logongate-closed"):
            with self.subTest(name):
                service = self.stack(name)
                admitted, text = self.ask(service, "tester")
                self.assertTrue(admitted, text)
                admitted, text = self.ask(service, "other")
                self.assertFalse(admitted, text)
                self.assertIn("Closed until", text)
                admitted, text = self.ask(service, "root")
                self.assertTrue(admitted, text)

    def down(self):
        """Each way to be down: gone, and stopped."""
        for stop, start in ((self.gate.stop, self.gate.start),
                            (self.gate.freeze, self.gate.thaw)):
            stop()
            try:
                yield stop.__name__
            finally:
                start()

    def test_the_drop_ins_while_it_does_not(self):
        for how in self.down():
            with self.subTest(how):
                admitted, text = self.ask(self.stack("logongate-open"),
                                          "other")
                self.assertTrue(admitted, text)
                admitted, text = self.ask(self.stack("logongate-closed"),
                                          "tester")
                self.assertFalse(admitted, text)
                admitted, text = self.ask(self.stack("logongate-closed"),
                                          "root")
                self.assertTrue(admitted, text)

    def test_doors_tells_which_asks_and_how(self):
        for name in ("open", "closed"):
            self.stack("mail-" + name,
                       self.gate.dropin("pam/logongate-" + name))
            # What lies there to be included is no service.
            self.stack("logongate-" + name)
        said = {way["way"]: (way["asks"], way["when_gate_is_down"])
                for way in self.gate.json("doors", "--pam",
                                          self.services)["doors"]
                if way["door"] == "pam"}
        self.assertEqual(said["mail-open"], ("yes", "open"))
        self.assertEqual(said["mail-closed"], ("yes", "closed"))
        self.assertNotIn("logongate-open", said)

    def test_doors_says_what_becomes_of_somebody_locked_out(self):
        gate = ("account required pam_logongate.so "
                f"socket={self.gate.socket('http')}\n")
        ends = os.path.join(self.services, self.stack(
            "ends-itself", "account sufficient pam_permit.so\n"))
        rows = {
            "asks": (gate, "yes", False),
            "jumps": ("account [success=1 default=ignore] pam_permit.so\n"
                      f"{gate}account required pam_permit.so\n", "no", True),
            "jumps-for-some": (
                "account [success=1 default=ignore] pam_succeed_if.so quiet "
                f"user = other\n{gate}account required pam_permit.so\n",
                "partly", True),
            "ends": (f"account sufficient pam_permit.so\n{gate}", "no", True),
            "done": ("account [default=done] pam_permit.so\n" + gate, "no",
                     True),
            "substack": (f"account substack {ends}\n{gate}", "yes",
                         False),
            "included": (f"account include {ends}\n{gate}", "no", True),
            "forgets": (f"{gate}account [default=reset] pam_permit.so\n"
                        "account required pam_permit.so\n", "partly", True),
            "elsewhere": ("account [success=ok authinfo_unavail=ignore "
                          "default=bad] pam_logongate.so socket=/none\n"
                          "account required pam_permit.so\n", "no", True),
        }
        for name, (lines, _, _) in rows.items():
            self.stack(name, lines)
        said = {way["way"]: way["asks"]
                for way in self.gate.json("doors", "--pam",
                                          self.services)["doors"]
                if way["door"] == "pam"}
        for name, (_, asks, inside) in rows.items():
            with self.subTest(name):
                admitted, text = self.ask(name, "other")
                self.assertEqual((said[name], admitted), (asks, inside), text)

    @unittest.skipIf(os.geteuid() != 0, "only root asks stacks of others")
    def test_probe_logs_on_at_each_stack(self):
        """What the stack itself says beside what the survey says."""
        secret = self.gate.write("probe.secret", "o-secret\n")
        os.chmod(secret, 0o600)
        with open(self.gate.config, encoding="utf-8") as file:
            settings = file.read()
        self.addCleanup(self.gate.write, os.path.basename(self.gate.config),
                        settings)
        self.gate.write(os.path.basename(self.gate.config), settings
                        + f'\n[probe]\nuser = "other"\n'
                          f'password_file = "{secret}"\n')
        users = self.gate.write("pam.users", "".join(
            f"other:o-secret:{name}\n"
            for name in ("imap", "pop3", "smtp", "sieve")))
        auth = f"auth required {MATRIX} passdb={users}\n"
        gate = ("account required pam_logongate.so "
                f"socket={self.gate.socket('http')}\n")
        folder, self.services = self.services, self.gate.path("probed.d")
        self.addCleanup(setattr, self, "services", folder)
        os.mkdir(self.services)
        rows = {
            "imap": (auth + gate.replace("\n", " protocol=imap\n"),
                     ("yes", "refused", True, True)),
            "pop3": (auth + "account required pam_permit.so\n",
                     ("no", "admitted", False, True)),
            # What the survey cannot know: the module says yes to this one.
            "smtp": (f"{auth}account sufficient pam_succeed_if.so quiet user "
                     f"= other\n{gate}",
                     ("partly", "admitted", False, True)),
            "sieve": ("auth required pam_deny.so\n" + gate,
                      ("yes", "wrong-password", False, None)),
        }
        for name, (lines, _) in rows.items():
            self.stack(name, lines)

        def probed(code):
            none = self.gate.path("none")
            return {way["way"]: way for way in self.gate.json(
                "doors", "--probe", "--pam", self.services,
                *(f"--{name}={none}" for name in (
                    "dovecot", "nginx", "haproxy", "postfix")),
                code=code)["doors"] if way["door"] == "pam"}

        # Somebody gets in whom the gate refuses.
        for name, way in probed(5).items():
            with self.subTest(name):
                tried = way["probe"]
                self.assertEqual(
                    (way["asks"], tried["came"], tried["gate_was_asked"],
                     tried["agrees"]), rows[name][1], way)
                self.assertTrue(tried["gate_refuses"])
        self.assertIn("Closed until", probed(5)["imap"]["probe"]["said"])
        self.gate.lift()
        self.gate.lock(self.gate.profile(refuse="imap"))
        self.assertEqual({name: (way["probe"]["gate_refuses"],
                                 way["probe"]["came"])
                          for name, way in probed(0).items()
                          if name in ("imap", "smtp")},
                         {"imap": (True, "refused"),
                          "smtp": (False, "admitted")})

    def test_no_answer_costs_the_limit_and_no_more(self):
        service = self.plain("timeout=300")
        self.gate.freeze()
        try:
            admitted, text = self.ask(service, "tester")
        finally:
            self.gate.thaw()
        self.assertFalse(admitted)
        self.assertIn("cannot retrieve authentication info", text)
        self.assertGreater(self.seconds, 0.3)
        self.assertLess(self.seconds, 5)

    def test_an_argument_that_makes_no_sense_asks_nobody(self):
        for argument in ("timeout=0", "timeout=x", "timeout=60001", "sokcet=x",
                         "protocol="):
            with self.subTest(argument):
                admitted, text = self.ask(self.plain(argument), "tester")
                self.assertFalse(admitted)
                self.assertIn("cannot retrieve authentication info", text)

    def test_a_protocol_the_gate_does_not_know_is_no_answer(self):
        admitted, text = self.ask(self.plain("protocol=xmpp"), "tester")
        self.assertFalse(admitted)
        self.assertIn("cannot retrieve authentication info", text)


if __name__ == "__main__":
    programs.require("pamtester", "ldd")
    if not has_wrapper():
        print("pam_wrapper is not installed: skipped")
        raise SystemExit(programs.SKIPPED)
    unittest.main()
