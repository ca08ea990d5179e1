# SPDX-License-Identifier: ISC
"""What the next door or target takes is what adding-a-door.md and
adding-a-target.md say: of the one that a page was written with no other file
knows."""
import re

import table_rows
import tree

# page, files at most, its rows, the one it was written with, how a file shows
# that it knows it, and who says the word and knows none.
PAGES = (
    ("src/doc/adding-a-door.md", 8, table_rows.surveyed, "prosody",
     re.compile(r"prosody|xmpp", re.I), {
         "README.md": "tells people which servers there are",
         "tests/adapter/auth_policy.c": "a protocol that nobody knows",
     }),
    ("src/doc/adding-a-target.md", 10, table_rows.backends, "ssh",
     re.compile(r"backend *= *ssh|openssh-client|ssh_target|servers_ssh|"
                r"open_ssh|TARGET_SSH|\(SSH, ssh|adapters/ssh|\bXr ssh 1"), {
         "debian/control": "suggests it",
         "src/doc/contract.md": "what was agreed when it came (section 14)",
         "tests/adapter/settings_file.c": "what its row in the settings says",
         "tests/live/CMakeLists.txt": "runs it with Wine, too",
     }),
)


def named(page):
    """The files and folders in the page's table of steps."""
    steps = tree.read(page).split("## The steps")[1].split("\n## ")[0]
    cells = re.findall(r"(?m)^\| [^|]+ \| ([^|]+) \| ", steps)
    return [path for cell in cells for path in re.findall(r"`([^`]+)`", cell)]


def look(page, most, rows, name, knows, elsewhere):
    problems, wanted = [], named(page)
    elsewhere = {page: "tells how it was added",
                 "tests/arch/adding.py": "looks for it", **elsewhere}
    # Another may know the same word, and so may what asks for it.
    others = tuple(path.replace("NAME", other) for path in wanted
                   if "NAME" in path for other in rows() if other != name)
    if not 0 < len(wanted) <= most:
        problems.append(f"{page}: names {len(wanted)} files; at most {most}")
    ours = [path.replace("NAME", name) for path in wanted]
    found = [path for path in tree.files() if tree.is_text(path)
             and not path.startswith(others)
             and knows.search(path + tree.read(path))]
    for path in found:
        if path not in elsewhere and not any(
                path == one or one.endswith("/") and path.startswith(one)
                for one in ours):
            problems.append(f"{path}: knows {name}, and {page} does not say so")
    problems += [f"{page}: {one} does not know {name}" for one in ours
                 if not any(path.startswith(one) for path in found)]
    problems += [f"{path}: needs no exception for {name}" for path in elsewhere
                 if path not in found]
    return problems, len(found)


def main():
    looked = [look(*page) for page in PAGES]
    tree.report([problem for problems, _ in looked for problem in problems],
                sum(count for _, count in looked), "files that know them")


main()
