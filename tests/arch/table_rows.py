# SPDX-License-Identifier: ISC
"""The rows of tables that CMake reads (src/cmake/LogongateRows.cmake), and the
sources that it finds by them."""
import re

import tree


def names(path, macro):
    """NAME of each MACRO(ID, NAME, ...)"""
    return re.findall(rf"(?m)^{macro}\([A-Z0-9_]+, ([a-z0-9_]+),",
                      tree.read(path))


def surveyed():
    """The servers that are surveyed."""
    return names("src/app/doors/doors.def", "LG_SURVEYED")


def backends():
    """What a lock can be written to."""
    return names("src/core/settings/backends.def", "LG_BACKEND")


def sources():
    """Sources that no CMakeLists.txt names."""
    found = {path.replace("NAME", name) for name in surveyed()
             for path in ("src/app/doors/survey_NAME.c",
                          "tests/app/doors_NAME.c", "tests/live/NAME.py")}
    return found | {path.replace("NAME", name) for name in backends()
                    for path in ("tests/adapter/NAME_server.c",
                                 "tests/fuzz/NAME_words.c",
                                 "tests/live/servers_NAME.py")}
