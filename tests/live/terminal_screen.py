# SPDX-License-Identifier: ISC
"""A program at a terminal of its own: keys are typed, the lines that stood on
its screen are kept."""
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

import pyte

import programs

ROWS, COLUMNS = 30, 160


class Terminal:
    """words and options as for subprocess.Popen."""

    def __init__(self, words, **options):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ,
                    struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        self.seen = {}
        self.process = subprocess.Popen(
            words, stdin=slave, stdout=slave, stderr=slave,
            preexec_fn=self.take_terminal, **options)
        os.close(slave)

    @staticmethod
    def take_terminal():
        """/dev/tty, too, is this terminal."""
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def pump(self, seconds=0.1):
        """Reads what comes within a moment."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return
        try:
            data = os.read(self.master, 65536)
        except OSError:  # the program has ended
            time.sleep(seconds)
            return
        # Line by line, or what is written over at once was never there.
        for part in re.split(rb"(?<=[\r\n])", data):
            self.stream.feed(part)
            for line in self.screen.display:
                if line.strip():
                    self.seen[line.strip()] = True

    def text(self):
        """All lines that stood there since the keys that were typed last."""
        return "\n".join(self.seen)

    def type(self, keys):
        self.seen.clear()
        os.write(self.master, keys.encode())

    def has_ended(self):
        return self.process.poll() is not None

    def shows(self, pattern, seconds=20):
        """Whether the pattern comes: the match, or None when the program ends
        or the time is over."""
        end_at = time.monotonic() + seconds
        while True:
            ended = self.has_ended()
            self.pump()
            found = re.search(pattern, self.text())
            if found or ended or time.monotonic() > end_at:
                return found

    def await_(self, pattern, seconds=20):
        found = self.shows(pattern, seconds)
        assert found, f"no {pattern!r} on the screen:\n{self.text()}"
        return found

    def close(self):
        programs.end(self.process, 3)
        os.close(self.master)

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.close()
