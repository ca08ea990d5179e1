# SPDX-License-Identifier: ISC
"""logongate-winreg against a real smbd; what it wrote is read back by Samba's
own net (A1-A4, contract 8 "Targets")."""
import json
import os
import shutil
import signal
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

HELPER = os.path.join(os.environ["LOGONGATE_BIN_DIR"], "logongate-winreg")
SHIM = os.path.join(os.environ["LOGONGATE_BUILD_DIR"], "tests",
                    "svcshim.so")
KEY = smbd.KEY
SZ, DWORD, MULTI_SZ = 1, 4, 7


def encoded(*texts):
    """REG_SZ of one text, as Windows stores it."""
    return "".join(text + "\0" for text in texts).encode("utf-16-le").hex()


def multi(*texts):
    return encoded(*texts, "")


class Helper:
    """One helper process; ask sends a request and reads its answer."""

    def __init__(self, **environment):
        # libsmbclient keeps memory till the process ends.
        env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0", **environment)
        self.process = subprocess.Popen(
            [HELPER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=env)

    def ask(self, op, limit=60, **fields):
        line = json.dumps({"op": op, **fields}) + "\n"
        guard = threading.Timer(limit, self.process.kill)
        guard.start()
        try:
            self.process.stdin.write(line.encode())
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        finally:
            guard.cancel()
        if not answer:
            raise AssertionError(f"the helper died of {op}")
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        return code


class Case(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="lg-winreg-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.helper = None

    def start(self, **environment):
        self.helper = Helper(TMPDIR=self.folder, **environment)
        self.addCleanup(self.end)
        return self.helper

    def end(self):
        if self.helper and self.helper.process.poll() is None:
            self.helper.close()

    def open(self, server, credentials=None, **fields):
        helper = self.helper or self.start()
        return helper.ask("open", server="127.0.0.1", port=server.port,
                          credentials_file=credentials or server.credentials,
                          **{"smb1": False, "timeout_ms": 5000, **fields})

    def done(self, answer):
        self.assertIs(answer["ok"], True, answer)
        return answer

    def refused(self, status, answer):
        self.assertIs(answer["ok"], False, answer)
        self.assertEqual(answer["status"], status, answer)
        return answer["text"]


class Registry(Case):

    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp(prefix="lg-smbd-")
        cls.server = smbd.Smbd(os.path.join(cls.top, "s"), shim=SHIM)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        shutil.rmtree(cls.top, ignore_errors=True)

    def setUp(self):
        super().setUp()
        self.done(self.open(self.server))

    def tearDown(self):
        names = [value["name"] for value in self.values()]
        self.done(self.helper.ask("write", changes=[
            {"key": KEY, "name": name, "type": None} for name in names]))

    def values(self):
        return self.done(self.helper.ask("read", keys=[KEY]))["values"]

    def set(self, name, kind, data):
        return self.done(self.helper.ask("write", changes=[
            {"key": KEY, "name": name, "type": kind, "hex": data}]))

    def test_values_of_every_type_are_written_and_read_back_by_net(self):
        rows = [("Disable MAPI Clients", SZ, encoded("-5.9.9;7.0.0-")),
                ("Logon Only As", MULTI_SZ,
                 multi("/o=O/ou=S/cn=\u00e9", "/o=O/ou=S/cn=\U0001f600")),
                ("Number", DWORD, "04030201"), ("Blank", MULTI_SZ, "0000"),
                ("Empty", SZ, "0000"), ("Nothing", 0, ""),
                ("Odd", 3, "00ff10"), ("N\u00e4me", SZ, encoded("x"))]
        self.done(self.helper.ask("write", changes=[
            {"key": KEY, "name": name, "type": kind, "hex": data}
            for name, kind, data in rows]))
        found = {value["name"]: (value["type"], value["hex"])
                 for value in self.values()}
        self.assertEqual(found, {name: (kind, data)
                                 for name, kind, data in rows})
        for name, _, data in rows[:2]:
            raw = self.server.raw_value(name)
            self.assertIn(bytes.fromhex(data).decode("utf-16-le")
                          .rstrip("\0").split("\0")[0].encode(),
                          raw.replace(b"\0", b"").replace(b"\n", b"\0")
                          if b"\0" in raw[:4] else raw)

    def test_what_net_wrote_is_read(self):
        self.set("First", SZ, encoded("x"))
        self.server.net("registry", "--", "setvalue",
                        KEY.replace(smbd.HIVE, "HKLM"),
                        "Disable MAPI Clients", "sz", "-5.9.9")
        found = {value["name"]: value["hex"] for value in self.values()}
        self.assertEqual(found["Disable MAPI Clients"], encoded("-5.9.9"))

    def test_deleting_what_is_not_there_is_no_error(self):
        self.set("There", SZ, encoded("x"))
        self.done(self.helper.ask("write", changes=[
            {"key": KEY, "name": "Gone", "type": None},
            {"key": KEY + "\\No\\Such", "name": "Gone", "type": None},
            {"key": KEY, "name": "There", "type": None}]))
        self.assertEqual(self.values(), [])
        self.assertEqual(self.done(self.helper.ask(
            "read", keys=[KEY + "\\No"]))["values"], [])

    def test_a_mebibyte_is_written_and_more_is_refused_before_anything(self):
        names = [f"/o=Org/ou=Site/cn=Recipients/cn=user{i:06d}-{'x' * 20}"
                 for i in range(7900)]
        data = multi(*names)
        self.assertLess(1000000, len(data) // 2)
        self.assertLessEqual(len(data) // 2, 1048576)
        self.set("Logon Only As", MULTI_SZ, data)
        self.assertEqual(self.values()[0]["hex"], data)
        answer = self.helper.ask("write", changes=[
            {"key": KEY, "name": "Small", "type": SZ, "hex": encoded("x")},
            {"key": KEY, "name": "Large", "type": MULTI_SZ,
             "hex": "00" * 1048577}])
        self.assertIn("1048577", self.refused("limit", answer))
        self.assertEqual(len(self.values()), 1)

    def test_a_probe_changes_nothing(self):
        for key in (KEY, KEY + r"\Not\There", smbd.HIVE + r"\SYSTEM"):
            self.assertIs(self.done(self.helper.ask(
                "probe", key=key))["may_write"], True)
        self.assertEqual(self.done(self.helper.ask(
            "read", keys=[KEY + r"\Not"]))["values"], [])

    def test_a_missing_right_is_seen_before_anything_is_written(self):
        self.set("There", SZ, encoded("x"))
        self.server.add_user("daemon", "Weak.1")
        weak = self.server.write_credentials("daemon", "Weak.1")
        self.done(self.open(self.server, weak))
        for key in (KEY, KEY + r"\Not\There"):
            self.assertIs(self.done(self.helper.ask(
                "probe", key=key))["may_write"], False)
        self.refused("denied", self.helper.ask("write", changes=[
            {"key": KEY, "name": "x", "type": SZ, "hex": encoded("x")}]))
        self.refused("denied", self.helper.ask("write", changes=[
            {"key": KEY, "name": "There", "type": None}]))
        self.done(self.open(self.server))
        self.assertEqual([v["name"] for v in self.values()], ["There"])

    def test_the_session_is_signed(self):
        lines = self.server.sessions()
        self.assertTrue(lines)
        for line in lines:
            self.assertRegex(line, r"(CMAC|GMAC|HMAC)")

    def test_a_wrong_password_is_denied(self):
        wrong = self.server.write_credentials("root", "wrong")
        try:
            self.assertIn("password", self.refused(
                "denied", self.open(self.server, wrong)))
        finally:
            self.server.write_credentials("root", smbd.PASSWORD)
        self.done(self.open(self.server))

    def test_credentials_that_others_can_read_are_refused(self):
        for mode in (0o644, 0o604, 0o660, 0o640):
            path = self.server.write_credentials("open", "x", mode=mode)
            self.assertIn("0600", self.refused(
                "io", self.open(self.server, path)))
        # Root uses those of the gate's user, which ends a lock on servers.
        own = self.server.write_credentials("root", smbd.PASSWORD)
        try:
            if os.geteuid() == 0:
                os.chown(own, 65534, 65534)
            self.done(self.open(self.server, own))
        finally:
            if os.geteuid() == 0:
                os.chown(own, 0, 0)
        self.refused("io", self.open(self.server, "/no/such/file"))
        self.done(self.open(self.server))

    def test_keys_outside_the_hive_and_broken_requests_are_refused(self):
        self.refused("syntax", self.helper.ask("read", keys=[
            r"HKEY_USERS\x"]))
        self.refused("syntax", self.helper.ask("read", keys=[7]))
        self.refused("syntax", self.helper.ask("read"))
        self.refused("syntax", self.helper.ask("dance"))
        self.refused("syntax", self.helper.ask("write", changes=[
            {"key": KEY, "name": "x", "type": 1, "hex": "0"}]))
        self.refused("syntax", self.helper.ask("open", server="a/b"))
        self.done(self.open(self.server))


class Services(Case):

    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp(prefix="lg-smbd-")
        cls.server = smbd.Smbd(os.path.join(cls.top, "s"), shim=SHIM)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        shutil.rmtree(cls.top, ignore_errors=True)

    def setUp(self):
        super().setUp()
        self.done(self.open(self.server))

    def state(self, name="MSExchangeIS"):
        return self.done(self.helper.ask("service", name=name))["state"]

    def restart(self, name="MSExchangeIS", timeout_ms=10000):
        return self.helper.ask("restart", name=name, timeout_ms=timeout_ms)

    def test_a_service_is_stopped_and_started(self):
        self.done(self.restart())
        self.assertEqual(self.state(), "running")
        self.done(self.restart())
        log = os.path.join(self.server.folder, "svcctl", "MSExchangeIS.log")
        with open(log, encoding="utf-8") as file:
            verbs = [line.split()[1] for line in file]
        self.assertLess(verbs.index("start"), verbs.index("stop"))
        self.assertIn("running", self.server.net(
            "service", "status", "MSExchangeIS").decode().lower())

    def test_a_service_that_does_not_exist(self):
        self.assertIsNone(self.state("Nonesuch"))
        self.assertIn("Nonesuch", self.refused("conflict",
                                               self.restart("Nonesuch")))

    def test_a_service_that_does_not_start(self):
        self.server.service_script(
            "Spooly", "#!/bin/sh\n[ \"$1\" != start ] && exit 3\nexit 1\n")
        self.refused("conflict", self.restart("Spooly"))

    def test_a_service_that_takes_its_time(self):
        self.server.service_script("Spooly", """#!/bin/sh
f=$0.since
case $1 in
start) date +%s > "$f" ;;
stop) rm -f "$f" ;;
status) [ -s "$f" ]; exit ;;
esac
sleep 2
""")
        self.done(self.restart("Spooly"))
        end = time.monotonic() + 10
        while self.state("Spooly") != "running" and time.monotonic() < end:
            time.sleep(0.2)
        self.assertEqual(self.state("Spooly"), "running")

    def test_every_state_has_its_word(self):
        self.addCleanup(self.server.set_service, "running")
        for number, word in enumerate(
                ("stopped", "starting", "stopping", "running", "starting",
                 "paused", "paused"), 1):
            self.server.set_service(number)
            self.assertEqual(self.state(), word, number)

    def test_the_contract_of_every_target(self):
        """tests/contract/target.c, as for files and hives"""
        port = self.server.port
        denied = os.path.join(self.folder, "denied")
        with open(denied, "w", encoding="utf-8",
                  opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write("username = root\npassword = wrong\n")
        self.addCleanup(self.server.set_service, "running")
        done = subprocess.run(
            [os.path.join(os.environ["LOGONGATE_BUILD_DIR"], "tests",
                          "target_suite_winreg")],
            env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0",
                     LG_TARGET_SERVER=f"127.0.0.1:{port}",
                     LG_TARGET_CREDENTIALS=self.server.credentials,
                     LG_TARGET_DENIED=denied, LG_TARGET_HELPER=HELPER),
            capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_restart_waits_for_a_service_that_takes_no_orders(self):
        self.addCleanup(self.server.set_service, "running")
        for number, then in ((2, "running"), (3, "stopped")):
            self.server.set_service(number)
            timer = threading.Timer(1, self.server.set_service, [then])
            timer.start()
            self.done(self.restart())
            timer.join()
            self.assertEqual(self.state(), "running")
        self.server.set_service(2)
        self.refused("timeout", self.restart(timeout_ms=500))


class Trouble(Case):

    def setUp(self):
        super().setUp()
        self.server = smbd.Smbd(os.path.join(self.folder, "s"), shim=SHIM)
        self.addCleanup(self.server.stop)

    def test_a_server_that_hangs_costs_the_timeout_and_no_more(self):
        self.done(self.open(self.server, timeout_ms=1500))
        self.server.signal(signal.SIGSTOP)
        begin = time.monotonic()
        answer = self.helper.ask("read", keys=[KEY])
        self.assertIn(answer.get("status"), ("timeout", "io"))
        self.assertLess(time.monotonic() - begin, 20)
        self.server.signal(signal.SIGCONT)
        self.done(self.helper.ask("read", keys=[KEY]))

    def test_a_connection_that_is_cut_is_made_again(self):
        self.done(self.open(self.server))
        self.server.stop()
        self.assertIn(self.helper.ask("read", keys=[KEY]).get("status"),
                      ("io", "timeout"))
        self.server.start()
        self.done(self.helper.ask("read", keys=[KEY]))

    def test_a_server_that_is_not_there(self):
        self.server.stop()
        self.refused("io", self.open(self.server))

    def test_a_server_that_says_nothing(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen(5)
            begin = time.monotonic()
            answer = self.start().ask(
                "open", server="127.0.0.1", port=silent.getsockname()[1],
                credentials_file=self.server.credentials, smb1=False,
                timeout_ms=1500)
            self.refused("timeout", answer)
            self.assertLess(time.monotonic() - begin, 10)

    def test_nothing_is_left_behind(self):
        temporary = os.path.join(self.folder, "tmp")
        os.mkdir(temporary)
        self.helper = Helper(TMPDIR=temporary)
        self.done(self.open(self.server))
        self.assertEqual(len(os.listdir(temporary)), 1)
        self.assertEqual(self.helper.close(), 0)
        self.assertEqual(os.listdir(temporary), [])


class Between:
    """Stands before a server and takes the signatures off its answers."""
    # First bytes of a packet, place and bit of the flag, place of the rest.
    KINDS = ((b"\xfeSMB", 16, 0x08, slice(48, 64)),
             (b"\xffSMB", 10, 0x04, slice(14, 22)))

    def __init__(self, port):
        self.to = port
        self.strips = False
        self.stripped = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.to))
            for ends in ((client, server, False), (server, client, True)):
                threading.Thread(target=self.pass_on, args=ends,
                                 daemon=True).start()

    def strip(self, packet):
        for magic, place, bit, signature in self.KINDS:
            if packet[:4] == magic and packet[place] & bit:
                packet[place] &= ~bit & 0xff
                packet[signature] = bytes(len(packet[signature]))
                self.stripped += 1

    def pass_on(self, source, sink, is_answer):
        try:
            stream = source.makefile("rb")
            while len(head := stream.read(4)) == 4:
                packet = bytearray(stream.read(
                    int.from_bytes(head[1:], "big")))
                if is_answer and self.strips:
                    self.strip(packet)
                sink.sendall(head + packet)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        source.close()


class Signing(Case):

    def refuses(self, extra, smb1):
        server = smbd.Smbd(os.path.join(self.folder, "s"), extra=extra,
                           shim=SHIM)
        self.addCleanup(server.stop)
        between = Between(server.port)
        self.addCleanup(between.listener.close)
        words = {"server": "127.0.0.1", "port": between.port, "smb1": smb1,
                 "credentials_file": server.credentials, "timeout_ms": 5000}
        self.done(self.start().ask("open", **words))
        self.done(self.helper.ask("read", keys=[KEY]))
        # In the middle, and from the beginning.
        between.strips = True
        self.assertIs(self.helper.ask("read", keys=[KEY])["ok"], False)
        self.assertLess(0, between.stripped)
        between.stripped = 0
        self.assertIs(self.helper.ask("open", **words)["ok"], False)
        self.assertLess(0, between.stripped)
        between.strips = False
        self.done(self.helper.ask("open", **words))

    def test_an_answer_without_a_signature_is_refused(self):
        self.refuses("", False)

    def test_an_answer_without_a_signature_is_refused_over_smb_1(self):
        self.refuses("server min protocol = NT1\n"
                     "  server max protocol = NT1\n"
                     "  client min protocol = NT1\n"
                     "  client ipc min protocol = NT1", True)

    def test_a_session_as_a_guest_is_refused(self):
        """nothing of it could be signed"""
        server = smbd.Smbd(os.path.join(self.folder, "s"),
                           extra="map to guest = Bad User", shim=SHIM)
        self.addCleanup(server.stop)
        stranger = server.write_credentials("stranger", "x")
        self.assertIs(self.open(server, stranger)["ok"], False)
        self.done(self.open(server))


class Smb1(Case):

    def test_smb_1_is_only_spoken_when_asked_for(self):
        server = smbd.Smbd(os.path.join(self.folder, "s"),
                           extra="server min protocol = NT1\n"
                           "  server max protocol = NT1\n"
                           "  client min protocol = NT1\n"
                           "  client ipc min protocol = NT1", shim=SHIM)
        self.addCleanup(server.stop)
        self.assertIs(self.open(server)["ok"], False)
        self.done(self.open(server, smb1=True))
        self.done(self.helper.ask("read", keys=[KEY]))


if __name__ == "__main__":
    lacking = smbd.missing()
    if not lacking and not os.path.exists(HELPER):
        lacking = "logongate-winreg (no libsmbclient when it was built)"
    if lacking:
        print(f"skipped: {lacking}")
        sys.exit(77)
    result = unittest.main(exit=False).result
    sys.exit(0 if result.wasSuccessful() else 1)
