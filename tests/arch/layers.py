# SPDX-License-Identifier: ISC
"""Who may include whom: core nothing of ours but itself, an adapter never
another adapter, app core and ports, and nobody the programs."""
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


def layer(path):
    """core, port, app, adapters/NAME, roots, cli, daemon, or None."""
    parts = path.split(os.sep)
    if parts[:2] == ["include", "logongate"]:
        return "port" if parts[2] == "port" else "core"
    if parts[0] != "src" or len(parts) < 3:
        return None
    if parts[1] == "adapters":
        return f"adapters/{parts[2]}" if len(parts) > 3 else None
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
    if here == there:
        return True
    if here in ("cli", "daemon"):
        return there not in ("cli", "daemon")
    if here == "roots":
        return there not in ("cli", "daemon", "app")
    if here == "core":
        return False
    if here == "port":
        return there == "core"
    if here == "app":
        return there in ("core", "port")
    if here.startswith("adapters/"):
        return there in ("core", "port") or (
            there.startswith("adapters/")
            and there.split("/")[1] in SHARED_ADAPTERS)
    return there in ("core", "port")


def main():
    problems, checked = [], 0
    for path in tree.files("src", "include", suffixes=(".c", ".h")):
        here = layer(path)
        if here is None:
            continue
        checked += 1
        for found in INCLUDE.finditer(tree.read(path)):
            name = found[2]
            there = layer(target(path, found[1], name) or "")
            if there and not allowed(here, there):
                problems.append(f"{path}: {here} includes {name} of {there}")
            if not there and here in ("core", "port", "app") \
                    and FOREIGN.match(name) \
                    and not (here == "app" and JSON.match(name)):
                problems.append(f"{path}: {here} includes {name}; libraries"
                                " belong into adapters")
    tree.report(problems, checked, "files")


main()
