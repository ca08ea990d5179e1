# SPDX-License-Identifier: ISC
"""A function of some lines stands in one file: the second writer looks into
src/base, src/port and the rooms below first. Two are the same when their words
are, but for the names of what is theirs."""
import collections
import re

import tree

# Shorter ones may be said again where a room cannot see the other.
LEAST = 10

FUNCTION = re.compile(r"^([a-z][^\n;{}=]*(?:\n[^\n;{}=]+)*)\n\{\n(.*?)^\}\n",
                      re.M | re.S)
WORD = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|\w+|->|[^\s\w]')
KEPT = set("if else for while do switch case break continue return sizeof "
           "struct enum const char int size_t void static unsigned NULL "
           "uint32_t int64_t uint64_t".split())


def shape(text):
    """The words of a function, its own names by their order alone."""
    words, names, out = WORD.findall(text), {}, []
    for i, word in enumerate(words):
        own = (re.match(r"[a-zA-Z_]\w*$", word) and word not in KEPT
               and not word.startswith(("lg_", "LG_", "gate_", "cJSON"))
               and words[i + 1:i + 2] != ["("]
               and not (i and words[i - 1] in (".", "->")))
        out.append(names.setdefault(word, f"v{len(names)}") if own else word)
    return " ".join(out)


def main():
    found, count = collections.defaultdict(set), 0
    for path in tree.files("src", suffixes=(".c",)):
        for function in FUNCTION.finditer(tree.blank_comments(tree.read(path))):
            head, body = function[1], function[2]
            name = re.search(r"(\w+)\(", head)
            if name is None or body.count("\n") + 3 < LEAST:
                continue
            count += 1
            found[shape(head[head.index("("):] + body)].add(
                f"{path}: {name[1]}")
    problems = [" and ".join(sorted(where)) + " are the same function"
                for where in found.values()
                if len({one.split(":")[0] for one in where}) > 1]
    tree.report(sorted(problems), count, "functions")


main()
