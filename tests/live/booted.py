#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""The packages on a booted Debian, with systemd as its init: what an
administrator types, a lock that holds through damage, reboot and upgrade, and
nothing left behind. scripts/test-booted makes what it needs.

    booted.py SUITE
"""
import contextlib
import glob
import json
import os
import shutil
import subprocess
import sys
import time

from programs import SKIPPED, SOURCE, program, wait_for

USER, PASSWORD = "alice", "a-pw"
CLIENT = """
import imaplib, sys
imaplib.Commands["LOGIN"] = ("NONAUTH",)
client = imaplib.IMAP4("127.0.0.1", 143, 20)
try:
    client.login(sys.argv[1], sys.argv[2])
    print("in")
except imaplib.IMAP4.error as what:
    print(what)
"""


class Booted:
    """A copy of a root, booted; commands run inside it."""

    def __init__(self, suite):
        self.suite = suite
        booted = os.path.join(SOURCE, ".build/booted")
        self.root = os.path.realpath(os.path.join(booted, "run-" + suite))
        self.base = os.path.join(booted, "base-" + suite)
        self.log = open(self.root + ".log", "wb")
        self.process = None

    def __enter__(self):
        shutil.rmtree(self.root, ignore_errors=True)
        subprocess.run(["cp", "-a", "--reflink=auto", self.base, self.root],
                       check=True)
        self.chroot("useradd", "-m", "-G", "mail", USER)
        subprocess.run(["chroot", self.root, "chpasswd"], check=True,
                       input=f"{USER}:{PASSWORD}\n".encode())
        self.boot()
        return self

    def __exit__(self, *ignored):
        self.halt()
        self.log.close()
        if not os.environ.get("LG_KEEP"):
            shutil.rmtree(self.root, ignore_errors=True)

    def chroot(self, *words):
        subprocess.run(["chroot", self.root, *words], check=True,
                       stdout=self.log, stderr=self.log)

    def boot(self):
        self.process = subprocess.Popen(
            ["systemd-nspawn", "-q", "-D", self.root, "--boot",
             "--register=no", "--keep-unit", "--console=pipe",
             "--private-network"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.wait_up()

    def leader(self):
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
            return f.read().split()[0]

    def up(self):
        assert self.process.poll() is None, "systemd-nspawn ended"
        with contextlib.suppress(OSError, IndexError):
            return self.run("systemctl is-system-running", None) in (
                "running\n", "degraded\n")
        return False

    def wait_up(self):
        wait_for("the system to be up", self.up, 120, 0.2)

    def halt(self):
        if self.process and self.process.poll() is None:
            with contextlib.suppress(OSError, IndexError, AssertionError):
                self.run("systemctl poweroff", None)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def reboot(self):
        """As systemctl reboot does: the same root, a new init."""
        self.halt()
        self.boot()

    def enter(self, words, *namespaces, **more):
        return subprocess.run(
            ["nsenter", "-t", self.leader(), *namespaces, "--", *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, check=False, timeout=300, **more)

    def run(self, command, code=0):
        """A command inside; code None: whatever it ends with."""
        done = self.enter(["/bin/sh", "-c", command], "-a", env={
            "PATH": "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C.UTF-8", "HOME": "/root",
            "DEBIAN_FRONTEND": "noninteractive"})
        text = done.stdout.decode(errors="replace")
        self.log.write(f"\n$ {command}\n{text}".encode())
        self.log.flush()
        assert code is None or done.returncode == code, (
            command, done.returncode, text)
        return text

    def logon(self):
        """What the IMAP client reads: "in", or the server's words."""
        done = self.enter([sys.executable, "-c", CLIENT, USER, PASSWORD], "-n")
        return done.stdout.decode().strip()

    def status(self):
        return json.loads(self.run("logongate status --json", None))

    def pid(self):
        return int(self.run("systemctl show -P MainPID logongated"))

    def newer(self, folder):
        """The packages again, as a later version."""
        for deb in glob.glob(os.path.join(self.root, "debs/*.deb")):
            work = os.path.join(self.root, "work")
            subprocess.run(["dpkg-deb", "-R", deb, work], check=True)
            control = os.path.join(work, "DEBIAN/control")
            with open(control, encoding="utf-8") as file:
                text = file.read()
            version = text.split("Version: ")[1].split("\n")[0]
            with open(control, "w", encoding="utf-8") as file:
                file.write(text.replace(version, version + "+newer"))
            os.makedirs(os.path.join(self.root, folder), exist_ok=True)
            subprocess.run(["dpkg-deb", "-b", work, os.path.join(
                self.root, folder, os.path.basename(deb))], check=True,
                stdout=self.log)
            shutil.rmtree(work)


