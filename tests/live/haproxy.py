# SPDX-License-Identifier: ISC
"""HAProxy with the drop-ins of src/packaging/haproxy in front of a mail server:
who is let in, what the others are told, and what happens without the gate."""
import subprocess
import unittest

import programs
from mapi_door import Door
from running_gate import dn_of

CONFIG = """
global
	stats socket {folder}/{socket}.sock mode 600 level admin
defaults
	mode http
	option httplog
	timeout connect 5s
	timeout client 6m
	timeout server 6m
frontend mail
	bind 127.0.0.1:{port}
{rules}
	default_backend mail-server
backend mail-server
	server mail 127.0.0.1:{backend}
"""


class HAProxy(Door):
    __test__ = True
    settings = '\n[haproxy]\nstats_socket = "{folder}/haproxy/admin.sock"\n'

    @classmethod
    def read(cls, name):
        text = cls.gate.dropin("haproxy/" + name)
        for old, new in (
                ("server gate 127.0.0.1:4182",
                 f"server gate unix@{cls.gate.run}/spop.sock"),
                ("server gate 127.0.0.1:4180",
                 f"server gate unix@{cls.gate.run}/http.sock"),
                ("/etc/haproxy", cls.gate.path("haproxy"))):
            text = text.replace(old, new)
        return text

    @classmethod
    def configuration(cls, mode, port):
        rules = cls.read("logongate.cfg")
        if mode == "open":
            start = rules.index("\t# The gate did not answer.")
            rules = rules[:start] + rules[rules.index("\t# Refused:"):]
        return cls.gate.write(f"haproxy/{mode}.cfg", CONFIG.format(
            folder=cls.gate.path("haproxy"), port=port, rules=rules,
            socket="admin" if mode == "closed" else "other",
            backend=cls.backend.port) + cls.read("logongate-backends.cfg"))

    @classmethod
    def front(cls, mode):
        port = programs.free_port()
        cls.gate.write("haproxy/logongate-spoe.cfg",
                       cls.read("logongate-spoe.cfg"))
        process = subprocess.Popen(
            [programs.program("haproxy"), "-q", "-f",
             cls.configuration(mode, port)])
        cls.addClassCleanup(programs.end, process)
        programs.wait_for("HAProxy", lambda: programs.answers(port))
        return port

    @classmethod
    def doors(cls):
        return [way for way in cls.gate.json(
            "doors", "--haproxy", cls.configuration("closed", cls.port))["doors"]
            if way["door"] == "haproxy"]

    def test_open_streams_are_cut_by_source_port(self):
        self.connect("other", "{R}:1")
        self.connect("tester", "{R}:2")
        pendings, self.backend.pendings = self.backend.pendings, 50
        self.addCleanup(setattr, self.backend, "pendings", pendings)
        with self.wait("{R}:1") as other, self.wait("{R}:2") as tester:
            for one in (other, tester):
                self.assertIn(b"200", one.recv(65536))
            self.assertIn(dn_of("other"), [
                row["dn"] for row in self.gate.lines("sessions")])
            self.gate.lock(self.gate.profile(listed=["tester"]))
            ended = self.read_to_end(other)
            self.assertNotIn(b"DONE", ended)
            self.assertIn(b"DONE", self.read_until(tester, b"DONE"))
            self.backend.taken()

    @staticmethod
    def read_to_end(one):
        data = b""
        try:
            while part := one.recv(65536):
                data += part
        except ConnectionResetError:
            pass
        return data

    @staticmethod
    def read_until(one, mark):
        data = b""
        while mark not in data:
            part = one.recv(65536)
            if not part:
                break
            data += part
        return data

    def test_a_disconnect_passes_without_the_gate(self):
        self.gate.stop()
        try:
            self.assert_admitted(self.mapi("Disconnect", "{P}:1"),
                                 "Disconnect")
            double = self.mapi("Disconnect", "{P}:1",
                               more=[("X-RequestType", "Connect")])
            self.assertEqual(double.status, 503)
        finally:
            self.gate.start()
        programs.wait_for("HAProxy to ask again", lambda:
                              self.ask("GET", "/owa/").status == 200)

    def test_what_needs_no_logon_stays_open(self):
        self.gate.lock(self.gate.profile(listed=["tester"]))
        for path in ("/Autodiscover/Autodiscover.xml",
                     "/autodiscover/autodiscover.json/v1.0/x%40example.org",
                     "/OAB/2ef33c39-49c8-421c-b876/oab.xml",
                     "/owa/healthcheck.htm",
                     "/Microsoft-Server-ActiveSync/HealthCheck.htm"):
            with self.subTest(path):
                self.assertEqual(self.ask("GET", path).status, 200)
        self.backend.taken()

    def test_a_question_too_large_to_ask_is_not_let_pass(self):
        self.gate.lock(self.gate.profile(listed=["tester"]))
        body = bytes(15000)
        answer = self.mapi("Connect", "{Q}:" + "1" * 2500, body,
                           version="Outlook/" + "1" * 2500)
        self.assertNotEqual((answer.status, answer.headers.get(
            "Set-Cookie")), (200, "MapiContext=c1"))
        self.assertEqual(self.backend.taken(), [])


if __name__ == "__main__":
    programs.require("haproxy")
    del Door
    unittest.main()
