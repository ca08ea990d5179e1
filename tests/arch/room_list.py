# SPDX-License-Identifier: ISC
"""The rooms of src as src/rooms.txt lists them."""
import os

import tree

PATH = "src/rooms.txt"


class Rooms:
    def __init__(self, rows):
        self.rows = rows
        self.shown = {header: room for room, (_, shows) in rows.items()
                      for header in shows}

    def of(self, path):
        """The room of a file of src or include/logongate, or None."""
        parts = path.split(os.sep)
        if parts[:2] == ["include", "logongate"]:
            return self.shown.get(os.path.splitext(parts[-1])[0])
        if parts[0] != "src":
            return None
        for depth in (3, 2):
            room = "/".join(parts[1:depth])
            if len(parts) > depth and (
                    room in self.rows
                    or os.path.dirname(room) + "/*" in self.rows):
                return room
        return None

    def sees(self, room):
        """Itself and what it may include, as a set that "in" may be asked."""
        row = room if room in self.rows else os.path.dirname(room) + "/*"
        return Seen({room, *self.rows[row][0]})


class Seen(set):
    """A room that stands for those below it: core, adapters."""
    def __contains__(self, room):
        return super().__contains__(room) or \
            super().__contains__(room.split("/")[0])


def read():
    rows = {}
    for line in tree.read(PATH).splitlines():
        if line and not line.startswith("#"):
            room, sees, shows = (part.split() for part in line.split("|"))
            rows[room[0]] = (sees, shows)
    return Rooms(rows)
