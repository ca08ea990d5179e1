# SPDX-License-Identifier: ISC
"""A fleet through Active Directory: the contract suite of the port, and gates
that are set up as the manual says."""
import json
import os
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import samba_dc  # noqa: E402
from programs import wait_for                # noqa: E402
from running_gate import BIN, Gate, listeners  # noqa: E402
from samba_dc import ADDRESS, ADMIN, BASE, NAMESPACE  # noqa: E402

BUILD = os.path.join(os.environ["LOGONGATE_BUILD_DIR"], "tests")
FLEET = "OU=logongate," + BASE
GATE = "gate1.example.org"
GATES = int(os.environ.get("LG_AD_GATES", "3"))
# What dsacls calls CC;serviceConnectionPoint and WP;serviceBindingInformation:
# samba-tool wants the schema's own names.
ADD_EVENTS = "(OA;CI;CC;28630ec1-41d5-11d1-a9c1-0000f80367c1;;{sid})"
READ = "(A;CI;GR;;;{sid})"
WRITE_REPORT = "(OA;;WP;b7b1311c-b82e-11d0-afee-0000f80367c1;;{sid})"
PLACE = "".join(f"""dn: {name}
objectClass: organizationalUnit
ou: {name.partition("=")[2].partition(",")[0]}

""" for name in (FLEET, "OU=locks," + FLEET, "OU=gates," + FLEET)) + f"""\
dn: CN={GATE},OU=gates,{FLEET}
objectClass: serviceConnectionPoint
cn: {GATE}
keywords: logongate=gate

"""


