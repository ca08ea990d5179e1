# SPDX-License-Identifier: ISC
"""The longest that a logon waits while the gate does something else: nothing;
tells records of MEGABYTES; takes and puts back a list of SOME names, and of
MANY; judges SOME open sessions, none of which goes, and cuts them all; takes
and puts back a lock on a disk whose fsync takes half a second. All
the while logons come evenly, half as many as the gate answers. JSON lines, and
a table on standard error.

A wait counts from the moment when the logon was due, and its longest is the
gate's own only where nothing else runs on the machine: "late" is the share of
the time in which the client was kept from its core. "turn" is the longest that
the thread that decides was busy without a look at who waits, less what it
waited for a core itself: that is the gate's own on any machine. LG_BENCH_FIRST=1 lets root
go before other programs with the client and the thread that decides (nice -20).
LG_BENCH_RATE=N sends that many logons a second instead of half of what is
answered: where two cores carry client, gate and worker, half takes a core each.
With LIMIT (milliseconds) a longer turn is told as an assertion about time.

usage: waits.py CLIENT LOGONGATED [SECONDS [SOME MANY [MEGABYTES [LIMIT]]]]"""
import contextlib
import json
import os
import signal
import subprocess
import sys
import time

ARGUMENTS = sys.argv[3:]
# rig.py takes its own, and goes first in a way that is too short for this.
del sys.argv[5:]
GOES_FIRST = os.environ.pop("LG_BENCH_FIRST", "") == "1"
RATE = float(os.environ.pop("LG_BENCH_RATE", "0"))
import rig  # noqa: E402
import slow_disk  # noqa: E402
from doveadm_crowd import SETTINGS, Crowd  # noqa: E402
from programs import wait_for  # noqa: E402
from running_gate import (Gate, ONLY_LATE, control_request,  # noqa: E402
                          listeners, listing, reg)

SECONDS = float(ARGUMENTS[0]) if ARGUMENTS else 3
SOME, MANY = [int(n) for n in ARGUMENTS[1:3]] or (100000, 1000000)
MEGABYTES = int(ARGUMENTS[3]) if len(ARGUMENTS) > 3 else 120
LIMIT_MS = float(ARGUMENTS[4]) if len(ARGUMENTS) > 4 else None
FSYNC_MS = 500
BUILT = os.path.dirname(os.path.abspath(rig.PROGRAM))
CONNECTIONS = 32


def go_first(thread):
    """A thread, or a process that has not begun others."""
    if GOES_FIRST:
        os.setpriority(os.PRIO_PROCESS, thread, -20)


def start_client(gate, seconds, rate=0):
    client = subprocess.Popen(
        [rig.PROGRAM, gate.socket("http"), "check", str(CONNECTIONS), "1",
         str(seconds), "1000", str(rate)], stdout=subprocess.PIPE, text=True,
        preexec_fn=rig.on_core(rig.CLIENT_CORE))
    go_first(client.pid)
    return client


def result_of(client):
    said, _ = client.communicate()
    if client.returncode:
        raise SystemExit("the client failed")
    return json.loads(said)


