# SPDX-License-Identifier: ISC
"""Programs that live tests start: found, waited for, ended. Where the build
put its own."""
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

SKIPPED = 77
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "testbed"))
from ports import free_port  # noqa: E402, F401

SOURCE = os.environ.get("LOGONGATE_SOURCE_DIR") or os.path.join(HERE, "../..")
BUILD = os.environ.get("LOGONGATE_BUILD_DIR") or os.path.join(
    SOURCE, ".build/dev")
BIN = os.environ.get("LOGONGATE_BIN_DIR") or os.path.join(BUILD, "bin")
LIB = os.environ.get("LOGONGATE_LIB_DIR") or os.path.join(BUILD, "lib")
PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


def surveyed():
    """The servers that `doors` surveys."""
    with open(os.path.join(SOURCE, "src/app/doors/doors.def")) as file:
        return re.findall(r"(?m)^LG_SURVEYED\([A-Z0-9_]+, ([a-z0-9_]+), ",
                          file.read())


def program(name):
    return shutil.which(name, path=PATH)


def require(*names):
    """Ends the test as skipped where a program or a file is missing."""
    for name in names:
        if not program(name) and not os.path.exists(name):
            print(f"{name} is not installed: skipped")
            sys.exit(SKIPPED)


def wait_for(what, condition, seconds=20.0, step=0.02):
    """Waits until condition() is true, or fails saying what did not come."""
    end_at = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end_at, f"waited {seconds} s for {what}"
        time.sleep(step)


def eventually(check, seconds=20):
    """Waits until check gives something true; it must not take longer."""
    return wait_for("it to come true", check, seconds, 0.05)


def listens(path):
    """Whether somebody accepts at a UNIX socket: its name is there before."""
    with socket.socket(socket.AF_UNIX) as one:
        return one.connect_ex(path) == 0


def answers(port):
    """Whether somebody accepts at a port of the loopback."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def signal_end(process, how=signal.SIGTERM):
    """How it is told to end, also where it is stopped. SIGCONT comes first: at
    the exit of a program built with the leak checker it takes away the SIGSTOP
    with which that one stops the threads, which then waits for ever."""
    process.send_signal(signal.SIGCONT)
    process.send_signal(how)


def end(process, seconds=10):
    """SIGTERM, then SIGKILL, also for a process that is stopped."""
    if process is None or process.poll() is not None:
        return
    signal_end(process)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Scene(contextlib.ExitStack):
    """What begin() starts ends with the scene, also where begin() fails."""

    def __init__(self, *arguments):
        super().__init__()
        try:
            self.begin(*arguments)
        except BaseException:
            self.close()
            raise

    def begin(self):
        raise NotImplementedError
