# SPDX-License-Identifier: ISC
"""Sources are named one by one, or are called as a row of doors.def: a file that
no CMakeLists.txt above it names is neither built nor tested."""
import os
import re

import table_rows
import tree


def is_listed(path):
    folder = os.path.dirname(path)
    while folder:
        listing = os.path.join(folder, "CMakeLists.txt")
        if os.path.exists(os.path.join(tree.ROOT, listing)):
            name = os.path.relpath(path, folder)
            stem = os.path.splitext(name)[0]
            text = tree.read(listing)
            if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w.])", text):
                return True
            if re.search(rf"_fuzz\({re.escape(stem)}\b", text):
                return True
            # A script is found by its test's name.
            called = re.escape(stem).replace("_", "[-_]")
            if name.endswith(".py") and re.search(
                    rf"(?m)(_script_test\(|^\t\t){called}(?=[ )]|$)", text):
                return True
        folder = os.path.dirname(folder)
    return False


def is_used(path):
    """Scripts and headers that other scripts or sources of the folder use."""
    stem, suffix = os.path.splitext(os.path.basename(path))
    if suffix != ".py":
        return False
    for other in tree.files("tests", suffixes=(".py", ".sh")):
        if other != path and re.search(
                rf"(import|from)\s+{stem}\b|{stem}\.py", tree.read(other)):
            return True
    return False


def main():
    checked, problems, by_row = 0, [], table_rows.sources()
    for path in tree.files("src", "tests", suffixes=(".c", ".py")):
        checked += 1
        if not is_listed(path) and not is_used(path) and path not in by_row \
                and path not in ("tests/allocation.c", "tests/arch/room.c"):
            problems.append(f"{path}: no CMakeLists.txt names it")
    tree.report(problems, checked, "files")


main()
