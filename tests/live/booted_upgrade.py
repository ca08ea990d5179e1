#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""The packages of an earlier build on a booted Debian, and these over them
while a lock is in force: the lock is kept, and nobody who asks all the while
gets in, or is told that a password is wrong. scripts/test-booted SUITE upgrade
makes what it needs.

    booted_upgrade.py SUITE
"""
import json
import os
import subprocess
import sys

import booted
from programs import program, wait_for

# Logs on over and over until it is told to end: how often each answer came.
LOGS_ON = """
import collections, imaplib, json, sys, threading, time
imaplib.Commands["LOGIN"] = ("NONAUTH",)
said, over = collections.Counter(), threading.Event()
def ask():
    while not over.is_set():
        try:
            client = imaplib.IMAP4("127.0.0.1", 143, 30)
            client.login(sys.argv[1], sys.argv[2])
            said["in"] += 1
        except imaplib.IMAP4.error as what:
            said[what.args[0].decode().split(" Please")[0]] += 1
        client.shutdown()
askers = [threading.Thread(target=ask) for _ in range(4)]
for asker in askers:
    asker.start()
sys.stdin.read()
while sum(list(said.values())) < 12:  # where the upgrade is a quick one
    time.sleep(0.1)
over.set()
for asker in askers:
    asker.join()
print(json.dumps(said))
"""
STAYS = """
import imaplib, sys
client = imaplib.IMAP4("127.0.0.1", 143, 30)
client.login(sys.argv[1], sys.argv[2])
print("in", flush=True)
sys.stdin.read()
print(client.noop()[0])
"""
TESTER = "carol"


class Upgrade:
    def __init__(self, box, story):
        self.box, self.story = box, story
        self.lock = None

    def beside(self, code, *words):
        """A client beside what is done here; it ends with its input."""
        return subprocess.Popen(
            ["nsenter", "-t", self.box.leader(), "-n", "--", sys.executable,
             "-c", code, *words], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, encoding="utf-8")

    def install(self):
        box = self.box
        box.run("apt-get -y install /debs/*.deb")
        box.run("logongate setup dovecot")
        box.run("logongate apply upgrade"
                f" --set tester={TESTER} --for 2h --reason disks")
        [self.lock] = box.status()["locks"]
        return self.story.is_locked()

    def upgrade(self):
        box = self.box
        box.newer()
        before = box.pid()
        stays = self.beside(STAYS, TESTER, booted.PASSWORD)
        assert stays.stdout.readline() == "in\n"
        asks = self.beside(LOGS_ON, booted.USER, booted.PASSWORD)
        said = box.run("apt-get -y install /newer/*.deb")
        assert "+newer" in box.run("dpkg-query -W logongated"), said
        wait_for("the new gate", lambda: box.pid() not in (0, before))
        self.story.is_locked()
        answers = json.loads(asks.communicate("", timeout=60)[0])
        for answer in answers:
            assert answer.startswith("[UNAVAILABLE]"), answers
        assert answers["[UNAVAILABLE] This server is being upgraded."] > 10, \
            answers
        assert "OK" in stays.communicate("", timeout=60)[0]
        return json.dumps(answers)

    def kept(self):
        box = self.box
        [now] = box.status()["locks"]
        for name in ("id", "profile", "since", "until", "by", "reason"):
            assert now[name] == self.lock[name], (name, now, self.lock)
        assert "nothing was changed" in box.run("logongate setup dovecot")
        check = json.loads(box.run("logongate setup check --json", None))
        assert {"what": "setup", "mark": "ok",
                "text": "dovecot was set up"} in check["check"], check
        box.run("logongate extend --for 1h")
        box.reboot()
        wait_for("Dovecot", lambda: "refused" not in box.logon(), 30)
        return self.story.is_locked()

    def ended(self):
        box = self.box
        box.run("logongate lift")
        assert box.logon() == "in"
        said = [json.loads(line)["event"] for line in
                box.run("logongate history --json").splitlines()]
        assert said.count("apply") == 1 and said.count("lift") == 1, said
        box.run("logongate setup dovecot --undo")
        box.run("apt-get -y purge logongate logongated")
        assert box.logon() == "in"


def main():
    if os.geteuid() or not program("systemd-nspawn"):
        sys.exit(booted.SKIPPED)
    with booted.Booted(sys.argv[1]) as box:
        box.run(f"useradd -m -G mail {TESTER} && "
                f"echo {TESTER}:{booted.PASSWORD} | chpasswd")
        story = booted.Story(box)
        upgrade = Upgrade(box, story)
        story.step("an earlier build, locked", upgrade.install)
        story.step("this one over it: nobody gets in meanwhile",
                   upgrade.upgrade)
        story.step("the same lock, the same set-up, also after a reboot",
                   upgrade.kept)
        story.step("lifted, undone, purged", upgrade.ended)


if __name__ == "__main__":
    main()
