# SPDX-License-Identifier: ISC
"""A door takes eight files at most, and those that adding-a-door.md says: for the
door that the page was written with, no other file knows it."""
import re

import table_rows
import tree

PAGE = "src/doc/adding-a-door.md"
MOST = 8
DOOR = "prosody"
KNOWS = re.compile(r"prosody|xmpp", re.I)
# Who says the word and knows no door.
ELSEWHERE = {
    PAGE: "tells how it was added",
    "README.md": "tells people which servers there are",
    "tests/adapter/auth_policy.c": "a protocol that nobody knows",
    "tests/arch/door.py": "looks for it",
}


def named():
    """The files and folders in the page's table of steps."""
    steps = tree.read(PAGE).split("## The steps")[1].split("\n## ")[0]
    cells = re.findall(r"(?m)^\| [^|]+ \| ([^|]+) \| ", steps)
    return [path for cell in cells for path in re.findall(r"`([^`]+)`", cell)]


def main():
    problems = []
    wanted = named()
    # Another server may speak XMPP, too, and so may what asks for it.
    others = tuple(path.replace("NAME", name) for path in wanted
                   if "NAME" in path for name in table_rows.surveyed()
                   if name != DOOR)
    if not 0 < len(wanted) <= MOST:
        problems.append(f"{PAGE}: names {len(wanted)} files; at most {MOST}")
    ours = [path.replace("NAME", DOOR) for path in wanted]
    knows = [path for path in tree.files() if tree.is_text(path)
             and not path.startswith(others)
             and KNOWS.search(path + tree.read(path))]
    for path in knows:
        if path not in ELSEWHERE and not any(
                path == one or one.endswith("/") and path.startswith(one)
                for one in ours):
            problems.append(f"{path}: knows {DOOR}, and {PAGE} does not say so")
    problems += [f"{PAGE}: {one} does not know {DOOR}" for one in ours
                 if not any(path.startswith(one) for path in knows)]
    problems += [f"{path}: needs no exception" for path in ELSEWHERE
                 if path not in knows]
    tree.report(problems, len(knows), f"files that know {DOOR}")


main()
