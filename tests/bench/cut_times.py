#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""How long it takes until all but three of a thousand IMAP sessions of a real
Dovecot are out, in turns: cut by the gate, by the gate where it can name users
only (another machine, Dovecot 2.4), by Dovecot's own `doveadm kick` and by a
signal to each process, which is the least that any of them can take.

usage: LOGONGATE_BUILD_DIR=$PWD/.build/release \\
       LOGONGATE_BIN_DIR=$PWD/.build/release/bin cut_times.py [COUNT [ROUNDS]]"""
import json
import os
import signal
import statistics
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../live"))
from cutting import MANY, log_on, seconds_until_out  # noqa: E402
from gate_dovecot import Site, values  # noqa: E402

STAY = 3


def doveadm(site, *words):
    return subprocess.run(
        ["doveadm", "-c", site.dovecot.config, *words], check=False,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


# Ways to cut: each gives what is done while the clock runs.
def gate(site):
    return lambda: site.gate.apply(values())


def names(site):
    site.gate.settings(
        f'"unix:{site.dovecot.doveadm_socket}"',
        f'"http://127.0.0.1:{site.dovecot.doveadm_port}/doveadm/v1"')
    return gate(site)


def kick(site):
    return lambda: doveadm(site, "kick", "u*")


def signals(site):
    rows = json.loads(doveadm(site, "-f", "json", "who", "-1"))
    pids = [int(row["pid"]) for row in rows]

    def send():
        for pid in pids:
            os.kill(pid, signal.SIGTERM)
    return send


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    users = {f"u{number}": "pw" for number in range(count)}
    took = {way: [] for way in (gate, names, kick, signals)}
    print(f"{count} sessions, {os.cpu_count()} processors, load "
          f"{os.getloadavg()[0]:.1f}", flush=True)
    for _ in range(rounds):
        for way, seconds in took.items():
            with Site("policy", users={**users, "alice": "pw"},
                      more=MANY) as site:
                log_on(site, users)
                seconds.append(seconds_until_out(site, count - STAY,
                                                 way(site)))
    floor = statistics.median(took[signals])
    for way, seconds in took.items():
        print(f"{way.__name__:8} {statistics.median(seconds):.2f} s "
              f"({min(seconds):.2f} to {max(seconds):.2f}), "
              f"{statistics.median(seconds) / floor:.2f} of signals",
              flush=True)


main()
