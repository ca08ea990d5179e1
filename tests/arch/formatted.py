# SPDX-License-Identifier: ISC
"""Every C file is as .clang-format says, to the releases of clang-format that
Debian 12 and 13 have; what they do not agree on is between "clang-format off"
and "clang-format on". Comments, which it leaves as they are, end by column 80."""
import os
import re
import shutil
import subprocess

import tree

RELEASES = ("version 14.", "version 19.")
COMMENT = re.compile(r"\s*(/\*| \*)")


def too_wide(paths):
    """Places of comments that go on beyond column 80."""
    return [f"{path}:{number}: a comment beyond column 80"
            for path in paths
            for number, line in enumerate(tree.read(path).split("\n"), 1)
            if COMMENT.match(line) and len(line.expandtabs(8)) > 80]


def main():
    if not shutil.which("clang-format"):
        tree.skip("clang-format is missing")
    said = subprocess.run(["clang-format", "--version"], text=True, check=True,
                          stdout=subprocess.PIPE).stdout
    if not any(release in said for release in RELEASES):
        tree.skip("another clang-format than " + ", ".join(RELEASES))
    paths = tree.files("include", "src", "tests", suffixes=(".c", ".h"))
    done = subprocess.run(
        ["clang-format", "--dry-run", "--style=file", "--ferror-limit=1",
         *(os.path.join(tree.ROOT, path) for path in paths)],
        text=True, check=False, stderr=subprocess.PIPE)
    problems = sorted({line.split(": ")[0].replace(tree.ROOT + "/", "")
                       for line in done.stderr.splitlines()
                       if "clang-format-violations" in line})
    problems += too_wide(paths)
    tree.report(problems, len(paths), "files")


main()
