# SPDX-License-Identifier: ISC
"""A gate of the test's own, and who asks it at its doors."""
import http.client
import json
import os
import signal
import socket
import subprocess
import time

import driver
from driver import DN


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("gate", timeout=20)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(self.path)


class GateCase(driver.Case):
    """A test with a gate that runs, and listens at http.sock."""

    def more(self):
        """Further settings."""
        return ""

    def setUp(self):
        super().setUp()
        config = self.write("logongate.conf", f"""[gate]
state_dir = "{self.path('state')}"
run_dir = "{self.path('run')}"
break_glass = "{DN}bob"

[directory]
uri = "ldif:{self.path('directory.ldif')}"

[listen.http]
address = "unix:http.sock"
without_policy = refuse
{self.more()}""")
        self.directory()
        os.mkdir(self.path("run"))
        self.environment["LOGONGATE_CONFIG"] = config
        self.gate = None
        self.addCleanup(self.stop)
        self.start()

    def start(self):
        with open(self.path("gate.log"), "ab") as log:
            self.gate = subprocess.Popen(
                [os.path.join(driver.BIN, "logongated"), "--config",
                 self.environment["LOGONGATE_CONFIG"]],
                env=self.environment, cwd=self.folder, stderr=log)
        deadline = time.monotonic() + 30
        while self.run_it("status", "--json").code != 0:
            self.assertIsNone(self.gate.poll(), self.read("gate.log"))
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    def stop(self, how=signal.SIGTERM):
        if self.gate and self.gate.poll() is None:
            self.gate.send_signal(how)
            self.gate.wait(timeout=30)

    def dovecot(self, user, protocol="imap", command="allow"):
        connection = UnixConnection(self.path("run/http.sock"))
        connection.request(
            "POST", f"/v1/dovecot?command={command}",
            json.dumps({"login": user, "user": user, "protocol": protocol,
                        "remote": "192.0.2.7", "success": True,
                        "client_id": '"name" "Mail"'}))
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def status(self):
        return self.expect(0, "status", "--json").json
