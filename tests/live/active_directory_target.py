# SPDX-License-Identifier: ISC
"""A lock that is written into an Active Directory: protocolSettings of the
accounts, read by ldbsearch before, meanwhile and after (I1, I2). Run by
active_directory.py."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "testbed"))
import samba_dc  # noqa: E402
from samba_dc import ADMIN, BASE, HOST, ldif_line  # noqa: E402

LOGONGATE = os.path.join(os.environ["LOGONGATE_BIN_DIR"], "logongate")
TOP = "OU=Freeze," + BASE
DN = "/o=ACME/ou=Freeze/cn=Recipients/cn="
S = "\u00a7"
MANY = 520  # more than a page

PROFILE = f"""[profile]
description = "freeze"
[logon_only_as]
when_invalid = closed
allow.1 = "{DN}p1"
[protocols]
refuse = "pop3"
"""


def unit(name, below=BASE):
    return f"dn: OU={name},{below}\nobjectClass: organizationalUnit\n\n"


def person(place, cn, uid, *settings):
    lines = [ldif_line("dn", f"CN={cn},{place}"), "objectClass: user",
             f"sAMAccountName: {uid}", f"mail: {uid}@acme.test",
             f"legacyExchangeDN: {DN}{uid}"]
    lines += [ldif_line("protocolSettings", value) for value in settings]
    return "\n".join(lines) + "\n\n"


class Target(unittest.TestCase):
    serial = 0

    @classmethod
    def setUpClass(cls):
        cls.dc = samba_dc.running()
        cls.dc.ldap("ldapadd", unit("Freeze"))

    def setUp(self):
        self.top = tempfile.mkdtemp(prefix="lg-adback-")
        self.addCleanup(shutil.rmtree, self.top, ignore_errors=True)
        Target.serial += 1
        self.base = f"OU=t{Target.serial},{TOP}"
        self.tag = f"t{Target.serial}"
        self.dc.ldap("ldapadd", unit(self.tag, TOP) + self.people())
        self.write("p.ini", PROFILE.replace("cn=p1", f"cn={self.tag}p1"))
        self.settings()
        self.before = self.there()
        self.assertEqual(len(self.before), 5)

    def people(self):
        def one(cn, uid, *settings):
            return person(self.base, cn, self.tag + uid, *settings)
        return "".join([
            one("p1", "p1", f"POP3{S}1{S}1{S}4"),
            one("p2", "p2", f"IMAP4{S}1{S}1{S}9{S}odd", f"Other{S}1",
                f"HTTP{S}0{S}1", f"OWA{S}1"),
            one("p3", "p3"),
            one("Zo\u00eb\\, the 4th", "p4", f"Gr\u00fc\u00df{S}1"),
            one("p5", "p5", f"MAPI{S}1{S}0", f"POP3{S}0")])

    def path(self, name):
        return os.path.join(self.top, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def settings(self, **changed):
        """[directory], with changes; a setting that is None is left out"""
        values = {"uri": f"ldaps://{HOST}", "base": self.base,
                  "bind_dn": ADMIN, "password_file": self.dc.secret,
                  "ca_file": self.dc.ca, "timeout_s": 10, **changed}
        lines = "\n".join(f'{key} = "{value}"' for key, value
                          in values.items() if value is not None)
        self.write("lg.conf", f"""[gate]