class Story:
    """Steps in their order, each timed and named."""

    def __init__(self, box):
        self.box = box
        self.typed = []

    def step(self, what, function):
        begin = time.monotonic()
        more = function()
        print(f"ok   {what}: {time.monotonic() - begin:.1f} s"
              + (f"; {more}" if more else ""), flush=True)

    def type(self, command, code=0):
        """What an administrator has to type."""
        self.typed.append(command)
        return self.box.run(command, code)

    def is_locked(self):
        said = self.box.logon()
        assert "being upgraded" in said, said
        return said

    def install(self):
        assert self.box.logon() == "in"
        self.type("apt-get -y install /debs/*.deb")
        assert self.box.run("systemctl is-active logongated") == "active\n"
        assert self.box.logon() == "in"

    def set_up(self):
        said = self.type("logongate setup dovecot")
        assert "asks the gate; proved" in said, said
        assert self.box.logon() == "in"
        assert "nothing was changed" in self.box.run("logongate setup dovecot")

    def lock(self):
        self.type("logongate apply upgrade"
                  " --set tester=postmaster@example.org --for 2h")
        return self.is_locked()

    def back_after(self, signal, seconds):
        before = self.box.pid()
        self.box.run(f"kill -{signal} {before}")
        begin = time.monotonic()
        wait_for("another gate", lambda: self.box.pid() not in (0, before)
                 and self.box.run("logongate status --json", None).startswith(
                     "{"), seconds, 0.05)
        took = time.monotonic() - begin
        assert self.box.status()["active"], self.box.status()
        self.is_locked()
        return f"another gate after {took:.2f} s"

    def killed(self):
        return self.back_after("KILL", 20)

    def stopped(self):
        return self.back_after("STOP", 60)

    def rebooted(self):
        self.box.reboot()
        wait_for("Dovecot", lambda: "refused" not in self.box.logon(), 30)
        return self.is_locked()

    def broken(self):
        box = self.box
        before = box.pid()
        box.run("cp -p /etc/logongate/logongate.conf /var/tmp/good.conf")
        box.run("printf '\\n[listen.htpt]\\n' >> /etc/logongate/logongate.conf")
        assert box.run("systemctl reload logongated", None) != ""
        assert box.pid() == before
        self.is_locked()
        box.run("systemctl restart logongated", 1)
        time.sleep(3)
        facts = box.run("systemctl show -p ActiveState,NRestarts logongated")
        assert "ActiveState=failed" in facts, facts
        assert "NRestarts=0" in facts, facts
        lines = box.run("journalctl -u logongated -o cat --no-pager"
                        " --since -10s").count("htpt")
        assert 1 <= lines <= 4, lines
        box.run("cp -p /var/tmp/good.conf /etc/logongate/logongate.conf")
        box.run("systemctl start logongated")
        self.is_locked()
        return "one start, no loop"

    def upgraded(self):
        box = self.box
        box.newer("newer")
        before = box.pid()
        box.run("apt-get -y install /newer/*.deb")
        assert "+newer" in box.run("dpkg-query -W logongated")
        assert box.pid() not in (0, before)
        assert box.status()["active"]
        self.is_locked()
        assert "nothing was changed" in box.run("logongate setup dovecot")

    def kept(self):
        said = self.box.run("apt-get -y purge logongated", 100)
        assert "logongate setup dovecot --undo" in said, said
        self.is_locked()

    def lifted(self):
        self.box.run("logongate lift")
        assert self.box.logon() == "in"

    def undone(self):
        self.box.run("logongate setup dovecot --undo")
        assert self.box.logon() == "in"
        assert self.box.run("ls /etc/dovecot/conf.d | grep -c logongate",
                            1) == "0\n"

    def purged(self):
        box = self.box
        box.run("apt-get -y purge logongate logongated liblogongate1")
        left = box.run("find / -xdev -path /proc -prune -o"
                       " -path '*logongate*' -not -path '/var/lib/dpkg/*'"
                       " -not -path '/var/cache/*' -not -path '/var/log/*'"
                       " -not -path '/debs/*' -not -path '/newer/*' -print")
        assert left.strip() == "", left
        assert box.logon() == "in"


def main(suite):
    for name in ("systemd-nspawn", "nsenter"):
        if not program(name):
            print(f"{name} is not installed: skipped")
            return SKIPPED
    with Booted(suite) as box:
        story = Story(box)
        for what, function in (
                ("the packages are installed, the gate runs", story.install),
                ("Dovecot is set up", story.set_up),
                ("locked: who is not listed reads why", story.lock),
                ("kill -9 keeps the lock", story.killed),
                ("a gate that hangs is replaced", story.stopped),
                ("a reboot keeps the lock", story.rebooted),
                ("broken settings are reported", story.broken),
                ("an upgrade keeps the lock", story.upgraded),
                ("no purge while Dovecot asks", story.kept),
                ("lifted", story.lifted),
                ("Dovecot is as it was", story.undone),
                ("purged, nothing left", story.purged)):
            story.step(what, function)
        print(f"typed until the lock held: {len(story.typed)} commands, "
              "0 edits")
        for command in story.typed:
            print("    " + command)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
