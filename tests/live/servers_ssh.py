# SPDX-License-Identifier: ISC
"""A lock on a server that is reached over ssh, beside a .reg file: OpenSSH's own
sshd and sftp-server, and behind them reg.exe: of Wine with the word "wine",
else reg_program.py, which also fails where it is told to."""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

import programs
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "testbed"))
import ssh_windows  # noqa: E402

LOGONGATE = os.path.join(programs.BIN, "logongate")
SUITE = os.path.join(programs.BUILD, "tests", "target_suite_ssh")
WINE = "wine" in sys.argv[1:]
NAME = "Disable MAPI Clients"
BEFORE = "-5.1.1"
DURING = "-5.65535.65535;7.0.0-11.65535.65535"
DENIED, PUT_BACK = 7, 6


class Case(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="lg-ssh-")
        cls.server = ssh_windows.Windows(os.path.join(cls.folder, "s"), WINE)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def setUp(self):
        for name in ("state", "run"):
            shutil.rmtree(self.path(name), ignore_errors=True)
        self.server.fresh()
        self.write("p.ini", '[profile]\ndescription = "upgrade"\n'
                   f'[disable_mapi_clients]\nversions = "{DURING}"\n')
        with open(self.path("before.reg"), "w", encoding="utf-16",
                  newline="\r\n") as file:
            file.write("Windows Registry Editor Version 5.00\n\n"
                       f'[{ssh_windows.KEY}]\n"{NAME}"="{BEFORE}"\n'
                       '"odd \\"\\\\ \u00fc"=hex(2):25,00,00,00\n')
        shutil.copy(self.path("before.reg"), self.path("ex2.reg"))
        self.settings()
        self.server.reg("import", self.path("before.reg"))
        self.assertEqual(self.server.there()[NAME], BEFORE)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def settings(self, key="key", port=None, config="ssh_shared"):
        self.write("lg.conf", f"""[gate]
state_dir = "{self.path('state')}"
run_dir = "{self.path('run')}"
[target.ex1]
dialect = exchange2003
store_version = 6.5.7651.19
backend = ssh
server = "root@127.0.0.1:{port or self.server.port}"
credentials_file = "{self.server.path(key)}"
file = "{self.server.path(config)}"
[target.ex2]
dialect = exchange2003
store_version = 6.5.7651.19
backend = regfile
file = "{self.path('ex2.reg')}"
[group.all]
members = "ex2, ex1"
""")

    def start(self, *words):
        environment = dict(os.environ, HOME=self.folder,
                           ASAN_OPTIONS="detect_leaks=0")
        environment.pop("SUDO_USER", None)
        return subprocess.Popen(
            [LOGONGATE, "--config", self.path("lg.conf"), *words],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True)

    def ended(self, process, code):
        out, self.said = process.communicate(timeout=120)
        if code is not None:
            self.assertEqual(process.returncode, code, (out, self.said))
        return out

    def logongate(self, code, *words):
        return self.ended(self.start(*words), code)

    def start_apply(self):
        return self.start("apply", self.path("p.ini"), "--for", "1h",
                          "--group", "all", "--accept-warnings")

    def there(self):
        """by hand on both: what the file has is in UTF-16"""
        with open(self.path("ex2.reg"), "rb") as file:
            text = file.read()
        encoded = f'"{NAME}"="%s"'
        return [self.server.there().get(NAME), next(
            (value for value in (BEFORE, DURING)
             if (encoded % value).encode("utf-16-le") in text
             or (encoded % value).encode() in text), None)]

    def assert_nothing_left(self):
        self.assertEqual(os.listdir(self.server.path("home")), [])


