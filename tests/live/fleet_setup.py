# SPDX-License-Identifier: ISC
"""fleet init, join and forget at a real OpenLDAP server, and the access they
set: proved by what must not be possible."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "testbed"))
import providers  # noqa: E402
import slapd      # noqa: E402

BIN = os.environ["LOGONGATE_BIN_DIR"]
FLEET = "ou=logongate," + providers.SUFFIX
ANNA = "uid=anna," + providers.SUFFIX
MALLORY = "uid=mallory," + providers.SUFFIX
PEOPLE = "".join(f"""dn: uid={name},{providers.SUFFIX}
objectClass: inetOrgPerson
uid: {name}
cn: {name}
sn: {name}
userPassword: pw-{name}

""" for name in ("anna", "mallory"))
LOCK = "lg-0123456789ab"


def event(number, body="{}"):
    cn = f"{LOCK}.{number}.anna"
    return f"""dn: cn={cn},ou=locks,{FLEET}
objectClass: logongateEvent
cn: {cn}
logongateLock: {LOCK}
logongateNumber: {number}
logongateKind: prepare
logongateBody: {body}
logongateKey: anna
logongateSignature: c2lnbmF0dXJl

"""


class Case(unittest.TestCase):
    """One server, set up by the commands in the order of the manual."""

    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory(prefix="lgf")
        cls.addClassCleanup(place.cleanup)
        cls.folder = place.name
        os.mkdir(cls.path("server"))
        cls.server = providers.Provider(
            cls.path("server"), ldif=providers.TOP + PEOPLE, schema=False,
            access=(*providers.OPEN[:1], "to * by users write by * read"))
        cls.addClassCleanup(cls.server.kill)
        cls.file("root", slapd.PASSWORD)
        cls.file("anna", "pw-anna")
        os.mkdir(cls.path("admin"))
        cls.conf = cls.file("admin/logongate.conf", f"""\
