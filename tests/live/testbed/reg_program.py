# SPDX-License-Identifier: ISC
"""Stands for Windows' reg.exe where there is no Wine: export, import and query
over a file. It knows no type: what stands behind "=" is kept as it came. The
files deny-read, deny-parameters and deny-write beside the store make it fail,
deny-once one import of values; hold-before and hold-after become "held" till
that import, which waits for "go", is over."""
import json
import os
import re
import sys
import time

HEADER = "Windows Registry Editor Version 5.00"
HIVE = "HKEY_LOCAL_MACHINE"


def has(name):
    return os.path.exists(os.path.join(FOLDER, name))


def load():
    """{key in lower case: [key, {name in lower case: (name, data)}]}"""
    try:
        with open(STORE, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def save(keys):
    with open(STORE + ".new", "w", encoding="utf-8") as file:
        json.dump(keys, file)
    os.replace(STORE + ".new", STORE)


def fail(text):
    print("ERROR: " + text, file=sys.stderr)
    sys.exit(1)


def below(keys, key):
    return [name for name in sorted(keys)
            if name == key or name.startswith(key + "\\")]


def hidden(key):
    return has("deny-read") or (has("deny-parameters")
                                and key.endswith("\\parameterssystem"))


def export(key, path, _yes):
    keys, text = load(), HEADER + "\r\n\r\n"
    if hidden(key.lower()):
        fail("Access is denied.")
    if key.lower() not in keys:
        fail("The system was unable to find the specified registry key or "
             "value.")
    for name in below(keys, key.lower()):
        if hidden(name):
            continue
        text += f"[{keys[name][0]}]\r\n"
        for value, data in keys[name][1].values():
            text += f"{value}={data}\r\n"
        text += "\r\n"
    with open(path, "w", encoding="utf-16", newline="") as file:
        file.write(text)
    print("The operation completed successfully.")


def query(key):
    keys = load()
    if key.lower() not in keys:
        fail("The system was unable to find the specified registry key or "
             "value.")
    if hidden(key.lower()):
        fail("Access is denied.")
    print("\r\n".join(["", *(keys[name][0] for name in below(keys, key.lower())
                             if name != key.lower())]))


def take(keys, line, key):
    """one line of a section"""
    name, data = re.fullmatch(r'(@|"(?:[^"\\]|\\.)*")=(.*)', line,
                              re.S).groups()
    values = keys[key.lower()][1]
    if data == "-":
        values.pop(name.lower(), None)
    else:
        values[name.lower()] = (name, data)


def hold(when):
    if not has(when):
        return
    os.rename(os.path.join(FOLDER, when), os.path.join(FOLDER, "held"))
    while not has("go"):
        time.sleep(0.02)
    os.remove(os.path.join(FOLDER, "go"))


def import_file(path):
    with open(path, "rb") as file:
        text = file.read().decode("utf-16")
    if not text.startswith(HEADER):
        fail("Error opening the file. There may be a disk or file system "
             "error.")
    if has("deny-write"):
        fail("Error accessing the registry.")
    lines = re.sub(r"\\\r\n *", "", text).split("\r\n")[1:]
    values = any(line and not line.startswith("[") for line in lines)
    if values:
        if has("deny-once"):
            os.remove(os.path.join(FOLDER, "deny-once"))
            fail("Error accessing the registry.")
        hold("hold-before")
    keys, key = load(), None
    for line in lines:
        if line.startswith("["):
            key = line[1:-1]
            keys.setdefault(key.lower(), (key, {}))
        elif line:
            take(keys, line, key)
    save(keys)
    if values:
        hold("hold-after")
        if has("held"):
            os.remove(os.path.join(FOLDER, "held"))
    print("The operation completed successfully.")


STORE = sys.argv[1]
FOLDER = os.path.dirname(STORE)
{"export": export, "import": import_file, "query": query}[sys.argv[2]](
    *sys.argv[3:])
