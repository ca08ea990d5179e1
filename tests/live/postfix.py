# SPDX-License-Identifier: ISC
"""Postfix with the drop-ins of src/packaging/postfix, over the gate's unix
socket and over TCP: who may submit mail, what the others are told and when,
open sessions, mail from outside, and what happens without the gate. SASL is
Dovecot's, which asks the gate too. Postfix's master wants root."""
import base64
import json
import os
import shutil
import smtplib
import subprocess
import tempfile
import time
import unittest

import dovecot_fixture
import programs
from gate_dovecot import OWN_PASSDB, masters_of
from running_gate import Gate, listeners

USERS = {"tester": "pw", "other": "pw"}
MASTERS = {"mover": "m-pw", "meddler": "x-pw"}

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mail.example.org
mydestination = example.org
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
local_recipient_maps =
local_transport = discard:
default_transport = discard:
relay_transport = discard:
alias_maps =
smtpd_sasl_type = dovecot
smtpd_sasl_path = {sasl}
smtpd_relay_restrictions = permit_sasl_authenticated,reject_unauth_destination
"""

MASTER = """
127.0.0.1:{smtp} inet n - n - - smtpd
{outside}
127.0.0.1:{submission} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes
{inside}
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


class Submission(unittest.TestCase):
    """Rows over the unix socket of the drop-in."""

    # Where the drop-in asks; None: as it stands there.
    policy_port = None
    # How Dovecot asks the gate.
    door = "policy"

    @classmethod
    def setUpClass(cls):
        port = programs.free_port()
        cls.gate = Gate(
            listen=listeners("http", "dict", "postfix", mode="0666").replace(
                '"unix:http.sock"', f'"unix:http.sock, 127.0.0.1:{port}"'),
            names=(*USERS, *MASTERS))
        cls.addClassCleanup(cls.gate.close)
        if cls.policy_port:
            cls.gate.settings(
                '"unix:postfix.sock"',
                f'"unix:postfix.sock, 127.0.0.1:{cls.policy_port}"')
        cls.gate.start()
        cls.folder = tempfile.mkdtemp(prefix="lgpf", dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        os.chmod(cls.folder, 0o755)
        sasl = os.path.join(cls.folder, "sasl")
        dovecot = dovecot_fixture.Dovecot(USERS, extra=f"""
auth_failure_delay = 0
service auth {{
  unix_listener {sasl} {{
    mode = 0666
  }}
}}
""" + dovecot_fixture.include_door(cls.door, cls.gate.write, cls.gate.run,
                                   port),
            passdb=OWN_PASSDB if cls.door == "dict" else None)
        masters_of(dovecot, MASTERS, cls.door)
        cls.addClassCleanup(dovecot.close)
        dovecot.start()
        cls.start_postfix(sasl)

    @classmethod
    def read(cls, name):
        text = cls.gate.dropin("postfix/" + name)
        if cls.policy_port:
            text = text.replace("unix:" + cls.gate.socket("postfix"),
                                f"inet:127.0.0.1:{cls.policy_port}")
        return text

    @classmethod
    def start_postfix(cls, sasl):
        cls.smtp_port = programs.free_port()
        cls.submission_port = programs.free_port()
        # The lines of each service, as the comments between them say.
        inside, outside = cls.read("logongate-master.cf").split(
            "# Under smtp (25)")
        only = [[line for line in part.splitlines() if line.startswith("  -o")]
                for part in (inside, outside)]
        cls.config = os.path.join(cls.folder, "etc")
        for name in ("etc", "queue", "data"):
            os.mkdir(os.path.join(cls.folder, name))
        shutil.chown(os.path.join(cls.folder, "data"), "postfix")
        for name, text in (
                ("main.cf", MAIN.format(folder=cls.folder, sasl=sasl)
                 + cls.read("logongate-main.cf")),
                ("master.cf", MASTER.format(
                    smtp=cls.smtp_port, submission=cls.submission_port,
                    inside="\n".join(only[0]), outside="\n".join(only[1])))):
            with open(os.path.join(cls.config, name), "w",
                      encoding="utf-8") as file:
                file.write(text)
        cls.postfix("start")
        cls.addClassCleanup(cls.postfix, "stop")
        for port in (cls.smtp_port, cls.submission_port):
            programs.wait_for(
                "Postfix", lambda port=port: programs.answers(port))

    @classmethod
    def postfix(cls, *words):
        done = subprocess.run(
            [programs.program("postfix"), *(
                () if words[0] == "-c" else ("-c", cls.config)), *words],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=60, check=False)
        if done.returncode:
            raise AssertionError(f"postfix {words}: {done.stdout}{cls.log()}")

    @classmethod
    def log(cls):
        try:
            with open(os.path.join(cls.folder, "log"),
                      encoding="utf-8") as file:
                return file.read()
        except OSError:
            return ""

    def tearDown(self):
        if self.gate.json("status")["active"]:
            self.gate.lift()

    # SMTP.

    def connect(self, port):
        client = smtplib.SMTP("127.0.0.1", port, timeout=30)
        self.addCleanup(client.close)
        client.ehlo("client.example.net")
        return client

    def submitter(self, user):
        client = self.connect(self.submission_port)
        self.assertEqual(client.login(user, USERS[user])[0], 235)
        return client

    def assert_sent(self, client, sender="a@example.net"):
        for answer in (client.mail(sender), client.rcpt("b@example.org"),
                       client.data(b"Subject: x\r\n\r\nx\r\n")):
            self.assertEqual(answer[0], 250, answer)

    def assert_refused(self, client, answer):
        """A 421 with the profile's words, and the connection is over."""
        code, text = answer
        self.assertEqual(code, 421, answer)
        self.assertIn(b"4.3.2", text)
        self.assertIn(b"Closed until", text)
        with self.assertRaises((smtplib.SMTPServerDisconnected, OSError)):
            client.noop()
            client.noop()

    def held(self):
        done = subprocess.run(
            [programs.program("postqueue"), "-c", self.config, "-j"],
            stdout=subprocess.PIPE, text=True, check=True, timeout=30)
        return [row["queue_id"] for row in map(json.loads,
                                               done.stdout.splitlines())
                if row["queue_name"] == "hold"]

    # Rows.

    def test_without_a_lock_everybody_submits(self):
        for user in USERS:
            self.assert_sent(self.submitter(user))

    def test_a_lock_refuses_at_mail_and_not_at_auth(self):
        self.gate.lock(self.gate.profile(listed=["tester"]))
        client = self.submitter("other")
        self.assert_refused(client, client.mail("a@example.net"))
        self.assert_sent(self.submitter("tester"))
        self.gate.lift()
        self.assert_sent(self.submitter("other"))

    def by_master(self, user, master, is_plain):
        """A connection, and what was answered to the logon of a master."""
        client = self.connect(self.submission_port)
        name = ("", f"{user}*{master}") if is_plain else (user, master)
        return client, client.docmd("AUTH PLAIN " + base64.b64encode(
            "\0".join((*name, MASTERS[master])).encode()).decode())

    def test_a_master_is_judged_by_his_own_name(self):
        """Postfix is told whose mailbox it is, and nobody else."""
        goes, answer = self.by_master("tester", "meddler", True)
        self.assertEqual(answer[0], 235)
        self.assert_sent(goes)
        stays, answer = self.by_master("other", "mover", False)
        self.assertEqual(answer[0], 235)
        self.gate.lock(self.gate.profile(listed=["tester", "mover"]))
        for is_plain in (True, False):
            with self.subTest(is_plain):
                _, answer = self.by_master("tester", "meddler", is_plain)
                self.assertIn(answer[0], (454, 535), answer)
                _, answer = self.by_master("other", "mover", is_plain)
                self.assertEqual(answer[0], 235, answer)
        # The door that asks by dict tells of no logon that began.
        if self.door == "policy":
            self.assert_refused(goes, goes.mail("a@example.net"))
            self.assert_sent(stays)
        # Who logged on last counts, as soon as Dovecot has told of him.
        for user, code in (("other", 421), ("tester", 250)):
            programs.wait_for(user, lambda user=user, code=code: self.submitter(
                user).mail("a@example.net")[0] == code)

    def test_an_open_session_ends_at_its_next_command(self):
        sessions = []
        for _ in range(2):
            client = self.submitter("other")
            self.assertEqual(client.mail("a@example.net")[0], 250)
            sessions.append(client)
        self.assertEqual(sessions[1].rcpt("b@example.org")[0], 250)
        tester = self.submitter("tester")
        tester.mail("a@example.net")
        self.gate.lock(self.gate.profile(listed=["tester"]))
        self.assert_refused(sessions[0], sessions[0].rcpt("b@example.org"))
        self.assert_refused(sessions[1], sessions[1].docmd("DATA"))
        self.assertEqual(tester.rcpt("b@example.org")[0], 250)

    def test_mail_from_outside_is_never_touched(self):
        self.gate.lock(self.gate.profile(listed=["tester"]))
        self.assert_sent(self.connect(self.smtp_port))
        self.assertEqual(self.held(), [])

    def test_a_profile_may_hold_mail_from_outside(self):
        self.gate.lock(self.gate.profile(
            listed=["tester"], extra="\n[mail]\nhold = yes\n"))
        self.assert_sent(self.connect(self.smtp_port))
        programs.wait_for("the mail to be held", self.held)
        self.assert_sent(self.submitter("tester"))
        self.gate.lift()
        before = self.held()
        self.assert_sent(self.connect(self.smtp_port))
        self.assertEqual(self.held(), before)
        subprocess.run([programs.program("postsuper"), "-c", self.config,
                        "-d", "ALL"], check=True, timeout=30,
                       stderr=subprocess.DEVNULL)

    def test_refusing_the_protocol_refuses_everybody(self):
        self.gate.lock(self.gate.profile(refuse="smtp"))
        client = self.submitter("tester")
        self.assert_refused(client, client.mail("a@example.net"))

    def test_without_the_gate_submission_is_a_temporary_error(self):
        for stop, start in ((self.gate.stop, self.gate.start),
                            (self.gate.kill, self.gate.start),
                            (self.gate.freeze, self.gate.thaw)):
            with self.subTest(stop.__name__):
                # A connection that the gate held is one that is lost.
                self.assert_sent(self.submitter("tester"))
                stop()
                try:
                    client = self.submitter("tester")
                    code, text = client.mail("a@example.net")
                    self.assertEqual(code, 451, text)
                    self.assertIn(b"4.3.2", text)
                    self.assert_sent(self.connect(self.smtp_port))
                finally:
                    start()
        self.assert_sent(self.submitter("tester"))

    def ways(self):
        return [(way["asks"], way["when_gate_is_down"])
                for way in self.gate.json(
                    "doors", "--postfix", self.config)["doors"]
                if str(self.submission_port) in way["way"]]

    def test_doors_tells_how_it_is(self):
        self.assertEqual(self.ways(), [("yes", "temporary-error")])

    def edit(self, old, new):
        path = os.path.join(self.config, "main.cf")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertIn(old, text)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))
        before = self.log().count(": reload -- ")
        # It is told, and does it a moment later. What it is told between the
        # line of the reload before and the reload itself, it forgets.
        for _ in range(10):
            self.postfix("reload")
            until = time.monotonic() + 2
            while time.monotonic() < until:
                if self.log().count(": reload -- ") > before:
                    return
                time.sleep(0.02)
        self.fail("Postfix does not read its settings again:\n" + self.log())

    def test_doors_says_what_becomes_of_somebody_locked_out(self):
        plain = "logongate_submission = check_policy_service"
        rows = (
            ("logongate_submission = warn_if_reject check_policy_service",
             "no", True),
            ("smtpd_restriction_classes = inner\nlogongate_submission = inner"
             "\ninner = check_policy_service", "yes", False),
            ("logongate_submission = permit, check_policy_service", "no",
             True),
        )
        self.gate.lock(self.gate.profile(listed=["tester"]))
        for other, asks, inside in rows:
            with self.subTest(other):
                self.edit(plain, other)
                try:
                    self.assertEqual(self.ways()[0][0], asks)
                    client = self.submitter("other")
                    if inside:
                        self.assert_sent(client)
                    else:
                        self.assert_refused(client,
                                            client.mail("a@example.net"))
                finally:
                    self.edit(other, plain)

    def start_instance(self):
        """A second Postfix that asks nobody; gives its folder and port."""
        port = programs.free_port()
        folder = os.path.join(self.folder, "second")
        for name in ("etc", "queue", "data"):
            os.makedirs(os.path.join(folder, name))
        shutil.chown(os.path.join(folder, "data"), "postfix")
        for name in ("main.cf", "master.cf"):
            with open(os.path.join(self.config, name),
                      encoding="utf-8") as file:
                text = file.read()
            for old, new in ((f"{self.folder}/queue", f"{folder}/queue"),
                             (f"{self.folder}/data", f"{folder}/data"),
                             (f"127.0.0.1:{self.submission_port}",
                              f"127.0.0.1:{port}"),
                             (f"127.0.0.1:{self.smtp_port}",
                              f"127.0.0.1:{programs.free_port()}"),
                             ("$logongate_submission", "")):
                text = text.replace(old, new)
            with open(os.path.join(folder, "etc", name), "w",
                      encoding="utf-8") as file:
                file.write(text)
        config = os.path.join(folder, "etc")
        self.postfix("-c", config, "start")
        self.addCleanup(shutil.rmtree, folder)
        self.addCleanup(self.postfix, "-c", config, "abort")
        programs.wait_for("the second", lambda: programs.answers(port))
        return config, port

    def test_doors_speaks_for_each_instance(self):
        config, port = self.start_instance()
        none = os.path.join(self.folder, "none")
        mark = "compatibility_level = 3.6\n"
        named = f"{mark}multi_instance_directories = {config}, {none}\n"
        self.edit(mark, named)
        self.addCleanup(self.edit, named, mark)
        self.gate.lock(self.gate.profile(listed=["tester"]))
        ways = {way["way"]: way for way in self.gate.json(
            "doors", "--postfix", self.config)["doors"]
            if way["door"] == "postfix"}
        first = ways[f"127.0.0.1:{self.submission_port} inet"]
        second = ways[f"127.0.0.1:{port} inet of {config}"]
        self.assertEqual((first["asks"], second["asks"]), ("yes", "no"), ways)
        unread = ways["configuration"]
        self.assertEqual(unread["asks"], "unknown")
        self.assertIn(none, unread["note"])
        client = self.connect(port)
        self.assertEqual(client.login("other", USERS["other"])[0], 235)
        self.assert_sent(client)
        client = self.submitter("other")
        self.assert_refused(client, client.mail("a@example.net"))

    def test_open_while_the_gate_is_down_is_one_edit_away(self):
        closed = "default_action = 451 4.3.2 Mail is not available right now"
        self.edit(closed, "default_action = DUNNO")
        self.addCleanup(self.edit, "default_action = DUNNO", closed)
        self.assertEqual(self.ways(), [("yes", "open")])
        self.gate.lock(self.gate.profile(listed=["tester"]))
        client = self.submitter("other")
        self.assert_refused(client, client.mail("a@example.net"))
        self.gate.kill()
        try:
            self.assert_sent(self.submitter("other"))
        finally:
            self.gate.start()
        client = self.submitter("other")
        self.assert_refused(client, client.mail("a@example.net"))


class SubmissionOverTcp(Submission):
    """The same rows for a service that runs chrooted, as the drop-in says."""

    # Nothing of it depends on how the gate is asked.
    test_doors_speaks_for_each_instance = None
    door = "dict"

    @classmethod
    def setUpClass(cls):
        cls.policy_port = programs.free_port()
        super().setUpClass()

    def test_the_unix_socket_is_not_asked(self):
        with open(os.path.join(self.config, "main.cf"),
                  encoding="utf-8") as file:
            text = file.read()
        self.assertIn(f"inet:127.0.0.1:{self.policy_port},", text)
        self.assertNotIn("postfix.sock", text)


if __name__ == "__main__":
    programs.require("postfix", "dovecot")
    if os.geteuid() != 0:
        print("Postfix's master wants root: skipped")
        raise SystemExit(programs.SKIPPED)
    unittest.main()
