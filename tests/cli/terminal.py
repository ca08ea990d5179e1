# SPDX-License-Identifier: ISC
"""What a person sees: colours on a terminal and nowhere else, and no control
characters that a directory or a client brought in."""
import fcntl
import os
import pty
import struct
import subprocess
import termios
import unicodedata

import driver


class Terminal(driver.Case):

    def on_terminal(self, *words, columns=0, **environment):
        """stdout of a run on a terminal, and its exit code."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 24, columns, 0, 0))
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

    def profiles(self):
        """A folder of profiles with long and wide texts."""
        folder = os.path.join(self.folder, "many")
        os.makedirs(folder, exist_ok=True)
        for name, text in (
                ("long", "Keep everybody out of the mail store while the "
                 "disks below it are replaced, one after the other"),
                ("wide", "\u90f5\u4ef6\u4f3a\u670d\u5668" * 12),
                ("accents", "Wa\u0308hrend die Platten getauscht werden, "
                 "bleibt das Postfach zu" + "\u0301"),
                ("paths", "/o=Organisation/ou=Site/cn=Recipients/"
                 "cn=a-very-long-common-name-of-somebody-in-paris"),
                ("a-profile-with-quite-a-long-name", "short")):
            with open(os.path.join(folder, name + ".ini"), "w",
                      encoding="utf-8") as file:
                file.write(f'[profile]\ndescription = "{text}"\n')
        return ("profiles", "list", "--profiles", folder)

    @staticmethod
    def width(line):
        return sum(0 if unicodedata.combining(c) else
                   2 if unicodedata.east_asian_width(c) in "WF" else 1
                   for c in line)

    def test_rows_fit_the_terminal(self):
        words = self.profiles()
        whole = self.expect(0, *words).out.splitlines()
        self.assertEqual(len(whole), 6)
        for columns in (200, 80, 79, 61, 60):
            seen, code = self.on_terminal(*words, columns=columns,
                                          LC_ALL="C.UTF-8", NO_COLOR="1")
            lines = seen.replace("\r", "").splitlines()
            self.assertEqual((code, len(lines)), (0, 6))
            for line in lines:
                self.assertLessEqual(self.width(line), columns, line)
            # Columns stay columns, whatever stands in them.
            begins = self.width(lines[0][:lines[0].index("DESCRIPTION")])
            for line in lines[1:]:
                before = line
                while self.width(before) > begins:
                    before = before[:-1]
                self.assertTrue(before.endswith("  "), (line, before))
        self.assertIn("\u2026", seen)
        # The end of a DN says who it is.
        self.assertIn("body-in-paris", self.on_terminal(
            *words, columns=80, LC_ALL="C.UTF-8")[0])
        # Half of a wide character is none.
        row = next(line for line in lines if line.startswith("wide"))
        self.assertTrue(row.endswith("\u2026"), row)

    def test_where_nobody_knows_the_width_nothing_is_cut(self):
        words = self.profiles()
        whole = self.expect(0, *words).out
        self.assertNotIn("\u2026", whole)
        seen, _ = self.on_terminal(*words, columns=0, NO_COLOR="1")
        self.assertEqual(seen.replace("\r", ""), whole)
        # A terminal of another character set gets no mark it cannot show,
        # one too narrow for any table gets all of the columns.
        seen, _ = self.on_terminal(*words, columns=70, NO_COLOR="1",
                                   LC_ALL="C", LC_CTYPE="C", LANG="C")
        self.assertIn("~", seen)
        self.assertNotIn("\u2026", seen)
        seen, code = self.on_terminal(*words, columns=5, NO_COLOR="1")
        self.assertEqual((code, len(seen.splitlines())), (0, 6))

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
