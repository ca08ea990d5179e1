# SPDX-License-Identifier: ISC
"""logongate killed at every step of an apply and of a lift over three servers:
an smbd as Exchange 2000 whose store is restarted, a hive, a .reg file; and the
gate of this machine. Afterwards recover leaves all old or all new, and the
journal said which. Samba's net reads what the smbd holds."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "testbed"))
import smbd  # noqa: E402

BIN = os.environ["LOGONGATE_BIN_DIR"]
BUILD = os.environ["LOGONGATE_BUILD_DIR"]
LOGONGATE = os.path.join(BIN, "logongate")
KILLSHIM = os.path.join(BUILD, "tests", "killshim.so")
MKHIVE = os.path.join(HERE, "..", "contract", "mkhive.py")
KEY = smbd.KEY.replace(smbd.HIVE, "HKLM")
DN = "/o=Org/ou=Site/cn=Recipients/cn="
NAME = "Logon Only As"
BEFORE = DN + "set-by-hand"
FEWEST = 25  # steps of an apply: else the shim saw nothing


class Crash(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="lg-crash-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.server = smbd.Smbd(self.path("s"), shim=os.path.join(
            BUILD, "tests", "svcshim.so"))
        self.addCleanup(self.server.stop)
        self.server.net("registry", "createkey", KEY)
        self.server.net("registry", "--", "setvalue", KEY, NAME, "sz", BEFORE)
        subprocess.run([sys.executable, MKHIVE, self.path("SYSTEM")],
                       check=True)
        self.hive_keys()
        self.write("ex55.reg", "Windows Registry Editor Version 5.00\n\n"
                   f'[{smbd.KEY}]\n"{NAME}"="of another type"\n\n')
        self.write("people.ldif", "".join(
            f"dn: cn={name},dc=org\nobjectClass: user\ncn: {name}\n"
            f"legacyExchangeDN: {DN}{name}\n\n" for name in ("anna", "eve")))
        self.write("p.ini", f'''[profile]
accept = "unsupported-by-dialect, companion-unknown"
[logon_only_as]
when_invalid = open
allow.1 = "{DN}anna"
single = "{DN}anna"
[disable_mapi_clients]
versions = "-5.65535.65535"
''')
        self.write("lg.conf", f"""[gate]
