# SPDX-License-Identifier: ISC
"""A file that grew long does two things, and one of a few lines needs a reason
of its own. Reports the longest."""
import tree

LIMITS = {".c": 450, ".h": 300}
SHORT = 40
# Short files, and why they are no part of another.
REASONS = {
    "src/adapters/http/json_text.c": "doors of two adapters ask it",
    "src/core/values/account_values.c": "targets and planning ask it",
    "src/base/grow.c": "what every room grows its arrays with",
    "src/core/exchange/profile.c": "the end of what others make and fill",
    "src/core/settings/listener.c": "the table of listeners",
    "src/daemon/doors/door_table.c": "the table of doors",
    "src/daemon/doors/probes.c": "what every door notes and control asks",
    "src/wiring/directory_open.c": "what both programs connect",
    "src/wiring/fleet_open.c": "what both programs connect",
}


def main():
    lengths, problems = [], []
    for path in tree.files("src", "include", suffixes=LIMITS):
        length = tree.read(path).count("\n")
        lengths.append((length, path))
        ending = path[path.rindex("."):]
        limit = LIMITS[ending]
        if length > limit:
            problems.append(f"{path}: {length} lines; at most {limit}")
        if ending == ".c" and length < SHORT and path not in REASONS:
            problems.append(f"{path}: {length} lines; join it to another, or "
                            "say why it stands alone")
    found = {path: length for length, path in lengths}
    problems += [f"{path}: needs no reason" for path in REASONS
                 if found.get(path, SHORT) >= SHORT]
    for length, path in sorted(lengths, reverse=True)[:10]:
        print(f"{length:6} {path}")
    tree.report(problems, len(lengths), "files")


main()