class Fleet(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dc = samba_dc.running()
        cls.dc.ldap("ldapadd", PLACE)

    def test_suite(self):
        pids = subprocess.run(["ip", "netns", "pids", NAMESPACE], text=True,
                              stdout=subprocess.PIPE,
                              check=True).stdout.split()
        try:
            done = subprocess.run(
                self.dc.inside(os.path.join(BUILD, "fleet_suite_ldap"),
                               f"ldaps://{ADDRESS}", FLEET, ADMIN,
                               self.dc.secret, self.dc.ca, "demand", "1",
                               "8000", *pids),
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                timeout=150, check=False)
        finally:
            for pid in pids:
                os.kill(int(pid), signal.SIGCONT)
        self.assertEqual(done.returncode, 0, done.stdout)


class Gates(unittest.TestCase):
    BASE = "OU=gates of mail," + BASE

    @classmethod
    def setUpClass(cls):
        cls.dc = samba_dc.running()
        fleet = f"""
[fleet]
base = "{cls.BASE}"
uri = "ldaps://{ADDRESS}"
bind_dn = "{ADMIN}"
password_file = "{cls.dc.secret}"
verify_keys = "{cls.dc.path("fleet.pub")}"
heartbeat_s = 2
"""
        directory = f'[directory]\nca_file = "{cls.dc.ca}"\n'
        cls.admin = cls.dc.file("admin.conf", f"""[gate]
state_dir = "{cls.dc.path("admin.state")}"
{directory}{fleet}sign_key = "{cls.dc.path("anna.key")}"
""")
        cls.told = cls.command("fleet", "init", "--apply", "--admin",
                               "ACME\\Domain Admins")
        cls.gates = []
        for i in range(GATES):
            gate = Gate(listen=listeners("http"), settings=fleet)
            cls.addClassCleanup(gate.close)
            gate.through = cls.dc.inside()
            gate.settings("[directory]\n", directory)
            cls.command("fleet", "join", f"ad{i}", "--settings",
                        gate.config)
            cls.gates.append(gate.start())
        cls.profile = cls.gates[0].write("upgrade.ini", """[profile]
description = "a test"
[logon_only_as]
when_invalid = closed
allow_user.1 = "alice@example.org"
""")

    @classmethod
    def command(cls, *words, code=0):
        done = subprocess.run(
            cls.dc.inside(os.path.join(BIN, "logongate"), "--config",
                          cls.admin, *words), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        if done.returncode != code:
            raise AssertionError(f"{words}: exit {done.returncode}\n"
                                 f"{done.stdout}{done.stderr}")
        return done.stdout

    def test_one_command_locks_and_lifts_all(self):
        self.assertIn("dsacls", self.told)
        done = json.loads(self.command(
            "apply", self.profile, "--fleet", "--for", "1h", "--within",
            "40s", "--json"))
        self.assertEqual([one["state"] for one in done["gates"]],
                         ["in-force"] * GATES)
        after = sorted(one["after_s"] for one in done["gates"])
        print(f"{GATES} gates: half after {after[GATES // 2]:.1f} s, the last "
              f"after {after[-1]:.1f} s", file=sys.stderr)
        for gate in self.gates:
            self.assertEqual(gate.decide(user="bob")["verdict"], "refuse")
            self.assertEqual(gate.decide(user="alice@example.org")[
                "verdict"], "admit")
        # Somebody else's event, of the right shape.
        cn = f"{done['id']}.9.anna"
        self.dc.ldap("ldapadd", f"""dn: CN={cn},OU=locks,{self.BASE}
objectClass: serviceConnectionPoint
cn: {cn}
keywords: logongate=event
keywords: lock={done["id"]}
keywords: number=9
keywords: kind=lift
keywords: key=anna
keywords: signature={"A" * 86}==
serviceBindingInformation: {{"kind":"lift"}}

""")
        for gate in self.gates:
            wait_for("it to be loud", lambda gate=gate: any(
                cn in one["entry"]
                for one in gate.status()["fleet"]["attention"]), 40)
            self.assertEqual(gate.decide(user="bob")["verdict"], "refuse")
        self.command("lift", "--fleet", "--json")
        for gate in self.gates:
            wait_for("it to be lifted", lambda gate=gate: gate.decide(
                user="bob")["verdict"] == "admit", 40)

    def account(self, name):
        """A user of the domain; its SID."""
        self.dc.samba_tool("user", "create", name, samba_dc.PASSWORD)
        for line in self.dc.samba_tool("user", "show", name,
                                       "--attributes=objectSid").splitlines():
            if line.startswith("objectSid: "):
                return line.split()[1]
        raise AssertionError(name)

    def allow(self, dn, ace, sid):
        self.dc.samba_tool("dsacl", "set", "--objectdn=" + dn,
                           "--sddl=" + ace.format(sid=sid))

    def change(self, who, ldif):
        """What the domain controller says to this account: a result code."""
        return subprocess.run(
            self.dc.inside("ldapmodify", "-x", "-H", f"ldaps://{ADDRESS}",
                           "-D", f"{who}@acme.test", "-w",
                           samba_dc.PASSWORD),
            input=ldif, text=True, check=False, capture_output=True,
            env=dict(os.environ, LDAPTLS_CACERT=self.dc.ca)).returncode

    def event(self, number, key):
        cn = f"lg-0123456789ab.{number}.{key}"
        return f"""dn: CN={cn},OU=locks,{self.BASE}
changetype: add
objectClass: serviceConnectionPoint
cn: {cn}
keywords: logongate=event
keywords: lock=lg-0123456789ab
keywords: number={number}
keywords: kind=lift
keywords: key={key}
keywords: signature={"A" * 86}==
serviceBindingInformation: {{"kind":"lift"}}

"""

    @staticmethod
    def report(dn):
        return (f"dn: {dn}\nchangetype: modify\n"
                "replace: serviceBindingInformation\n"
                "serviceBindingInformation: {}\n\n")

    def test_accounts_that_may_no_more_than_the_manual_gives_them(self):
        """The lines for dsacls, by the tool that Samba has for them."""
        locks, gates = (f"OU={ou},{self.BASE}" for ou in ("locks", "gates"))
        own, other = (f"CN=ad{i},{gates}" for i in (0, 1))
        self.assertIn(f'dsacls "{locks}" /I:T /G '
                      '"ACME\\Domain Admins:CC;serviceConnectionPoint"',
                      self.told)
        for name in ("anna", "bert"):
            sid = self.account(name)
            self.allow(locks, ADD_EVENTS, sid)
            self.allow(locks, READ, sid)
        self.allow(own, WRITE_REPORT, self.account("ad0-gate"))
        self.account("mallory")
        mine = self.event(1, "anna")
        name = mine.partition("\n")[0]
        rows = (
            ("anna adds", "anna", mine, 0),
            ("bert adds", "bert", self.event(2, "bert"), 0),
            ("bert changes anna's", "bert", self.report(name[4:]), 50),
            ("bert deletes anna's", "bert", name + "\nchangetype: delete\n",
             50),
            ("anna writes a report", "anna", self.report(own), 50),
            ("anna makes a gate", "anna", self.event(3, "anna").replace(
                "OU=locks", "OU=gates"), 50),
            ("a gate reports", "ad0-gate", self.report(own), 0),
            ("a gate reports for another", "ad0-gate", self.report(other),
             50),
            ("a gate adds an event", "ad0-gate", self.event(4, "anna"), 50),
            ("a gate changes an event", "ad0-gate", self.report(name[4:]),
             50),
            ("a gate deletes an event", "ad0-gate",
             name + "\nchangetype: delete\n", 50),
            ("a gate renames itself", "ad0-gate", f"dn: {own}\n"
             "changetype: modrdn\nnewrdn: cn=x\ndeleteoldrdn: 1\n", 50),
            ("a gate becomes an event", "ad0-gate", f"dn: {own}\n"
             "changetype: modify\nadd: keywords\nkeywords: kind=lift\n", 50),
            ("others add", "mallory", self.event(5, "anna"), 50),
            ("others report", "mallory", self.report(own), 50),
        )
        for what, who, ldif, code in rows:
            with self.subTest(what):
                self.assertEqual(self.change(who, ldif), code)
        for number, key in ((1, "anna"), (2, "bert")):
            self.dc.ldap("ldapmodify", self.event(number, key).partition(
                "changetype")[0] + "changetype: delete\n")
