# SPDX-License-Identifier: ISC
"""Who may include whom, as src/rooms.txt says: each room what it sees, a header of
include/logongate what the room sees that shows it. The build holds the same
(rooms.py); here it is said of files that this build leaves out, too. No file
reaches itself by its includes, and no name stands twice."""
import os
import re

import room_list
import tree

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
# JSON is how values are written down: app may use cJSON, and port has what reads
# it for all; the core does not.
JSON = re.compile(r"(cjson/)?cJSON")
FOREIGN = re.compile(r"(uv|http_parser|llhttp|ldap|lber|ldif|iniparser|cJSON|gnutls/|"
                     r"curl/|libsmbclient|hivex|security/|cjson/)")


def target(path, kind, name):
    """The file of ours that an include names, or None."""
    if name.startswith("logongate/"):
        return os.path.join("include", name)
    if kind == "<":
        return None
    for base in (os.path.dirname(path), "src"):
        found = os.path.normpath(os.path.join(base, name))
        if os.path.exists(os.path.join(tree.ROOT, found)):
            return found
    return None


def circles(includes):
    """Files that reach themselves, each circle once."""
    found, done = [], set()

    def walk(path, way):
        if path in way:
            found.append(" -> ".join(way[way.index(path):] + [path]))
        elif path not in done:
            for other in includes.get(path, ()):
                walk(other, way + [path])
            done.add(path)

    for path in sorted(includes):
        walk(path, [])
    return found


def twice(paths):
    """Names of files that stand in more than one room; each program has a main."""
    rooms = {}
    for path in paths:
        rooms.setdefault(os.path.basename(path), []).append(path)
    return [f"{name} stands twice: {', '.join(where)}"
            for name, where in sorted(rooms.items())
            if len(where) > 1 and name != "main.c"]


def main():
    rooms = room_list.read()
    problems, checked, includes = [], [], {}
    for path in tree.files("src", "include", suffixes=(".c", ".h")):
        here = rooms.of(path)
        if here is None:
            problems.append(f"{path}: in no room of {room_list.PATH}")
            continue
        checked.append(path)
        for found in INCLUDE.finditer(tree.read(path)):
            name = found[2]
            if ".." in name.split("/"):
                problems.append(f"{path}: includes {name}: name it from src")
            ours = target(path, found[1], name)
            includes.setdefault(path, []).append(ours)
            there = rooms.of(ours or "")
            if there and there not in rooms.sees(here):
                problems.append(f"{path}: {here} includes {name} of {there}")
            if not there and \
                    here.split("/")[0] in ("base", "core", "port", "app") \
                    and FOREIGN.match(name) \
                    and not (here in ("app", "port") and JSON.match(name)):
                problems.append(f"{path}: {here} includes {name}; libraries"
                                " belong into adapters")
    problems += circles(includes) + twice(checked)
    tree.report(problems, len(checked), "files")


main()
