# SPDX-License-Identifier: ISC
"""Gates of a fleet behind a real OpenLDAP: one command locks all of them, and
what is forged, deleted or cut off changes nothing."""
import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "testbed"))
import providers                                      # noqa: E402
from programs import wait_for                         # noqa: E402
from running_gate import (BIN, NAMES as RUNNING_NAMES,     # noqa: E402
                          Gate, dn_of, ldif_of, listeners)

FLEET = "ou=logongate," + providers.SUFFIX
NAMES = ("g1.example.org", "g2.example.org", "g3.example.org")
GROUPS = ("imap", "imap", "web")


def entries(names):
    text = "".join(f"""dn: {name}
objectClass: organizationalUnit
ou: {name.partition("=")[2].partition(",")[0]}

""" for name in (FLEET, "ou=locks," + FLEET, "ou=gates," + FLEET))
    return text + "".join(f"""dn: cn={name},ou=gates,{FLEET}
objectClass: logongateGate
cn: {name}

""" for name in names)


def make_key(folder, name):
    """A private key, and its line for verify_keys."""
    path = os.path.join(folder, name + ".key")
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out",
                    path], check=True, capture_output=True)
    os.chmod(path, 0o600)
    der = subprocess.run(["openssl", "pkey", "-in", path, "-pubout",
                          "-outform", "DER"], check=True,
                         capture_output=True).stdout
    return path, f"{name} {base64.b64encode(der[-32:]).decode()}\n"


def rejected(gate, code):
    for line in gate.http("GET", "/metrics")[2].decode().splitlines():
        if line.startswith(f'logongate_fleet_rejected_total'
                           f'{{code="{code}"}}'):
            return int(line.split()[-1])
    raise AssertionError(code)


