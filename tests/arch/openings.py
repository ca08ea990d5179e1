# SPDX-License-Identifier: ISC
"""How a file opens: a .c says what it is for, a header of the library also to
which layer it belongs, and every header is guarded."""
import re

import tree

COMMENT = re.compile(r"/\* SPDX[^\n]*\*/\n/\*\n(.*?)\*/", re.S)
GUARD = re.compile(r"^#ifndef (\w+_H)\n#define \1\n", re.M)


def main():
    problems = []
    paths = tree.files("src", "include", suffixes=(".c", ".h"))
    for path in paths:
        text = tree.read(path)
        opening = COMMENT.match(text)
        if not opening or len(opening[1].strip(" *\n")) < 20:
            problems.append(f"{path}: opens without saying what it is for")
        elif path.startswith("include") and "Layer:" not in opening[1]:
            problems.append(f"{path}: names no Layer:")
        guard = GUARD.search(text)
        if path.endswith(".h") and not guard:
            problems.append(f"{path}: has no guard")
        elif path.startswith("include") \
                and not guard[1].startswith("LOGONGATE_"):
            problems.append(f"{path}: its guard may be somebody else's")
    tree.report(problems, len(paths), "files")


main()
