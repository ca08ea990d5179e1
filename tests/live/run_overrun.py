#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""`run` with a command that takes longer than its lock, at a gate that runs:
who is refused is asked all the while."""
import os
import signal
import subprocess
import sys
import time

from programs import BIN
from running_gate import Gate, main, wait_for


class Run:
    """logongate run in the background; verdicts while it runs. Ends are whole
    seconds: the first may be a second nearer."""

    def __init__(self, gate, *words, command, inside=()):
        self.gate = gate
        self.profile = gate.profile(listed=["alice"])
        self.err = open(gate.path("run.err"), "w+", encoding="utf-8")
        applied = events(gate).count("apply")
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [*inside, os.path.join(BIN, "logongate"),
             "--config", gate.config, "run",
             self.profile, *words, "--", *command],
            stdin=subprocess.DEVNULL, stdout=self.err, stderr=self.err,
            env=gate.env)
        # One of a second may be over before anybody could look.
        wait_for("the lock", lambda: gate.status()["active"]
                 or events(gate).count("apply") > applied)

    def verdict(self):
        return self.gate.decide(user="bob")["verdict"]

    def watch(self, seconds=60):
        """The verdicts in order, each once, and the exit code."""
        seen = ["refuse"]
        while self.process.poll() is None:
            assert time.monotonic() < self.began + seconds, self.said()
            verdict = self.verdict()
            # Asked before it ended, and lifted since.
            if self.process.poll() is None and verdict != seen[-1]:
                seen.append(verdict)
            time.sleep(0.02)
        return self.process.returncode, seen

    def said(self):
        self.err.flush()
        with open(self.err.name, encoding="utf-8") as file:
            return file.read()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.err.close()


def events(gate):
    return [line["event"] for line in gate.lines("history")]


def is_alive(path):
    with open(path, encoding="utf-8") as file:
        pid = int(file.read())
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(") ", 1)[1][0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def extends():
    """by default the lock is extended, without a gap"""
    with Gate().start() as gate:
        run = Run(gate, "--for", "4s", command=["sh", "-c", "sleep 9; exit 4"])
        code, seen = run.watch()
        # The last verdict may be one after the lift.
        assert code == 4 and seen in (["refuse"], ["refuse", "admit"]), (
            code, seen, run.said())
        assert time.monotonic() - run.began >= 9
        assert "the lock was extended to" in run.said(), run.said()
        assert events(gate).count("extend") >= 2, events(gate)
        assert events(gate).count("expire") == 0, events(gate)
        assert not gate.status()["active"]
        run.close()


def extends_to_max_duration():
    """not beyond max_duration, and says so"""
    with Gate().start() as gate:
        path = gate.write("short.ini", """[profile]
description = "short"
max_duration = "6s"

