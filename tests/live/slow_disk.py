# SPDX-License-Identifier: ISC
"""A disk that takes its time, for a gate that is not yet started: every fsync
of the gate takes so many milliseconds longer, from one moment to the next."""
import os

from programs import BUILD

SHIM = os.path.join(BUILD, "bench", "slowshim.so")


class SlowDisk:
    def __init__(self, folder, shim=SHIM):
        self.shim = shim
        self.path = os.path.join(folder, "slow-disk")

    def environment(self):
        asan = os.environ.get("ASAN_OPTIONS")
        return {"LD_PRELOAD": self.shim, "LG_SLOW": self.path,
                "ASAN_OPTIONS": (asan + ":" if asan else "")
                + "verify_asan_link_order=0"}

    def takes(self, milliseconds):
        with open(self.path + ".new", "w", encoding="ascii") as file:
            file.write(str(milliseconds))
        os.rename(self.path + ".new", self.path)

    def is_well(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
