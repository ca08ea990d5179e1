# SPDX-License-Identifier: ISC
"""Fronts that ask as forward authentication does: Caddy with its drop-in, and
the requests that Traefik makes of its drop-in by its documentation."""
import http.client
import os
import shutil
import socket
import subprocess
import unittest

import programs
from running_gate import eventually
from web_door import PASSWORD, ROUND, Web, basic

CADDY = """
{{
	admin off
	auto_https off
}}
import {folder}/logongate.caddy
:{port} {{
	bind 127.0.0.1
	import logongate-open
	handle @logongate_open {{
		reverse_proxy 127.0.0.1:{backend}
	}}
	handle {{
{check}
		import logongate {identity}
		reverse_proxy 127.0.0.1:{backend}
	}}
}}
"""
OPEN = ("/autodiscover/autodiscover.xml",
        "/autodiscover/autodiscover.json/v1.0/x%40example.org",
        "/.well-known/autoconfig/mail/config-v1.1.xml")


class Rows:
    """What both fronts do; self.way(path, *headers) asks through the front."""

    def test_a_client_never_speaks_for_the_proxy(self):
        self.lock()
        cookie = ("Cookie", "session=other")
        for name in ("X-Gate-User", "x-gate-user", "Remote-User"):
            self.assert_kept_out(self.way("/owa/", (name, "tester"), cookie))
        for more in ((("X-Gate-Protocol", "mapi"),
                      ("X-RequestType", "Disconnect")),
                     (("X-Gate-Challenge", "server"),
                      ("X-Gate-Credentials", "none"))):
            self.assert_kept_out(self.way("/owa/", *more, cookie))
            self.assert_kept_out(self.way("/mapi/emsmdb/", *more, cookie))
        for kind in "Disconnect", "Bind", "Connect", "PING":
            with self.subTest(kind):
                self.assert_kept_out(self.way(
                    "/mapi/emsmdb/", ("X-RequestType", kind), cookie))

    def test_the_server_behind_sees_no_word_of_the_proxy(self):
        self.way("/owa/", ("X-Gate-User", "tester"), ("X-Gate-Token", "x"),
                 ("X-Gate-Challenge", "server"))
        [taken] = self.backend.taken()
        for name in taken.headers:
            self.assertFalse(name.lower().startswith("x-gate-"), name)

    def test_a_verified_name_gets_in_when_listed(self):
        self.lock()
        self.assert_in(self.way("/owa/", verified="tester"))
        self.backend.taken()
        answer = self.way("/owa/", verified="other")
        self.assertEqual(answer.status, 503, answer)
        self.assertIn(b"Closed until", answer.body)
        self.assertNotEqual(answer.all("Retry-After"), [])
        self.assertEqual(self.backend.taken(), [])
        eventually(lambda: "other" in [
            row["user"] for row in self.gate.lines("refused")])
        self.assertIn("127.0.0.1", [
            row["address"] for row in self.gate.lines("refused")])

    def test_who_waits_to_be_asked_is_asked(self):
        self.lock()
        answer = self.way("/EWS/Exchange.asmx")
        self.assertEqual(answer.status, 401, answer)
        self.assertEqual(
            answer.all("WWW-Authenticate"),
            ['Basic realm="Mail of Example", charset="UTF-8"'])
        self.assertEqual(self.backend.taken(), [])

    def test_a_dead_gate_lets_nobody_in(self):
        self.gate.stop()
        try:
            answer = self.way("/owa/", verified="tester")
            self.assertGreaterEqual(answer.status, 500)
            self.assertEqual(self.backend.taken(), [])
        finally:
            self.gate.start()

    def test_a_big_ticket_is_none_of_the_gates_business(self):
        answer = self.way("/owa/", ("Cookie", "session=other; a="
                                    + "x" * 47000))
        self.assert_in(answer, b"other")


