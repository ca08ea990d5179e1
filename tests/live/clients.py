#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""usage: clients.py [--all [PROGRAM|DOOR]]

What mail programs make of a lock, and at the combined door of a gate that is
dead. By itself a few of them at that door, compared with the data that
logongate-clients(7) is made of. With --all every program that is installed at
every door, for some minutes; with a word that program or that door alone. What
came goes into the data (scripts/clients-table --run)."""
import contextlib
import csv
import os
import re
import sys

import mail_programs
import postfix
import programs
import sogo_program
import thunderbird_program
import webmail_programs
from gate_dovecot import Site
from running_gate import main

DATA = os.path.join(programs.SOURCE, "tests/data/clients.tsv")
COLUMNS = ("debian", "door", "program", "protocol", "version", "words", "asks",
           "recovers", "exit", "says")
KEY = COLUMNS[:4]
DEAD = "dead"
IN_THE_SUITE = (mail_programs.Mbsync, mail_programs.Curl,
                mail_programs.CurlPop3, mail_programs.Mutt,
                thunderbird_program.StandIn)


def debian():
    """"12", "13"; what has no number is no release to keep data of."""
    with open("/etc/os-release", encoding="utf-8") as file:
        found = re.search(r'^VERSION_ID="?([0-9]+)', file.read(), re.M)
    return found[1] if found else ""


def read():
    """The data: rows by their key."""
    if not os.path.exists(DATA):
        return {}
    with open(DATA, encoding="utf-8", newline="") as file:
        rows = csv.DictReader((line for line in file
                               if not line.startswith("#")),
                              delimiter="\t", quoting=csv.QUOTE_NONE)
        return {tuple(row[name] for name in KEY): row for row in rows}


def write(rows):
    with open(DATA + ".new", "w", encoding="utf-8") as file:
        file.write("# Written by scripts/clients-table --run: what mail "
                   "programs showed.\n" + "\t".join(COLUMNS) + "\n")
        for key in sorted(rows):
            file.write("\t".join(rows[key][name].replace("\t", " ")
                                 for name in COLUMNS) + "\n")
    os.replace(DATA + ".new", DATA)


@contextlib.contextmanager
def dovecot(door):
    """run(program) gives its outcome at a door of Dovecot; "dead" is the
    combined one of a gate that dies where it would lock, and is started where
    it would lift."""
    with Site("combined" if door == DEAD else door, users={"alice": "a-pw", "bob": "b-pw"}) as site:
        def count():
            return len(re.findall(r"(?i)Log(ged )?in: user=<bob>",
                                  site.dovecot.log()))

        def lock():
            site.gate.lock(site.gate.profile(
                listed=["alice"], message=mail_programs.WORDS + " %{until}."))

        begin, end = (site.gate.kill, site.gate.start) if door == DEAD else \
            (lock, site.gate.lift)

        def run(kind):
            port = site.dovecot.pop3_port if kind.protocol == "POP3" else \
                site.dovecot.imap_port
            place = mail_programs.Place(port, "bob", "b-pw", count)
            try:
                with kind(place) as program:
                    return program.try_all(begin, end)
            finally:
                if site.gate.process.poll() is not None:
                    site.gate.start()
                site.gate.ask("lift")

        run.port = site.dovecot.imap_port
        yield run


@contextlib.contextmanager
def submission():
    """The same at Postfix."""
    front = postfix.Submission
    try:
        front.setUpClass()

        def count():
            return front.log().count("sasl_username=other")

        def lock():
            front.gate.lock(front.gate.profile(
                listed=["tester"], message=mail_programs.WORDS + " %{until}."))

        def run(kind):
            place = mail_programs.Place(front.submission_port, "other", "pw",
                                        count)
            try:
                with kind(place) as program:
                    return program.try_all(lock, front.gate.lift)
            finally:
                front.gate.ask("lift")

        yield run
    finally:
        front.doClassCleanups()


def row_of(door, kind, outcome):
    return {"debian": debian(), "door": door, "program": kind.name,
            "protocol": kind.protocol, "version": kind.version(), **outcome}


def everything(only):
    """Measures all, or programs or a door of one name; exit code."""
    rows, failed = read(), 0
    sites = [(door, dovecot(door), mail_programs.AT_DOVECOT
              + webmail_programs.AT_DOVECOT
              + thunderbird_program.AT_DOVECOT
              + sogo_program.AT_DOVECOT)
             for door in ("combined", "policy", "dict", DEAD)]
    sites.append(("postfix", submission(), mail_programs.AT_POSTFIX))
    for door, site, kinds in sites:
        if only not in ("", door, *(kind.name for kind in kinds)):
            continue
        with site as run:
            for kind in kinds:
                if only not in ("", door, kind.name):
                    continue
                if not kind.is_there():
                    print(f"{kind.name} is not installed: left as it is")
                    continue
                try:
                    row = row_of(door, kind, run(kind))
                except Exception as error:
                    print(f"FAIL {door} {kind.name} {kind.protocol}: {error}")
                    failed = 1
                    continue
                print("\t".join(row[name] for name in COLUMNS), flush=True)
                rows[tuple(row[name] for name in KEY)] = row
        write(rows)
    return failed


def in_the_suite():
    known = read()
    kinds = [kind for kind in IN_THE_SUITE if kind.is_there()]
    if len(kinds) < len(IN_THE_SUITE) and \
            os.environ.get("LG_REQUIRE_LIVE") == "1":
        sys.exit("not all of " + ", ".join(kind.name for kind in IN_THE_SUITE)
                 + " are installed")
    with contextlib.ExitStack() as stack:
        sites = {door: stack.enter_context(dovecot(door))
                 for door in ("combined", DEAD)}

        def check(door, kind):
            def called():
                row = row_of(door, kind, sites[door](kind))
                old = known.get(tuple(row[name] for name in KEY))
                assert old, f"no data for {row}: scripts/clients-table --run"
                for name in ("words", "asks", "recovers", "exit"):
                    assert row[name] == old[name], (name, row, old)
            called.__doc__ = f"{kind.name} ({kind.protocol}), {door}, does " \
                "what logongate-clients(7) says"
            return called

        def wrong():
            """a wrong password is another matter: thunderbird asks for it"""
            kind = thunderbird_program.StandIn
            with kind(mail_programs.Place(sites["combined"].port, "bob",
                                          "wrong", int)) as program:
                program.fetch()
                assert program.kept is None, program.shown

        main([check(door, kind) for door in sites for kind in kinds]
             + [wrong])


if __name__ == "__main__":
    programs.require("dovecot", "doveadm")
    if sys.argv[1:2] == ["--all"]:
        sys.exit(everything(" ".join(sys.argv[2:])))
    if debian() not in {key[0] for key in read()}:
        print(f"no data of Debian {debian()}: skipped")
        sys.exit(programs.SKIPPED)
    in_the_suite()
