#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""A login storm: two hundred mail programs that try again and again for a
minute, refused each time, while somebody who is listed logs on. Nobody of
them gets in, the listed notice nothing, the disk does not fill."""
import imaplib
import os
import socket
import sys
import threading
import time

import dovecot_fixture
import gate_dovecot
from running_gate import main

CLIENTS = 200
SECONDS = float(os.environ.get("LG_STORM_SECONDS", "60"))
# What a person would notice, on a machine that does nothing else.
NOTICED_S = 3
# What nobody who is listed may ever wait, be the machine as busy as it is.
LONGEST_S = 10
DISK_MAX = 4 << 20


def try_for_ever(port, user, password, until, count, lock):
    """One program: connects, is refused, waits a moment, tries again."""
    tries = admitted = 0
    while time.monotonic() < until:
        try:
            client = imaplib.IMAP4("127.0.0.1", port, 30)
            try:
                client.login(user, password)
                admitted += 1
            finally:
                client.shutdown()
        except imaplib.IMAP4.error:
            tries += 1
        except (OSError, socket.timeout):
            pass
        time.sleep(1)
    with lock:
        count["refused"] += tries
        count["admitted"] += admitted


def folder_size(path):
    return sum(os.path.getsize(os.path.join(at, name))
               for at, _, names in os.walk(path) for name in names)


# Dovecot's own advice for many logons: login processes that serve many each,
# not a new one for every connection.
MANY_LOGONS = """
service imap-login {
  service_count = 0
  client_limit = 1000
  process_min_avail = 2
}
"""
if dovecot_fixture.IS_24:
    MANY_LOGONS = MANY_LOGONS.replace("service_count = 0",
                                      "restart_request_count = unlimited")


def storm():
    """two hundred clients retry for a minute, and the listed log on"""
    site = gate_dovecot.Site("dict")
    site.dovecot.extra += MANY_LOGONS
    with site:
        port = site.dovecot.imap_port
        site.gate.apply(gate_dovecot.values())
        count = {"refused": 0, "admitted": 0}
        lock = threading.Lock()
        until = time.monotonic() + SECONDS
        threads = [threading.Thread(
            target=try_for_ever,
            args=(port, user, gate_dovecot.USERS[user], until, count, lock))
            for user in ["bob", "carl"] * (CLIENTS // 2)]
        for thread in threads:
            thread.start()
        waits = []
        try:
            while time.monotonic() < until:
                started = time.monotonic()
                client = imaplib.IMAP4("127.0.0.1", port, 60)
                client.login("alice", gate_dovecot.USERS["alice"])
                client.logout()
                waits.append(time.monotonic() - started)
                time.sleep(0.5)
        finally:
            for thread in threads:
                thread.join()
        waits.sort()
        print(f"     {count['refused']} refused; {len(waits)} logons of the "
              f"listed, the middle one {waits[len(waits) // 2]:.2f} s, the "
              f"longest {waits[-1]:.2f} s", file=sys.stderr)
        assert count["admitted"] == 0, count
        assert count["refused"] > CLIENTS, count
        assert len(waits) > SECONDS / (NOTICED_S + 0.5), waits
        assert waits[len(waits) // 2] < NOTICED_S, waits
        assert waits[-1] < LONGEST_S, waits
        status = site.gate.status()
        assert status["refused"] >= count["refused"], (status, count)
        assert folder_size(site.gate.state) < DISK_MAX
        rows = site.gate.ask("refused")["refused"]
        assert {row["user"] for row in rows} <= {"bob", "carl"}, rows


if __name__ == "__main__":
    main([storm])
