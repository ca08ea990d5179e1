# SPDX-License-Identifier: ISC
"""Contract 4 and 7 "Versions": versions explain, test, normalize."""
import csv
import os
import pty
import subprocess

import driver

WORDS = {0: "allow", 1: "block"}


def known_rows():
    path = os.path.join(driver.SOURCE, "tests/data/version-spec.csv")
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Test(driver.Case):

    def test_every_known_row_answers_and_exits_as_expected(self):
        rows = known_rows()
        self.assertGreater(len(rows), 50)
        for row in rows[::8]:
            done = self.run_it("versions", "test", row["spec"],
                               row["version"])
            self.assertEqual(done.out, row["expected"] + "\n")
            self.assertEqual(WORDS[done.code], row["expected"])

    def test_a_batch_answers_line_by_line_and_exits_0(self):
        rows = known_rows()
        lines = "".join(f"{r['spec']}\t{r['version']}\n" for r in rows)
        done = self.expect(0, "versions", "test", "--batch",
                           stdin=lines.encode())
        self.assertEqual(done.out.splitlines(),
                         [row["expected"] for row in rows])

    def test_a_batch_line_is_split_at_its_last_tab(self):
        stdin = ("-5.9.9 \t\t5.0.0\n"        # a TAB around an item is a blank
                 "-5.9.9,\t5.0.0\n"
                 "no tab\n"
                 "\n"
                 "\t5.0.0\n"
                 " \t5.0.0\n"
                 "-5.9.9\t\n"
                 "-5.9.9\t5.0.0\0\n"
                 "-5.9.9\t5.0.0 \n"
                 "-5.9.9\t5.0.0").encode()
        done = self.expect(0, "versions", "test", "--batch", stdin=stdin)
        self.assertEqual(done.out.split(),
                         "block invalid invalid invalid allow allow invalid "
                         "invalid invalid block".split())
        self.assertEqual(done.err, "")

    def test_a_batch_without_lines_answers_nothing(self):
        self.assertEqual(self.expect(0, "versions", "test", "--batch").out,
                         "")
        self.expect(2, "versions", "test", "--batch", "-5.9.9", "5.0.0")

    def test_a_setting_of_a_mebibyte_is_read(self):
        spec = ";".join(["5.0.0"] * 174762)
        zeros = "0" * (1 << 19) + "5.0.1"
        stdin = "".join(f"{s}\t{v}\n" for s, v in (
            (spec, "5.0.0"), (spec, "5.0.1"), (zeros, "5.0.1"),
            (spec + ";5.0.1", "5.0.0"))).encode()
        done = self.expect(0, "versions", "test", "--batch", stdin=stdin)
        self.assertEqual(done.out.split(), ["block", "allow", "block",
                                            "invalid"])

    def test_what_does_not_read_is_invalid_on_stdout_and_exits_3(self):
        for spec, version in (("-5.9", "5.0.0"), ("5.0.0;", "5.0.0"),
                              ("5.0.0 -6.0.0", "5.0.0"), ("-", "5.0.0"),
                              ("-5.9.9", "5.0"), ("-5.9.9", ""),
                              ("6.0.0-5.0.0", "5.0.0"),
                              ("5.0.2178.0", "5.0.0"),
                              ("-5.65536.0", "5.0.0")):
            done = self.expect(3, "versions", "test", spec, version)
            self.assertEqual(done.out, "invalid\n")
            self.assertRegex(done.err, r"^logongate: .+\n$")

    def test_a_setting_is_never_an_option(self):
        self.expect(1, "versions", "test", "-5.9.9", "5.0.0")
        self.expect(1, "versions", "test", "--", "-5.9.9", "5.0.0")
        self.expect(1, "--quiet", "versions", "test", "-5.9.9", "5.0.0")
        self.expect(0, "versions", "explain", "-5.9.9")
        self.expect(2, "versions", "test", "-5.9.9")

    def test_four_parts_are_read_when_told_so(self):
        done = self.expect(3, "versions", "test", "5.0.2178.0", "5.2178.0")
        self.assertIn("write 5.2178.0", done.err)
        self.expect(1, "versions", "test", "--four-part", "5.0.2178.0",
                    "5.2178.0")
        done = self.expect(0, "versions", "test", "--batch", "--four-part",
                           stdin=b"8.1.0.0-8.1.9.9\t8.1.5.0\n")
        self.assertEqual(done.out, "block\n")

    def test_json(self):
        done = self.expect(1, "versions", "test", "-5.9.9", "5.0.0", "--json")
        self.assertEqual(done.json, {"spec": "-5.9.9", "version": "5.0.0",
                                     "answer": "block"})


class Normalize(driver.Case):

    def test_both_forms_are_printed(self):
        for text in ("12.0.4407.1004", "12.4407.1004", "12,4407,1004",
                     "0x000c,0x1137,0x03ec"):
            done = self.expect(0, "versions", "normalize", text)
            self.assertEqual(done.out, "12.0.4407.1004\n12.4407.1004\n")
            done = self.expect(0, "versions", "normalize", text, "--json")
            self.assertEqual(done.json, {"four_part": "12.0.4407.1004",
                                         "three_part": "12.4407.1004"})

    def test_what_three_parts_do_not_name_is_null(self):
        for text in ("8.1.215.0", "0x0801,0x80d7,0"):
            done = self.expect(0, "versions", "normalize", text, "--json")
            self.assertEqual(done.json, {"four_part": "8.1.215.0",
                                         "three_part": None})
        done = self.expect(0, "versions", "normalize", "8.1.215.0")
        self.assertEqual(done.out, "8.1.215.0\n")
        self.assertIn("three parts", done.err)

    def test_what_is_no_version_exits_3(self):
        for text in ("12", "1,2", "65536,0,0", "a,b,c", "1.2.3.4.5", "",
                     "-5.0.0", "4294967296.0.0"):
            done = self.expect(3, "versions", "normalize", text)
            self.assertEqual(done.out, "")
        self.expect(2, "versions", "normalize")


