# SPDX-License-Identifier: ISC
"""A lock on a server that is reached over SMB: an smbd stands for Exchange
2003. Samba's own net is asked what is there before, meanwhile and after."""
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "testbed"))
import dovecot_fixture  # noqa: E402
import programs  # noqa: E402
import smbd  # noqa: E402

BIN = os.environ["LOGONGATE_BIN_DIR"]
LOGONGATE = os.path.join(BIN, "logongate")
SHIM = os.path.join(os.environ["LOGONGATE_BUILD_DIR"], "tests",
                    "svcshim.so")
DN = "/o=Org/ou=Site/cn=Recipients/cn="
NAME = "Disable MAPI Clients"
BEFORE = "-5.1.1"
DURING = "-5.65535.65535;7.0.0-11.65535.65535"
# A service that starts when nobody holds it any more: a command waits 20 s.
HELD = """#!/bin/sh
s=$(readlink -f "$0").state
case $1 in
start) for i in $(seq 150); do [ -e "$s.hold" ] && sleep 0.1; done
	echo running > "$s" ;;
stop) echo stopped > "$s" ;;
status) grep -q running "$s" 2>/dev/null ;;
esac
"""


class Fleet(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="lg-fleet-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.server = smbd.Smbd(os.path.join(self.folder, "s"), shim=SHIM)
        self.addCleanup(self.server.stop)
        key = smbd.KEY.replace(smbd.HIVE, "HKLM")
        self.server.net("registry", "createkey", key)
        self.server.net("registry", "--", "setvalue", key, NAME, "sz", BEFORE)
        self.write("p.ini", '[profile]\ndescription = "upgrade"\n'
                   f'[disable_mapi_clients]\nversions = "{DURING}"\n')
        self.settings()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def settings(self, credentials=None, restart="yes", more=""):
        self.write("lg.conf", f"""[gate]
state_dir = "{self.path('state')}"
run_dir = "{self.path('run')}"
[target.ex1]
dialect = exchange2003
store_version = 6.5.7651.19
backend = winreg
server = "127.0.0.1:{self.server.port}"
credentials_file = "{credentials or self.server.credentials}"
restart = {restart}
{more}
""")

    def logongate(self, code, *words):
        environment = dict(os.environ, HOME=self.folder,
                           ASAN_OPTIONS="detect_leaks=0")
        environment.pop("SUDO_USER", None)
        done = subprocess.run(
            [LOGONGATE, "--config", self.path("lg.conf"), *words],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            timeout=120, check=False)
        if code is not None:
            self.assertEqual(done.returncode, code,
                             (words, done.stdout, done.stderr))
        self.said = done.stderr.decode()
        return done.stdout.decode()

    def apply(self, code=0):
        return self.logongate(code, "apply", self.path("p.ini"), "--for", "1h",
                              "--target", "ex1", "--accept-warnings")

    def there(self):
        return self.server.net("registry", "getvalue",
                               smbd.KEY.replace(smbd.HIVE, "HKLM"),
                               NAME).decode()


    def test_a_lock_and_its_end(self):
        test = json.loads(self.logongate(0, "targets", "test", "ex1",
                                         "--json"))
        self.assertIn(BEFORE, json.dumps(test))
        self.assertIn(BEFORE, self.there())
        self.apply()
        self.assertIn(DURING, self.there())
        status = json.loads(self.logongate(0, "status", "--json"))
        self.assertEqual([(t["name"], t["in_force"], t["differs"])
                          for t in status["targets"]],
                         [("ex1", True, False)])
        self.logongate(0, "lift")
        self.assertIn(BEFORE, self.there())
        self.assertNotIn(DURING, self.there())

    def test_three_servers_of_three_generations(self):
        """one command locks them, net sees it, the gate refuses; one command
        releases them, to what was there before"""
        second = smbd.Smbd(os.path.join(self.folder, "s2"), shim=SHIM)
        self.addCleanup(second.stop)
        key = smbd.KEY.replace(smbd.HIVE, "HKLM")
        second.net("registry", "createkey", key)
        with open(self.path("people.ldif"), "w", encoding="utf-8") as file:
            for name in ("anna", "bob", "eve"):
                file.write(f"dn: cn={name},dc=org\nobjectClass: user\n"
                           f"cn: {name}\nmail: {name}@example.org\n"
                           f"legacyExchangeDN: {DN}{name}\n\n")
        with open(self.path("lg.conf"), "a", encoding="utf-8") as file:
            file.write(f"""[directory]
uri = "ldif:{self.path('people.ldif')}"
[target.ex2]
dialect = exchange2000
backend = winreg
server = "127.0.0.1:{second.port}"
credentials_file = "{second.credentials}"
restart = yes
[target.here]
backend = gate
[group.all]
members = "ex1, ex2, here"
""")
        self.write("p.ini", f'''[profile]
accept = "unsupported-by-dialect, companion-unknown"
[logon_only_as]
when_invalid = open
allow.1 = "{DN}anna"
allow.2 = "{DN}bob"
single = "{DN}anna"
[disable_mapi_clients]
versions = "{DURING}"
''')

        def eve():
            return json.loads(self.logongate(None, "check", "--user",
                                             "eve@example.org",
                                             "--json"))["verdict"]

        def names():
            return second.net("registry", "enumerate", key).decode()

        self.logongate(0, "apply", self.path("p.ini"), "--for", "1h",
                       "--group", "all", "--skip-unsupported",
                       "--accept-warnings")
        self.assertIn(DURING, self.there())
        self.assertIn(DN + "anna", second.net("registry", "getvalue", key,
                                              "Logon Only As").decode())
        self.assertEqual(eve(), "refuse")
        status = json.loads(self.logongate(0, "status", "--json"))
        self.assertEqual({(t["name"], t["in_force"])
                          for t in status["targets"]},
                         {("ex1", True), ("ex2", True), ("here", True)})
        self.logongate(0, "lift")
        self.assertIn(BEFORE, self.there())
        self.assertNotIn("Logon Only As", names())
        self.assertEqual(eve(), "admit")

    def probing(self, dialect, restart):
        """Settings of one server with a test account at a Dovecot that knows
        nothing of any lock."""
        dovecot = dovecot_fixture.Dovecot({"eve": "eve-pw"})
        dovecot.__enter__()
        self.addCleanup(dovecot.__exit__, None, None, None)
        self.write("eve", f"url = imap://127.0.0.1:{dovecot.imap_port}\n"
                   "username = eve\npassword = eve-pw\nexpect = refuse\n"
                   "tls = none\n")
        os.chmod(self.path("eve"), 0o600)
        self.write("p.ini", f'''[profile]
accept = "unsupported-by-dialect, companion-unknown"
[logon_only_as]
when_invalid = closed
single = "{DN}anna"
allow.1 = "{DN}anna"
[disable_mapi_clients]
versions = "{DURING}"
''')
        self.write("people.ldif", "dn: cn=anna,dc=org\nobjectClass: user\n"
                   f"cn: anna\nlegacyExchangeDN: {DN}anna\n\n")
        self.write("lg.conf", f"""[gate]
state_dir = "{self.path('state')}"
run_dir = "{self.path('run')}"
[directory]
uri = "ldif:{self.path('people.ldif')}"
[target.ex1]
dialect = {dialect}
store_version = 6.5.7651.19
backend = winreg
server = "127.0.0.1:{self.server.port}"
credentials_file = "{self.server.credentials}"
restart = {restart}
probe = "{self.path('eve')}"
""")

    def settings_without_probe(self):
        with open(self.path("lg.conf"), encoding="utf-8") as file:
            lines = [line for line in file if not line.startswith("probe")]
        self.write("lg.conf", "".join(lines))

    def test_a_test_account_that_gets_in_undoes_a_lock_that_is_in_force(self):
        """after the restart it is in force, and tried"""
        for dialect in ("exchange2000", "exchange2003"):
            with self.subTest(dialect=dialect):
                self.probing(dialect, "yes")
                self.logongate(6, "apply", self.path("p.ini"), "--for", "1h",
                               "--target", "ex1", "--accept-warnings",
                               "--skip-unsupported")
                self.assertIn("eve gets in and should not", self.said)
                self.assertIn(BEFORE, self.there())
                self.assertFalse(json.loads(
                    self.logongate(0, "status", "--json"))["active"])

    def test_what_is_not_in_force_yet_is_said_and_not_tried(self):
        """at a restart by hand, at the next poll"""
        for dialect, restart, word, by in (
                ("exchange2000", "no", "when you restart its store", False),
                ("exchange2003", "no", "at its next poll, within", True)):
            with self.subTest(dialect=dialect):
                self.probing(dialect, restart)
                words = ("apply", self.path("p.ini"), "--for", "1h",
                         "--target", "ex1", "--accept-warnings",
                         "--skip-unsupported")
                said = self.logongate(0, *words).splitlines()
                [line] = [one for one in said if one.startswith("ex1: ")]
                self.assertIn(word, line)
                self.assertIn("1 test account (probe)", line)
                self.logongate(0, "lift")
                [target] = json.loads(self.logongate(
                    0, *words, "--json"))["targets"]
                self.assertIn(word, target["untested"])
                self.assertEqual(target["in_force_by"] is not None, by)
                self.logongate(0, "lift")

    def words(self, *more):
        return ("apply", self.path("p.ini"), "--for", "1h", "--target", "ex1",
                "--accept-warnings", "--skip-unsupported", *more)

    def target(self):
        [target] = json.loads(self.logongate(0, "status",
                                             "--json"))["targets"]
        return target

    def test_a_polled_store_that_is_stopped(self):
        """its values are written, and nobody reads them: said by every
        command, and no failure"""
        self.settings(restart="no")
        said = "MSExchangeIS is not running; the values count when it starts"
        self.server.set_service("stopped")
        self.assertIn("the service is stopped",
                      self.logongate(0, "targets", "test", "ex1"))
        line = [one for one in self.logongate(0, *self.words()).splitlines()
                if one.startswith("ex1: ")]
        self.assertEqual(line, [f"ex1: {said}; no logon was tried"])
        self.assertIn(DURING, self.there())
        target = self.target()
        self.assertEqual((target["in_force"], target["service"],
                          target["in_force_by"], target["note"]),
                         (True, "stopped", None, said))
        status = self.logongate(0, "status")
        self.assertIn("its store does not read it now", status)
        self.assertIn(said, status)
        self.logongate(0, "lift")
        self.assertIn(f"ex1: {said}", self.said)
        self.assertIn(BEFORE, self.there())
        [target] = json.loads(self.logongate(
            0, *self.words("--json")))["targets"]
        self.assertEqual((target["untested"], target["service"],
                          target["in_force_by"]),
                         (f"{said}; no logon was tried", "stopped", None))
        self.server.set_service("running")
        self.assertEqual(self.target()["service"], "running")
        self.assertIn("at its next poll", self.logongate(0, "status"))
        self.logongate(0, "lift")
        self.assertNotIn("MSExchangeIS", self.said)
        self.server.set_service("stopped")
        self.logongate(0, "run", *self.words()[1:], "--", "/bin/true")
        self.assertEqual(self.said.count(f"ex1: {said}"), 2)
        self.assertEqual(self.server.service_state(), "stopped")

    def test_a_store_that_somebody_stopped_stays_stopped(self):
        """restart = yes is for one that runs: neither apply nor lift starts
        what an administrator stopped or paused; no logon is tried there"""
        self.probing("exchange2000", "yes")
        for state, words in (
                ("stopped", "MSExchangeIS is not running; the values count "
                 "when it starts"),
                ("7", "MSExchangeIS is paused, not running; the values count "
                 "when it is restarted")):
            with self.subTest(state=state):
                self.server.set_service(state)
                line = [one for one in
                        self.logongate(0, *self.words()).splitlines()
                        if one.startswith("ex1: ")]
                self.assertEqual(line, [
                    f"ex1: {words}; no logon was tried, nor that of its 1 "
                    "test account (probe)"])
                self.assertEqual(self.server.service_state(), state)
                self.logongate(0, "lift")
                self.assertIn(f"ex1: {words}", self.said)
                self.assertEqual(self.server.service_state(), state)
                self.assertIn(BEFORE, self.there())

    def test_a_store_that_somebody_stopped_under_a_lock(self):
        """a lift leaves it stopped; one that was started is restarted"""
        self.probing("exchange2000", "yes")
        self.settings_without_probe()
        log = os.path.join(self.server.folder, "svcctl", "MSExchangeIS.log")
        for before, after in (("running", "stopped"), ("stopped", "running")):
            self.server.set_service(before)
            self.logongate(0, *self.words())
            self.server.set_service(after)
            os.remove(log)
            self.logongate(0, "lift")
            self.assertEqual(self.server.service_state(), after)
            with open(log, encoding="utf-8") as file:
                verbs = [line.split()[1] for line in file]
            self.assertEqual([v for v in verbs if v != "status"],
                             ["stop", "start"] if after == "running" else [])

    def test_services_stand_still_while_a_lock_is_on(self):
        """those that ran run again, one that stood stays; with two locks until
        the last, and whatever the settings say by then"""
        self.settings(more='stop_services = "Spooly"')
        self.write("o.ini", '[profile]\ndescription = "other"\n'
                   '[disable_mapi_clients]\nversions = "12.0.0-13.0.0"\n')
        self.server.set_service("running", "Spooly")
        # No gate here ends it: that is to be accepted.
        plan = json.loads(self.logongate(
            5, "plan", self.path("p.ini"), "--target", "ex1", "--for", "1h",
            "--json"))
        [value] = [v for v in plan["targets"][0]["values"]
                   if v["name"] == "Spooly"]
        self.assertEqual((value["data"], value["before"]),
                         ("stopped", "running"))
        self.apply()
        self.assertEqual(self.server.service_state("Spooly"), "stopped")
        self.logongate(0, "apply", self.path("o.ini"), "--for", "1h",
                       "--target", "ex1", "--accept-warnings")
        self.logongate(0, "lift", "p")
        self.assertEqual(self.server.service_state("Spooly"), "stopped")
        # what the settings say now is of no account
        self.settings()
        self.logongate(0, "lift", "o")
        self.assertEqual(self.server.service_state("Spooly"), "running")
        self.assertEqual(self.server.service_state(), "running")
        self.assertIn(BEFORE, self.there())
        # one that stood before is not started
        self.settings(more='stop_services = "Spooly"', restart="no")
        self.server.set_service("stopped", "Spooly")
        self.apply()
        self.logongate(0, "lift")
        self.assertEqual(self.server.service_state("Spooly"), "stopped")
        self.settings(more='stop_services = "Nobody"')
        self.apply(5)
        self.assertIn("has no service Nobody", self.said)
        self.assertIn(BEFORE, self.there())

    @contextlib.contextmanager
    def held(self):
        """Nobody starts the service meanwhile."""
        self.server.service_script("MSExchangeIS", HELD)
        path = os.path.join(self.server.folder, "svcctl",
                            "MSExchangeIS.state.hold")
        with open(path, "w", encoding="utf-8"):
            pass
        try:
            yield
        finally:
            os.unlink(path)

    def restarting(self):
        """Whether the last change in the journal is in a restart."""
        try:
            with open(self.path("state/fleet.jsonl"), encoding="utf-8") as f:
                steps = [json.loads(line).get("step") for line in f]
        except (FileNotFoundError, ValueError):
            return False
        return "restarting" in steps and "tested" not in steps

    def test_status_while_a_command_is_at_it_and_after_its_death(self):
        """who changes the servers is said; once it is killed, that the change
        was interrupted"""
        self.probing("exchange2000", "yes")
        self.settings_without_probe()
        with self.held():
            self.changed_meanwhile()
        status = json.loads(self.logongate(0, "status", "--json"))
        self.assertIsNone(status["changing"])
        self.assertEqual(status["interrupted"]["profile"], "p")
        self.assertIn("recover", json.dumps(status["loud"]))
        said = self.logongate(0, "status")
        self.assertIn("left half-way", said)
        self.logongate(0, "recover")
        self.assertIn(BEFORE, self.there())
        self.assertIn("no lock", self.logongate(0, "status"))
        [row] = [json.loads(line) for line in
                 self.logongate(0, "history", "--json").splitlines()]
        self.assertEqual((row["event"], row["result"], row["target"]),
                         ("lift", "undone", "ex1"))

    def applying(self, **more):
        """An apply that goes on."""
        return subprocess.Popen(
            [LOGONGATE, "--config", self.path("lg.conf"), "apply",
             self.path("p.ini"), "--for", "1h", "--target", "ex1",
             "--accept-warnings", "--skip-unsupported"],
            env=dict(os.environ, HOME=self.folder,
                     ASAN_OPTIONS="detect_leaks=0"),
            stdout=subprocess.DEVNULL, **more)

    def changed_meanwhile(self):
        """What others are told while an apply restarts; it is killed then."""
        process = self.applying(stderr=subprocess.DEVNULL)
        try:
            programs.wait_for("the restart", self.restarting, 60)
            status = json.loads(self.logongate(0, "status", "--json"))
            self.assertEqual(status["changing"]["pid"], process.pid)
            self.assertEqual(status["changing"]["command"], "apply")
            self.assertTrue(status["changing"]["by"])
            self.assertTrue(status["changing"]["since"])
            self.assertIsNone(status["interrupted"])
            self.assertFalse(status["active"])
            self.assertNotIn("recover", json.dumps(status["loud"]))
            [target] = status["targets"]
            self.assertEqual(target["step"], "restarting")
            self.assertFalse(target["differs"])
            said = self.logongate(0, "status")
            self.assertIn("being changed right now by logongate apply of",
                          said)
            self.assertIn(f"process {process.pid}", said)
            self.assertNotIn("recover", said)
            self.logongate(6, "recover")
            self.assertIn(f"process {process.pid}", self.said)
            self.logongate(6, "apply", self.path("p.ini"), "--for", "1h",
                           "--target", "ex1", "--accept-warnings",
                           "--skip-unsupported")
            self.assertIn(f"process {process.pid}", self.said)
        finally:
            process.kill()
            process.wait()

    def test_stopped_by_the_terminal(self):
        """Ctrl-C reaches the helper, too: the change ends, and is put back"""
        self.probing("exchange2000", "yes")
        self.settings_without_probe()
        with self.held():
            process = self.applying(start_new_session=True,
                                    stderr=subprocess.PIPE)
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            programs.wait_for("the restart", self.restarting, 60)
            os.killpg(process.pid, signal.SIGINT)
        said = process.communicate(timeout=90)[1].decode()
        self.assertEqual(process.returncode, 6, said)
        self.assertIn("stopped by a signal", said)
        self.assertIn("earlier values again", said)
        self.assertIn(BEFORE, self.there())
        status = json.loads(self.logongate(0, "status", "--json"))
        self.assertIsNone(status["interrupted"])
        self.assertFalse(status["active"])

    def test_the_registry_of_a_server(self):
        """import and restore are seen by net; a lock refuses them"""
        self.write("in.reg", "Windows Registry Editor Version 5.00\n\n"
                   f'[{smbd.KEY}]\n"{NAME}"="-5.9.9"\n\n')
        self.logongate(0, "registry", "import", self.path("in.reg"),
                       "--target", "ex1")
        self.assertIn("-5.9.9", self.there())
        [backup] = os.listdir(self.path("state/backups"))
        self.logongate(0, "registry", "restore", backup, "--target", "ex1")
        self.assertIn(BEFORE, self.there())
        self.apply()
        self.logongate(5, "registry", "import", self.path("in.reg"),
                       "--target", "ex1")
        self.assertIn(DURING, self.there())
        self.logongate(0, "lift")

    def test_a_wrong_password_is_found_before_anything_is_written(self):
        wrong = self.server.write_credentials("wrong", "wrong")
        with open(wrong, "w", encoding="utf-8") as file:
            file.write("username = root\npassword = wrong\n")
        self.settings(credentials=wrong)
        self.apply(code=7)
        self.assertIn("ex1", self.said)
        self.assertIn(wrong, self.said)
        self.assertIn(BEFORE, self.there())
        os.chmod(wrong, 0o644)
        self.apply(code=3)
        self.assertIn(wrong, self.said)

    def test_a_server_that_is_down_writes_nothing(self):
        self.server.stop()
        self.apply(code=6)
        self.assertIn(f"port {self.server.port}", self.said)


if __name__ == "__main__":
    lacking = smbd.missing()
    if not lacking and not os.path.exists(
            os.path.join(BIN, "logongate-winreg")):
        lacking = "logongate-winreg (no libsmbclient when it was built)"
    dovecot_fixture.require("dovecot")
    if lacking:
        print(f"skipped: {lacking}")
        sys.exit(77)
    result = unittest.main(exit=False).result
    sys.exit(0 if result.wasSuccessful() else 1)
