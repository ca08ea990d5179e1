#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""What the gate logs, read back from a journald of the test's own: in a mount
namespace, so that the machine's is left alone."""
import json
import os
import re
import signal
import subprocess
import sys

from running_gate import Gate, main, wait_for

JOURNALD = "/lib/systemd/systemd-journald"
INSIDE = "LOGONGATE_TEST_JOURNAL"


def entries(*matches):
    """The journal's entries, as journalctl shows them."""
    done = subprocess.run(["journalctl", "-o", "json", "--no-pager", "-q",
                           *matches], capture_output=True, text=True,
                          check=False)
    return [json.loads(line) for line in done.stdout.splitlines()]


def messages(*matches):
    return [entry["MESSAGE"] for entry in entries(*matches)]


def started(gate):
    """The gate with its stderr in the journal, as systemd starts it."""
    gate.through = ["systemd-cat", "--identifier=unit", "sh", "-c",
                    "JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) "
                    'exec "$@"', "sh"]
    return gate.start()


def levels():
    """lines have their level, no second prefix, and fields to search by"""
    with Gate(gate='admin_group = "no-such-group"',
              listen='[listen.http]\naddress = "unix:http.sock"\n'
              'without_policy = refuse\ngroup = "no-such-group"\n') as gate:
        started(gate)
        pid = f"_PID={gate.process.pid}"
        wait_for("the gate's first lines",
                 lambda: any(text.startswith("ready: ")
                             for text in messages(pid)))
        found = {entry["MESSAGE"]: entry for entry in entries(pid)}
        assert not [text for text in found if "logongated" in text], found
        assert not [text for text in found if text.startswith("<")], found
        for text, entry in found.items():
            assert entry["SYSLOG_IDENTIFIER"] == "logongated", entry
            if "there is no group" in text:
                assert entry["PRIORITY"] == "4", entry
            if text.startswith("ready: "):
                assert entry["PRIORITY"] == "6", entry
        assert any("there is no group" in text for text in found), found
        gate.stop()
        with open(gate.stored("registry.reg"), "w", encoding="ascii") as file:
            file.write("nonsense\n")
        started(gate)
        pid = f"_PID={gate.process.pid}"
        wait_for("what is the matter", lambda: messages(
            pid, "LOGONGATE_EVENT=attention"))
        for entry in entries(pid, "LOGONGATE_EVENT=attention"):
            assert entry["PRIORITY"] == "3", entry
            assert entry["MESSAGE"].startswith("ATTENTION: "), entry


def story():
    """the fields tell what became of a lock"""
    with Gate() as gate:
        started(gate)
        lock = gate.lock(gate.profile(listed=["alice"]), "--reason",
                         "new disks\ntoday", for_s=600)["id"]
        gate.command("extend", "--for", "20m")
        gate.lift()
        soon = gate.lock(gate.profile(listed=["bob"]), for_s=600)["id"]
        gate.command("extend", "--for", "1s")
        for name, events in ((lock, ["applied", "extended", "lifted"]),
                             (soon, ["applied", "extended", "expired"])):
            wait_for("the story of " + name, lambda: events == [
                entry["LOGONGATE_EVENT"]
                for entry in entries(f"LOGONGATE_LOCK={name}")])
        # Who applied it, until when and why.
        said = messages(f"LOGONGATE_LOCK={lock}")
        assert re.fullmatch(
            r"\w+ applies profile1 \(lg-\w+\), until \w{3} [-\d]+ [:\d]+"
            r"[-+:\d]+: new disks today", said[0]), said
        assert re.fullmatch(
            r"\w+ moves the end of profile1 \(lg-\w+\), until .*",
            said[1]), said
        found = entries(f"LOGONGATE_LOCK={lock}", "LOGONGATE_EVENT=lifted")
        assert found[0]["LOGONGATE_PROFILE"] == "profile1", found
        assert found[0]["PRIORITY"] == "5", found


def other_stream():
    """a stderr that the journal does not read gets what it always got"""
    with Gate() as gate:
        gate.env["JOURNAL_STREAM"] = "1:2"
        gate.start()
        wait_for("the line", lambda: "logongated: ready: " in gate.logged())


def without_socket():
    """where only the stream can be had, each line begins with its level"""
    os.rename("/run/systemd/journal/socket", "/run/systemd/journal/away")
    try:
        with Gate() as gate:
            started(gate)
            own = ("SYSLOG_IDENTIFIER=unit", f"_PID={gate.process.pid}")
            wait_for("the line", lambda: any(
                text.startswith("ready: ") for text in messages(*own)))
            found = [(entry["PRIORITY"], entry["MESSAGE"])
                     for entry in entries(*own)]
            assert all("logongated" not in text for _, text in found), found
            assert all(level == ("4" if "there is no group" in text else "6")
                       for level, text in found), found
    finally:
        os.rename("/run/systemd/journal/away", "/run/systemd/journal/socket")


def journald_again():
    """a journald that starts again gets what is said after it"""
    with Gate() as gate:
        started(gate)
        pid = f"_PID={gate.process.pid}"
        wait_for("the first line", lambda: messages(pid))
        stop_journald()
        start_journald()
        gate.process.send_signal(signal.SIGHUP)
        wait_for("a line after it", lambda: any(
            "settings read again" in text for text in messages(pid)))


journald = None


def start_journald():
    global journald
    journald = subprocess.Popen([JOURNALD], stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)
    wait_for("journald", lambda: subprocess.run(
        ["journalctl", "--sync"], capture_output=True,
        check=False).returncode == 0)


def stop_journald():
    journald.terminate()
    journald.wait(20)


def inside():
    """In the namespace: the machine's journal is covered."""
    for folder in ("/run/log", "/run/systemd", "/var/log/journal"):
        os.makedirs(folder, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "none", folder], check=True)
    os.makedirs("/run/systemd/journal")
    start_journald()
    try:
        main([levels, story, other_stream, without_socket, journald_again])
    finally:
        stop_journald()


if os.environ.get(INSIDE):
    inside()
elif not os.path.exists(JOURNALD) or subprocess.run(
        ["unshare", "--mount", "true"], capture_output=True,
        check=False).returncode:
    print("no systemd-journald, or no right to a mount namespace")
    sys.exit(77)
else:
    os.execvpe("unshare", ["unshare", "--mount", "--propagation", "private",
                           sys.executable, *sys.argv],
               {**os.environ, INSIDE: "1"})
