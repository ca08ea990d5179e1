# SPDX-License-Identifier: ISC
"""Who may include whom: base nothing of ours but itself, each room of the core
those below it, an adapter never another adapter, app core and ports, and nobody
the programs. No file reaches itself by its includes, and no name stands twice."""
import os
import re

import tree

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
# What the HTTP doors of Dovecot, nginx and people share is named as such; files
# and secrets are read and replaced in one way by all.
SHARED_ADAPTERS = {"http", "system"}
# JSON is how values are written down: app may use cJSON, the core does not.
JSON = re.compile(r"(cjson/)?cJSON")
FOREIGN = re.compile(r"(uv|http_parser|llhttp|ldap|lber|ldif|iniparser|cJSON|gnutls/|"
                     r"curl/|libsmbclient|hivex|security/|cjson/)")


# The rooms of the core, lowest first.
CORE = ["values", "settings", "policy", "fleet", "exchange", "mapi"]
PROGRAMS = ("cli", "daemon", "winreg")


def layer(path):
    """base, core/ROOM, port, app, adapters/NAME, wiring, cli, daemon, winreg,
    public for an installed header, or None."""
    parts = path.split(os.sep)
    if parts[:2] == ["include", "logongate"]:
        return "public"
    if parts[0] != "src" or len(parts) < 3:
        return None
    if parts[1] in ("adapters", "core"):
        return f"{parts[1]}/{parts[2]}" if len(parts) > 3 else None
    return parts[1]


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


def allowed(here, there):
    if here == there or (there == "public" and here != "base"):
        return True
    if there in PROGRAMS or here == "public":
        return False
    if here == "base":
        return there == "public"
    if here.startswith("core/"):
        rooms = CORE[:CORE.index(here.split("/")[1])]
        return there == "base" or there in [f"core/{room}" for room in rooms]
    below = there == "base" or there.startswith("core/")
    if here == "port":
        return below
    if here == "wiring":
        return there != "app"
    if here in PROGRAMS:
        return True
    if here.startswith("adapters/"):
        return below or there == "port" or (
            there.startswith("adapters/")
            and there.split("/")[1] in SHARED_ADAPTERS)
    return below or there == "port"


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
    problems, checked, includes = [], [], {}
    for path in tree.files("src", "include", suffixes=(".c", ".h")):
        here = layer(path)
        if here is None:
            continue
        checked.append(path)
        for found in INCLUDE.finditer(tree.read(path)):
            name = found[2]
            ours = target(path, found[1], name)
            includes.setdefault(path, []).append(ours)
            there = layer(ours or "")
            if there and not allowed(here, there):
                problems.append(f"{path}: {here} includes {name} of {there}")
            if not there and \
                    here.split("/")[0] in ("base", "core", "port", "app") \
                    and FOREIGN.match(name) \
                    and not (here == "app" and JSON.match(name)):
                problems.append(f"{path}: {here} includes {name}; libraries"
                                " belong into adapters")
    problems += circles(includes) + twice(checked)
    tree.report(problems, len(checked), "files")


main()
