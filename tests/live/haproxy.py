# SPDX-License-Identifier: ISC
"""HAProxy with the drop-ins of src/packaging/haproxy in front of a mail server:
who is let in, what the others are told, and what happens without the gate."""
import contextlib
import os
import socket
import subprocess
import threading
import time
import unittest

import mapi_backend
import programs
from mapi_door import OUTLOOK, Door
from running_gate import dn_of

GRACE_S = 4
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
# What stands at the same HAProxy and has nothing to do with mail.
OTHER = """
frontend shop
	mode tcp
	option tcplog
	bind 127.0.0.1:{port}
	default_backend shop-server
backend shop-server
	mode tcp
	server shop 127.0.0.1:{backend}
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
                ("server gate 127.0.0.1:4191",
                 f"server gate unix@{cls.gate.run}/http.sock"),
                ("/etc/haproxy", cls.gate.path("haproxy"))):
            text = text.replace(old, new)
        return text

    @classmethod
    def configuration(cls, mode, port):
        rules = cls.read("logongate.cfg").replace(
            "#http-request set-var(txn.logongate_identity)",
            "http-request set-var(txn.logongate_identity)").replace(
                "str(basic-checked-by-backend)", f"str({cls.identity(mode)})")
        if mode == "open":
            start = rules.index("\t# The gate did not answer.")
            rules = rules[:start] + rules[rules.index("\t# Refused:"):]
        return cls.gate.write(f"haproxy/{mode}.cfg", CONFIG.format(
            folder=cls.gate.path("haproxy"), port=port, rules=rules,
            socket="admin" if mode == "closed" else "other",
            backend=cls.backend.port) + cls.read("logongate-backends.cfg")
            + (OTHER.format(port=cls.other_port, backend=cls.other())
               if mode == "closed" else ""))

    @classmethod
    def front(cls, mode):
        port = programs.free_port()
        if mode == "closed":
            cls.other_port = programs.free_port()
        cls.gate.write("haproxy/logongate-spoe.cfg",
                       cls.read("logongate-spoe.cfg"))
        process = subprocess.Popen(
            [programs.program("haproxy"), "-q", "-f",
             cls.configuration(mode, port)])
        cls.addClassCleanup(programs.end, process)
        programs.wait_for("HAProxy", lambda: programs.answers(port))
        return port

    @classmethod
    def other(cls):
        """Connections through the same HAProxy's other frontend, to a server
        that says back what it is told."""
        server = socket.create_server(("127.0.0.1", 0))
        cls.addClassCleanup(server.close)

        def echo(one):
            with one, contextlib.suppress(OSError):
                while data := one.recv(100):
                    one.sendall(data)

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=echo, args=(server.accept()[0],),
                                     daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        return server.getsockname()[1]

    @classmethod
    def doors(cls):
        return [way for way in cls.gate.json(
            "doors", "--haproxy", cls.configuration("closed", cls.port))["doors"]
            if way["door"] == "haproxy" and "shop" not in way["way"]]

    def test_open_streams_are_cut_by_source_port(self):
        self.connect("other", "{R}:1")
        self.connect("tester", "{R}:2")
        pendings, self.backend.pendings = self.backend.pendings, 50
        self.addCleanup(setattr, self.backend, "pendings", pendings)
        with self.wait("{R}:1") as other, self.wait("{R}:2") as tester:
            for one in (other, tester):
                self.assertIn(b"200", one.recv(65536))
            self.assertEqual(
                {(dn_of(name), "haproxy", OUTLOOK,
                  f"127.0.0.1:{one.getsockname()[1]}")
                 for name, one in (("other", other), ("tester", tester))},
                {(row["dn"], row["door"], row["client"], row["address"])
                 for row in self.gate.lines("sessions")
                 if row["address"].partition(":")[2] in [
                     str(one.getsockname()[1]) for one in (other, tester)]})
            self.gate.lock(self.gate.profile(listed=["tester"]))
            ended = self.read_to_end(other)
            self.assertNotIn(b"DONE", ended)
            self.assertIn(b"DONE", self.read_until(tester, b"DONE"))
            self.backend.taken()

    def test_a_dovecot_that_hangs_keeps_nobody_in_here(self):
        """It takes apply's three seconds, and not those of this door."""
        key = self.gate.write("doveadm.key", "a-key\n")
        os.chmod(key, 0o600)
        hangs = socket.socket(socket.AF_UNIX)
        self.addCleanup(hangs.close)
        hangs.bind(self.gate.path("doveadm"))
        hangs.listen(20)
        without = "\n[haproxy]\n"
        beside = (f'\n[dovecot]\ndoveadm = "unix:{hangs.getsockname()}"\n'
                  f'api_key_file = "{key}"\n' + without)
        self.gate.settings(without, beside)
        self.addCleanup(self.gate.settings, beside, without)
        self.connect("other", "{Y}:1")
        pendings, self.backend.pendings = self.backend.pendings, 50
        self.addCleanup(setattr, self.backend, "pendings", pendings)
        answers = []
        with self.wait("{Y}:1") as other:
            self.assertIn(b"200", other.recv(65536))
            applying = threading.Thread(target=lambda: answers.append(
                self.gate.lock(self.gate.profile(listed=["tester"]))))
            applying.start()
            self.assertNotIn(b"DONE", self.read_to_end(other))
            # Before apply gave up waiting for Dovecot.
            self.assertEqual(answers, [])
            # Nor is the gate taken for dead meanwhile.
            status = self.gate.json("status")
            self.assertTrue(status["active"], status)
            applying.join()
        self.backend.taken()

    def test_a_grace_lets_streams_run_and_cuts_them_when_it_ends(self):
        self.connect("other", "{V}:1")
        self.connect("tester", "{V}:2")
        pendings, self.backend.pendings = self.backend.pendings, 60
        self.addCleanup(setattr, self.backend, "pendings", pendings)
        with self.wait("{V}:1") as other, self.wait("{V}:2") as tester:
            for one in (other, tester):
                self.assertIn(b"200", one.recv(65536))
            self.gate.lock(self.gate.profile(listed=["tester"]),
                           "--grace", str(GRACE_S) + "s")
            locked = time.monotonic()
            ended = self.read_to_end(other)
            took = time.monotonic() - locked
            self.assertIn(b"PENDING", ended)
            self.assertNotIn(b"DONE", ended)
            # Ends are whole seconds.
            self.assertGreater(took, GRACE_S - 1.5)
            self.assertLess(took, GRACE_S + 5)
            self.assertNotIn(dn_of("other"), [
                row["dn"] for row in self.gate.lines("sessions")])
            self.assertIn(b"DONE", self.read_until(tester, b"DONE"))
        self.backend.taken()
        self.assert_code(self.mapi("Execute", "{V}:1", b"x"), 10)

    def assert_others_stay(self):
        """A lock cuts the mail client, and not who is at the shop."""
        self.connect("other", "{S}:1")
        pendings, self.backend.pendings = self.backend.pendings, 60
        self.addCleanup(setattr, self.backend, "pendings", pendings)
        with self.wait("{S}:1") as mail, \
                socket.create_connection(("127.0.0.1", self.other_port),
                                         10) as shop:
            self.assertIn(b"200", mail.recv(65536))
            shop.sendall(b"before")
            self.assertEqual(shop.recv(100), b"before")
            self.assertNotIn(f"127.0.0.1:{shop.getsockname()[1]}", [
                row["address"] for row in self.gate.lines("sessions")])
            profile = self.gate.profile(listed=["tester"])
            plan = self.gate.json("plan", profile, "--for", "1h",
                                  "--accept-warnings")
            self.assertEqual(len([row for row in plan["sessions"]["leaving"]
                              if ":" in row["address"]]), 1,
                         plan["sessions"])
            self.assertEqual(self.gate.lock(profile)["sessions"]["cut"],
                             plan["sessions"]["cut"])
            self.assertNotIn(b"DONE", self.read_to_end(mail))
            time.sleep(1)
            shop.sendall(b"after")
            self.assertEqual(shop.recv(100), b"after")
        self.backend.taken()

    def test_a_lock_cuts_nobody_who_is_no_mail_client(self):
        self.assert_others_stay()

    def test_frontends_that_are_named_are_mail_s(self):
        line = 'stats_socket = "'
        self.gate.settings(line, 'frontends = "mail"\n' + line)
        self.addCleanup(self.gate.settings, 'frontends = "mail"\n', "")
        self.assert_others_stay()

    def test_an_address_and_port_used_again_is_somebody_else(self):
        """The next connection of an address and port that a mail client had
        is not that client's."""
        with socket.socket() as mail:
            mail.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # None that the kernel gives to somebody else meanwhile.
            source = ("127.0.0.1", programs.free_port())
            mail.bind(source)
            mail.connect(("127.0.0.1", self.port))
            mail.sendall(b"GET /owa/ HTTP/1.1\r\nHost: x\r\n"
                         b"Connection: close\r\n\r\n")
            self.assertIn(b" 200 ", self.read_to_end(mail))
        time.sleep(4)
        with socket.socket() as shop:
            shop.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            shop.bind(source)
            shop.connect(("127.0.0.1", self.other_port))
            shop.sendall(b"before")
            self.assertEqual(shop.recv(100), b"before")
            self.gate.lock(self.gate.profile(listed=["tester"]))
            time.sleep(1)
            shop.sendall(b"after")
            self.assertEqual(shop.recv(100), b"after")
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

    def test_a_gate_that_was_restarted_cuts_no_listed_stream(self):
        """It knows of no session any more, so it cannot say whose it is."""
        self.connect("tester", "{Y}:1")
        self.gate.lock(self.gate.profile(listed=["tester"]))
        pendings, self.backend.pendings = self.backend.pendings, 40
        self.addCleanup(setattr, self.backend, "pendings", pendings)
        with self.wait("{Y}:1") as tester:
            self.assertIn(b"200", tester.recv(65536))
            self.gate.stop()
            self.gate.start()
            self.assertIn(b"DONE", self.read_until(tester, b"DONE"))
        self.backend.taken()
        programs.wait_for("the front to ask again", lambda: self.mapi(
            "Execute", "{Y}:1", b"x").headers["X-ResponseCode"] == "10")
        self.assert_admitted(self.connect("tester", "{Y}:1"), "Connect")
        self.assert_admitted(self.mapi("Execute", "{Y}:1", b"x"), "Execute")

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

    def test_a_body_cut_at_the_buffer_is_refused_during_a_lock(self):
        """HAProxy gives the gate what its buffer holds, without a word. The
        whole of each body is one of somebody who is listed."""
        whole = mapi_backend.connect_body(dn_of("tester"), "OUTLOOK.EXE")
        aux = mapi_backend.connect_body(
            dn_of("tester"),
            aux=mapi_backend.aux_buffer(["OUTLOOK.EXE"] * 70))
        padding = [(f"X-Padding-{number}", "x" * 1500) for number in range(8)]
        cut = (("behind its end", whole + bytes(20000), []),
               ("inside", aux, padding))
        for what, body, more in cut:
            with self.subTest(what, lock=False):
                taken = self.assert_admitted(self.mapi(
                    "Connect", "{W}:1", body, more=more), "Connect")
                self.assertEqual(taken.body, body)
        self.gate.lock(self.gate.profile(listed=["tester"]))
        for what, body, more in cut:
            with self.subTest(what):
                self.assert_code(self.mapi("Connect", "{W}:2", body,
                                           more=more), 12)
        self.assertIn("body-truncated", [
            row["client"] for row in self.gate.lines("refused")])
        # Neither is the body nor the headers alone too much.
        self.assert_admitted(self.mapi("Connect", "{W}:3", aux), "Connect")
        self.assert_admitted(self.mapi("Connect", "{W}:4", whole,
                                       more=padding), "Connect")

    def test_a_question_too_large_to_ask_is_not_let_pass(self):
        self.gate.lock(self.gate.profile(listed=["tester"]))
        body = bytes(15000)
        answer = self.mapi("Connect", "{Q}:" + "1" * 2500, body,
                           version="Outlook/" + "1" * 2500)
        self.assertIsNone(answer.headers.get("Set-Cookie"))
        self.assertEqual(self.backend.taken(), [])


if __name__ == "__main__":
    programs.require("haproxy")
    del Door
    unittest.main()
