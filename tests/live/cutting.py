#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Cutting at a real Dovecot: who is cut and who never is, how many requests
it takes, and that it ends when the lock is over."""
import contextlib
import json
import os
import select
import signal
import socket
import threading
import time

import dovecot_fixture
from gate_dovecot import Site, values
from running_gate import Timing, eventually, main

dovecot_fixture.require("dovecot", "doveadm")

# Names as sites have them that let auth_username_chars be anything.
ANY_NAME = "auth_username_chars =\n"
MANY = """
mail_max_userip_connections = 2000
default_process_limit = 3000
default_client_limit = 5000
service imap {
  process_limit = 3000
}
service imap-login {
  service_count = 0
  client_limit = 1000
}
"""
if dovecot_fixture.IS_24:
    MANY = MANY.replace("service_count = 0",
                        "restart_request_count = unlimited")


class Doveadm:
    """Stands between a gate and Dovecot's doveadm: hands requests on, writes
    down the kicks in them, and may be slow. by_name: Dovecot does not reach
    the gate's sockets, nor the gate anvil's, and is given names."""

    def __init__(self, site, by_name=False):
        self.by_name = by_name
        self.path = site.gate.path("slow.sock")
        self.real = site.dovecot.doveadm_socket
        self.kicks = []           # (when it was handed on, user)
        self.requests = 0
        self.each_s = 0.0         # for each kick
        self.lock = threading.Lock()
        site.gate.settings(f'"unix:{self.real}"', f'"unix:{self.path}"')
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(self.path)
        self.server.listen(20)
        if not by_name:
            self.reach_anvil(site)
        threading.Thread(target=self.accept, daemon=True).start()

    @staticmethod
    def reach_anvil(site):
        os.symlink(site.dovecot.path("run/logongate-anvil"),
                   site.gate.path("logongate-anvil"))

    def accept(self):
        while True:
            try:
                one, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(one,),
                             daemon=True).start()

    def serve(self, one):
        with one, socket.socket(socket.AF_UNIX) as real, \
                contextlib.suppress(OSError):
            real.connect(self.real)
            while True:
                head, body = self.request(one)
                commands = json.loads(body)
                if self.by_name:
                    body = body.replace(b"/anvil-", b"/nobody")
                for command in commands:
                    if command[0] == "kick":
                        time.sleep(self.each_s)
                        with self.lock:
                            self.kicks.append((time.monotonic(),
                                               command[1]["mask"][0]))
                with self.lock:
                    self.requests += 1
                real.sendall(head + body)
                one.sendall(b"".join(self.request(real)))

    @staticmethod
    def request(sock):
        """Head and body of a request or an answer."""
        data = b""
        while b"\r\n\r\n" not in data:
            part = sock.recv(65536)
            if not part:
                raise OSError("closed")
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = [int(line.split(b":")[1]) for line in lines
                  if line.startswith(b"content-length:")]
        if not length and b"transfer-encoding: chunked" in lines:
            while not body.endswith(b"0\r\n\r\n"):
                body += sock.recv(65536)
        while length and len(body) < length[0]:
            body += sock.recv(65536)
        return head + b"\r\n\r\n", body

    def close(self):
        self.server.close()


def log_on(site, users):
    """IMAP sessions of all of them, by eight at a time."""
    waiting, failed = list(users), []

    def some():
        while waiting:
            try:
                site.dovecot.imap(waiting.pop(), timeout=60)
            except IndexError:
                return
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=some) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed, failed
    eventually(lambda: len(site.dovecot.who()) >= len(users))


def names_that_are_patterns():
    """names with * and ?, and names that read as addresses, are cut, and
    nobody whom Dovecot takes for the same"""
    users = {name: "pw" for name in ("alice", "q?r", "a*b", "axb", "10.0.0.1",
                                     "1234")}
    with Site("policy", users=users, more=ANY_NAME) as site:
        log_on(site, users)
        profile = site.gate.profile(listed=["alice", "axb"])
        plan = site.gate.json("plan", profile, "--for", "10m",
                              "--accept-warnings")
        assert plan["sessions"]["open"] == 6, plan["sessions"]
        cut = 4 if dovecot_fixture.IS_24 else 3
        assert plan["sessions"]["cut"] == cut, plan["sessions"]
        answer = site.gate.apply(values(**{
            "Logon Only As Users": ["alice", "axb"]}))
        assert answer["cut"] == cut, answer
        if dovecot_fixture.IS_24:
            # A connection is told by what has no patterns.
            assert not answer["left"] and not answer["notes"], answer
            assert site.users() == ["alice", "axb"], site.users()
            return
        assert [one["user"] for one in answer["left"]] == ["a*b"], answer
        assert site.users() == ["a*b", "alice", "axb"], site.users()
        said = [note for note in answer["notes"] if "a*b" in note]
        assert len(said) == 1, answer
        # Once axb is gone nobody looks like a*b.
        site.gate.ask("cut", user="axb")
        eventually(lambda: site.users() == ["alice"], 40)
        said = site.gate.all_logged()
        assert said.count("cutting: Dovecot cannot end a*b") == 1, said


def ends_with_the_lock():
    """a lift stops the kicks at once, and nobody who came after it is cut"""
    users = {f"u{number}": "pw" for number in range(60)}
    with Site("policy", users={**users, "alice": "pw"}, more=MANY) as site:
        doveadm = Doveadm(site, by_name=True)
        log_on(site, users)
        doveadm.each_s = 0.25
        begun = time.monotonic()
        answer = site.gate.apply(values())
        took = time.monotonic() - begun
        assert took < 3.5, took
        to_go = answer["left_count"]
        assert len(answer["left"]) == to_go, answer
        assert 30 < to_go <= 60, answer
        site.gate.ask("lift")
        lifted = time.monotonic()
        assert len(doveadm.kicks) < 30, len(doveadm.kicks)
        again = site.dovecot.imap("u5", timeout=30)
        time.sleep(4)
        late = [kick for kick in doveadm.kicks if kick[0] > lifted]
        assert not late, late
        assert again.noop()[0] == "OK"
        # What was not cut is still there.
        assert len(site.dovecot.who()) > 30
        if not dovecot_fixture.IS_24:
            nobody_is_ended_after_a_lift(site, doveadm)
            assert again.noop()[0] == "OK"
        doveadm.close()


def nobody_is_ended_after_a_lift(site, doveadm):
    """Many are to end at once, and the lock is over before Dovecot has read
    whom."""
    left = site.dovecot.who()
    doveadm.by_name, doveadm.each_s = False, 1.5
    doveadm.kicks.clear()
    requests = doveadm.requests
    applying = threading.Thread(target=site.gate.apply, args=(values(),))
    applying.start()
    eventually(lambda: doveadm.requests >= requests + 2)
    time.sleep(0.3)
    site.gate.ask("lift")
    applying.join()
    eventually(lambda: doveadm.kicks)
    time.sleep(0.5)
    assert site.dovecot.who() == left


def ends_when_its_time_is_over():
    """a lock that ends by itself stops its kicks too"""
    users = {f"u{number}": "pw" for number in range(40)}
    with Site("policy", users={**users, "alice": "pw"}, more=MANY) as site:
        doveadm = Doveadm(site, by_name=True)
        log_on(site, users)
        doveadm.each_s = 0.4
        site.gate.apply(values(), for_s=4)
        eventually(lambda: not site.gate.status()["active"])
        over = time.monotonic() + 1.5
        time.sleep(4)
        late = [kick for kick in doveadm.kicks if kick[0] > over]
        assert not late, late
        assert len(site.dovecot.who()) > 10
        doveadm.close()


def few_requests():
    """hundreds are cut by few requests and few commands"""
    users = {f"u{number}": "pw" for number in range(300)}
    with Site("policy", users={**users, "alice": "pw"}, more=MANY) as site:
        doveadm = Doveadm(site)
        log_on(site, [*users, *users, "alice"])
        answer = site.gate.apply(values())
        assert answer["cut"] + answer["left_count"] == 600, answer
        eventually(lambda: site.users() == ["alice"])
        assert len(doveadm.kicks) < 20, doveadm.kicks
        assert doveadm.requests < 40, doveadm.requests
        doveadm.close()


def who_is_let_in_stays():
    """nobody who is let in while hundreds are cut is cut with them: a listed
    user whose name begins like theirs, a master in a mailbox of another"""
    users = {f"u{number}": "pw" for number in range(300)}
    others = {"alice": "pw", "uu": "pw", "ua": "pw", "ub": "pw"}
    with Site("policy", users={**users, **others}, more=MANY,
              masters={"mover": "m-pw"}) as site:
        log_on(site, users)
        stop, inside, failed = threading.Event(), [], []

        def again_and_again(name, password):
            while not stop.is_set():
                try:
                    inside.append(site.dovecot.imap(name, password, 60))
                except Exception as error:
                    failed.append((name, error))
                time.sleep(0.02)

        threads = [threading.Thread(target=again_and_again, args=one)
                   for one in (("alice", "pw"), ("uu", "pw"),
                               ("ua*mover", "m-pw"), ("ub*mover", "m-pw"))]
        for thread in threads:
            thread.start()
        eventually(lambda: len(inside) >= 12)
        before = len(inside)
        answer = site.gate.apply(values(**{
            "Logon Only As Users": ["alice", "uu", "mover"]}))
        assert answer["cut"] + answer["left_count"] == 300, answer
        eventually(lambda: not users.keys() & set(site.users()))
        stop.set()
        for thread in threads:
            thread.join()
        assert not failed, failed
        assert len(inside) > before, before
        gone = [one for one in inside if one.noop()[0] != "OK"]
        assert not gone, len(gone)


class Anvil:
    """In the place of Dovecot's anvil: hands on its list, and breaks off where
    somebody is to end."""

    def __init__(self, site):
        self.real = site.dovecot.path("run/logongate-anvil")
        path = site.gate.path("logongate-anvil")
        os.unlink(path)
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(path)
        self.server.listen(20)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            one, _ = self.server.accept()
            with one, socket.socket(socket.AF_UNIX) as real:
                real.connect(self.real)
                peers = {one: real, real: one}
                while peers:
                    for peer in select.select(list(peers), [], [])[0]:
                        words = peer.recv(65536)
                        if not words or b"KICK-USER" in words:
                            peers = {}
                            break
                        peers[peer].sendall(words)


def breaks_off():
    """a Dovecot that forgets who is there is loud until the lock is over"""
    if not dovecot_fixture.IS_24:
        return
    with Site("policy") as site:
        doveadm = Doveadm(site)
        Anvil(site)
        site.dovecot.imap("bob")
        answer = site.gate.apply(values())
        assert "restart Dovecot" in str(answer["notes"]), answer
        loud = site.gate.status()["loud"]
        assert [line for line in loud if line.startswith(
            "Dovecot forgot who was logged on")], loud
        assert not doveadm.kicks, doveadm.kicks
        site.gate.lift()
        assert "Dovecot forgot" not in str(site.gate.status()["loud"])
        doveadm.close()


def who_leaves_meanwhile():
    """while people leave by themselves others are cut, and Dovecot goes on
    listing who is there"""
    users = {f"u{number}": "pw" for number in range(150)}
    with Site("policy", users={**users, "alice": "pw"}, more=MANY) as site:
        log_on(site, [*users, "alice"])

        def leave():
            for one in site.dovecot.open[::3]:
                if one is not stays:
                    one.sock.shutdown(socket.SHUT_RDWR)
                time.sleep(0.001)

        stays = site.dovecot.imap("alice")
        leaving = threading.Thread(target=leave)
        leaving.start()
        answer = site.gate.apply(values())
        leaving.join()
        assert not answer["left"], answer
        eventually(lambda: site.users() == ["alice"])
        assert stays.noop()[0] == "OK"
        assert "Panic" not in site.dovecot.log(), site.dovecot.log()


def one_that_does_not_end():
    """a session that does not end holds nobody else, is tried with growing
    pauses, and told"""
    with Site("policy") as site:
        doveadm = Doveadm(site)
        for user in ("bob", "alice", "carl"):
            site.dovecot.imap(user)
        [bob] = [one for one in site.gate.ask("sessions")["sessions"]
                 if one["user"] == "bob"]
        pid = int(bob["id"].partition("-")[2])
        os.kill(pid, signal.SIGSTOP)
        try:
            begun = time.monotonic()
            answer = site.gate.apply(values())
            assert time.monotonic() - begun < 3.5
            # Where kicks are sent together, who hangs is found out first.
            eventually(lambda: site.users() == ["alice", "bob"], 10)
            assert answer["left_count"] + answer["cut"] == 2, answer
            eventually(lambda: [line for line in site.gate.status()["loud"]
                                if "do not end" in line and "bob" in line],
                       40)
            doveadm.kicks.clear()
            time.sleep(6)
            assert len(doveadm.kicks) <= 2, doveadm.kicks
            assert site.gate.all_logged().count("do not end") == 1
        finally:
            os.kill(pid, signal.SIGCONT)
        eventually(lambda: site.users() == ["alice"])
        eventually(lambda: not [line for line in site.gate.status()["loud"]
                                if "do not end" in line], 40)
        doveadm.close()


def seconds_until_out(site, count, cut):
    """How long it takes from the beginning of cut(), which runs beside, until
    count of the open sessions are out."""
    poll = select.poll()
    for one in site.dovecot.open:
        poll.register(one.sock, select.POLLIN)
    begun = time.monotonic()
    thread = threading.Thread(target=cut)
    thread.start()
    out = 0
    while out < count:
        for fd, _ in poll.poll(1000):
            poll.unregister(fd)
            out += 1
    took = time.monotonic() - begun
    thread.join()
    return took


def a_thousand(count=1000):
    """how long it takes until all but three of a thousand are out"""
    users = {f"u{number}": "pw" for number in range(count)}
    with Site("policy", users={**users, "alice": "pw"}, more=MANY) as site:
        log_on(site, users)
        took = seconds_until_out(site, count - 3,
                                 lambda: site.gate.apply(values()))
        print(f"all but 3 of {count} out after {took:.2f} s", flush=True)
        if took >= 5:
            raise Timing("a thousand are out", f"after {took:.2f} s")


def the_command_tells():
    """apply tells in words and in JSON how many are still to go, and which
    door does not answer"""
    with Site("policy") as site:
        doveadm = Doveadm(site, by_name=True)
        site.dovecot.imap("bob")
        profile = site.gate.profile(listed=["alice"])
        doveadm.each_s = 4
        applied = site.gate.lock(profile)
        assert applied["sessions"]["left"] == 1, applied["sessions"]
        site.gate.lift()
        # What was on its way to Dovecot arrives.
        eventually(lambda: not site.users())
        site.dovecot.imap("bob")
        text = site.gate.command("apply", profile, "--for", "1h",
                                 "--accept-warnings")
        assert "1 session still to go; cutting continues" in text, text
        doveadm.close()


if __name__ == "__main__":
    main([names_that_are_patterns, ends_with_the_lock,
          ends_when_its_time_is_over, few_requests, who_is_let_in_stays,
          who_leaves_meanwhile, breaks_off, one_that_does_not_end,
          the_command_tells, a_thousand])
