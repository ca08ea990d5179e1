# SPDX-License-Identifier: ISC
"""A wrong include does not compile and a wrong call does not link: for each room
of src/rooms.txt the compiler is asked, with the options that the build uses for
it, which of all our headers it finds; and a call to each room that it does not
see is linked into it, which must fail."""
import concurrent.futures
import json
import os
import shlex
import subprocess
import tempfile

import room_list
import tree

BUILD = os.environ["LOGONGATE_BUILD_DIR"]


def compiler(command):
    """Its words without source, object and list of what it read."""
    words, kept = iter(shlex.split(command)), []
    for word in words:
        if word in ("-o", "-MT", "-MF", "-c"):
            next(words)
        elif word not in ("-MD", "ccache") and not word.endswith("/ccache"):
            kept.append(word)
    return kept


class Room:
    def __init__(self, name):
        self.name = name
        self.options = {}
        self.objects = []


def rooms_of_the_build(rooms):
    found = {}
    with open(os.path.join(BUILD, "compile_commands.json"),
              encoding="utf-8") as file:
        commands = json.load(file)
    for entry in commands:
        name = rooms.of(os.path.relpath(entry["file"], tree.ROOT))
        # Tests are linked with sources of a program, and see everything.
        output = shlex.split(entry["command"])
        output = output[output.index("-o") + 1]
        if not name or not output.startswith("src/"):
            continue
        room = found.setdefault(name, Room(name))
        words = compiler(entry["command"])
        includes = [word for word in words if word.startswith("-I")]
        room.options.setdefault(" ".join(includes), words)
        room.objects.append(os.path.join(BUILD, output))
    return found


def headers():
    """Each header as others name it."""
    for path in tree.files("src", "include", suffixes=(".h",)):
        name = os.path.relpath(path, path.split(os.sep)[0])
        yield path, f'"{name}"' if path.startswith("src") else f"<{name}>"


def see(rooms, room, words, named):
    """What the room finds and may not, or may and does not find."""
    asked = "".join(f"#if __has_include({name})\nfound {path}\n#endif\n"
                    for path, name in named)
    # A machine may have an older logongate installed.
    done = subprocess.run([*words, "-nostdinc", "-x", "c", "-E", "-P", "-"],
                          input=asked, text=True, capture_output=True,
                          check=False)
    if done.returncode:
        return [f"{room.name}: {done.stderr}"]
    found = {line[len("found "):] for line in done.stdout.splitlines()
             if line.startswith("found ")}
    may = {path for path, _ in named
           if rooms.of(path) in rooms.sees(room.name)}
    return [f"{room.name} can include {path}" for path in sorted(found - may)] \
        + [f"{room.name} cannot include {path}" for path in sorted(may - found)]


def function(room):
    """One that others could call."""
    for path in sorted(room.objects):
        listed = subprocess.run(["nm", "--defined-only", "-g", path], text=True,
                                check=True, stdout=subprocess.PIPE).stdout
        for line in listed.splitlines():
            words = line.split()
            if len(words) == 3 and words[1] == "T" and words[2] != "main":
                return words[2]
    return None


def link_command(name):
    """How the build links the room, or None: a program links itself."""
    done = subprocess.run(
        ["ninja", "-C", BUILD, "-t", "commands",
         "tests/room_" + name.replace("/", "-")],
        text=True, capture_output=True, check=False)
    if done.returncode:
        return None
    line = done.stdout.strip().splitlines()[-1]
    return shlex.split(line.removeprefix(": && ").removesuffix(" && :"))


def scratch(room, command, functions, stem):
    """Links the room with a file that calls the functions; what it said."""
    with open(stem + ".c", "w", encoding="utf-8") as file:
        file.writelines(f"void {name}(void);\n" for name in functions)
        file.write("void scratch(void);\nvoid scratch(void)\n{\n")
        file.writelines(f"\t{name}();\n" for name in functions)
        file.write("}\n")
    words = list(command)
    words[words.index("-o") + 1] = stem
    done = subprocess.run([*words, stem + ".c"], cwd=BUILD, text=True,
                          capture_output=True, check=False)
    return "" if done.returncode == 0 else done.stderr or "failed"


def call(room, command, entries, seen, where):
    """Calls of what the room does not see fail, one by one; of itself not."""
    stem = os.path.join(where, room.name.replace("/", "-"))
    said = scratch(room, command, [entries[room.name]], stem + "-own")
    problems = [f"{room.name} does not link: {said}"] if said else []
    above = [entry for other, entry in sorted(entries.items())
             if entry and other not in seen]
    said = scratch(room, command, above, stem)
    return problems + [f"{room.name} can call {entry}" for entry in above
                       if f"undefined reference to `{entry}'" not in said]


def main():
    rooms = room_list.read()
    built = rooms_of_the_build(rooms)
    named = list(headers())
    entries = {name: function(room) for name, room in built.items()}
    problems, works = [], []
    with concurrent.futures.ThreadPoolExecutor(2) as pool, \
            tempfile.TemporaryDirectory() as where:
        for name, room in sorted(built.items()):
            works += [pool.submit(see, rooms, room, words, named)
                      for words in room.options.values()]
            command = link_command(name)
            if not command:
                if name not in ("cli", "daemon", "winreg"):
                    problems.append(f"{name}: no program links it alone")
                continue
            works.append(pool.submit(call, room, command, entries,
                                     rooms.sees(name), where))
        for work in works:
            problems += work.result()
    tree.report(problems, len(works), "attempts")


main()
