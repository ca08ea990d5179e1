# SPDX-License-Identifier: ISC
"""Every C file is as .clang-format says. Releases of clang-format differ in
what they make of the same rules: the tree follows that of Debian 12."""
import os
import shutil
import subprocess

import tree

RELEASE = "version 14."


def main():
    if not shutil.which("clang-format"):
        tree.skip("clang-format is missing")
    if RELEASE not in subprocess.run(
            ["clang-format", "--version"], text=True, check=True,
            stdout=subprocess.PIPE).stdout:
        tree.skip("another clang-format than " + RELEASE)
    paths = tree.files("include", "src", "tests", suffixes=(".c", ".h"))
    done = subprocess.run(
        ["clang-format", "--dry-run", "--style=file", "--ferror-limit=1",
         *(os.path.join(tree.ROOT, path) for path in paths)],
        text=True, check=False, stderr=subprocess.PIPE)
    problems = sorted({line.split(": ")[0].replace(tree.ROOT + "/", "")
                       for line in done.stderr.splitlines()
                       if "clang-format-violations" in line})
    tree.report(problems, len(paths), "files")


main()
