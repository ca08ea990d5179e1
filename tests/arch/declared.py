# SPDX-License-Identifier: ISC
"""A function is declared once, in a header of the folder of its file (or of
include/logongate), never in a .c: who reads a call finds what it does beside it."""
import os
import re

import table_rows
import tree

# At the beginning of a line: what it returns, its name, what it takes, a body or
# a semicolon.
FUNCTION = re.compile(
    r"^(?!static|typedef|#|return|else|struct \w+ \{|enum \w* ?\{)"
    r"((?:[A-Za-z_][\w \t]*[ \t\n*]+)?\*?)(\w+)\(([^;{}]*)\)"
    r"(\s*__attribute__\(\(.*?\)\)\)?)?\s*([;{])", re.M)
# commands.h declares the functions of commands.def by a macro, PAM its own.
ELSEWHERE = re.compile(r"lg_cmd_|pam_sm_")
# A macro is no function.
MADE = re.compile(r"^LG_|^[A-Z_]+$")


def functions(text):
    """[(name, is it a definition)]"""
    code = tree.blank_comments(text, strings=True)
    # A body is of no interest: calls in it begin with a tab.
    for found in FUNCTION.finditer(code):
        if not MADE.match(found[2]) and found[1].strip():
            yield found[2], found[5] == "{"


def main():
    declared, problems, defined = {}, [], []
    for path in tree.files("src", "include", suffixes=(".h",)):
        for name, is_body in functions(tree.read(path)):
            if not is_body:
                declared.setdefault(name, []).append(path)
    for path in tree.files("src", suffixes=(".c",)):
        for name, is_body in functions(tree.read(path)):
            if is_body and name != "main":
                defined.append((name, path))
            elif not is_body:
                problems.append(f"{path}: declares {name}; a header should")
    # Declared by a macro, too.
    for name in table_rows.surveyed():
        declared[f"lg_survey_{name}"] = ["src/app/doors/survey_inside.h"]
    for name, path in defined:
        where = declared.get(name, [])
        folder = os.path.dirname(path)
        if ELSEWHERE.match(name):
            continue
        if len(where) != 1:
            problems.append(f"{path}: {name} is declared in"
                            f" {', '.join(where) or 'no header'}")
        elif os.path.dirname(where[0]) not in (folder, "include/logongate"):
            problems.append(f"{path}: {name} is declared in {where[0]}")
    tree.report(problems, len(defined), "functions")


main()
