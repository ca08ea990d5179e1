# SPDX-License-Identifier: ISC
"""What tests of `logongate setup` share: the command with drop-ins and
settings of the test's own, and all files of a folder to compare."""
import contextlib
import os
import shutil
import socket
import stat
import subprocess
import threading

from programs import BIN, PATH, SOURCE


def facts(path):
    """Mode, owner and content (of a file)."""
    known = os.lstat(path)
    if not stat.S_ISREG(known.st_mode):
        return known.st_mode, known.st_uid, b""
    with open(path, "rb") as file:
        return known.st_mode, known.st_uid, file.read()


def tree(*folders):
    """Every file below the folders: {path: (mode, owner, content)}, but
    sockets."""
    found = {}
    for folder in folders:
        for place, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(place, name)
                # A server that starts makes sockets under other names first.
                with contextlib.suppress(FileNotFoundError):
                    found[path] = facts(path)
                    if stat.S_ISSOCK(found[path][0]):
                        del found[path]
    return found


class Init:
    """Stands where systemctl does: "restart UNIT" runs what the test gives
    for that unit, in the test's own process, which started the server. Units
    are active but those in stopped."""

    def __init__(self, folder, **units):
        self.units = units
        self.asked = []
        self.stopped = set()
        self.path = os.path.join(folder, "init.sock")
        self.program = os.path.join(folder, "systemctl")
        with open(self.program, "w", encoding="utf-8") as file:
            file.write(f"""#!/usr/bin/python3
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect({self.path!r})
s.sendall((" ".join(sys.argv[1:]) + "\\n").encode())
answer = s.makefile().readline().strip()
print(answer)
sys.exit(answer != "ok")
""")
        os.chmod(self.program, 0o755)
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.bind(self.path)
        self.sock.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                peer, _ = self.sock.accept()
            except OSError:
                return
            with peer:
                words = peer.makefile().readline().split()
                if words[0] == "is-active":
                    peer.sendall(b"inactive\n" if words[-1] in self.stopped
                                 else b"ok\n")
                    continue
                self.asked.append(words)
                try:
                    self.units[words[1]]()
                    peer.sendall(b"ok\n")
                except Exception as what:  # said to who asked
                    peer.sendall(f"{what!r}\n".encode())

    def close(self):
        self.sock.close()


class Setup:
    """The command, for a gate and a server's folder."""

    def __init__(self, gate, config_dir, init=None):
        self.gate = gate
        self.config_dir = config_dir
        self.process = None
        self.datadir = gate.path("share")
        shutil.copytree(os.path.join(SOURCE, "src/packaging"), self.datadir)
        self.env = dict(gate.env, PATH=BIN + os.pathsep + PATH,
                        LOGONGATE_DATADIR=self.datadir)
        if init:
            self.env["LOGONGATE_SYSTEMCTL"] = init.program

    def run(self, *words, code=0, config_dir=True, timeout=120):
        words = list(words)
        if config_dir:
            words += ["--config-dir", self.config_dir]
        self.process = subprocess.Popen(
            [os.path.join(BIN, "logongate"), "setup", *words,
             "--config", self.gate.config],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=self.env)
        text = self.process.communicate(timeout=timeout)[0].decode()
        got = self.process.returncode
        assert code in (None, got), (words, got, text,
                                     self.gate.logged()[-2000:])
        return text
