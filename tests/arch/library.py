# SPDX-License-Identifier: ISC
"""The shared library shows the functions of the installed headers and nothing
else, its map names each of them, and the headers stand by themselves: none
includes one that is not installed. `library.py --write` writes the map anew: up
to the first release what it shows may still change."""
import os
import re
import subprocess
import sys

import tree

DECLARED = re.compile(r"\b(lg_[a-z0-9_]+)\s*\(")
# In the header itself, and so in no library.
INLINE = re.compile(r"^static inline .*?^}\n", re.M | re.S)
INCLUDED = re.compile(r"#include <logongate/([a-z_/]+\.h)>")


def installed_headers():
    listed = re.search(r"set\(public_headers([^)]*)\)",
                       tree.read("src/core/CMakeLists.txt"))[1]
    return listed.split()


def shown(library):
    said = subprocess.run(["nm", "-D", "--defined-only", library], text=True,
                          check=True, stdout=subprocess.PIPE).stdout
    lines = (line.split() for line in said.splitlines())
    return {words[2].split("@")[0] for words in lines if words[1] in "TDBRW"}


def write(names):
    path = os.path.join(tree.ROOT, "src/core/liblogongate.map")
    before = tree.read("src/core/liblogongate.map")
    head, rest = before.split("global:\n")
    with open(path, "w", encoding="utf-8") as file:
        file.write(head + "global:\n"
                   + "".join(f"\t{name};\n" for name in sorted(names))
                   + rest[rest.index("local:"):])


def main():
    problems, declared = [], set()
    headers = installed_headers()
    for name in headers:
        text = tree.read(f"include/logongate/{name}")
        for other in INCLUDED.findall(text):
            if other not in headers:
                problems.append(f"{name} is installed and includes {other}, "
                                "which is not")
        text = INLINE.sub("", tree.blank_comments(text))
        declared |= set(DECLARED.findall(text))
    if sys.argv[1:] == ["--write"]:
        write(declared)
        return
    mapped = set(re.findall(r"^\t(lg_\w+);$",
                            tree.read("src/core/liblogongate.map"), re.M))
    exported = shown(os.path.join(os.environ["LOGONGATE_LIB_DIR"],
                                  "liblogongate.so"))
    exported = {name for name in exported if name != "LIBLOGONGATE_1"}
    for name in sorted(declared - mapped):
        problems.append(f"{name} is declared in an installed header and "
                        "missing in liblogongate.map")
    for name in sorted(mapped - declared):
        problems.append(f"liblogongate.map: no installed header declares "
                        f"{name}")
    for name in sorted(mapped ^ exported):
        problems.append(f"{name}: the map and the library differ")
    tree.report(problems, len(declared), "functions")


main()
