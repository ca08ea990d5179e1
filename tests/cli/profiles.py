# SPDX-License-Identifier: ISC
"""profiles list, show, lint; and the profiles that are shipped."""
import json
import os
import re

import driver

SHIPPED = os.path.join(driver.SOURCE, "profiles")
# What each shipped profile needs.
VARIABLES = {
    "upgrade": ["tester=postmaster@example.org"],
    "upgrade-hold-mail": ["tester=postmaster@example.org"],
    "mailbox-move": ["mover=migration"],
    "mailbox-move-5.5": ["org=Example", "site=Paris", "source=EX1",
                         "target=EX2"],
    "minimum-client-version": [],
    "beta-client-block": ["build=16.4229.1003"],
    "client-process-block": ["programs=crawler.exe; sync.exe"],
    "protocol-freeze": [],
    "mailbox-batch": ["batch=" + os.path.join(driver.SOURCE, "tests", "data",
                                              "batch.txt"),
                      "mover=migration"],
    "domain-freeze": ["domain=example.org"],
}


def sets(name):
    return [word for value in VARIABLES[name] for word in ("--set", value)]


class Test(driver.Case):

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_the_shipped_profiles_are_the_ones_tested_here(self):
        names = [name[:-4] for name in os.listdir(SHIPPED)
                 if name.endswith(".ini")]
        self.assertEqual(sorted(names), sorted(VARIABLES))

    def test_each_shipped_profile_lints_without_a_word(self):
        for name in VARIABLES:
            dialect = "exchange5.5" if name.endswith("5.5") else "gate"
            done = self.expect(0, "profiles", "lint", name, "--profiles",
                               SHIPPED, "--dialect", dialect, *sets(name))
            self.assertEqual((name, done.out, done.err), (name, "", ""))

    def test_each_shipped_profile_says_what_it_is_for(self):
        for name in VARIABLES:
            with open(os.path.join(SHIPPED, name + ".ini"),
                      encoding="utf-8") as file:
                lines = file.read().split("\n")
            self.assertTrue(lines[0].startswith("; "), name)
            for line in lines:
                if not line.startswith("allow."):
                    self.assertLess(len(line.expandtabs()), 100, name)

    def test_a_shipped_profile_asks_for_its_variables(self):
        for name, variables in VARIABLES.items():
            if variables:
                done = self.expect(2, "profiles", "lint", name, "--profiles",
                                   SHIPPED)
                self.assertIn("--set " + variables[0].split("=")[0], done.err)

    def test_the_move_of_5_5_lists_the_documented_objects(self):
        done = self.expect(0, "profiles", "show", "mailbox-move-5.5",
                           "--profiles", SHIPPED, "--json",
                           *sets("mailbox-move-5.5"))
        allow = json.loads(done.out)["sections"]["logon_only_as"]
        site = "/o=Example/ou=Paris/cn=Configuration"
        self.assertEqual(
            sorted(allow[key] for key in allow if key.startswith("allow.")),
            sorted([f"{site}/cn=Servers/cn={server}/cn={part}"
                    for server in ("EX1", "EX2")
                    for part in ("Microsoft System Attendant",
                                 "Microsoft DSA")] +
                   [f"{site}/cn=Connections/cn=Internet Mail Connector "
                    f"({server})" for server in ("EX1", "EX2")]))

    def test_list_shows_what_is_at_hand(self):
        done = self.expect(0, "profiles", "list", "--profiles", SHIPPED)
        lines = done.out.splitlines()
        self.assertEqual([line.split()[0] for line in lines[1:]],
                         sorted(VARIABLES))
        self.assertEqual(self.expect(0, "profiles", "--profiles",
                                     SHIPPED).out, done.out)
        done = self.expect(0, "profiles", "list", "--profiles", SHIPPED,
                           "--json")
        rows = [json.loads(line) for line in done.out.splitlines()]
        self.assertEqual(len(rows), len(VARIABLES))
        by_name = {row["name"]: row for row in rows}
        self.assertEqual(by_name["mailbox-move-5.5"]["variables"],
                         ["org", "site", "source", "target"])
        self.assertEqual(by_name["upgrade"]["max_duration"], "8h")
        self.assertIsNone(by_name["beta-client-block"]["max_duration"])

    def test_one_that_does_not_read_does_not_hide_the_others(self):
        self.write("good.ini", "[profile]\ndescription = \"x\"\n")
        self.write("bad.ini", "[profle]\n")
        done = self.expect(3, "profiles", "list", "--profiles", self.folder)
        self.assertIn("good", done.out)
        self.assertIn("bad.ini:1: unknown section [profle]", done.err)
        self.expect(3, "profiles", "list", "--profiles", "/nonexistent")

    def test_show_follows_the_base(self):
        self.write("root.ini", "[profile]\nvariables = \"who\"\n"
                   "[logon_only_as]\nwhen_invalid = closed\n"
                   "allow_user.1 = \"%{who}\"\n[mail]\nhold = yes\n")
        path = self.write("leaf.ini", "[profile]\nbase = \"root\"\n"
                          "[mail]\nhold = no\n"
                          "[message]\nrefused = 'say \"x\" %{until}'\n")
        done = self.expect(0, "profiles", "show", path, "--profiles",
                           self.folder)
        self.assertIn("allow_user.1 = \"%{who}\"", done.out)
        self.assertIn("refused = 'say \"x\" %{until}'", done.out)
        self.assertIn("hold = \"no\"", done.out)
        self.assertNotIn("hold = \"yes\"", done.out)
        self.assertIn("; from " + self.folder, done.out)
        done = self.expect(0, "profiles", "show", path, "--profiles",
                           self.folder, "--json", "--set", "who=bob")
        shown = json.loads(done.out)
        self.assertEqual(shown["name"], "leaf")
        self.assertEqual(shown["variables"], ["who"])
        self.assertEqual(shown["sections"]["logon_only_as"]["allow_user.1"],
                         "bob")
        self.assertEqual(shown["sections"]["mail"], {"hold": "no"})

    def test_what_is_shown_reads_again(self):
        done = self.expect(0, "profiles", "show", "upgrade-hold-mail",
                           "--profiles", SHIPPED, *sets("upgrade"))
        # What is shown has all of its base.
        text = "\n".join(line for line in done.out.splitlines()
                         if not line.startswith("base"))
        path = self.write("again.ini", text + "\n")
        self.expect(0, "profiles", "lint", path)

    def test_lint_warns_and_exits_0(self):
        path = self.write("a.ini", "[disable_mapi_clients]\n"
                          "versions = \"-12.1234.01\"\n"
                          "[disable_mapi_client_processes]\n"
                          "processes = \"a.exe,b.exe\"\n")
        done = self.expect(0, "profiles", "lint", path)
        self.assertIn("system-versions-blocked: ", done.out)
        self.assertIn("comma-in-process: ", done.out)
        done = self.expect(0, "profiles", "lint", path, "--json",
                           "--dialect", "exchange2007")
        linted = json.loads(done.out)
        self.assertEqual(linted["profile"], "a")
        codes = [warning["code"] for warning in linted["warnings"]]
        self.assertIn("system-versions-blocked", codes)
        self.assertIn("unsupported-by-dialect", codes)

    def test_lint_exits_3_where_the_profile_does_not_read(self):
        for text, place, says in (
                ("[logon_only_as]\nallow.1 = \"x\"\n", ":1", "when_invalid"),
                ("[profile]\nk = a;b\n", ":2", "write k = \"a;b\""),
                ("[disable_mapi_clients]\nversions = -5.9.9 ; 7.0.0-\n",
                 ":2", "write versions = \"-5.9.9 ; 7.0.0-\""),
                ("[disable_mapi_clients]\nversions = \"5.9\"\n", ":2",
                 "versions"),
                ("[logon_only_as]\nwhen_invalid = open\n"
                 "allow_file = \"gone.txt\"\n", "gone.txt", "cannot be read")):
            path = self.write("b.ini", text)
            done = self.expect(3, "profiles", "lint", path)
            self.assertEqual(done.out, "")
            self.assertIn(place + ": ", done.err)
            self.assertIn(says, done.err)
            self.assertEqual(done.err.count("\n"), 1)
        self.expect(3, "profiles", "lint", "nobody", "--profiles", SHIPPED)

    def test_variables_that_do_not_fit_are_usage(self):
        self.expect(2, "profiles", "lint", "upgrade", "--profiles", SHIPPED,
                    "--set", "tester=a", "--set", "tister=b")
        self.expect(2, "profiles", "lint", "upgrade", "--profiles", SHIPPED,
                    "--set", "tester")


    def test_examples_give_what_shipped_profiles_take(self):
        """what README and the manual pages set is a variable there"""
        takes = {profile["name"]: set(profile["variables"])
                 for profile in self.expect(0, "profiles", "--profiles",
                                            SHIPPED, "--json").lines}
        seen = 0
        for name in ("README.md", "src/man/logongate.1",
                     "src/man/logongate-fleet.7"):
            with open(os.path.join(driver.SOURCE, name),
                      encoding="utf-8") as file:
                text = file.read().replace("\\e\n", " ")
            for line in text.splitlines():
                found = re.match(
                    r"\s*logongate (?:plan|apply|run|announce|schedule add "
                    r"\S+) +(\S+) .*--set", line)
                if not found or found[1] not in takes:
                    continue
                seen += 1
                self.assertEqual(set(re.findall(r"--set (\w+)=", line)),
                                 takes[found[1]], f"{name}: {line}")
        self.assertGreater(seen, 6)


driver.main()
