# SPDX-License-Identifier: ISC
"""The documents for who changes something name files that are there: what
stands in backticks and begins with a folder of the tree, and every link. A
name in capitals (NAME) stands for any."""
import glob
import os
import re

import tree

NAMED = re.compile(r"`((?:src|include|tests|scripts|debian)/[^`\s]*)`")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
ANY = re.compile(r"[A-Z]{3,}")


def is_there(path):
    """also a name without its end (tests/app/plan), and {a,b} for each"""
    group = re.search(r"\{([^}]*)\}", path)
    if group:
        return all(is_there(path[:group.start()] + each + path[group.end():])
                   for each in group[1].split(","))
    path = ANY.sub("*", path) if "README" not in path else path
    return bool(glob.glob(os.path.join(tree.ROOT, path)))


def main():
    problems, checked = [], 0
    for document in tree.files("src/doc", suffixes=(".md",)) + [
            "README.md", "CONTRIBUTING.md"]:
        text = tree.read(document)
        here = os.path.dirname(document)
        named = NAMED.findall(text) + [
            os.path.normpath(os.path.join(here, link))
            for link in LINK.findall(text)]
        checked += len(named)
        problems += [f"{document}: there is no {path}"
                     for path in named if not is_there(path)]
    tree.report(problems, checked, "names of files")


main()
