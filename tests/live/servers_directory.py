# SPDX-License-Identifier: ISC
"""A lock that is written into a directory: a real slapd, ldapsearch reads what
is there before, meanwhile and after. Every account gets back exactly what it
had, and what somebody else changes meanwhile stays theirs (I1, I2)."""
import base64
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from exchange_people import BASE, DN, TOP, line, person, slapd

LOGONGATE = os.path.join(os.environ["LOGONGATE_BIN_DIR"], "logongate")
S = "\u00a7"
MANY = 800

PROFILE = f"""[profile]
description = "freeze"
[logon_only_as]
when_invalid = closed
allow.1 = "{DN}postmaster"
[protocols]
refuse = "pop3"
"""



class Directory(unittest.TestCase):

    def setUp(self):
        self.top = tempfile.mkdtemp(prefix="lg-dirback-")
        self.addCleanup(shutil.rmtree, self.top, ignore_errors=True)
        os.makedirs(self.path("s"))
        people = [person("postmaster", f"POP3{S}1{S}1{S}4"),
                  person("alice", f"IMAP4{S}1{S}1{S}9{S}odd", f"Other{S}1",
                         f"HTTP{S}0{S}1", f"OWA{S}1"),
                  person("bob"), person("zo\u00eb", f"Gr\u00fc\u00df{S}1")]
        people += [person(f"user{i:03d}", f"IMAP4{S}1{S}{i}")
                   for i in range(MANY)]
        self.server = slapd.Slapd(self.path("s"), TOP + "".join(people),
                                  access=slapd.READABLE)
        self.addCleanup(self.server.kill)
        self.write("p.ini", PROFILE)
        self.settings()
        self.before = self.there()
        self.assertEqual(len(self.before), MANY + 4)

    def path(self, name):
        return os.path.join(self.top, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def settings(self, bind='bind_dn = "external"', uri=None):
        self.write("lg.conf", f"""[gate]
state_dir = "{self.path('state')}"
run_dir = "{self.path('run')}"
[directory]
uri = "{uri or self.server.socket_uri}"
base = "{BASE}"
tls = none
timeout_s = 10
{bind}
[target.users]
dialect = exchange2003
backend = directory
""")

    def start(self, *words):
        environment = dict(os.environ, HOME=self.top,
                           ASAN_OPTIONS="detect_leaks=0")
        environment.pop("SUDO_USER", None)
        return subprocess.Popen(
            [LOGONGATE, "--config", self.path("lg.conf"), *words],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def logongate(self, code, *words):
        process = self.start(*words)
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, code, (words, out, err))
        return (out + err).decode()

    APPLY = ("--for", "1h", "--target", "users", "--accept-warnings")

    def apply(self, code=0):
        return self.logongate(code, "apply", self.path("p.ini"), *self.APPLY)

    def modify(self, uid, kind, *values):
        text = f"{line('dn', f'uid={uid},{BASE}')}\n"
        if kind == "entry":
            text += "changetype: delete\n"
        else:
            text += f"changetype: modify\n{kind}: protocolSettings\n"
        text += "".join(line("protocolSettings", v) + "\n" for v in values)
        subprocess.run(["ldapmodify", "-x", "-H", self.server.uri, "-D",
                        slapd.ADMIN, "-w", slapd.PASSWORD],
                       input=text.encode(), check=True,
                       stdout=subprocess.DEVNULL)

    def there(self):
        text = subprocess.run(
            ["ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-H",
             self.server.uri, "-D", slapd.ADMIN, "-w", slapd.PASSWORD, "-b",
             BASE, "(uid=*)", "uid", "protocolSettings"], check=True,
            stdout=subprocess.PIPE).stdout.decode()
        found = {}
        for record in text.split("\n\n"):
            values = {"uid": [], "protocolSettings": []}
            for one in record.splitlines():
                name, coded, value = re.match(r"(\w+)(::?) (.*)",
                                              one).groups()
                if coded == "::":
                    value = base64.b64decode(value).decode()
                values.setdefault(name, []).append(value)
            if values["uid"]:
                found[values["uid"][0]] = sorted(values["protocolSettings"])
        return found

    def test_a_lock_and_its_end(self):
        test = json.loads(self.logongate(0, "targets", "test", "users",
                                         "--json"))
        self.assertIs(test["may_write"], True)
        plan = json.loads(self.logongate(0, "plan", self.path("p.ini"),
                                         "--target", "users", "--json",
                                         "--accept-warnings"))
        values = {v["name"]: v for v in plan["targets"][0]["values"]}
        alice = values[f"uid=alice,{BASE}"]
        self.assertEqual(sorted(alice["before"]), self.before["alice"])
        self.assertIn(f"IMAP4{S}0{S}1{S}9{S}odd", alice["data"])
        self.assertEqual(self.there(), self.before)
        words = self.logongate(0, "plan", self.path("p.ini"), "--target",
                               "users", "--accept-warnings")
        self.assertIn(f"IMAP4{S}0{S}1{S}9{S}odd", words)
        self.apply()
        locked = self.there()
        self.assertEqual({k.split(",")[0][4:]: sorted(v["data"])
                          for k, v in values.items()}, locked)
        # listed: what is refused to everybody, and nothing else
        self.assertEqual(locked["postmaster"], [f"POP3{S}0{S}1{S}4"])
        self.assertIn(f"Other{S}1", locked["alice"])
        self.assertIn(f"OWA{S}0", locked["alice"])
        self.assertEqual({v.split(S)[1] for v in locked["bob"]}, {"0"})
        status = json.loads(self.logongate(0, "status", "--json"))
        self.assertEqual([(t["name"], t["in_force"], t["differs"])
                          for t in status["targets"]],
                         [("users", True, False)])
        self.logongate(0, "lift")
        self.assertEqual(self.there(), self.before)

    def test_a_lock_that_concerns_some(self):
        """account by account, also where the list is a long one"""
        with open(self.path("batch.txt"), "w", encoding="utf-8") as file:
            file.writelines(f"away{i}\n" for i in range(3000))
            file.write("bob\nalice\n")
        self.write("p.ini", """[profile]
description = "tonight's batch"
accept = "dn-not-found"
[applies_to]
file = "batch.txt"
""")
        self.apply()
        locked = self.there()
        self.assertEqual({uid for uid in locked
                          if locked[uid] != self.before[uid]},
                         {"alice", "bob"})
        self.assertEqual({v.split(S)[1] for v in locked["bob"]}, {"0"})
        self.logongate(0, "lift")
        self.assertEqual(self.there(), self.before)

    def test_what_somebody_else_changed_is_told_and_stays(self):
        self.apply()
        mine = f"IMAP4{S}1{S}mine"
        self.modify("user007", "replace", mine)
        self.modify("user008", "add", f"Later{S}1")
        told = self.logongate(5, "lift")
        self.assertIn("user007", told)
        self.assertNotEqual(self.there()["user009"], self.before["user009"])
        told = self.logongate(9, "lift", "--force")
        self.assertIn("user007", told)
        self.assertIn("somebody else", told)
        expected = dict(self.before, user007=[mine])
        expected["user008"] = sorted(self.before["user008"] + [f"Later{S}1"])
        self.assertEqual(self.there(), expected)
        # nothing of ours is left: the next lock begins anew
        self.apply()
        self.logongate(0, "lift")
        self.assertEqual(self.there(), expected)

    def test_an_end_keeps_nobody_locked_for_one_that_was_changed(self):
        self.logongate(0, "apply", self.path("p.ini"), "--for", "1s",
                       "--target", "users", "--accept-warnings")
        mine = f"IMAP4{S}1{S}mine"
        self.modify("user007", "replace", mine)
        time.sleep(1.1)
        told = self.logongate(9, "recover")
        self.assertIn("user007", told)
        self.assertIn("somebody else", told)
        self.assertEqual(self.there(), dict(self.before, user007=[mine]))
        status = json.loads(self.logongate(0, "status", "--json"))
        self.assertFalse(status["active"])
        self.assertIsNone(status["interrupted"])

    def test_an_account_that_is_gone_keeps_nobody_locked(self):
        self.apply()
        self.modify("user001", "entry")
        told = self.logongate(9, "lift", "--force")
        self.assertIn("user001", told)
        self.assertIn("is no longer there", told)
        del self.before["user001"]
        self.assertEqual(self.there(), self.before)

    def test_somebody_faster_than_the_change_wins(self):
        for round_ in range(6):
            process = self.start("apply", self.path("p.ini"), *self.APPLY)
            time.sleep(0.05 * round_)
            mine = f"IMAP4{S}1{S}faster{round_}"
            try:
                self.modify(f"user{MANY - 1}", "replace", mine)
            finally:
                out, err = process.communicate(timeout=120)
            now = self.there()
            self.assertIn(mine, now[f"user{MANY - 1}"] + [
                v.replace(f"{S}0{S}", f"{S}1{S}", 1)
                for v in now[f"user{MANY - 1}"]], (out, err))
            if process.returncode == 0:
                self.start("lift", "--force").communicate(timeout=120)
                now = self.there()
            expected = dict(self.before)
            expected[f"user{MANY - 1}"] = [mine]
            self.assertEqual(now, expected, (out, err))

    def is_locked(self, uid):
        found = subprocess.run(
            ["ldapsearch", "-x", "-LLL", "-H", self.server.uri, "-D",
             slapd.ADMIN, "-w", slapd.PASSWORD, "-s", "base", "-b",
             f"uid={uid},{BASE}", "protocolSettings"], check=True,
            stdout=subprocess.PIPE).stdout
        return found.count(b"protocolSettings:") > 1

    def test_killed_in_the_middle(self):
        """Some accounts are changed, others are not: recover undoes it."""
        seen = set()
        for first in ("user005", "user100", "user300"):
            process = self.start("apply", self.path("p.ini"), *self.APPLY)
            # It stands still while it is looked at, however long that takes.
            while process.poll() is None:
                process.send_signal(signal.SIGSTOP)
                if self.is_locked(first):
                    break
                process.send_signal(signal.SIGCONT)
                time.sleep(0.02)
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=60)
            there = self.there()
            changed = sum(there[uid] != was
                          for uid, was in self.before.items())
            seen.add(0 < changed < len(self.before))
            self.logongate(0, "recover")
            if self.there() != self.before:  # it was through
                self.logongate(0, "lift")
            self.assertEqual(self.there(), self.before)
        self.assertIn(True, seen)

    def test_a_back_up_is_put_back(self):
        backup = "2026-11-22T00:00:00Z.users.reg"
        os.makedirs(self.path("state/backups"), mode=0o700)
        self.logongate(0, "registry", "export",
                       self.path(f"state/backups/{backup}"), "--target",
                       "users")
        self.modify("user003", "replace", f"HTTP{S}0")
        self.modify("bob", "add", f"HTTP{S}0")
        self.logongate(0, "registry", "restore", backup,
                       "--target", "users")
        self.assertEqual(self.there(), self.before)

    def test_without_the_right_nothing_is_written(self):
        self.settings(bind="", uri=self.server.uri)
        self.apply(code=7)
        self.assertEqual(self.there(), self.before)

    def test_rights_of_some_accounts_only(self):
        """protected accounts stop a lock before anything is written, and keep
        no other one locked"""
        os.makedirs(self.path("s2"))
        keeper = f"cn=keeper,{slapd.SUFFIX}"
        ldif = (f"dn: {keeper}\nobjectClass: person\ncn: keeper\nsn: k\n"
                "userPassword: secret\n\n")
        people = "".join(person(f"user{i}", f"IMAP4{S}1{S}{i}")
                         for i in range(5))

        def rule(protected):
            return (f'access to dn.regex="^uid=({protected})," by * read\n'
                    "access to attrs=userPassword by anonymous auth\n"
                    f'access to * by dn.exact="{keeper}" write by * read')
        self.server.kill()
        self.server = slapd.Slapd(self.path("s2"), TOP + ldif + people,
                                  access=rule("nobody"))
        self.addCleanup(self.server.kill)
        self.write("secret", "secret")
        os.chmod(self.path("secret"), 0o600)
        bind = f'bind_dn = "{keeper}"\npassword_file = '
        self.settings(bind=f'{bind}"{self.path("secret")}"',
                      uri=self.server.uri)
        before = self.there()
        self.apply()
        self.server.access(rule("user1|user3"))
        locked = self.there()
        told = self.logongate(9, "lift")
        self.assertIn("user1", told)
        self.assertIn("user3", told)
        self.assertEqual(self.there(), dict(
            before, user1=locked["user1"], user3=locked["user3"]))
        self.server.access(rule("nobody"))
        self.logongate(0, "recover")
        self.assertEqual(self.there(), before)
        self.server.access(rule("user3|user4"))
        told = self.apply(code=7)
        self.assertIn("user3", told)
        self.assertIn("user4", told)
        self.assertEqual(self.there(), before)
        self.write("secret", "wrong")
        self.apply(code=7)

    def test_a_directory_that_is_down_writes_nothing(self):
        self.settings(uri="ldap://127.0.0.1:9")
        self.apply(code=6)
        self.write("x.ldif", "")
        self.settings(uri="ldif:" + self.path("x.ldif"))
        self.assertIn("LDIF", self.apply(code=3))


if __name__ == "__main__":
    lacking = slapd.missing() or next(
        (tool for tool in ("ldapmodify", "ldapsearch")
         if not shutil.which(tool)), None)
    if lacking:
        print(f"skipped: {lacking} is not here")
        sys.exit(77)
    result = unittest.main(exit=False).result
    sys.exit(0 if result.wasSuccessful() else 1)
