# SPDX-License-Identifier: ISC
"""Who is who on the web, at nginx and HAProxy: a name counts where somebody
verified it, who waits for a challenge gets one, no request gets round the gate
or makes it look dead.

The server behind knows its people by Basic, asked with 401, or by a session
cookie, and reads paths as Windows does.
"""
import base64
import glob
import os
import re
import socket
import ssl
import subprocess
import unittest

import mapi_backend
import nginx_server
import programs
from gate_remote import Certificates
from running_gate import Gate, dn_of, eventually, listeners

PASSWORD = {"tester": "tester-pw", "other": "other-pw"}
GROMOX = "/o=gromox/ou=Site/cn=Recipients/cn=0123456789abcdef-"
OPEN = ("/autodiscover/autodiscover.xml",
        "/autodiscover/autodiscover.json/v1.0/x%40example.org",
        "/.well-known/autoconfig/mail/config-v1.1.xml",
        "/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=a%40b",
        "/owa/auth/logon.aspx?url=https%3a%2f%2fmail%2fowa%2f..%2f",
        "/owa/auth/15.2.1118/themes/resources/segoe-ui_light.ttf")
# What a server may read as a path below /ews/ or /owa/.
ROUND = ("/owa/auth/..\\..\\ews/exchange.asmx",
         "/owa/auth/..%5c..%5cews/exchange.asmx",
         "/owa/auth/..%5C..%5Cews/exchange.asmx",
         "/owa/auth/%2e%2e%5c%2e%2e%5cews/exchange.asmx",
         "/owa/auth/%2e%2e/%2e%2e/ews/exchange.asmx",
         "/owa/auth/..%2f..%2fews/exchange.asmx",
         "/owa/auth/%252e%252e/%252e%252e/ews/exchange.asmx",
         "/owa/auth/..%255c..%255cews/exchange.asmx",
         "/owa/auth/../../ews/exchange.asmx",
         "/owa/auth//..//..//ews/exchange.asmx",
         "/owa/auth/..;/..;/ews/exchange.asmx",
         "/owa/auth;x=y/..;/../ews/exchange.asmx",
         "/owa/auth/%c0%ae%c0%ae/ews/exchange.asmx",
         "/owa/auth/.\\..\\..\\ews\\exchange.asmx",
         "/autodiscover/..\\ews/exchange.asmx",
         "/autodiscover/..%5cews/exchange.asmx",
         "/.well-known/autoconfig/..%5c..%5cews/exchange.asmx",
         "/.well-known/autoconfig/..;/..;/ews/exchange.asmx",
         "/ews%5Cexchange.asmx%5Cx/../mapi/emsmdb/",
         "/ews/exchange.asmx/%2e%2e/%2e%2e/mapi/emsmdb/..%5c")


class Handler(mapi_backend.Handler):
    def who(self):
        """Whose request it is, as this server decides it."""
        cookies = self.headers.get("Cookie") or ""
        found = re.search(r"session=(\w+)", cookies)
        if found:
            return found.group(1)
        # Of several it believes the last: whoever judged another is wrong.
        sent = self.headers.get_all("Authorization") or [""]
        scheme, _, token = sent[-1].partition(" ")
        if scheme.lower() == "basic":
            name, _, password = base64.b64decode(token).decode(
                "latin-1").partition(":")
            if PASSWORD.get(name) == password:
                return name
        return None

    def any(self):
        body = self.body()
        request = mapi_backend.Request(self, body)
        request.who = self.who()
        with self.server.lock:
            self.server.requests.append(request)
        try:
            if self.path.startswith(("/owa/auth/", "/autodiscover/",
                                     "/.well-known/")):
                self.answer(b"<html>open</html>", "text/html")
            elif not request.who:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="behind"')
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif request.type:
                self.mapi(body, request.type)
            else:
                self.answer(b"mail of " + request.who.encode(), "text/html")
        except OSError:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_OPTIONS = any


class Server(mapi_backend.Backend):
    def __init__(self):
        super().__init__(pendings=1)
        self.RequestHandlerClass = Handler


def basic(name, password):
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def unchunked(body):
    """What stands in the chunks; an answer that was cut may lack the last."""
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        size = int(size.split(b";")[0], 16)
        if not size:
            break
        whole += body[:size]
        body = body[size + 2:]
    return whole