class Ssh(Case):

    def test_what_every_target_promises(self):
        """and, while it runs, a server that says nothing"""
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            self.settings(port=silent.getsockname()[1],
                          config="ssh_config")
            waiting = self.start("targets", "test", "ex1")
            self.run_suite()
            self.ended(waiting, PUT_BACK)
        self.assertIn("timed out", self.said)

    def run_suite(self):
        done = subprocess.run(
            [SUITE], env=dict(
                os.environ, ASAN_OPTIONS="detect_leaks=0",
                LG_TARGET_SERVER=f"root@127.0.0.1:{self.server.port}",
                LG_TARGET_CREDENTIALS=self.server.path("key"),
                LG_TARGET_DENIED=self.server.path("other"),
                LG_TARGET_CONFIG=self.server.path("ssh_shared"),
                LG_TARGET_DENIED_CONFIG=self.server.path("ssh_config")),
            capture_output=True, text=True, timeout=400, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assert_nothing_left()

    def test_a_lock_and_its_end(self):
        self.ended(self.start_apply(), 0)
        self.assertEqual(self.there(), [DURING, DURING])
        status = json.loads(self.logongate(0, "status", "--json"))
        self.assertEqual(sorted((t["name"], t["in_force"], t["differs"])
                                for t in status["targets"]),
                         [("ex1", True, False), ("ex2", True, False)])
        self.logongate(0, "lift")
        self.assertEqual(self.there(), [BEFORE, BEFORE])
        self.assertIn("odd \"\\ \u00fc" if WINE else "odd \\\"\\\\ \u00fc",
                      self.server.there())
        self.assert_nothing_left()

    def test_who_may_not_come_in_is_no_empty_server(self):
        self.settings(key="other", config="ssh_config")
        self.logongate(DENIED, "targets", "test", "ex1")
        self.assertIn("Permission denied", self.said)
        self.settings(config="ssh_config")
        self.assertIn(BEFORE, self.logongate(0, "targets", "test", "ex1"))
        self.server.know("other")
        self.addCleanup(self.server.know, "host")
        self.logongate(PUT_BACK, "targets", "test", "ex1")
        self.assertIn("Host key verification failed", self.said)

    def test_a_server_that_is_down(self):
        self.settings(port=programs.free_port(), config="ssh_config")
        self.ended(self.start_apply(), PUT_BACK)
        self.assertEqual(self.there(), [BEFORE, BEFORE])


@unittest.skipIf(WINE, "reg.exe of Wine fails at nothing when told")
class Told(Case):
    """reg_program.py fails where it is told to."""

    def test_a_right_that_is_missing(self):
        for flag, words in (("deny-read", "Services\\MSExchangeIS"),
                            ("deny-parameters", "ParametersSystem")):
            with self.subTest(flag=flag):
                self.server.flag(flag)
                self.addCleanup(self.server.flag, flag, False)
                self.logongate(DENIED, "targets", "test", "ex1")
                self.assertIn("Access is denied", self.said)
                self.assertIn(words, self.said)
                self.server.flag(flag, False)
        self.server.flag("deny-write")
        self.addCleanup(self.server.flag, "deny-write", False)
        self.assertIn("may NOT be changed",
                      self.logongate(DENIED, "targets", "test", "ex1"))
        self.ended(self.start_apply(), DENIED)
        self.assertEqual(self.there(), [BEFORE, BEFORE])
        self.assert_nothing_left()

    def test_a_write_that_fails_puts_both_back(self):
        self.server.flag("deny-once")
        self.ended(self.start_apply(), DENIED)
        self.assertIn("Error accessing the registry", self.said)
        self.assertEqual(self.there(), [BEFORE, BEFORE])
        self.assert_nothing_left()

    def test_killed_before_and_behind_a_write(self):
        for when in ("hold-before", "hold-after"):
            with self.subTest(when=when):
                self.server.flag(when)
                process = self.start_apply()
                held = self.server.path("held")
                programs.wait_for("the import", lambda path=held:
                                  os.path.exists(path), 90)
                process.kill()
                self.ended(process, -signal.SIGKILL)
                self.server.flag("go")
                programs.wait_for("its end", lambda path=held:
                                  not os.path.exists(path), 90)
                self.assertEqual(self.there(), [DURING, DURING])
                self.logongate(0, "recover")
                self.assertEqual(self.there(), [BEFORE, BEFORE])
                self.assertFalse(json.loads(self.logongate(
                    0, "status", "--json"))["active"])


if __name__ == "__main__":
    why = ssh_windows.missing()
    if why:
        print(f"{why} is missing: skipped")
        sys.exit(programs.SKIPPED)
    unittest.main(argv=sys.argv[:1])
