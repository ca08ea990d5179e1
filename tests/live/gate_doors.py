#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Postfix policy delegation and Dovecot's dict as they stand on the wire: many
requests at once, in pieces, and what is no request."""
import os
import time

from running_gate import Gate, listing, main, peer_of

LISTEN = "".join(f'[listen.{name}]\naddress = "unix:{name}.sock"\n'
                 'without_policy = refuse\n'
                 for name in ("http", "postfix", "dict"))


def request(**attributes):
    lines = ["request=smtpd_access_policy"]
    lines += [f"{name}={value}" for name, value in attributes.items()]
    return ("\n".join(lines) + "\n\n").encode()


def values(**more):
    return listing("alice", **dict({
        "Logon Only As Users": ["alice"],
        "Refusal Message": "Later\r\naction=OK"}, **more))


def postfix(gate, data, count):
    sock = peer_of(os.path.join(gate.run, "postfix.sock"), data)
    file = sock.makefile("rb")
    answers = []
    for _ in range(count):
        answers.append(file.readline())
        assert file.readline() == b"\n"
    sock.close()
    return answers


def mail():
    """only who logged on is refused, mail from outside never"""
    with Gate(listen=LISTEN).start() as gate:
        gate.apply(values())
        answers = postfix(gate, b"".join([
            request(protocol_state="CONNECT", client_address="10.0.0.1"),
            request(protocol_state="RCPT", sender="a@b", recipient="c@d"),
            request(protocol_state="MAIL", sasl_username="alice"),
            request(protocol_state="MAIL", sasl_username="bob"),
            request(protocol_state="DATA", sasl_username="bob"),
            request(sasl_username="bob", surprise="a=b=c", size="1")]), 6)
        assert answers[:3] == [b"action=DUNNO\n"] * 3, answers
        # Words of a profile never become a second line.
        assert answers[3:] == [b"action=421 4.3.2 Later action=OK\n"] * 3, \
            answers
        gate.ask("lift")
        gate.apply(values(**{"Hold Mail": "yes"}))
        answers = postfix(gate, request(protocol_state="RCPT")
                          + request(sasl_username="alice"), 2)
        assert answers == [b"action=HOLD\n", b"action=DUNNO\n"], answers


def pipelined():
    """a thousand requests at once, and one byte at a time"""
    with Gate(listen=LISTEN).start() as gate:
        gate.apply(values())
        answers = postfix(gate, request(sasl_username="alice") * 1000, 1000)
        assert set(answers) == {b"action=DUNNO\n"}
        sock = peer_of(os.path.join(gate.run, "postfix.sock"))
        for byte in request(sasl_username="bob"):
            sock.sendall(bytes([byte]))
        assert sock.recv(100).startswith(b"action=421")
        sock.close()
        lookups = b"H3\t2\t0\t\tlogongate\n" + b"".join(
            f"Lshared/gate/imap/10.0.0.1/s{i}/\t{user}\n".encode()
            for i, user in enumerate(["alice", "bob"] * 500))
        sock = peer_of(os.path.join(gate.run, "dict.sock"), lookups)
        file = sock.makefile("rb")
        for i in range(1000):
            line = file.readline()
            assert line.startswith(b"O") and (b"nologin" in line) == (
                i % 2 == 1), line
        sock.close()


def nonsense():
    """what is no request ends the connection, and nothing else"""
    with Gate(listen=LISTEN).start() as gate:
        for name, data in (("postfix", b"garbage\n\n"),
                           ("postfix", b"request=other\n\n"),
                           ("postfix", b"request=smtpd_access_policy\n\0\n\n"),
                           ("postfix", b"x" * 200000),
                           ("dict", b"Lno hello\n"), ("dict", b"GET /\n"),
                           ("dict", b"H3\t2\t0\t\tlogongate\n" + b"L" * 99999)):
            sock = peer_of(os.path.join(gate.run, name + ".sock"))
            try:
                sock.sendall(data)
                assert sock.recv(100) == b"", (name, data[:40])
            except ConnectionError:
                pass
            sock.close()
        assert gate.decide(user="x")["verdict"] == "admit"


def without_policy():
    """no policy: Postfix hears 421, the dict fails for now"""
    with Gate(listen=LISTEN).start() as gate:
        lock = gate.apply(values())["id"]
        gate.kill()
        for name in ("registry.reg", "registry.good.reg",
                     f"locks/{lock}.json", f"locks/{lock}.good.json"):
            with open(os.path.join(gate.state, name), "wb") as file:
                file.write(b"garbage")
        gate.start()
        assert postfix(gate, request(sasl_username="alice"), 1)[0] \
            .startswith(b"action=421 4.3.2 ")
        assert postfix(gate, request(), 1) == [b"action=DUNNO\n"]
        sock = peer_of(os.path.join(gate.run, "dict.sock"),
                       b"H3\t2\t0\t\tx\nLshared/gate/imap/1/\talice\n")
        assert sock.recv(200).startswith(b"F")
        sock.close()


def dict_lookup(gate, name):
    sock = peer_of(os.path.join(gate.run, "dict.sock"),
                   b"H3\t2\t0\t\tx\nLshared/gate/imap/1/s/" + name + b"\t"
                   + name + b"\n")
    answer = sock.recv(500)
    sock.close()
    return answer


def no_names():
    """a name with a NUL or control character is refused at every door, with a
    lock and without one, and not taken for its beginning"""
    with Gate(listen=LISTEN).start() as gate:
        for locked in (False, True):
            if locked:
                gate.apply(values())
            for text in ("alice\0x", "alice\0", "\0alice", "al\x01ice",
                         "alice\x7f", "alice\r", "alice\t"):
                raw = text.encode()
                for field in ("user", "login", "master"):
                    if field == "login" and "\0" not in text:
                        continue  # judged by the others
                    answer = gate.dovecot(**{"user": "alice", field: text})
                    assert answer["status"] == -1, (field, text, answer)
                assert gate.dovecot("alice", session_id="\0")["status"] == -1
                answer = gate.decide(user=text, protocol="imap")
                assert (answer["verdict"], answer["reason"]) == (
                    "refuse", "bad-name"), (text, answer)
                assert gate.decide(dn=text)["verdict"] == "refuse"
                [answer] = postfix(gate, request(
                    sasl_username="X").replace(b"X", raw), 1)
                assert answer.startswith(b"action=421 4.3.2 "), answer
                escaped = raw.replace(b"\0", b"\x010").replace(
                    b"\r", b"\x01r").replace(b"\t", b"\x01t")
                if b"\x01ice" in escaped:
                    escaped = escaped.replace(b"\x01ice", b"\x011ice")
                assert b"nologin" in dict_lookup(gate, escaped), text
            assert gate.decide(user="alice")["verdict"] == "admit"
            assert gate.dovecot("alice")["status"] == 0
            assert b"nologin" not in dict_lookup(gate, b"alice")
        # The record names nobody else.
        users = {line["user"] for line in gate.ask("refused")["refused"]}
        assert not users & {"alice"}, users


def idle():
    """a peer that says nothing is sent away, one that asked may stay"""
    with Gate(listen=LISTEN).start() as gate:
        silent = peer_of(os.path.join(gate.run, "postfix.sock"))
        begun = peer_of(os.path.join(gate.run, "postfix.sock"), b"request=")
        asked = peer_of(os.path.join(gate.run, "postfix.sock"),
                        request(sasl_username="a"))
        assert asked.recv(100)
        for sock in (silent, begun):
            sock.settimeout(45)
            start = time.monotonic()
            assert sock.recv(1) == b""
            assert time.monotonic() - start < 40
        asked.sendall(request(sasl_username="a"))
        assert asked.recv(100).startswith(b"action=")


if __name__ == "__main__":
    main([mail, pipelined, nonsense, without_policy, no_names, idle])
