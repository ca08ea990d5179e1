# SPDX-License-Identifier: ISC
"""Every row of the conformance table has a test that exists, and the page in
the manual is made of the table. "conformance.py --write" writes the page."""
import os
import re
import sys

import tree

TABLE = "tests/data/conformance.tsv"
PAGE = "src/doc/conformance.md"
ROWS = {"L": 21, "V": 15, "P": 7, "T": 7, "E": 5, "I": 4, "A": 7, "D": 5}
TITLES = {
    "L": "Logon Only As: who may log on",
    "V": "Disable MAPI Clients: which versions are blocked",
    "P": "Disable MAPI Client Processes: which programs are blocked",
    "T": "When a change takes effect",
    "E": "What the refused client is told",
    "I": "Access that is not MAPI",
    "A": "The administrator's procedure",
    "D": "legacyExchangeDN",
}
HEAD = """# What Exchange does, and which test holds us to it

Made by `tests/arch/conformance.py --write` from `tests/data/conformance.tsv`.

Status: *doc*, the source says so; *choice*, the sources are silent or
contradict each other and this is the project's decision; *unknown*, nobody
could establish it. S0 is Microsoft's topic on disabling MAPI access (Exchange
2007), S1 is KB920185, S2 is "Blocking Client Access to Exchange Servers" (5.5
and 2000). Q and KB numbers are Microsoft Knowledge Base articles.
"""


def read_rows():
    lines = tree.read(TABLE).split("\n")
    return [line.split("\t") for line in lines[1:] if line]


def cases(field):
    """[(file, text)] of "file: text; file: text"."""
    return [tuple(part.split(": ", 1))
            for part in re.split(r"; (?=(?:tests|src)/)", field)]


def joined(path, seen={}):
    """The file with its C strings put together."""
    if path not in seen:
        seen[path] = re.sub(r'"\s*"', "", tree.read(path))
    return seen[path]


def page(rows):
    out = [HEAD]
    for letter, title in TITLES.items():
        out.append(f"\n## {letter}. {title}\n\n"
                   "| row | behaviour | status, source | test |\n"
                   "|---|---|---|---|\n")
        for name, status, source, text, tests in rows:
            if name[0] != letter:
                continue
            told = f"{status}: {source}" if source else status
            files = sorted({f"`{path}`" for path, _ in cases(tests)})
            out.append(f"| {name} | {text} | {told} | "
                       f"{', '.join(files)} |\n")
    return "".join(out)


def main():
    rows = read_rows()
    if sys.argv[1:] == ["--write"]:
        with open(os.path.join(tree.ROOT, PAGE), "w",
                  encoding="utf-8") as file:
            file.write(page(rows))
        return
    problems = []
    names = [row[0] for row in rows]
    for letter, count in ROWS.items():
        for number in range(1, count + 1):
            if names.count(f"{letter}{number}") != 1:
                problems.append(f"{TABLE}: {letter}{number} stands there "
                                f"{names.count(f'{letter}{number}')} times")
    checked = 0
    for row in rows:
        if len(row) != 5 or not row[4]:
            problems.append(f"{TABLE}: {row[0]} has no case")
            continue
        for path, text in cases(row[4]):
            checked += 1
            if not os.path.isfile(os.path.join(tree.ROOT, path)):
                problems.append(f"{TABLE}: {row[0]}: there is no {path}")
            elif text not in joined(path):
                problems.append(f"{TABLE}: {row[0]}: {path} has no case "
                                f"\"{text}\"")
    if not problems and tree.read(PAGE) != page(rows):
        problems.append(f"{PAGE}: not what {TABLE} says; run "
                        "tests/arch/conformance.py --write")
    tree.report(problems, checked, "cases")


main()