class Answer:
    def __init__(self, data):
        head, _, self.body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1]) if lines[0] else 0
        self.headers = [line.split(": ", 1) for line in lines[1:]]
        if "chunked" in self.all("Transfer-Encoding"):
            self.body = unchunked(self.body)

    def all(self, name):
        return [value for key, value in self.headers
                if key.lower() == name.lower()]

    def __str__(self):
        return f"{self.status} {self.headers} {self.body!r}"


class Web(unittest.TestCase):
    """A subclass starts a front for what a site says of itself."""

    __test__ = False
    door = None

    @classmethod
    def setUpClass(cls):
        cls.configs = {}
        cls.certificates = Certificates()
        cls.addClassCleanup(cls.certificates.close)
        cls.gate = Gate(listen=listeners("http", "spop"),
                        names=("tester", "other", "anna"),
                        gate='http_challenge = "Basic"\n'
                        'http_realm = "Mail of Example"')
        cls.addClassCleanup(cls.gate.close)
        cls.gate.start()
        cls.backend = Server()
        cls.addClassCleanup(cls.backend.close)
        cls.ports = {}

    @classmethod
    def start(cls, folder, identity, challenge, is_open, port, tls):
        """Starts a front at port; tls: it wants a client's certificate."""
        raise NotImplementedError

    @classmethod
    def front(cls, identity=None, challenge=None, is_open=False, tls=False):
        key = (identity, challenge, is_open, tls)
        if key not in cls.ports:
            port = programs.free_port()
            folder = cls.gate.path(f"front{len(cls.ports)}")
            os.makedirs(folder)
            process = cls.start(folder, identity, challenge, is_open, port,
                                tls)
            cls.addClassCleanup(programs.end, process)
            programs.wait_for("the front", lambda: programs.answers(port))
            cls.ports[key] = port
        return cls.ports[key]

    def setUp(self):
        self.backend.taken()

    def tearDown(self):
        if self.gate.json("status")["active"]:
            self.gate.lift()

    # Asking, byte by byte: clients of the library tidy too much.

    @staticmethod
    def request(method, path, headers=(), body=b"", end=True):
        text = f"{method} {path} HTTP/1.1\r\nHost: mail\r\n"
        for name, value in headers:
            text += f"{name}: {value}\r\n"
        if body or method == "POST":
            text += f"Content-Length: {len(body)}\r\n"
        if end:
            text += "Connection: close\r\n"
        return text.encode("latin-1") + b"\r\n" + body

    def ask(self, port, path, *headers, method="GET", body=b"", tls=None):
        one = socket.create_connection(("127.0.0.1", port), 30)
        one.settimeout(30)
        if tls:
            one = tls.wrap_socket(one, server_hostname="localhost")
        with one:
            one.sendall(self.request(method, path, headers, body))
            data = b""
            try:
                while part := one.recv(65536):
                    data += part
            except (ConnectionResetError, ssl.SSLError):
                pass
        return Answer(data)

    def curl(self, port, path, name, *words, check=True):
        """(status, body) of a client that waits to be asked."""
        done = subprocess.run(
            ["curl", "-s", "--anyauth", "--path-as-is", "--max-time", "30",
             "-u", f"{name}:{PASSWORD[name]}", "-w", "\n%{http_code}", *words,
             f"http://127.0.0.1:{port}{path}"],
            capture_output=True, check=False)
        body, _, status = done.stdout.rpartition(b"\n")
        return int(status or 0), body

    def lock(self, *names):
        self.gate.lock(self.gate.profile(listed=names or ("tester",)))

    def lock_names_only(self):
        self.gate.lock(self.gate.write(
            "names.ini", '[profile]\ndescription = "a test"\n'
            '[logon_only_as]\nwhen_invalid = closed\n'
            'allow_user.1 = "tester"\n'))

    def assert_kept_out(self, answer, what=""):
        self.assertNotIn(answer.status, (0, 200, 204), f"{what} {answer}")
        self.assertEqual([request.path for request in self.backend.taken()],
                         [], what)

    def assert_in(self, answer, who=b"tester"):
        self.assertEqual(answer.status, 200, answer)
        self.assertIn(who, answer.body)

    # What a browser shows.

    def test_the_page_is_in_the_readers_language_and_may_be_the_sites(self):
        port = self.front("basic-checked-on-every-request")
        other = ("Authorization", basic("other", PASSWORD["other"]))
        self.gate.lock(self.gate.profile(
            listed=["tester"], extra='refused.de = "Zurück um %{until}."\n'),
            "--reason", 'disks <b>&"')

        def page(accept):
            answer = self.ask(port, "/owa/", other, ("Accept-Language", accept))
            self.assertEqual(answer.status, 503, answer)
            self.assertEqual(answer.all("Content-Type"),
                             ["text/html; charset=utf-8"])
            return answer.body.decode(), answer.all("Content-Language")

        text, language = page("de-AT, en;q=0.5")
        self.assertEqual(language, ["de"])
        self.assertIn('<p lang="de">Zurück um ', text)
        self.assertIn("prefers-color-scheme:dark", text)
        text, language = page("en")
        self.assertIn("Closed until ", text)
        own = self.gate.write("page.html", "<!DOCTYPE html>\n"
                              '<html lang="%{language}"><title>%{profile} at '
                              "%{host}</title>\n<p>%{text}</p>"
                              '<p title="%{reason}">%{until}</p>')
        self.gate.settings("[listen.http]\n", f'[listen.http]\npage = "{own}"\n')
        self.addCleanup(self.gate.settings, f'page = "{own}"\n', "")
        text, language = page("de")
        self.assertTrue(text.startswith(
            '<!DOCTYPE html>\n<html lang="de"><title>profile'), text)
        self.assertIn("<p>Zurück um ", text)
        self.assertIn('<p title="disks &lt;b&gt;&amp;&quot;">', text)
        # One that is wrong is told where, and the old one stays.
        for wrong, line, what in (
                ("<p>%{text}\n%{untill}", 2, "%{untill}"),
                ("<p>hello</p>", 0, "has no %{text}"),
                ("%{text}\n\n<script>x='%{reason}'</script>", 3, "script"),
                ("%{text}\n\nf\udcfcr", 3, "not UTF-8")):
            with open(own, "w", encoding="utf-8",
                      errors="surrogateescape") as file:
                file.write(wrong)
            before = self.gate.logged().count("not read again")
            self.gate.process.send_signal(1)
            self.gate.await_log("not read again", before + 1)
            told = self.gate.logged().splitlines()[-1]
            self.assertIn(f"page.html:{line}:" if line else "page.html:", told)
            self.assertIn(what, told)
            self.assertIn("<p>Zurück um ", page("de")[0])
        done = subprocess.run(
            [os.path.join(programs.BIN, "logongated"), "--check", "--config",
             self.gate.config], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 3, done)
        self.assertIn("page.html:3", done.stderr)
        self.gate.write("page.html", "%{text}")

    # A name that nobody verified is no name.

    def test_a_name_beside_a_session_cookie_is_no_name(self):
        """The server goes by the cookie and never looks at the password."""
        port = self.front("basic-checked-by-backend")
        self.lock()
        for path in "/owa/", "/EWS/Exchange.asmx", "/":
            with self.subTest(path):
                self.assert_kept_out(self.ask(
                    port, path, ("Authorization", basic("tester", "anything")),
                    ("Cookie", "session=other")))
                self.assert_kept_out(self.ask(
                    port, path, ("Cookie", "x=y; session=other"),
                    ("Authorization", basic("tester", PASSWORD["tester"]))))
        self.assert_in(self.ask(
            port, "/owa/",
            ("Authorization", basic("tester", PASSWORD["tester"]))))
        self.assert_kept_out_by_password(port)

    def assert_kept_out_by_password(self, port):
        """Without a cookie the server checks: 401."""
        self.backend.taken()
        answer = self.ask(port, "/owa/",
                          ("Authorization", basic("tester", "anything")))
        self.assertEqual(answer.status, 401, answer)
        self.backend.taken()

    def test_where_nobody_says_who_verifies_nobody_is_named(self):
        port = self.front()
        right = ("Authorization", basic("tester", PASSWORD["tester"]))
        self.assert_in(self.ask(port, "/owa/", right))
        self.backend.taken()
        self.lock()
        self.assert_kept_out(self.ask(port, "/owa/", right))
        self.assert_kept_out(self.ask(port, "/owa/", right,
                                      ("X-Gate-User", "tester")))

    def test_a_site_may_say_that_every_request_is_checked(self):
        port = self.front("basic-checked-on-every-request")
        self.lock()
        right = ("Authorization", basic("tester", PASSWORD["tester"]))
        self.assert_in(self.ask(port, "/EWS/Exchange.asmx", right,
                                ("Cookie", "affinity=1")))
        self.backend.taken()
        self.assert_kept_out(self.ask(
            port, "/EWS/Exchange.asmx", ("Cookie", "affinity=1"),
            ("Authorization", basic("other", PASSWORD["other"]))))

    def test_a_site_may_say_so_for_some_paths(self):
        """Programs keep cookies beside their password; webmail goes by its
        own."""
        port = self.front("by path")
        self.lock()
        right = ("Authorization", basic("tester", PASSWORD["tester"]))
        for path in ("/EWS/Exchange.asmx", "/Microsoft-Server-ActiveSync?x=1",
                     "/ews"):
            self.assert_in(self.ask(port, path, right,
                                    ("Cookie", "affinity=1")))
        self.backend.taken()
        for path in ("/owa/", "/ews/..\\owa/", "/ews/..%5cowa/",
                     "/ews/%2e%2e/owa/", "/ews;/../owa/", "/ewsx/"):
            with self.subTest(path):
                self.assert_kept_out(self.ask(
                    port, path, right, ("Cookie", "session=other")), path)

    def test_a_certificate_names_its_owner(self):
        port = self.front("client-certificate", tls=True)
        ca = self.certificates.cert("ca")
        with_one = ssl.create_default_context(cafile=ca)
        with_one.load_cert_chain(self.certificates.cert("anna"),
                                 self.certificates.key("anna"))
        without = ssl.create_default_context(cafile=ca)
        cookie = ("Cookie", "session=anna")
        self.lock("anna")
        self.assert_in(self.ask(port, "/owa/", cookie, tls=with_one), b"anna")
        self.backend.taken()
        self.assert_kept_out(self.ask(port, "/owa/", cookie, tls=without))
        self.assert_kept_out(self.ask(
            port, "/owa/", cookie, ("Authorization", basic("anna", "x")),
            tls=without))
        self.gate.lift()
        self.lock("tester")
        self.assert_kept_out(self.ask(port, "/owa/", cookie, tls=with_one))

    def test_a_name_with_control_characters_is_no_name(self):
        """Nor does it become headers of the question, or another request."""
        port = self.front("basic-checked-on-every-request")
        self.lock()
        cookie = ("Cookie", "session=other")
        for name in ("tester\r\nX-Gate-User: tester", "tester\r\n",
                     "x\r\nX-Gate-User: tester", "tester\x01", "tester\0",
                     "tester\0other", "\ttester",
                     "x\r\n\r\nGET /v1/check HTTP/1.1\r\nHost: g\r\n"
                     "X-Gate-User: tester\r\n\r\n"):
            with self.subTest(name):
                self.assert_kept_out(self.ask(
                    port, "/owa/", cookie,
                    ("Authorization", basic(name, "x"))), repr(name))
        # The next one on that connection gets its own answer.
        for _ in range(20):
            self.assert_kept_out(self.ask(port, "/owa/", cookie))

    def test_two_names_are_none(self):
        port = self.front("basic-checked-by-backend")
        self.lock()
        tester = ("Authorization", basic("tester", "x"))
        other = ("Authorization", basic("other", PASSWORD["other"]))
        for pair in ((tester, other), (other, tester)):
            answer = self.ask(port, "/owa/", *pair)
            self.assertNotEqual(answer.status, 200, answer)
            self.assertNotIn("other", [request.who for request in
                                       self.backend.taken()])

    def test_doors_says_who_verifies_names(self):
        for identity, says in (
                (None, "nobody is named"),
                ("basic-checked-by-backend",
                 "verifies names: basic-checked-by-backend")):
            port = self.front(identity)
            ways = self.gate.json("doors", "--" + self.door,
                                  self.configs[port])["doors"]
            notes = [way["note"] for way in ways if way["door"] == self.door]
            self.assertEqual(len(notes), 1, ways)
            self.assertIn(says, notes[0])

    # Who waits to be asked is asked.

    def ways(self):
        """A front where the gate asks, and one where the server does."""
        for challenge in None, "server":
            yield challenge, self.front("basic-checked-by-backend", challenge)

    def test_clients_that_wait_to_be_asked_get_in_when_listed(self):
        self.lock()
        for challenge, port in self.ways():
            for path in ("/EWS/Exchange.asmx",
                         "/Microsoft-Server-ActiveSync?Cmd=Sync",
                         "/ews/autodiscover.xml", "/"):
                for words in ((), ("--data-binary", "<x/>" * 500)):
                    with self.subTest(path=path, challenge=challenge,
                                      body=bool(words)):
                        self.assertEqual(
                            self.curl(port, path, "tester", *words),
                            (200, b"mail of tester"))
                        status, _ = self.curl(port, path, "other", *words)
                        self.assertEqual(status, 503)
                        self.assertNotIn("other", [
                            request.who for request in self.backend.taken()])

    def test_the_challenge_is_the_sites(self):
        one, both = '"Basic"', '"Negotiate, Basic"'
        self.gate.settings(one, both)
        self.addCleanup(self.gate.settings, both, one)
        self.lock()
        port = self.front("basic-checked-by-backend")
        answer = self.ask(port, "/EWS/Exchange.asmx", method="POST",
                          body=b"<x/>")
        self.assertEqual(answer.status, 401, answer)
        self.assertEqual(answer.all("WWW-Authenticate"), [
            "Negotiate", 'Basic realm="Mail of Example", charset="UTF-8"'])
        self.assertEqual(self.backend.taken(), [])
        port = self.front("basic-checked-by-backend", "server")
        answer = self.ask(port, "/EWS/Exchange.asmx")
        self.assertEqual(answer.all("WWW-Authenticate"),
                         ['Basic realm="behind"'], answer)
        self.backend.taken()
        port = self.front("basic-checked-by-backend", "off")
        answer = self.ask(port, "/EWS/Exchange.asmx")
        self.assertEqual(answer.status, 503, answer)

    def test_who_brings_credentials_is_not_asked_again(self):
        self.lock()
        for challenge, port in self.ways():
            for header in (("Cookie", "session=other"),
                           ("Authorization", "Negotiate YII="),
                           ("Authorization", "Bearer x"),
                           ("Authorization",
                            basic("other", PASSWORD["other"]))):
                with self.subTest(header=header, challenge=challenge):
                    answer = self.ask(port, "/owa/", header)
                    self.assertEqual(answer.status, 503, answer)
                    self.assertEqual(self.backend.taken(), [])

    def test_who_was_asked_was_not_refused(self):
        before = len(self.gate.lines("refused", "--since", "1h"))
        self.lock()
        for _, port in self.ways():
            self.ask(port, "/owa/")
            self.curl(port, "/owa/", "tester")
        self.ask(port, "/owa/", ("Authorization",
                                 basic("other", PASSWORD["other"])))
        eventually(lambda: len(self.gate.lines("refused", "--since", "1h")) > before)
        self.assertEqual(["other"], [
            row["user"] for row in self.gate.lines("refused", "--since", "1h")[before:]])

    def connect_words(self, dn):
        path = self.gate.path("connect.bin")
        with open(path, "wb") as file:
            file.write(mapi_backend.connect_body(dn, "OUTLOOK.EXE"))
        return ("--data-binary", "@" + path, "-H", "X-RequestType: Connect",
                "-H", "X-RequestId: {A}:1", "-H", "X-ClientInfo: {A}:1",
                "-H", "Content-Type: application/mapi-http",
                "-H", "X-ClientApplication: Outlook/16.0.15928.20006")

    def test_a_connect_that_waits_to_be_asked_gets_in_when_listed(self):
        """Names alone are listed, and the server computes its DNs."""
        self.lock_names_only()
        for challenge, port in self.ways():
            with self.subTest(challenge=challenge):
                status, body = self.curl(port, "/mapi/emsmdb/", "tester",
                                         *self.connect_words(GROMOX
                                                             + "tester"))
                self.assertEqual(status, 200)
                self.assertTrue(body.startswith(mapi_backend.PREAMBLE), body)
                self.assertEqual(self.backend.taken()[-1].who, "tester")
                status, body = self.curl(port, "/mapi/emsmdb/", "other",
                                         *self.connect_words(GROMOX
                                                             + "other"))
                self.assertEqual(status, 200)
                self.assertIn(b"\xdf\x04\0\0", body)
                self.assertNotIn("other", [request.who for request in
                                           self.backend.taken()])

    def test_a_connect_by_dn_waits_too(self):
        self.lock()
        for challenge, port in self.ways():
            with self.subTest(challenge=challenge):
                status, body = self.curl(port, "/mapi/emsmdb/", "tester",
                                         *self.connect_words(dn_of("tester")))
                self.assertEqual(status, 200)
                self.assertTrue(body.startswith(mapi_backend.PREAMBLE), body)
                status, body = self.curl(port, "/mapi/emsmdb/", "other",
                                         *self.connect_words(dn_of("other")))
                self.assertIn(b"\xdf\x04\0\0", body)

    # Nothing that a client sends makes the gate look dead.

    def test_what_cannot_be_read_is_refused_where_a_dead_gate_lets_in(self):
        port = self.front("basic-checked-by-backend", None, True)
        self.lock()
        cookie = ("Cookie", "session=other")
        for what, headers in (
                ("a control character", [("X-Odd", "a\x01b")]),
                ("another one", [("User-Agent", "\x7f")]),
                ("many", [(f"X-{n}", "y") for n in range(150)]),
                ("long", [(f"X-{n}", "y" * 7000) for n in range(10)])):
            for path in "/owa/", "/mapi/emsmdb/":
                with self.subTest(what, path=path):
                    self.assert_kept_out(self.ask(port, path, cookie,
                                                  *headers), what)
                    self.assert_kept_out(self.ask(
                        port, path, cookie, ("X-RequestType", "Connect"),
                        *headers, method="POST", body=b"x" * 40), what)

    def test_a_big_token_or_cookie_is_none_of_the_gates_business(self):
        port = self.front("basic-checked-on-every-request")
        big = "x" * 47000
        self.assert_in(self.ask(port, "/owa/",
                                ("Cookie", f"session=other; a={big}")),
                       b"other")
        self.assertEqual(self.ask(port, "/owa/", (
            "Authorization", "Negotiate " + big)).status, 401)
        self.assert_in(self.ask(
            port, "/owa/", ("Authorization", "Negotiate " + big),
            ("Cookie", f"session=other; a={big}")), b"other")
        self.lock()
        self.assert_in(self.ask(
            port, "/owa/", ("Cookie", f"session=tester; a={big}"),
            ("Authorization", basic("tester", PASSWORD["tester"])),
            ("Cookie", f"b={big}")))
        for words in ([("Authorization", "Negotiate " + big)],
                      [("Cookie", f"session=other; a={big}")],
                      [("Authorization", "Negotiate " + big),
                       ("Cookie", f"session=other; a={big}")]):
            answer = self.ask(port, "/owa/", *words)
            self.assertEqual(answer.status, 503, answer)
            self.assertIn(b"Closed until", answer.body)

    # One rule for paths.

    def test_no_spelling_of_a_path_passes_an_exemption(self):
        port = self.front("basic-checked-by-backend")
        cookie = ("Cookie", "session=other")
        for path in ROUND:
            self.ask(port, path, cookie)
        self.backend.taken()
        self.lock()
        for path in ROUND:
            for more in ((), (("X-RequestType", "Disconnect"),),
                         (("X-RequestType", "Bind"),)):
                for method in "GET", "POST":
                    with self.subTest(path, more=more):
                        self.ask(port, path, cookie, *more, method=method)
                        self.assertEqual(self.backend.taken(), [])

    def test_what_lies_open_stays_open(self):
        port = self.front("basic-checked-by-backend")
        self.lock()
        for path in self.open_paths():
            with self.subTest(path):
                answer = self.ask(port, path)
                self.assertEqual((answer.status, answer.body),
                                 (200, b"<html>open</html>"))

    def open_paths(self):
        return OPEN

    def test_a_header_that_decides_is_judged_when_it_is_there_twice(self):
        port = self.front("basic-checked-by-backend")
        self.gate.lock(self.gate.profile(listed=["tester"],
                                         versions="15.0.0-15.65535.65535"))
        body = mapi_backend.connect_body(dn_of("tester"), "OUTLOOK.EXE")
        good = [("X-RequestType", "Connect"), ("X-ClientInfo", "{D}:1"),
                ("X-ClientApplication", "Outlook/16.0.15928.20006"),
                ("Authorization", basic("tester", PASSWORD["tester"]))]
        answer = self.ask(port, "/mapi/emsmdb/", *good, method="POST",
                          body=body)
        self.assertTrue(answer.body.startswith(mapi_backend.PREAMBLE), answer)
        self.backend.taken()
        for name, value in (("X-RequestType", "Execute"),
                            ("X-RequestType", "Connect"),
                            ("X-RequestType", "Disconnect"),
                            ("X-ClientApplication", "Outlook/15.0.4815.1002"),
                            ("User-Agent", "x"),
                            ("Content-Encoding", "identity"),
                            ("X-ClientInfo", "{D}:2")):
            twice = [("User-Agent", "y"), ("Content-Encoding", "")]
            twice = [one for one in twice if one[0] == name]
            for more in ([(name, value), *twice, *good],
                         [*good, *twice, (name, value)]):
                with self.subTest(name, value=value):
                    answer = self.ask(port, "/mapi/emsmdb/", *more,
                                      method="POST", body=body)
                    self.assertEqual(self.backend.taken(), [], answer)
                    self.assertEqual(answer.status, 200, answer)
                    self.assertNotEqual(answer.all("X-ResponseCode"), [])


