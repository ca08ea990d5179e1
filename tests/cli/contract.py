#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""The contract, sentence by sentence, on the real command.

Written from the contract's text alone, so that it does not share the
mistakes of the code."""
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

BIN = os.environ["LOGONGATE_BIN_DIR"]
SOURCE = os.environ["LOGONGATE_SOURCE_DIR"]
GATE = os.path.join(BIN, "logongate")
DN = "/o=Org/ou=Site/cn=Recipients/cn="


class Case(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory(prefix="lgc")
        self.env = dict(os.environ, XDG_STATE_HOME=self.path("state"),
                        HOME=self.dir.name)
        for name in ("LOGONGATE_CONFIG", "SUDO_USER"):
            self.env.pop(name, None)

    def tearDown(self):
        self.dir.cleanup()

    def path(self, name):
        return os.path.join(self.dir.name, name)

    def write(self, name, text, mode=0o600):
        data = text if isinstance(text, bytes) else text.encode()
        with open(self.path(name), "wb") as f:
            f.write(data)
        os.chmod(self.path(name), mode)
        return self.path(name)

    def run_(self, *args, stdin=None, code=None):
        data = stdin.encode() if isinstance(stdin, str) else stdin
        p = subprocess.run([GATE, *args], input=data, env=self.env,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           timeout=60, cwd=self.dir.name)
        p.out = p.stdout.decode("utf-8", "replace")
        p.err = p.stderr.decode("utf-8", "replace")
        self.assertNotIn("Sanitizer", p.err)
        if code is not None:
            self.assertEqual(p.returncode, code, (args, p.out, p.err))
        return p

    def json(self, *args, code=None, **kw):
        p = self.run_(*args, "--json", code=code, **kw)
        return json.loads(p.out)

    def directory(self, *users, extra=""):
        text = "version: 1\n\ndn: dc=org\nobjectClass: domain\ndc: org\n\n"
        for u in users:
            text += (f"dn: cn={u},dc=org\nobjectClass: user\ncn: {u}\n"
                     f"displayName: {u.title()} Person\nuid: {u}\n"
                     f"mail: {u}@example.org\nlegacyExchangeDN: {DN}{u}\n\n")
        return "ldif:" + self.write("dir.ldif", text + extra)

    def profile(self, body, name="p.ini"):
        return self.write(name, body)


LISTED = '''[profile]
description = "test"
[logon_only_as]
when_invalid = %s
%s
[message]
refused = "Locked until %%{until}."
'''


def listed(mode, *names):
    lines = "\n".join(f'allow.{i + 1} = "{DN}{n}"'
                      for i, n in enumerate(names))
    return LISTED % (mode, lines)


class Versions(Case):
    def test_every_row_of_the_table(self):
        path = os.path.join(SOURCE, "tests/data/version-spec.csv")
        with open(path, encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        text = "".join(f"{r['spec']}\t{r['version']}\n" for r in rows)
        p = self.run_("versions", "test", "--batch", stdin=text, code=0)
        self.assertEqual(p.out.split(), [r["expected"] for r in rows])

    def test_exit_codes(self):
        self.assertEqual(self.run_("versions", "test", "-5.9.9", "5.0.0",
                                   code=1).out, "block\n")
        self.assertEqual(self.run_("versions", "test", "-5.9.9", "6.0.0",
                                   code=0).out, "allow\n")
        self.assertEqual(self.run_("versions", "test", "-5.9", "6.0.0",
                                   code=3).out, "invalid\n")

    def test_batch_oddities(self):
        text = ("a b\n\t5.0.0\n,\t5.0.0\n5.0.0 -6.0.0\t5.0.0\n 5.0.0 ; "
                "6.0.0\t6.0.0\n5.0.0-5.0.0\t5.0.0\n6.0.0-5.0.0\t5.0.0\n"
                "65536.0.0\t5.0.0\n0000000000000000005.0.0\t5.0.0\n"
                "5.0.0\t5.0.0.0\n5.0.0\t4294967295.1.1.1\n"
                "5.0.0\t4294967296.1.1.1\n5.0.0,\t1.1.1\n-\t1.1.1\n"
                "+5.0.0\t1.1.1\n0x5.0.0\t1.1.1\n1.2.3.4\t1.2.3.4\n")
        p = self.run_("versions", "test", "--batch", stdin=text, code=0)
        self.assertEqual(p.out.split(), [
            "invalid", "allow", "invalid", "invalid", "block", "block",
            "invalid", "invalid", "block", "block", "allow", "invalid",
            "invalid", "invalid", "invalid", "invalid", "invalid"])

    def test_four_part(self):
        self.run_("versions", "test", "--four-part", "1.2.3.4", "1.2.3.4",
                  code=1)
        self.run_("versions", "test", "1.2.3.4", "1.2.3.4", code=3)

    def test_normalize(self):
        o = self.json("versions", "normalize", "12.0.4407.1004", code=0)
        self.assertEqual(o, {"four_part": "12.0.4407.1004",
                             "three_part": "12.4407.1004"})
        o = self.json("versions", "normalize", "0x0801,0x80D7,0", code=0)
        self.assertEqual(o, {"four_part": "8.1.215.0", "three_part": None})
        o = self.json("versions", "normalize", "12,6206,1000", code=0)
        self.assertEqual(o["four_part"], "12.0.6206.1000")

    def test_explain(self):
        o = self.json("versions", "explain", "-12.1234.01", "--dialect",
                      "exchange2003", code=0)
        self.assertTrue(o["valid"])
        self.assertEqual(o["safe_spec"],
                         "-5.65535.65535;7.0.0-12.1234.1")
        self.assertTrue(o["system"]["hit"])
        self.assertEqual(o["ranges"], [{"from": None,
                                        "to": "12.0.1234.1"}])
        names = [b["client"] for b in o["blocked"]]
        self.assertTrue(any("Outlook 2003" in n for n in names))
        self.assertFalse(any("Outlook 2007 RTM" in n for n in names))
        o = self.json("versions", "explain", "-5.9.9", code=0)
        codes = [t["code"] for t in o["missed_traps"]]
        self.assertIn("misses-outlook-97-98-2000", codes)
        o = self.json("versions", "explain", "-5.9.9;7.0.0-11.9.9", code=0)
        codes = [t["code"] for t in o["missed_traps"]]
        self.assertIn("misses-outlook-2003", codes)
        self.assertIsNone(o["safe_spec"])
        o = self.json("versions", "explain", "6.0.0-", code=0)
        self.assertEqual(o["safe_spec"], "7.0.0-")
        o = self.json("versions", "explain", "6.1.1", code=0)
        self.assertIsNone(o["safe_spec"])
        o = self.json("versions", "explain", "8.00.3511-8.5.7806", code=0)
        self.assertIn("help-about-version",
                      [t["code"] for t in o["missed_traps"]])
        o = self.json("versions", "explain", "x", code=3)
        self.assertEqual((o["valid"], o["blocked"], o["safe_spec"]),
                         (False, [], None))


class Usage(Case):
    def test_unknown_command_and_option(self):
        self.assertIn("plan", self.run_("paln", code=2).err)
        self.run_("status", "--nonsense", code=2)
        self.run_(code=2)
        self.run_("--help", code=0)
        self.run_("--version", code=0)
        self.run_("apply", "x", code=2)

    def test_no_end(self):
        d = self.directory("alice")
        p = self.profile(listed("open", "alice"))
        self.run_("apply", p, "--directory", d, code=2)


class Profiles(Case):
    def lint(self, body, code):
        if isinstance(body, str):
            body = body.encode()
        return self.run_("profiles", "lint", self.profile(body), code=code)

    HEAD = '[profile]\ndescription = "x"\n'

    def test_traps(self):
        h = self.HEAD
        for bad in (
                '[disable_mapi_clients]\nversions = -5.9.9 ; 7.0.0-\n',
                '[disable_mapi_clients]\nversions = "-5.9.9" x\n',
                '[disable_mapi_clients]\nversions = "a" "b"\n',
                '[disable_mapi_clients]\nversions = "-5.9.9\n',
                '[disable_mapi_clients]\nversions = "1.1.1"\n'
                'versions = "1.1.1"\n',
                '[profile]\naccept = "x509"\n',
                '[Message]\nrefused = "x"\n',
                '[message]\nRefused = "x"\n',
                '[message]\nrefuse = "x"\n',
                '[massage]\nrefused = "x"\n',
                '[]\nx = "y"\n',
                '[message] x\nrefused = "x"\n',
                '[message]\nrefused = two words\n',
                '[message]\nrefused = "back\\slash"\n',
                '[message]\nrefused = "' + "x" * 1100 + '"\n',
                '[logon_only_as]\nallow.1 = "' + DN + 'a"\n',
                '[logon_only_as]\nwhen_invalid = open\nallow.1 = "x"\n',
                '[disable_mapi_clients]\nversions = "5.9.9-"\n'
                'unknown_version = maybe\n',
                '[protocols]\nrefuse = "imap, pop4"\n'):
            p = self.lint(h + bad, 3)
            self.assertRegex(p.err, r"^logongate: .*p\.ini:\d+: ", bad)
        self.lint(b"\xef\xbb\xbf" + h.encode(), 3)
        self.lint(h.encode() + b"\0", 3)
        self.lint('description = "x"\n' + h, 3)

    def test_good(self):
        self.lint(self.HEAD.replace("\n", "\r\n"), 0)
        self.lint(self.HEAD + '[disable_mapi_clients]\nversions = "1.1.1"'
                  '   ; why\nallow_system_block = no # no\n', 0)

    def test_lint_words(self):
        p = self.lint(self.HEAD + '[disable_mapi_client_processes]\n'
                      'processes = "a.exe, b.exe"\n', 0)
        self.assertIn("comma-in-process", p.out)

    def test_missing_variable_is_usage(self):
        f = self.profile('[profile]\ndescription="x"\nvariables = "org"\n'
                         '[logon_only_as]\nwhen_invalid = open\n'
                         'allow.1 = "/o=%{org}/cn=a"\n')
        self.run_("plan", f, "--directory", self.directory("a"), code=2)


class Plan(Case):
    def test_fail_table(self):
        d = self.directory("alice", "bob")
        for mode, names, code, gate in (
                ("open", ["alice"], 0, "listed"),
                ("open", ["nobody"], 5, "off"),
                ("closed", ["alice"], 0, "listed"),
                ("closed", [], 5, "nobody"),
                ("open", [], 5, "off")):
            f = self.profile(listed(mode, *names))
            o = self.json("plan", f, "--directory", d, "--for", "1h",
                          code=code)
            t = o["targets"][0]
            self.assertEqual(t["gate"], gate, (mode, names))
            self.assertEqual(t["engages"], gate != "off")
        self.assertIn("until", o)

    def test_zero(self):
        f = self.profile(LISTED % ("open", 'allow.1 = "0"'))
        o = self.json("plan", f, "--directory", self.directory("a"),
                      code=5)
        self.assertIn("fails-open", [w["code"] for w in o["warnings"]])

    def test_dialects(self):
        d = self.directory("alice", "bob")
        f = self.profile(listed("open", "ghost"))
        o = self.json("plan", f, "--directory", d, "--dialect",
                      "exchange2000", code=5)
        self.assertIn("fails-open", [w["code"] for w in o["warnings"]])
        f = self.profile(listed("closed"))
        o = self.json("plan", f, "--directory", d, "--dialect",
                      "exchange5.5", code=5)
        self.assertIn("locks-everyone-out",
                      [w["code"] for w in o["warnings"]])

    def test_could_not_ask(self):
        bad = "ldif:" + self.path("missing.ldif")
        f = self.profile(listed("open", "alice"))
        self.run_("plan", f, "--directory", bad, code=4)
        f = self.profile(listed("closed", "alice"))
        o = self.json("plan", f, "--directory", bad, code=5)
        self.assertIn("directory-not-asked",
                      [w["code"] for w in o["warnings"]])
        p = self.run_("check", "--profile",
                      self.profile(listed("open", "alice")), "--user", "x",
                      "--directory", bad, "--json", code=4)
        error = json.loads(p.out)["error"]
        self.assertEqual((error["code"], error["exit"]),
                         ("directory-not-asked", 4))
        self.assertEqual(error["file"], self.path("missing.ldif"))


class Window(Case):
    def test_life(self):
        d = self.directory("alice", "bob")
        f = self.profile(listed("open", "alice"))
        o = self.json("status", code=0)
        self.assertFalse(o["active"])
        self.run_("status", "--quiet", code=1)
        self.json("apply", f, "--directory", d, "--for", "1h",
                  "--reason", "night\nwork", code=0)
        o = self.json("status", code=0)
        self.assertTrue(o["active"])
        self.assertEqual(o["profile"], "p")
        self.assertEqual(o["reason"], "night work")
        self.assertEqual(o["gate"], "listed")
        self.assertRegex(o["until"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.run_("status", "--quiet", code=0)
        self.run_("apply", f, "--directory", d, "--for", "1h", code=5)
        o = self.json("check", "--dn", DN + "ALICE", code=0)
        self.assertEqual((o["verdict"], o["reason"]), ("admit", "none"))
        o = self.json("check", "--dn", DN + "bob", code=1)
        self.assertEqual((o["verdict"], o["reason"]),
                         ("refuse", "not-listed"))
        self.assertIn("until", o["message"])
        self.json("check", "--user", "alice@example.org", code=0)
        self.json("check", "--user", "ORG\\Alice", code=0)
        self.json("check", "--user", "bob", code=1)
        o = self.json("check", "--user", "bob", "--explain", code=1)
        self.assertTrue(o["rules"])
        self.run_("check", "--user", "x", "--protocol", "gopher", code=2)
        vals = self.json("registry", "show", code=0)["values"]
        loa = [v for v in vals if v["name"] == "Logon Only As"][0]
        self.assertEqual((loa["type"], loa["data"]),
                         ("REG_MULTI_SZ", [DN + "alice"]))
        reg = self.path("out.reg")
        self.run_("registry", "export", reg, code=0)
        with open(reg, "rb") as file:
            raw = file.read()
        self.assertTrue(raw.startswith(b"\xff\xfe"))
        self.assertTrue(raw.decode("utf-16").endswith("\r\n\r\n"))
        self.run_("registry", "import", reg, code=5)
        self.run_("extend", "--for", "2h", code=0)
        self.run_("lift", code=0)
        self.assertFalse(self.json("status")["active"])
        self.assertEqual(self.json("registry", "show")["values"], [])
        p = self.run_("history", "--json", code=0)
        ev = [json.loads(x)["event"] for x in p.out.splitlines()]
        self.assertEqual(ev, ["apply", "extend", "lift"])

    def test_lift_restores_earlier_values(self):
        reg = self.write("in.reg", "Windows Registry Editor Version 5.00\n\n"
                         "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\"
                         "Services\\MSExchangeIS\\ParametersSystem]\n"
                         '"Disable MAPI Clients"="-5.1.1"\n\n')
        self.run_("registry", "import", reg, code=0)
        before = self.json("registry", "show")
        self.assertEqual(len(before["values"]), 1)
        d = self.directory("alice")
        f = self.profile(listed("closed", "alice") +
                         '[disable_mapi_clients]\nversions = "1.2.3"\n')
        self.run_("apply", f, "--directory", d, "--for", "1h", code=0)
        self.assertNotEqual(self.json("registry", "show"), before)
        self.run_("extend", "--for", "1s", code=0)
        end = time.monotonic() + 20
        while self.json("status")["active"] and time.monotonic() < end:
            time.sleep(0.1)
        self.assertFalse(self.json("status")["active"])
        self.run_("lift")
        self.assertEqual(self.json("registry", "show"), before)

    def test_max_duration(self):
        d = self.directory("alice")
        f = self.profile(listed("open", "alice").replace(
            '"test"', '"test"\nmax_duration = "1h"'))
        self.run_("apply", f, "--directory", d, "--for", "2h", code=2)
        self.run_("apply", f, "--directory", d, "--for", "30m", code=0)
        self.run_("extend", "--for", "2h", code=2)

    def test_run(self):
        d = self.directory("alice")
        f = self.profile(listed("open", "alice"))
        self.run_("run", f, "--directory", d, "--", "true", code=2)
        p = self.run_("run", f, "--directory", d, "--for", "1h", "--", GATE,
                      "status", "--quiet", code=0)
        p = self.run_("run", f, "--directory", d, "--for", "1h", "--", "sh",
                      "-c", "exit 7", code=7)
        self.assertFalse(self.json("status")["active"], p.err)


class Verify(Case):
    def test_words(self):
        x = (f"dn: cn=dup1,dc=org\nobjectClass: user\ncn: dup1\n"
             f"legacyExchangeDN: {DN}dup\n\ndn: cn=dup2,dc=org\n"
             f"objectClass: user\ncn: dup2\nlegacyExchangeDN: {DN}dup\n\n"
             f"dn: cn=mv,dc=org\nobjectClass: user\ncn: mv\n"
             f"legacyExchangeDN: {DN}new\n"
             f"proxyAddresses: x500:{DN}old\n\n")
        d = self.directory("alice", extra=x)
        p = self.run_("verify", DN + "alice", DN + "none", DN + "dup",
                      DN + "old", "--directory", d, "--json", code=0)
        o = [json.loads(x) for x in p.out.splitlines()]
        self.assertEqual([x["finding"] for x in o],
                         ["one", "none", "many", "one"])
        self.assertEqual(o[3]["via"], "x500")
        self.assertEqual(o[0]["via"], "legacyExchangeDN")
        self.assertIn("alice@example.org", o[0]["logins"])
        self.run_("verify", "junk", "--directory", d, code=3)
        f = self.write("l", f"{DN}alice\njunk\n")
        p = self.run_("verify", "--file", f, "--directory", d, "--json",
                      code=0)
        self.assertEqual([json.loads(x)["finding"]
                          for x in p.out.splitlines()],
                         ["one", "malformed"])
        p = self.run_("verify", DN + "a", "--directory",
                      "ldap://127.0.0.1:9", "--json", code=4)
        self.assertEqual(json.loads(p.out)["finding"], "unasked")


class Simulate(Case):
    def sim(self, dialect, script, code=0, *args):
        p = self.run_("simulate", "--dialect", dialect, "-", *args,
                      stdin=script, code=code)
        return [json.loads(x) for x in p.out.splitlines()]

    def test_2003_polls(self):
        ev = self.sim("exchange2003", '''
logon a version=11.0.5608.0
10 logon a version=11.0.5608.0
''', 3)
        self.assertEqual(ev, [])
        ev = self.sim("exchange2003", '''# comment
10 logon a version=11.0.5608.0 process=OUTLOOK.EXE
20 set "Disable MAPI Clients" REG_SZ "-11.9999.9"
30 logon b version=11.0.5608.0
900 logon c version=11.0.5608.0
1800 end
''')
        self.assertEqual(ev, [
            {"t": 0, "event": "read", "gate": "off"},
            {"t": 10, "event": "logon", "id": "a", "verdict": "admit",
             "reason": "none"},
            {"t": 30, "event": "logon", "id": "b", "verdict": "admit",
             "reason": "none"},
            {"t": 900, "event": "read", "gate": "off"},
            {"t": 900, "event": "cut", "id": "a",
             "reason": "version-blocked"},
            {"t": 900, "event": "cut", "id": "b",
             "reason": "version-blocked"},
            {"t": 900, "event": "logon", "id": "c", "verdict": "refuse",
             "reason": "version-blocked"},
            {"t": 1800, "event": "read", "gate": "off"}])

    def test_5_5_blank(self):
        ev = self.sim("exchange5.5", f'''0 set "Logon Only As" REG_MULTI_SZ
1 logon a dn={DN}x
2 restart
3 logon b dn={DN}x
''')
        self.assertEqual([e["event"] for e in ev],
                         ["read", "logon", "cut", "read", "logon"])
        self.assertEqual(ev[2]["reason"], "restart")
        self.assertEqual(ev[3]["gate"], "nobody")
        self.assertEqual(ev[4]["reason"], "nobody")

    def test_2000_open(self):
        d = self.directory("alice")
        ev = self.sim("exchange2000", f'''0 set "Logon Only As" REG_SZ {DN}ghost
0 restart
1 logon b dn={DN}bob
2 set "Logon Only As" REG_SZ {DN}alice
2 restart
3 logon c dn={DN}bob
4 logon s "dn=/o=Org/cn=Microsoft System Attendant"
5 logon l dn={DN}ALICE
''', 0, "--directory", d)
        self.assertEqual([(e["event"], e.get("gate") or e.get("verdict")
                           or e.get("reason")) for e in ev],
                         [("read", "off"), ("read", "off"),
                          ("logon", "admit"), ("cut", "restart"),
                          ("read", "listed"), ("logon", "refuse"),
                          ("logon", "admit"), ("logon", "admit")])

    def test_gate_at_once_and_errors(self):
        ev = self.sim("gate", f'''0 logon a version=5.0.0.0
1 set "Disable MAPI Clients" REG_SZ "5.0.0"
2 set "Disable MAPI Clients" REG_SZ "junk"
3 logon b version=5.0.0.0
4 delete "Disable MAPI Clients"
5 logon c version=5.0.0.0
''')
        self.assertEqual([(e["t"], e["event"]) for e in ev],
                         [(0, "read"), (0, "logon"), (1, "read"),
                          (1, "cut"), (2, "read"), (2, "error"),
                          (3, "logon"), (4, "read"), (5, "logon")])
        self.assertEqual(ev[6]["reason"], "version-blocked")
        self.assertEqual(ev[8]["verdict"], "admit")

    def test_p4(self):
        for dialect, verdict in (("exchange2003", "admit"),
                                 ("gate", "refuse")):
            ev = self.sim(dialect, '''0 set "Disable MAPI Client Processes" REG_SZ "a.exe"
1 restart
2 logon x version=10.0.1.1 process=A.EXE
3 logon y version=11.0.1.1 process="C:\\\\x\\\\A.EXE"
''')
            v = {e["id"]: e["verdict"] for e in ev if e["event"] == "logon"}
            self.assertEqual(v, {"x": verdict, "y": "refuse"}, dialect)


class Inspect(Case):
    def test_vectors(self):
        path = os.path.join(SOURCE,
                            "tests/data/mapi-http/connect_request.jsonl")
        n = 0
        with open(path, encoding="utf-8") as file:
            vectors = [json.loads(line) for line in file]
        for v in vectors:
            p = self.run_("inspect", "-", "--json",
                          stdin=bytes.fromhex(v["body_hex"]))
            o = json.loads(p.out)
            self.assertEqual(p.returncode, 3 if o["error"] else 0, v["name"])
            e = v.get("expect", {})
            for k in ("user_dn", "flags", "process_name", "error"):
                if k in e:
                    self.assertEqual(o[k], e[k], (v["name"], k))
                    n += 1
        self.assertGreater(n, 5)


class Render(Case):
    def test_reg(self):
        f = self.profile(listed("closed", "alice", "bob"))
        p = self.run_("render", f, "--format", "reg", "--dialect",
                      "exchange5.5", code=0)
        self.assertTrue(p.stdout.startswith(b"\xff\xfe"))
        self.assertIn("hex(7):", p.stdout.decode("utf-16"))
        p = self.run_("render", f, "--format", "reg", "--dialect",
                      "exchange2000", code=3)
        self.assertEqual(p.stdout, b"")
        p = self.run_("render", f, "--format", "reg", "--dialect",
                      "exchange2003", code=3)
        self.assertEqual(p.stdout, b"")

    def test_dialects_and_completion(self):
        for d in ("exchange5.5", "exchange2007"):
            self.assertIn(d, self.run_("dialects", code=0).out)
        for sh in ("bash", "zsh", "fish"):
            self.assertTrue(self.run_("completion", sh, code=0).out)


class Gate(Case):
    def test_no_gate_running(self):
        conf = self.write("lg.conf", f'[gate]\nstate_dir = "{self.path("s")}"'
                          f'\nrun_dir = "{self.path("r")}"\n'
                          f'[listen.http]\naddress = "unix:http.sock"\n'
                          f'without_policy = refuse\n')
        os.mkdir(self.path("s"))
        os.mkdir(self.path("r"))
        d = self.directory("alice")
        f = self.profile(listed("open", "alice"))
        self.run_("--config", conf, "apply", f, "--directory", d, "--for",
                  "1h", code=8)
        self.run_("--config", conf, "plan", f, "--directory", d, code=0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
