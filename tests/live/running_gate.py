# SPDX-License-Identifier: ISC
"""A logongated of a test's own: its folder, its settings, its sockets.

Nothing here answers in the gate's place: the program that was built is
started, asked over its sockets, killed by its process id."""
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

BIN = os.environ.get("LOGONGATE_BIN_DIR") or os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "../../.build/dev/bin")
DN = "/o=Org/ou=Site/cn=Recipients/cn="

LDIF = "".join(
    f"""dn: uid={uid},ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: {uid}
cn: {uid}
mail: {uid}@example.org
legacyExchangeDN: {DN}{uid}

""" for uid in ("alice", "bob", "rescue"))

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
        request = dict(members, op=op)
        if blocks:
            request["attach"] = [len(b) for b in blocks]
        self.sock.sendall(json.dumps(request).encode() + b"\n"
                          + b"".join(blocks))
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
    def __init__(self, settings="", listen=None, gate="", directory=True,
                 folder=None):
        self.folder = folder or tempfile.mkdtemp(prefix="logongate-gate-")
        os.chmod(self.folder, 0o755)
        self.own = folder is None
        self.state = os.path.join(self.folder, "state")
        self.run = os.path.join(self.folder, "run")
        self.ldif = os.path.join(self.folder, "people.ldif")
        self.config = os.path.join(self.folder, "logongate.conf")
        self.log = os.path.join(self.folder, "log")
        self.process = None
        self.env = dict(os.environ)
        self.preexec = None
        if directory:
            with open(self.ldif, "w") as file:
                file.write(LDIF)
        if listen is None:
            listen = ('[listen.http]\naddress = "unix:http.sock"\n'
                      'without_policy = refuse\n')
        self.write_config(f"""[gate]
state_dir = "{self.state}"
run_dir = "{self.run}"
{gate}

[directory]
uri = "ldif:{self.ldif}"
base = "dc=example,dc=org"

{listen}
{settings}
""")

    def write_config(self, text):
        with open(self.config, "w") as file:
            file.write(text)

    def spawn(self, **more):
        log = open(self.log, "ab")
        self.process = subprocess.Popen(
            [os.path.join(BIN, "logongated"), "--config", self.config],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.env,
            preexec_fn=self.preexec, **more)
        log.close()
        return self

    def start(self, **more):
        """Starts it and waits until it says that it is ready."""
        path = os.path.join(self.folder, "notify")
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

    def logged(self):
        with open(self.log, errors="replace") as file:
            return file.read()

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError("did not end:\n" + self.logged())
        return self.process.returncode if self.process else None

    def kill(self):
        return self.stop(signal.SIGKILL)

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

    def control(self):
        return Control(os.path.join(self.run, "control.sock"))

    def ask(self, op, blocks=(), **members):
        control = self.control()
        try:
            return control.ask(op, blocks, **members)
        finally:
            control.close()

    def status(self):
        return self.ask("status")["status"]

    def apply(self, values, for_s=600, **members):
        answer = self.ask("apply", [values], profile="upgrade", for_s=for_s,
                          **members)
        assert answer["ok"], answer
        return answer

    def http(self, method, path, body=None, headers=None):
        connection = UnixHTTP(os.path.join(self.run, "http.sock"))
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


def eventually(check, seconds=20):
    """Waits until check gives something true; it must not take longer."""
    end = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.05)


def peer_of(path, data=b""):
    """A connected unix socket that sent data."""
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(10)
    sock.connect(path)
    sock.sendall(data)
    return sock


def main(rows):
    """Runs functions named by their sentences; 0 or 1."""
    failed = 0
    for row in rows:
        try:
            row()
            print(f"ok   {row.__doc__}")
        except Exception as error:  # every kind is a failed row
            import traceback
            traceback.print_exc()
            print(f"FAIL {row.__doc__}: {error}")
            failed += 1
    sys.exit(1 if failed else 0)
