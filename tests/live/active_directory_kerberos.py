# SPDX-License-Identifier: ISC
"""A server that is reached with a Kerberos ticket and no password: the domain
controller's own smbd. What was written is read back by Samba's net, with the
password. Run by active_directory.py."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "testbed"))
import samba_dc  # noqa: E402
import smbd      # noqa: E402
from samba_dc import HOST, PASSWORD  # noqa: E402

BIN = os.environ["LOGONGATE_BIN_DIR"]
LOGONGATE = os.path.join(BIN, "logongate")
HELPER = os.path.join(BIN, "logongate-winreg")
KEY = smbd.KEY.replace(smbd.HIVE, "HKLM")
NAME = "Disable MAPI Clients"
BEFORE = "-5.1.1"
DURING = "-5.65535.65535;7.0.0-11.65535.65535"


@unittest.skipUnless(os.path.exists(HELPER), "built without libsmbclient")
class Kerberos(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.dc = samba_dc.running()
        cls.net("createkey", KEY)

    def setUp(self):
        self.top = tempfile.mkdtemp(prefix="lg-krb-")
        self.addCleanup(shutil.rmtree, self.top, ignore_errors=True)
        self.cache = self.path("tickets")
        self.net("--", "setvalue", KEY, NAME, "sz", BEFORE)
        self.write("p.ini", '[profile]\ndescription = "upgrade"\n'
                   f'[disable_mapi_clients]\nversions = "{DURING}"\n')
        self.settings()

    def path(self, name):
        return os.path.join(self.top, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def settings(self, server=HOST):
        self.write("lg.conf", f"""[gate]
state_dir = "{self.path('state')}"
run_dir = "{self.path('run')}"
[target.ex1]
dialect = exchange2003
store_version = 6.5.7651.19
backend = winreg
server = "{server}"
""")

    @classmethod
    def net(cls, *words):
        """The independent oracle, which logs on with the password."""
        return subprocess.run(
            cls.dc.inside("net", "-s", cls.dc.path("dc/empty.conf"), "-S",
                          HOST, "-U", f"ACME\\Administrator%{PASSWORD}",
                          "rpc", "registry", *words), check=True, timeout=60,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout.decode()

    def there(self):
        return self.net("getvalue", KEY, NAME)

    def environment(self, **changed):
        environment = dict(
            os.environ, HOME=self.top, ASAN_OPTIONS="detect_leaks=0",
            KRB5_CONFIG=self.dc.path("dc/etc/client-krb5.conf"),
            KRB5CCNAME=f"FILE:{self.cache}")
        environment.update(changed)
        environment.pop("SUDO_USER", None)
        return environment

    def kinit(self, *words, user="Administrator", password=PASSWORD):
        subprocess.run(
            self.dc.inside("kinit", *words, f"{user}@ACME.TEST"),
            input=password.encode() + b"\n", check=True,
            env=self.environment(), stdout=subprocess.DEVNULL)

    def logongate(self, code, *words, lines=1, **environment):
        done = subprocess.run(
            self.dc.inside(LOGONGATE, "--config", self.path("lg.conf"),
                           *words), check=False, timeout=120,
            env=self.environment(**environment), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, code,
                         (words, done.stdout, done.stderr))
        if code and lines:  # nothing of the library's own beside our line
            told = done.stderr.decode().splitlines()
            self.assertEqual(len(told), lines, told)
        return (done.stdout + done.stderr).decode()

    def apply(self, code=0, **environment):
        return self.logongate(code, "apply", self.path("p.ini"), "--for",
                              "1h", "--target", "ex1", "--accept-warnings",
                              **environment)

    def test_a_lock_and_its_end(self):
        self.kinit()
        self.assertIn(BEFORE, self.logongate(0, "targets", "test", "ex1"))
        self.apply()
        self.assertIn(DURING, self.there())
        status = json.loads(self.logongate(0, "status", "--json"))
        self.assertEqual([(t["name"], t["in_force"], t["differs"])
                          for t in status["targets"]],
                         [("ex1", True, False)])
        self.logongate(0, "lift")
        self.assertIn(f'"{BEFORE}"', self.there())

    def test_the_session_is_signed(self):
        self.kinit()
        with subprocess.Popen(
                self.dc.inside(HELPER), env=self.environment(),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE) as helper:
            request = {"op": "open", "server": HOST, "timeout_ms": 10000,
                       "credentials_file": None}
            helper.stdin.write(json.dumps(request).encode() + b"\n")
            helper.stdin.flush()
            self.assertIs(json.loads(helper.stdout.readline())["ok"], True)
            text = subprocess.run(
                self.dc.inside("smbstatus", "-p", "-s",
                               self.dc.path("dc/etc/smb.conf")), check=True,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        lines = [line for line in text.decode().splitlines()
                 if samba_dc.ADDRESS in line]
        self.assertTrue(lines, text)
        for line in lines:
            self.assertRegex(line, r"(CMAC|GMAC|HMAC)")

    def test_without_a_ticket(self):
        told = self.apply(code=7)
        self.assertIn("no Kerberos ticket", told)
        self.assertIn(self.cache, told)
        self.write("tickets", "these are none")
        self.assertIn("not a ticket cache", self.apply(code=7))
        # a kind of cache that only klist knows
        told = self.apply(code=6, KRB5CCNAME=f"DIR:{self.top}")
        self.assertIn("no Kerberos ticket (klist", told)
        self.assertIn(BEFORE, self.there())

    def test_a_ticket_that_expired(self):
        self.kinit("-l", "1s")
        time.sleep(2)
        told = self.apply(code=7)
        self.assertRegex(told, r"Administrator@ACME.TEST .* expired at 20")
        self.assertIn("kinit", told)
        self.assertIn(BEFORE, self.there())

    def test_a_lock_waits_for_the_next_ticket(self):
        """nothing is lost where the ticket ended before the lock"""
        self.kinit()
        self.apply()
        os.remove(self.cache)
        for code, words in ((7, ["lift"]), (9, ["lift", "--force"])):
            told = self.logongate(code, *words, lines=None)
            self.assertIn("no Kerberos ticket", told)
            self.assertIn(DURING, self.there())
        self.kinit()
        self.logongate(0, "recover")
        self.assertIn(f'"{BEFORE}"', self.there())

    def test_an_account_without_the_right(self):
        self.dc.samba_tool("user", "create", "weak", "Weak.Pass.1")
        self.kinit(user="weak", password="Weak.Pass.1")
        told = self.apply(code=7)
        self.assertIn("may not change", told)
        self.assertIn(BEFORE, self.there())

    def test_an_address_is_no_name_for_a_ticket(self):
        self.kinit()
        self.settings(samba_dc.ADDRESS)
        self.assertIn("name that its domain gave it", self.apply(code=3))
        self.assertIn(BEFORE, self.there())
