# SPDX-License-Identifier: ISC
"""plan, apply and check --profile: fields, warnings and exit codes of contract
4, 5 and 7."""
import driver
from driver import DN

KEY = ("HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services"
       "\\MSExchangeIS\\ParametersSystem")


class Plan(driver.Case):

    def plan(self, code, profile, *words):
        plan = self.expect(code, "plan", profile, "--json", *words).json
        applied = self.run_it("apply", profile, "--json", "--for", "1h",
                              *words)
        self.assertEqual(applied.code, code,
                         f"apply exits otherwise than plan: {applied}")
        if code == 0:
            self.expect(0, "lift")
        else:
            self.assertEqual(
                self.expect(0, "status", "--json").json["active"], False)
            self.assertEqual(
                self.expect(0, "registry", "show", "--json").json,
                {"values": []})
        return plan

    def codes(self, plan):
        return {warning["code"] for warning in plan["warnings"]}

    def test_the_object_has_the_fields_of_the_contract(self):
        plan = self.plan(0, self.listed(), self.directory())
        self.assertLessEqual(
            {"profile", "dialect", "targets", "allow", "sessions", "warnings",
             "until"}, set(plan))
        self.assertEqual((plan["profile"], plan["dialect"], plan["until"]),
                         ("upgrade", "gate", None))
        target = plan["targets"][0]
        self.assertEqual(
            {name: target[name] for name in target if name != "values"},
            {"name": "gate", "dialect": "gate", "backend": "gate",
             "engages": True, "gate": "listed", "takes_effect": "at-once"})
        values = {value["name"]: value for value in target["values"]}
        self.assertEqual(values["Logon Only As"], {
            "key": KEY, "name": "Logon Only As", "type": "REG_MULTI_SZ",
            "data": [DN + "postmaster", DN + "tester"], "before": None})
        self.assertEqual(values["When Invalid"]["data"], "open")
        for account in plan["allow"]:
            self.assertLessEqual({"dn", "finding", "entry", "via"},
                                 set(account))
        self.assertEqual(
            [(a["dn"], a["finding"], a["entry"], a["via"])
             for a in plan["allow"]],
            [(DN + "postmaster", "one", "cn=Post Master,dc=example,dc=org",
              "legacyExchangeDN"),
             (DN + "tester", "one", "cn=Tester,dc=example,dc=org",
              "legacyExchangeDN")])
        self.assertEqual((plan["sessions"]["open"], plan["sessions"]["cut"]),
                         (0, 0))
        self.assertEqual(self.codes(plan), {"no-session-control"})

    def test_people_are_named_by_their_display_name(self):
        out = self.expect(0, "plan", self.listed(), self.directory()).out
        self.assertIn("Theo Tester", out)
        self.assertIn("LOCK", out.splitlines()[0])
        self.assertNotIn("\x1b", out)

    def test_usage_and_invalid_profiles_print_no_object(self):
        directory = self.directory()
        wanting = self.profile("wanting", """[profile]
variables = "org"
[logon_only_as]
when_invalid = closed
allow.1 = "/o=%{org}/cn=x"
""")
        for code, words in (
                (2, (wanting,)), (3, ("no-such-profile",)),
                (3, (self.profile("odd", "[logon_only]\n"),)),
                (3, (self.profile("malformed", """[logon_only_as]
when_invalid = closed
allow.1 = "postmaster"
"""),)),
                (3, (self.profile("lost", """[logon_only_as]
when_invalid = closed
allow_file = "nowhere.txt"
"""),))):
            done = self.expect(code, "plan", directory, "--json", *words)
            error = done.json["error"]
            self.assertEqual(set(done.json), {"error"})
            self.assertEqual(set(error), {"code", "exit", "text", "file",
                                          "line", "code_of_warning"})
            self.assertEqual((error["code"], error["exit"]),
                             ("usage" if code == 2 else "invalid", code))
            self.assertEqual(
                self.expect(code, "plan", directory, *words).out, "")
            self.assertRegex(done.err, r"^logongate: ")
            self.expect(code, "apply", directory, "--for", "1h", *words)

    def test_an_end_is_required_and_bounded(self):
        profile, directory = self.listed(), self.directory()
        for words in ((), ("--for", "1h", "--until", "23:00"),
                      ("--for", "8h1s"), ("--for", "yes"), ("--for", "0s"),
                      ("--until", "2001-01-01T00:00:00Z"),
                      ("--for", "1h", "--at", "2001-01-01T00:00:00Z"),
                      ("--until", "25:00")):
            self.expect(2, "apply", profile, directory, *words)

    def test_a_directory_that_cannot_be_asked(self):
        for words in ((), ("--directory", "ldif:" + self.path("nowhere"))):
            plan = self.plan(4, self.listed(), *words)
            self.assertEqual({a["finding"] for a in plan["allow"]},
                             {"unasked"})
            self.assertFalse(plan["targets"][0]["engages"])
            closed = self.listed("closed", "closed")
            plan = self.plan(5, closed, *words)
            self.assertIn("directory-not-asked", self.codes(plan))
            self.assertTrue(plan["targets"][0]["engages"])
            self.plan(0, closed, "--accept-warnings", *words)
        # No list, nothing to ask.
        plan = self.plan(0, self.profile("versions", """[profile]
max_duration = "8h"
[disable_mapi_clients]
versions = "7.0.0-11.65535.65535"
"""))
        self.assertEqual(plan["allow"], [])

    def test_nobody_listed_is_in_the_directory(self):
        profile = self.listed(allow=("nobody-here",))
        plan = self.plan(5, profile, self.directory())
        self.assertLessEqual({"dn-not-found", "fails-open"},
                             self.codes(plan))
        self.assertEqual((plan["targets"][0]["engages"],
                          plan["targets"][0]["gate"]), (False, "off"))
        self.plan(5, profile, self.directory(), "--accept-warnings")
        self.plan(0, profile, self.directory(), "--accept-open")
        out = self.run_it("plan", profile, self.directory()).out
        self.assertIn("nobody would be locked out", out)

    def test_one_of_two_is_missing_or_there_twice(self):
        for who, code in (("nobody-here", "dn-not-found"),
                          ("twin", "dn-ambiguous")):
            profile = self.listed(allow=("tester", who))
            plan = self.plan(5, profile, self.directory())
            self.assertIn(code, self.codes(plan))
            self.assertTrue(plan["targets"][0]["engages"])
            self.plan(0, profile, self.directory(), "--accept-warnings")
            accepting = self.listed("accepting", allow=("tester", who))
            text = self.read("accepting.ini").decode().replace(
                "[profile]\n", f'[profile]\naccept = "{code}"\n')
            self.write("accepting.ini", text)
            self.plan(0, accepting, self.directory())

    def test_blank_closed_locks_everyone_out(self):
        profile = self.profile("blank", """[profile]
max_duration = "8h"
[logon_only_as]
when_invalid = closed
""")
        plan = self.plan(5, profile, self.directory())
        self.assertIn("locks-everyone-out", self.codes(plan))
        self.assertEqual(plan["targets"][0]["gate"], "nobody")
        self.plan(0, profile, self.directory(), "--accept-warnings")

    def test_zero_alone_is_no_lock(self):
        profile = self.profile("zero", """[logon_only_as]
when_invalid = open
allow.1 = "0"
""")
        plan = self.plan(5, profile, self.directory())
        self.assertIn("fails-open", self.codes(plan))
        self.assertEqual(plan["allow"], [])

    def test_who_applies_would_be_locked_out(self):
        profile, directory = self.listed(), self.directory()
        for who, code in (("alice", 5), ("tester", 0), ("stranger", 0)):
            done = self.expect(code, "plan", profile, directory, "--json",
                               SUDO_USER=who)
            self.assertEqual("locks-you-out" in self.codes(done.json),
                             code == 5, who)
        self.expect(0, "plan", profile, directory, "--accept-warnings",
                    SUDO_USER="alice")
        # Found for the plan is not admitted by the lock.
        self.expect(0, "apply", profile, directory, "--accept-warnings",
                    "--for", "1h", SUDO_USER="alice")
        self.expect(1, "check", "--user", "alice")
        self.assertEqual(self.expect(0, "status", "--json").json["by"],
                         "alice")
        self.expect(0, "lift")

    def test_people_listed_by_logon_name(self):
        profile = self.profile("users", """[profile]
max_duration = "8h"
[logon_only_as]
when_invalid = open
allow_user.1 = "alice@example.org"
""")
        plan = self.plan(0, profile, self.directory())
        account = plan["allow"][0]
        self.assertEqual(
            {name: account[name] for name in
             ("dn", "user", "finding", "entry", "via")},
            {"dn": None, "user": "alice@example.org", "finding": "one",
             "entry": "cn=Alice,dc=example,dc=org", "via": "login"})
        self.expect(0, "check", "--profile", profile, self.directory(),
                    "--dn", DN + "alice")
        self.expect(1, "check", "--profile", profile, self.directory(),
                    "--user", "bob")

    def test_people_taken_by_a_filter(self):
        profile = self.profile("filter", """[profile]
max_duration = "8h"
[logon_only_as]
when_invalid = open
allow_filter = "(|(uid=alice)(uid=bob))"
""")
        plan = self.plan(0, profile, self.directory())
        self.assertEqual({a["via"] for a in plan["allow"]}, {"filter"})
        self.assertEqual({a["dn"] for a in plan["allow"]},
                         {DN + "alice", DN + "bob"})
        self.plan(4, profile)

    def test_a_dn_that_others_have_too_is_not_listed_by_a_name(self):
        """L15 for allow_filter and allow_user; nor is one that is no DN"""
        ldif = self.write("shared.ldif", "".join(
            f"dn: cn={name},dc=org\nobjectClass: inetOrgPerson\ncn: {name}\n"
            f"uid: {name}\nlegacyExchangeDN: {dn}\n\n" for name, dn in
            (("own", DN + "own"), ("listed", DN + "shared"),
             ("other", DN + "SHARED"), ("gone", "ADCDisabledMail"))))
        text = "[profile]\n[logon_only_as]\nwhen_invalid = closed\n"
        by_filter = self.profile("f", text + 'allow_filter = '
                                 '"(|(uid=own)(uid=listed)(uid=gone))"\n')
        by_name = self.profile("u", text + 'allow_user.1 = "own"\n'
                               'allow_user.2 = "listed"\n'
                               'allow_user.3 = "gone"\n')
        words = f"--directory=ldif:{ldif}", "--accept-warnings"
        for profile in by_filter, by_name:
            plan = self.plan(0, profile, *words)
            self.assertLessEqual({"dn-ambiguous", "dn-malformed"},
                                 self.codes(plan))
            self.plan(5, profile, words[0])
            for who, code in (("own", 0), ("listed", 0), ("other", 1)):
                self.expect(code, "check", "--profile", profile, words[0],
                            "--user", who)
            self.expect(0, "check", "--profile", profile, words[0], "--dn",
                        DN + "own")
            self.expect(1, "check", "--profile", profile, words[0], "--dn",
                        DN + "shared")
            plan = self.plan(0, profile, *words, "--skip-unsupported",
                             "--dialect", "exchange5.5")
            values = {v["name"]: v for v in plan["targets"][0]["values"]}
            self.assertEqual(values["Logon Only As"]["data"], [DN + "own"])

    def test_a_lock_that_reaches_the_servers_own_parts(self):
        text = """[profile]
max_duration = "8h"
[disable_mapi_clients]
versions = "-12.0.0"
"""
        profile = self.profile("sweep", text)
        plan = self.plan(5, profile)
        self.assertIn("system-versions-blocked", self.codes(plan))
        self.plan(0, profile, "--accept-warnings")
        self.plan(0, self.profile("allowed",
                                  text + "allow_system_block = yes\n"))

    def test_older_generations(self):
        profile, directory = self.listed(), self.directory()
        missing = self.listed("missing", allow=("nobody-here",))
        done = self.expect(5, "plan", missing, directory, "--dialect",
                           "exchange2000", "--json").json
        self.assertIn("fails-open", self.codes(done))
        self.assertEqual((done["targets"][0]["engages"],
                          done["targets"][0]["gate"],
                          done["targets"][0]["takes_effect"]),
                         (False, "off", "restart"))
        blank = self.profile("blank", """[logon_only_as]
when_invalid = closed
""")
        done = self.expect(5, "plan", blank, directory, "--dialect",
                           "exchange5.5", "--json").json
        self.assertIn("locks-everyone-out", self.codes(done))
        self.assertEqual(done["targets"][0]["gate"], "nobody")
        # L18: no documented value; several DNs where one is held.
        for dialect in ("exchange2003", "exchange2007", "exchange2000"):
            done = self.expect(3, "plan", profile, directory, "--dialect",
                               dialect, "--json")
            self.assertEqual(set(done.json), {"error"})
        self.expect(3, "plan", profile, directory, "--dialect", "exchange95")
        versions = self.profile("versions", """[profile]
max_duration = "8h"
[disable_mapi_clients]
versions = "7.0.0-11.65535.65535"
""")
        self.expect(3, "plan", versions, "--dialect", "exchange5.5")
        done = self.expect(5, "plan", versions, "--dialect", "exchange5.5",
                           "--skip-unsupported", "--json",
                           "--accept-warnings")
        self.assertEqual(done.json["targets"][0]["values"], [])
        done = self.expect(5, "plan", versions, "--dialect", "exchange2003",
                           "--for", "5m", "--json").json
        self.assertIn("ends-before-it-bites", self.codes(done))
        self.assertEqual(done["targets"][0]["takes_effect"], "poll")
        self.expect(0, "plan", versions, "--dialect", "exchange2003",
                    "--for", "1h")
        done = self.expect(0, "apply", versions, "--dialect", "exchange2003",
                           "--for", "1h")
        self.assertIn("next poll, within 15 minutes", done.out)
        self.expect(0, "lift", "--dialect", "exchange2003")

    def test_check_under_a_profile(self):
        profile, directory = self.listed(
            more='[message]\nrefused = "Back soon: %{profile}"\n'), \
            self.directory()
        done = self.expect(1, "check", "--profile", profile, directory,
                           "--user", "alice", "--json", "--explain").json
        self.assertEqual(
            {name: done[name] for name in
             ("verdict", "reason", "rule", "message")},
            {"verdict": "refuse", "reason": "not-listed",
             "rule": "logon-only-as", "message": "Back soon: upgrade"})
        self.assertEqual(done["lock"], {"id": None, "profile": "upgrade"})
        self.assertEqual([r["rule"] for r in done["rules"]],
                         ["break-glass", "logon-only-as", "protocols",
                          "disable-mapi-clients",
                          "disable-mapi-client-processes"])
        for rule in done["rules"]:
            self.assertEqual(set(rule), {"rule", "outcome", "detail"})
        done = self.expect(0, "check", "--profile", profile, directory,
                           "--user", "tester", "--json").json
        self.assertEqual(set(done), {"verdict", "reason", "rule", "message",
                                     "generation", "lock"})
        self.assertIsNone(done["lock"])
        self.assertEqual((done["verdict"], done["reason"], done["message"]),
                         ("admit", "none", None))
        done = self.expect(4, "check", "--profile", profile, "--user", "x",
                           "--json")
        self.assertEqual(set(done.json), {"error"})
        # It never says 5: it asks what would be, not whether to do it.
        self.expect(1, "check", "--profile",
                    self.listed("closed", "closed"), "--user", "x")
        self.expect(0, "check", "--profile",
                    self.listed("closed", "closed"), "--dn", DN + "tester")
        self.expect(2, "check", "--protocol", "gopher")
        self.expect(3, "check", "--client-version", "twelve")

    def test_protocols_versions_and_processes(self):
        profile = self.profile("clients", """[profile]
max_duration = "8h"
[disable_mapi_clients]
versions = "7.0.0-11.65535.65535"
[disable_mapi_client_processes]
processes = "bad.exe"
[protocols]
refuse = "imap"
""")
        for words, reason in (
                (("--protocol", "imap"), "protocol-refused"),
                (("--client-version", "11.5608.0"), "version-blocked"),
                (("--client-version", "11.0.5608.0"), "version-blocked"),
                (("--process", "C:\\x\\BAD.EXE", "--client-version",
                  "12.4518.1014"), "process-blocked"),
                (("--protocol", "pop3"), "none"),
                (("--client-version", "12.4518.1014"), "none")):
            done = self.run_it("check", "--profile", profile, "--json",
                               "--user", "x", *words)
            self.assertEqual(done.json["reason"], reason, words)
            self.assertEqual(done.code, 0 if reason == "none" else 1)


