# SPDX-License-Identifier: ISC
"""scripts/install asks for nothing that is there, takes any of several
packages that do the same, and says what is missing when it may not install.
dpkg-query and id are replaced; nothing is ever installed here."""
import os
import subprocess
import tempfile

import tree

SCRIPT = os.path.join(tree.ROOT, "scripts/install")
LISTS = ("build", "servers", "test", "clients", "package")


def program(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\n{text}\n")
    os.chmod(path, 0o755)


def run(folder, *arguments):
    done = subprocess.run(
        [SCRIPT, *arguments], text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"})
    return done.returncode, done.stdout, done.stderr


def packages():
    for line in tree.read("scripts/packages").splitlines():
        if line and not line.startswith("#"):
            yield line.split()


def main():
    problems = []

    def expect(what, good):
        if not good:
            problems.append(what)

    for words in packages():
        expect(f"{words}: not LIST PACKAGE", len(words) == 2
               and words[0] in LISTS)
    lines = [" ".join(words) for words in packages()]
    expect("a package is named twice", len(set(lines)) == len(lines))
    expect("the lists are not in order", [
        line for name in LISTS
        for line in sorted(line for line in lines
                           if line.startswith(name))] == lines)
    with tempfile.TemporaryDirectory() as folder:
        program(folder, "id", "echo 1000")
        program(folder, "apt-get", "exit 99")
        program(folder, "dpkg-query", "printf 'install ok installed'")
        expect("speaks or fails where all is there",
               run(folder, *LISTS) == (0, "", ""))
        program(folder, "dpkg-query",
                'case $3 in pkgconf|libcurl4-openssl-dev|cmake) '
                "printf 'install ok installed' ;; "
                "gcc) printf 'deinstall ok config-files' ;; *) exit 1 ;; esac")
        code, said, missing = run(folder, "build")
        expect(f"exits {code} where it may not install", code == 1)
        expect("says something on stdout where it may not install", not said)
        missing = missing.split()
        for name, there in (("pkg-config", False), ("cmake", False),
                            ("libcurl4-gnutls-dev", False), ("gcc", True),
                            ("ninja-build", True), ("slapd", False)):
            expect(f"{name}: missing is {not there}, should be {there}",
                   (name in missing) == there)
        code, said, error = run(folder, "nothing")
        expect("takes a list that does not exist", code == 2 and error)
        expect("takes no list at all", run(folder)[0] == 2)
    tree.report(problems, len(lines), "packages")


main()