def write_records(gate):
    """A day of refusals."""
    day = time.strftime("%Y-%m-%d", time.gmtime())
    line = json.dumps({
        "at": day + "T00:00:01Z", "user": "somebody@example.org",
        "dn": "/o=Org/ou=Site/cn=Recipients/cn=somebody",
        "client": "a client with a name", "version": None, "process": None,
        "protocol": "imap", "address": "192.0.2.1", "door": "dovecot",
        "reason": "not-listed", "rule": "logon-only-as", "generation": 0,
        "count": 1, "last": day + "T00:00:01Z"}, separators=(",", ":")) + "\n"
    os.makedirs(gate.stored("refused"), exist_ok=True)
    with open(gate.stored(f"refused/{day}.jsonl"), "w",
              encoding="utf-8") as file:
        for _ in range(MEGABYTES * 1000000 // len(line)):
            file.write(line)


def tell_records(gate):
    """Reads the answer as it comes, and keeps its ends only."""
    control = gate.control()
    control.sock.settimeout(120)
    control.sock.sendall(control_request("refused"))
    last, length = b"", 0
    while not last.endswith(b"\n"):
        piece = control.sock.recv(1 << 20)
        if not piece:
            raise SystemExit("refused: the answer ended early")
        length += len(piece)
        last = (last + piece)[-100:]
    control.close()
    if not last.endswith(b'"ok":true}\n') or length < MEGABYTES * 500000:
        raise SystemExit(f"refused: {length} bytes, {last!r}")


def change(gate, op, blocks=(), **members):
    control = gate.control()
    control.sock.settimeout(300)
    answer = control.ask(op, blocks, **members)
    control.close()
    if not answer["ok"]:
        raise SystemExit(f"{op}: {answer}")


def list_of(count):
    return listing("alice", **{"Logon Only As Users": rig.users(count)})


def longest_turn_ms(gate):
    """Since it was asked last; less than one is not told."""
    with open(gate.path("turns"), "r+", encoding="ascii") as file:
        turns = [int(line) for line in file]
        file.truncate(0)
    return round(max(turns, default=1000) / 1000, 1)


def measure(gate, rate, what, does, *arguments):
    longest_turn_ms(gate)
    client = start_client(gate, 600, rate)
    time.sleep(SECONDS / 4)
    begun = time.monotonic()
    does(*arguments)
    took = time.monotonic() - begun
    # What it leaves behind counts too: memory is given back, doors are asked.
    time.sleep(SECONDS / 2)
    client.send_signal(signal.SIGTERM)
    result = result_of(client)
    result = {"during": what, "took_s": round(took, 2),
              "turn_ms": longest_turn_ms(gate),
              "longest_ms": round(result["longest_us"] / 1000, 2),
              **{name: result[name] for name in
                 ("p50_us", "p99_us", "p999_us", "per_second", "late")}}
    print(json.dumps(result), flush=True)
    return result


def run(stack):
    gate = stack.enter_context(Gate(SETTINGS, listen=listeners("http")))
    crowd = stack.enter_context(contextlib.closing(Crowd(gate, 0)))
    disk = slow_disk.SlowDisk(gate.folder,
                              os.path.join(BUILT, "slowshim.so"))
    gate.env.update(disk.environment())
    gate.env["LD_PRELOAD"] += ":" + os.path.join(BUILT, "turnshim.so")
    gate.env["LG_TURNS"] = gate.path("turns")
    gate.start().stop()
    write_records(gate)
    gate.start()
    assert os.path.getsize(gate.path("turns")), "turns are not told"
    go_first(gate.process.pid)
    rate = RATE or max(
        1, result_of(start_client(gate, SECONDS))["per_second"] / 2)
    few, some, many = list_of(1), list_of(SOME), list_of(MANY)
    lock = {"profile": "upgrade", "for_s": 3600}

    def slow(op, *arguments, **members):
        disk.takes(FSYNC_MS)
        change(gate, op, *arguments, **members)
        disk.is_well()

    def judge():
        """Nobody of them is told to go: each round judges all."""
        crowd.is_there(SOME)
        crowd.asked = 0
        change(gate, "apply", [reg({"Refuse Protocols": "pop3"})], **lock)
        wait_for("some rounds", lambda: crowd.asked > 1, 120)
        change(gate, "lift")

    def cut():
        crowd.is_there(SOME)
        change(gate, "apply", [few], **lock)
        wait_for("all to be gone", lambda: len(crowd.inside) < 2, 300)
        change(gate, "lift")

    steps = [
        ("nothing", time.sleep, SECONDS),
        (f"refused, {MEGABYTES} MB", tell_records, gate),
        (f"apply, {SOME} names", lambda: change(gate, "apply", [some], **lock)),
        (f"lift, {SOME} names", lambda: change(gate, "lift")),
        (f"apply, {MANY} names", lambda: change(gate, "apply", [many], **lock)),
        (f"lift, {MANY} names", lambda: change(gate, "lift")),
        (f"{SOME} sessions judged", judge),
        (f"sweep of {SOME} sessions", cut),
        (f"apply, fsync {FSYNC_MS} ms",
         lambda: slow("apply", [few], **lock)),
        (f"lift, fsync {FSYNC_MS} ms", lambda: slow("lift")),
    ]
    return [measure(gate, rate, *step) for step in steps]


def main():
    with contextlib.ExitStack() as stack:
        results = run(stack)
    table = rig.Table(("during", 22, None), ("took s", 7, 2),
                      ("turn ms", 7, 1), ("longest ms", 10, 2), ("p99 us", 8, 1),
                      ("p99.9 us", 9, 1), ("per s", 8, 0), ("late %", 7, 2))
    for one in results:
        table.row(one["during"], one["took_s"], one["turn_ms"],
                  one["longest_ms"], one["p99_us"], one["p999_us"],
                  one["per_second"], 100 * one["late"])
    worst = max(results, key=lambda one: one["turn_ms"])
    if LIMIT_MS is not None and worst["turn_ms"] > LIMIT_MS:
        print(f"{worst['during']}: busy for {worst['turn_ms']} ms")
        print("timing: the longest turn of the thread that decides",
              flush=True)
        sys.exit(ONLY_LATE)


main()
