# SPDX-License-Identifier: ISC
"""A wall clock that a test can step while the programs under it run.

libfaketime answers for CLOCK_REALTIME alone: the clock since boot goes on as
it is, which is what stepping the clock of a machine does. It is read anew each
time, so that a step reaches a program that has been running for long.

    clock = wall_clock.WallClock(folder)
    gate.env.update(clock.environment())
    clock.step(-86400)
"""
import glob
import os

LIBRARY = next(iter(glob.glob(
    "/usr/lib/*/faketime/libfaketimeMT.so.1")), None)
DAY = 86400


class WallClock:
    def __init__(self, folder):
        self.path = os.path.join(folder, "wall-clock")
        self.set(0)

    def set(self, offset_s):
        """So many seconds off what the machine says."""
        new = self.path + ".new"
        with open(new, "w", encoding="ascii") as file:
            file.write(f"{offset_s:+.3f}\n")
        os.chmod(new, 0o644)
        # Never read half written.
        os.replace(new, self.path)
        self.offset_s = offset_s

    def step(self, seconds):
        self.set(self.offset_s + seconds)

    def environment(self):
        asan = os.environ.get("ASAN_OPTIONS")
        return {
            "LD_PRELOAD": LIBRARY,
            "FAKETIME_TIMESTAMP_FILE": self.path,
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
            # A sanitizer wants to be the first library; it need not be. Its
            # look for leaks stops all threads and now and then waits for ever
            # where this library is loaded; the other tests look for them.
            "ASAN_OPTIONS": (asan + ":" if asan else "")
            + "verify_asan_link_order=0:detect_leaks=0",
        }
