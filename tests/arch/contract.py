# SPDX-License-Identifier: ISC
"""src/doc/contract.md and the programs name the same things: every command,
option, setting, warning code and exit code of one is known to the other. A
paragraph that says (not built) is left out. control.md tells every request."""
import os
import re
import subprocess

import table_rows
import tree

CONTRACT = "src/doc/contract.md"


def built():
    """The contract without its paragraphs and sections that are not built."""
    text = tree.read(CONTRACT)
    sections = re.split(r"(?m)^(?=## )", text)
    kept = []
    for section in sections:
        head = section.splitlines()[0] if section else ""
        if "(not built)" in head:
            continue
        kept += [part for part in section.split("\n\n")
                 if "(not built)" not in part]
    return "\n\n".join(kept)


def said(*words):
    program = os.path.join(os.environ["LOGONGATE_BIN_DIR"], "logongate")
    return subprocess.run([program, *words], text=True, check=True,
                          stdout=subprocess.PIPE).stdout


def commands():
    """{command: options} of commands.def."""
    rows = re.findall(r'LG_COMMAND\("([^"]+)",\s*\w+,\s*"[^"]*",\s*-?\d+,\s*'
                      r'-?\d+,\s*((?:"[^"]*"\s*)+),\s*"[^"]*"\)',
                      tree.read("src/cli/commands.def"))
    return {name: "".join(re.findall(r'"([^"]*)"', options)).split()
            for name, options in rows}


def settings():
    """(section, key) of the settings that are read."""
    return re.findall(r'\b[A-Z]+\("([a-z.]+)", "([a-z_0-9]+)", [A-Z_]+, ',
                      tree.read("src/adapters/ini/settings_file.c"))


def described(manual):
    """(section, key) of the items of logongate.conf(5)."""
    found, names = set(), []
    for line in manual.splitlines():
        if line.startswith(".Ss "):
            names = re.findall(r"\[([a-z]+\.?[a-z]*)", line)
        elif line.startswith(".It Cm "):
            found |= {(name, key) for name in names
                      for key in re.findall(r"\w+", line[len(".It Cm "):])}
    return found


def warnings():
    return set(re.findall(r'\[LG_WARN_\w+\] = \{\s*"([a-z0-9-]+)"',
                          tree.read("src/core/values/warning.c")))


def main():
    problems, text = [], built()
    words = set(re.findall(r"[a-z0-9][a-z0-9_.-]*[a-z0-9]", text))
    ours = commands()
    for name, options in ours.items():
        if name.split()[0] not in words or name.split()[-1] not in words:
            problems.append(f"the command {name} is not in the contract")
        problems += [f"{name} --{option} is not in the contract"
                     for option in options if f"--{option}" not in text
                     and option != "@places"]
    # Of doors and backends the contract names the rows.
    problems += [f"the contract does not name the rows {rows}"
                 for rows in ("LG_DOOR", "LG_SURVEYED", "LG_BACKEND")
                 if rows not in text]
    table = re.search(r"(?ms)^\| command \| does \|\n(.*?)\n\n", text)[1]
    known = {name.split()[0] for name in ours}
    for line in table.splitlines()[1:]:
        for name in re.findall(r"`([a-z]+)[ `]", line.split(" | ")[0]):
            if name not in known:
                problems.append(f"the contract's command {name} is unknown")
    options = {option for each in ours.values() for option in each}
    options |= set(re.findall(r"--([a-z0-9-]+)", said("--help")))
    options |= set(table_rows.surveyed())
    # logongated's own, and those of other programs.
    elsewhere = {"config", "check", "build", "preset", "no-remove"}
    for name in sorted(set(re.findall(r"(?<![\w-])--([a-z][a-z0-9-]+)", text))):
        if name not in options | elsewhere:
            problems.append(f"the contract's option --{name} is unknown")
    for section, key in settings():
        if key not in words:
            problems.append(f"[{section}] {key} is not in the contract")
    manual = tree.read("src/man/logongate.conf.5")
    problems += [f"logongate.conf(5) has no item for [{section}] {key}"
                 for section, key in set(settings()) - described(manual)]
    problems += [f"logongate.conf(5) lacks backend {name}"
                 for name in table_rows.backends() if name not in manual.split()]
    theirs = set(re.findall(r"(?m)^\[((?:gate|directory|dovecot|haproxy|probe|"
                            r"notify|fleet|listen|target|group)[^\]]*)\]", text))
    sections = {section for section, _ in settings()}
    for name in theirs:
        if not any(name == section or (section.endswith(".")
                                       and name.startswith(section))
                   for section in sections):
            problems.append(f"the contract's section [{name}] is unknown")
    for code in sorted(warnings()):
        if f"`{code}`" not in text:
            problems.append(f"the warning {code} is not in the contract")
    listed = re.findall(r"(?s)[Ww]arning codes[^:]*: (.*?)\.(?:\n|$| [A-Z])",
                        text)
    for part in listed:
        for code in re.findall(r"`([a-z0-9-]+)`", part):
            if "-" in code and code not in warnings():
                problems.append(f"the contract's warning {code} is unknown")
    told = set(re.findall(r"(?m)^\| `([a-z]+)` \| ",
                          tree.read("src/doc/control.md")))
    answered = set(re.findall(r'\{"([a-z]+)", [01], control_\w+\}',
                              tree.read("src/daemon/control/control.c")))
    problems += [f"control.md and the gate do not agree on {name}"
                 for name in sorted(told ^ answered)]
    tree.report(problems, len(words), "words of the contract")


main()
