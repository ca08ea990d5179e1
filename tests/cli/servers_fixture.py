# SPDX-License-Identifier: ISC
"""Three servers that are .reg files, of three generations, and the gate of this
machine, for the tests of locks on servers."""
import json
import os
import subprocess
import tempfile
import unittest

BIN = os.path.join(os.environ["LOGONGATE_BIN_DIR"], "logongate")
DN = "/o=Org/ou=Site/cn=Recipients/cn="
KEY = ("[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\"
       "MSExchangeIS\\ParametersSystem]")
PROFILE = f'''[profile]
description = "upgrade"
accept = "unsupported-by-dialect, companion-unknown"
[logon_only_as]
when_invalid = open
allow.1 = "{DN}alice"
allow.2 = "{DN}bob"
single = "{DN}alice"
[disable_mapi_clients]
versions = "-5.65535.65535;7.0.0-11.65535.65535"
'''


class Servers(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory(prefix="lgfleet")
        self.env = dict(os.environ, HOME=self.dir.name)
        for name in ("LOGONGATE_CONFIG", "SUDO_USER"):
            self.env.pop(name, None)
        self.write("p.ini", PROFILE)
        ldif = "dn: dc=org\nobjectClass: domain\ndc: org\n\n"
        for user in ("alice", "bob"):
            ldif += (f"dn: cn={user},dc=org\nobjectClass: user\ncn: {user}\n"
                     f"legacyExchangeDN: {DN}{user}\n\n")
        self.write("dir.ldif", ldif)
        self.write("ex2003.reg", "Windows Registry Editor Version 5.00\n\n" +
                   KEY + '\n"Disable MAPI Clients"="-5.1.1"\n"Other"='
                   'dword:00000007\n\n')
        self.settings()

    def tearDown(self):
        self.dir.cleanup()

    def path(self, name):
        return os.path.join(self.dir.name, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)

    def settings(self, file55="ex55.reg", extra=""):
        self.write("lg.conf", f'''[gate]
state_dir = "{self.path('state')}"
run_dir = "{self.path('run')}"
[directory]
uri = "ldif:{self.path('dir.ldif')}"
[target.ex2003]
dialect = exchange2003
store_version = 6.5.7651.19
backend = regfile
file = "{self.path('ex2003.reg')}"
[target.ex2000]
dialect = exchange2000
backend = regfile
file = "{self.path('ex2000.reg')}"
[target.ex55]
dialect = exchange5.5
backend = regfile
file = "{self.path(file55)}"
[target.here]
backend = gate
[group.all]
members = "ex2003, ex2000, ex55, here"
{extra}''')

    def run_(self, *args, code=None):
        p = subprocess.run([BIN, "--config", self.path("lg.conf"), *args],
                           env=self.env, capture_output=True, text=True,
                           timeout=60)
        self.assertNotIn("Sanitizer", p.stderr)
        if code is not None:
            self.assertEqual(p.returncode, code, (args, p.stdout, p.stderr))
        return p

    def json(self, *args, code=0):
        return json.loads(self.run_(*args, "--json", code=code).stdout)

    def values(self, name):
        o = self.json("targets", "test", name)
        return {v["name"]: v["data"] for v in o["values"]}

    def apply(self, *args, code=0):
        return self.run_("apply", self.path("p.ini"), "--for", "1h",
                         "--accept-warnings", "--skip-unsupported", *args,
                         code=code)

    def before(self):
        return {n: self.values(n) for n in ("ex2003", "ex2000", "ex55")}

    def targets(self):
        o = self.json("status")
        return o, {t["name"]: (t["reachable"], t["in_force"], t["differs"])
                   for t in o["targets"]}

    def history(self):
        return [json.loads(line) for line in
                self.run_("history", "--json", code=0).stdout.splitlines()]

    def cut_off(self, last):
        """the last line of the journal was not written any more"""
        with open(self.path("state/fleet.jsonl"), "rb") as f:
            lines = f.read().splitlines(keepends=True)
        self.assertEqual(json.loads(lines.pop())["step"], last)
        with open(self.path("state/fleet.jsonl"), "wb") as f:
            f.writelines(lines)

    def by_hand(self, old, new):
        with open(self.path("ex2003.reg"), "rb") as f:
            text = f.read().decode("utf-16")
        self.assertIn(old, text)
        with open(self.path("ex2003.reg"), "wb") as f:
            f.write(text.replace(old, new).encode("utf-16"))

    def away(self, name):
        """a server that cannot be reached, until it is called back"""
        os.rename(self.path(name + ".reg"), self.path(name + ".away"))
        os.mkdir(self.path(name + ".reg"))

    def back(self, name):
        os.rmdir(self.path(name + ".reg"))
        os.rename(self.path(name + ".away"), self.path(name + ".reg"))
