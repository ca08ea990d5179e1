# SPDX-License-Identifier: ISC
"""Three servers of three generations of which the second fails: smbds stand
for Exchange 2003, 2000 and 5.5, Samba's net tells what they hold. All is put
back, types included, and what could not be is named."""
import json
import os
import pty
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "testbed"))
import smbd  # noqa: E402

BIN = os.environ["LOGONGATE_BIN_DIR"]
LOGONGATE = os.path.join(BIN, "logongate")
SHIM = os.path.join(os.environ["LOGONGATE_BUILD_DIR"], "tests",
                    "svcshim.so")
KEY = smbd.KEY.replace(smbd.HIVE, "HKLM")
DN = "/o=Org/ou=Site/cn=Recipients/cn="
NAMES = "Logon Only As"
VERSIONS = "Disable MAPI Clients"
DURING = "-5.65535.65535;7.0.0-11.65535.65535"
SERVERS = ("ex2003", "ex2000", "ex55")
# A store that does as a file beside it says.
SERVICE = """#!/bin/sh
f=$(readlink -f "$0")
case $1 in
start) [ -e "$f.once" ] && rm "$f.once" && exit 1
  [ -e "$f.never" ] && exit 1
  [ -e "$f.slow" ] && sleep 3
  echo running > "$f.state" ;;
stop) echo stopped > "$f.state" ;;
status) grep -q running "$f.state" 2>/dev/null ;;
esac
"""


