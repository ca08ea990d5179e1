# SPDX-License-Identifier: ISC
"""One rule for what lies open: each drop-in that lets a path pass without the
question quotes the pattern of request_path.h."""
import re

import tree

QUOTED = {"nginx/logongate.conf": 1, "haproxy/logongate.cfg": 1,
          "caddy/logongate.caddy": 1}


def main():
    text = tree.read("src/core/mapi/request_path.h")
    pattern = re.search(r'LG_REQUEST_PATH_PLAIN\s+\\?\s*"([^"]*)\$"', text)[1]
    found = {path.partition("packaging/")[2]: tree.read(path).count(pattern)
             for path in tree.files("src/packaging")}
    problems = [f"{name}: quotes the pattern of plain paths "
                f"{found.get(name, 0)} times, not {QUOTED.get(name, 0)}"
                for name in sorted({*found, *QUOTED})
                if found.get(name, 0) != QUOTED.get(name, 0)]
    tree.report(problems, len(QUOTED), "drop-ins")


main()
