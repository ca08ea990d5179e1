# SPDX-License-Identifier: ISC
"""logongate verify: contract 4 and 8 "Directory"."""
import socket

import driver
from driver import DN


class Verify(driver.Case):
    def test_one_line_each(self):
        done = self.expect(0, "verify", "--json", self.directory(),
                           DN + "tester", DN + "nobody", DN + "twin",
                           DN.upper() + "ALICE")
        self.assertEqual(done.lines[0], {
            "dn": DN + "tester", "finding": "one",
            "entry": "cn=Tester,dc=example,dc=org",
            "via": "legacyExchangeDN",
            "logins": ["tester@example.org", "tester"]})
        self.assertEqual(done.lines[1], {
            "dn": DN + "nobody", "finding": "none", "entry": None,
            "via": None, "logins": []})
        self.assertEqual([line["finding"] for line in done.lines],
                         ["one", "none", "many", "one"])
        self.assertEqual(done.err, "")

    def test_text_is_a_table(self):
        done = self.expect(0, "verify", self.directory(), DN + "tester",
                           DN + "nobody")
        lines = done.out.splitlines()
        self.assertEqual(len(lines), 3)
        self.assertEqual(lines[1].split()[0], "one")
        self.assertEqual(lines[2].split()[0], "none")

    def test_control_characters_of_a_directory_reach_no_terminal(self):
        ldif = self.write("odd.ldif", "dn:: Y249G1sybQ==\ncn: x\n"
                          f"legacyExchangeDN: {DN}odd\n\n")
        done = self.expect(0, "verify", "--directory", "ldif:" + ldif,
                           DN + "odd")
        self.assertNotIn("\x1b", done.out)

    def test_file_lines(self):
        listed = self.write("list", f"\ufeff{DN}tester\r\n# {DN}bob\n\n  \n"
                            f"malformed\n{DN}nobody\n{DN}tester")
        done = self.expect(0, "verify", "--json", self.directory(),
                           "--file", listed)
        self.assertEqual([(line["dn"], line["finding"])
                          for line in done.lines],
                         [(DN + "tester", "one"), ("malformed", "malformed"),
                          (DN + "nobody", "none"), (DN + "tester", "one")])

    def test_file_from_standard_input_and_arguments_first(self):
        done = self.expect(0, "verify", "--json", self.directory(),
                           "--file", "-", DN + "bob",
                           stdin=(DN + "alice\n").encode())
        self.assertEqual([line["dn"] for line in done.lines],
                         [DN + "bob", DN + "alice"])

    def test_malformed_argument_is_a_mistake(self):
        for bad in ("bob", "/o=Org", "", DN + " x"):
            done = self.expect(3, "verify", "--json", self.directory(),
                               DN + "tester", bad)
            self.assertEqual(set(done.json), {"error"})
            self.assertEqual(done.json["error"]["code"], "invalid")
            self.assertIn("/o=Org/ou=Site", done.err)

    def test_could_not_ask(self):
        listed = self.write("list", f"{DN}tester\nbad\n")
        for uri in ("ldif:" + self.path("absent"),
                    "ldif:" + self.write("cut.ldif", "dn: cn=x\ncn: y")):
            done = self.expect(4, "verify", "--json", "--directory", uri,
                               "--file", listed)
            self.assertEqual([line["finding"] for line in done.lines],
                             ["unasked", "malformed"])
            self.assertTrue(done.err.startswith("logongate: "), done.err)

    def test_refused_server(self):
        with socket.socket() as probe:
            # Taken, so that nobody listens there.
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
            done = self.expect(4, "verify", "--json", "--directory",
                               f"ldap://127.0.0.1:{port}", DN + "tester")
        self.assertEqual(done.lines[0]["finding"], "unasked")
        self.assertIn(f"127.0.0.1:{port}", done.err)

    def test_no_directory(self):
        done = self.expect(4, "verify", DN + "tester")
        self.assertIn("--directory", done.err)

    def test_what_is_wrong_in_the_settings(self):
        secret = self.write("secret", "x\n")
        settings = self.write("gate.conf", f"""[directory]
uri = "ldap://127.0.0.1"
tls = none
bind_dn = "cn=x"
password_file = "{secret}"
""")
        done = self.run_it("verify", "--config", settings, DN + "tester")
        self.assertEqual(done.code, 3, str(done))
        self.assertIn(secret, done.err)

    def test_usage(self):
        self.expect(2, "verify")
        self.expect(3, "verify", self.directory(), "--file",
                    self.path("absent"))
        self.expect(3, "verify", "--directory", "http://x", DN + "a")


if __name__ == "__main__":
    driver.main()
