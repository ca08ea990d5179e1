# SPDX-License-Identifier: ISC
"""A logongated of its own: settings, state and sockets in one folder, accounts
from an LDIF file, and the real logongate to lock and lift.

    with gate_fixture.Gate(["http", "spop"]) as gate:
        gate.apply(gate.profile(listed=["tester"]))
        gate.lift()
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
BASE = "DC=example,DC=org"
BIN = os.environ.get("LOGONGATE_BIN_DIR", "")
SOURCE = os.environ.get("LOGONGATE_SOURCE_DIR", "")
BUILD = os.environ.get("LOGONGATE_BUILD_DIR", "")
LIB = os.environ.get("LOGONGATE_LIB_DIR", "")
PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


def program(name):
    return shutil.which(name, path=PATH)


def require(*programs):
    """Ends the test as skipped where a program is missing."""
    for name in programs:
        if not program(name) and not os.path.exists(name):
            print(f"{name} is not installed: skipped")
            sys.exit(SKIPPED)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_for(what, condition, seconds=20.0, step=0.02):
    """Waits until condition() is true, or fails saying what did not come."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        time.sleep(step)


def answers(address):
    """Whether somebody accepts at a port of the loopback or a unix socket."""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family) as one:
        one.settimeout(1)
        try:
            one.connect(address if isinstance(address, str)
                        else ("127.0.0.1", address))
            return True
        except OSError:
            return False


def end(process, seconds=10):
    """SIGTERM, then SIGKILL, also for a process that is stopped."""
    if process is None or process.poll() is not None:
        return
    for number in (signal.SIGTERM, signal.SIGCONT):
        process.send_signal(number)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def dn_of(name):
    return f"/o=Org/ou=Site/cn=Recipients/cn={name}"


def ldif_of(names):
    text = f"dn: {BASE}\nobjectClass: domain\ndc: example\n"
    for name in names:
        text += (f"\ndn: CN={name},{BASE}\nobjectClass: user\ncn: {name}\n"
                 f"legacyExchangeDN: {dn_of(name)}\n"
                 f"sAMAccountName: {name}\nmail: {name}@example.org\n")
    return text


class Gate:
    """listeners: of http, postfix, spop, dict. without_policy for all.
    settings is added to logongate.conf; {folder} in it is the folder."""

    def __init__(self, listeners, names=("tester", "other"), settings="",
                 without_policy="refuse", mode="0660"):
        self.folder = tempfile.mkdtemp(prefix="lgg", dir="/tmp")
        os.chmod(self.folder, 0o755)
        self.run_dir = self.path("run")
        self.process = None
        # What the gate and the command get beyond what the test has.
        self.env = {}
        self.serial = 0
        for name in ("run", "state"):
            os.mkdir(self.path(name))
        self.write("users.ldif", ldif_of(names))
        text = (f'[gate]\nhttp_refusal = 503\n'
                f'state_dir = "{self.path("state")}"\n'
                f'run_dir = "{self.run_dir}"\n'
                f'\n[directory]\nuri = "ldif:{self.path("users.ldif")}"\n'
                f'base = "{BASE}"\n')
        for name in listeners:
            text += (f'\n[listen.{name}]\naddress = "unix:{name}.sock"\n'
                     f'without_policy = {without_policy}\nmode = {mode}\n')
        self.config = self.write("logongate.conf", text + settings.replace("{folder}", self.folder))
        self.listeners = list(listeners)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def socket(self, name):
        return os.path.join(self.run_dir, f"{name}.sock")

    def log(self):
        with open(self.path("log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def start(self):
        with open(self.path("log"), "ab") as log:
            self.process = subprocess.Popen(
                [os.path.join(BIN, "logongated"), "--config", self.config],
                stdout=log, stderr=log, env={**os.environ, **self.env})
        wait_for("the gate to listen", self.is_up)

    def is_up(self):
        if self.process.poll() is not None:
            raise AssertionError("logongated ended:\n" + self.log())
        return all(answers(self.socket(name))
                   for name in self.listeners + ["control"])

    def settings(self, old, new):
        """Puts new for old in the settings; a gate that runs reads them."""
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        assert old in text, (old, text)
        self.write("logongate.conf", text.replace(old, new))
        if self.process:
            before = self.log().count("settings read again")
            self.process.send_signal(signal.SIGHUP)
            wait_for("the settings to be read", lambda: self.log().count(
                "settings read again") > before)

    def stop(self):
        end(self.process)
        self.process = None

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def run(self, *words, code=0):
        done = subprocess.run(
            [os.path.join(BIN, "logongate"), "--config", self.config, *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
            env={**os.environ, **self.env, "LC_ALL": "C.UTF-8"}, check=False,
            text=True)
        if done.returncode != code:
            raise AssertionError(
                f"logongate {' '.join(words)}: exit {done.returncode}\n"
                f"{done.stdout}{done.stderr}\n{self.log()}")
        return done.stdout

    def json(self, *words, code=0):
        return json.loads(self.run(*words, "--json", code=code))

    def profile(self, listed=None, versions=None, processes=None, refuse=None,
                message="Closed until %{until}.", extra=""):
        """Writes a profile; listed are names of accounts."""
        text = '[profile]\ndescription = "a test"\n'
        if listed is not None:
            text += "\n[logon_only_as]\nwhen_invalid = closed\n"
            for number, name in enumerate(listed, 1):
                text += f'allow.{number} = "{dn_of(name)}"\n'
        if versions is not None:
            text += f'\n[disable_mapi_clients]\nversions = "{versions}"\n'
        if processes is not None:
            text += ("\n[disable_mapi_client_processes]\n"
                     f'processes = "{processes}"\n')
        if refuse is not None:
            text += f'\n[protocols]\nrefuse = "{refuse}"\n'
        text += f'\n[message]\nrefused = "{message}"\n' + extra
        self.serial += 1
        return self.write(f"profile{self.serial}.ini", text)

    def apply(self, profile, *words):
        return self.json("apply", profile, "--for", "1h", "--accept-warnings",
                         *words)

    def lift(self):
        self.run("lift")

    def decide(self, **question):
        """POST /v1/decide over http.sock."""
        body = json.dumps(question).encode()
        with socket.socket(socket.AF_UNIX) as one:
            one.settimeout(10)
            one.connect(self.socket("http"))
            one.sendall(b"POST /v1/decide HTTP/1.1\r\nHost: gate\r\n"
                        b"Content-Type: application/json\r\n"
                        b"Connection: close\r\nContent-Length: %d\r\n\r\n%s"
                        % (len(body), body))
            answer = b""
            while True:
                part = one.recv(65536)
                if not part:
                    break
                answer += part
        return json.loads(answer.split(b"\r\n\r\n", 1)[1])

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            sys.stderr.write(self.log())
        self.close()

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