class Gate(driver.Case):

    def test_with_listeners_and_no_gate_running(self):
        config = self.write("logongate.conf", f"""[gate]
state_dir = "{self.path('state')}"
run_dir = "{self.path('run')}"
[listen.http]
address = "unix:http.sock"
without_policy = admit
""")
        profile, directory = self.listed(), self.directory()
        at = ("--config", config)
        self.expect(0, "plan", profile, directory, *at)
        done = self.expect(8, "apply", profile, directory, "--for", "1h", *at)
        self.assertIn("no gate is running", done.err)
        for words in (("status",), ("lift",), ("confirm",), ("sessions",),
                      ("extend", "--for", "1h"), ("check", "--user", "x"),
                      ("cut", "--all"), ("refused",), ("history",),
                      ("run", profile, directory)):
            rest = ("--", "true") if words[0] == "run" else ()
            self.expect(8, *words, *at, *rest)
        for words in (("check", "--profile", profile, directory, "--user",
                       "tester"), ("registry", "show"),
                      ("plan", profile, directory)):
            self.expect(0, *words, *at)
        self.expect(2, "apply", profile, directory, *at)
        self.expect(3, "apply", "nowhere", directory, "--for", "1h", *at)
        self.expect(3, "status", "--config", self.path("missing.conf"))
        self.expect(3, "status", LOGONGATE_CONFIG=self.path("missing.conf"))


if __name__ == "__main__":
    driver.main()
