#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""A gate whose wall clock is stepped while it runs: every end comes when it
would have come, and what is counted and kept stays what it was."""
import sys
import time

import wall_clock
from running_gate import DN, Gate, eventually, listing, main

DAY = wall_clock.DAY
STEPS = (DAY, -DAY)


class Stepped(Gate):
    """The gate and logongate under a clock of the test's."""

    def __init__(self):
        super().__init__()
        self.clock = wall_clock.WallClock(self.folder)
        self.env.update(self.clock.environment())


def is_locked(gate):
    return gate.decide(user="bob")["verdict"] == "refuse"


def comes_in_time(begun, seconds, what):
    """An end of whole seconds after begun, neither early nor late."""
    eventually(what)
    took = time.monotonic() - begun
    assert seconds - 1 <= took < seconds + 10, took


def ends():
    """the end comes in its time, also when the gate is started again"""
    for by in STEPS:
        with Stepped().start() as gate:
            begun = time.monotonic()
            gate.apply(listing("alice"), for_s=5)
            gate.clock.step(by)
            assert is_locked(gate)
            gate.kill()
            gate.clock.step(by)
            gate.start()
            comes_in_time(begun, 5, lambda: not is_locked(gate))
            assert not gate.status()["active"]
            assert not gate.status()["stepped"]
            assert gate.ask("history")["history"][-1]["event"] == "expire"


def ends_while_down():
    """an end that came while the gate was down came by the time since boot"""
    for by in STEPS:
        with Stepped().start() as gate:
            gate.apply(listing("alice"), for_s=2)
            gate.kill()
            gate.clock.step(by)
            time.sleep(2.2)
            gate.start()
            assert not is_locked(gate)


def begins():
    """a lock that begins later begins in its time"""
    for by in STEPS:
        with Stepped().start() as gate:
            begun = time.monotonic()
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ",
                               time.gmtime(time.time() + 4))
            gate.apply(listing("alice"), at=at)
            gate.clock.step(by)
            assert not is_locked(gate)
            comes_in_time(begun, 4, lambda: is_locked(gate))
            assert gate.status()["active"]


def unconfirmed():
    """a lock that nobody confirms lifts in its time"""
    for by in STEPS:
        with Stepped().start() as gate:
            begun = time.monotonic()
            gate.apply(listing("alice"), confirm_within_s=4)
            gate.clock.step(by)
            assert is_locked(gate)
            comes_in_time(begun, 4, lambda: not is_locked(gate))
            history = gate.ask("history")["history"]
            assert history[-1]["result"] == "not confirmed", history


def wait_for_loud(gate, beginning):
    """The sentence that asks for attention."""
    found = []

    def is_told():
        found[:] = [text for text in gate.status()["loud"]
                    if text.startswith(beginning)]
        return len(found) == 1
    eventually(is_told)
    return found[0]


def extends():
    """extend counts from now; max_duration from the lock's beginning"""
    for by in STEPS:
        with Stepped().start() as gate:
            gate.apply(listing("alice"), for_s=60, max_duration_s=100)
            gate.clock.step(by)
            assert gate.ask("extend", for_s=150)["exit"] == 2
            begun = time.monotonic()
            assert gate.ask("extend", for_s=3)["ok"]
            status = gate.status()
            assert abs(status["stepped"] - by) < 5, status
            told = wait_for_loud(gate, "the wall clock was set")
            assert ("forward by" if by > 0 else "back by") in told, told
            metrics = gate.http("GET", "/metrics")[2].decode()
            assert 'logongate_attention{what="clock"} 1' in metrics, metrics
            assert "logongate_clock_stepped_seconds " in metrics, metrics
            comes_in_time(begun, 3, lambda: not is_locked(gate))
            eventually(lambda: not any("wall clock" in text for text in
                                       gate.status()["loud"]))


def counts():
    """refusals before and after a step are the lock's, over a restart too"""
    for by in (DAY, -DAY - 0.9):
        with Stepped().start() as gate:
            gate.apply(listing("alice"))
            for user in ("bob", "carl"):
                gate.decide(user=user)
            gate.clock.step(by)
            for user in ("bob", "dora", "emil"):
                gate.decide(user=user)
            assert gate.status()["refused"] == 5, gate.status()
            assert len(gate.ask("refused")["refused"]) == 5
            assert len(gate.lines("refused")) == 5
            gate.stop()
            # Without the gate the command counts.
            status = gate.json("status", code=8)
            assert status["refused"] == 5, status
            assert status["active"], status
            gate.start()
            assert gate.status()["refused"] == 5, gate.status()


def keeps():
    """a clock that is years ahead costs no record of who was refused"""
    with Stepped().start() as gate:
        gate.apply(listing("alice"))
        gate.decide(user="bob")
        gate.clock.set(10 * 366 * DAY)
        gate.decide(user="carl")
        gate.stop()
        gate.start()
        time.sleep(1.5)
        gate.clock.set(0)
        rows = gate.ask("refused")["refused"]
        assert [row["user"] for row in rows] == ["bob", "carl"], rows


def servers():
    """a lock on other servers alone ends in its time too"""
    for by in STEPS:
        with Stepped() as gate:
            values = gate.path("ex55.reg")
            with open(gate.config, "a", encoding="utf-8") as file:
                file.write("[target.file]\nbackend = regfile\n"
                           f'dialect = exchange5.5\nfile = "{values}"\n')
            profile = gate.write(
                "up.ini", "[logon_only_as]\nwhen_invalid = closed\n"
                f'allow.1 = "{DN}alice"\n')
            gate.start()
            begun = time.monotonic()
            gate.lock(profile, "--target", "file", for_s=5)
            gate.clock.step(by)
            status = gate.json("status")
            assert status["active"], status
            comes_in_time(begun, 5, lambda: not is_named(values))
            status = gate.json("status")
            assert not status["active"], status


def is_named(path):
    with open(path, encoding="utf-16") as file:
        return '"Logon Only As"=hex' in file.read()


if not wall_clock.LIBRARY:
    print("libfaketime is not installed: skipped")
    sys.exit(77)
if __name__ == "__main__":
    main([ends, ends_while_down, begins, unconfirmed, extends, counts, keeps,
          servers])