state_dir = "{self.path('state')}"
run_dir = "{self.path('run')}"
[directory]
{lines}
[target.users]
dialect = exchange2003
backend = directory
""")

    def logongate(self, code, *words):
        environment = dict(os.environ, HOME=self.top,
                           ASAN_OPTIONS="detect_leaks=0")
        environment.pop("SUDO_USER", None)
        done = subprocess.run(
            self.dc.inside(LOGONGATE, "--config", self.path("lg.conf"),
                           *words), env=environment, check=False, timeout=120,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, code,
                         (words, done.stdout, done.stderr))
        return (done.stdout + done.stderr).decode()

    def apply(self, code=0):
        return self.logongate(code, "apply", self.path("p.ini"), "--for",
                              "1h", "--target", "users", "--accept-warnings")

    def there(self, base=None):
        return {name: sorted(values["protocolSettings"]) for name, values in
                self.dc.search(base or self.base, "protocolSettings").items()}

    def entry(self, cn):
        return f"CN={cn},{self.base}"

    def modify(self, cn, kind, *values):
        text = f"dn: {self.entry(cn)}\n"
        text += ("changetype: delete\n" if kind == "entry" else
                 f"changetype: modify\n{kind}: protocolSettings\n")
        text += "".join(ldif_line("protocolSettings", v) + "\n"
                        for v in values)
        self.dc.ldap("ldapmodify", text)

    def test_a_lock_and_its_end(self):
        test = json.loads(self.logongate(0, "targets", "test", "users",
                                         "--json"))
        self.assertIs(test["may_write"], True)
        plan = json.loads(self.logongate(0, "plan", self.path("p.ini"),
                                         "--target", "users", "--json",
                                         "--accept-warnings"))
        values = {v["name"]: v for v in plan["targets"][0]["values"]}
        self.assertEqual({name: sorted(v["before"] or [])
                          for name, v in values.items()}, self.before)
        self.assertEqual(self.there(), self.before)
        self.apply()
        locked = self.there()
        self.assertEqual({name: sorted(v["data"])
                          for name, v in values.items()}, locked)
        self.assertEqual(locked[self.entry("p1")], [f"POP3{S}0{S}1{S}4"])
        self.assertEqual(
            {v for v in locked[self.entry("p2")] if v[0] in "IO"},
            {f"IMAP4{S}0{S}1{S}9{S}odd", f"Other{S}1", f"OWA{S}0"})
        self.assertEqual({v.split(S)[1] for v in locked[self.entry("p3")]},
                         {"0"})
        status = json.loads(self.logongate(0, "status", "--json"))
        self.assertEqual([(t["name"], t["in_force"], t["differs"])
                          for t in status["targets"]],
                         [("users", True, False)])
        self.logongate(0, "lift")
        self.assertEqual(self.there(), self.before)

    def test_from_the_top_of_the_domain_page_by_page(self):
        """the DC points to its other partitions; the accounts are more than
        a page of an answer, some without any value"""
        many = unit("Many", self.base) + "".join(
            person(f"OU=Many,{self.base}", f"m{i}", f"{self.tag}m{i}",
                   *([f"IMAP4{S}1{S}{i}"] if i % 2 else []))
            for i in range(MANY))
        self.dc.ldap("ldapadd", many)
        before = self.there(BASE)
        self.assertLess(MANY, len(before))
        self.settings(base=BASE)
        self.apply()
        locked = self.there(BASE)
        self.assertEqual(set(locked), set(before))
        # Others' accounts may be as a lock left them when they were renamed.
        self.assertEqual([name for name, values in locked.items()
                          if values == before[name]
                          and name.endswith(self.base)], [])
        self.logongate(0, "lift")
        self.assertEqual(self.there(BASE), before)

    def test_what_somebody_else_changed_is_told_and_stays(self):
        self.apply()
        mine = f"IMAP4{S}1{S}mine"
        self.modify("p2", "replace", mine)
        self.modify("p5", "add", f"Later{S}1")
        told = self.logongate(5, "lift")
        self.assertIn("CN=p", told)
        self.assertNotEqual(self.there()[self.entry("p3")], [])
        told = self.logongate(9, "lift", "--force")
        self.assertIn(self.entry("p2"), told)
        self.assertIn("somebody else", told)
        expected = dict(self.before)
        expected[self.entry("p2")] = [mine]
        expected[self.entry("p5")] = sorted(
            self.before[self.entry("p5")] + [f"Later{S}1"])
        self.assertEqual(self.there(), expected)
        # nothing of ours is left: the next lock begins anew
        self.apply()
        self.logongate(0, "lift")
        self.assertEqual(self.there(), expected)

    def test_an_account_that_is_gone_keeps_nobody_locked(self):
        """one is deleted, one renamed: it keeps the lock's values, which is
        told"""
        self.apply()
        locked = self.there()
        self.modify("p2", "entry")
        self.dc.ldap("ldapmodify", f"dn: {self.entry('p5')}\n"
                     "changetype: modrdn\nnewrdn: CN=p5x\ndeleteoldrdn: 1\n")
        told = self.logongate(9, "lift", "--force")
        for cn in ("p2", "p5"):
            self.assertIn(self.entry(cn), told)
            del self.before[self.entry(cn)]
        self.assertIn("moved or renamed", told)
        self.assertNotIn("somebody else changed", told)
        self.before[self.entry("p5x")] = locked[self.entry("p5")]
        self.assertEqual(self.there(), self.before)

    def keeper(self):
        """An account that may change what is below the base, and its SID."""
        name = f"keeper{self.tag}"
        self.dc.samba_tool("user", "create", name, "Keeper.Pass.1")
        sid = next(line.split()[1] for line in subprocess.run(
            ["ldbsearch", "-H", self.dc.path("dc/private/sam.ldb"),
             f"(sAMAccountName={name})", "objectSid"], check=True,
            stdout=subprocess.PIPE).stdout.decode().splitlines()
            if line.startswith("objectSid"))
        self.dc.samba_tool("dsacl", "set", f"--objectdn={self.base}",
                           f"--sddl=(A;CI;RPWP;;;{sid})")
        self.settings(bind_dn=f"{name}@acme.test",
                      password_file=self.dc.file(name, "Keeper.Pass.1"))
        return sid

    def deny(self, sid, cn):
        self.dc.samba_tool("dsacl", "set", f"--objectdn={self.entry(cn)}",
                           f"--sddl=(D;;WP;;;{sid})")

    def test_a_right_that_was_delegated_is_enough(self):
        self.keeper()
        self.apply()
        self.assertNotEqual(self.there(), self.before)
        self.logongate(0, "lift")
        self.assertEqual(self.there(), self.before)

    def test_rights_are_seen_before_anything_is_written(self):
        """two accounts are protected, as those of administrators are"""
        sid = self.keeper()
        usn = self.dc.search(self.base, "uSNChanged")
        for cn in ("p2", "p5"):
            self.deny(sid, cn)
            del usn[self.entry(cn)]
        told = self.apply(code=7)
        self.assertIn(self.entry("p2"), told)
        self.assertIn(self.entry("p5"), told)
        self.assertNotIn("p3", told)
        now = self.dc.search(self.base, "uSNChanged")
        self.assertEqual({name: now[name] for name in usn}, usn)

    def test_a_right_that_was_lost_keeps_no_other_account_locked(self):
        sid = self.keeper()
        self.apply()
        locked = self.there()
        self.deny(sid, "p2")
        told = self.logongate(9, "lift")
        self.assertIn(self.entry("p2"), told)
        expected = dict(self.before)
        expected[self.entry("p2")] = locked[self.entry("p2")]
        self.assertEqual(self.there(), expected)
        self.assertIn("recover", self.logongate(0, "status"))
        # somebody who may
        self.settings()
        self.logongate(0, "recover")
        self.assertEqual(self.there(), self.before)

    def test_who_may_not_ask_writes_nothing(self):
        self.settings(bind_dn=None, password_file=None)
        self.apply(code=6)
        self.settings(password_file=self.dc.file("wrong", "wrong"))
        self.apply(code=7)
        self.assertEqual(self.there(), self.before)