NGINX = os.path.join(programs.SOURCE, "src/packaging/nginx")
# As the comment of logongate.conf has it.
BY_PATH = """
	map $logongate_plain$request_uri $logongate_identity {
		default	basic-checked-by-backend;
		"~*^plain/(ews|mapi|microsoft-server-activesync)([/?]|$)"
			basic-checked-on-every-request;
	}
"""
NGINX_CONFIG = nginx_server.template("""
	large_client_header_buffers 16 64k;
	include logongate.conf;
{maps}
	js_import logongate from {folder}/logongate.js;
	upstream logongate_mapi {{ server 127.0.0.1:{backend}; }}
	server {{
		listen 127.0.0.1:{port}{ssl};
		{words}
		include logongate-server.conf;
		include logongate-mapi.conf;
		location /owa/auth/ {{
			proxy_pass http://127.0.0.1:{backend};
		}}
		location ~* ^/(autodiscover|\\.well-known/autoconfig)/ {{
			proxy_pass http://127.0.0.1:{backend};
		}}
		location / {{
			include logongate-ask.conf;
			proxy_pass http://127.0.0.1:{backend};
		}}
		location @mail {{
			internal;
			proxy_pass http://127.0.0.1:{backend};
		}}
	}}
""", nginx_server.MODULE)


