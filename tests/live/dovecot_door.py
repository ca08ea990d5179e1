# SPDX-License-Identifier: ISC
"""The Dovecot door on a real Dovecot: sessions are listed as doveadm itself
lists them, and cut; what goes wrong is told in time."""
import os
import socket
import subprocess
import sys
import time
import unittest

import dovecot_fixture

PROGRAM = sys.argv.pop()
USERS = {"alice": "a-pw", "bob": "b-pw", "carol@example.org": "c-pw"}


class Test(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.dovecot = dovecot_fixture.Dovecot(USERS)
        cls.addClassCleanup(cls.dovecot.close)
        cls.dovecot.start()
        cls.addresses = (
            "unix:" + cls.dovecot.doveadm_socket,
            f"http://127.0.0.1:{cls.dovecot.doveadm_port}/doveadm/v1")

    def door(self, *words, address=None, key=dovecot_fixture.API_KEY,
             timeout_ms=5000):
        # A proxy in the environment must not get the key.
        environment = dict(os.environ, http_proxy="http://127.0.0.1:1",
                           ALL_PROXY="http://127.0.0.1:1")
        return subprocess.run(
            [PROGRAM, address or self.addresses[0], key, str(timeout_ms),
             *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=environment, encoding="utf-8", check=False, timeout=60)

    def sessions(self, address=None):
        done = self.door("list", address=address)
        self.assertEqual(done.returncode, 0, done.stderr)
        return sorted(tuple(line.split()[1:]) for line in
                      done.stdout.splitlines())

    def shows(self, count):
        """Waits: Dovecot lists a session a moment after its logon."""
        dovecot_fixture.wait_for("sessions to show",
                                 lambda: len(self.dovecot.who()) == count)

    def tearDown(self):
        self.dovecot.hang_up()
        dovecot_fixture.wait_for("sessions to end",
                                 lambda: not self.dovecot.who())

    def test_nobody_is_listed_where_nobody_is(self):
        for address in self.addresses:
            self.assertEqual(self.sessions(address), [])

    def test_sessions_are_listed_one_a_connection(self):
        for user in ("alice", "alice", "carol@example.org"):
            self.dovecot.imap(user)
        self.dovecot.pop3("bob")
        self.shows(4)
        for address in self.addresses:
            self.assertEqual(
                self.sessions(address),
                [("alice", "127.0.0.1", "imap"),
                 ("alice", "127.0.0.1", "imap"),
                 ("bob", "127.0.0.1", "pop3"),
                 ("carol@example.org", "127.0.0.1", "imap")])
        ids = [line.split()[0] for line in
               self.door("list").stdout.splitlines()]
        self.assertEqual(len(set(ids)), 4)

    def test_hundreds_of_sessions_are_listed(self):
        for number in range(120):
            self.dovecot.imap(("alice", "bob")[number % 2])
        self.shows(120)
        listed = self.sessions()
        self.assertEqual(len(listed), 120)
        self.assertEqual(len(listed), len(self.dovecot.who()))

    def test_a_cut_ends_the_user_and_spares_the_others(self):
        for address in self.addresses:
            alice = self.dovecot.imap("alice")
            bob = self.dovecot.imap("bob")
            done = self.door("cut", "alice", "127.0.0.1", address=address)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stdout,
                             r"\Atold imap-\d+ alice 127.0.0.1\n\Z")
            alice.sock.settimeout(5)
            said = alice.sock.recv(1000)
            self.assertTrue(said == b"" or said.startswith(b"* BYE"), said)
            self.assertEqual(bob.noop()[0], "OK")
            self.assertEqual(self.sessions(address),
                             [("bob", "127.0.0.1", "imap")])
            self.tearDown()

    def test_a_cut_of_somebody_who_is_gone_is_done(self):
        done = self.door("cut", "nobody", "127.0.0.1")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_cut_from_another_address_cuts_nobody(self):
        alice = self.dovecot.imap("alice")
        done = self.door("cut", "alice", "127.0.0.9")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(alice.noop()[0], "OK")

    def test_a_pattern_ends_nobody_whom_it_matches(self):
        alice = self.dovecot.imap("alice")
        for pattern in ("*", "al?ce", ""):
            done = self.door("cut", pattern, "127.0.0.1")
            self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertEqual(alice.noop()[0], "OK")

    def test_a_wrong_key_is_told(self):
        for address in self.addresses:
            start = time.monotonic()
            done = self.door("list", address=address, key="wrong")
            self.assertEqual(done.returncode, 1)
            self.assertTrue(done.stderr.startswith("denied: " + address),
                            done.stderr)
            self.assertLess(time.monotonic() - start, 3)

    def test_a_server_that_is_not_there_is_told(self):
        port = dovecot_fixture.free_port()
        for address in ("unix:" + self.dovecot.path("run/gone"),
                        f"http://127.0.0.1:{port}/doveadm/v1"):
            done = self.door("list", address=address)
            self.assertEqual(done.returncode, 1)
            self.assertTrue(done.stderr.startswith("io: " + address),
                            done.stderr)

    def test_a_server_that_is_silent_is_told_in_time(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            address = f"http://127.0.0.1:{silent.getsockname()[1]}/doveadm/v1"
            start = time.monotonic()
            done = self.door("list", address=address, timeout_ms=300)
            self.assertLess(time.monotonic() - start, 3)
            self.assertEqual(done.returncode, 1)
            self.assertTrue(done.stderr.startswith("timeout: "), done.stderr)

    def test_an_address_that_is_none_is_told(self):
        for address in ("unix:run/http", "ftp://127.0.0.1/", ""):
            done = self.door("list", address=address or "x")
            self.assertEqual(done.returncode, 1)
            self.assertTrue(done.stderr.startswith("syntax: "), done.stderr)


dovecot_fixture.require("dovecot", "doveadm")
unittest.main()