state_dir = "{self.path('state')}"
run_dir = "{self.path('run')}"
[directory]
uri = "ldif:{self.path('people.ldif')}"
[target.ex2000]
dialect = exchange2000
backend = winreg
server = "127.0.0.1:{self.server.port}"
credentials_file = "{self.server.credentials}"
restart = yes
[target.ex2003]
dialect = exchange2003
store_version = 6.5.7651.19
backend = hive
file = "{self.path('SYSTEM')}"
[target.ex55]
dialect = exchange5.5
backend = regfile
file = "{self.path('ex55.reg')}"
[target.here]
backend = gate
[group.all]
members = "ex2000, ex2003, ex55, here"
""")
        self.before = self.there()
        self.assertIn(BEFORE, self.before["net"])

    def hive_keys(self):
        """Select, and the control set that it names."""
        subprocess.run(["hivexsh", "-w", self.path("SYSTEM")], check=True,
                       input=b"add Select\ncd Select\nsetval 1\nCurrent\n"
                       b"dword:0x00000001\ncd \\\nadd ControlSet001\n"
                       b"commit\n", stdout=subprocess.DEVNULL)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def logongate(self, *words, code=0, **more):
        environment = dict(os.environ, HOME=self.folder, **more)
        environment["ASAN_OPTIONS"] = \
            "detect_leaks=0:verify_asan_link_order=0"
        environment.pop("SUDO_USER", None)
        done = subprocess.run(
            [LOGONGATE, "--config", self.path("lg.conf"), *words],
            env=environment, capture_output=True, text=True, timeout=120,
            check=False)
        self.assertNotIn("Sanitizer", done.stderr)
        if code is not None:
            self.assertEqual(done.returncode, code,
                             (words, more, done.stdout, done.stderr))
        return done

    def json(self, *words, code=0):
        return json.loads(self.logongate(*words, "--json", code=code).stdout)

    # what was set by hand on ex2000 is another DN, of which it takes one
    APPLY = ("--for", "1h", "--group", "all", "--accept-warnings",
             "--skip-unsupported", "--replace")

    def apply(self, **more):
        return self.logongate("apply", self.path("p.ini"), *self.APPLY,
                              **more)

    def there(self):
        found = {name: {v["name"]: (v["type"], v["data"]) for v in
                        self.json("targets", "test", name)["values"]}
                 for name in ("ex2000", "ex2003", "ex55")}
        found["net"] = self.server.net("registry", "getvalue", KEY,
                                       NAME).decode()
        return found

    def killed(self, at, *words):
        """Runs it, killed at a step; whether it was through before."""
        done = self.logongate(*words, code=None, LD_PRELOAD=KILLSHIM,
                              LG_KILL_AT=str(at))
        self.assertIn(done.returncode, (0, -signal.SIGKILL), done.stderr)
        return done.returncode == 0

    def recovered(self, at):
        """What status and journal say, then recover; whether it is locked."""
        status = self.json("status")
        self.assertIsNone(status["changing"], at)
        self.logongate("recover")
        after = self.json("status")
        self.assertIsNone(after["interrupted"], at)
        if status["interrupted"]:
            self.assertIn("recover", " ".join(status["loud"]), at)
        else:
            self.assertEqual(after["active"], status["active"], at)
        self.assertEqual(self.json("check", "--dn", DN + "eve",
                                   code=int(after["active"]))["verdict"],
                         "refuse" if after["active"] else "admit", at)
        return after["active"]

    def walk(self, *words, locked_first):
        """Every step once; the states that were seen after recover."""
        seen = []
        at = 0
        through = False
        while not through:
            at += 1
            self.assertLess(at, 400)
            if locked_first:
                self.apply()
            through = self.killed(at, *words)
            active = self.recovered(at)
            there = self.there()
            seen.append(there == self.locked)
            self.assertIn(there, (self.before, self.locked), at)
            self.assertEqual(there == self.locked, active, at)
            if active:
                self.logongate("lift")
                self.assertEqual(self.there(), self.before, at)
                self.assertFalse(self.json("status")["active"], at)
        self.assertGreater(at, FEWEST)
        self.assertEqual(seen, sorted(seen, reverse=locked_first), seen)
        return seen

    def test_every_step(self):
        self.apply()
        self.locked = self.there()
        self.assertIn(DN + "anna", self.locked["net"])
        for name in ("ex2000", "ex2003", "ex55"):
            self.assertNotEqual(self.locked[name], self.before[name], name)
        self.logongate("lift")
        self.assertEqual(self.there(), self.before)
        seen = self.walk("apply", self.path("p.ini"), *self.APPLY,
                         locked_first=False)
        self.assertEqual({False, True}, set(seen))
        seen = self.walk("lift", locked_first=True)
        self.assertEqual({False, True}, set(seen))

    def test_every_step_of_an_import(self):
        """recover undoes what was killed; every third where LOGONGATE_LONG
        does not ask for all"""
        def there():
            return {v["name"]: v["data"] for v in
                    self.json("targets", "test", "ex2000")["values"]
                    if v["name"] in (NAME, "Mine", "Yours")}

        self.write("in.reg", "Windows Registry Editor Version 5.00\n\n"
                   f'[{smbd.KEY}]\n"{NAME}"=-\n"Mine"="1"\n'
                   '"Yours"=dword:00000002\n\n')
        before, after = {NAME: BEFORE}, {"Mine": "1", "Yours": 2}
        self.assertEqual(there(), before)
        stride = 1 if os.environ.get("LOGONGATE_LONG") else 3
        at, broke_off = 1, 0
        while there() == before:
            self.assertLess(at, 400)
            self.killed(at, "registry", "import", self.path("in.reg"),
                        "--target", "ex2000")
            interrupted = self.json("status")["interrupted"]
            self.logongate("recover")
            if interrupted:
                self.assertEqual(interrupted["profile"], "registry import")
                self.assertEqual(there(), before, at)
                broke_off += 1
            at += stride
        self.assertEqual(there(), after)
        self.assertGreater(broke_off, 0)

    BESIDE = ("--for", "1h", "--target", "ex2003,ex2000", "--accept-open",
              "--accept-warnings",
              "--skip-unsupported")

    def values(self):
        return {name: self.there()[name] for name in ("ex2003", "ex2000")}

    def lift_all(self):
        self.logongate("lift", "--all", code=None)
        self.assertEqual(self.there(), self.before)

    def beside(self, set_up, words, states):
        """Killed while it is done beside another lock: what is there after
        recover is one of the states, the last when it came through."""
        stride = 1 if os.environ.get("LOGONGATE_LONG") else 11
        at, through = 1, False
        while not through:
            self.assertLess(at, 400)
            for profile in set_up:
                self.logongate("apply", self.path(profile), *self.BESIDE)
            through = self.killed(at, *words)
            self.logongate("recover")
            self.assertIn(self.values(), states, at)
            if through:
                self.assertEqual(self.values(), states[-1])
            status = self.json("status")
            self.assertIsNone(status["interrupted"], at)
            self.assertFalse(any(t["differs"] for t in status["targets"]), at)
            self.lift_all()
            at += stride
        self.assertGreater(at, FEWEST)

    def test_every_step_beside_another(self):
        """of a second lock, and of the lift of the first; every eleventh where
        LOGONGATE_LONG does not ask for all"""
        self.write("o.ini", '''[profile]
accept = "unsupported-by-dialect"
[disable_mapi_clients]
versions = "12.0.0-14.65535.65535"
''')
        self.write("v.ini", '''[profile]
accept = "unsupported-by-dialect"
[disable_mapi_clients]
versions = "-5.65535.65535"
''')
        seen = {}
        for locks in (("v.ini",), ("o.ini",), ("v.ini", "o.ini")):
            for profile in locks:
                self.logongate("apply", self.path(profile), *self.BESIDE)
            seen[locks] = self.values()
            self.lift_all()
        one, other, both = seen.values()
        self.assertEqual(len({json.dumps(v) for v in (one, other, both)}), 3)
        self.beside(("v.ini",), ("apply", self.path("o.ini"), *self.BESIDE),
                    (one, both))
        self.beside(("v.ini", "o.ini"), ("lift", "v"), (both, other))


if __name__ == "__main__":
    lacking = smbd.missing() or next(
        (tool for tool in ("hivexsh",) if not shutil.which(tool)), None)
    if not lacking and not os.path.exists(
            os.path.join(BIN, "logongate-winreg")):
        lacking = "logongate-winreg (no libsmbclient when it was built)"
    if lacking:
        print(f"skipped: {lacking}")
        sys.exit(77)
    result = unittest.main(exit=False).result
    sys.exit(0 if result.wasSuccessful() else 1)
