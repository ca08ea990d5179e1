# SPDX-License-Identifier: ISC
"""What tests/run-all.py runs once more: only a test that was only too late."""
import os
import subprocess
import sys
import tempfile

import tree

LATE = ("if [ -e {folder}/once ]; then exit 0; fi; touch {folder}/once; "
        "echo timing: a name; exit 75")
TESTS = {
    "late": LATE,
    "twice": "echo timing: a name; exit 75",
    "hang": "echo timing: a name; sleep 30",
    "crash": "echo timing: a name; kill -SEGV $$",
    "wrong": "echo timing: a name; exit 1",
}
# What is run, whether it is good in the end, and whether once more.
ROWS = (
    (("late",), True, True),
    (("twice",), False, True),
    (("hang",), False, False),
    (("crash",), False, False),
    (("wrong",), False, False),
    (("late", "hang"), False, False),
    (("late", "wrong"), False, False),
)


def ends(names):
    with tempfile.TemporaryDirectory() as folder:
        text = ""
        for name in names:
            script = os.path.join(folder, name)
            with open(script, "w", encoding="utf-8") as file:
                file.write(TESTS[name].format(folder=folder))
            text += (f'add_test(live.{name} "{tree.ROOT}/tests/run-live" '
                     f'"sh" "{script}")\n'
                     f"set_tests_properties(live.{name} PROPERTIES "
                     "TIMEOUT 2)\n")
        with open(os.path.join(folder, "CTestTestfile.cmake"), "w",
                  encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run(
            [sys.executable, os.path.join(tree.ROOT, "tests/run-all.py"),
             folder], capture_output=True, text=True, check=False)
    return done.returncode == 0, "is run once more" in done.stdout


def main():
    problems = []
    for names, good, again in ROWS:
        found = ends(names)
        if found != (good, again):
            problems.append(f"{names}: good and run again are {found}, not "
                            f"{(good, again)}")
    tree.report(problems, len(ROWS), "ways to end")


main()
