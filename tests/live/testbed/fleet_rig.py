# SPDX-License-Identifier: ISC
"""A fleet as logongate-fleet(7) sets it up: two OpenLDAP providers that copy
each other, administrators anna and bert, and gates that joined."""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import providers                                      # noqa: E402
import slapd                                          # noqa: E402
from programs import wait_for                         # noqa: E402
from running_gate import (BASE, BIN, NAMES, Gate,     # noqa: E402
                          ldif_of, listeners)

FLEET = "ou=logongate," + providers.SUFFIX
PEOPLE = "".join(f"""dn: uid={name},{providers.SUFFIX}
objectClass: inetOrgPerson
uid: {name}
cn: {name}
sn: {name}
userPassword: pw-{name}

""" for name in ("anna", "bert"))


class Wire:
    """A port that leads to another one, and can be cut."""

    def __init__(self, host="127.0.0.1", port=None):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.host, self.target, self.open, self.ends = host, port, True, []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                end, _ = self.listener.accept()
            except OSError:
                return
            if not self.open:
                end.close()
                continue
            try:
                other = socket.create_connection((self.host, self.target))
            except OSError:
                end.close()
                continue
            self.ends += [end, other]
            if not self.open:  # it was cut meanwhile
                end.close()
                other.close()
                continue
            for pair in ((end, other), (other, end)):
                threading.Thread(target=self.copy, args=pair,
                                 daemon=True).start()

    @staticmethod
    def copy(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        self.open = False
        for end in self.ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
        self.ends = []

    def mend(self):
        self.open = True

    def close(self):
        self.cut()
        self.listener.close()


class Rig:
    """count gates, the first two halves in the groups imap and web; heartbeat
    in seconds."""

    def __init__(self, count, heartbeat=1, timeout=2, listen=None,
                 settings=""):
        self.folder = tempfile.mkdtemp(prefix="lgf")
        self.gates, self.servers = [], []
        self.wires = [Wire(), Wire()]
        self.timeout, self.heartbeat = timeout, heartbeat
        try:
            self.make(count, listen, settings)
        except BaseException:
            self.close()
            raise

    def make(self, count, listen, settings):
        for i in (0, 1):
            where = self.path(f"provider{i + 1}")
            os.mkdir(where)
            one = providers.Provider(
                where, i + 1, peers=[self.wires[1 - i].port],
                ldif=providers.TOP + PEOPLE if i == 0 else "", schema=False)
            self.servers.append(one)
            self.wires[i].target = one.port
        self.uris = " ".join(one.uri for one in self.servers)
        self.file("people.ldif", ldif_of(NAMES))
        for name in ("anna", "bert"):
            self.file(f"{name}.password", f"pw-{name}\n")
        self.file("root.password", slapd.PASSWORD + "\n")
        self.admins = {name: self.administrator(name, self.uris)
                       for name in ("anna", "bert")}
        patient = self.file("patient.conf", self.read("anna.conf").replace(
            f"timeout_s = {self.timeout}", "timeout_s = 20"))
        for one in self.servers:
            self.run(patient, "fleet", "init", "--apply",
                     "--admin", f"uid=anna,{providers.SUFFIX}",
                     "--admin", f"uid=bert,{providers.SUFFIX}",
                     "--as", slapd.ADMIN, "--password-file",
                     self.path("root.password"), "--uri", one.uri,
                     "--config-uri", one.uri, "--config-as",
                     providers.CONFIG_ADMIN, "--config-password-file",
                     self.path("root.password"))
            # What is known to both is copied, not made twice.
            wait_for("the entries at both", lambda: all(
                "ou=gates" in server.ldap(
                    "ldapsearch", "", "-LLL", "-b", "ou=gates," + FLEET, "1.1",
                    check=False).stdout for server in self.servers), 30)
        self.second_key()
        for i in range(count):
            self.gates.append(self.new_gate(i, count, listen, settings))
        for gate in self.gates:
            gate.start()
        wait_for("all gates to be connected",
                 lambda: all(self.connected(gate) for gate in self.gates), 60)

    def administrator(self, name, uris):
        return self.file(f"{name}.conf", f"""\
[gate]
state_dir = "{self.path(name + ".state")}"
[directory]
uri = "ldif:{self.path("people.ldif")}"
base = "{BASE}"
tls = none
timeout_s = {self.timeout}
[fleet]
base = "{FLEET}"
uri = "{uris}"
bind_dn = "uid={name},{providers.SUFFIX}"
password_file = "{self.path(name + ".password")}"
verify_keys = "{self.path("fleet.pub")}"
sign_key = "{self.path(name + ".key")}"
heartbeat_s = {self.heartbeat}
""")

    def second_key(self):
        """Bert's: made, and vouched for by anna's."""
        pub = self.file("bert.pub", "")
        conf = self.file("bert-first.conf", self.read("bert.conf").replace(
            self.path("fleet.pub"), pub))
        text = self.run(conf, "fleet", "init", "--apply", "--admin", "x=y",
                        "--as", slapd.ADMIN, "--password-file",
                        self.path("root.password"))
        assert "A key was made" in text, text
        name, key = self.read("bert.pub").split()
        self.command("anna", "fleet", "keys", "add", name, key)

    def new_gate(self, i, count, listen, settings):
        name = f"g{i}.example.org"
        os.mkdir(self.path(f"gate{i}"))
        gate = Gate(folder=self.path(f"gate{i}"), settings=settings,
                    listen=listen(i) if listen else listeners("http"))
        text = self.read(f"gate{i}/logongate.conf")
        gate.write_config(text.replace(
            "[directory]\n", "[directory]\ntls = none\n"
            f"timeout_s = {self.timeout}\n")
            + f"\n[fleet]\nheartbeat_s = {self.heartbeat}\ndoors = no\n")
        self.command("anna", "fleet", "join", name, "--settings",
                     gate.config, "--groups",
                     "imap" if i < (count + 1) // 2 else "web")
        gate.fleet_name = name
        return gate

    @staticmethod
    def connected(gate):
        return gate.status()["fleet"]["connected"]

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def file(self, name, text):
        with open(self.path(name), "w", encoding="utf-8",
                  opener=lambda p, f: os.open(p, f, 0o600)) as out:
            out.write(text)
        return self.path(name)

    def run(self, config, *words, code=0, seconds=120):
        done = subprocess.run(
            [os.path.join(BIN, "logongate"), "--config", config, *words],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=seconds, check=False,
            env={key: value for key, value in os.environ.items()
                 if key not in ("SUDO_USER", "LOGONGATE_CONFIG")})
        if code is not None and done.returncode != code:
            raise AssertionError(f"logongate {' '.join(words)}: exit "
                                 f"{done.returncode}\n{done.stdout}"
                                 f"{done.stderr}")
        return done.stdout

    def command(self, who, *words, code=0):
        return self.run(self.admins[who], *words, code=code)

    def profile(self, name="upgrade", applies=""):
        """Everybody is out, but alice; or whom applies says."""
        return self.file(name + ".ini", "[profile]\ndescription = \"a test\"\n"
                         + ("" if applies else "[logon_only_as]\n"
                            "when_invalid = closed\n"
                            "allow_user.1 = \"alice@example.org\"\n")
                         + applies)

    def apply(self, who="anna", profile=None, *words, code=0):
        started = time.monotonic()
        text = self.command(who, "apply", profile or self.profile(),
                            "--for", "1h", "--fleet", "--json", *words,
                            code=code)
        done = json.loads(text) if text.strip() else {}
        done["took_s"] = time.monotonic() - started
        return done

    def lift(self, who="anna", *words):
        started = time.monotonic()
        self.command(who, "lift", "--fleet", *words)
        return time.monotonic() - started

    def fleet(self, who="anna"):
        status = json.loads(self.command(who, "status", "--fleet", "--json",
                                         code=None))
        return {gate["name"]: gate for gate in status["gates"]}

    def held(self, gate):
        """The ids of the locks that are in force here, as it says itself."""
        return {lock["id"] for lock in gate.status()["locks"]
                if lock["since"]}

    def refuses(self, gate, user="bob@example.org"):
        return gate.decide(user=user)["verdict"] == "refuse"

    def cut(self):
        for wire in self.wires:
            wire.cut()

    def mend(self):
        for wire in self.wires:
            wire.mend()

    def close(self):
        for gate in self.gates:
            gate.close()
        for server in self.servers:
            server.kill()
        for wire in self.wires:
            wire.close()
        shutil.rmtree(self.folder, ignore_errors=True)
