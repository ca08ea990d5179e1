# SPDX-License-Identifier: ISC
"""The files of the source tree, and how a check reports what it found."""
import os
import sys

ROOT = os.environ.get("LOGONGATE_SOURCE_DIR") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

SKIPPED = 77


def files(*under, suffixes=("",)):
    """Paths relative to ROOT of the files below the folders, sorted."""
    found = []
    for folder in under or (".",):
        for where, folders, names in os.walk(os.path.join(ROOT, folder)):
            folders[:] = [f for f in folders
                          if f not in (".git", ".build", "__pycache__")]
            for name in names:
                # In a second work tree .git is a file.
                if name == ".git":
                    continue
                if name.endswith(tuple(suffixes)):
                    found.append(os.path.relpath(
                        os.path.join(where, name), ROOT))
    return sorted(found)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def is_text(path):
    with open(os.path.join(ROOT, path), "rb") as file:
        data = file.read()
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in data


def blank_comments(text, strings=False):
    """C source with comments (and strings) blanked; lines stay lines."""
    out, at, state = [], 0, ""
    while at < len(text):
        two, char = text[at:at + 2], text[at]
        if state == "/*" and two == "*/":
            out.append("  ")
            at, state = at + 2, ""
            continue
        if state == "//" and char == "\n":
            state = ""
        elif state in ("'", '"'):
            if char == "\\":
                out.append("  " if strings else two)
                at += 2
                continue
            if char == state:
                state = ""
                out.append(char)
                at += 1
                continue
        elif not state:
            if two in ("/*", "//"):
                state = two
            elif char in ("'", '"'):
                state = char
                out.append(char)
                at += 1
                continue
        hide = state in ("/*", "//") or (strings and state)
        out.append(" " if hide and char != "\n" else char)
        at += 1
    return "".join(out)


def report(problems, checked, what):
    """Ends the check: prints every problem, or how much was looked at."""
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print(f"{len(problems)} problems in {checked} {what}",
              file=sys.stderr)
        sys.exit(1)
    if not checked:
        print(f"no {what} found: the check looks in the wrong place",
              file=sys.stderr)
        sys.exit(1)
    print(f"{checked} {what}: ok")
    sys.exit(0)


def skip(why):
    print(f"skipped: {why}")
    sys.exit(1 if os.environ.get("LG_REQUIRE_LIVE") == "1" else SKIPPED)
