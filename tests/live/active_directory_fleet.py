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
        for i in range(3):
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
                         ["in-force"] * 3)
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