[fleet]
base = "{FLEET}"
uri = "{cls.server.uri}"
verify_keys = "{cls.path("admin/fleet.pub")}"
sign_key = "{cls.path("admin/anna.key")}"
[directory]
tls = none
""")

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder, name)

    @classmethod
    def file(cls, name, text, mode=0o600):
        with open(cls.path(name), "w", encoding="utf-8",
                  opener=lambda p, f: os.open(p, f, mode)) as out:
            out.write(text)
        return cls.path(name)

    def command(self, *words, code=0, config=None, as_root=False):
        more = () if not as_root else (
            "--as", slapd.ADMIN, "--password-file", self.path("root"))
        if not as_root and "--as" not in words:
            more = ("--as", ANNA, "--password-file", self.path("anna"))
        done = subprocess.run(
            [os.path.join(BIN, "logongate"), "--config",
             config or self.conf, *words, *more], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, timeout=30, check=False,
            env={key: value for key, value in os.environ.items()
                 if key != "LOGONGATE_CONFIG"})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertNotIn("pw-anna", done.stdout + done.stderr)
        return done.stdout + done.stderr

    def init(self, *words, **more):
        return self.command(
            "fleet", "init", "--admin", ANNA, "--config-uri",
            self.server.uri, "--config-as", providers.CONFIG_ADMIN,
            "--config-password-file", self.path("root"), *words,
            as_root=True, **more)

    def join(self, name, *words, **more):
        os.makedirs(self.path(name), exist_ok=True)
        return self.command("fleet", "join", name, "--settings",
                            self.path(f"{name}/logongate.conf"), *words,
                            **more)

    def ask(self, who, tool, *arguments, text=""):
        """What a tool of OpenLDAP says to this account; (code, output)."""
        if who is None:
            done = self.server.ldap(tool, text, "-D", "", *arguments,
                                    check=False)
        else:
            done = self.server.ldap(tool, text, "-D", who[0], "-w", who[1],
                                    *arguments, check=False)
        return done.returncode, done.stdout

    def secret(self, name):
        with open(self.path(f"{name}/fleet.secret"),
                  encoding="ascii") as file:
            return file.read().strip()

    def gate(self, name):
        return (f"cn={name},ou=gates,{FLEET}", self.secret(name))

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()


class Setup(Case):
    def test_in_the_order_of_the_manual(self):
        anna = (ANNA, "pw-anna")
        mallory = (MALLORY, "pw-mallory")
        with self.subTest("what would be made is said, and nothing made"):
            said = self.command("fleet", "init", "--admin", ANNA,
                                as_root=True)
            self.assertIn(f"dn: ou=locks,{FLEET}\n", said)
            self.assertIn("olcAccess: {0}to dn.exact=\"ou=locks,", said)
            self.assertIn("logongate.ldif", said)
            self.assertFalse(os.path.exists(self.path("admin/anna.key")))
            code, _ = self.ask((slapd.ADMIN, slapd.PASSWORD), "ldapsearch",
                               "-b", FLEET, "-s", "base")
            self.assertEqual(code, 32)
            self.command("fleet", "init", code=2, as_root=True)

        with self.subTest("applied once, and once more"):
            said = self.init("--apply")
            self.assertIn("done", said)
            self.assertIn("anna ", said)
            self.assertEqual(os.stat(self.path("admin/anna.key")).st_mode
                             & 0o777, 0o600)
            self.assertIn(self.read("admin/fleet.pub").strip(), said)
            self.assertIn("nothing changed", self.init("--apply"))
            told = json.loads(self.init("--apply", "--json"))
            self.assertEqual((told["changed"], told["directory"]),
                             (False, "openldap"))
            # The server reads its own configuration again.
            self.server.kill()
            self.server.start()
            self.assertIn("nothing changed", self.init("--apply"))

        with self.subTest("an administrator joins two gates"):
            for name in ("gate1", "gate2"):
                self.file("conf", "")
                os.mkdir(self.path(name))
                self.file(f"{name}/logongate.conf",
                          "[directory]\ntls = none ; inside\n")
                self.assertIn("in the fleet", self.join(
                    name, "--groups", "imap, frontends"))
                self.assertEqual(os.stat(
                    self.path(f"{name}/fleet.secret")).st_mode & 0o777,
                    0o600)
                text = self.read(f"{name}/logongate.conf")
                for line in (f'base = "{FLEET}"', f'name = "{name}"',
                             'groups = "imap, frontends"',
                             "tls = none ; inside",
                             f'bind_dn = "cn={name},ou=gates,{FLEET}"'):
                    self.assertIn(line + "\n", text)
                self.assertEqual(self.read(f"{name}/fleet.pub"),
                                 self.read("admin/fleet.pub"))
            before = self.secret("gate1")
            said = self.join("gate1", "--groups", "imap, frontends")
            self.assertIn("nothing changed", said)
            self.assertEqual(self.secret("gate1"), before)

        with self.subTest("a name that is taken is not given away"):
            os.makedirs(self.path("other"))
            said = self.command(
                "fleet", "join", "gate1", "--settings",
                self.path("other/logongate.conf"), code=5)
            self.assertIn("--force", said)
            self.assertFalse(os.path.exists(
                self.path("other/fleet.secret")))
            self.assertEqual(self.ask(self.gate("gate1"),
                                      "ldapwhoami")[0], 0)
            self.join("gate1", "--force")
            self.join("../gate1", code=2)

        with self.subTest("what an administrator may and may not"):
            self.assertEqual(self.ask(anna, "ldapadd", text=event(1)
                                      + event(2))[0], 0)
            name = f"cn={LOCK}.1.anna,ou=locks,{FLEET}"
            for change in (
                    "changetype: modify\nreplace: logongateBody\n"
                    "logongateBody: {\"x\":1}\n",
                    "changetype: modify\ndelete: logongateLock\n",
                    "changetype: modify\nreplace: logongateKind\n"
                    "logongateKind: lift\n",
                    f"changetype: modrdn\nnewrdn: cn={LOCK}.9.anna\n"
                    "deleteoldrdn: 0\n"):
                code, said = self.ask(anna, "ldapmodify",
                                      text=f"dn: {name}\n{change}")
                self.assertEqual(code, 50, said)
            code, said = self.ask(
                anna, "ldapmodify",
                text=f"dn: cn=gate1,ou=gates,{FLEET}\nchangetype: modify\n"
                "replace: logongateReport\nlogongateReport: {}\n")
            self.assertEqual(code, 50, said)
            code, said = self.ask(anna, "ldapdelete", name)
            self.assertEqual(code, 50, said)
            # A gate's password she can set, not read.
            _, said = self.ask(anna, "ldapsearch", "-LLL", "-b", FLEET,
                               "userPassword")
            self.assertIn("cn=gate1", said)
            self.assertNotIn("userPassword", said)

        with self.subTest("what a gate may and may not"):
            gate1 = self.gate("gate1")
            report = ("changetype: modify\nreplace: logongateReport\n"
                      "logongateReport: {}\n")
            code, said = self.ask(gate1, "ldapmodify",
                                  text=f"dn: {gate1[0]}\n{report}")
            self.assertEqual(code, 0, said)
            _, said = self.ask(gate1, "ldapsearch", "-LLL", "-b",
                               f"ou=locks,{FLEET}", "logongateBody")
            self.assertIn("logongateBody", said)
            for text in (
                    f"dn: cn=gate2,ou=gates,{FLEET}\n{report}",
                    f"dn: {gate1[0]}\nchangetype: modify\nreplace: "
                    "userPassword\nuserPassword: x\n",
                    f"dn: {name}\nchangetype: modify\nreplace: "
                    "logongateBody\nlogongateBody: {}\n",
                    f"dn: {name}\nchangetype: delete\n",
                    f"dn: cn=gate2,ou=gates,{FLEET}\nchangetype: delete\n",
                    f"dn: {gate1[0]}\nchangetype: delete\n",
                    event(3).strip() + "\n",
                    f"dn: cn=gate3,ou=gates,{FLEET}\nchangetype: add\n"
                    "objectClass: logongateGate\ncn: gate3\n"):
                code, said = self.ask(gate1, "ldapmodify", *(
                    ["-a"] if "changetype" not in text else []), text=text)
                self.assertEqual(code, 50, text + said)
            _, said = self.ask(gate1, "ldapsearch", "-LLL", "-b",
                               f"ou=gates,{FLEET}", "userPassword")
            self.assertNotIn("userPassword", said)

        with self.subTest("others read nothing"):
            for who in (None, mallory):
                code, said = self.ask(who, "ldapsearch", "-LLL", "-b",
                                      providers.SUFFIX,
                                      "(objectClass=*)")
                self.assertEqual(code, 0, said)
                self.assertIn("uid=anna", said)
                self.assertNotIn("logongate", said)
                code, _ = self.ask(who, "ldapsearch", "-b",
                                   f"ou=locks,{FLEET}")
                self.assertEqual(code, 32)
            code, _ = self.ask(mallory, "ldapadd", text=event(4))
            self.assertEqual(code, 50)

        with self.subTest("wrong passwords and missing rights"):
            self.file("wrong", "wrong")
            said = self.command("fleet", "join", "gate9", "--settings",
                                self.path("gate9.conf"), "--as", ANNA,
                                "--password-file", self.path("wrong"),
                                code=7)
            self.file("mallory", "pw-mallory")
            self.command("fleet", "join", "gate9", "--settings",
                         self.path("gate9.conf"), "--as", MALLORY,
                         "--password-file", self.path("mallory"), code=7)
            os.chmod(self.path("wrong"), 0o644)
            said = self.command("fleet", "join", "gate9", "--settings",
                                self.path("gate9.conf"), "--as", ANNA,
                                "--password-file", self.path("wrong"),
                                code=3)
            self.assertIn("0600", said)
            self.assertFalse(os.path.exists(self.path("gate9.conf")))

        with self.subTest("a second administrator's key"):
            # What was written above by hand is signed by nobody.
            for number in (1, 2):
                self.ask((slapd.ADMIN, slapd.PASSWORD), "ldapdelete",
                         f"cn={LOCK}.{number}.anna,ou=locks,{FLEET}")
            bert = self.read("admin/fleet.pub").split()[1]
            bert = bert[:5] + ("A" if bert[5] != "A" else "B") + bert[6:]
            said = self.command("fleet", "keys", "revoke", "anna", code=5)
            self.assertIn("last", said)
            self.assertIn("is a key of the fleet", self.command(
                "fleet", "keys", "add", "bert", bert))
            self.assertIn(f"bert {bert}\n", self.read("admin/fleet.pub"))
            self.command("fleet", "keys", "add", "bert", bert)
            other = self.read("admin/fleet.pub").split()[1]
            self.command("fleet", "keys", "add", "bert", other, code=5)
            self.command("fleet", "keys", "add", "bert", "AAAA", code=2)
            self.command("fleet", "keys", "revoke", "carl", code=3)
            self.assertIn("is revoked", self.command("fleet", "keys",
                                                     "revoke", "bert"))
            self.assertIn("revoked", self.read("admin/fleet.pub"))
            self.command("fleet", "keys", "add", "bert", bert, code=5)
            self.assertIn("revoked", self.read("admin/fleet.pub"))
            _, said = self.ask(anna, "ldapsearch", "-LLL", "-b",
                               f"ou=locks,{FLEET}", "(logongateKind=key)",
                               "1.1")
            self.assertEqual(said.count("dn: cn=keys."), 2)
            self.assertIn("0 entries", self.command("fleet", "tidy"))

        with self.subTest("a gate is forgotten"):
            self.command("fleet", "forget", "gate2")
            self.command("fleet", "forget", "gate2", code=3)
            self.assertEqual(self.ask(self.gate("gate2"),
                                      "ldapwhoami")[0], 49)

        with self.subTest("a directory that is down was not asked"):
            self.server.kill()
            self.command("fleet", "forget", "gate1", code=4)
            self.server.start()


if __name__ == "__main__":
    lacking = providers.missing()
    if lacking:
        print(f"skipped: no {lacking}")
        sys.exit(77)
    unittest.main(verbosity=2)