class Fleet(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="lgf")
        os.mkdir(os.path.join(cls.folder, "slapd"))
        cls.server = providers.Provider(os.path.join(cls.folder, "slapd"))
        cls.server.ldap("ldapadd", entries(NAMES))
        cls.key, line = make_key(cls.folder, "anna")
        cls.verify = os.path.join(cls.folder, "fleet.pub")
        with open(cls.verify, "w", encoding="ascii") as file:
            file.write(line)
        os.chmod(cls.verify, 0o644)
        cls.secret = os.path.join(cls.folder, "ldap.secret")
        with open(cls.secret, "w", encoding="ascii") as file:
            file.write(providers.PASSWORD + "\n")
        os.chmod(cls.secret, 0o600)
        cls.gates = []
        for name, group in zip(NAMES, GROUPS):
            gate = Gate(listen=listeners("http"),
                        settings=cls.settings(name, group))
            gate.settings('[directory]\n', '[directory]\ntls = none\ntimeout_s = 2\n')
            if name == NAMES[1]:
                cls.with_doors(gate)
            cls.gates.append(gate.start())
        cls.profile = cls.gates[0].profile(listed=["alice"])

    @classmethod
    def settings(cls, name, group):
        return f"""
[fleet]
base = "{FLEET.upper()}"
uri = "{cls.server.uri}"
bind_dn = "{providers.ADMIN}"
password_file = "{cls.secret}"
name = "{name}"
groups = "{group}"
verify_keys = "{cls.verify}"
sign_key = "{cls.key}"
heartbeat_s = 2
doors = no
"""

    @classmethod
    def with_doors(cls, gate):
        """Looks at its doors; its machine has a Dovecot that does not ask."""
        gate.settings("doors = no", "doors = yes")
        programs = gate.path("programs")
        os.mkdir(programs)
        cls.dovecot(gate, "passdb {\n  driver = pam\n}\n")
        for name in ("postconf", "nginx"):
            path = os.path.join(programs, name)
            gate.write(path, "#!/bin/sh\nexit 1\n")
            os.chmod(path, 0o755)
        gate.env["PATH"] = programs + ":" + gate.env["PATH"]

    @staticmethod
    def dovecot(gate, text):
        path = os.path.join(gate.path("programs"), "doveconf")
        gate.write(path, f"#!/bin/sh\ncat <<'end'\n# 2.3.19: "
                   f"/nowhere/dovecot.conf\nprotocols = imap\n{text}end\n")
        os.chmod(path, 0o755)

    @classmethod
    def tearDownClass(cls):
        for gate in cls.gates:
            gate.close()
        cls.server.kill()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def setUp(self):
        self.admin = self.gates[0]

    def tearDown(self):
        for gate in self.gates:
            if gate.process.poll() is not None:
                gate.start()
        self.admin.command("lift", "--fleet", "--ensure", "--quiet")

    def fleet(self):
        status = json.loads(self.admin.command("status", "--fleet", "--json"))
        return {gate["name"]: gate for gate in status["gates"]}

    def apply(self, *words, code=0):
        return self.admin.command("apply", self.profile, "--for", "1h",
                                  "--fleet", "--json", *words, code=code)

    def locked(self, gate):
        return gate.status()["active"]

    def codes(self, gate):
        return {one["code"] for one in gate.status()["fleet"]["attention"]}

    def test_one_command_locks_and_lifts_all(self):
        done = json.loads(self.apply("--reason", "new disks"))
        self.assertEqual({one["state"] for one in done["gates"]}, {"in-force"})
        self.assertEqual(len(done["gates"]), 3)
        for gate in self.gates:
            lock = gate.status()["locks"][0]
            self.assertEqual(lock["id"], done["id"])
            self.assertEqual(lock["origin"], "fleet")
            self.assertEqual(lock["reason"], "new disks")
            self.assertEqual(gate.decide(user="bob")["verdict"], "refuse")
            self.assertEqual(gate.decide(user="alice")["verdict"], "admit")
        for one in self.fleet().values():
            self.assertFalse(one["differs"], one)
            self.assertFalse(one["away"])
            self.assertIn((done["id"], "in-force"),
                          [(lock["id"], lock["state"])
                           for lock in one["locks"]])
        self.admin.command("status", "--fleet", "--quiet")
        self.assertIn("belongs to the fleet", self.admin.command(
            "plan", self.profile))
        for words in (("plan", self.profile), ("doors",)):
            self.assertEqual(self.admin.json(*words)["fleet"],
                             {"name": NAMES[0], "base": FLEET.upper()})
        self.assertEqual(self.gates[1].lines("history")[-1]["event"], "apply")
        # The same again, and one gate alone: no.
        self.apply(code=5)
        done = self.admin.command("lift", "--json", code=5)
        self.assertEqual(json.loads(done)["error"]["code"], "fleet-lock")
        before = self.gates[1].status()["until"]
        self.admin.command("extend", "--fleet", "--for", "3h")
        self.assertGreater(self.gates[1].status()["until"], before)
        self.admin.command("lift", "--fleet")
        for gate in self.gates:
            self.assertFalse(self.locked(gate))
            self.assertEqual(gate.decide(user="bob")["verdict"], "admit")

    def test_doors_that_do_not_ask_are_named_with_their_gate(self):
        """A lock that does not lock is what this is all about."""
        def doors():
            return {name: one["not_closed"]
                    for name, one in self.fleet().items()}
        wait_for("its doors", lambda: doors()[NAMES[1]], 30)
        self.assertIn("dovecot imap", doors()[NAMES[1]])
        self.assertEqual({doors()[name] for name in NAMES if name != NAMES[1]},
                         {None})
        said = f"door-does-not-ask: dovecot imap at {NAMES[1]} does not ask"
        planned = self.admin.json("plan", self.profile, "--fleet")
        self.assertIn("dovecot imap", {one["name"]: one for one in planned[
            "gates"]}[NAMES[1]]["not_closed"])
        for words in (("plan", self.profile, "--fleet"),
                      ("apply", self.profile, "--for", "1h", "--fleet"),
                      ("status", "--fleet")):
            done = self.run_admin(*words)
            self.assertIn(said, done.stdout + done.stderr, words)
        self.admin.command("lift", "--fleet")
        # Another group has nothing to do with it.
        done = self.run_admin("plan", self.profile, "--fleet", "--group", "web")
        self.assertNotIn(said, done.stdout + done.stderr)
        done = json.loads(self.apply())
        self.assertIn("dovecot imap", {one["name"]: one for one in done[
            "gates"]}[NAMES[1]]["not_closed"])

    def run_admin(self, *words):
        return subprocess.run(
            [os.path.join(BIN, "logongate"), "--config", self.admin.config,
             *words], text=True, stdin=subprocess.DEVNULL, check=True,
            capture_output=True)

    def test_one_that_is_gone_is_named_and_comes_back(self):
        gone = self.gates[2]
        gone.kill()
        # Its death is not known yet: it is waited for, and then not locked.
        text = self.apply("--within", "2s", code=6)
        self.assertEqual(json.loads(text)["error"]["code"], "target-failed")
        for gate in self.gates[:2]:
            self.assertFalse(self.locked(gate))
        self.apply("--require", "2", "--within", "2s")
        wait_for("it to count as away",
                 lambda: self.fleet()[NAMES[2]]["away"], 20)
        self.admin.command("status", "--fleet", "--quiet", code=1)
        # It enforces before it answers anything.
        gone.start()
        self.assertTrue(self.locked(gone))
        self.assertEqual(gone.decide(user="bob")["verdict"], "refuse")

    def test_one_whose_disk_is_full_is_not_ready(self):
        gate = self.gates[2]
        gate.stop()
        try:
            with gate.small_disk() as fill:
                gate.start()
                filler = fill()
                done = json.loads(self.apply(code=6))
                answers = {one["name"]: one for one in done["gates"]}
                self.assertEqual(answers[NAMES[2]]["state"], "not-ready")
                self.assertIn("No space left", answers[NAMES[2]]["why"])
                # The sentence names it and why, and nobody who was ready.
                self.assertRegex(done["error"]["text"],
                                 rf"\({NAMES[2]} not-ready: .*No space left"
                                 r"[^;]*\); it was in force nowhere$")
                self.assertFalse(any(self.locked(one) for one in self.gates))
                # The others alone; it follows when there is room again.
                self.apply("--require", "2")
                self.assertFalse(self.locked(gate))
                os.remove(filler)
                wait_for("it to lock", lambda: self.locked(gate), 20)
                self.admin.command("lift", "--fleet")
        except LookupError as error:
            self.skipTest(str(error))

    def interrupted(self, *words):
        """apply of whom somebody presses Ctrl-C while it waits for a gate
        that is stopped; (exit code, its error)."""
        done = subprocess.Popen(
            [os.path.join(BIN, "logongate"), "--config", self.admin.config,
             "apply", self.profile, "--for", "1h", "--fleet", "--json",
             "--within", "50s", *words], text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.addCleanup(done.kill)
        for line in done.stderr:  # both others have said so
            if f"{NAMES[1]}: ready" in line:
                break
        done.send_signal(signal.SIGINT)
        out, _ = done.communicate(timeout=30)
        return done.returncode, json.loads(out)["error"]["text"]

    def test_stopped_before_it_begins_it_is_in_force_nowhere(self):
        gate = self.gates[2]
        os.kill(gate.process.pid, signal.SIGSTOP)
        try:
            self.assertEqual(self.interrupted(), (
                6, "stopped before it began; it was in force nowhere"))
        finally:
            os.kill(gate.process.pid, signal.SIGCONT)
        wait_for("all to drop it", lambda: not any(
            lock["state"] != "over" for one in self.fleet().values()
            for lock in one["locks"]), 20)
        self.assertFalse(any(self.locked(one) for one in self.gates))

    def test_a_lock_for_a_domain_is_for_its_accounts(self):
        profile = self.admin.write("domain.ini", """[profile]
description = "a test"
[applies_to]
domains = "example.org"
""")
        self.admin.command("apply", profile, "--for", "1h", "--fleet",
                           "--accept-warnings")
        for gate in self.gates:
            self.assertEqual(gate.decide(user="bob@example.org")["verdict"],
                             "refuse")
            self.assertEqual(gate.decide(user="bob@example.net")["verdict"],
                             "admit")
            # Of one who comes with a DN the directory knows the domain.
            self.assertEqual(gate.decide(dn=dn_of("bob"))["verdict"],
                             "refuse")

    def test_a_list_too_long_for_an_entry_is_a_filter_for_each_gate(self):
        long = "of-a-house-with-very-long-names-of-accounts-" * 5
        many = [f"{i}-{long}" for i in range(5000)]
        people = ldif_of((*RUNNING_NAMES, *many))
        before = {}
        for gate in self.gates:
            with open(gate.ldif, encoding="utf-8") as file:
                before[gate] = file.read()
            gate.write("people.ldif", people)
        profile = self.admin.write("filter.ini", f"""[profile]
[logon_only_as]
when_invalid = closed
allow.1 = "{dn_of("alice")}"
allow_filter = "(cn=*{long})"
""")
        words = ("apply", profile, "--for", "1h", "--fleet", "--json",
                 "--within", "60s")
        try:
            self.admin.command(*words)
            for gate in self.gates:
                self.assertEqual(gate.decide(dn=dn_of(many[4999]))["verdict"],
                                 "admit")
                self.assertEqual(gate.decide(dn=dn_of("alice"))["verdict"],
                                 "admit")
                self.assertEqual(gate.decide(dn=dn_of("bob"))["verdict"],
                                 "refuse")
            bodies = self.server.ldap(
                "ldapsearch", "", "-LLL", "-b", "ou=locks," + FLEET,
                "(logongateKind=prepare)", "logongateBody").stdout
            self.assertLess(len(bodies), 100000)
            self.admin.command("lift", "--fleet")
            # Whom the filter means one gate cannot find out, or it finds
            # nobody of those whom the lock would concern.
            os.remove(self.gates[2].ldif)
            self.admin.write("some.ini", f"""[profile]
[applies_to]
filter = "(cn=*{long})"
""")
            for why, name in (("", profile), ("finds nobody", self.admin.path(
                    "some.ini"))):
                done = json.loads(self.admin.command(
                    words[0], name, *words[2:], "--accept-warnings", code=6))
                answer = {one["name"]: one for one in done["gates"]}[NAMES[2]]
                self.assertEqual(answer["state"], "not-ready")
                self.assertIn(why, answer["why"])
                self.assertFalse(any(self.locked(one) for one in self.gates))
                self.gates[2].write("people.ldif", before[self.gates[2]])
        finally:
            for gate, text in before.items():
                gate.write("people.ldif", text)

    def test_a_group_is_its_gates(self):
        done = json.loads(self.apply("--group", "imap"))
        self.assertEqual([one["name"] for one in done["gates"]],
                         list(NAMES[:2]))
        self.assertFalse(self.locked(self.gates[2]))
        self.assertFalse(self.fleet()[NAMES[2]]["differs"])
        other = json.loads(self.admin.command(
            "apply", self.admin.profile(listed=["bob"]), "--for", "1h",
            "--fleet", "--json"))
        self.admin.command("lift", "--fleet", code=5)
        lifted = json.loads(self.admin.command("lift", "--fleet", "--all",
                                               "--json"))["lifted"]
        self.assertEqual(set(lifted), {done["id"], other["id"]})

    def test_forged_and_deleted_entries_change_nothing_and_are_loud(self):
        done = json.loads(self.apply())
        lock = done["id"]
        self.server.ldap("ldapadd", providers.event(FLEET, lock, 9,
                                                    b'{"kind":"lift"}'))
        self.server.ldap("ldapdelete", "",
                         f"cn={lock}.2.anna,ou=locks,{FLEET}")
        for gate in self.gates:
            wait_for("it to be loud", lambda gate=gate: self.codes(gate) >= {
                "fleet-bad-signature", "fleet-vanished"}, 20)
            self.assertTrue(self.locked(gate))
            gate.await_log(f"{lock}.9.anna")
            metrics = gate.http("GET", "/metrics")[2].decode()
            self.assertIn('logongate_fleet_rejected_total'
                          '{code="fleet-vanished"}', metrics)
            self.assertIn('logongate_attention{what="fleet"} 1', metrics)
        for one in self.fleet().values():
            self.assertEqual(one["how"],
                             f"{lock} is in force there and its begin is gone")
        # Who never saw it knows by what the gates count.
        said = [one for one in json.loads(self.admin.command(
            "status", "--fleet", "--json"))["attention"]
            if one["code"] == "fleet-vanished"]
        self.assertEqual(len(said), 1)
        self.assertIn("events and the directory shows", said[0]["text"])
        # Without any entry of its own it is still seen, and still lifted.
        self.server.ldap("ldapdelete", "",
                         f"cn={lock}.1.anna,ou=locks,{FLEET}")
        for one in self.fleet().values():
            self.assertEqual(
                one["how"], f"{lock} is in force there, and its entries are "
                "gone or of a key that was revoked")
        other = json.loads(self.admin.command(
            "apply", self.admin.profile(listed=["bob"]), "--for", "1h",
            "--fleet", "--json"))["id"]
        said = json.loads(self.admin.command("lift", "--fleet", "--json",
                                             code=5))
        self.assertEqual(said["error"]["code"], "ambiguous-lock")
        self.admin.command("lift", other, "--fleet")
        done = json.loads(self.admin.command("lift", "--fleet", "--json"))
        self.assertEqual(done["lifted"], [lock])
        self.assertEqual({one["state"] for one in done["gates"]}, {"lifted"})
        for gate in self.gates:
            self.assertFalse(self.locked(gate))
        self.server.ldap("ldapdelete", "",
                         f"cn={lock}.9.anna,ou=locks,{FLEET}")

    def old_event(self, kind, number, **more):
        """An event of a lock that was over forty days ago, signed by anna."""
        lock = "lg-" + "a" * 12
        began = int(time.time() - 40 * 86400) * 1000
        body = json.dumps({
            "at": began + number, "base": FLEET, "by": "anna", "count": 1,
            "key": "anna", "kind": kind, "lock": lock, "number": number,
            "v": 1, **more}, sort_keys=True, separators=(",", ":"))
        signed = os.path.join(self.folder, "signed")
        with open(signed, "wb") as file:
            file.write(b"logongate-fleet-1\0" + FLEET.encode() + b"\0"
                       + body.encode())
        signature = subprocess.run(
            ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.key,
             "-in", signed], check=True, capture_output=True).stdout
        return providers.event(
            FLEET, lock, number, body.encode(), kind=kind,
            signature=base64.b64encode(signature).decode())

    def test_what_is_over_for_long_is_tidied_and_forgotten(self):
        began = int(time.time() - 40 * 86400)
        self.server.ldap("ldapadd", self.old_event(
            "prepare", 1, confirm_within_s=0, grace_s=0, groups=[], lists=[],
            max_duration_s=-1, profile="old", ready_by=(began + 10) * 1000,
            reason=None, replace=False, starts=0, until=began + 3600,
            values="Windows Registry Editor Version 5.00\r\n",
            variables=None) + self.old_event("begin", 2)
            + self.old_event("lift", 3))
        lock = "lg-" + "a" * 12

        def kept(gate):
            return [name for name in os.listdir(os.path.join(
                gate.state, "fleet")) if name.startswith(lock)]
        for gate in self.gates:
            wait_for("it to be kept", lambda gate=gate: len(kept(gate)) == 3,
                     20)
            self.assertFalse(self.locked(gate))
        self.apply()
        self.assertIn("Deleted 3 entries", self.admin.command(
            "fleet", "tidy"))
        self.assertIn("Deleted 0 entries", self.admin.command(
            "fleet", "tidy"))
        for gate in self.gates:
            wait_for("it to be forgotten", lambda gate=gate: not kept(gate),
                     20)
            self.assertTrue(self.locked(gate))
            self.assertFalse([one for one in gate.status()["fleet"][
                "attention"] if lock in (one["entry"] or "")])

    def test_what_cannot_be_read_is_loud_and_the_gate_goes_on(self):
        """So many entries that nobody signed: LG_FLEET_ENTRIES."""
        many = int(os.environ.get("LG_FLEET_ENTRIES", "400"))
        bodies = {"1": b"x" * (1 << 20), "2": b"y" * ((1 << 20) + 1),
                  "3": b'{"at":1,"base":', "4": b"\xff\xfe{\0}\0",
                  "5": '{"by":"Ä"}'.encode("latin-1"),
                  "6": b"[" * 100000}
        lock = "lg-" + "0" * 12
        text = "".join(providers.event(FLEET, lock, number, body)
                       for number, body in bodies.items())
        text += "".join(providers.event(FLEET, lock, i, b"{}", "x")
                        for i in range(100, 100 + many))
        gate = self.gates[1]
        before = rejected(gate, "fleet-bad-signature")
        self.server.ldap("ldapadd", text)
        wait_for("all to be counted", lambda: rejected(
            gate, "fleet-bad-signature") >= before + many + 4, 60)
        status = gate.status()
        self.assertLessEqual(len(status["fleet"]["attention"]), 64)
        self.assertTrue({"fleet-unreadable", "fleet-bad-signature"} <=
                        self.codes(gate), self.codes(gate))
        self.apply()
        self.assertTrue(gate.status()["active"])
        self.admin.command("lift", "--fleet")
        found = self.server.ldap(
            "ldapsearch", "", "-LLL", "-o", "ldif-wrap=no", "-z", "0", "-b",
            "ou=locks," + FLEET, f"(logongateLock={lock})", "1.1").stdout
        self.server.ldap("ldapdelete", "".join(
            line[4:] + "\n" for line in found.splitlines()
            if line.startswith("dn: ")))
        wait_for("it to be over", lambda: not self.codes(gate) &
                 {"fleet-bad-signature", "fleet-unreadable"}, 60)

    def test_lifted_here_by_force_differs_and_does_not_come_back(self):
        self.apply()
        gate = self.gates[1]
        gate.command("lift", "--force")
        wait_for("it to differ", lambda: self.fleet()[NAMES[1]]["differs"], 20)
        gate.stop()
        gate.start()
        self.assertFalse(self.locked(gate))
        self.assertTrue(self.locked(self.gates[0]))

    def test_cut_off_it_holds_and_starts_with_what_it_has(self):
        self.apply()
        gate = self.gates[1]
        self.server.pause()
        try:
            wait_for("it to be cut off",
                     lambda: "fleet-cut-off" in self.codes(gate), 30)
            gate.kill()
            gate.start()
            self.assertTrue(self.locked(gate))
            # One that has nothing on its disk yet cannot know.
            fresh = Gate(listen=listeners("http"), settings=self.settings(
                NAMES[1], GROUPS[1]))
            self.addCleanup(fresh.close)
            fresh.settings('[directory]\n', '[directory]\ntls = none\ntimeout_s = 2\n')
            fresh.start()
            self.assertEqual(fresh.decide(user="alice")["reason"],
                             "no-policy")
        finally:
            self.server.go_on()
        wait_for("the new one to lock", lambda: fresh.decide(
            user="bob")["reason"] == "not-listed", 40)
        self.assertEqual(fresh.decide(user="alice")["verdict"], "admit")
        fresh.stop()
        wait_for("all to be connected", lambda: all(
            one.status()["fleet"]["connected"] for one in self.gates), 40)
        self.assertTrue(self.locked(gate))


