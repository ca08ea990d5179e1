# SPDX-License-Identifier: ISC
"""Prosody with mod_logongate: who is not listed reads the lock's words when he
binds a resource, and again when he was connected already; nobody's password is
called wrong; a gate that does not answer is told as such."""
import base64
import os
import re
import socket
import subprocess
import unittest

import programs
from programs import eventually, free_port
from running_gate import Gate, listeners

HOST = "example.org"
PASSWORD = "secret"

CONFIG = """
run_as_root = true
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/prosody"
log = {{ info = "{folder}/prosody.log" }}
plugin_paths = {{ "{plugins}" }}
modules_enabled = {{ "saslauth", "logongate" }}
modules_disabled = {{ "s2s", "posix" }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
logongate_url = "http://127.0.0.1:{http}/v1/xmpp"
logongate_timeout = 2
logongate_recheck = 1
VirtualHost "{host}"
VirtualHost "open.{host}"
	logongate_when_down = "admit"
"""
ACCOUNT = 'return {{\n\t["password"] = "{0}";\n}};\n'


class Client:
    """A stream, up to where its resource is bound."""

    def __init__(self, port, user, password=PASSWORD, host=HOST):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.settimeout(10)
        self.text = ""
        self.said = None
        self.open(host)
        secret = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        self.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
                  f"mechanism='PLAIN'>{secret}</auth>")
        self.auth = self.until(r"<success|<failure.*</failure>")
        if self.auth == "<success":
            self.open(host)
            self.send("<iq type='set' id='b'><bind xmlns="
                      "'urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
            self.said = self.until(r"<iq.*</iq>")

    def open(self, host):
        self.text = ""
        self.send("<stream:stream xmlns='jabber:client' xmlns:stream="
                  f"'http://etherx.jabber.org/streams' to='{host}' "
                  "version='1.0'>")
        self.until(r"</stream:features>")

    def send(self, text):
        self.socket.sendall(text.encode())

    def until(self, pattern):
        while True:
            found = re.search(pattern, self.text, re.S)
            if found:
                self.text = self.text[found.end():]
                return found[0]
            got = self.socket.recv(65536).decode()
            assert got, (pattern, self.text)
            self.text += got

    def is_in(self):
        return "<jid>" in (self.said or "")

    def is_alive(self):
        """It answers: an unknown question with an error."""
        self.send("<iq type='get' id='q'><x xmlns='urn:none'/></iq>")
        return "id='q'" in self.until(r"<iq.*</iq>|</stream:stream>")

    def close(self):
        self.socket.close()


class Prosody(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.http = free_port()
        cls.gate = Gate(listen=listeners("http").replace(
            "unix:http.sock", f"unix:http.sock, 127.0.0.1:{cls.http}"),
            names=("tester", "other"))
        cls.addClassCleanup(cls.gate.close)
        cls.gate.start()
        cls.port = free_port()
        for host in HOST, "open." + HOST:
            for user in "tester", "other":
                name = re.sub(r"\W", lambda c: f"%{ord(c[0]):02x}", host)
                cls.gate.write(f"prosody/{name}/accounts/{user}.dat",
                               ACCOUNT.format(PASSWORD))
        config = cls.gate.write("prosody.cfg.lua", CONFIG.format(
            folder=cls.gate.folder, host=HOST, port=cls.port, http=cls.http,
            plugins=os.path.join(programs.SOURCE, "src/packaging/prosody")))
        cls.process = subprocess.Popen(
            [programs.program("prosody"), "-F", "--config", config],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT)
        cls.addClassCleanup(cls.process.wait)
        cls.addClassCleanup(cls.process.kill)
        eventually(lambda: programs.answers(cls.port))

    def log_on(self, *words, **named):
        client = Client(self.port, *words, **named)
        self.addCleanup(client.close)
        return client

    def lock(self):
        self.gate.lock(self.gate.profile(listed=["tester"]))
        self.addCleanup(self.gate.lift)

    def test_who_is_listed_gets_in_and_others_read_until_when(self):
        self.lock()
        self.assertTrue(self.log_on("tester").is_in())
        other = self.log_on("other")
        self.assertEqual(other.auth, "<success")
        self.assertIn("Closed until", other.said)
        self.assertIn("type='wait'", other.said)
        self.assertIn("<service-unavailable", other.said)
        [row] = eventually(lambda: [
            row for row in self.gate.lines("refused")
            if row["door"] == "xmpp"][-1:])
        self.assertEqual(row["user"], "other@" + HOST)
        self.assertEqual(row["address"], "127.0.0.1")
        self.assertEqual(row["protocol"], "login")

    def test_a_wrong_password_stays_one(self):
        before = len(self.gate.lines("refused"))
        self.lock()
        for user in "tester", "other":
            client = self.log_on(user, "wrong")
            self.assertIn("<not-authorized", client.auth)
            self.assertNotIn("Closed", client.auth)
        self.assertEqual(len(self.gate.lines("refused")), before)

    def test_who_is_in_already_is_told_and_closed(self):
        tester, other = self.log_on("tester"), self.log_on("other")
        self.assertTrue(tester.is_in() and other.is_in())
        self.lock()
        self.assertRegex(other.until(r"<stream:error.*</stream:stream>"),
                         r"(?s)<system-shutdown.*Closed until")
        self.assertTrue(tester.is_alive())

    def test_all_get_in_without_a_lock(self):
        self.assertTrue(self.log_on("other").is_in())

    def test_a_gate_that_hangs_is_no_wrong_password(self):
        there = self.log_on("tester")
        self.gate.freeze()
        try:
            refused = self.log_on("tester")
            self.assertIn("cannot check just now", refused.said)
            self.assertIn("type='wait'", refused.said)
            admitted = self.log_on("tester", host="open." + HOST)
            self.assertTrue(admitted.is_in(), admitted.said)
            # Nobody is cut because nobody could be asked.
            self.assertTrue(there.is_alive())
        finally:
            self.gate.thaw()
        eventually(lambda: self.log_on("tester").is_in())


if __name__ == "__main__":
    programs.require("prosody")
    unittest.main()
