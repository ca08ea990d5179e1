# SPDX-License-Identifier: ISC
"""Every C file of src is clean by the checks of .clang-tidy, with the options
that the build has for it. Without arguments all checks but those of the static
analyzer, which takes twenty times as long; with "all" those too (.ci/run). What
is as it was when it was found clean is not looked at again: the user's cache has,
for each file, a hash of all that the compiler read for it."""
import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time

import tree

BUILD = os.environ["LOGONGATE_BUILD_DIR"]
ANALYZER = "clang-analyzer-*"
# Releases differ in what they find: the tree follows those of Debian 12 and 13.
RELEASES = ("version 14.", "version 19.")
KEPT_S = 7 * 86400
FINDING = re.compile(r"^(/\S+?):(\d+):\d+: (warning|error): (.*)$", re.M)


def hash_of(path, known={}):  # pylint: disable=dangerous-default-value
    if path not in known:
        try:
            with open(path, "rb") as file:
                known[path] = hashlib.sha256(file.read()).digest()
        except OSError:
            known[path] = b"gone"
    return known[path]


def read_by_compiler():
    """What each object was made from, as ninja wrote it down."""
    listed = subprocess.run(["ninja", "-C", BUILD, "-t", "deps"], text=True,
                            check=True, stdout=subprocess.PIPE).stdout
    made, name = {}, None
    for line in listed.splitlines():
        if line.startswith("    ") and name:
            made[name].append(os.path.join(BUILD, line.strip()))
        elif ": #deps" in line:
            name = line.split(": #deps")[0]
            made[name] = []
    return made


class Source:
    def __init__(self, entry, made, base):
        words = shlex.split(entry["command"])
        self.path = entry["file"]
        self.name = os.path.relpath(self.path, tree.ROOT)
        output = words[words.index("-o") + 1]
        key = hashlib.sha256(base)
        # The same in every work tree.
        key.update(" ".join(words).replace(BUILD, "").replace(
            tree.ROOT, "").encode())
        # Not built yet: always looked at.
        self.key = None
        if output in made:
            for path in [self.path, *sorted(made[output])]:
                key.update(hash_of(path))
            self.key = key.hexdigest()


def cache(name):
    """A folder of the user's, or of the build where there is none."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    for folder in (os.path.join(home, "logongate", name),
                   os.path.join(BUILD, name)):
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return tree.skip("no folder to write to")


def forget_old(kept):
    for entry in os.scandir(kept):
        try:
            if entry.stat().st_mtime < time.time() - KEPT_S:
                os.unlink(entry.path)
        except FileNotFoundError:
            pass


def look(source, checks):
    done = subprocess.run(
        ["clang-tidy", "-p", BUILD, "--quiet", *checks, source.path],
        text=True, capture_output=True, check=False)
    found = {f"{os.path.relpath(os.path.realpath(path), tree.ROOT)}:{line}:"
             f" {text}" for path, line, _, text in FINDING.findall(done.stdout)}
    if done.returncode and not found:
        found.add(f"{source.name}: {done.stderr.strip()}")
    return found


def main():
    if not shutil.which("clang-tidy"):
        tree.skip("clang-tidy is missing")
    version = subprocess.run(["clang-tidy", "--version"], text=True, check=True,
                             stdout=subprocess.PIPE).stdout
    if not any(release in version for release in RELEASES):
        tree.skip("another clang-tidy than " + ", ".join(RELEASES))
    with_analyzer = sys.argv[1:] == ["all"]
    checks = [] if with_analyzer else [f"--checks=-{ANALYZER}"]
    base = (version + tree.read(".clang-tidy")).encode()
    with open(os.path.join(BUILD, "compile_commands.json"),
              encoding="utf-8") as file:
        # Some are part of a test, too: as the programs have them, last.
        entries = {entry["file"]: entry for entry in sorted(
            json.load(file), key=lambda entry: " -o src/" in entry["command"])}
    made = read_by_compiler()
    paths = [os.path.join(tree.ROOT, path)
             for path in tree.files("src", suffixes=(".c",))]
    sources = [Source(entries[path], made, base)
               for path in paths if path in entries]
    for path in paths:
        if path not in entries:
            print(f"not built here: {os.path.relpath(path, tree.ROOT)}")
    kept = cache("tidy-all" if with_analyzer else "tidy")

    def is_clean(source):
        return source.key and os.path.exists(os.path.join(kept, source.key))

    todo = [source for source in sources if not is_clean(source)]
    problems, began = set(), time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for source, found in zip(todo, pool.map(
                lambda source: look(source, checks), todo)):
            problems |= found
            if not found and source.key:
                with open(os.path.join(kept, source.key), "w",
                          encoding="utf-8") as file:
                    file.write(source.name + "\n")
    forget_old(kept)
    print(f"{len(todo)} looked at in {time.monotonic() - began:.0f} s,"
          f" {len(sources) - len(todo)} as they were")
    tree.report(sorted(problems), len(sources), "files")


main()
