# SPDX-License-Identifier: ISC
"""[applies_to]: what plan and check --profile say of whom a profile concerns
(contract 9 and 12)."""
import driver
from driver import DN


class Concerned(driver.Case):

    def scoped(self, section, more="", name="batch"):
        return self.profile(name, f"""[profile]
description = "Some"

[applies_to]
{section}
{more}""")

    def verdict(self, profile, *words):
        done = self.run_it("check", "--profile", profile, "--json",
                           self.directory(), *words)
        self.assertIn(done.code, (0, 1), done)
        return done.json["verdict"], done.json["reason"]

    def test_named_accounts_are_concerned_by_every_name(self):
        batch = self.write("batch.txt", f"# tonight\nalice\n{DN}bob\n")
        profile = self.scoped(f'file = "{batch}"')
        refused = ("refuse", "nobody")
        for words in (("--user", "alice@example.org"), ("--user", "ALICE"),
                      ("--dn", DN + "alice"), ("--user", "bob"),
                      ("--dn", DN + "BOB")):
            self.assertEqual(self.verdict(profile, *words), refused, words)
        for words in (("--user", "tester"), ("--dn", DN + "tester"),
                      ("--user", "tester", "--protocol", "imap")):
            self.assertEqual(self.verdict(profile, *words),
                             ("admit", "none"), words)

    def test_who_names_nobody(self):
        profile = self.scoped('user.1 = "alice"')
        self.assertEqual(self.verdict(profile, "--protocol", "http"),
                         ("admit", "none"))
        self.assertEqual(self.verdict(profile, "--protocol", "mapi"),
                         ("refuse", "nobody"))

    def test_a_list_inside_names_who_stays_in(self):
        profile = self.scoped(
            'filter = "(cn=*)"',
            f'[logon_only_as]\nwhen_invalid = open\nallow.1 = "{DN}tester"')
        self.assertEqual(self.verdict(profile, "--user", "tester"),
                         ("admit", "none"))
        self.assertEqual(self.verdict(profile, "--user", "alice"),
                         ("refuse", "not-listed"))
        self.assertEqual(self.verdict(profile, "--user", "stranger"),
                         ("admit", "none"))

    def test_domains(self):
        profile = self.scoped('domains = "Example.ORG"')
        self.assertEqual(self.verdict(profile, "--user", "x@example.org"),
                         ("refuse", "nobody"))
        self.assertEqual(self.verdict(profile, "--user", "x@example.net"),
                         ("admit", "none"))
        self.assertEqual(self.verdict(profile, "--user", "bare"),
                         ("refuse", "nobody"))
        # The directory knows the names behind this DN, and not of that one.
        self.assertEqual(self.verdict(profile, "--dn", DN + "alice"),
                         ("refuse", "nobody"))
        self.assertEqual(self.verdict(profile, "--dn", DN + "unknown"),
                         ("refuse", "nobody"))

    def test_domains_without_a_known_dn(self):
        # Without uid, which names without a domain come from.
        text = "".join(
            f"dn: cn={cn},dc=example,dc=org\nobjectClass: person\ncn: {cn}\n"
            f"mail: {cn}@{domain}\nlegacyExchangeDN: {DN}{cn}\n\n"
            for cn, domain in (("anna", "example.org"),
                               ("ben", "example.net")))
        uri = "--directory=ldif:" + self.write(
            "names.ldif",
            "dn: dc=example,dc=org\nobjectClass: domain\ndc: example\n\n"
            + text)
        profile = self.scoped('domains = "example.org"')

        def verdict(*words):
            return self.run_it("check", "--profile", profile, "--json", uri,
                               *words).json["verdict"]
        self.assertEqual(verdict("--dn", DN + "anna"), "refuse")
        self.assertEqual(verdict("--dn", DN + "ben"), "admit")
        self.assertEqual(verdict("--dn", DN + "nobody"), "refuse")

    def test_a_directory_that_does_not_answer_stops_the_plan(self):
        for section in ('user.1 = "alice"', 'domains = "example.org"',
                        'filter = "(cn=x)"', f'dn.1 = "{DN}alice"'):
            for more in ("", "[logon_only_as]\nwhen_invalid = closed\n"
                             f'allow.1 = "{DN}tester"'):
                profile = self.scoped(section, more)
                for words in ((), ("--directory",
                                   "ldif:" + self.path("nowhere"))):
                    done = self.run_it("plan", profile, "--json", *words)
                    self.assertEqual(done.code, 4, (section, more, done))
                    done = self.run_it("check", "--profile", profile,
                                       "--user", "alice", *words)
                    self.assertEqual(done.code, 4, (section, more, done))
                    self.assertEqual(done.out, "")

    def codes(self, done):
        return {warning["code"] for warning in done.json["warnings"]} - {
            "no-session-control"}

    def test_plan_tells_whom_it_does_not_find(self):
        profile = self.scoped('user.1 = "alice"\nuser.2 = "ghost"')
        done = self.expect(5, "plan", profile, "--json", self.directory())
        self.assertEqual(self.codes(done), {"dn-not-found"})
        self.expect(0, "plan", profile, "--json", self.directory(),
                    "--accept-warnings")
        profile = self.scoped('user.1 = "ghost"')
        done = self.expect(5, "plan", profile, "--json", self.directory())
        self.assertEqual(self.codes(done),
                         {"dn-not-found", "concerns-nobody"})

    def test_explain_says_whom_it_concerns(self):
        profile = self.scoped('user.1 = "alice"')
        done = self.run_it("check", "--profile", profile, "--json",
                           "--explain", self.directory(), "--user", "bob")
        self.assertEqual(
            [(rule["rule"], rule["outcome"]) for rule in done.json["rules"]],
            [("break-glass", "not-set"), ("applies-to", "passes")])

    def test_registry_dialects_cannot_say_it(self):
        profile = self.scoped('user.1 = "alice"',
                              '[disable_mapi_clients]\nversions = "-5.9.9"')
        for dialect in ("exchange2003", "exchange2007"):
            done = self.run_it("render", profile, "--format", "reg",
                               "--dialect", dialect, self.directory())
            self.assertEqual(done.code, 3, done)
            self.assertIn("[applies_to]", done.err)


driver.main()
