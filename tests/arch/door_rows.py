# SPDX-License-Identifier: ISC
"""The rows of src/app/doors/doors.def, and the sources that CMake finds by them."""
import re

import tree

PATH = "src/app/doors/doors.def"


def surveyed():
    """The names of the servers that are surveyed."""
    return re.findall(r"(?m)^LG_SURVEYED\([A-Z0-9_]+, ([a-z0-9_]+), ",
                      tree.read(PATH))


def sources():
    """Sources that no CMakeLists.txt names."""
    return {path.replace("NAME", name) for name in surveyed()
            for path in ("src/app/doors/survey_NAME.c",
                         "tests/app/doors_NAME.c", "tests/live/NAME.py")}
