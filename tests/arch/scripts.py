# SPDX-License-Identifier: ISC
"""Every shell script parses in its own shell, every Python file compiles, and
what starts with #! may be executed."""
import os
import subprocess

import tree


def main():
    problems, checked = [], 0
    for path in tree.files():
        whole = os.path.join(tree.ROOT, path)
        with open(whole, "rb") as file:
            first = file.readline(200)
        if path.endswith(".py"):
            checked += 1
            try:
                compile(tree.read(path), path, "exec")
            except SyntaxError as error:
                problems.append(f"{path}: {error}")
        if not first.startswith(b"#!"):
            continue
        checked += 1
        if not os.access(whole, os.X_OK):
            problems.append(f"{path}: starts with #! and is not executable")
        shell = first[2:].split()[0].decode()
        if shell not in ("/bin/sh", "/bin/bash"):
            if not shell.endswith(("python3", "/make")):
                problems.append(f"{path}: unexpected interpreter {shell}")
            continue
        done = subprocess.run([shell, "-n", whole], text=True, check=False,
                              stderr=subprocess.PIPE)
        if done.returncode or done.stderr:
            problems.append(f"{path}: {done.stderr.strip()}")
    tree.report(problems, checked, "scripts")


main()
