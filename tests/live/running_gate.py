# SPDX-License-Identifier: ISC
"""A logongated of a test's own: its folder, its settings, its sockets, and the
real logongate to lock and lift.

Nothing here answers in the gate's place: the program that was built is
started, asked over its sockets, killed by its process id.

    with Gate(listen=listeners("http", "spop")).start() as gate:
        gate.lock(gate.profile(listed=["alice"]))       # by the command
        gate.lift()
        gate.apply(listing("alice"))                    # by control.sock
"""
import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from programs import BIN, SOURCE, eventually, signal_end, wait_for

ONLY_LATE = 75  # known to tests/run-live
DN = "/o=Org/ou=Site/cn=Recipients/cn="
BASE = "dc=example,dc=org"
NAMES = ("alice", "bob", "rescue")


def dn_of(name):
    return DN + name


def ldif_of(names):
    """Accounts of these names, as an export of a directory."""
    return f"dn: {BASE}\nobjectClass: domain\ndc: example\n\n" + "".join(
        f"""dn: uid={uid},ou=people,{BASE}
objectClass: inetOrgPerson
uid: {uid}
cn: {uid}
mail: {uid}@example.org
legacyExchangeDN: {DN}{uid}

""" for uid in names)


def listeners(*names, without_policy="refuse", mode="0660"):
    """[listen.NAME] sections, each at its unix socket."""
    return "".join(f'[listen.{name}]\naddress = "unix:{name}.sock"\n'
                   f'without_policy = {without_policy}\nmode = {mode}\n'
                   for name in names)


KEY = ("HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services"
       "\\MSExchangeIS\\ParametersSystem")


def reg(values):
    """Registry Editor text of {name: text or list}."""
    lines = ["Windows Registry Editor Version 5.00", "", f"[{KEY}]"]
    for name, value in values.items():
        if isinstance(value, list):
            data = "".join(v + "\0" for v in value) + "\0"
            data = ",".join(f"{b:02x}" for b in data.encode("utf-16-le"))
            lines.append(f'"{name}"=hex(7):{data}')
        else:
            lines.append(f'"{name}"="{value}"')
    return ("\n".join(lines) + "\n").encode()


def listing(*users, **more):
    values = {"Logon Only As": [DN + user for user in users],
              "When Invalid": "closed"}
    values.update(more)
    return reg(values)


def control_request(op, blocks=(), **members):
    """A request of control.sock with its blocks."""
    request = dict(members, op=op)
    if blocks:
        request["attach"] = [len(b) for b in blocks]
    return json.dumps(request).encode() + b"\n" + b"".join(blocks)


