# SPDX-License-Identifier: ISC
"""The lock, whole: a profile, a real slapd, the gate and a real Dovecot, by
each door (auth policy, dict, and both combined). Clients are Python's own."""
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import dovecot_fixture
import programs
import running_gate
from dovecot_fixture import wait_for

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "testbed"))
import slapd      # noqa: E402

LOGONGATE = os.path.join(programs.BIN, "logongate")
DN = "/o=ACME/ou=Site/cn=Recipients/cn="
USERS = {"alice": "alice-pw", "bob": "bob-pw", "carol": "carol-pw",
         "dave": "dave-pw"}
MASTERS = {"mover": "mover-pw", "meddler": "meddler-pw"}
CLIENTS = 12

LDIF = f"""dn: {slapd.SUFFIX}
objectClass: dcObject
objectClass: organization
dc: acme
o: ACME

""" + "".join(f"""dn: uid={name},{slapd.SUFFIX}
objectClass: inetOrgPerson
objectClass: exchMailRecipient
uid: {name}
cn: {name}
sn: {name}
displayName: {name.capitalize()} of ACME
mail: {name}@acme.test
legacyExchangeDN: {DN}{name}

""" for name in (*USERS, *MASTERS))

PROFILE = f"""[profile]
description = "Only alice, and mover with a master password"
max_duration = "8h"
[logon_only_as]
when_invalid = open
allow.1 = "{DN}alice"
allow_user.1 = "mover"
[message]
refused = "This server is being upgraded. Try again after %{{until}}."
"""


def at(text):
    """A time as the programs write it."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Case(unittest.TestCase):
    """One slapd, one Dovecot and one gate for a door; no lock between rows."""

    door = None
    # What a logon meets while the gate is dead.
    dead_imap = None
    dead_pop3 = None

    @classmethod
    def setUpClass(cls):
        if cls.door is None:
            raise unittest.SkipTest("rows of the doors")
        cls.folder = tempfile.mkdtemp(prefix="lglk", dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.slapd = slapd.Slapd(tempfile.mkdtemp(dir=cls.folder), LDIF,
                                access=slapd.READABLE)
        cls.addClassCleanup(cls.slapd.kill)
        cls.addClassCleanup(cls.slapd.go_on)
        cls.port = dovecot_fixture.free_port()
        cls.gate = running_gate.Gate()
        cls.addClassCleanup(cls.gate.close)
        cls.dovecot = dovecot_fixture.Dovecot(USERS)
        cls.addClassCleanup(cls.dovecot.close)
        cls.configure()
        cls.dovecot.start()
        cls.gate.start()

    @classmethod
    def configure(cls):
        """Settings, profile; Dovecot with the drop-ins as they are shipped,
        but for addresses and paths."""
        masters = cls.dovecot.write("masters", "".join(
            f"{name}:{{PLAIN}}{password}::::::\n"
            for name, password in MASTERS.items()))
        key = cls.dovecot.write("key", cls.dovecot.api_key + "\n", 0o600)
        cls.gate.write_config(f"""[gate]
state_dir = "{cls.gate.state}"
run_dir = "{cls.gate.run}"
profiles_dir = "{cls.gate.folder}"

[directory]
uri = "{cls.slapd.uri}"
base = "{slapd.SUFFIX}"
tls = none
timeout_s = 1

[listen.http]
address = "unix:http.sock, 127.0.0.1:{cls.port}"
without_policy = refuse

[listen.dict]
without_policy = refuse

