# SPDX-License-Identifier: ISC
"""The fleet's directory: real OpenLDAP servers with the schema that is
shipped."""
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "testbed"))
import providers  # noqa: E402
import slapd      # noqa: E402

BUILD = os.path.join(os.environ["LOGONGATE_BUILD_DIR"], "tests")
FLEET = "ou=logongate," + providers.SUFFIX
EVENT = providers.event(FLEET, "lg-0123456789ab", 1,
                        b'{"id":"lg-0123456789ab"}', kind="prepare",
                        signature="c2lnbmF0dXJl")
ENTRIES = "".join(f"""dn: {name}
objectClass: organizationalUnit
ou: {name.partition("=")[2].partition(",")[0]}

""" for name in (FLEET, "ou=locks," + FLEET, "ou=gates," + FLEET)) + f"""\
dn: cn=imap3.example.org,ou=gates,{FLEET}
objectClass: logongateGate
cn: imap3.example.org

""" + EVENT


class Schema(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="lgf")
        self.addCleanup(place.cleanup)
        self.folder = place.name

    def test_the_ldif_is_loaded_into_a_running_server(self):
        server = providers.Provider(self.folder, schema=False)
        self.addCleanup(server.kill)
        with open(providers.SCHEMA, encoding="utf-8") as file:
            server.ldap("ldapadd", file.read(), *server.config_login())
        server.ldap("ldapadd", ENTRIES)
        found = server.ldap("ldapsearch", "", "-LLL", "-b", FLEET,
                            "(|(objectClass=logongateEvent)"
                            "(objectClass=logongateGate))", "1.1")
        self.assertEqual(found.stdout.count("dn: "), 2)
        # A value twice, or one that is lacking, is not let in.
        for line, other in (("logongateNumber: 1", "logongateNumber: one"),
                            ("logongateKey: anna\n", ""),
                            ("logongateKind: prepare",
                             "logongateKind: prepare\nlogongateKind: lift")):
            bad = EVENT.replace(line, other).replace(".1.anna", ".2.anna")
            done = server.ldap("ldapadd", bad, check=False)
            self.assertNotEqual(done.returncode, 0, bad)
        # After a restart it reads its own configuration again.
        server.kill()
        server.start()
        same = server.ldap("ldapcompare", "",
                           f"cn=lg-0123456789ab.1.anna,ou=locks,{FLEET}",
                           "logongateLock:lg-0123456789ab", check=False)
        self.assertEqual(same.returncode, 6)  # compareTrue

    def test_the_schema_file_says_the_same(self):
        path = providers.SCHEMA.replace(".ldif", ".schema")
        server = slapd.Slapd(self.folder, providers.TOP + ENTRIES,
                             schema=path, index="uid")
        self.addCleanup(server.kill)

        def said(text, marks):
            return [" ".join(part.split()) for part in
                    text.replace("\n ", "").replace(marks, "\0").split(
                        "\0")[1:]]

        with open(path, encoding="utf-8") as file:
            plain = file.read()
        with open(providers.SCHEMA, encoding="utf-8") as file:
            ldif = file.read()
        for mark, olc in (("attributetype ", "olcAttributeTypes: "),
                          ("objectclass ", "olcObjectClasses: ")):
            self.assertEqual(
                said(plain.split("objectclass ")[0]
                     if "attr" in mark else plain, mark),
                said(ldif.split("olcObjectClasses: ")[0]
                     if "attr" in mark else ldif, olc))

GATE = "gate1.example.org"
PLACE = "".join(f"""dn: {name}
objectClass: organizationalUnit
ou: {name.partition("=")[2].partition(",")[0]}

""" for name in (FLEET, "ou=locks," + FLEET, "ou=gates," + FLEET)) + f"""\
dn: cn={GATE},ou=gates,{FLEET}
objectClass: logongateGate
cn: {GATE}

"""


class Suite(unittest.TestCase):
    """The contract suite of the port over two providers."""

    def test_suite_over_two_providers(self):
        place = tempfile.TemporaryDirectory(prefix="lgf")
        self.addCleanup(place.cleanup)
        ca = os.path.join(place.name, "ca")
        slapd.make_ca(ca)
        tls = [os.path.join(ca, name)
               for name in ("server.pem", "server.key", "ca.pem")]
        pair = providers.pair(place.name, tls=tls)
        for one in pair:
            self.addCleanup(one.kill)
        pair[0].ldap("ldapadd", PLACE)
        providers.wait_equal(pair, FLEET)
        secret = os.path.join(place.name, "password")
        with open(secret, "w", encoding="ascii",
                  opener=lambda p, f: os.open(p, f, 0o600)) as out:
            out.write(slapd.PASSWORD)
        for uris, how in ((" ".join(one.uri for one in pair), "none"),
                          (pair[0].tls_uri, "demand")):
            with self.subTest(uris=uris):
                run_suite(self, [os.path.join(BUILD, "fleet_suite_ldap"),
                                 uris, FLEET, slapd.ADMIN, secret, tls[2],
                                 how, "1", "1000",
                                 *[str(one.pid) for one in pair]], pair)


def run_suite(case, command, stopped):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True,
                              timeout=100, check=False)
    finally:
        for one in stopped:
            one.go_on()
    case.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    lacking = providers.missing()
    if lacking:
        print(f"skipped: no {lacking}")
        sys.exit(77)
    unittest.main(verbosity=2)
