#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""A real fail2ban beside a locked Dovecot: without the rule of
src/packaging/fail2ban it bans who was turned away; with it those alone are
banned who try passwords."""
import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time

from dovecot_fixture import IS_24
from gate_dovecot import Site, refusal, values
from programs import BIN, SOURCE, end, program, require, wait_for
from running_gate import eventually, main

require("dovecot", "doveadm", "fail2ban-server", "fail2ban-client",
        "fail2ban-regex", "/etc/fail2ban/filter.d/dovecot.conf")

ATTACKER = "127.0.0.66"
JAIL = """[dovecot]
enabled = true
backend = polling
logpath = {log}
maxretry = 3
findtime = 10m
bantime = 10m
ignoreself = false
usedns = no
action = note
"""
# What upstream's filter knows of Dovecot 2.4; that of Debian 13 knows no line.
FILTER_24 = r"""
[INCLUDES]
before = common.conf
[Definition]
prefregex = ^%(__prefix_line)s(?:\w+-login: )?(?:Info: )?<F-CONTENT>.+</F-CONTENT>$
failregex = ^Login aborted: [^(]*\(auth failed, [^)]*\) \(auth_failed\): user=<<F-USER>[^>]*</F-USER>>,(?: method=\S+,)? rip=<HOST>,
datepattern = {^LN-BEG}
"""
ACTION = """[Definition]
actionstart =
actionstop =
actioncheck =
actionban = echo <ip> >> {banned}
actionunban =
"""


class Fail2ban:
    """A server with a folder of its own; the filters are Debian's."""

    def __init__(self, site, with_rule):
        self.folder = tempfile.mkdtemp(prefix="lgf2b", dir="/tmp")
        self.config = os.path.join(self.folder, "etc")
        self.banned_file = os.path.join(self.folder, "banned")
        shutil.copytree("/etc/fail2ban", self.config)
        shutil.rmtree(os.path.join(self.config, "jail.d"))
        if IS_24:
            self.write("filter.d/dovecot.conf", FILTER_24)
        self.write("jail.local", JAIL.format(log=site.dovecot.path("log")))
        self.write("action.d/note.conf",
                   ACTION.format(banned=self.banned_file))
        self.write("fail2ban.local", f"""[Definition]
loglevel = INFO
logtarget = {self.folder}/log
socket = {self.folder}/sock
pidfile = {self.folder}/pid
dbfile = None
""")
        if with_rule:
            with open(os.path.join(SOURCE, "src/packaging/fail2ban",
                                   "logongate.conf"), encoding="utf-8") as f:
                rule = f.read()
            command = "/usr/bin/logongate"
            assert command in rule
            self.write("jail.d/logongate.conf", rule.replace(
                command, f"{BIN}/logongate --config {site.gate.config}"))
        self.process = None

    def write(self, name, text):
        path = os.path.join(self.config, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def __enter__(self):
        self.process = subprocess.Popen(
            [program("fail2ban-server"), "-c", self.config, "-f", "-s",
             os.path.join(self.folder, "sock"), "-p",
             os.path.join(self.folder, "pid"), "start"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        wait_for("fail2ban\n" + self.log(),
                 lambda: "Jail 'dovecot' started" in self.log(), 60)
        return self

    def __exit__(self, kind, value, trace):
        if kind:
            print(self.log())
        end(self.process, 20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self):
        with contextlib.suppress(OSError), \
                open(os.path.join(self.folder, "log"), encoding="utf-8") as f:
            return f.read()
        return ""

    def banned(self):
        with contextlib.suppress(OSError), open(self.banned_file,
                                                encoding="utf-8") as f:
            return sorted(set(f.read().split()))
        return []


def wrong_password(site, source):
    with socket.create_connection(("127.0.0.1", site.dovecot.imap_port), 30,
                                  (source, 0)) as one:
        file = one.makefile("rwb")
        file.readline()
        file.write(b"a1 LOGIN alice wrong\r\n")
        file.flush()
        while not (line := file.readline()).startswith(b"a1 "):
            assert line
        assert b"NO" in line, line


def doors(site, fail2ban):
    return [way for way in site.gate.json(
        "doors", "--fail2ban", fail2ban.config)["doors"]
        if way["door"] == "fail2ban"]


def turned_away(site, times=5):
    for _ in range(times):
        text = refusal(site.dovecot, "bob")
        assert "UNAVAILABLE" in text, text
        site.dovecot.hang_up()


def its_filter_matches_refusals():
    """the filter takes each refusal of the auth policy for an attack"""
    with Site("policy") as site, Fail2ban(site, False) as fail2ban:
        site.gate.apply(values())
        turned_away(site, 3)
        # Dovecot logs them a moment after it refused them.
        eventually(lambda: "3 matched" in subprocess.run(
            [program("fail2ban-regex"), site.dovecot.path("log"),
             os.path.join(fail2ban.config, "filter.d/dovecot.conf")],
            capture_output=True, text=True, check=True).stdout)


def without_the_rule():
    """without the rule an office is banned, and doors says so"""
    with Site("policy") as site, Fail2ban(site, False) as fail2ban:
        [way] = doors(site, fail2ban)
        assert way["way"] == "jail dovecot" and "bans" in way["note"], way
        assert "logongate refused --address" in way["add"], way
        assert "fail2ban" in site.gate.command(
            "doors", "--fail2ban", fail2ban.config)
        site.gate.apply(values())
        turned_away(site)
        eventually(lambda: fail2ban.banned() == ["127.0.0.1"], 40)


def with_the_rule():
    """with the rule nobody is banned for a lock, and attackers are"""
    with Site("policy") as site, Fail2ban(site, True) as fail2ban:
        assert not doors(site, fail2ban)
        site.gate.apply(values())
        turned_away(site)
        for _ in range(5):
            wrong_password(site, ATTACKER)
        eventually(lambda: fail2ban.banned(), 40)
        time.sleep(3)
        assert fail2ban.banned() == [ATTACKER], fail2ban.banned()


def refused_for_scripts():
    """refused finds by address, network and name, and says it by its exit"""
    with Site("policy") as site:
        command = site.gate.command
        command("refused", "--address", "127.0.0.1", "--quiet", code=1)
        site.gate.apply(values())
        turned_away(site, 1)
        for address in ("127.0.0.1", "127.0.0.0/8", "::ffff:127.0.0.1",
                        "::ffff:127.0.0.0/104"):
            assert command("refused", "--address", address, "--since", "1h",
                           "--quiet") == ""
            [line] = site.gate.lines("refused", "--address", address)
            assert line["user"] == "bob", line
        for address in ("127.0.0.2", "128.0.0.0/8", "::1", "10.0.0.0/8"):
            command("refused", "--address", address, "--quiet", code=1)
            assert site.gate.lines("refused", "--address", address) == []
        command("refused", "--user", "BOB", "--quiet")
        command("refused", "--user", "alice", "--quiet", code=1)
        command("refused", "--user", "bob", "--address", "::1", "--quiet",
                code=1)
        for bad in ("bob", "127.0.0.1/33", "::1/129", "1.2.3", "", "::1/",
                    "10.0.0.0/x"):
            command("refused", "--address", bad, "--quiet", code=2)


if __name__ == "__main__":
    main([its_filter_matches_refusals, without_the_rule, with_the_rule,
          refused_for_scripts])
