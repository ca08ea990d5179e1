# SPDX-License-Identifier: ISC
"""What every front for MAPI over HTTP and webmail must do, whoever it is: the
rows of haproxy.py and nginx.py. A subclass starts the front in front()."""
import base64
import http.client
import socket
import time
import unittest

import mapi_backend
import programs
from mapi_sessions import Sessions
from running_gate import Gate, dn_of, listeners

OUTLOOK = "Outlook/16.0.15928.20006"
DENIAL = (b"PROCESSING\r\nDONE\r\nX-ElapsedTime: 0\r\n"
          b"X-StartTime: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n"
          + bytes(4) + b"\xdf\x04\0\0" + bytes(19))


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def __str__(self):
        return f"{self.status}\n{self.headers}\n{self.body!r}"


class Door(Sessions, unittest.TestCase):
    """The front is started once; each row starts without a lock."""

    __test__ = False
    settings = ""
    gate = None
    backend = None
    port = None

    @classmethod
    def setUpClass(cls):
        cls.gate = Gate(listen=listeners("http", "spop"),
                        settings=cls.settings, gate="http_refusal = 503",
                        names=("tester", "other"))
        cls.addClassCleanup(cls.gate.close)
        cls.gate.start()
        cls.backend = mapi_backend.Backend()
        cls.addClassCleanup(cls.backend.close)
        cls.port = cls.front("closed")

    @classmethod
    def front(cls, mode):
        """Starts one that is "closed" or "open" while the gate is down, as
        its drop-in says how, or "checked": behind it each password is; gives
        its port."""
        raise NotImplementedError

    @staticmethod
    def identity(mode):
        return ("basic-checked-on-every-request" if mode == "checked"
                else "basic-checked-by-backend")

    @classmethod
    def doors(cls):
        """What `logongate doors` says of the front that is closed."""
        raise NotImplementedError

    def setUp(self):
        self.backend.taken()
        self.jar = {}

    def tearDown(self):
        if self.gate.json("status")["active"]:
            self.gate.lift()

    # Asking.

    def ask(self, method, path, headers=(), body=None):
        """headers are pairs, so that one may come twice."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                timeout=30)
        try:
            connection.putrequest(method, path)
            names = [name.lower() for name, _ in headers]
            if body is not None and "content-length" not in names:
                connection.putheader("Content-Length", str(len(body)))
            for name, value in headers:
                connection.putheader(name, value)
            connection.endheaders(body)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    @staticmethod
    def mapi_headers(kind, client, version=OUTLOOK, more=()):
        return [("Content-Type", "application/mapi-http"),
                ("X-RequestType", kind),
                ("X-RequestId", "{2EF33C39-49C8-421C-B876-CDF7F2AC3AA0}:7"),
                ("X-ClientInfo", client),
                ("X-ClientApplication", version), *more]

    def cookie_headers(self, client):
        """What the server gave this client, as a client sends it back."""
        jar = self.jar.get(client)
        return [("Cookie", "; ".join(f"{name}={value}" for name, value
                                     in jar.items()))] if jar else []

    def keep_cookies(self, client, answer):
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.jar.setdefault(client, {})[name] = value

    def mapi(self, kind, client, body=b"", version=OUTLOOK, more=(),
             path="/mapi/emsmdb/?MailboxId=x@example.org", info=None):
        """One request of a client, with its cookies; X-ClientInfo is its name
        unless info says another."""
        answer = self.ask("POST", path, self.mapi_headers(
            kind, client if info is None else info, version,
            [*self.cookie_headers(client), *more]), body)
        self.keep_cookies(client, answer)
        return answer

    def connect(self, name, client, process="OUTLOOK.EXE", **how):
        return self.mapi("Connect", client,
                         mapi_backend.connect_body(dn_of(name), process),
                         **how)

    def wait(self, client):
        """A NotificationWait that was sent; its answer comes bit by bit."""
        request = "POST /mapi/emsmdb/ HTTP/1.1\r\nHost: mail\r\n"
        for name, value in self.mapi_headers("NotificationWait", client,
                                             more=self.cookie_headers(client)):
            request += f"{name}: {value}\r\n"
        one = socket.create_connection(("127.0.0.1", self.port), 10)
        one.sendall((request + "Content-Length: 0\r\n\r\n").encode())
        return one

    # Judging answers.

    def assert_denied(self, answer):
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.body, DENIAL)
        self.assertEqual(answer.headers["Content-Type"],
                         "application/mapi-http")
        self.assertEqual(answer.headers["X-RequestType"], "Connect")
        self.assertEqual(answer.headers["X-ResponseCode"], "0")
        self.assertEqual(answer.headers["X-RequestId"],
                         "{2EF33C39-49C8-421C-B876-CDF7F2AC3AA0}:7")
        self.assertEqual(answer.headers["Content-Length"], "109")
        self.assertEqual(self.backend.taken(), [])

    def assert_code(self, answer, code):
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.headers["X-ResponseCode"], str(code))
        self.assertEqual(answer.headers.get_content_type(), "text/html")
        self.assertEqual(self.backend.taken(), [])

    def assert_admitted(self, answer, kind):
        self.assertEqual(answer.status, 200, answer)
        self.assertTrue(answer.body.startswith(mapi_backend.PREAMBLE), answer)
        taken = self.backend.taken()
        self.assertEqual([request.type for request in taken], [kind])
        return taken[0]

    def assert_page(self, answer, status=503):
        self.assertEqual(answer.status, status, answer)
        self.assertIn("Retry-After", answer.headers)
        self.assertEqual(answer.headers.get_content_type(), "text/html")
        self.assertIn(b"Closed until", answer.body)
        self.assertEqual(self.backend.taken(), [])

    # Rows.

    def test_without_a_lock_everything_passes_unchanged(self):
        body = mapi_backend.connect_body(dn_of("other"), "OUTLOOK.EXE")
        answer = self.connect("other", "{A}:1")
        taken = self.assert_admitted(answer, "Connect")
        self.assertEqual(taken.body, body)
        for name, value in self.mapi_headers("Connect", "{A}:1"):
            self.assertEqual(taken.headers[name], value)
        self.assertEqual([line.partition("=")[0] for line in
                          answer.headers.get_all("Set-Cookie")],
                         ["MapiRouting", "MapiContext", "MapiSequence"])
        body = bytes(range(256)) * 400
        answer = self.mapi("Execute", "{A}:1", body)
        self.assertEqual(answer.body, mapi_backend.execute_answer(body))
        self.assertEqual(self.assert_admitted(answer, "Execute").body, body)

    def test_streams_stay_streams(self):
        self.gate.lock(self.gate.profile(listed=["tester"]))
        self.assert_admitted(self.connect("tester", "{S}:1"), "Connect")
        with self.wait("{S}:1") as one:
            arrived = []
            data = b""
            while b"DONE" not in data:
                part = one.recv(65536)
                self.assertTrue(part, data)
                data += part
                arrived.append(time.monotonic())
        self.assertEqual(data.count(b"PENDING"), self.backend.pendings)
        # Signs of life came one by one, not all at the end.
        self.assertGreater(arrived[-1] - arrived[0],
                           mapi_backend.PENDING_S * 2)

    def test_a_lock_by_name_refuses_connects(self):
        self.gate.lock(self.gate.profile(listed=["tester"]))
        self.assert_denied(self.connect("other", "{B}:1"))
        self.assert_admitted(self.connect("tester", "{B}:2"), "Connect")
        self.assert_denied(self.mapi(
            "Connect", "{B}:3", mapi_backend.connect_body(dn_of("other"))))
        self.gate.lift()
        self.assert_admitted(self.connect("other", "{B}:4"), "Connect")

    def test_no_spelling_of_path_or_header_gets_around(self):
        self.gate.lock(self.gate.profile(listed=["tester"]))
        for path in ("/mapi/%65msmdb/?MailboxId=x", "//mapi/emsmdb/",
                     "/MAPI/EmsMdb/", "/mapi/emsmdb", "/mapi/./emsmdb/"):
            with self.subTest(path):
                self.assert_denied(self.connect("other", "{C}:1", path=path))
        for kind in ("connect", "CONNECT"):
            with self.subTest(kind):
                self.assert_denied(self.mapi(
                    kind, "{C}:2",
                    mapi_backend.connect_body(dn_of("other"))))

    def test_rules_for_clients(self):
        self.gate.lock(self.gate.profile(versions="7.0.0-15.65535.65535",
                                          processes="evil.exe"))
        self.assert_admitted(self.connect("other", "{D}:1"), "Connect")
        self.assert_denied(self.connect("other", "{D}:2",
                                        version="Outlook/15.0.4815.1002"))
        self.assert_denied(self.connect("other", "{D}:3", "EVIL.EXE"))
        aux = mapi_backend.aux_buffer(["OUTLOOK.EXE", "evil.exe"])
        self.assert_denied(self.mapi("Connect", "{D}:4",
                                     mapi_backend.connect_body(
                                         dn_of("other"), aux=aux)))

    def test_open_sessions_end_at_their_next_request(self):
        self.assert_admitted(self.connect("other", "{E}:1"), "Connect")
        self.assert_admitted(self.connect("tester", "{E}:2"), "Connect")
        self.assert_admitted(self.mapi("Execute", "{E}:1", b"x"), "Execute")
        self.gate.lock(self.gate.profile(listed=["tester"]))
        self.assert_code(self.mapi("Execute", "{E}:1", b"x"), 10)
        self.assert_code(self.mapi("NotificationWait", "{E}:1"), 10)
        self.assert_admitted(self.mapi("Execute", "{E}:2", b"x"), "Execute")
        self.assert_denied(self.connect("other", "{E}:1"))
        self.assert_admitted(self.mapi("Disconnect", "{E}:1"), "Disconnect")

    def test_a_grace_leaves_open_sessions_alone_until_it_ends(self):
        self.assert_admitted(self.connect("other", "{U}:1"), "Connect")
        self.gate.lock(self.gate.profile(listed=["tester"]), "--grace", "4s")
        self.assert_admitted(self.mapi("Execute", "{U}:1", b"x"), "Execute")
        self.assert_denied(self.connect("other", "{U}:2"))
        self.assert_code(self.mapi("Execute", "{U}:9", b"x"), 10)
        page = self.ask("GET", "/owa/", [("X-RequestType", "Execute"),
                                         *self.cookie_headers("{U}:1")])
        self.assertNotIn(b"<html>mail</html>", page.body)
        self.assertEqual(self.backend.taken(), [])
        programs.wait_for("the grace to end", self.is_over)
        self.backend.taken()

    def is_over(self):
        """True once an Execute is refused; the end may cut one in flight."""
        try:
            answer = self.mapi("Execute", "{U}:1", b"x")
        except ConnectionError:
            return False
        return answer.headers["X-ResponseCode"] == "10"

    def test_the_help_desk_reads_what_client_it_was(self):
        self.gate.lock(self.gate.profile(listed=["tester"]))
        self.assert_denied(self.connect("other", "{V}:1"))
        self.assert_page(self.ask("GET", "/owa/", [("User-Agent", "Mail/7")]))
        programs.wait_for("both to be written down", lambda: {
            OUTLOOK, "Mail/7"} <= {row["client"] for row in
                                   self.gate.lines("refused")})
        self.assertIn(OUTLOOK, [row["client"] for row in self.gate.lines(
            "refused", "--by", "client")])

    def test_a_session_nobody_has_seen_must_connect_again(self):
        self.gate.lock(self.gate.profile(listed=["tester"]))
        self.assert_code(self.mapi("Execute", "{F}:9", b"x"), 10)
        self.assert_admitted(self.mapi("Disconnect", "{F}:9"), "Disconnect")

    def test_what_cannot_be_read_is_refused_during_a_lock(self):
        whole = mapi_backend.connect_body(dn_of("tester"), "OUTLOOK.EXE")
        cut = mapi_backend.connect_body(dn_of("tester"))[:-3]
        self.assert_admitted(self.mapi("Connect", "{G}:1", cut), "Connect")
        self.gate.lock(self.gate.profile(listed=["tester"]))
        self.assert_code(self.mapi("Connect", "{G}:2", cut), 12)
        self.assert_code(self.mapi(
            "Connect", "{G}:3", whole,
            more=[("Content-Encoding", "gzip")]), 12)
        self.assert_code(self.mapi(
            "Connect", "{G}:4", whole, more=[("X-RequestType", "Execute")]), 4)
        self.assert_code(self.mapi(
            "Execute", "{G}:5", whole, more=[("X-RequestType", "Connect")]), 4)
        # The first leg of NTLM has no body.
        self.assert_admitted(self.mapi("Connect", "{G}:6", b""), "Connect")

    def test_webmail_is_refused_with_a_page(self):
        tester = [("Authorization", "Basic "
                   + base64.b64encode(b"tester:x").decode())]
        self.assertEqual(self.ask("GET", "/owa/").status, 200)
        self.backend.taken()
        self.gate.lock(self.gate.profile(listed=["tester"]))
        self.assert_page(self.ask("GET", "/owa/"))
        self.assert_page(self.ask("POST", "/EWS/Exchange.asmx", [], b"<x/>"))
        self.assert_page(self.ask("GET", "/owa/", [("X-Gate-User", "tester")]))
        self.assertEqual(self.ask("GET", "/owa/", tester).status, 200)
        self.assertEqual(len(self.backend.taken()), 1)

    def test_owa_answers_500_where_the_settings_say_so(self):
        self.gate.settings("http_refusal = 503", "http_refusal = 500")
        self.addCleanup(self.gate.settings, "http_refusal = 500",
                        "http_refusal = 503")
        tester = [("Authorization", "Basic "
                   + base64.b64encode(b"tester:x").decode())]
        self.gate.lock(self.gate.profile(listed=["tester"]))
        for path in ("/owa/", "/OWA/?ae=Folder", "/ecp/"):
            with self.subTest(path):
                self.assert_page(self.ask("GET", path), 500)
        for path in ("/EWS/Exchange.asmx", "/Microsoft-Server-ActiveSync",
                     "/", "/owner/"):
            with self.subTest(path):
                self.assert_page(self.ask("GET", path))
        self.assert_denied(self.connect("other", "{T}:1"))
        self.assertEqual(self.ask("GET", "/owa/", tester).status, 200)
        self.backend.taken()
        # A gate that is gone is no refusal.
        self.gate.stop()
        try:
            self.assertEqual(self.ask("GET", "/owa/").status, 503)
        finally:
            self.gate.start()
        programs.wait_for("the front to ask again", lambda:
                              self.ask("GET", "/owa/").status == 500)

    def test_a_mapi_header_opens_no_webmail(self):
        self.gate.lock(self.gate.profile(listed=["tester"]))
        for kind in ("Disconnect", "Bind", "Execute", "Connect"):
            with self.subTest(kind):
                answer = self.ask("GET", "/owa/", [("X-RequestType", kind)])
                self.assertNotIn(b"<html>mail</html>", answer.body)
                self.assertEqual(self.backend.taken(), [])

    def test_a_path_that_servers_read_otherwise_opens_nothing(self):
        """Windows reads %2e as a dot, a backslash as a slash, and leaves a
        folder at "..", where proxies may see /mapi/ or what lies open."""
        self.gate.lock(self.gate.profile(listed=["tester"]))
        for path in ("/autodiscover/../ews/exchange.asmx", "/oab/%2e%2e/owa/",
                     "/autodiscover/..%5Cowa/", "/oab/..\\owa\\",
                     "/autodiscover/%252e%252e/owa/",
                     "/ews/exchange.asmx/healthcheck.htm",
                     "/mapi/../owa/", "/mapi/emsmdb/..%5C..%5Cowa/"):
            for kind in (None, "Disconnect", "Bind", "Execute"):
                with self.subTest(path=path, kind=kind):
                    headers = [("X-RequestType", kind)] if kind else []
                    self.ask("POST", path, headers, b"")
                    self.assertEqual(self.backend.taken(), [])

    def test_a_client_never_speaks_for_the_proxy(self):
        answer = self.ask("GET", "/owa/", [
            ("X-Gate-User", "tester"), ("X-Gate-Protocol", "web"),
            ("X-Gate-Token", "x")])
        self.assertEqual(answer.status, 200)
        for name in self.backend.taken()[0].headers:
            self.assertFalse(name.lower().startswith("x-gate-"), name)

    def test_a_dead_gate_is_a_temporary_error(self):
        for stop, start in ((self.gate.stop, self.gate.start),
                            (self.gate.freeze, self.gate.thaw)):
            with self.subTest(stop.__name__):
                stop()
                try:
                    answer = self.ask("GET", "/owa/")
                    self.assertEqual(answer.status, 503, answer)
                    self.assertIn("Retry-After", answer.headers)
                    answer = self.connect("tester", "{H}:1")
                    self.assertEqual(answer.status, 503, answer)
                    answer = self.ask("GET", "/owa/",
                                      [("X-RequestType", "Disconnect")])
                    self.assertEqual(answer.status, 503, answer)
                    self.assertEqual(self.backend.taken(), [])
                finally:
                    start()
                programs.wait_for("the front to ask again", lambda:
                                      self.ask("GET", "/owa/").status == 200)
                self.backend.taken()

    def test_open_while_the_gate_is_down_is_one_edit_away(self):
        port, self.port = self.port, self.front("open")
        self.addCleanup(setattr, self, "port", port)
        self.gate.lock(self.gate.profile(listed=["tester"]))
        self.assert_page(self.ask("GET", "/owa/"))
        self.assert_denied(self.connect("other", "{I}:1"))
        self.gate.stop()
        try:
            self.assertEqual(self.ask("GET", "/owa/").status, 200)
            self.backend.taken()
            self.assert_admitted(self.connect("other", "{I}:2"), "Connect")
        finally:
            self.gate.start()
        # The closed one was without it too, and the rows to come ask there.
        for self.port in (self.port, port):
            programs.wait_for("the front to ask again", lambda: (
                b"Closed until" in self.ask("GET", "/owa/").body))
        self.backend.taken()

    def test_doors_tells_how_it_is(self):
        ways = self.doors()
        self.assertEqual([(way["asks"], way["when_gate_is_down"])
                          for way in ways], [("yes", "temporary-error")], ways)