class Nginx(Web):
    __test__ = True
    door = "nginx"

    @classmethod
    def start(cls, folder, identity, challenge, is_open, port, tls):
        words = maps = ""
        if identity == "by path":
            maps = BY_PATH
        elif identity:
            words += f"set $logongate_identity {identity};\n"
        if challenge:
            words += f"set $logongate_challenge {challenge};\n"
        if tls:
            words += (f"ssl_certificate {cls.certificates.cert('gate')};\n"
                      f"ssl_certificate_key {cls.certificates.key('gate')};\n"
                      f"ssl_client_certificate {cls.certificates.cert('ca')};"
                      "\nssl_verify_client optional;\n")
        for path in glob.glob(os.path.join(NGINX, "*")):
            text = cls.gate.dropin("nginx/" + os.path.basename(path))
            if is_open:
                text = text.replace("500 = @logongate_down", "500 = @mail")
                text = text.replace("OPEN_WHEN_DOWN = false",
                                    "OPEN_WHEN_DOWN = true")
            cls.gate.write(os.path.join(folder, os.path.basename(path)), text)
        config = cls.gate.write(
            os.path.join(folder, "nginx.conf"), NGINX_CONFIG.format(
                folder=folder, port=port, words=words,
                maps=maps,
                ssl=" ssl" if tls else "", backend=cls.backend.port))
        cls.configs[port] = config
        return nginx_server.start(folder, config)

    def test_a_forbidden_page_of_nginx_stays_what_it_is(self):
        port = self.front("basic-checked-by-backend")
        answer = self.ask(port, "/_logongate/check")
        self.assertEqual(answer.status, 404, answer)

    def test_what_lies_open_does_not_need_the_gate(self):
        port = self.front("basic-checked-by-backend")
        self.gate.stop()
        try:
            self.assertEqual(self.ask(port, OPEN[0]).status, 200)
            self.backend.taken()
            self.assert_kept_out(self.ask(port, ROUND[0]))
        finally:
            self.gate.start()


