# SPDX-License-Identifier: ISC
"""A file that grew long does two things. Reports the longest, refuses what is
beyond the limit."""
import tree

LIMITS = {".c": 600, ".h": 300}


def main():
    lengths, problems = [], []
    for path in tree.files("src", "include", suffixes=LIMITS):
        length = tree.read(path).count("\n")
        lengths.append((length, path))
        limit = LIMITS[path[path.rindex("."):]]
        if length > limit:
            problems.append(f"{path}: {length} lines; at most {limit}")
    for length, path in sorted(lengths, reverse=True)[:10]:
        print(f"{length:6} {path}")
    tree.report(problems, len(lengths), "files")


main()
