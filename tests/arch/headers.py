# SPDX-License-Identifier: ISC
"""Every public header compiles alone, as C11 and as C++, without a warning."""
import concurrent.futures
import os
import subprocess

import tree

FLAGS = ["-fsyntax-only", "-Wall", "-Wextra", "-Werror",
         "-I", os.path.join(tree.ROOT, "include"),
         "-I", os.path.join(os.environ["LOGONGATE_BUILD_DIR"], "include")]
C = ["cc", "-x", "c", "-std=c11", "-pedantic-errors", *FLAGS, "-"]
CXX = ["c++", "-x", "c++", "-std=c++17", *FLAGS, "-"]


def compile_header(path):
    name = os.path.relpath(path, "include")
    include = f"#include <{name}>\n"
    problems = []
    for command, source in (
            # Twice: the guard must hold.
            (C, include * 2 + "extern int one;\n"),
            (CXX, f'extern "C" {{\n{include * 2}}}\n')):
        done = subprocess.run(command, input=source, text=True,
                              stderr=subprocess.PIPE, check=False)
        if done.returncode:
            problems.append(f"{path}: {command[0]}: {done.stderr.strip()}")
    return problems


def main():
    headers = tree.files("include", suffixes=(".h",))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        problems = [problem for found in pool.map(compile_header, headers)
                    for problem in found]
    tree.report(problems, len(headers), "headers")


main()
