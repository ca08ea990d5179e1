# SPDX-License-Identifier: ISC
"""`render --format ldif` from a real slapd: what it prints is applied with
ldapmodify, and its undo brings back exactly what was there (I1, I2)."""
import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from exchange_people import BASE, DN, TOP, line, person, slapd

LOGONGATE = os.path.join(os.environ["LOGONGATE_BIN_DIR"], "logongate")
S = "\u00a7"

PROFILE = f"""[profile]
description = "freeze"
[logon_only_as]
when_invalid = open
allow.1 = "{DN}POSTMASTER"
allow_user.1 = "tester@example.org"
[protocols]
refuse = "pop3"
"""



class RenderLdif(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.top = tempfile.mkdtemp(prefix="lg-render-")
        os.makedirs(os.path.join(cls.top, "s"))
        people = [person("postmaster", f"POP3{S}1{S}1{S}4"),
                  person("tester"),
                  person("alice", f"IMAP4{S}1{S}1{S}9{S}odd", f"Other{S}1",
                         f"HTTP{S}0{S}1"),
                  person("zo\u00eb")]
        people += [person(f"user{i:04d}", f"IMAP4{S}1") for i in range(1500)]
        cls.server = slapd.Slapd(os.path.join(cls.top, "s"),
                                 TOP + "".join(people),
                                 access=slapd.READABLE)
        cls.profile = os.path.join(cls.top, "freeze.ini")
        with open(cls.profile, "w", encoding="utf-8") as file:
            file.write(PROFILE)

    @classmethod
    def tearDownClass(cls):
        cls.server.kill()
        shutil.rmtree(cls.top, ignore_errors=True)

    def config(self, **directory):
        path = os.path.join(self.top, "g.conf")
        directory.setdefault("base", BASE)
        lines = ["[directory]", "tls = none", "timeout_s = 2"]
        lines += [f'{name} = "{value}"' for name, value in directory.items()]
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        return path

    def render(self, *words, code=0, **directory):
        directory.setdefault("uri", self.server.uri)
        done = subprocess.run(
            [LOGONGATE, "render", self.profile, "--format", "ldif",
             "--config", self.config(**directory), *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
            check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout

    def modify(self, ldif):
        subprocess.run(["ldapmodify", "-x", "-H", self.server.uri, "-D",
                        slapd.ADMIN, "-w", slapd.PASSWORD], input=ldif,
                       check=True, stdout=subprocess.DEVNULL)

    def settings(self):
        text = subprocess.run(
            ["ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-H",
             self.server.uri, "-D", slapd.ADMIN, "-w", slapd.PASSWORD, "-b",
             BASE, "(uid=*)", "uid", "protocolSettings"], check=True,
            stdout=subprocess.PIPE).stdout.decode()
        found = {}
        for record in text.split("\n\n"):
            values = {"uid": [], "protocolSettings": []}
            for line in record.splitlines():
                name, coded, value = re.match(r"(\w+)(::?) (.*)",
                                              line).groups()
                if coded == "::":
                    value = base64.b64decode(value).decode()
                values.setdefault(name, []).append(value)
            if values["uid"]:
                found[values["uid"][0]] = sorted(values["protocolSettings"])
        return found

    def test_change_and_undo(self):
        before = self.settings()
        self.assertEqual(len(before), 1504)
        ldif = self.render()
        self.modify(ldif)
        locked = self.settings()
        # Listed: POP3 alone is refused to everybody.
        self.assertEqual(locked["postmaster"], [f"POP3{S}0{S}1{S}4"])
        self.assertEqual([v.split(S)[:2] for v in locked["tester"]],
                         [["POP3", "0"]])
        # The others lose every protocol, and keep what is not understood.
        self.assertEqual([v.split(S)[:2] for v in locked["alice"]],
                         [["HTTP", "0"], ["IMAP4", "0"], ["MAPI", "0"],
                          ["Other", "1"], ["POP3", "0"]])
        self.assertIn(f"IMAP4{S}0{S}1{S}9{S}odd", locked["alice"])
        for uid in ("zo\u00eb", "user0000", "user1499"):
            self.assertEqual({v.split(S)[1] for v in locked[uid]}, {"0"}, uid)
        # Applied already: nothing is left to change.
        self.assertIn(b" 0 mailboxes change", self.render())
        undo = b"".join(line[len(b"# undo: "):] + b"\n"
                        for line in ldif.splitlines()
                        if line.startswith(b"# undo: "))
        self.modify(undo)
        self.assertEqual(self.settings(), before)

    def test_a_change_by_somebody_else_is_refused_and_not_lost(self):
        ldif = self.render()
        coded = base64.b64encode(f"IMAP4{S}1{S}mine".encode()).decode()
        self.modify(f"dn: uid=user0007,{BASE}\nchangetype: modify\n"
                    f"replace: protocolSettings\n"
                    f"protocolSettings:: {coded}\n".encode())
        with self.assertRaises(subprocess.CalledProcessError):
            self.modify(ldif)
        self.assertEqual(self.settings()["user0007"], [f"IMAP4{S}1{S}mine"])
        self.modify(b"".join(
            line[len(b"# undo: "):] + b"\n"
            for line in ldif.split(b"# undo: dn: uid=user0007")[0]
            .splitlines() if line.startswith(b"# undo: ")))
        coded = base64.b64encode(f"IMAP4{S}1".encode()).decode()
        self.modify(f"dn: uid=user0007,{BASE}\nchangetype: modify\n"
                    f"replace: protocolSettings\n"
                    f"protocolSettings:: {coded}\n".encode())

    def test_a_directory_that_cannot_be_asked_exits_4(self):
        self.assertEqual(self.render(code=4, uri="ldap://127.0.0.1:9"), b"")
        self.assertEqual(self.render(code=4, base="ou=None," + slapd.SUFFIX),
                         b"")
        uris = f"ldap://127.0.0.1:9 {self.server.uri}"
        self.assertIn(b"changetype", self.render(uri=uris))
        self.server.pause()
        try:
            self.assertEqual(self.render(code=4), b"")
        finally:
            self.server.go_on()


if __name__ == "__main__":
    lacking = slapd.missing() or next(
        (tool for tool in ("ldapmodify", "ldapsearch")
         if not shutil.which(tool)), None)
    if lacking:
        print(f"skipped: {lacking} is not here")
        sys.exit(77)
    result = unittest.main(exit=False).result
    sys.exit(0 if result.wasSuccessful() else 1)
