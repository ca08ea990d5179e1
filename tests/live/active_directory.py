# SPDX-License-Identifier: ISC
"""An Active Directory: Samba's, in a network namespace of its own. Here what
the LDAP directory finds in it; beside it the lock that is written there, and
the logon with a ticket. One domain controller serves all."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import directory  # noqa: E402
import samba_dc   # noqa: E402
from active_directory_fleet import Fleet, Gates     # noqa: E402,F401
from active_directory_kerberos import Kerberos  # noqa: E402,F401
from active_directory_target import Target      # noqa: E402,F401
from samba_dc import ADDRESS, ADMIN, BASE, USERS  # noqa: E402

DN = "/o=ACME/ou=Site/cn=Recipients/cn="
ACCOUNTS = 30


def account(name, *lines):
    return "\n".join([f"dn: CN={name},{USERS}", "objectClass: user",
                      f"cn: {name}", f"sAMAccountName: {name}",
                      f"userPrincipalName: {name}@acme.test", *lines]) + "\n\n"


LDIF = "".join(
    account(f"u{i}", f"legacyExchangeDN: {DN}u{i}", f"mail: u{i}@acme.test",
            f"displayName: User {i}") for i in range(ACCOUNTS)) + account(
    "moved", f"legacyExchangeDN: {DN}moved.new",
    f"proxyAddresses: X500:{DN}moved",
    "proxyAddresses: smtp:moved@acme.test") + account(
    "other", "proxyAddresses: SMTP:u3@acme.test") + account(
    "twin1", f"legacyExchangeDN: {DN}twin") + account(
    "twin2", f"legacyExchangeDN: {DN}twin") + f"""dn: CN=Rescuers,{USERS}
objectClass: group
cn: Rescuers
sAMAccountName: Rescuers
member: CN=u1,{USERS}
member: CN=u2,{USERS}

"""


class ActiveDirectory(directory.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dc = samba_dc.running()
        cls.bound = {"bind_dn": ADMIN, "password_file": cls.dc.secret,
                     "ca_file": cls.dc.ca, "base": BASE, "timeout_ms": 5000}
        cls.dc.ldap("ldapadd", LDIF)

    def ask(self, *arguments, **settings):
        settings = {**self.bound, "uri": f"ldaps://{ADDRESS}", **settings}
        return directory.ask(*arguments, prefix=self.dc.inside(), **settings)

    def test_accounts_are_found(self):
        said = self.ask(f"dn={DN}u1", f"dn={DN}U2".upper().replace(
            "DN=", "dn=", 1), f"dn={DN}moved", f"dn={DN}twin",
            f"dn={DN}nobody")
        self.found(said, "one", "one", "one", "many", "none")
        self.assertEqual([a[2] for a in said.accounts],
                         ["legacyExchangeDN", "legacyExchangeDN", "x500",
                          "legacyExchangeDN", "nothing"])
        self.assertEqual(said.accounts[0][5], "User 1")
        self.assertEqual(said.logins(0), ["+u1@acme.test", "+u1"])

    def test_none_is_believed_from_the_top_of_a_domain(self):
        """It publishes no EQUALITY, and points to its other partitions."""
        self.found(self.ask(f"dn={DN}nobody"), "none")
        self.found(self.ask("user=nobody"), "none")

    def test_all_at_once(self):
        said = self.ask(*[f"dn={DN}u{i}" for i in range(ACCOUNTS)],
                        *[f"dn={DN}n{i}" for i in range(200)])
        self.found(said, *["one"] * ACCOUNTS, *["none"] * 200)
        self.assertIn("!u3@acme.test", said.logins(3))

    def test_starttls(self):
        self.found(self.ask(f"dn={DN}u1", uri=f"ldap://{ADDRESS}",
                            tls="starttls"), "one")

    def test_global_catalog(self):
        self.found(self.ask(f"dn={DN}u1", f"dn={DN}nobody", base="",
                            uri=f"ldaps://{ADDRESS}:3269"), "one", "none")

    def test_logon_names(self):
        said = self.ask("user=u1", "user=ACME\\U2", "user=u3@ACME.test",
                        "user=moved@acme.test", "caller=administrator")
        self.found(said, "one", "one", "many", "one", "one")

    def test_filter(self):
        said = self.ask(f"filter=(memberOf=CN=Rescuers,{USERS})")
        self.found(said, "one", "one")
        said = self.ask("filter=(&(objectCategory=person)(mail=u*)"
                        "(!(userAccountControl:1.2.840.113556.1.4.803:=512)"
                        "))")
        self.assertEqual(said.status, "ok", said)

    def test_anonymous_is_could_not_ask(self):
        said = self.ask(f"dn={DN}u1", bind_dn="")
        self.could_not_ask(said, within=5)

    def test_bind_without_tls_is_could_not_ask(self):
        """The server wants an encrypted line for a password."""
        said = self.ask(f"dn={DN}u1", uri=f"ldap://{ADDRESS}", tls="none")
        self.assertEqual(said.status, "conflict", said)
        # From the domain controller itself its own refusal is seen.
        said = self.ask(f"dn={DN}u1", uri="ldap://127.0.0.1", tls="none")
        self.could_not_ask(said, within=5)

    def test_wrong_password_is_could_not_ask(self):
        said = self.ask(f"dn={DN}u1",
                        password_file=self.file("wrong", "wrong"))
        self.could_not_ask(said, within=5)


if __name__ == "__main__":
    lacking = samba_dc.missing()
    if lacking:
        print(f"skipped: no {lacking}")
        sys.exit(77)
    unittest.main(argv=[sys.argv[0]] + (sys.argv[1:] or [
        "ActiveDirectory", "Fleet", "Gates", "Kerberos", "Target"]), verbosity=2)
