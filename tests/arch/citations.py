# SPDX-License-Identifier: ISC
"""What a comment names is there: sections of the contract and their titles, rows
of the conformance table, decisions, manual pages of ours and files of the tree."""
import os
import re

import tree

COMMENT = re.compile(r"/\*.*?\*/", re.S)
CONTRACT = re.compile(r"\bcontract (\d+)((?:,? (?:and )?(?:\"[^\"]+\"|\d+\b))*)")
# (L11), (V6, V7): also ranges, V4-V9.
ROW = re.compile(r"(?<![\w.-])([LVPTEIAD]\d{1,2})(?![\w.])")
DECISION = re.compile(r"\bdecision (\d+)\b|\bdecisions/([\w-]+\.md)")
PAGE = re.compile(r"\b(logongate[\w.-]*|pam_logongate)\((\d)\)")
FILE = re.compile(r"(?<![\w.<*-])([\w/-]+\.(?:c|h|md|py|def|csv|tsv|txt))\b(?!\()")
# What was written for who made this, and documents of others.
GONE = re.compile(r"\b(house\.md|design \"[^\"]*\"|issue text)")
FACTS = re.compile(r"\bfacts/([\w.-]*\w)")
OTHERS = {"dict-client.h", "management.txt", "SPOE.txt",
          "winerror.h", "pam_dispatch.c", "lists/SHA256.txt"}


def sections():
    """{number: text} of the contract."""
    text = tree.read("src/doc/contract.md")
    return {found[1]: found[0] for found in re.finditer(
        r"^## (\d+)\..*?(?=^## |\Z)", text, re.M | re.S)}


def rows():
    lines = tree.read("tests/data/conformance.tsv").splitlines()
    return {line.split("\t")[0] for line in lines[1:]}


def folded(text):
    return re.sub(r"[\s`*]+", " ", text).lower()


class Known:
    def __init__(self):
        self.sections = {number: folded(text)
                         for number, text in sections().items()}
        self.rows = rows()
        self.decisions = os.listdir(os.path.join(tree.ROOT,
                                                 "src/doc/decisions"))
        self.facts = os.listdir(os.path.join(tree.ROOT, "src/doc/facts"))
        self.pages = os.listdir(os.path.join(tree.ROOT, "src/man"))
        self.files = {"/" + path for path in tree.files()}

    def has_file(self, name):
        return any(path.endswith("/" + name) for path in self.files)


def cited(comment, known):
    """What is not there."""
    for found in CONTRACT.finditer(comment):
        number = found[1]
        for title, other in [("", number), *re.findall(
                r'"([^"]+)"|(\d+)', found[2])]:
            # A title is one of the section that was named last.
            number = other or number
            if number not in known.sections:
                yield f"contract {number}"
            elif folded(title) not in known.sections[number]:
                yield f'contract {number} "{title}"'
    for row in ROW.findall(comment):
        if row not in known.rows:
            yield f"row {row}"
    for number, page in DECISION.findall(comment):
        if not any(name.startswith(f"{int(number):02}-") if number
                   else name == page for name in known.decisions):
            yield f"decision {number or page}"
    for page, section in PAGE.findall(comment):
        if f"{page}.{section}" not in known.pages:
            yield f"{page}({section})"
    for name in FILE.findall(comment):
        if not (known.has_file(name) or name in OTHERS
                or os.path.basename(name) in OTHERS or "NAME" in name):
            yield name
    for name in FACTS.findall(comment):
        if f"{name.removesuffix('.md')}.md" not in known.facts:
            yield f"facts/{name}"
    yield from GONE.findall(comment)


def main():
    known, problems, checked = Known(), [], 0
    for path in tree.files("src", "include", suffixes=(".c", ".h")):
        text = tree.read(path)
        for found in COMMENT.finditer(text):
            checked += 1
            # As one line: a citation may be broken.
            comment = re.sub(r"\s*\n[ \t]*\*?[ \t]*", " ", found[0])
            line = text.count("\n", 0, found.start()) + 1
            problems += [f"{path}:{line}: there is no {what}"
                         for what in cited(comment, known)]
    tree.report(problems, checked, "comments")


main()
