# SPDX-License-Identifier: ISC
"""More sessions than clients could be started for, at a gate that is not yet
started and has these SETTINGS."""
import contextlib
import json
import os
import socket
import threading

SETTINGS = ('[dovecot]\ndoveadm = "unix:{folder}/doveadm"\n'
            'api_key_file = "{folder}/key"\n')


class Crowd:
    """Dovecot's doveadm with many sessions, which end when they are told to.
    Rows are as Dovecot gives them; ten thousand clients would be the only
    others on this machine."""

    def __init__(self, gate, count):
        os.chmod(gate.write("key", "a-key\n"), 0o600)
        self.is_there(count)
        self.asked = 0  # who is there
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(gate.path("doveadm"))
        self.server.listen(20)
        threading.Thread(target=self.accept, daemon=True).start()

    def is_there(self, count):
        self.inside = {f"user{i}" for i in range(count)}

    def accept(self):
        while True:
            try:
                one, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(one,),
                             daemon=True).start()

    def serve(self, one):
        # A gate that gives a request up does not read the answer.
        with one, one.makefile("rb") as file, contextlib.suppress(OSError):
            while True:
                length = 0
                line = file.readline()
                if not line:
                    return
                while line not in (b"\r\n", b""):
                    name, _, value = line.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                    line = file.readline()
                commands = json.loads(file.read(length))
                body = json.dumps([["doveadmResponse", self.run(*command),
                                    command[2]]
                                   for command in commands]).encode()
                one.sendall(b"HTTP/1.1 200 OK\r\n"
                            b"Content-Type: application/json\r\n"
                            b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def run(self, name, options, _):
        if name == "who":
            self.asked += 1
            return [{"username": user, "connections": "1", "service": "imap",
                     "pids": f"({user[4:]})", "ips": "(192.0.2.1)"}
                    for user in sorted(self.inside)]
        if name != "kick":
            return []
        if "socketPath" in options:
            ended = self.read(options["socketPath"])
        else:
            ended = options["mask"]
        self.inside.difference_update(ended)
        return [{"count": "1"}]

    @staticmethod
    def read(path):
        """Whom it says there are, by their processes."""
        with socket.socket(socket.AF_UNIX) as anvil, \
                anvil.makefile("rw") as file:
            anvil.connect(path)
            file.write("VERSION\tanvil\t1\t0\nCONNECT-DUMP\n")
            file.flush()
            return ["user" + line.split("\t")[1]
                    for line in file.read().splitlines() if line]

    def close(self):
        self.server.close()
