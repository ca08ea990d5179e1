# SPDX-License-Identifier: ISC
"""The programs of the release preset are hardened, as readelf sees it."""
import os
import re
import subprocess
import sys

import tree


def readelf(*arguments):
    return subprocess.run(["readelf", "-W", *arguments], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def problems_of(path):
    name = os.path.basename(path)
    header = readelf("-h", path)
    program = readelf("-l", path)
    dynamic = readelf("-d", path)
    symbols = readelf("--dyn-syms", path)
    shared = ".so" in name
    # A program of a few lines has nothing to protect.
    large = os.path.getsize(path) > 65536
    checks = [
        ("is not position independent", re.search(r"Type:\s+DYN", header)),
        ("has no GNU_RELRO", "GNU_RELRO" in program),
        ("does not bind at start", re.search(r"BIND_NOW|Flags:.*NOW",
                                             dynamic)),
        ("has an executable stack", re.search(
            r"GNU_STACK(\s+0x\w+){5}\s+RW\s", program)),
        ("has a segment that is writable and executable", not re.search(
            r"LOAD.*\sRWE\s", program)),
        ("has no stack protector", not large or "__stack_chk_fail" in symbols),
        ("is not fortified", re.search(r"__\w+_chk\b", symbols.replace(
            "__stack_chk_fail", ""))),
        ("has a search path for libraries", not re.search(
            r"RPATH|RUNPATH", dynamic)),
    ]
    if not shared:
        checks.append(("is not marked as PIE", re.search(
            r"FLAGS_1.*PIE", dynamic)))
    if re.search(r"Machine:.*X86-64", header):
        # Debian's own start files carry no note, so the code is asked.
        code = subprocess.run(["objdump", "-d", "-j", ".text", path],
                              check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        checks.append(("has no indirect branch tracking",
                       re.search(r"<main>:\n.*endbr64", code)
                       or code.count("endbr64") > 2))
    return [f"{name}: {text}" for text, good in checks if not good]


def main():
    folder = sys.argv[1]
    found = []
    for where in ("bin", "lib"):
        where = os.path.join(folder, where)
        if os.path.isdir(where):
            found += [os.path.join(where, name)
                      for name in sorted(os.listdir(where))
                      if not name.endswith(".a")]
    if not found:
        tree.skip("the release preset is not built")
    problems = [problem for path in found for problem in problems_of(path)]
    tree.report(problems, len(found), "programs")


main()
