# SPDX-License-Identifier: ISC
"""A mail server as far as MAPI over HTTP goes: enough to see that what a gate
admits arrives unchanged, that streams stay streams, and who got in.

Connect gives a session's cookies, one of which changes with each answer,
Execute a body of 200 kB made from the request, NotificationWait signs of life
every 0.2 s, Disconnect ends the session. With accounts every request of MAPI
has to bring a password, and a session belongs to whom it was given. Every
request is kept as it arrived. Anything without X-RequestType is a web page.
"""
import base64
import hashlib
import http.cookies
import http.server
import itertools
import struct
import threading
import time

PREAMBLE = (b"PROCESSING\r\nDONE\r\nX-ElapsedTime: 1\r\n"
            b"X-StartTime: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n")
EXECUTE_SIZE = 200_000
PENDING_S = 0.2
# ecAccessDenied, as a Connect for another one's mailbox is refused.
DENIED = 0x80070005


def connect_body(dn, process=None, aux=None):
    """A Connect body; aux replaces the auxiliary buffer that process makes."""
    if aux is None:
        aux = b"" if process is None else aux_buffer([process])
    return (dn.encode("latin-1") + b"\0"
            + struct.pack("<IIIII", 0, 1252, 1033, 1033, len(aux)) + aux)


def aux_buffer(processes, flags=0x0006):
    """AUX_PERF_PROCESSINFO blocks, XORed as Outlook does."""
    payload = b""
    for name in processes:
        text = name.encode("utf-16-le") + b"\0\0"
        payload += struct.pack("<HBBHH16sHH", 28 + len(text), 2, 0x0b, 1, 0,
                               bytes(range(16)), 28, 0) + text
    sent = payload
    if flags & 2:
        sent = bytes(byte ^ 0xa5 for byte in payload)
    return struct.pack("<HHHH", 0, flags, len(sent), len(payload)) + sent


def execute_answer(body):
    """What Execute answers: a digest of the request, then bytes made of it."""
    digest = hashlib.sha256(body).digest()
    return PREAMBLE + digest * (EXECUTE_SIZE // len(digest))


class Request:
    def __init__(self, handler, body):
        self.method = handler.command
        self.path = handler.path
        self.headers = handler.headers
        self.body = body
        self.type = handler.headers.get("X-RequestType", "")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        length = int(self.headers.get("Content-Length") or 0)
        if "chunked" not in (self.headers.get("Transfer-Encoding") or ""):
            return self.rfile.read(length)
        data = b""
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            data += self.rfile.read(size)
            self.rfile.readline()
            if size == 0:
                return data

    def answer(self, body, content_type="application/mapi-http", **headers):
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.headers_of(headers)
        self.wfile.write(body)

    def who(self):
        """The account whose password came along; None without one."""
        scheme, _, value = self.headers.get("Authorization",
                                            "").partition(" ")
        if scheme != "Basic":
            return None
        name, _, password = base64.b64decode(value).decode().partition(":")
        return name if self.server.accounts.get(name) == password else None

    def challenge(self):
        self.send_response(401)
        self.send_header("WWW-Authenticate", "Negotiate")
        self.send_header("WWW-Authenticate", 'Basic realm="mail"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def context(self):
        """The session that the cookies name."""
        names = http.cookies.SimpleCookie(self.headers.get("Cookie", ""))
        name = self.server.cookies[0]
        return names[name].value if name in names else None

    def mapi(self, body, kind):
        echo = {"X_RequestType": kind, "X_ResponseCode": "0",
                "X_RequestId": self.headers.get("X-RequestId", ""),
                "X_ClientInfo": self.headers.get("X-ClientInfo", "")}
        user = None
        if self.server.accounts is not None:
            user = self.who()
            if user is None:
                self.challenge()
                return
        if kind.lower() == "connect":
            self.connect(body, user, echo)
            return
        context = self.context()
        sessions = self.server.sessions
        if self.server.accounts is not None and (
                self.path.lower().startswith("/mapi/emsmdb")
                and sessions.get(context, ()) != (user,)):
            self.answer(b"<html>over</html>", "text/html",
                        **{**echo, "X_ResponseCode": "10"})
        elif kind.lower() == "execute":
            self.answer(execute_answer(body), **echo, Set_Cookie=[
                f"{self.server.cookies[1]}={next(self.server.serial)}"])
        elif kind.lower() == "notificationwait":
            self.stream(echo, [
                b"PROCESSING\r\n", *[b"PENDING\r\n"] * self.server.pendings,
                b"DONE\r\nX-ElapsedTime: 1\r\n\r\n" + bytes(16)], PENDING_S)
        else:
            if kind.lower() == "disconnect":
                sessions.pop(context, None)
            self.answer(PREAMBLE + bytes(8), **echo)

    def connect(self, body, user, echo):
        """Exchange gives cookies with a refusal too."""
        dn = body.partition(b"\0")[0].decode("latin-1")
        error = 0 if user is None or dn.endswith("=" + user) else DENIED
        serial = next(self.server.serial)
        context = self.server.context or f"MAPIAAAA-{serial}+/=="
        if not error:
            self.server.sessions[context] = (user,)
        names = self.server.cookies
        rest = (PREAMBLE.partition(b"\r\n")[2] + struct.pack(
            "<IIIII", 0, error, 60000, 6, 10000) + b"\0\0\0" + bytes(4))
        # What takes long is announced at once.
        self.stream({**echo, "Set_Cookie": [
            "MapiRouting=all; path=/mapi",
            f"{names[0]}={context}; path=/; HttpOnly",
            f"{names[1]}={serial}; path=/; HttpOnly"]},
            [b"PROCESSING\r\n", rest], self.server.connect_s)

    def headers_of(self, headers):
        for name, values in headers.items():
            for value in values if isinstance(values, list) else [values]:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def stream(self, headers, parts, pause_s):
        self.send_response(200)
        self.send_header("Content-Type", "application/mapi-http")
        self.send_header("Transfer-Encoding", "chunked")
        self.headers_of(headers)
        for part in parts:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.flush()
            time.sleep(pause_s)
        self.wfile.write(b"0\r\n\r\n")

    def any(self):
        body = self.body()
        request = Request(self, body)
        with self.server.lock:
            self.server.requests.append(request)
        try:
            if request.type:
                self.mapi(body, request.type)
            else:
                self.answer(b"<html>mail</html>", "text/html")
        except OSError:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_OPTIONS = any


class Backend(http.server.ThreadingHTTPServer):
    """Listens at once on a free port of the loopback; close() ends it.

    accounts is None, or passwords by name; cookies are the names of the two
    that make a session; context is the value of the first, or None for a new
    one each time."""

    daemon_threads = True

    def __init__(self, pendings=5):
        self.requests = []
        self.pendings = pendings
        self.accounts = None
        self.cookies = ("MapiContext", "MapiSequence")
        self.context = None
        self.connect_s = 0
        self.sessions = {}
        self.serial = itertools.count(1)
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), Handler)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """Proxies drop connections as they like."""

    def taken(self):
        """The requests since the last call."""
        with self.lock:
            taken, self.requests = self.requests, []
            return taken

    def close(self):
        self.shutdown()
        self.server_close()