class Caddy(Rows, Web):
    __test__ = True

    @classmethod
    def start(cls, folder, identity, challenge, is_open, port, tls):
        cls.gate.write(os.path.join(folder, "logongate.caddy"),
                       cls.gate.dropin("caddy/logongate.caddy"))
        check = ""
        if identity != '""':
            check = "\t\tbasicauth {\n"
            for name, password in PASSWORD.items():
                hashed = subprocess.run(
                    ["caddy", "hash-password", "--plaintext", password],
                    capture_output=True, text=True, check=True).stdout
                check += f"\t\t\t{name} {hashed.strip()}\n"
            check += "\t\t}\n"
        config = cls.gate.write(
            os.path.join(folder, "Caddyfile"), CADDY.format(
                folder=folder, port=port, backend=cls.backend.port,
                check=check, identity=identity))
        return subprocess.Popen(
            ["caddy", "run", "--config", config, "--adapter", "caddyfile"],
            env={**os.environ, "HOME": folder, "XDG_DATA_HOME": folder,
                 "XDG_CONFIG_HOME": folder}, stderr=subprocess.DEVNULL)

    def way(self, path, *headers, verified=None):
        if verified:
            return self.ask(self.front("{http.auth.user.id}"), path, *headers,
                            ("Authorization",
                             basic(verified, PASSWORD[verified])))
        return self.ask(self.front('""'), path, *headers)

    def test_the_client_does_not_choose_its_address(self):
        self.lock()
        self.way("/owa/", ("X-Real-IP", "192.0.2.1"), ("Cookie", "a=b"),
                 ("User-Agent", "liar"))
        eventually(lambda: "liar" in [
            row["client"] for row in self.gate.lines("refused")])
        self.assertEqual(["127.0.0.1"], [
            row["address"] for row in self.gate.lines("refused")
            if row["client"] == "liar"])

    def test_what_lies_open_stays_open_and_no_spelling_passes(self):
        self.lock()
        port = self.front('""')
        for path in OPEN:
            self.assertEqual(self.ask(port, path).status, 200, path)
        self.backend.taken()
        for path in ROUND:
            with self.subTest(path):
                self.assert_kept_out(self.ask(
                    port, path, ("Cookie", "session=other")), path)


class Settings:
    """traefik/logongate.yml, as far as it uses YAML."""

    def __init__(self, text):
        self.root = {}
        stack = [(-1, self.root)]
        for line in text.splitlines():
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            indent = len(line) - len(line.lstrip())
            while stack[-1][0] >= indent:
                stack.pop()
            key, _, value = line.strip().partition(": ")
            above = stack[-1][1]
            if key.startswith("- "):
                above.setdefault("", []).append(key[2:])
            elif key.endswith(":"):
                above[key[:-1]] = {}
                stack.append((indent, above[key[:-1]]))
            else:
                above[key] = value.strip('"')


class Traefik(Rows, Web):
    """No Debian package has Traefik: what it does with a request by its
    documentation, with the file as it is shipped.
    Source: doc.traefik.io, middlewares "headers" and "forwardAuth"."""

    __test__ = True
    ADDRESS = "http://127.0.0.1:4191"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.middlewares = Settings(cls.gate.dropin(
            "traefik/logongate.yml")).root["http"]["middlewares"]

    def set_headers(self, name, headers):
        for key, value in self.middlewares[name]["headers"][
                "customRequestHeaders"].items():
            headers[:] = [(other, text) for other, text in headers
                          if other.lower() != key.lower()]
            if value:
                headers.append((key, value))

    def forward(self, path, headers):
        """(status, headers, body) of the gate, or None."""
        settings = self.middlewares["logongate-ask"]["forwardAuth"]
        self.assertEqual(settings["trustForwardHeader"], "false")
        self.assertTrue(settings["address"].startswith(self.ADDRESS + "/"))
        passed = [name.lower() for name in settings["authRequestHeaders"][""]]
        sent = [pair for pair in headers if pair[0].lower() in passed]
        sent += [("X-Forwarded-For", "127.0.0.1"),
                 ("X-Forwarded-Method", "GET"), ("X-Forwarded-Proto", "http"),
                 ("X-Forwarded-Host", "mail"), ("X-Forwarded-Uri", path)]
        request = self.request("GET", settings["address"][len(self.ADDRESS):],
                               sent)
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(30)
            try:
                sock.connect(self.gate.socket("http"))
            except OSError:
                return None
            sock.sendall(request)
            response = http.client.HTTPResponse(sock)
            response.begin()
            return response.status, response.getheaders(), response.read()

    def way(self, path, *headers, verified=None):
        headers = list(headers)
        answer = None
        for name in self.middlewares["logongate"]["chain"]["middlewares"][""]:
            if name == "logongate-name" and verified:
                # basicAuth with headerField: X-Gate-User.
                headers.append(("X-Gate-User", verified))
                headers.append(("Authorization",
                                basic(verified, PASSWORD[verified])))
            elif name != "logongate-ask":
                self.set_headers(name, headers)
            else:
                answer = self.forward(path, headers)
                if answer is None:
                    return Given(500, [], b"")
                if not 200 <= answer[0] < 300:
                    return Given(*answer)
        return self.ask(self.backend.port, path, *headers)


class Given:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def all(self, name):
        return [value for key, value in self.headers
                if key.lower() == name.lower()]

    def __str__(self):
        return f"{self.status} {self.headers} {self.body!r}"


def load_tests(loader, _, __):
    """The rows of this file, not those of web_door that the fronts there
    are for."""
    suite = unittest.TestSuite()
    for kind in (Caddy, Traefik):
        if kind is Caddy and not shutil.which("caddy"):
            continue
        own = set(vars(Rows)) | set(vars(kind))
        suite.addTests(kind(name) for name in
                       loader.getTestCaseNames(kind) if name in own)
    return suite


if __name__ == "__main__":
    programs.require("caddy", "openssl")
    unittest.main()
