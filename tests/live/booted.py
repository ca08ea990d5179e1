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
import re
import shutil
import subprocess
import sys
import time

from programs import SKIPPED, SOURCE, program, wait_for

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "testbed"))
import windows_target  # noqa: E402

USER, PASSWORD = "alice", "a-pw"
CLIENT = """
import imaplib, sys
imaplib.Commands["LOGIN"] = ("NONAUTH",)
client = imaplib.IMAP4("127.0.0.1", 143, 20)
try:
    client.login(sys.argv[1], sys.argv[2])
    print("in")
except imaplib.IMAP4.error as what:
    print(what.args[0].decode())
"""
SUBMIT = """
import smtplib, sys
client = smtplib.SMTP("127.0.0.1", 587, None, 20)
client.ehlo("client.example.net")
client.login(sys.argv[1], sys.argv[2])
code, text = client.mail("a@example.net")
print("in" if code == 250 else text.decode())
client.close()
"""
FETCH = """
import sys, urllib.error, urllib.request
try:
    print("in" if urllib.request.urlopen(sys.argv[1], timeout=20).read()
          == b"mail\\n" else "?")
except urllib.error.HTTPError as what:
    print(what.code, what.read().decode())
"""
# Asks the gate over and over, as Dovecot does, while it restarts.
ASKS = """
import http.client, sys, time
asked = lost = slowest = 0
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    begin = time.monotonic()
    try:
        link = http.client.HTTPConnection("127.0.0.1", 4191, timeout=20)
        link.request("GET", "/healthz", headers={"Connection": "close"})
        link.getresponse().read()
        link.close()
    except ConnectionRefusedError:
        lost += 1
    except OSError:
        pass  # one that the gate had taken already
    asked += 1
    slowest = max(slowest, time.monotonic() - begin)
print(asked, lost, round(slowest, 3))
"""
# What an administrator has before logongate comes.
SCENE = {
    "etc/dovecot/conf.d/99-postfix.conf": """\
service auth {
  unix_listener /var/spool/postfix/private/auth {
    mode = 0660
    user = postfix
    group = postfix
  }
}
""",
    "etc/nginx/sites-enabled/mail": """\
server {
	listen 127.0.0.1:8080;
	location / { return 200 "mail\\n"; }
}
server {
	listen 80;
	server_name mail.example.org;
	location / { proxy_pass http://127.0.0.1:8080; }
}
""",
    "etc/pam.d/imap": "@include common-auth\n@include common-account\n",
}
FRONTEND = """
frontend mail
	bind :8081
	default_backend mail
backend mail
	server one 127.0.0.1:8080
"""
# Its folder is there from Postfix' first start on, which may come after
# Dovecot's.
POSTFIX = """
install -d -o postfix -m 0700 /var/spool/postfix/private
postconf -e smtpd_sasl_type=dovecot smtpd_sasl_path=private/auth \\
	inet_interfaces=loopback-only mydestination=localhost
postconf -M 'submission/inet=submission inet n - y - - smtpd'
postconf -P submission/inet/smtpd_sasl_auth_enable=yes \\
	submission/inet/smtpd_relay_restrictions=permit_sasl_authenticated,reject
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
        for name, text in SCENE.items():
            self.write(name, text)
        os.unlink(os.path.join(self.root, "etc/nginx/sites-enabled/default"))
        self.write("etc/haproxy/haproxy.cfg", FRONTEND, "a")
        self.chroot("sh", "-ec", POSTFIX)
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

    def write(self, path, text, mode="w"):
        """A file inside."""
        with open(os.path.join(self.root, path), mode,
                  encoding="utf-8") as file:
            file.write(text)

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

    def client(self, code, *words):
        """A client on this machine, in the network of the booted one."""
        done = self.enter([sys.executable, "-c", code, *words], "-n")
        return done.stdout.decode().strip()

    def logon(self):
        """What the IMAP client reads: "in", or the server's words."""
        return self.client(CLIENT, USER, PASSWORD)

    def ways(self):
        """What clients of each door get: "in", or words."""
        return {"dovecot": self.logon(),
                "postfix": self.client(SUBMIT, USER, PASSWORD),
                "nginx": self.client(FETCH, "http://127.0.0.1/owa/"),
                "haproxy": self.client(FETCH, "http://127.0.0.1:8081/owa/")}

    def status(self):
        return json.loads(self.run("logongate status --json", None))

    def pid(self):
        return int(self.run("systemctl show -P MainPID logongated"))

    def newer(self):
        """The packages of this checkout, as a later version."""
        for deb in (glob.glob(os.path.join(self.root, "newer/*.deb")) +
                    glob.glob(os.path.join(self.root, "more/*.deb"))):
            work = os.path.join(self.root, "work")
            subprocess.run(["dpkg-deb", "-R", deb, work], check=True)
            control = os.path.join(work, "DEBIAN/control")
            with open(control, encoding="utf-8") as file:
                text = file.read()
            version = text.split("Version: ")[1].split("\n")[0]
            with open(control, "w", encoding="utf-8") as file:
                file.write(text.replace(version, version + "+newer"))
            subprocess.run(["dpkg-deb", "-b", work, deb], check=True,
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
        said = self.box.run("logongate setup check", 5)
        assert re.search("bad +door +dovecot imap: does NOT ask; set it up: "
                         "logongate setup dovecot\n", said), said

    def set_up(self):
        said = self.type("logongate setup dovecot")
        assert "asks the gate; proved" in said, said
        said = self.box.run("logongate setup check", None)
        assert re.search("ok +door +dovecot imap: asks; gate down: ",
                         said), said
        assert self.box.logon() == "in"
        assert "nothing was changed" in self.box.run("logongate setup dovecot")

    def lock(self):
        said = self.type("logongate apply upgrade"
                         " --set tester=postmaster@example.org --for 2h")
        assert ("door: nginx server mail.example.org listen 80 does not"
                " ask the gate") in said and "door: dovecot" not in said, said
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
        box.newer()
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
        assert "logongate lift" in said, said
        self.is_locked()

    def lifted(self):
        self.box.run("logongate lift")
        assert self.box.logon() == "in"

    def variants(self):
        """Each way of Dovecot by one command, and what it does when the gate
        is dead during a lock; the last one stays."""
        box = self.box
        took = []
        box.run("logongate setup dovecot --undo")
        if box.suite != "bookworm":
            box.run("apt-get -y install dovecot-auth-lua lua-socket")
        for variant, dead in (("policy", "in"), ("dict", "UNAVAILABLE"),
                              ("combined", "UNAVAILABLE")):
            begin = time.monotonic()
            said = box.run(f"logongate setup dovecot --variant {variant}")
            took.append(f"{variant} {time.monotonic() - begin:.1f} s")
            assert "asks the gate; proved" in said, said
            assert ("Lost against" in said) == (variant != "combined"), said
            assert box.logon() == "in"
            box.run("logongate apply upgrade"
                    " --set tester=postmaster@example.org --for 2h")
            self.is_locked()
            box.run("systemctl stop 'logongated*'")
            said = box.logon()
            assert dead in said, (variant, said)
            box.run("systemctl start logongated")
            self.is_locked()
            box.run("logongate lift")
            if variant != "combined":
                box.run("logongate setup dovecot --undo")
                assert box.logon() == "in"
        return ", ".join(took)

    def others(self):
        """Postfix, nginx, HAProxy and PAM, each by one command."""
        box = self.box
        took = []
        before = box.ways()
        assert set(before.values()) == {"in"}, before
        for door in ("postfix", "nginx", "haproxy", "pam"):
            begin = time.monotonic()
            said = box.run(f"logongate setup {door}")
            took.append(f"{door} {time.monotonic() - begin:.1f} s")
            assert "asks the gate; proved" in said, said
            assert "nothing was changed" in box.run(f"logongate setup {door}")
        wait_for("all to be in", lambda: set(box.ways().values()) == {"in"})
        box.run("logongate apply upgrade"
                " --set tester=postmaster@example.org --for 2h")
        for door, said in box.ways().items():
            assert "being upgraded" in said, (door, said)
        box.run("logongate lift")
        assert set(box.ways().values()) == {"in"}
        check = json.loads(box.run("logongate setup check --json"))
        for door in ("postfix", "nginx", "haproxy", "pam", "dovecot"):
            assert {"what": "setup", "mark": "ok", "text": door +
                    " was set up"} in check["check"], check
        return ", ".join(took)

    def never_open(self):
        """Nobody who asks over TCP finds no gate while it restarts."""
        box = self.box
        asker = subprocess.Popen(
            ["nsenter", "-t", box.leader(), "-n", "--", sys.executable, "-c",
             ASKS, "6"], stdout=subprocess.PIPE)
        for _ in range(3):
            time.sleep(1)
            box.run("systemctl restart logongated")
        asked, lost, slowest = asker.communicate(timeout=60)[0].split()
        assert int(asked) > 100 and int(lost) == 0, (asked, lost)
        return f"{int(asked)} questions, none refused, slowest {float(slowest)} s"

    def calendar(self):
        """A window that a timer begins, and that ends by itself."""
        box = self.box
        box.run("logongate schedule add nightly upgrade --on-calendar "
                "'*-*-* *:*:00/5' --for 20s"
                " --set tester=postmaster@example.org")
        begin = time.monotonic()
        wait_for("the timer's lock", lambda: box.status()["active"], 60, 0.2)
        took = time.monotonic() - begin
        self.is_locked()
        assert "nightly" in box.run("logongate schedule list")
        box.run("logongate schedule remove nightly")
        wait_for("its end", lambda: not box.status()["active"], 60, 0.2)
        assert box.run("ls /etc/systemd/system | grep -c logongate-window",
                       1) == "0\n"
        assert box.logon() == "in"
        return f"locked after {took:.1f} s"

    def failed_window(self):
        """A window whose command fails is told of, until it is put right."""
        box = self.box
        assert "night" not in box.run("logongate status --check", None)
        box.run("logongate schedule add night upgrade --on-calendar "
                "'*-*-* *:*:00/5' --for 20s"
                " --set tester=postmaster@example.org -- false")
        wait_for("the window to fail", lambda: "the scheduled window night "
                 "failed" in box.run("logongate status --check", None), 60)
        assert re.search(r"(?m)^night .* failed$", box.run(
            "logongate schedule list")), box.run("logongate schedule list")
        box.run("systemctl stop logongate-window@night.timer")
        wait_for("its end", lambda: not box.status()["active"], 60, 0.2)
        box.run("systemctl reset-failed logongate-window@night")
        said = box.run("logongate status --check", None)
        assert "night" not in said, said
        box.run("logongate schedule remove night")

    def sandbox(self):
        said = self.box.run("systemd-analyze security --no-pager logongated",
                            None)
        level = float(re.findall(r"level for .*: ([0-9.]+)", said)[-1])
        assert level <= 1.5, said
        assert "AF_NETLINK" in self.box.run(
            "systemctl show -P RestrictAddressFamilies logongated")
        return f"exposure {level}"

    def needed(self):
        """No package goes that a server here asks by, also by hand."""
        box = self.box
        said = box.run("apt-get -y purge libpam-logongate", 100)
        assert "logongate setup pam --undo" in said, said
        box.run("mv /etc/logongate/setup/nginx.json /var/tmp/")
        said = box.run("apt-get -y purge logongated", 100)
        assert "nginx asks this gate, by lines that somebody" in said, said
        box.run("mv /var/tmp/nginx.json /etc/logongate/setup/")

    def one_address(self):
        """A Dovecot that listens on one address alone, whose certificate
        nobody vouches for."""
        box = self.box
        box.run("ip address add 192.0.2.7/32 dev lo")
        box.write("etc/dovecot/conf.d/99-listen.conf", "listen = 192.0.2.7\n")
        said = box.run("logongate setup dovecot --variant policy")
        assert "asks the gate; proved" in said, said
        box.run("rm /etc/dovecot/conf.d/99-listen.conf &&"
                " logongate setup dovecot --undo")

    def undone(self):
        box = self.box
        said = box.run("logongate setup dovecot --undo", 5)
        assert "logongate setup haproxy --undo first" in said, said
        for door in ("haproxy", "nginx", "postfix", "pam", "dovecot"):
            box.run(f"logongate setup {door} --undo")
        wait_for("all to be in", lambda: set(box.ways().values()) == {"in"})
        left = box.run("grep -rl logongate /etc --include='*'"
                       " --exclude-dir=logongate --exclude-dir=systemd"
                       " --exclude-dir=pam.d", None)
        for line in left.split():
            assert not re.search("dovecot|postfix/m|nginx|haproxy", line), left

    def purged(self):
        box = self.box
        box.run("apt-get -y purge logongate logongated liblogongate1"
                " libpam-logongate logongate-winreg")
        left = box.run("find / -xdev -path /proc -prune -o"
                       " -path '*logongate*' -not -path '/var/lib/dpkg/*'"
                       " -not -path '/var/cache/*' -not -path '/var/log/*'"
                       " -not -path '/debs/*' -not -path '/newer/*'"
                       " -not -path '/more/*' -print")
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
                ("each variant of Dovecot's door", story.variants),
                ("every other door is set up", story.others),
                ("a restart leaves no door open", story.never_open),
                ("a timer locks", story.calendar),
                ("a window that fails is told of", story.failed_window),
                ("the sandbox", story.sandbox),
                ("a lock on a Windows server ends by itself",
                 lambda: windows_target.ends_by_itself(box)),
                ("no package goes that is asked by", story.needed),
                ("every door is as it was", story.undone),
                ("a Dovecot at one address", story.one_address),
                ("purged, nothing left", story.purged)):
            story.step(what, function)
        print(f"typed until the lock held: {len(story.typed)} commands, "
              "0 edits")
        for command in story.typed:
            print("    " + command)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
