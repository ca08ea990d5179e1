# SPDX-License-Identifier: ISC
"""Programs that are linked with liblogongate go on working: its interface is
compared with tests/data/liblogongate.abi by abidiff (libabigail). After a change
that only adds, `abi.py --write` writes that file anew and VERSION in
src/core/CMakeLists.txt grows in the middle; after any other SOVERSION grows
too. Before release 1.0 of logongate the interface may change without it."""
import os
import shutil
import subprocess
import sys

import tree

KEPT = "tests/data/liblogongate.abi"
HEADERS = os.path.join(tree.ROOT, "include")
# abidiff(1): the exit code is a set of these.
CHANGED, INCOMPATIBLE = 4, 8


def main():
    if not shutil.which("abidiff"):
        tree.skip("no abidiff here (abigail-tools)")
    library = os.path.join(os.environ["LOGONGATE_LIB_DIR"], "liblogongate.so")
    kept = os.path.join(tree.ROOT, KEPT)
    if sys.argv[1:] == ["--write"]:
        subprocess.run(
            ["abidw", "--headers-dir", HEADERS, "--no-corpus-path",
             "--no-comp-dir-path", "--drop-private-types", "--no-show-locs",
             "--out-file", kept, library], check=True)
        return
    done = subprocess.run(["abidiff", kept, library], text=True,
                          capture_output=True, check=False)
    problems = []
    if done.returncode & INCOMPATIBLE:
        problems.append(done.stdout + "the interface is another one: raise "
                        "SOVERSION, then abi.py --write")
    elif done.returncode & CHANGED:
        problems.append(done.stdout + f"{KEPT} is not current: abi.py --write")
    elif done.returncode:
        problems.append(done.stdout + done.stderr)
    tree.report(problems, 1, "interfaces")


main()
