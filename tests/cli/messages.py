# SPDX-License-Identifier: ISC
"""Every sentence that a user may read, in one list that can be read in one
sitting (messages.txt in the build's folder), and the English that was mended
stays mended, in the manual and in what is packaged too."""
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


# Of these also what people read as a file; of the others too much is right.
PROSE = BAD[:6]


def files(*folders):
    done = subprocess.run(
        ["git", "-C", driver.SOURCE, "ls-files", *folders],
        stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode == 0:
        return done.stdout.split()
    return [os.path.relpath(os.path.join(folder, name), driver.SOURCE)
            for top in folders
            for folder, _, names in os.walk(os.path.join(driver.SOURCE, top))
            for name in names]


def sources():
    return [path for path in files("src", "include")
            if path.endswith((".c", ".h", ".def"))]


def prose():
    """(path, line, text) of documents for administrators."""
    for path in files("src/man", "src/packaging", "profiles", "README.md"):
        with open(os.path.join(driver.SOURCE, path),
                  encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                yield path, number, line.strip()


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
        wrong += [f'{path}:{line}: "{words}": write "{better}"'
                  for path, line, words in prose()
                  for pattern, better in PROSE if re.search(pattern, words)]
        self.assertGreater(count, 1000)
        self.assertEqual(wrong, [], "\n".join(wrong))


if __name__ == "__main__":
    driver.main()