class Many(unittest.TestCase):
    """A directory full of what nobody signed, before the gate starts: so many
    entries are LG_FLEET_MANY. LG_FLEET_MEMORY is what the gate may take of
    memory, in MB, and is of use without sanitizers."""

    def test_a_gate_starts_and_locks_all_the_same(self):
        many = int(os.environ.get("LG_FLEET_MANY", "20000"))
        folder = tempfile.mkdtemp(prefix="lgf")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        os.mkdir(os.path.join(folder, "slapd"))
        lock = "lg-" + "0" * 12
        server = providers.Provider(
            os.path.join(folder, "slapd"), ldif=providers.TOP
            + entries(NAMES[:1]) + "".join(
                providers.event(FLEET, lock, i, b"{}", "x")
                for i in range(many)))
        self.addCleanup(server.kill)
        key, line = make_key(folder, "anna")
        for name, text in (("fleet.pub", line),
                           ("ldap.secret", providers.PASSWORD + "\n")):
            with open(os.path.join(folder, name), "w", encoding="ascii",
                      opener=lambda p, f: os.open(p, f, 0o600)) as file:
                file.write(text)
        gate = Gate(listen=listeners("http"), settings=f"""
[fleet]
base = "{FLEET}"
uri = "{server.uri}"
bind_dn = "{providers.ADMIN}"
password_file = "{folder}/ldap.secret"
name = "{NAMES[0]}"
verify_keys = "{folder}/fleet.pub"
sign_key = "{key}"
""")
        self.addCleanup(gate.close)
        gate.settings("[directory]\n", "[directory]\ntls = none\n")
        gate.start()
        began = time.monotonic()
        wait_for("all to be counted", lambda: rejected(
            gate, "fleet-bad-signature") >= many, 60 + many / 1000)
        self.assertEqual(len(gate.status()["fleet"]["attention"]), 64)
        with open(f"/proc/{gate.process.pid}/status",
                  encoding="ascii") as file:
            peak = int(file.read().partition("VmHWM:")[2].split()[0]) / 1024
        print(f"{many} entries: counted after "
              f"{time.monotonic() - began:.1f} s, {peak:.0f} MB at most",
              file=sys.stderr)
        self.assertLess(peak, int(os.environ.get("LG_FLEET_MEMORY", "4096")))
        # A command leaves them unread after the first thousands.
        profile = gate.profile(listed=["alice"])
        began = time.monotonic()
        gate.command("apply", profile, "--for", "1h", "--fleet", "--within",
                     "60s")
        print(f"apply took {time.monotonic() - began:.1f} s", file=sys.stderr)
        self.assertEqual(gate.decide(user="bob")["verdict"], "refuse")
        gate.command("apply", profile, "--for", "1h", "--fleet", code=5)
        status = json.loads(gate.command("status", "--fleet", "--json"))
        self.assertEqual([one["state"] for one in status["locks"]],
                         ["in-force"])
        self.assertIn("so many entries", status["attention"][-1]["text"])
        gate.command("extend", "--fleet", "--for", "2h")
        gate.command("lift", "--fleet")
        self.assertEqual(gate.decide(user="bob")["verdict"], "admit")


if __name__ == "__main__":
    if providers.missing():
        print("skipped:", providers.missing())
        sys.exit(77)
    unittest.main(verbosity=2)
