# SPDX-License-Identifier: ISC
"""mandoc has nothing to say about the man pages."""
import os
import shutil
import subprocess

import tree


def main():
    pages = tree.files("src/man", suffixes=tuple(f".{n}" for n in range(1, 9)))
    if not pages:
        tree.skip("no man pages")
    if not shutil.which("mandoc"):
        tree.skip("mandoc is missing")
    problems = []
    for page in pages:
        done = subprocess.run(
            ["mandoc", "-T", "lint", "-W", "warning",
             os.path.join(tree.ROOT, page)],
            text=True, check=False, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        if done.returncode or done.stdout:
            problems.append(done.stdout.strip())
    tree.report(problems, len(pages), "man pages")


main()