[dovecot]
doveadm = "unix:{cls.dovecot.doveadm_socket}"
api_key_file = "{key}"
""")
        with open(os.path.join(cls.gate.folder, "window.ini"), "w",
                  encoding="utf-8") as file:
            file.write(PROFILE)
        go_on = ["result_success = continue-ok"] if cls.door == "dict" else []
        cls.dovecot.passdb = dovecot_fixture.passwd_file(
            masters, *go_on, "result_failure = return-fail", name="masters",
            master=True) + dovecot_fixture.passwd_file(
            "{users}", *go_on, "result_failure = return-fail")
        cls.dovecot.extra = dovecot_fixture.include_door(
            cls.door, cls.dovecot.write, cls.gate.run, cls.port)
        cls.dovecot.extra += "auth_master_user_separator = *\n"
        if cls.door == "dict":
            # The rows type wrong passwords too; what Dovecot makes all of an
            # address wait for them is not what they measure.
            cls.dovecot.extra += """
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
"""

    def setUp(self):
        if self.gate.process.poll() is not None:
            self.gate.start()

    def tearDown(self):
        self.slapd.go_on()
        if self.gate.process.poll() is not None:
            self.gate.start()
        if self.gate.status()["active"]:
            self.gate.ask("lift", force=True)
        self.dovecot.hang_up()
        wait_for("sessions to end", lambda: not self.dovecot.who())

    def command(self, *words, code=0):
        return self.gate.command(*words, code=code)

    def object(self, *words, code=0):
        return self.gate.json(*words, code=code)

    def lines(self, *words):
        return self.gate.lines(*words)

    def apply(self, *words):
        return self.command("apply", "window", *(words or ("--for", "1h")))

    def idle(self, user):
        """A session that waits in IDLE."""
        client = self.dovecot.imap(user)
        client.select("INBOX")
        client.send(b"i1 IDLE\r\n")
        self.assertTrue(client.readline().startswith(b"+ "))
        return client

    def is_cut(self, client, seconds):
        """Whether the server ends the session within that time."""
        client.sock.settimeout(seconds)
        try:
            while True:
                said = client.sock.recv(4096)
                if not said:
                    return True
        except TimeoutError:
            return False
        except ConnectionError:
            return True

    def assert_refused(self, user="bob"):
        self.assertRegex(self.dovecot.imap_refusal(user), self.refused_imap)
        self.assertRegex(self.dovecot.pop3_refusal(user), self.refused_pop3)

    def assert_admitted(self, user):
        self.assertIsNone(self.dovecot.imap_refusal(user))
        self.assertIsNone(self.dovecot.pop3_refusal(user))

    until = r".*being upgraded\. Try again after \d\d:\d\d( UTC)?\."

    def inside(self):
        return self.dovecot.users_inside()


class Rows:
    """What is true of either door."""

    def test_a_window_from_plan_to_lift(self):
        bob, bob_pop = self.idle("bob"), self.dovecot.pop3("bob")
        alice = self.idle("alice")
        wait_for("three sessions", lambda: len(self.dovecot.who()) == 3)
        plan = self.object("plan", "window", "--for", "1h")
        self.assertEqual(plan["targets"][0]["gate"], "listed")
        self.assertEqual((plan["sessions"]["open"], plan["sessions"]["cut"]),
                         (3, 2))
        self.assertEqual(
            [(row["dn"], row["finding"], row["via"])
             for row in plan["allow"]],
            [(DN + "alice", "one", "legacyExchangeDN"),
             (None, "one", "login")])
        # A plan changes nothing.
        self.assertFalse(self.is_cut(bob, 0.2))
        self.assertIsNone(self.dovecot.imap_refusal("carol"))

        self.apply("--for", "1h", "--reason", "new disks")
        self.assertTrue(self.is_cut(bob, 1))
        self.assertEqual(self.inside(), {"alice"})
        with self.assertRaises(Exception):
            bob_pop.noop()
        self.assertFalse(self.is_cut(alice, 0.2))
        self.assert_refused("bob")
        self.assert_refused("carol")
        self.assert_admitted("alice")

        # Dovecot lists a session a moment longer than it lasts.
        wait_for("alice alone", lambda: len(self.dovecot.who()) == 1)
        status = self.object("status")
        self.assertEqual(
            (status["active"], status["profile"], status["gate"],
             status["reason"]), (True, "window", "listed", "new disks"))
        self.assertEqual(status["sessions"], 1)
        self.assertEqual(status["refused"], 4)
        rows = {(row["user"], row["protocol"], row["reason"])
                for row in self.lines("refused")[-4:]}
        self.assertEqual(rows, {(user, protocol, "not-listed")
                                for user in ("bob", "carol")
                                for protocol in ("imap", "pop3")})
        self.assertEqual(
            [(row["user"], row["protocol"], row["allowed"])
             for row in self.lines("sessions")], [("alice", "imap", True)])

        self.command("lift")
        self.assert_admitted("bob")
        self.assertFalse(self.object("status")["active"])
        self.assertEqual([row["event"] for row in
                          self.lines("history")][-2:], ["apply", "lift"])

    def test_the_help_desk_reads_what_program_it_was(self):
        self.apply("--for", "1h")
        client = self.dovecot.imap_raw()
        self.assertEqual(client.xatom(
            "ID", '("name" "Mail Bird" "version" "7.1")')[0], "OK")
        with self.assertRaises(client.error):
            client.login("bob", USERS["bob"])
        named = [row["client"] for row in self.lines("refused")
                 if row["user"] == "bob"]
        self.assertIn("Mail Bird 7.1", named)
        client = self.dovecot.imap_raw()
        client.xatom("ID", '("name" "Mail Bird" "version" "7.2")')
        client.login("alice", USERS["alice"])
        self.assertEqual(
            [(row["user"], row["protocol"], row["client"], row["address"])
             for row in self.lines("sessions")],
            [("alice", "imap", "Mail Bird 7.2", "127.0.0.1")])

    def test_the_end_comes_by_itself(self):
        # The end is set once everything else was seen: whatever a logon
        # takes on a busy machine, no lock ends while one is under way.
        self.apply("--for", "1h")
        self.assertRegex(self.dovecot.imap_refusal("bob"), self.refused_imap)
        until = at(self.object("extend", "--for", "2s")["until"])
        wait_for("the end", lambda: not self.gate.status()["active"], 30)
        self.assert_admitted("bob")
        last = self.lines("history")[-1]
        self.assertEqual(last["event"], "expire")
        late = (at(last["at"]) - until).total_seconds()
        # Both have whole seconds.
        self.assertGreaterEqual(late, 0)
        self.assertLess(late, 4)

    def test_a_killed_gate_comes_back_with_its_lock(self):
        self.apply()
        alice = self.idle("alice")
        self.gate.kill()
        self.assertRegex(str(self.dovecot.imap_refusal("bob")),
                         self.dead_imap)
        self.assertRegex(str(self.dovecot.pop3_refusal("bob")),
                         self.dead_pop3)
        self.command("status", code=8)
        stayed = None
        if self.dead_imap == "^None$":
            stayed = self.idle("bob")
        self.gate.start()
        if stayed:
            self.assertTrue(self.is_cut(stayed, 3))
        self.assert_refused("bob")
        self.assert_admitted("alice")
        self.assertFalse(self.is_cut(alice, 0.2))
        self.assertTrue(self.gate.status()["active"])

    def test_a_stopped_directory_changes_nothing(self):
        self.apply()
        self.slapd.pause()
        self.assert_refused("bob")
        self.assert_admitted("alice")
        # Also for a gate that begins now: what was verified is saved.
        self.gate.kill()
        self.gate.start()
        self.assert_refused("bob")
        self.assert_admitted("alice")
        self.assertEqual(self.gate.status()["gate"], "listed")
        self.command("lift")
        self.assert_admitted("bob")

    def test_a_stopped_directory_is_no_answer(self):
        self.slapd.pause()
        start = time.monotonic()
        self.command("plan", "window", "--for", "1h", code=4)
        self.command("apply", "window", "--for", "1h", code=4)
        self.assertLess(time.monotonic() - start, 10)
        self.assertFalse(self.gate.status()["active"])
        self.assert_admitted("bob")

    def test_master_logons_are_judged_by_the_master(self):
        self.apply()
        self.assertIsNone(self.dovecot.imap_refusal("bob*mover", "mover-pw"))
        self.assertIsNotNone(
            self.dovecot.imap_refusal("alice*meddler", "meddler-pw"))
        # Nobody becomes a master by being admitted.
        for master in MASTERS:
            self.assertIn("AUTHENTICATIONFAILED", self.dovecot.imap_refusal(
                "alice*" + master, "wrong"))

    def test_a_wrong_password_stays_a_wrong_password(self):
        self.apply()
        self.assertIn("AUTHENTICATIONFAILED",
                      self.dovecot.imap_refusal("bob", "wrong"))

    def test_logons_all_the_while_and_a_gate_killed_before_it_cuts(self):
        stop = threading.Event()
        threads = [threading.Thread(target=self.log_in_for_ever,
                                    args=(number, stop))
                   for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            wait_for("sessions", lambda: len(self.dovecot.who()) >= CLIENTS)
            self.kill_when_decided()
            # Those who were in are in.
            self.assertTrue(self.inside() - {"alice"})
            self.gate.start()
            wait_for("nobody unlisted\n" + self.gate.logged(),
                     lambda: not self.inside() - {"alice"}, 4)
            end = time.monotonic() + 3
            while time.monotonic() < end:
                self.assertEqual(self.inside() - {"alice"}, set(),
                                 self.gate.logged())
                time.sleep(0.1)
            self.assertIn("alice", self.inside())
            self.assertTrue(self.gate.status()["active"])
        finally:
            stop.set()
            for thread in threads:
                thread.join(60)

    def test_a_lock_under_logons_leaves_nobody(self):
        stop = threading.Event()
        threads = [threading.Thread(target=self.log_in_for_ever,
                                    args=(number, stop))
                   for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            wait_for("sessions", lambda: len(self.dovecot.who()) >= CLIENTS)
            self.apply()
            wait_for("nobody unlisted\n" + self.gate.logged(),
                     lambda: not self.inside() - {"alice"}, 3)
            end = time.monotonic() + 3
            while time.monotonic() < end:
                self.assertEqual(self.inside() - {"alice"}, set(),
                                 self.gate.logged())
                time.sleep(0.1)
            self.assertIn("alice", self.inside())
        finally:
            stop.set()
            for thread in threads:
                thread.join(60)

    def log_in_for_ever(self, number, stop):
        """Every fourth client is alice, whom the lock spares. Each holds its
        session until it is cut, and comes back at once."""
        user = ("alice", "bob", "carol", "dave")[number % 4]
        while not stop.is_set():
            client = None
            try:
                client = dovecot_fixture.Dovecot.imap_raw(self.dovecot)
                client.login(user, USERS[user])
                while not stop.is_set():
                    client.noop()
                    stop.wait(0.1)
            except Exception:  # refused or cut: that is what they are for
                stop.wait(0.01)
            finally:
                if client is not None:
                    self.close(client)

    def close(self, client):
        try:
            self.dovecot.open.remove(client)
        except ValueError:
            pass
        client.file.close()
        client.sock.close()

    def kill_when_decided(self):
        """Applies, and kills the gate as soon as the lock is on disk: before
        it has cut anybody, for Dovecot cannot be told whom."""
        socket = self.dovecot.doveadm_socket
        os.rename(socket, socket + ".away")
        try:
            self.kill_on_disk()
        finally:
            os.rename(socket + ".away", socket)

    def kill_on_disk(self):
        values = os.path.join(self.gate.state, "registry.reg")
        lock = os.path.join(self.gate.state, "lock.json")

        def files():
            return [os.stat(path).st_ino if os.path.exists(path) else 0
                    for path in (values, lock)]

        before = files()
        with subprocess.Popen(
                [LOGONGATE, "--config", self.gate.config, "apply", "window",
                 "--for", "1h"], stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
            end = time.monotonic() + 30
            # Each is replaced by a new file when it is written.
            while time.monotonic() < end and run.poll() is None and \
                    any(old == new for old, new in zip(before, files())):
                pass
            self.gate.kill()
            run.wait(30)
        self.assertFalse(set(before) & set(files()) - {0}, "no lock came")


class Submission:
    """Postfix, at a door that is closed while the gate is dead."""

    def smtp(self, user, password, address="127.0.0.1"):
        """Whether Postfix would hear that somebody logged on."""
        done = subprocess.run(
            [dovecot_fixture.program("doveadm"), "-c", self.dovecot.config,
             "auth", "test", "-x", "service=smtp", "-x", "rip=" + address,
             user, password], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, check=False, encoding="utf-8")
        self.assertRegex(done.stdout, "auth (succeeded|failed)")
        return done.returncode == 0

    def test_postfix_logs_people_on_and_asks_itself(self):
        self.apply()
        for address in ("192.0.2.7", "2001:db8::7"):
            self.assertTrue(self.smtp("bob", USERS["bob"], address))
            self.assertFalse(self.smtp("bob", "wrong", address))
        # It would call a temporary failure a wrong password.
        self.gate.kill()
        for address in ("192.0.2.7", "2001:db8::7"):
            self.assertTrue(self.smtp("bob", USERS["bob"], address))
            self.assertFalse(self.smtp("bob", "wrong", address))
        self.assertFalse(self.smtp("nobody", "wrong"))
        self.gate.start()


class AuthPolicy(Rows, Case):
    door = "policy"
    refused_imap = r"^a1 NO \[UNAVAILABLE\] " + Case.until
    refused_pop3 = r"^-ERR \[SYS/TEMP\] " + Case.until
    # Open, as the drop-in says.
    dead_imap = "^None$"
    dead_pop3 = "^None$"


class Dict(Rows, Submission, Case):
    door = "dict"
    refused_imap = r"^a1 NO \[CONTACTADMIN\] " + Case.until
    refused_pop3 = r"^-ERR \[SYS/TEMP\] " + Case.until
    dead_imap = r"^a1 NO \[UNAVAILABLE\] "
    dead_pop3 = r"^-ERR \[SYS/TEMP\] "

    def test_a_refusal_comes_without_delay(self):
        self.apply()
        start = time.monotonic()
        self.assertRegex(self.dovecot.imap_refusal("bob"), self.refused_imap)
        self.assertLess(time.monotonic() - start, 1)


class Combined(Rows, Submission, Case):
    door = "combined"
    refused_imap = AuthPolicy.refused_imap
    refused_pop3 = AuthPolicy.refused_pop3
    dead_imap = Dict.dead_imap
    dead_pop3 = Dict.dead_pop3

    def test_a_password_is_what_it_is_while_the_gate_lives(self):
        for _ in range(2):
            self.assertRegex(self.dovecot.imap_refusal("bob", "wrong"),
                             r"\[AUTHENTICATIONFAILED\]")
            self.assertRegex(self.dovecot.imap_refusal("nobody", "wrong"),
                             r"\[AUTHENTICATIONFAILED\]")
            self.assertRegex(self.dovecot.pop3_refusal("bob", "wrong"),
                             r"^-ERR \[AUTH\]")
            self.assertRegex(self.dovecot.imap_refusal("alice*mover", "x"),
                             r"\[AUTHENTICATIONFAILED\]")
            if not self.gate.status()["active"]:
                self.assert_admitted("bob")
                self.apply()

    def test_dead_is_temporary_for_all_and_without_a_lock_too(self):
        self.gate.kill()
        for user, password in (("alice", None), ("bob", "wrong"),
                               ("bob*mover", "mover-pw")):
            self.assertRegex(self.dovecot.imap_refusal(user, password),
                             self.dead_imap)
        self.gate.start()
        self.assert_admitted("alice")
        self.assertIsNone(self.dovecot.imap_refusal("bob*mover", "mover-pw"))

    def test_doors_says_so(self):
        done = subprocess.run(
            [LOGONGATE, "--config", self.gate.config, "doors", "--json",
             "--dovecot", self.dovecot.config,
             *(f"--{name}={self.gate.folder}/none"
               for name in ("nginx", "haproxy", "postfix", "pam"))],
            stdout=subprocess.PIPE, check=False, encoding="utf-8")
        self.assertEqual(
            [(row["way"], row["asks"], row["when_gate_is_down"])
             for row in json.loads(done.stdout)["doors"]
             if row["way"] in ("imap", "pop3", "master users")],
            [(way, "yes", "temporary-error")
             for way in ("imap", "pop3", "master users")])


dovecot_fixture.require("dovecot", "doveadm")
if slapd.missing():
    print(f"{slapd.missing()} is not installed: skipped")
    sys.exit(dovecot_fixture.SKIPPED)
unittest.main()