HAPROXY_CONFIG = """
global
	tune.bufsize 262144
defaults
	mode http
	timeout connect 5s
	timeout client 6m
	timeout server 6m
frontend mail
	bind 127.0.0.1:{port}{ssl}
{rules}
	default_backend mail-server
backend mail-server
	server mail 127.0.0.1:{backend}
"""


class HAProxy(Web):
    __test__ = True
    door = "haproxy"

    @classmethod
    def read(cls, name, folder):
        text = cls.gate.dropin("haproxy/" + name)
        for old, new in (
                ("server gate 127.0.0.1:4182",
                 f"server gate unix@{cls.gate.run}/spop.sock"),
                ("server gate 127.0.0.1:4191",
                 f"server gate unix@{cls.gate.run}/http.sock"),
                ("/etc/haproxy", folder)):
            text = text.replace(old, new)
        return text

    @classmethod
    def start(cls, folder, identity, challenge, is_open, port, tls):
        rules = cls.read("logongate.cfg", folder)
        by_path = ""
        if identity == "by path":
            identity = "basic-checked-by-backend"
            by_path = ("\n\thttp-request set-var(txn.logongate_identity) "
                       "str(basic-checked-on-every-request) if "
                       "{ var(txn.logongate_proto) -m str ews eas mapi }")
        if identity:
            rules = rules.replace(
                "#http-request set-var(txn.logongate_identity) str("
                "basic-checked-by-backend)",
                "http-request set-var(txn.logongate_identity) "
                f"str({identity}){by_path}")
        if challenge:
            rules = rules.replace(
                "set-var(txn.logongate_challenge) str(render)",
                f"set-var(txn.logongate_challenge) str({challenge})")
        if is_open:
            start = rules.index("\t# The gate did not answer.")
            rules = rules[:start] + rules[rules.index("\t# Refused:"):]
        ssl_words = ""
        if tls:
            pem = os.path.join(folder, "front.pem")
            with open(pem, "w", encoding="ascii") as file:
                for path in (cls.certificates.cert("gate"),
                             cls.certificates.key("gate")):
                    with open(path, encoding="ascii") as part:
                        file.write(part.read())
            ssl_words = (f" ssl crt {pem} verify optional ca-file "
                         f"{cls.certificates.cert('ca')}")
        rules_text = HAPROXY_CONFIG.format(
            port=port, ssl=ssl_words, rules=rules, backend=cls.backend.port)
        config = cls.gate.write(
            os.path.join(folder, "haproxy.cfg"),
            rules_text + cls.read("logongate-backends.cfg", folder))
        cls.gate.write(os.path.join(folder, "logongate-spoe.cfg"),
                       cls.read("logongate-spoe.cfg", folder))
        cls.configs[port] = config
        return subprocess.Popen([programs.program("haproxy"), "-q", "-f",
                                 config])

    def open_paths(self):
        return [path for path in OPEN if not path.startswith("/owa/")]

    def test_a_name_with_control_characters_is_none_without_a_lock(self):
        """It is refused by the gate, whatever is in force."""
        port = self.front("basic-checked-on-every-request")
        for name in ("tester\x01", "\x7ftester", "tester\tother"):
            with self.subTest(name):
                self.assert_kept_out(self.ask(
                    port, "/owa/", ("Cookie", "session=other"),
                    ("Authorization", basic(name, "x"))), repr(name))

    def test_a_connection_that_ntlm_holds_is_not_asked_again(self):
        """The server may know whose it is without another word."""
        port = self.front("basic-checked-by-backend", "server")
        self.lock()
        with socket.create_connection(("127.0.0.1", port), 30) as one:
            one.settimeout(30)
            one.sendall(self.request("GET", "/EWS/", [
                ("Authorization", "NTLM TlRMTVNTUAAB")], end=False))
            data = b""
            while b"</html>" not in data.lower():
                part = one.recv(65536)
                self.assertTrue(part, data)
                data += part
            self.assertIn(b" 503 ", data)
            one.sendall(self.request("GET", "/EWS/"))
            data = b""
            while part := one.recv(65536):
                data += part
        self.assertEqual(Answer(data).status, 503)
        self.assertEqual(self.backend.taken(), [])


if __name__ == "__main__":
    programs.require("nginx", "haproxy", "curl", nginx_server.MODULE)
    del Web
    unittest.main()
