# SPDX-License-Identifier: ISC
"""A fleet through Active Directory: the contract suite of the port."""
import os
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import samba_dc  # noqa: E402
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
