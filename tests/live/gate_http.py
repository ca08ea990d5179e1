#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""HTTP as clients of all kinds speak it to a running gate: by bytes."""
import os
import socket
import tempfile
import threading
import time

from programs import free_port
from running_gate import Gate, eventually, listing, main, peer_of

HEAD = b"Host: gate\r\n"


class Peer:
    """A connection to the http listener, read answer by answer."""

    def __init__(self, gate, port=None):
        if port:
            self.sock = socket.create_connection(("127.0.0.1", port), 10)
        else:
            self.sock = peer_of(os.path.join(gate.run, "http.sock"), b"")
        self.sock.settimeout(10)
        self.file = self.sock.makefile("rb")

    def send(self, data):
        self.sock.sendall(data)
        return self

    def answer(self, without_body=False):
        """(status, headers in lower case, body); None at the end."""
        line = self.file.readline()
        if not line:
            return None
        headers = {}
        while True:
            header = self.file.readline().decode().strip()
            if not header:
                break
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        status = int(line.split()[1])
        length = int(headers.get("content-length", 0))
        return status, headers, \
            b"" if without_body else self.file.read(length)

    def close(self):
        self.file.close()
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def request(line, *headers, body=b""):
    text = line + b" HTTP/1.1\r\n" + HEAD
    for header in headers:
        text += header + b"\r\n"
    return text + b"\r\n" + body


def pipelined(gate):
    """requests sent at once are answered in their order, also in pieces"""
    check = b"GET /v1/check"
    data = b"".join((request(check, b"X-Gate-User: alice"),
                     request(check, b"X-Gate-User: bob"),
                     request(b"GET /healthz"),
                     request(b"GET /nothing")))
    with Peer(gate) as peer:
        peer.send(data)
        assert [peer.answer()[0] for _ in range(4)] == [204, 403, 200, 404]
        for at in range(len(data)):
            peer.send(data[at:at + 1])
        assert [peer.answer()[0] for _ in range(4)] == [204, 403, 200, 404]


