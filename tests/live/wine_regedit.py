# SPDX-License-Identifier: ISC
"""Wine's regedit as an independent reader and writer: what render and export
write it reads, Registry Editor 5.00 and REGEDIT4, and what it exports is read
here. Run where Wine is installed."""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import unittest

LOGONGATE = os.path.join(os.environ["LOGONGATE_BIN_DIR"], "logongate")
KEY = ("HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services"
       "\\MSExchangeIS\\ParametersSystem")
DN = "/o=Org/ou=Site/cn=Recipients/cn="
PROFILE = f"""[profile]
description = "x"
accept = "unsupported-by-dialect"
[logon_only_as]
when_invalid = closed
allow.1 = "{DN}J\u00f6rg \u20ac"
allow.2 = "{DN}bob"
"""
VERSIONS = """[disable_mapi_clients]
versions = "-5.65535.65535;7.0.0-11.6568.6567"
[disable_mapi_client_processes]
processes = "program \u00fc.exe; b.exe"
"""


class Regedit(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="lg-wine-")
        cls.environment = dict(os.environ, HOME=cls.folder, WINEDEBUG="-all",
                               WINEPREFIX=os.path.join(cls.folder, "prefix"),
                               WINEDLLOVERRIDES="mscoree,mshtml=",
                               ASAN_OPTIONS="detect_leaks=0")
        cls.environment.pop("DISPLAY", None)
        cls.environment.pop("LOGONGATE_CONFIG", None)
        cls.environment.pop("XDG_STATE_HOME", None)
        with open(os.path.join(cls.folder, "people.ldif"), "w",
                  encoding="utf-8") as file:
            for name in ("J\u00f6rg \u20ac", "bob"):
                value = base64.b64encode((DN + name).encode()).decode()
                file.write(f"dn: cn=x{len(name)},dc=org\ncn: x\n"
                           f"legacyExchangeDN:: {value}\n\n")
        cls.wine("wineboot", "--init")

    @classmethod
    def tearDownClass(cls):
        cls.wine("wineboot", "--end-session", "--kill")
        subprocess.run(["wineserver", "-w"], env=cls.environment, timeout=60,
                       check=False)
        shutil.rmtree(cls.folder, ignore_errors=True)

    @classmethod
    def wine(cls, *words):
        return subprocess.run(["wine", *words], env=cls.environment,
                              cwd=cls.folder, timeout=120, check=True,
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE).stdout

    def setUp(self):
        shutil.rmtree(self.path(".local"), ignore_errors=True)
        subprocess.run(["wine", "reg", "delete", KEY, "/f"],
                       env=self.environment, timeout=120, check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def path(self, name):
        return os.path.join(self.folder, name)

    def logongate(self, *words):
        done = subprocess.run([LOGONGATE, *words], env=self.environment,
                              cwd=self.folder, timeout=60, check=False,
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 0, (words, done))
        return done.stdout

    def render(self, text, dialect, form):
        with open(self.path("p.ini"), "w", encoding="utf-8") as file:
            file.write(text)
        with open(self.path("ours.reg"), "wb") as file:
            file.write(self.logongate("render", self.path("p.ini"), "--format",
                                      form, "--dialect", dialect))

    def read_by_regedit(self):
        """The values that regedit has after the import, as it exports
        them and we read them."""
        self.wine("regedit", "/S", "ours.reg")
        self.wine("regedit", "/E", "theirs.reg", KEY)
        self.logongate("registry", "import", "theirs.reg", "--directory",
                       "ldif:people.ldif")
        values = json.loads(self.logongate("registry", "show", "--json"))
        return {value["name"]: (value["type"], value["data"])
                for value in values["values"]}

    def test_what_render_writes_regedit_reads(self):
        for form in ("reg", "reg4"):
            with self.subTest(form=form):
                self.setUp()
                self.render(PROFILE, "exchange5.5", form)
                self.assertEqual(self.read_by_regedit(), {
                    "Logon Only As": ("REG_MULTI_SZ",
                                      [DN + "J\u00f6rg \u20ac", DN + "bob"])})
                self.setUp()
                self.render(VERSIONS, "exchange2003", form)
                self.assertEqual(self.read_by_regedit(), {
                    "Disable MAPI Clients": (
                        "REG_SZ", "-5.65535.65535;7.0.0-11.6568.6567"),
                    "Disable MAPI Client Processes": (
                        "REG_SZ", "program \u00fc.exe; b.exe")})

    def test_a_deletion_of_ours_is_one_of_theirs(self):
        """A target's file says "name"=- once the lock is over."""
        with open(self.path("lg.conf"), "w", encoding="utf-8") as file:
            file.write(f"""[gate]
state_dir = "{self.path('state')}"
run_dir = "{self.path('run')}"
[target.ex]
dialect = exchange2003
store_version = 6.5.7651.19
backend = regfile
file = "{self.path('ours.reg')}"
file_format = reg4
""")
        self.render(VERSIONS, "exchange2003", "reg4")
        os.remove(self.path("ours.reg"))
        config = ("--config", self.path("lg.conf"))
        self.logongate("apply", self.path("p.ini"), "--for", "1h", "--target",
                       "ex", "--accept-warnings", *config)
        with open(self.path("ours.reg"), "rb") as file:
            self.assertTrue(file.read().startswith(b"REGEDIT4\r\n"))
        self.wine("regedit", "/S", "ours.reg")
        self.assertIn(b"Disable MAPI Clients", self.wine("reg", "query", KEY))
        self.logongate("lift", *config)
        self.wine("regedit", "/S", "ours.reg")
        self.assertNotIn(b"Disable MAPI Clients",
                         self.wine("reg", "query", KEY))


if __name__ == "__main__":
    unittest.main()
