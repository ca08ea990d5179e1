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

FLEET = "ou=logongate," + providers.SUFFIX
EVENT = f"""dn: cn=lg-0123456789ab.1.anna,ou=locks,{FLEET}
objectClass: logongateEvent
cn: lg-0123456789ab.1.anna
logongateLock: lg-0123456789ab
logongateNumber: 1
logongateKind: prepare
logongateBody: {{"id":"lg-0123456789ab"}}
logongateKey: anna
logongateSignature: c2lnbmF0dXJl
"""
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
        server = providers.Provider(self.folder)
        self.addCleanup(server.kill)
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


if __name__ == "__main__":
    lacking = providers.missing()
    if lacking:
        print(f"skipped: no {lacking}")
        sys.exit(77)
    unittest.main(verbosity=2)
