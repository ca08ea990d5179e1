# SPDX-License-Identifier: ISC
"""What only loops need is declared in them: `for (size_t i = 0; ...`, not a
declaration on top. `loops.py --write` does it."""
import re
import sys

import tree

# A declaration of its own, without a value.
DECLARED = re.compile(r"^(\t+)((?:const |unsigned |signed |struct |enum )*"
                      r"[a-z_]\w*(?: (?:int|long|char|const))*) "
                      r"(\**\w+(?:, \**\w+)*);\n", re.M)
NO_TYPE = {"return", "goto", "else", "case", "typedef", "extern", "static"}


def closing(text, at, left="(", right=")"):
    """Behind the bracket that ends the one at text[at]."""
    depth = 0
    while True:
        if text[at] == left:
            depth += 1
        elif text[at] == right:
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1


def skip_blank(text, at):
    while text[at] in " \t\n":
        at += 1
    return at


def statement_end(text, at):
    """Behind the statement that begins at text[at]."""
    at = skip_blank(text, at)
    if text[at] == "{":
        return closing(text, at, "{", "}")
    word = re.match(r"\w*", text[at:])[0]
    if word in ("for", "while", "switch", "cJSON_ArrayForEach"):
        return statement_end(text, closing(text, text.index("(", at)))
    if word == "if":
        end = statement_end(text, closing(text, text.index("(", at)))
        after = skip_blank(text, end) if end < len(text.rstrip()) else end
        if re.match(r"else\b", text[after:]):
            return statement_end(text, after + 4)
        return end
    if word == "do":
        end = statement_end(text, at + 2)
        return text.index(";", closing(text, text.index("(", end))) + 1
    while text[at] != ";":
        if text[at] in "({":
            at = closing(text, at, text[at], ")" if text[at] == "(" else "}")
        else:
            at += 1
    return at + 1


def block_end(text, at):
    """Where the block ends that text[at] stands in."""
    depth = 0
    while True:
        if text[at] == "{":
            depth += 1
        elif text[at] == "}":
            depth -= 1
            if depth < 0:
                return at
        at += 1


def loops_of(text, start, end, name):
    """The heads of the loops that alone use name, or None."""
    heads, at = [], start
    use = re.compile(r"(?<![\w.>])" + name + r"\b|(?<=[^-]>)" + name + r"\b")
    head = re.compile(r"for \((" + name + r" = )")
    while True:
        found = use.search(text, at, end)
        if found is None:
            return heads
        begins = head.search(text, start, end)
        while begins and begins.start(1) < found.start():
            begins = head.search(text, begins.end(), end)
        if begins is None or begins.start(1) != found.start():
            return None
        body = closing(text, begins.start() + 4)
        first = text[begins.start(1):text.index(";", begins.start(1))]
        # Another variable in the same head would be declared, too.
        if "," in re.sub(r"\([^()]*\)", "", re.sub(r"\([^()]*\)", "", first)):
            return None
        heads.append(begins.start(1))
        at = statement_end(text, body)


def movable(text):
    """(declaration, its name as declared, heads) of what can move."""
    plain = tree.blank_comments(text, strings=True)
    for found in DECLARED.finditer(plain):
        if found[2].split()[0] in NO_TYPE:
            continue
        # Not a member of a struct, nor a declaration of a file.
        opens = plain.rfind("\n{\n", 0, found.start())
        if opens < 0 or "\n}" in plain[opens:found.start()]:
            continue
        end = block_end(plain, found.end())
        for name in found[3].split(", "):
            heads = loops_of(plain, found.end(), end, name.lstrip("*"))
            if heads:
                yield found, name, heads


def convert(text):
    while True:
        for found, name, heads in movable(text):
            kind = found[2] + " " + "*" * name.count("*")
            for at in sorted(heads, reverse=True):
                text = text[:at] + kind + text[at:]
            rest = [one for one in found[3].split(", ") if one != name]
            line = f"{found[1]}{found[2]} {', '.join(rest)};\n" if rest else ""
            before, after = text[:found.start()], text[found.end():]
            if not line and before.endswith("{\n") and after.startswith("\n"):
                after = after[1:]
            text = before + line + after
            break
        else:
            return text


def main():
    problems, paths = [], tree.files("src", suffixes=(".c", ".h"))
    for path in paths:
        text = tree.read(path)
        if "--write" in sys.argv:
            new = convert(text)
            if new != text:
                with open(f"{tree.ROOT}/{path}", "w", encoding="utf-8") as file:
                    file.write(new)
            continue
        problems += [f"{path}:{text.count(chr(10), 0, found.start()) + 1}: "
                     f"{name.lstrip('*')} is only used by loops; declare it "
                     "in them (tests/arch/loops.py --write)"
                     for found, name, _ in movable(text)]
    tree.report(problems, len(paths), "files")


if __name__ == "__main__":
    main()