class Cutter:
    """Stands before a server. Armed, it cuts the connection in the middle of
    the packet that brings certain bytes: once, or every later one too."""

    def __init__(self, port):
        self.to = port
        self.bytes = None
        self.for_good = False
        self.cuts = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def arm(self, text, for_good):
        self.bytes, self.for_good = text.encode("utf-16-le"), for_good

    def close(self):
        self.listener.close()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.for_good and self.cuts:
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self.to))
            for a, b, cuts in ((client, server, True),
                               (server, client, False)):
                threading.Thread(target=self.pass_on, args=(a, b, cuts),
                                 daemon=True).start()

    def pass_on(self, source, sink, cuts):
        try:
            while True:
                data = source.recv(65536)
                if not data:
                    break
                if cuts and self.bytes and self.bytes in data:
                    if not self.for_good:
                        self.bytes = None
                    self.cuts += 1
                    sink.sendall(data[:len(data) // 2])
                    break
                sink.sendall(data)
        except OSError:
            pass
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        source.close()


class Failures(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp(prefix="lg-failures-")
        cls.server = {}
        for name in SERVERS:
            cls.server[name] = smbd.Smbd(os.path.join(cls.top, name),
                                         shim=SHIM)

    @classmethod
    def tearDownClass(cls):
        for server in cls.server.values():
            server.stop()
        shutil.rmtree(cls.top, ignore_errors=True)

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="lg-failures-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.cutter = Cutter(self.server["ex2000"].port)
        self.addCleanup(self.cutter.close)
        for name in SERVERS:
            self.server[name].service_script("MSExchangeIS", SERVICE)
            self.reg(name, "clear", f'"{NAMES}"=-', f'"{VERSIONS}"=-')
        # By hand: other types than ours, and none at all.
        self.reg("ex2003", "before", f'"{VERSIONS}"=dword:00000007',
                 '"Mine"="kept"')
        self.reg("ex2000", "before", f'"{NAMES}"=hex(7):61,00,00,00,62,00,'
                 '00,00,00,00')
        self.write("people.ldif", "".join(
            f"dn: cn={name},dc=org\nobjectClass: user\ncn: {name}\n"
            f"legacyExchangeDN: {DN}{name}\n\n" for name in ("anna", "bob")))
        self.profile(f'allow.1 = "{DN}anna"\nallow.2 = "{DN}bob"')
        self.settings()
        self.before = self.there()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def profile(self, allowed):
        self.write("p.ini", f'''[profile]
accept = "unsupported-by-dialect, companion-unknown"
[logon_only_as]
when_invalid = closed
{allowed}
single = "{DN}anna"
[disable_mapi_clients]
versions = "{DURING}"
''')

    def settings(self):
        text = f"""[gate]
state_dir = "{self.path('state')}"
run_dir = "{self.path('run')}"
[directory]
uri = "ldif:{self.path('people.ldif')}"
[group.all]
members = "{', '.join(SERVERS)}"
"""
        for name, dialect in zip(SERVERS, ("exchange2003", "exchange2000",
                                           "exchange5.5")):
            port = self.cutter.port if name == "ex2000" \
                else self.server[name].port
            text += f"""[target.{name}]
dialect = {dialect}
backend = winreg
server = "127.0.0.1:{port}"
credentials_file = "{self.server[name].credentials}"
restart = yes
"""
            if name == "ex2003":
                text += "store_version = 6.5.7651.19\n"
        self.write("lg.conf", text)

    def reg(self, name, file, *lines):
        """Sets values with net, which wants to find what it deletes."""
        for line in lines:
            if line.endswith("=-"):
                self.server[name].net("registry", "deletevalue", KEY,
                                      line.split('"')[1], check=False)
        lines = [line for line in lines if not line.endswith("=-")]
        self.server[name].net("registry", "createkey", KEY)
        if lines:
            self.write(file, "Windows Registry Editor Version 5.00\n\n"
                       f"[{smbd.KEY}]\n" + "\n".join(lines) + "\n\n")
            self.server[name].net("registry", "import", self.path(file))

    def there(self):
        """All values of each server with their types, as net has them."""
        found = {}
        for name in SERVERS:
            text = self.server[name].net("registry", "enumerate",
                                         KEY).decode(errors="replace")
            found[name] = "\n".join(sorted(text.split("\n\n")))
        return found

    def running(self, name):
        return "running" in self.server[name].net(
            "service", "status", "MSExchangeIS").decode().lower()

    def mark(self, name, what):
        """The store of a server does otherwise: once, never, slow."""
        path = os.path.join(self.server[name].folder, "svcctl",
                            "MSExchangeIS." + what)
        with open(path, "w", encoding="utf-8"):
            self.addCleanup(lambda: os.path.exists(path) and os.remove(path))
        return path

    ENVIRONMENT = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
    ENVIRONMENT.pop("SUDO_USER", None)

    def logongate(self, code, *words):
        done = subprocess.run(
            [LOGONGATE, "--config", self.path("lg.conf"), *words],
            env=dict(self.ENVIRONMENT, HOME=self.folder), text=True,
            capture_output=True, timeout=120, check=False)
        self.assertNotIn("Sanitizer", done.stderr)
        self.assertEqual(done.returncode, code,
                         (words, done.stdout, done.stderr))
        return done.stdout + done.stderr

    def words(self):
        return ("apply", self.path("p.ini"), "--for", "1h", "--group", "all",
                "--accept-warnings", "--skip-unsupported")

    def apply(self, code=0):
        return self.logongate(code, *self.words())

    def active(self):
        status = json.loads(self.logongate(0, "status", "--json"))
        return status["active"], bool(status["interrupted"])

    def test_types_come_back(self):
        """a lift leaves the number, the list and the nothing there were"""
        self.assertIn("REG_DWORD", self.before["ex2003"])
        self.assertIn("REG_MULTI_SZ", self.before["ex2000"])
        self.assertNotIn(NAMES, self.before["ex55"])
        self.apply()
        locked = self.there()
        self.assertIn(DURING, locked["ex2003"])
        self.assertIn("kept", locked["ex2003"])
        self.assertIn(DN + "anna", locked["ex2000"])
        self.assertNotIn("REG_MULTI_SZ", locked["ex2000"])
        self.assertIn(DN + "bob", locked["ex55"])
        self.logongate(0, "lift")
        self.assertEqual(self.there(), self.before)

    def test_what_somebody_changed_meanwhile_is_asked_about(self):
        """another value, the same in another type, and none"""
        for by_hand in (f'"{VERSIONS}"="-6.0.0"',
                        f'"{VERSIONS}"=dword:00000001', f'"{VERSIONS}"=-'):
            with self.subTest(by_hand=by_hand):
                self.apply()
                self.reg("ex2003", "hand", by_hand)
                now = self.there()
                said = self.logongate(5, "lift")
                self.assertIn("ex2003", said)
                self.assertIn(VERSIONS, said)
                self.assertEqual(self.there(), now)
                status = json.loads(self.logongate(0, "status", "--json"))
                self.assertEqual(
                    {t["name"]: t["differs"] for t in status["targets"]},
                    {"ex2003": True, "ex2000": False, "ex55": False})
                self.logongate(0, "lift", "--force")
                self.assertEqual(self.there(), self.before)

    def test_a_store_that_does_not_start_once(self):
        self.mark("ex2000", "once")
        said = self.apply(code=6)
        self.assertIn("ex2000", said)
        self.assertIn("MSExchangeIS", said)
        self.assertIn("every server has its earlier values again", said)
        self.assertEqual(self.there(), self.before)
        self.assertTrue(self.running("ex2000"))
        self.assertEqual(self.active(), (False, False))

    def test_a_store_that_never_starts(self):
        path = self.mark("ex2000", "never")
        said = self.apply(code=9)
        self.assertIn("ex2000: could NOT be put back", said)
        self.assertNotIn("ex2003: could NOT", said)
        self.assertEqual(self.there(), self.before)
        self.assertEqual(self.active(), (False, True))
        os.remove(path)
        self.logongate(0, "recover")
        self.assertTrue(self.running("ex2000"))
        self.assertEqual(self.there(), self.before)
        self.assertEqual(self.active(), (False, False))

    def test_a_store_that_takes_long(self):
        self.mark("ex2000", "slow")
        begin = time.monotonic()
        self.apply()
        self.assertLess(3, time.monotonic() - begin)
        self.assertTrue(self.running("ex2000"))
        self.logongate(0, "lift")
        self.assertTrue(self.running("ex2000"))
        self.assertEqual(self.there(), self.before)

    def test_a_connection_that_is_cut_in_mid_write(self):
        self.cutter.arm(DN + "anna", for_good=False)
        said = self.apply(code=6)
        self.assertEqual(self.cutter.cuts, 1)
        self.assertIn("ex2000", said)
        self.assertIn("every server has its earlier values again", said)
        self.assertEqual(self.there(), self.before)
        self.assertEqual(self.active(), (False, False))

    def test_a_connection_that_stays_away(self):
        self.cutter.arm(DN + "anna", for_good=True)
        said = self.apply(code=9)
        self.assertIn("ex2000: could NOT be put back", said)
        there = self.there()
        self.assertEqual(there["ex2003"], self.before["ex2003"])
        self.assertEqual(there["ex55"], self.before["ex55"])
        self.assertEqual(self.active(), (False, True))
        self.cutter.for_good, self.cutter.bytes = False, None
        self.logongate(0, "recover")
        self.assertEqual(self.there(), self.before)

    def test_a_server_that_is_gone_for_good_is_given_up(self):
        """every other is locked again afterwards; back, it gets its earlier
        values from the back-up that was named"""
        self.apply()
        self.cutter.for_good, self.cutter.cuts = True, 1
        self.logongate(9, "lift", "--force")
        self.assertIn("recover --forget ex2000", self.logongate(9, "recover"))
        # others are none of its business
        lock = json.loads(self.logongate(
            0, "apply", self.path("p.ini"), "--for", "1h", "--target", "ex55",
            "--accept-warnings", "--skip-unsupported", "--json"))["id"]
        self.logongate(0, "lift", lock)
        said = self.logongate(0, "recover", "--forget", "ex2000")
        [restore] = [line.split("logongate ")[1] for line in said.splitlines()
                     if "registry restore" in line]
        self.assertEqual(self.active(), (False, False))
        self.logongate(0, "apply", self.path("p.ini"), "--for", "1h",
                       "--target", "ex2003,ex55", "--accept-warnings",
                       "--skip-unsupported")
        self.logongate(0, "lift")
        there = self.there()
        self.assertIn(DN + "anna", there["ex2000"])
        self.assertEqual(there["ex55"], self.before["ex55"])
        self.cutter.for_good, self.cutter.cuts = False, 0
        self.logongate(0, *restore.split())
        self.assertEqual(self.there(), self.before)

    def test_more_than_a_hive_takes_is_refused_before_anything(self):
        def listed(count):
            self.write("many.txt", "".join(
                f"{DN}user{i:06d}-{'x' * 20}\n" for i in range(count)))
            self.profile('allow_file = "many.txt"')
        listed(9000)
        said = self.apply(code=3)
        self.assertIn("ex55", said)
        self.assertIn("1048576", said)
        self.assertEqual(self.there(), self.before)
        self.assertEqual(os.listdir(self.path("state/backups"))
                         if os.path.exists(self.path("state/backups"))
                         else [], [])
        listed(7400)
        self.apply()
        self.assertIn("user007399", self.there()["ex55"])
        self.logongate(0, "lift")
        self.assertEqual(self.there(), self.before)

    def test_progress_is_seen_on_a_terminal_alone(self):
        self.assertNotIn("restarting", self.apply())
        self.logongate(0, "lift")
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [LOGONGATE, "--config", self.path("lg.conf"), *self.words()],
            env=dict(self.ENVIRONMENT, HOME=self.folder),
            stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        seen = b""
        try:
            while True:
                data = os.read(ours, 65536)
                if not data:
                    break
                seen += data
        except OSError:
            pass
        os.close(ours)
        self.assertEqual(process.wait(timeout=60), 0, seen)
        lines = seen.decode().replace("\r", "").splitlines()
        for step in ("writing", "wrote", "restarting", "tested"):
            self.assertIn(f"ex2000: {step}", lines)
        self.assertIn("ex55: tested", lines)
        # T5: a store that polls is restarted where restart = yes asks for it
        self.assertIn("ex2003: restarting", lines)
        self.logongate(0, "lift")

    def test_no_secret_is_in_a_command_line_or_a_file_of_ours(self):
        self.mark("ex2000", "slow")
        process = subprocess.Popen(
            [LOGONGATE, "--config", self.path("lg.conf"), *self.words()],
            env=dict(self.ENVIRONMENT, HOME=self.folder),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        seen = set()
        while process.poll() is None:
            for number in filter(str.isdigit, os.listdir("/proc")):
                for what in ("cmdline", "environ"):
                    try:
                        with open(f"/proc/{number}/{what}", "rb") as file:
                            text = file.read()
                    except OSError:
                        continue
                    if b"logongate-winreg" in text:
                        seen.add(number)
                        self.assertNotIn(smbd.PASSWORD.encode(), text)
            time.sleep(0.05)
        self.assertEqual(process.returncode, 0)
        self.assertNotIn(smbd.PASSWORD.encode(), process.stdout.read())
        process.stdout.close()
        self.assertTrue(seen)
        self.logongate(0, "lift")
        for place, _, files in os.walk(self.path("state")):
            for name in files:
                with open(os.path.join(place, name), "rb") as file:
                    self.assertNotIn(smbd.PASSWORD.encode(), file.read())


if __name__ == "__main__":
    lacking = smbd.missing()
    if not lacking and not os.path.exists(
            os.path.join(BIN, "logongate-winreg")):
        lacking = "logongate-winreg (no libsmbclient when it was built)"
    if lacking:
        print(f"skipped: {lacking}")
        sys.exit(77)
    result = unittest.main(exit=False).result
    sys.exit(0 if result.wasSuccessful() else 1)
