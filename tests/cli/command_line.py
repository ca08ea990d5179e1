# SPDX-License-Identifier: ISC
"""Contract 4 and 7 "Command line": options anywhere before --, usage is 2."""
import os
import re
import subprocess

import driver


class CommandLine(driver.Case):

    def test_without_a_command_the_help_goes_to_stderr(self):
        done = self.expect(2)
        self.assertEqual(done.out, "")
        self.assertIn("usage: logongate", done.err)

    def test_help_goes_to_stdout(self):
        done = self.expect(0, "--help")
        self.assertEqual(done.err, "")
        self.assertIn("completion", done.out)

    def test_the_version_is_one_line(self):
        self.assertRegex(self.expect(0, "--version").out,
                         r"^logongate \d+\.\d+\.\d+\n$")

    def test_options_stand_anywhere_before_two_dashes(self):
        for words in (("--quiet", "completion", "bash"),
                      ("completion", "--quiet", "bash"),
                      ("completion", "bash", "--quiet")):
            self.expect(0, *words)
        self.expect(2, "completion", "--", "--quiet")
        self.expect(0, "completion", "--", "bash")

    def test_an_option_takes_its_value_after_a_blank_or_an_equals_sign(self):
        self.expect(0, "completion", "bash", "--dialect", "gate")
        self.expect(0, "completion", "bash", "--dialect=gate")
        done = self.expect(2, "completion", "bash", "--dialect")
        self.assertIn("--dialect needs a value", done.err)
        self.expect(2, "completion", "bash", "--dialect", "--json")
        self.expect(2, "completion", "bash", "--json=yes")

    def test_an_option_with_one_value_is_not_given_twice(self):
        done = self.expect(2, "completion", "bash", "--dialect", "gate",
                           "--dialect", "gate")
        self.assertIn("twice", done.err)

    def test_the_nearest_command_and_option_are_named(self):
        self.assertIn("did you mean completion?",
                      self.expect(2, "completoin").err)
        self.assertIn("did you mean --json?",
                      self.expect(2, "completion", "bash", "--jsn").err)

    def test_a_server_that_is_not_there_is_told(self):
        places = self.expect(0, "doors", "--help").out
        places = re.findall(r"^  --(\S+) (?:FILE|DIR) ",
                            places.split("\nCommon options:")[0], re.M)
        self.assertLess({"haproxy", "pam", "fail2ban"}, set(places))
        for name in set(places) - {"fail2ban"}:
            self.assertIn(f"--{name} /nowhere: No such file or directory; it "
                          "is left out\n",
                          self.run_it("doors", "--" + name, "/nowhere").err)

    def test_a_group_says_which_commands_it_has(self):
        for group, want in (
                ("schedule", "schedule needs add, list or remove\n"),
                ("targets", "targets needs list or test\n"),
                ("versions", "versions needs explain, test or normalize\n")):
            self.assertIn(want, self.expect(2, group).err)
        self.assertIn("there is no command schedule ad; did you mean "
                      "schedule add?", self.expect(2, "schedule", "ad").err)

    def test_what_a_command_does_not_take_is_usage(self):
        done = self.expect(2, "completion", "bash", "--grace", "5m")
        self.assertIn("completion takes no --grace", done.err)
        self.assertEqual(done.out, "")
        self.expect(2, "completion")
        self.expect(2, "completion", "bash", "zsh")
        self.expect(2, "completion", "-x", "bash")

    def test_usage_of_apply_names_the_end_it_needs(self):
        self.assertIn("usage: logongate apply PROFILE (--for D|--until T)\n",
                      self.expect(2, "apply", "upgrade").err)

    def test_help_shows_options_where_they_may_stand(self):
        self.assertTrue(self.expect(0, "run", "--help").out.startswith(
            "usage: logongate run [options] PROFILE -- COMMAND...\n"))
        self.assertNotIn("--at ", self.expect(0, "run", "--help").out)

    def test_every_command_has_help(self):
        words = [line.split("  ")[1] for line in
                 self.expect(0, "--help").out.split("Commands:\n")[1]
                 .split("\n\n")[0].splitlines()]
        self.assertIn("completion", words)
        for word in words:
            done = self.expect(0, *word.split(), "--help")
            self.assertIn("usage: logongate", done.out)
            self.expect(0, "help", *word.split())

    def test_the_manual_has_every_command_and_option(self):
        with open(os.path.join(driver.SOURCE, "src/man/logongate.1"),
                  encoding="utf-8") as file:
            page = file.read()
        # Places of servers are told of beside their doors.
        with open(os.path.join(driver.SOURCE, "src/man/logongate-doors.7"),
                  encoding="utf-8") as file:
            of_doors = file.read()
        text = self.expect(0, "--help").out
        for line in text.split("Commands:\n")[1].split("\n\n")[0] \
                .splitlines():
            words = line[2:].split("  ")[0].split()
            pattern = r"^\.It Cm " + words[0] + r"\b.*" + \
                r".*".join(words[1:])
            self.assertTrue(re.search(pattern, page, re.M),
                            f"src/man/logongate.1 has no {words}")
            options = re.findall(r"^  --(\S+)",
                                 self.expect(0, *words, "--help").out, re.M)
            self.assertIn("json", options)
            for option in options:
                self.assertTrue(
                    re.search(rf"Fl -{re.escape(option)}\b", page +
                              (of_doors if words == ["doors"] else "")),
                    f"src/man/logongate.1 has no --{option} of {words}")

    def test_documents_show_commands_and_options_that_there_are(self):
        takes = {line[2:].split("  ")[0].strip(): None for line in
                 self.expect(0, "--help").out.split("Commands:\n")[1]
                 .split("\n\n")[0].splitlines()}
        seen = 0
        for name in ("README.md", "scripts/quickstart",
                     *(f"src/man/{page}" for page in os.listdir(
                         os.path.join(driver.SOURCE, "src/man"))
                       if page[-1] in "1578")):
            with open(os.path.join(driver.SOURCE, name),
                      encoding="utf-8") as file:
                text = re.sub(r"\\e?\n", " ", file.read())
            for line in re.findall(r"(?m)^ *(?:\.Dl |show )?(logongate .*)$",
                                   text):
                words = re.split(r" #| & |[;|>]| -- ", line)[0].split()[1:]
                named = [said for said in (" ".join(words[:2]), words[0])
                         if said in takes]
                if not named and name.endswith("7") or words[0][0] == "-":
                    continue
                self.assertTrue(named, f"{name}: {line}")
                seen += 1
                if takes[named[0]] is None:
                    takes[named[0]] = self.expect(
                        0, "help", *named[0].split()).out
                for option in re.findall(r" --([a-z][a-z-]*)",
                                         " ".join(words)):
                    self.assertRegex(takes[named[0]],
                                     rf"(?m)^  --{option}\b",
                                     f"{name}: {line}")
        self.assertGreater(seen, 50)

    def test_errors_hold_no_control_characters(self):
        done = self.expect(2, "no\x1b[31msuch\ncommand")
        self.assertNotIn("\x1b", done.err)
        self.assertEqual(len(done.err.splitlines()), 2)

    def test_results_that_cannot_be_written_are_a_failure(self):
        with open("/dev/full", "wb") as full:
            process = subprocess.run(
                [driver.LOGONGATE, "--version"], stdout=full, check=False,
                stderr=subprocess.PIPE, env=self.environment)
        self.assertEqual(process.returncode, 74)

    def test_completions_are_good_scripts(self):
        script = self.expect(0, "completion", "bash").out
        subprocess.run(["bash", "-n"], input=script.encode(), check=True)
        reply = subprocess.run(
            ["bash", "-c", script + """
COMP_WORDS=(logongate com); COMP_CWORD=1; _logongate
printf '%s\\n' "${COMPREPLY[@]}"
COMP_WORDS=(logongate completion f); COMP_CWORD=2; _logongate
printf '%s\\n' "${COMPREPLY[@]}"
COMP_WORDS=(logongate completion --dialect exchange55 z); COMP_CWORD=4
_logongate
printf '%s\\n' "${COMPREPLY[@]}"
COMP_WORDS=(logongate completion --dial); COMP_CWORD=2; _logongate
printf '%s\\n' "${COMPREPLY[@]}"
COMP_WORDS=(logongate completion --dialect g); COMP_CWORD=3; _logongate
printf '%s\\n' "${COMPREPLY[@]}"
"""], check=True, stdout=subprocess.PIPE)
        self.assertEqual(reply.stdout.decode().split(),
                         ["completion", "fish", "zsh", "--dialect", "gate"])
        self.assertIn("#compdef logongate",
                      self.expect(0, "completion", "zsh").out)
        for line in self.expect(0, "completion", "fish").out.splitlines()[1:]:
            # What only logongate knows is asked by two functions.
            self.assertTrue(line.startswith(("complete -c logongate",
                                             "function _logongate_", "    ",
                                             "end")), line)


if __name__ == "__main__":
    driver.main()