class UnixHTTP(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(self.path)


class Control:
    """control.sock: JSON lines and blocks."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(15)
        self.sock.connect(path)
        self.file = self.sock.makefile("rb")

    def ask(self, op, blocks=(), **members):
        self.sock.sendall(control_request(op, blocks, **members))
        return self.answer()

    def answer(self):
        line = self.file.readline()
        if not line:
            raise ConnectionError("the gate closed the connection")
        answer = json.loads(line)
        answer["blocks"] = [self.file.read(n)
                            for n in answer.get("attach", [])]
        return answer

    def close(self):
        self.file.close()
        self.sock.close()


class Gate:
    """settings stands behind the sections, gate in [gate]; {folder} in
    settings is the folder."""

    def __init__(self, settings="", listen=None, gate="", directory=True,
                 folder=None, names=NAMES):
        self.folder = folder or tempfile.mkdtemp(prefix="logongate-gate-")
        os.chmod(self.folder, 0o755)
        self.own = folder is None
        self.state = self.path("state")
        self.run = self.path("run")
        self.ldif = self.path("people.ldif")
        self.config = self.path("logongate.conf")
        self.log = self.path("log")
        self.process = None
        self.through = []  # a program that becomes the gate
        self.serial = 0
        self.env = {name: value for name, value in os.environ.items()
                    if name not in ("SUDO_USER", "LOGONGATE_CONFIG")}
        self.preexec = None
        if directory:
            self.write("people.ldif", ldif_of(names))
        if listen is None:
            listen = listeners("http")
        self.write_config(f"""[gate]
state_dir = "{self.state}"
run_dir = "{self.run}"
{gate}

[directory]
uri = "ldif:{self.ldif}"
base = "{BASE}"

{listen}
{settings.replace("{folder}", self.folder)}
""")

    # Files.

    def path(self, name):
        return os.path.join(self.folder, name)

    def stored(self, name):
        return os.path.join(self.state, name)

    def socket(self, name):
        return os.path.join(self.run, name + ".sock")

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def write_config(self, text):
        self.write("logongate.conf", text)

    def settings(self, old, new):
        """Puts new for old in the settings; a gate that runs reads them."""
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        assert old in text, (old, text)
        self.write_config(text.replace(old, new))
        if self.process:
            before = self.logged().count("settings read again")
            self.process.send_signal(signal.SIGHUP)
            self.await_log("settings read again", before + 1)

    def dropin(self, name):
        """A file of src/packaging, with this gate's sockets."""
        with open(os.path.join(SOURCE, "src/packaging", name),
                  encoding="utf-8") as file:
            return file.read().replace("/run/logongate", self.run)

    def logged(self):
        """What is in its log. A thread of its own writes there, a moment after
        READY and after answers: await_log for what must be there, all_logged
        for what must not."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def await_log(self, text, times=1, seconds=20):
        """Waits until text is in the log, so many times."""
        def is_there():
            assert self.process.poll() is None or \
                self.logged().count(text) >= times, (text, self.logged())
            return self.logged().count(text) >= times

        try:
            wait_for(f"the log to say {text!r}", is_there, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.logged()}") from None

    def all_logged(self):
        """Everything that was said until now: makes it say one thing more, in
        the order of its log, and waits for that."""
        mark = f"nobody-{time.monotonic_ns()}"
        assert self.ask("cut", id=mark)["ok"]
        self.await_log(mark)
        return self.logged()

    # Its process.

    def spawn(self, **more):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*self.through, os.path.join(BIN, "logongated"), "--config",
                 self.config], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self.env, preexec_fn=self.preexec, **more)
        return self

    def start(self, **more):
        """Starts it and waits until it says that it is ready."""
        path = self.path("notify")
        if os.path.exists(path):
            os.unlink(path)
        ready = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        ready.bind(path)
        os.chmod(path, 0o777)
        ready.settimeout(20)
        self.env["NOTIFY_SOCKET"] = path
        self.spawn(**more)
        try:
            self.notified = ready.recv(4096)
        except socket.timeout:
            raise AssertionError("never ready:\n" + self.logged())
        finally:
            ready.close()
        assert b"READY=1" in self.notified, self.notified
        return self

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            signal_end(self.process, how)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError("did not end:\n" + self.logged())
        return self.process.returncode if self.process else None

    def kill(self):
        return self.stop(signal.SIGKILL)

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.own:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            print(self.logged(), file=sys.stderr)
        self.close()

    @contextlib.contextmanager
    def small_disk(self):
        """The state directory on a disk of its own, for a gate that does not
        run; gives what fills it to the last byte. LookupError: no right to
        mount."""
        os.makedirs(self.state, exist_ok=True)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o",
                               "size=1m,mode=755", "none", self.state],
                              capture_output=True, check=False)
        if done.returncode:
            raise LookupError("no right to mount: " + done.stderr.decode())
        try:
            yield self.fill
        finally:
            self.kill()
            subprocess.run(["umount", self.state], check=True)

    def fill(self, name="filler"):
        """Fills the disk; gives the file that does."""
        path = self.stored(name)
        with open(path, "wb", 0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass
        return path

    # The command.

    def command(self, *words, code=0):
        """What logongate prints; it must end with code."""
        done = subprocess.run(
            [os.path.join(BIN, "logongate"), "--config", self.config, *words],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=60, env={**self.env, "LC_ALL": "C.UTF-8"}, check=False)
        assert done.returncode == code, (
            f"logongate {' '.join(words)}: exit {done.returncode}\n"
            f"{done.stdout}{done.stderr}\n{self.logged()}")
        return done.stdout

    def json(self, *words, code=0):
        return json.loads(self.command(*words, "--json", code=code))

    def lines(self, *words, code=0):
        return [json.loads(line) for line in
                self.command(*words, "--json", code=code).splitlines()]

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

    def lock(self, profile, *words, for_s=3600):
        return self.json("apply", profile, "--for", f"{for_s}s",
                         "--accept-warnings", *words)

    def lift(self):
        self.command("lift")

    # Its sockets.

    def control(self):
        return Control(self.socket("control"))

    def ask(self, op, blocks=(), **members):
        control = self.control()
        try:
            return control.ask(op, blocks, **members)
        finally:
            control.close()

    def status(self):
        return self.ask("status")["status"]

    def apply(self, values, for_s=600, profile="upgrade", **members):
        answer = self.ask("apply", [values], profile=profile, for_s=for_s,
                          **members)
        assert answer["ok"], answer
        return answer

    def http(self, method, path, body=None, headers=None):
        connection = UnixHTTP(self.socket("http"))
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), \
                response.read()
        finally:
            connection.close()

    def decide(self, **attempt):
        status, _, body = self.http("POST", "/v1/decide",
                                    json.dumps(attempt))
        assert status == 200, (status, body)
        return json.loads(body)

    def dovecot(self, user, protocol="imap", command="allow", **more):
        attributes = dict({"login": user, "user": user, "remote": "10.0.0.9",
                           "protocol": protocol, "session_id": "abc",
                           "tls": False}, **more)
        status, _, body = self.http("POST", f"/v1/dovecot?command={command}",
                                    json.dumps(attributes))
        assert status == 200, (status, body)
        return json.loads(body)


def peer_of(path, data=b""):
    """A connected unix socket that sent data."""
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(10)
    sock.connect(path)
    sock.sendall(data)
    return sock


class Timing(AssertionError):
    """Everything was right, and something took longer than it should on a
    machine that has nothing else to do. What it is has a name: scripts/test
    runs such a test once more and says so."""

    def __init__(self, name, text):
        super().__init__(f"{name}: {text}")
        self.name = name


def main(rows):
    """Runs functions named by their sentences; 0 or 1, or ONLY_LATE where
    timings alone were at fault, which are named."""
    failed = 0
    late = []
    for row in rows:
        try:
            row()
            print(f"ok   {row.__doc__}")
        except Exception as error:  # every kind is a failed row
            import traceback
            traceback.print_exc()
            print(f"FAIL {row.__doc__}: {error}")
            failed += 1
            if isinstance(error, Timing):
                late.append(error.name)
    for name in late:
        print(f"timing: {name}")
    sys.stdout.flush()
    sys.exit(0 if not failed else ONLY_LATE if failed == len(late) else 1)
