# SPDX-License-Identifier: ISC
"""Every sentence that a user may read, in one list that can be read in one
sitting (messages.txt in the build's folder), and the English that was mended
stays mended."""
import os
import re
import subprocess

import driver

LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"')
# Characters, comments, and literals that stand beside each other.
TOKENS = re.compile(r"'(?:[^'\\\n]|\\.)+'|/\*.*?\*/|"
                    r'"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*', re.S)
# What reads as translated, and what to write.
BAD = (
    (r"(?<!there )\bis no (?!longer\b|such\b)", "is not a"),
    (r"\bbelongs? into\b", "belongs in"),
    (r"\byours to do\b", "when you ..."),
    (r"\bread over\b", "ignored"),
    (r"\bwho is in stays\b", "users already logged on stay connected"),
    (r"\bgone for good\b", "will not return"),
    (r"\bany more$", "no longer"),
    (r"\b(are|is) past\b(?! and| its)", "in the past"),
    (r"\bnone of\b(?! the| them| it)", "not one of"),
    (r"\btwo (ends|choices)\b", "not both"),
)


def sources():
    done = subprocess.run(
        ["git", "-C", driver.SOURCE, "ls-files", "src", "include"],
        stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode == 0:
        return [path for path in done.stdout.split()
                if path.endswith((".c", ".h", ".def"))]
    return [os.path.relpath(os.path.join(folder, name), driver.SOURCE)
            for folder, _, names in os.walk(os.path.join(driver.SOURCE, "src"))
            for name in names if name.endswith((".c", ".h", ".def"))]


def messages(path):
    """(line, sentence) of each literal with some words."""
    with open(os.path.join(driver.SOURCE, path), encoding="utf-8") as file:
        text = file.read()
    for found in TOKENS.finditer(text):
        if found[0][0] != '"':
            continue
        begin = text.rfind("\n", 0, found.start()) + 1
        if text[begin:].startswith("#include"):
            continue
        words = "".join(part[1:-1] for part in LITERAL.findall(found[0]))
        words = words.replace('\\"', '"').replace("\\n", " ")
        words = " ".join(words.replace("\\t", " ").split())
        if " " in words and len(re.findall("[A-Za-z]{2,}", words)) >= 2:
            yield text.count("\n", 0, found.start()) + 1, words


class Messages(driver.Case):

    def test_nothing_reads_as_translated(self):
        folder = os.environ.get("LOGONGATE_BUILD_DIR", self.folder)
        wrong, count = [], 0
        with open(os.path.join(folder, "messages.txt"), "w",
                  encoding="utf-8") as catalogue:
            for path in sorted(sources()):
                rows = list(messages(path))
                if rows:
                    catalogue.write(f"\n{path}\n")
                for line, words in rows:
                    count += 1
                    catalogue.write(f"  {line}: {words}\n")
                    wrong += [f'{path}:{line}: "{words}": write "{better}"'
                              for pattern, better in BAD
                              if re.search(pattern, words)]
        self.assertGreater(count, 1000)
        self.assertEqual(wrong, [], "\n".join(wrong))


if __name__ == "__main__":
    driver.main()