[protocols]
refuse = "imap, http, pop3, mapi, login, smtp"
""")
        begun = time.monotonic()
        done = subprocess.run(
            [os.path.join(BIN, "logongate"), "--config", gate.config, "run",
             path, "--for", "4s", "--accept-warnings", "--", "sh", "-c",
             "sleep 8; exit 5"], env=gate.env, capture_output=True, text=True,
            timeout=60, check=False)
        assert done.returncode == 5, done
        assert time.monotonic() - begun >= 8
        assert "max_duration allows no more" in done.stderr, done.stderr
        assert "nobody is kept out" in done.stderr, done.stderr


def warns():
    """warn: the lock ends, the command keeps its status"""
    with Gate().start() as gate:
        run = Run(gate, "--for", "2s", "--on-overrun", "warn",
                  command=["sh", "-c", "sleep 5; exit 6"])
        code, seen = run.watch()
        assert code == 6 and seen == ["refuse", "admit"], (
            code, seen, run.said())
        assert "nobody is kept out" in run.said(), run.said()
        assert events(gate).count("extend") == 0, events(gate)
        assert events(gate).count("expire") == 1, events(gate)
        run.close()


def terminates():
    """term: the whole group is ended at the end; 124 whatever it says"""
    with Gate().start() as gate:
        run = Run(gate, "--for", "4s", "--on-overrun", "term", command=[
            "sh", "-c", "trap 'sleep 1; exit 0' TERM; sleep 50 & "
            f"echo $! >{gate.path('inner')}; "
            f"echo $$ >{gate.path('outer')}; wait; sleep 50"])
        code, seen = run.watch()
        assert code == 124 and seen in (["refuse"], ["refuse", "admit"]), (
            code, seen, run.said())
        assert 1.5 < time.monotonic() - run.began < 25, run.said()
        assert not is_alive(gate.path("inner")), run.said()
        assert not is_alive(gate.path("outer")), run.said()
        assert events(gate).count("expire") == 0, events(gate)
        assert not gate.status()["active"]
        run.close()


# Process 1 of a container: it waits for what it started and reaps nobody else.
NO_INIT = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc",
           sys.executable, "-c",
           "import os, sys\n"
           "child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)\n"
           "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"]


def terminates_without_an_init():
    """term: nobody reaps orphans, and the group is gone all the same"""
    with Gate().start() as gate:
        run = Run(gate, "--for", "3s", "--on-overrun", "term", command=[
            "sh", "-c", "sleep 50 & sleep 50"], inside=NO_INIT)
        code, _ = run.watch(seconds=30)
        assert code == 124, (code, run.said())
        run.close()


def terminates_who_does_not_listen():
    """after 30 s it is killed; the lock is held until then"""
    with Gate().start() as gate:
        run = Run(gate, "--for", "3s", "--on-overrun", "term", command=[
            "sh", "-c", f"echo $$ >{gate.path('outer')}; trap '' TERM; "
            "while :; do sleep 1; done"])
        while time.monotonic() - run.began < 25:
            assert run.verdict() == "refuse", run.said()
            assert run.process.poll() is None, run.said()
            time.sleep(0.2)
        code, seen = run.watch(seconds=90)
        assert code == 124 and seen in (["refuse"], ["refuse", "admit"]), (
            code, seen, run.said())
        assert time.monotonic() - run.began >= 30
        assert not is_alive(gate.path("outer")), run.said()
        run.close()


def terminates_when_it_slept_through_the_end():
    """term: a lock that ended while nobody could look ends the command late,
    and not without its time to end"""
    with Gate().start() as gate:
        run = Run(gate, "--for", "8s", "--on-overrun", "term", command=[
            "sh", "-c", f"trap 'sleep 1; echo >{gate.path('done')}; exit 0' "
            f"TERM; echo >{gate.path('up')}; while :; do sleep 0.1; done"])
        run.process.send_signal(signal.SIGSTOP)
        wait_for("the end", lambda: not gate.status()["active"])
        run.process.send_signal(signal.SIGCONT)
        code, _ = run.watch()
        assert code == 124, (code, run.said())
        assert not os.path.exists(gate.path("up")) or \
            os.path.exists(gate.path("done")), run.said()
        run.close()


def ends_before_the_end():
    """a command that is done in time is not touched"""
    with Gate().start() as gate:
        for kind in ("extend", "term", "warn"):
            run = Run(gate, "--for", "1h", "--on-overrun", kind,
                      command=["sh", "-c", "sleep 1; exit 3"])
            assert run.watch()[0] == 3, run.said()
            assert not gate.status()["active"]
            run.close()


def hands_signals_on():
    """term: who ends run ends its command"""
    with Gate().start() as gate:
        run = Run(gate, "--for", "1h", "--on-overrun", "term", command=[
            "sh", "-c", f"trap 'exit 9' TERM; touch {gate.path('up')}; "
            "while :; do sleep 0.1; done"])
        wait_for("it to run", lambda: os.path.exists(gate.path("up")))
        run.process.send_signal(signal.SIGTERM)
        assert run.watch()[0] == 9, run.said()
        run.close()


def others_change_the_lock():
    """one that was extended is not shortened, one that was lifted is over"""
    with Gate().start() as gate:
        run = Run(gate, "--for", "6s", command=["sleep", "9"])
        gate.command("extend", "--for", "1h")
        until = gate.status()["until"]
        time.sleep(7)
        assert gate.status()["until"] == until, run.said()
        assert run.watch()[0] == 0, run.said()
        assert events(gate).count("extend") == 1, events(gate)
        run.close()
        run = Run(gate, "--for", "3s", command=["sleep", "6"])
        gate.command("lift")
        code, _ = run.watch()
        assert code == 0 and "nobody is kept out" in run.said(), run.said()
        run.close()


def usage():
    """another word is usage, and nothing is locked"""
    with Gate().start() as gate:
        gate.command("run", gate.profile(listed=["alice"]), "--for", "1h",
                     "--on-overrun", "kill", "--", "true", code=2)
        assert not gate.status()["active"]


if __name__ == "__main__":
    main((extends, extends_to_max_duration, warns, terminates,
          terminates_without_an_init,
          terminates_who_does_not_listen,
          terminates_when_it_slept_through_the_end, ends_before_the_end,
          hands_signals_on, others_change_the_lock, usage))
