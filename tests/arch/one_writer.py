# SPDX-License-Identifier: ISC
"""An object that src/doc/contract.md spells is written in one file: two writers
come to differ, and a program that reads one meets the other. It is read there,
too: who looks members up by their names elsewhere misses the next one. Which
members a file writes and reads are the names that it gives to what makes JSON
and to what looks into it."""
import re

import tree

CONTRACT = "src/doc/contract.md"
WRITTEN = re.compile(
    r'\b(?:lg_json_(?:text|number|time|bool|add|names|data)|'
    r'(?:add|set)_(?:text|number|time|bool|deadline)|'
    r'cJSON_Add\w+ToObject)\(\s*\w+,\s*"([a-z_]+)"')
LOCK = re.compile(r"\blg_json_(lock)\(")
READ = re.compile(
    r'\b(?:lg_json_(?:(?:text|number|time)_of|of|is_true)|'
    r'(?:text|number|time|bool)_of|member|cJSON_GetObjectItem\w*)'
    r'\(\s*[\w.>-]+,\s*"([a-z_]+)"')
# A row of a table of members, which is written and read.
FIELD = re.compile(r'\b(?:LG_)?FIELD(?:_IN_WORDS|_IN_PARTS)?\(\s*"([a-z_]+)"')
# The programs: what they show comes from a struct of app/records.
PROGRAMS = ("src/cli/", "src/daemon/", "src/wiring/")
# Fewer members tell no object from another.
LEAST = 4
# From so many on, one that misses a member of the contract's is found, too.
MANY = 6

# object's members: why files beside its own write as many of them
ELSEWHERE = {
    ("at", "event", "profile", "by", "reason", "result"):
        # A line of audit.jsonl: what a gate needs after a crash.
        {"src/app/change/journal.c"},
    ("dn", "user", "version", "process", "protocol", "address"):
        # A question that /v1/decide reads; these objects tell more of a logon.
        {"src/app/records/logon_record.c", "src/app/records/session_record.c"},
}
# Objects of their own, with members that some of the contract's have, too.
OWN = {
    # who changes servers right now: written and read there
    "src/app/change/change_now.c",
    # which logons a master opened, kept over a restart
    "src/daemon/sessions/session_masters.c",
}


def members(text, at):
    """The names of the object whose brace stands at text[at]."""
    found, depth = [], 0
    while at < len(text):
        if text[at] in "{[":
            depth += 1
        elif text[at] in "}]":
            depth -= 1
            if depth == 0:
                break
        elif text[at] == '"':
            end = text.index('"', at + 1)
            if depth == 1 and text[at - 1] in "{,":
                found.append(text[at + 1:end])
            at = end
        at += 1
    return tuple(found)


def main():
    contract = tree.read(CONTRACT)
    objects = {members(contract, found.start())
               for found in re.finditer(r'\{"', contract)}
    sources = {path: tree.read(path)
               for path in tree.files("src", suffixes=(".c",))}
    fields = {path: set(FIELD.findall(text)) for path, text in sources.items()}
    writes = {path: set(WRITTEN.findall(text)) | fields[path]
              | set(LOCK.findall(text)) for path, text in sources.items()}
    reads = {path: set(READ.findall(text)) | fields[path]
             for path, text in sources.items()}
    problems, checked = [], 0
    for names in sorted(objects):
        if len(names) < LEAST:
            continue
        checked += 1
        enough = len(names) - (len(names) >= MANY)
        writers = {path for path, written in writes.items()
                   if len(written & set(names)) >= enough}
        elsewhere = ELSEWHERE.get(names, set())
        problems += [f"{names}: {path} does not write it any more; drop the "
                     "exception" for path in sorted(elsewhere - writers)]
        if len(writers - elsewhere) > 1:
            problems.append(f"{names} is written in "
                            f"{' and '.join(sorted(writers - elsewhere))}")
        readers = {path for path, read in reads.items()
                   if len(read & set(names)) >= enough} - elsewhere
        if len(readers) > 1:
            problems.append(f"{names} is read in "
                            f"{' and '.join(sorted(readers))}")
        # One member is what a part of an answer is called.
        problems += [f"{path} looks up {sorted(read & set(names))} of {names}: "
                     "its reader is in src/app/records"
                     for path, read in reads.items()
                     if path.startswith(PROGRAMS) and path not in OWN
                     and len(read & set(names)) > 1]
    problems += [f"{path} reads nothing any more; drop the exception"
                 for path in sorted(OWN) if not reads.get(path)]
    tree.report(problems, checked, "objects of the contract")


main()
