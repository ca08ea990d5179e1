#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""logongate status --watch on a terminal, beside a gate that is locked and
unlocked meanwhile."""
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

from programs import BIN
from running_gate import Gate, main


class Terminal:
    """The command on a terminal of so many rows and columns."""

    def __init__(self, gate, rows, columns):
        self.master, slave = pty.openpty()
        self.size(rows, columns)
        self.process = subprocess.Popen(
            [os.path.join(BIN, "logongate"), "--config", gate.config,
             "status", "--watch"], stdin=slave, stdout=slave, stderr=slave,
            env={**gate.env, "LC_ALL": "C.UTF-8", "TERM": "xterm"})
        os.close(slave)
        self.seen = ""

    def size(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))

    def until(self, text, after=0):
        """Reads until text came behind a place of what was seen."""
        end_at = time.monotonic() + 20
        while text not in self.seen[after:]:
            left = end_at - time.monotonic()
            assert left > 0, (text, self.seen[after:])
            if select.select([self.master], [], [], left)[0]:
                try:
                    self.seen += os.read(self.master, 65536).decode()
                except OSError:
                    break
        assert text in self.seen[after:], (text, self.seen[after:])

    def frames(self):
        return self.seen.split("\x1b[H")[1:]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)


def follows():
    """a lock that comes and goes is seen, and the screen is given back"""
    with Gate().start() as gate, Terminal(gate, 40, 80) as terminal:
        terminal.until("no lock")
        gate.lock(gate.profile(listed=["alice"]))
        terminal.until("profile1", len(terminal.seen))
        gate.lift()
        terminal.until("no lock", len(terminal.seen))
        gate.stop()
        terminal.process.send_signal(signal.SIGINT)
        terminal.until("\x1b[?1049l")
        assert terminal.process.wait(20) == 0
        assert terminal.seen.index("\x1b[?1049h") == 0, terminal.seen[:40]


def fits():
    """no more rows are drawn than there are, also when the window changes"""
    with Gate().start() as gate, Terminal(gate, 4, 30) as terminal:
        terminal.until("\x1b[J")
        assert terminal.frames()[0].count("\n") == 3, terminal.frames()[0]
        assert "\x1b[?7l" in terminal.seen
        before = len(terminal.seen)
        terminal.size(6, 30)
        terminal.process.send_signal(signal.SIGWINCH)
        # What was drawn while it changed is of the old size.
        end_at = time.monotonic() + 20
        while 5 not in [frame.count("\n") for frame in terminal.frames()]:
            assert time.monotonic() < end_at, terminal.frames()[-3:]
            terminal.until("\x1b[J", before)
            before = len(terminal.seen)
        assert terminal.frames()[-1].count("\n") <= 5, terminal.frames()[-1]


def no_terminal():
    """without a terminal, or with --json, it is a usage error"""
    with Gate().start() as gate:
        gate.command("status", "--watch", code=2)
        gate.command("status", "--watch", "--check", code=2)
        gate.command("status", "--watch", "--json", code=2)


main([follows, fits, no_terminal])
