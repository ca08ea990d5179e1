#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Deciding never waits: not for a disk, a long record, a long list, a door, or
whoever should read what the gate says. And what was answered is so."""
import glob
import json
import os
import socket
import subprocess
import threading
import time

from doveadm_crowd import SETTINGS, Crowd
from programs import BIN, BUILD, eventually, listens, wait_for
from running_gate import (Gate, Timing, UnixHTTP, control_request, listing,
                          main)
from slow_disk import SlowDisk

# Far above what a logon takes, far below what it would wait for.
LONGEST_S = 1.0
FSYNC_MS = 500
# A gate that waits for what hangs ends after 1.4 s. One for which nothing hangs
# ended after 0.3 s, with the sanitizer's search for leaks (0.2 s of it) and on
# two cores with thirty programs that wanted one: 0.95 s the longest of 200.
END_S = 2.0
TURN_MS = 30
ASIDE_MS = 20


class Logons(threading.Thread):
    """Somebody who wants in again and again; what he was told and the longest
    that he waited."""

    def __init__(self, gate, user="bob"):
        super().__init__()
        self.gate, self.user = gate, user
        self.going = True
        self.longest = 0
        self.told = []
        self.failed = None

    def run(self):
        try:
            connection = UnixHTTP(self.gate.socket("http"))
            body = json.dumps({"user": self.user, "protocol": "imap"})
            while self.going:
                begun = time.monotonic()
                connection.request("POST", "/v1/decide", body)
                verdict = json.load(connection.getresponse())["verdict"]
                self.longest = max(self.longest, time.monotonic() - begun)
                self.told.append((begun, time.monotonic(), verdict))
                time.sleep(0.002)
            connection.close()
        except Exception as error:  # every kind fails the row
            self.failed = error

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.going = False
        self.join()
        if self.failed:
            raise self.failed

    def check(self, what):
        assert self.told
        if self.longest > LONGEST_S:
            raise Timing("a logon waits for nothing",
                         f"{what}: {self.longest:.3f} s")


def slow_gate():
    gate = Gate()
    disk = SlowDisk(gate.folder)
    gate.env.update(disk.environment())
    return gate, disk


def slow_disk():
    """while a slow disk takes a lock, logons are answered, and the lock is in
    force when apply answers"""
    gate, disk = slow_gate()
    with gate.start():
        disk.takes(FSYNC_MS)
        with Logons(gate) as logons:
            begun = time.monotonic()
            gate.apply(listing("alice"))
            applied = time.monotonic()
            assert applied - begun > FSYNC_MS / 1000, "the disk is not slow"
            assert gate.decide(user="bob")["verdict"] == "refuse"
            # The directory is asked for her name meanwhile.
            eventually(lambda:
                       gate.decide(user="alice")["verdict"] == "admit")
            assert gate.ask("extend", for_s=900)["ok"]
            lifting = time.monotonic()
            assert gate.ask("lift")["ok"]
            lifted = time.monotonic()
            assert gate.decide(user="bob")["verdict"] == "admit"
        for asked, told, verdict in logons.told:
            if applied < asked and told < lifting:
                assert verdict == "refuse", (asked, told, verdict)
            if told < begun or asked > lifted:
                assert verdict == "admit", (asked, told, verdict)
        logons.check("apply, extend and lift on a slow disk")
        disk.is_well()
        assert gate.stop() == 0


def slow_end():
    """a lock ends in its time on a disk that hangs, and is over on disk when
    the disk is well again"""
    gate, disk = slow_gate()
    with gate.start():
        # By the command, which brings what the directory says.
        gate.lock(gate.profile(listed=["alice"]))
        assert gate.decide(user="bob")["verdict"] == "refuse"
        assert gate.ask("extend", for_s=3)["ok"]
        disk.takes(60000)
        begun = time.monotonic()
        wait_for("the lock's end", lambda:
                 gate.decide(user="bob")["verdict"] == "admit")
        took = time.monotonic() - begun
        assert not gate.status()["active"]
        with open(gate.stored("lock.json"), encoding="utf-8") as file:
            assert json.load(file)["phase"] == "active"
        disk.is_well()
        wait_for("the end to be written", lambda: gate.ask(
            "history")["history"][-1]["event"] == "expire")
        if took > 6:
            raise Timing("a lock ends on a disk that hangs", f"{took:.1f} s")
        assert gate.stop() == 0


def full_end():
    """a full disk keeps nobody out past the end; a lock that is over gives the
    room back in which that is written"""
    gate = Gate()
    with gate:
        try:
            with gate.small_disk() as fill:
                gate.start()
                gate.apply(listing("alice"), for_s=3)
                # Two files are room for the end and for who was refused.
                wait_for("what the directory answered", lambda: glob.glob(
                    gate.stored("locks/*.findings")))
                filler = fill()
                wait_for("the lock's end", lambda:
                         gate.decide(user="bob")["verdict"] == "admit")
                assert not gate.status()["active"]
                wait_for("the end to be written", lambda: gate.ask(
                    "history")["history"][-1]["event"] == "expire")
                rest = fill("rest")
                answer = gate.ask("apply", [listing("bob")],
                                  profile="other", for_s=60)
                assert not answer["ok"] and answer["exit"] == 6, answer
                assert gate.decide(user="bob")["verdict"] == "admit"
                # Killed there, the end is kept all the same.
                gate.kill()
                gate.start()
                assert gate.decide(user="bob")["verdict"] == "admit"
                os.unlink(filler)
                os.unlink(rest)
                wait_for("nothing to be said any more",
                         lambda: not gate.status()["loud"])
                gate.apply(listing("alice"))
                assert gate.decide(user="bob")["verdict"] == "refuse"
        except LookupError as error:
            print(f"not tried: {error}")


def write_records(gate, megabytes):
    day = time.strftime("%Y-%m-%d", time.gmtime())
    line = json.dumps({
        "at": day + "T00:00:01Z", "user": "somebody@example.org",
        "dn": "/o=Org/ou=Site/cn=Recipients/cn=somebody",
        "client": "a client with a name", "version": None, "process": None,
        "protocol": "imap", "address": "192.0.2.1", "door": "http",
        "reason": "not-listed", "rule": "logon-only-as", "generation": 0,
        "count": 1, "last": day + "T00:00:01Z"}, separators=(",", ":")) + "\n"
    count = megabytes * 1000000 // len(line)
    os.makedirs(gate.stored("refused"), exist_ok=True)
    with open(gate.stored(f"refused/{day}.jsonl"), "w",
              encoding="utf-8") as file:
        for _ in range(count):
            file.write(line)
    return count


def memory_mb(gate):
    with open(f"/proc/{gate.process.pid}/status", encoding="ascii") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0


def long_record():
    """records of many megabytes are told as fast as the client takes them, and
    nobody waits for that"""
    gate = Gate()
    # What is freed is given back.
    gate.env["ASAN_OPTIONS"] = "quarantine_size_mb=1"
    gate.start().stop()
    count = write_records(gate, 12)
    with gate.start():
        gate.decide(user="bob")
        before = memory_mb(gate)
        with Logons(gate) as logons:
            # A client that stops reading keeps its own answer waiting alone.
            stuck = gate.control()
            stuck.sock.sendall(b'{"op":"refused"}\n')
            answer = gate.ask("refused")
            assert answer["ok"] and len(answer["refused"]) == count, \
                len(answer["refused"])
            gate.apply(listing("alice"))
            assert gate.ask("lift")["ok"]
            grown = memory_mb(gate) - before
            answer = stuck.answer()
            assert answer["ok"] and len(answer["refused"]) == count
            stuck.close()
            # One that goes in the middle of it.
            gone = gate.control()
            gone.sock.sendall(b'{"op":"refused"}\n')
            gone.sock.recv(1000)
            gone.close()
        logons.check("refused")
        assert grown < 60, f"{grown} MB more"
        assert len(gate.lines("refused", "--since", "2d")) >= count
        assert gate.stop() == 0


def long_list():
    """while a long list is taken and put back, nobody waits"""
    names = [f"user{i}" for i in range(20000)]
    gate = Gate()
    with gate.start():
        with Logons(gate) as logons:
            gate.apply(listing(*names))
            assert gate.decide(user="bob")["verdict"] == "refuse"
            answer = gate.ask("policy")
            assert answer["ok"] and b"user19999" in answer["blocks"][0] or \
                len(answer["blocks"][0]) > 100000
            assert gate.ask("lift")["ok"]
        logons.check("a list of twenty thousand")
        assert gate.stop() == 0


def doors_that_hang(askers=10):
    """where Dovecot hangs and everybody asks for status, the directory is
    asked all the same, and who asks later waits no longer"""
    gate = Gate(SETTINGS)
    os.chmod(gate.write("key", "a-key\n"), 0o600)
    answers = []

    def ask(op, **members):
        answers.append((op, gate.ask(op, **members)))

    with socket.socket(socket.AF_UNIX) as hangs, gate.start():
        hangs.bind(os.path.join(gate.folder, "doveadm"))
        hangs.listen(100)
        threads = [threading.Thread(target=ask, args=("status",))
                   for _ in range(askers)]
        for thread in threads:
            thread.start()
        # Somebody is at it.
        one, _ = hangs.accept()
        with one:
            assert one.recv(1)
            threads.append(threading.Thread(target=gate.apply,
                                            args=(listing("alice"),)))
            threads[-1].start()
            eventually(lambda:
                       gate.decide(user="bob")["verdict"] == "refuse")
            # Her name comes from the directory.
            eventually(lambda:
                       gate.decide(user="alice")["verdict"] == "admit")
            # Nobody has waited for Dovecot to its end meanwhile.
            assert not answers, answers
        # All that asked while it was busy share what comes then.
        lists = 1
        hangs.settimeout(0.1)
        while any(thread.is_alive() for thread in threads):
            try:
                hangs.accept()[0].close()
                lists += 1
            except TimeoutError:
                pass
        assert len(answers) == askers and lists < askers, (lists, answers)


def many_sessions(count=10000):
    """while ten thousand sessions are listed, told and cut, nobody waits"""
    gate = Gate(SETTINGS)
    crowd = Crowd(gate, count)
    gate.env.update(SlowDisk(gate.folder, os.path.join(
        BUILD, "bench", "turnshim.so")).environment())
    gate.env["LG_TURNS"] = turns = gate.path("turns")
    with gate.start():
        with Logons(gate) as logons:
            answer = gate.ask("sessions")
            assert answer["ok"] and not answer["unasked"], answer["unasked"]
            assert {one["user"] for one in answer["sessions"]} == \
                crowd.inside and len(answer["sessions"]) == count
            assert all(one["allowed"] for one in answer["sessions"])
            answer = gate.apply(listing(
                "alice", **{"Logon Only As Users": ["user7"]}))
            assert answer["left_count"] + answer["cut"] == count - 1, answer
            wait_for("all but one to be out", lambda:
                     crowd.inside == {"user7"}, 120)
            assert gate.status()["sessions"] == 1
            assert gate.ask("lift")["ok"]
        logons.check("ten thousand sessions")
        assert gate.stop() == 0
        with open(turns, encoding="ascii") as file:
            longest = max([int(line) for line in file] or [0]) / 1000
        print(f"     the longest turn of the loop: {longest} ms")
        if longest > TURN_MS:
            raise Timing("the longest turn of the thread that decides",
                         f"ten thousand sessions: {longest} ms")
    crowd.close()


def computed_ms(gate):
    """How long the thread that decides has computed."""
    pid = gate.process.pid
    with open(f"/proc/{pid}/task/{pid}/schedstat", encoding="ascii") as file:
        return int(file.read().split()[0]) / 1e6


def judged_aside(few=10, many=30000):
    """who is listed is judged beside the thread that decides, which computes
    no more for thirty thousand than for ten"""
    gate = Gate(SETTINGS)
    crowd = Crowd(gate, few)
    took = {}
    with gate.start():
        # Nobody of them is refused: each round judges all.
        profile = gate.profile(refuse="pop3")
        for count in (few, many):
            crowd.is_there(count)
            before = computed_ms(gate)
            for _ in range(5):
                assert gate.status()["sessions"] == count
            listed = computed_ms(gate)
            crowd.asked = 0
            gate.lock(profile)
            wait_for("some rounds", lambda: crowd.asked > 1)
            gate.lift()
            took[count] = listed - before, computed_ms(gate) - listed
        assert gate.stop() == 0
    print(f"     computed by the thread that decides: {took} ms")
    for what, little, much in zip(("told", "judged"), took[few], took[many]):
        assert much - little < ASIDE_MS, (what, took)
    crowd.close()


def lifted_meanwhile(count=20000):
    """a lift while a sweep lists, judges or cuts: nobody is cut after it"""
    gate = Gate(SETTINGS)
    crowd = Crowd(gate, count)
    left = []
    with gate.start():
        for late_s in (0, 0.1, 0.2, 0.4):
            crowd.is_there(count)
            crowd.asked = 0
            applying = threading.Thread(
                target=gate.apply, args=(listing("alice"),))
            applying.start()
            wait_for("the sweep to ask who is there", lambda: crowd.asked)
            time.sleep(late_s)
            assert gate.ask("lift")["ok"]
            left.append(len(crowd.inside))
            # Judged behind whatever that sweep left behind.
            assert gate.status()["sessions"] == left[-1], left
            assert gate.status()["sessions"] == left[-1], left
            applying.join()
        assert gate.stop() == 0
    print(f"     of {count} still there: {left}")
    assert left[0] > 0, left
    crowd.close()


def pipelined():
    """requests that are sent at once are answered in their order, long and
    short ones"""
    gate = Gate()
    with gate.start():
        control = gate.control()
        control.sock.sendall(
            control_request("apply", [listing("alice")], profile="upgrade",
                            for_s=600)
            + control_request("status") + control_request("refused")
            + control_request("history") + control_request("values")
            + control_request("lift") + control_request("status"))
        assert control.answer()["ok"]
        assert control.answer()["status"]["active"]
        assert control.answer()["refused"] == []
        assert control.answer()["history"][-1]["event"] == "apply"
        assert b"Logon Only As" in control.answer()["blocks"][0]
        assert control.answer()["ok"]
        assert not control.answer()["status"]["active"]
        control.close()


def end_in_time(gate, what):
    begun = time.monotonic()
    gate.process.terminate()
    try:
        code = gate.process.wait(30)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"{what}: did not end:\n" + gate.logged()) \
            from None
    took = time.monotonic() - begun
    assert code == 0, (what, code)
    if took > END_S:
        raise Timing("SIGTERM ends the gate", f"{what}: {took:.1f} s")


def ends_whatever_hangs():
    """SIGTERM ends it within two seconds whatever disk, directory or door
    hangs; the lock stays in force on disk"""
    gate, disk = slow_gate()
    with gate.start():
        gate.apply(listing("alice"))
        disk.takes(60000)
        control = gate.control()
        control.sock.sendall(control_request("extend", for_s=900))
        eventually(lambda: gate.decide(user="bob")["verdict"] == "refuse")
        time.sleep(0.2)
        end_in_time(gate, "a disk")
        control.close()
        disk.is_well()
        gate.start()
        assert gate.decide(user="bob")["verdict"] == "refuse"
        assert gate.stop() == 0
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        gate = Gate('[haproxy]\nstats_socket = "{folder}/silent"\n')
        door = socket.socket(socket.AF_UNIX)
        door.bind(gate.path("silent"))
        door.listen()
        gate.settings(f"ldif:{gate.ldif}", f"ldap://127.0.0.1:{port}")
        with door, gate.start():
            gate.apply(listing("alice"))
            gate.decide(user="bob")
            time.sleep(0.5)
            end_in_time(gate, "a door and a directory")


def unread_to_the_end():
    """nor does the end wait for who does not read, also where systemd is gone
    meanwhile"""
    gate = Gate()
    with gate:
        reading, writing = os.pipe()
        open(gate.log, "wb").close()
        gate.env["NOTIFY_SOCKET"] = gate.path("nobody")
        gate.process = subprocess.Popen(
            [os.path.join(BIN, "logongated"), "--config", gate.config],
            stdin=subprocess.DEVNULL, stdout=writing, stderr=writing,
            env=gate.env)
        os.close(writing)
        wait_for("the gate", lambda: listens(gate.socket("control")))
        control = gate.control()
        for number in range(1500):
            answer = control.ask("cut", id=f"{number} " + "x" * 300)
            assert answer["ok"], answer
        control.close()
        end_in_time(gate, "a pipe that stays full")
        os.close(reading)


def unread():
    """nobody reads what it says: it goes on, counts what was lost, and ends"""
    gate = Gate()
    with gate:
        reading, writing = os.pipe()
        open(gate.log, "wb").close()
        gate.process = subprocess.Popen(
            [os.path.join(BIN, "logongated"), "--config", gate.config],
            stdin=subprocess.DEVNULL, stdout=writing, stderr=writing,
            env=gate.env)
        os.close(writing)
        wait_for("the gate", lambda: listens(gate.socket("control")))
        control = gate.control()
        with Logons(gate) as logons:
            # Each says 300 bytes: far more than a pipe and the ring hold.
            for number in range(3000):
                answer = control.ask("cut", id=f"{number} " + "x" * 300)
                assert answer["ok"], answer
        logons.check("a pipe that nobody reads")
        said = b""
        os.set_blocking(reading, False)
        while b"were lost" not in said:
            try:
                said += os.read(reading, 65536)
            except BlockingIOError:
                time.sleep(0.01)
                gate.decide(user="bob")
        assert b"nobody read them" in said
        control.close()
        end_in_time(gate, "a pipe")
        os.close(reading)


main([slow_disk, slow_end, full_end, long_record, long_list, many_sessions,
      judged_aside, lifted_meanwhile, doors_that_hang, pipelined,
      ends_whatever_hangs, unread, unread_to_the_end])
