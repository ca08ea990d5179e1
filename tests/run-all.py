#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Runs the tests, and those once more that were only too late.

A live test starts real servers and measures how long something takes; on a
machine that is busy with other work that may be longer than it should be. Such
an assertion has a name (running_gate.Timing), and a test that failed by nothing
else says "timing: NAME" and ends with a code of its own, which tests/run-live
tells in the last line. Only such a test is run once more, and what it was is
told. After a hang, a crash, a wrong answer or a second time too late the tests
have failed.

Live tests wait for servers, ends and deadlines most of the time: two places for
each processor are given out, of which a test that is BUSY (tests/CMakeLists.txt)
takes two. CTEST_PARALLEL_LEVEL says another number.

usage: run-all.py BUILD CTEST-ARGUMENT..."""
import os
import subprocess
import sys
import xml.etree.ElementTree

ONLY_LATE = "run-live: only too late"


PLACES = os.environ.get("CTEST_PARALLEL_LEVEL") or str(
    2 * len(os.sched_getaffinity(0)))


def run(build, report, arguments):
    """ctest's exit code, and what each failed test said."""
    if os.path.exists(report):
        os.unlink(report)
    code = subprocess.run(
        ["ctest", "--test-dir", build, "--output-on-failure", "-j" + PLACES,
         "--test-output-size-failed", "10000000", "--output-junit", report,
         *arguments], check=False).returncode
    failed = {}
    if not os.path.exists(report):
        return code, failed
    for case in xml.etree.ElementTree.parse(report).getroot():
        if case.get("status") == "fail":
            failed[case.get("name")] = case.findtext("system-out") or ""
    return code, failed


def timings(said):
    """The names of the timings by which alone a test failed."""
    lines = said.strip().split("\n")
    if lines[-1] != ONLY_LATE:
        return []
    return [line[len("timing: "):] for line in lines
            if line.startswith("timing: ")]


def main():
    build, arguments = sys.argv[1], sys.argv[2:]
    report = os.path.abspath(os.path.join(build, "tests.xml"))
    code, failed = run(build, report, arguments)
    if not code:
        return 0
    late = {name: timings(said) for name, said in failed.items()}
    if not failed or not all(late.values()):
        return code
    for name, names in late.items():
        print(f"run-all: {name} was only too late ({', '.join(names)}) and is "
              "run once more", flush=True)
    exact = "|".join(name.replace(".", "\\.") for name in late)
    code, failed = run(build, report, ["-R", f"^({exact})$"])
    for name in failed:
        print(f"run-all: {name} failed again", flush=True)
    return code


sys.exit(main())
