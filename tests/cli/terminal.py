# SPDX-License-Identifier: ISC
"""What a person sees: colours on a terminal and nowhere else, and no control
characters that a directory or a client brought in."""
import os
import pty
import subprocess

import driver


class Terminal(driver.Case):

    def on_terminal(self, *words, **environment):
        """stdout of a run on a terminal, and its exit code."""
        ours, theirs = pty.openpty()
        try:
            process = subprocess.Popen(
                [driver.LOGONGATE, *words], cwd=self.folder, stdout=theirs,
                stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                env={**self.environment, "TERM": "xterm", **environment})
            os.close(theirs)
            theirs = -1
            seen = b""
            while True:
                try:
                    data = os.read(ours, 65536)
                except OSError:
                    break
                if not data:
                    break
                seen += data
            return seen.decode("utf-8"), process.wait(timeout=60)
        finally:
            os.close(ours)
            if theirs >= 0:
                os.close(theirs)

    def test_colours_are_for_terminals(self):
        words = ("plan", self.listed(), self.directory())
        seen, code = self.on_terminal(*words)
        self.assertEqual(code, 0)
        self.assertIn("\x1b[32mLOCK\x1b[0m", seen)
        self.assertNotIn("\x1b", self.expect(0, *words).out)
        seen, code = self.on_terminal(*words, NO_COLOR="1")
        self.assertEqual(code, 0)
        self.assertNotIn("\x1b", seen)
        seen, code = self.on_terminal(*words, NO_COLOR="")
        self.assertIn("\x1b[", seen)
        # JSON is for programs, wherever it goes.
        seen, code = self.on_terminal(*words, "--json")
        self.assertNotIn("\x1b", seen)

    def test_nothing_of_a_directory_moves_the_cursor(self):
        text = driver.DIRECTORY.replace(
            "displayName: Theo Tester",
            "displayName:: VGhlbxtbMkoHVGVzdGVy")   # Theo ESC[2J BEL Tester
        self.write("odd.ldif", text)
        for words in (("plan", self.listed(), "--directory", "ldif:odd.ldif"),
                      ("plan", self.listed(), "--directory", "ldif:odd.ldif",
                       "--json")):
            out = self.run_it(*words).out
            self.assertNotIn("\x1b", out)
            self.assertNotIn("\x07", out)

    def test_a_lock_that_would_not_lock_is_told_first(self):
        seen, code = self.on_terminal(
            "plan", self.listed(allow=("nobody-here",)), self.directory())
        self.assertEqual(code, 5)
        self.assertIn("NO LOCK", seen.splitlines()[0])
        self.assertIn("\x1b[1;31m", seen.splitlines()[0])


if __name__ == "__main__":
    driver.main()
