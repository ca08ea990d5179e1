# SPDX-License-Identifier: ISC
"""What no file of the tree may contain: functions that are easy to get wrong,
work left over, folders of somebody's machine, names that say nothing."""
import os
import re

import tree

FUNCTIONS = re.compile(r"\b(strcpy|strcat|sprintf|vsprintf|strtok|strtok_r|"
                       r"sscanf|vsscanf|scanf|fscanf|atoi|atol|atoll|atof|"
                       r"gets|alloca|tmpnam|mktemp|asctime|ctime|gmtime|"
                       r"localtime|rand|srand|setjmp|longjmp)\s*\(")
LEFT_OVER = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b|"
                       r"not (yet )?implemented", re.I)
# The folders of an author's machine; spelt apart, for this file is read too.
MACHINE = re.compile(r"(?<![\w.}/-])/(work|home/\w+|tmp/l" r"g|root)/")
EMPTY_NAMES = re.compile(r"(^|[_-])(util|utils|misc|common|helper|helpers|"
                         r"types|stuff)([_-]|\.|$)")
# CONTRIBUTING.md: a status is compared with LG_OK, the exit label is "out".
TRUTH = re.compile(r"!status\b|\b(if|while) \(status\)|(&&|\|\|) status *[);]|"
                   r"(?<![\w.>])(?<![=!]= )status *(\?|&&|\|\|)")
LABEL = re.compile(r"^(done|end|exit|fail|failed|err|error|cleanup):$")
NO_MEMORY = re.compile(r'"no memory')
LICENSED = re.compile(r"SPDX-License-Identifier: (ISC|GPL-3\.0-or-later)\b")


def main():
    problems, checked = [], 0
    for path in tree.files():
        name = os.path.basename(path)
        if EMPTY_NAMES.search(name) or EMPTY_NAMES.search(
                os.path.dirname(path).replace(os.sep, "_")):
            problems.append(f"{path}: a name that does not say what is in it")
        if not tree.is_text(path):
            continue
        checked += 1
        text = tree.read(path)
        lines = text.splitlines()
        ours = path.startswith(("src", "include"))
        if path.endswith((".c", ".h")):
            code = tree.blank_comments(text, strings=True).splitlines()
        else:
            code = []
        for number, line in enumerate(lines, 1):
            place = f"{path}:{number}"
            if MACHINE.search(line) and not path.endswith((".csv", ".jsonl")):
                problems.append(f"{place}: a folder of one machine: {line}")
            if ours and LEFT_OVER.search(line):
                problems.append(f"{place}: work left over: {line.strip()}")
        for number, line in enumerate(code, 1):
            found = FUNCTIONS.search(line)
            if found and ours:
                problems.append(f"{path}:{number}: {found[1]}")
            if TRUTH.search(line):
                problems.append(f"{path}:{number}: a status is compared with"
                                " LG_OK")
            if LABEL.search(line):
                problems.append(f"{path}:{number}: the exit label is out")
            if ours and NO_MEMORY.search(lines[number - 1]):
                problems.append(f"{path}:{number}: it is \"out of memory\"")
        if path.endswith((".c", ".h", ".py", ".cmake", "CMakeLists.txt")) \
                and not LICENSED.search("\n".join(lines[:6])):
            problems.append(f"{path}: no SPDX-License-Identifier at its top")
    tree.report(problems, checked, "files")


main()
