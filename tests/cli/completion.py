# SPDX-License-Identifier: ISC
"""The real shells complete what logongate knows: profiles at hand, locks that
wait or are in force, by name and by id. A shell that is not here is left
out."""
import os
import shutil
import subprocess
import unittest

import driver


class Completion(driver.Case):

    def setUp(self):
        super().setUp()
        os.makedirs(self.path("profiles"))
        for name in ("upgrade", "freeze"):
            self.write(f"profiles/{name}.ini", f"""[profile]
description = "{name}"
[protocols]
refuse = "imap"
""")
        self.write("lg.conf", f"""[gate]
state_dir = "{self.path('state')}"
run_dir = "{self.path('run')}"
""")
        self.environment = dict(
            os.environ, HOME=self.path(""), TERM="dumb",
            LOGONGATE_CONFIG=self.path("lg.conf"),
            PATH=driver.BIN + os.pathsep + os.environ["PATH"],
            ASAN_OPTIONS="detect_leaks=0")
        # Where the profiles are is the settings' to say; here a word does.
        self.write("logongate", f"""#!/bin/sh
exec {driver.LOGONGATE} --profiles {self.path('profiles')} "$@"
""")
        os.chmod(self.path("logongate"), 0o755)
        self.environment["PATH"] = (self.path("") + os.pathsep +
                                    self.environment["PATH"])
        self.ran("logongate", "apply", "freeze", "--for", "1h")
        self.id = self.ran("sh", "-c", "logongate status --json | tr , '\\n'"
                           " | sed -n 's/.*\"id\":\"\\(lg-[^\"]*\\)\".*/"
                           "\\1/p' | head -n 1").strip()
        self.assertRegex(self.id, r"\Alg-[0-9a-f]{12}\Z")

    def ran(self, *words):
        done = subprocess.run(words, env=self.environment, text=True,
                              capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, (words, done.stdout, done.stderr))
        return done.stdout

    def script(self, shell):
        if not shutil.which(shell):
            self.skipTest(f"{shell} is not here")
        text = self.ran("logongate", "completion", shell)
        return self.write(f"completion.{shell}", text)

    def expect_all(self, complete):
        self.assertEqual(complete("lift", ""), {"freeze", self.id})
        self.assertEqual(complete("extend", "lg-"), {self.id})
        self.assertEqual(complete("confirm", "fr"), {"freeze"})
        self.assertEqual(complete("apply", ""), {"freeze", "upgrade"})
        self.assertEqual(complete("plan", "up"), {"upgrade"})
        self.assertEqual(complete("completion", ""), {"bash", "zsh", "fish"})
        self.assertIn("apply", complete("ap"))

    def test_bash(self):
        script = self.script("bash")

        def complete(*words):
            line = " ".join(f"'{word}'" for word in ("logongate",) + words)
            return set(self.ran("bash", "--norc", "-c", f"""
. {script}
COMP_WORDS=({line})
COMP_CWORD={len(words)}
_logongate
printf '%s\\n' "${{COMPREPLY[@]}}\"""").split())

        self.expect_all(complete)

    def test_fish(self):
        script = self.script("fish")

        def complete(*words):
            line = " ".join(("logongate",) + words)
            text = self.ran("fish", "--no-config", "-c",
                            f"source {script}; complete -C '{line}'")
            return {row.split("\t")[0] for row in text.splitlines()}

        self.expect_all(complete)

    def test_zsh(self):
        script = self.script("zsh")

        def complete(*words):
            # What the completion system would be given to choose from.
            line = " ".join(f"'{word}'" for word in ("logongate",) + words)
            text = self.ran("zsh", "-f", "-c", f"""
compadd() {{ shift; print -l -- "$@" }}
_files() {{ }}
words=({line}) CURRENT={len(words) + 1}
. {script}
""")
            return {row for row in text.split() if row.startswith(words[-1])}

        self.expect_all(complete)


driver.main()
