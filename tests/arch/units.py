# SPDX-License-Identifier: ISC
"""systemd-analyze verify is silent about the units (it exits 0 also for a key
it does not know), and the service is well confined."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

import tree

# 0 is confined, 100 is not; systemd-analyze security --help.
EXPOSURE = 20


def run(*command):
    done = subprocess.run(command, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.strip()


def main():
    folder, program = sys.argv[1:]
    if not shutil.which("systemd-analyze"):
        tree.skip("systemd-analyze is missing")
    units = sorted(name for name in os.listdir(folder)
                   if name.endswith((".service", ".socket")))
    problems = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in units:
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                text = file.read()
            # The program is not installed where the unit will find it.
            lines = [re.sub(r"^(Exec\w+)=\S*/logongated\b",
                            rf"\1={program}", line)
                     for line in text.splitlines()]
            with open(os.path.join(scratch, name), "w",
                      encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")
        paths = [os.path.join(scratch, name) for name in units]
        code, said = run("systemd-analyze", "--man=no", "verify", *paths)
        if code or said:
            problems.append(said or f"systemd-analyze exits {code}")
        for path in paths:
            if path.endswith(".service"):
                code, said = run("systemd-analyze", "security",
                                 "--no-pager", "--offline=true",
                                 f"--threshold={EXPOSURE}", path)
                if code:
                    problems.append(said)
    tree.report(problems, len(units), "units")


main()