def stays_or_ends(gate):
    """a connection ends when its client says so, and not before"""
    with Peer(gate) as peer:
        status, headers, _ = peer.send(request(b"GET /healthz")).answer()
        assert status == 200 and "connection" not in headers, headers
        assert headers["date"].endswith(" GMT"), headers
        peer.send(request(b"GET /healthz", b"Connection: close"))
        assert peer.answer()[1]["connection"] == "close"
        assert peer.answer() is None
    with Peer(gate) as peer:
        peer.send(b"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        assert peer.answer()[1]["connection"] == "keep-alive"
        peer.send(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert peer.answer()[1]["connection"] == "close"
        assert peer.answer() is None
    with Peer(gate) as peer:
        status, headers, _ = peer.send(
            request(b"HEAD /healthz")).answer(without_body=True)
        assert status == 200 and headers["content-length"] == "3", headers
        assert peer.send(request(b"GET /healthz")).answer()[2] == b"ok\n"


def bodies(gate):
    """a body comes with a length, in chunks, or after 100 Continue"""
    decide = b"POST /v1/decide"
    body = b'{"user":"bob","protocol":"imap"}'
    with Peer(gate) as peer:
        peer.send(request(decide, b"Content-Length: %d" % len(body),
                          body=body))
        assert b'"refuse"' in peer.answer()[2]
        peer.send(request(decide, b"Transfer-Encoding: chunked",
                          body=b"5\r\n" + body[:5] + b"\r\n%x\r\n" %
                          (len(body) - 5) + body[5:] + b"\r\n0\r\n\r\n"))
        assert b'"refuse"' in peer.answer()[2]
        peer.send(request(decide, b"Expect: 100-continue",
                          b"Content-Length: %d" % len(body)))
        assert peer.answer()[0] == 100
        assert b'"refuse"' in peer.send(body).answer()[2]


def answered_at_once(gate):
    """what needs no body does not wait for it, and its connection stays"""
    for line in (b"POST /v1/check", b"POST /v1/render",
                 b"RPC_IN_DATA /v1/render", b"PROPFIND /v1/render"):
        want = 403 if b"check" in line else 503
        with Peer(gate) as peer:
            peer.send(request(line, b"Content-Length: 100000"))
            assert peer.answer()[0] == want, line
            peer.send(b"x" * 100000 + request(b"GET /healthz"))
            assert peer.answer()[0] == 200, line
            peer.send(request(line, b"Transfer-Encoding: chunked"))
            assert peer.answer()[0] == want, line
            peer.send(b"3\r\nabc\r\n0\r\n\r\n" + request(b"GET /healthz"))
            assert peer.answer()[0] == 200, line
            # Nobody waits for a body that nobody said would be taken.
            peer.send(request(line, b"Content-Length: 5",
                              b"Expect: 100-continue"))
            status, headers, _ = peer.answer()
            assert status == want and headers["connection"] == "close"
            assert peer.answer() is None


def too_long(gate):
    """a long body or head is refused, and its sender reads why"""
    for line, want in ((b"POST /v1/decide", 413), (b"POST /v1/render", 503)):
        with Peer(gate) as peer:
            peer.send(request(line, b"Content-Length: %d" % (3 << 20)))
            peer.send(b"x" * (3 << 20))
            assert peer.answer()[0] == want, line
            assert peer.answer() is None
    with Peer(gate) as peer:
        peer.send(request(b"POST /v1/decide", b"Transfer-Encoding: chunked"))
        for _ in range(3):
            peer.send(b"80000\r\n" + b"x" * 0x80000 + b"\r\n")
        assert peer.answer()[0] == 413
    with Peer(gate) as peer:
        # As long as what nginx and HAProxy send on by default.
        peer.send(request(b"GET /v1/check", *[
            b"Cookie: " + b"c" * 8000] * 4, b"X-Gate-User: alice"))
        assert peer.answer()[0] == 204
        peer.send(request(b"GET /healthz", b"X: " + b"x" * 70000))
        assert peer.answer()[0] == 431
        assert peer.answer() is None
    with Peer(gate) as peer:
        peer.send(request(b"GET /healthz", *[b"X: y"] * 129))
        assert peer.answer()[0] == 431


def refuses_what_it_cannot_read(gate):
    """a question that cannot be read is refused: a front must not take it for
    a gate that is down"""
    check = b"GET /v1/check"
    for data in (request(check, b"X: " + b"x" * 70000),
                 request(check, *[b"X: y"] * 129),
                 request(check, b"X: a\x01b"),
                 request(check + b"?answer=final", b"X: a\x7fb"),
                 request(check, b"X-Gate-User : alice"),
                 check + b" HTTP/1.1\r\n\r\n",
                 check + b" HTTP/2.0\r\n\r\n",
                 request(b"POST /v1/mapi", b"X: a\x01b"),
                 request(b"POST /v1/mapi", b"Content-Length: 2000000"),
                 request(b"POST /v1/mapi", b"Content-Length: +1")):
        with Peer(gate) as peer:
            answer = peer.send(data).answer()
            assert answer[0] == 403, (data[:80], answer)
            assert peer.answer() is None
    for data in (request(b"GET /v1/checks", b"X: a\x01b"),
                 request(b"GET /v1/chec", b"X: a\x01b")):
        with Peer(gate) as peer:
            assert peer.send(data).answer()[0] == 400, data


def believes_no_clients_word(gate):
    """without X-Gate-Protocol a request is HTTP, whatever a client adds; what
    says who it is and stands there twice says nothing"""
    check = b"GET /v1/check"
    with Peer(gate) as peer:
        for kind in (b"Disconnect", b"Bind", b"Connect"):
            peer.send(request(check, b"X-RequestType: " + kind))
            assert peer.answer()[0] == 403, kind
        peer.send(request(check, b"X-RequestType: Disconnect",
                          b"X-Gate-Protocol: mapi"))
        assert peer.answer()[0] == 204
        peer.send(request(check, b"X-RequestType: Disconnect",
                          b"X-Gate-Protocol: mapi",
                          b"X-Original-URI: /ews%5Cx/../mapi/emsmdb"))
        assert peer.answer()[0] == 403
        for name in (b"X-Gate-User: alice", b"Authorization: Basic x"):
            peer.send(request(check, b"X-Gate-User: alice", name,
                              b"Authorization: Basic x"))
            assert peer.answer()[0] == 403, name
        peer.send(request(check, b"X-Gate-User: alice",
                          b"Authorization: Basic x"))
        assert peer.answer()[0] == 204


def asks_who_it_is():
    """who names nobody and brings nothing is asked, as the settings say"""
    with Gate(gate='http_challenge = "NTLM, Basic"').start() as gate:
        gate.apply(listing("alice"))
        eventually(lambda: gate.decide(user="alice")["verdict"] == "admit")
        with Peer(gate) as peer:
            def ask(*headers, path=b"GET /v1/check"):
                return peer.send(request(path, *headers)).answer()
            status, headers, _ = ask()
            assert status == 401, status
            assert headers["www-authenticate"] == \
                'Basic realm="Mail", charset="UTF-8"', headers
            assert ask(b"X-Gate-Credentials: none")[0] == 401
            for more in (b"X-Gate-Credentials: some", b"Cookie: a=b",
                         b"Authorization: Basic x", b"X-Gate-User: bob",
                         b"X-Gate-Challenge: off"):
                assert ask(more)[0] == 403, more
            assert ask(b"X-Gate-Challenge: server",
                       b"X-Gate-Credentials: none")[0] == 204
            # Nobody said what the client sent.
            assert ask(b"X-Gate-Challenge: server")[0] == 403
            final = b"GET /v1/check?answer=final&user=Remote-User"
            assert ask(b"Remote-User: alice", path=final)[0] == 204
            assert ask(b"Remote-User: alice", b"Remote-User: alice",
                       path=final)[0] == 401
            assert ask(b"Remote-User: bob", b"X-Gate-User: alice",
                       path=final)[0] == 503
            status, headers, _ = ask(b"X-Gate-Challenge: render")
            assert (status, headers["x-gate-reason"]) == (403, "challenge")
            status, headers, _ = ask(
                b"X-Gate-Token: " + headers["x-gate-token"].encode(),
                path=b"GET /v1/render")
            assert status == 401 and "www-authenticate" in headers, headers
            status, headers, _ = ask(b"X-Gate-User: bob",
                                     path=b"GET /v1/check?answer=final")
            assert status == 503 and "retry-after" in headers, headers
        gate.ask("lift")
        with Peer(gate) as peer:
            assert peer.send(request(b"GET /v1/check")).answer()[0] == 204


def no_requests(gate):
    """what is no request is answered 400, and hurts nobody"""
    before = metric(gate, "http")
    rows = ((b"\x16\x03\x01\x02\x00\x01\x00", 400),
            (b"GET / HTTP/1.1\r\n\r\n", 400),
            (b"GET / HTTP/2.0\r\n\r\n", 505),
            (request(b"GET /", b"Content-Length: 1",
                     b"Transfer-Encoding: chunked"), 400),
            (request(b"GET /", b"X-Gate-User : alice"), 400),
            (b"POST /v1/render HTTP/1.0\r\nTransfer-Encoding: chunked\r\n"
             b"Connection: keep-alive\r\n\r\n0\r\n\r\n", 400),
            (request(b"GET /", b"Transfer-Encoding: chunked, identity"), 400),
            (request(b"GET /", b"Content-Length: +1"), 400),
            (request(b"GET /", b"Content-Length: 1, 1"), 400),
            (request(b"POST /v1/decide", b"Content-Length: 3",
                     b"Content-Length: 4"), 400))
    for data, want in rows:
        with Peer(gate) as peer:
            assert peer.send(data).answer()[0] == want, data
            assert peer.answer() is None
    assert metric(gate, "http") == before + len(rows)


def metric(gate, door):
    text = gate.http("GET", "/metrics")[2].decode()
    for line in text.splitlines():
        if line.startswith("logongate_unreadable_requests_total") and \
                f'door="{door}"' in line:
            return int(line.split()[-1])
    raise AssertionError(text)


def lingers(gate):
    """who keeps sending after the last answer is let go after two seconds"""
    with Peer(gate) as peer:
        peer.send(b"nonsense\r\n")
        assert peer.answer()[0] == 400
        until = time.monotonic() + 10
        try:
            while time.monotonic() < until:
                peer.send(b"x" * 100)
                time.sleep(0.05)
            raise AssertionError("it still takes what is sent")
        except OSError:
            pass


def seconds_used(gate):
    """Of a processor, by the gate so far."""
    with open(f"/proc/{gate.process.pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(gate):
    with open(f"/proc/{gate.process.pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20


def does_not_read(gate):
    """who asks and does not read costs neither memory nor time, and is
    answered in full once he reads"""
    count = 20000
    before = megabytes(gate)
    with Peer(gate) as peer:
        peer.sock.setblocking(False)
        data = request(b"GET /metrics") * count \
            + request(b"GET /healthz", b"Connection: close")
        until = time.monotonic() + 1
        while data and time.monotonic() < until:
            try:
                data = data[peer.sock.send(data):]
            except BlockingIOError:
                time.sleep(0.01)
        assert megabytes(gate) - before < 14, (before, megabytes(gate))
        peer.sock.settimeout(10)
        sender = threading.Thread(target=peer.send, args=(data,))
        sender.start()
        for _ in range(count):
            assert peer.answer()[0] == 200
        assert peer.answer()[2] == b"ok\n"
        assert peer.answer() is None
        sender.join()
    with Peer(gate) as peer:
        peer.send(request(b"GET /metrics") * 1000
                  + request(b"GET /healthz", b"Connection: close"))
        peer.sock.shutdown(socket.SHUT_WR)
        time.sleep(0.5)
        used = seconds_used(gate)
        time.sleep(1)
        assert seconds_used(gate) - used < 0.3, seconds_used(gate) - used
        for _ in range(1000):
            assert peer.answer()[0] == 200
        assert peer.answer()[2] == b"ok\n"


def asks_with(gate, port, key):
    with Peer(gate, port) as peer:
        return peer.send(request(b"GET /healthz",
                                 b"X-Logongate-Key: " + key)).answer()[0]


def key_over_tcp():
    """over TCP a body without the key is refused readably; a key may change"""
    port = free_port()
    with tempfile.NamedTemporaryFile("w", suffix=".key") as key:
        key.write("s3cret\n")
        key.flush()
        with Gate(listen=f'[listen.http]\naddress = "127.0.0.1:{port}"\n'
                  f'without_policy = refuse\nkey_file = "{key.name}"\n'
                  ).start() as gate:
            with Peer(gate, port) as peer:
                peer.send(request(b"POST /v1/decide",
                                  b"Content-Length: 900000",
                                  body=b"x" * 900000))
                assert peer.answer()[0] == 401
                assert peer.answer() is None
            assert asks_with(gate, port, b"s3cret") == 200
            # SIGHUP brings the new one, and keeps it when there is none.
            key.seek(0)
            key.write("s3cond\n")
            key.flush()
            assert gate.ask("reload")["ok"]
            assert asks_with(gate, port, b"s3cret") == 401
            assert asks_with(gate, port, b"s3cond") == 200
            os.chmod(key.name, 0o644)
            assert not gate.ask("reload")["ok"]
            assert asks_with(gate, port, b"s3cond") == 200


def key_as_bearer():
    """the key may come as a bearer's token, X-Logongate-Key decides first, and
    it is no credential of the client"""
    port = free_port()
    gate = Gate(gate='http_challenge = "Basic"', listen="", settings=f"""
[listen.http]
address = "unix:http.sock, 127.0.0.1:{port}"
without_policy = refuse
key_file = "{{folder}}/key"
""")
    os.chmod(gate.write("key", "s3cret\n"), 0o600)
    with gate.start():

        def ask(line, *headers, port=port):
            with Peer(gate, port) as peer:
                return peer.send(request(line, *headers)).answer()

        own, bearer = b"X-Logongate-Key: ", b"Authorization: Bearer "
        health = b"GET /healthz"
        for headers, want in (
                ((bearer + b"s3cret",), 200),
                ((b"Authorization: bearer  s3cret",), 200),
                ((bearer + b"wrong",), 401),
                ((bearer,), 401),
                ((b"Authorization: Basic s3cret",), 401),
                ((own + b"s3cret", bearer + b"wrong"), 200),
                ((own + b"wrong", bearer + b"s3cret"), 401),
                ((b"Authorization: Basic x", bearer + b"s3cret"), 200)):
            assert ask(health, *headers)[0] == want, headers
        gate.apply(listing("alice"))
        eventually(lambda: gate.decide(user="alice")["verdict"] == "admit")
        check = b"GET /v1/check"
        alice = b"X-Gate-User: alice"
        # Two of a client's are nobody's; one of them may be the front's.
        for headers, want in (
                ((alice, bearer + b"s3cret", b"Authorization: Basic x"), 204),
                ((alice, b"Authorization: Basic y", own + b"s3cret",
                  b"Authorization: Basic x"), 403)):
            assert ask(check, *headers)[0] == want, headers
        # Who sent nothing is asked who it is, also by way of the socket.
        for headers in ((bearer + b"s3cret",), (own + b"s3cret",)):
            assert ask(check, *headers)[1]["www-authenticate"], headers
        assert ask(check, own + b"s3cret", bearer + b"x")[0] == 403
        assert ask(check, bearer + b"s3cret", port=None)[0] == 401


def resident_kb(gate):
    with open(f"/proc/{gate.process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file
                    if line.startswith("VmRSS:"))


def keeps_little():
    """50,000 Connects with 16 kB of headers leave less than 100 MB."""
    gate = Gate()
    # Freed memory is to be counted as free.
    gate.env["ASAN_OPTIONS"] = ":".join(
        [*filter(None, [gate.env.get("ASAN_OPTIONS")]),
         "quarantine_size_mb=1", "thread_local_quarantine_size_kb=64"])
    with gate.start():
        gate.apply(listing("alice"))
        eventually(lambda: gate.decide(user="alice")["verdict"] == "admit")
        before = resident_kb(gate)
        for dn in ("alice", "bob"):
            body = (b"/o=Org/ou=Site/cn=Recipients/cn=" + dn.encode()
                    + bytes(21))
            one = request(
                b"POST /v1/mapi", b"X-Gate-Protocol: mapi",
                b"X-RequestType: Connect", b"X-ClientInfo: " + b"i" * 8000,
                b"User-Agent: " + b"u" * 8000,
                b"Content-Length: %d" % len(body), body=body)
            check = request(
                b"GET /v1/check", b"X-Gate-Protocol: mapi",
                b"X-RequestType: Connect", b"X-ClientInfo: " + b"i" * 8000,
                b"X-RequestId: " + b"r" * 8000)
            with Peer(gate) as peer:
                for _ in range(12500):
                    peer.send(one + check)
                    assert peer.answer()[0] in (200, 204)
                    assert peer.answer()[0] == 403
        assert resident_kb(gate) - before < 100_000, resident_kb(gate) - before


def locked(row):
    """The row with a gate that lets in alice alone."""
    def run():
        with Gate().start() as gate:
            gate.apply(listing("alice"))
            # The directory is asked who alice is.
            eventually(lambda: gate.decide(user="alice")["verdict"]
                       == "admit")
            row(gate)
    run.__doc__ = row.__doc__
    run.__name__ = row.__name__
    return run


if __name__ == "__main__":
    main([locked(row) for row in
          (pipelined, stays_or_ends, bodies, answered_at_once,
           too_long, refuses_what_it_cannot_read, believes_no_clients_word,
           no_requests, lingers, does_not_read)]
         + [asks_who_it_is, key_over_tcp, key_as_bearer, keeps_little])