class Explain(driver.Case):

    def explained(self, spec, *options, code=0):
        return self.expect(code, "versions", "explain", spec, "--json",
                           *options).json

    def test_the_object_has_what_the_contract_says(self):
        found = self.explained("-12.1234.01")
        self.assertEqual(found["spec"], "-12.1234.01")
        self.assertIs(found["valid"], True)
        self.assertEqual(found["ranges"],
                         [{"from": None, "to": "12.0.1234.1"}])
        self.assertIn({"client": "Outlook 98",
                       "provider_version": "5.0.2178.0",
                       "registry_version": "5.2178.0"}, found["blocked"])
        self.assertNotIn("Outlook 2007 RTM",
                         [c["client"] for c in found["blocked"]])
        self.assertEqual(found["missed_traps"], [])
        self.assertEqual(found["system"],
                         {"hit": True,
                          "ranges": [{"from": "6.0.0.0",
                                      "to": "6.65535.65535.65535"}]})
        self.assertEqual(found["safe_spec"],
                         "-5.65535.65535;7.0.0-12.1234.1")

    def test_a_setting_that_does_not_read_prints_the_object_and_exits_3(self):
        found = self.explained("5.0.0;", code=3)
        self.assertEqual(found, {
            "spec": "5.0.0;", "valid": False, "ranges": [], "blocked": [],
            "missed_traps": [], "system": {"hit": False, "ranges": []},
            "safe_spec": None, "safe_releases": []})
        self.assertEqual(self.expect(3, "versions", "explain", "5.0.0;").out,
                         "")

    def test_an_empty_setting_blocks_nothing(self):
        found = self.explained("")
        self.assertIs(found["valid"], True)
        self.assertEqual(found["blocked"], [])

    def test_the_dialect_says_which_versions_are_the_servers_own(self):
        for dialect, hit in (("exchange5.5", False), ("exchange2000", False),
                             ("exchange2003", False), ("gate", False),
                             ("exchange2007", True)):
            found = self.explained("8.0.0-8.65535.65535", "--dialect", dialect)
            self.assertIs(found["system"]["hit"], hit)
        self.assertNotEqual(self.run_it("versions", "explain", "5.0.0",
                                        "--dialect", "notes").code, 0)

    def test_the_dialect_may_come_from_the_settings(self):
        self.write("g.conf", "[gate]\ndialect = exchange2007\n")
        found = self.explained("8.215.0", "--config", self.path("g.conf"))
        self.assertIs(found["system"]["hit"], True)

    def test_a_clients_file_adds_to_the_known_clients(self):
        self.write("ours.csv",
                   "client,provider_version,registry_version,source\n"
                   "Our reader,20.0.1.1,,us\n")
        self.write("g.conf", "[gate]\nclients_file = \"%s\"\n"
                   % self.path("ours.csv"))
        found = self.explained("20.0.0-", "--config", self.path("g.conf"))
        self.assertEqual(found["blocked"],
                         [{"client": "Our reader",
                           "provider_version": "20.0.1.1",
                           "registry_version": "20.1.1"}])
        self.write("ours.csv", "client\n")
        done = self.expect(3, "versions", "explain", "20.0.0-", "--config",
                           self.path("g.conf"))
        self.assertIn("ours.csv:1: ", done.err)
        os.remove(self.path("ours.csv"))
        done = self.expect(3, "versions", "explain", "20.0.0-", "--config",
                           self.path("g.conf"))
        self.assertIn("ours.csv", done.err)

    def test_traps_are_named(self):
        found = self.explained("-5.9.9;7.0.0-11.9.9")
        self.assertEqual([t["code"] for t in found["missed_traps"]],
                         ["misses-outlook-97-98-2000",
                          "misses-outlook-2003"])

    def test_one_screen_tells_people(self):
        out = self.expect(0, "versions", "explain", "-12.1234.01").out
        lines = out.splitlines()
        self.assertLess(len(lines), 25)
        self.assertLess(max(map(len, lines)), 81)
        self.assertRegex(out, r"stays +12\.4518\.1014 +Outlook 2007 RTM")
        self.assertRegex(out, r"Outlook 2003 +11\.\* +#### blocked")
        self.assertRegex(out, r"server's own components +6\.\* +#### blocked")
        self.assertIn("Write instead:  -5.65535.65535;7.0.0-12.1234.1", out)

    def test_control_characters_do_not_reach_the_terminal(self):
        done = self.expect(3, "versions", "explain", "5.0.0\x1b[31m")
        self.assertNotIn("\x1b", done.out + done.err)

    def on_a_terminal(self, **environment):
        master, slave = pty.openpty()
        with subprocess.Popen(
                [driver.LOGONGATE, "versions", "explain", "-12.1234.01"],
                stdout=slave, stderr=subprocess.DEVNULL, cwd=self.folder,
                env={**self.environment, **environment}) as process:
            os.close(slave)
            out = b""
            while True:
                try:
                    some = os.read(master, 65536)
                except OSError:
                    break
                if not some:
                    break
                out += some
        os.close(master)
        self.assertEqual(process.returncode, 0)
        return out

    def test_colours_are_for_terminals_and_NO_COLOR_turns_them_off(self):
        self.assertNotIn("\x1b", self.expect(0, "versions", "explain",
                                             "-12.1234.01").out)
        self.assertIn(b"\x1b[", self.on_a_terminal())
        self.assertNotIn(b"\x1b[", self.on_a_terminal(NO_COLOR="1"))


driver.main()
