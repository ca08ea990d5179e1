# SPDX-License-Identifier: ISC
"""logongate-fleet(7) followed to the letter: the blocks of the page that a
comment gives to somebody are typed there as they stand, in a network of their
own with two OpenLDAP providers, five gates and two administrators. LG_SHOW=1
shows it all."""
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from concurrent import futures

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(HERE, "testbed"))
import providers                  # noqa: E402
import slapd                      # noqa: E402
from fleet_rig import Wire         # noqa: E402
from programs import wait_for     # noqa: E402
from running_gate import Control, UnixHTTP  # noqa: E402

BIN = os.environ["LOGONGATE_BIN_DIR"]
INSIDE = "LOGONGATE_FLEET_PAGE"
SUFFIX = "dc=example,dc=org"
FLEET = "ou=logongate," + SUFFIX
GATES = [f"imap{i}" for i in range(1, 6)]
HOSTS = {name: f"127.0.0.{i + 2}" for i, name in enumerate(
    ["ldap1", "ldap2", *GATES, "anna", "bert"])}
TREE = f"""dn: {SUFFIX}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ou=people,{SUFFIX}
objectClass: organizationalUnit
ou: people

""" + "".join(f"""dn: uid={uid},ou=people,{SUFFIX}
objectClass: inetOrgPerson
uid: {uid}
cn: {uid}
sn: {uid}
mail: {uid}@{domain}
userPassword: pw-{uid}

""" for uid, domain in (("anna", "example.org"), ("bert", "example.org"),
                        ("carl", "example.net"), ("dora", "example.org"),
                        ("replicator", "example.org")))
SYSTEMCTL = """#!/bin/sh
# restart logongated: what systemd does, as far as it matters here.
[ "$*" = "restart logongated" ] || exit 1
[ ! -s {pid} ] || kill $(cat {pid}) 2>/dev/null
while [ -s {pid} ] && kill -0 $(cat {pid}) 2>/dev/null; do sleep 0.02; done
setsid {bin}/logongated >>{log} 2>&1 </dev/null &
echo $! >{pid}
for i in $(seq 500); do
	{bin}/logongate status --quiet 2>/dev/null && exit 0
	[ $? = 8 ] || exit 0
	sleep 0.02
done
exit 1
"""


def page_blocks():
    """(who, tag, file, text) of each literal block that a comment gives to
    somebody: \\" @anna, \\" @anna TAG, \\" @anna: FILE."""
    with open(os.path.join(SOURCE, "src", "man", "logongate-fleet.7"),
              encoding="utf-8") as file:
        text = file.read()
    return [(who, tag, file, block.replace("\\e", "\\"))
            for who, tag, file, block in re.findall(
                r'^\.\\" @(\w+)(?: (\w+))?(?:: (\S+))?\n\.Bd [^\n]*\n'
                r'(.*?)^\.Ed$', text, re.M | re.S)]


def lines_of(block):
    """Its commands, one by one."""
    return [line for line in re.split(r"(?<!\\)\n", block) if line.strip()]


class Machine:
    """Folders of its own where the page says /etc/logongate and the like; the
    name stands for its address."""

    def __init__(self, world, name):
        self.world, self.name = world, name
        self.folder = os.path.join(world.folder, name)
        for part in ("etc", "lib", "run", "slapd", "ldap", "home", "bin"):
            os.makedirs(self.path(part))
        with open(self.path("bin/systemctl"), "w", encoding="ascii") as file:
            file.write(SYSTEMCTL.format(pid=self.path("pid"), bin=BIN,
                                        log=self.path("log")))
        os.chmod(self.path("bin/systemctl"), 0o755)
        self.holder = subprocess.Popen(
            ["unshare", "-m", "sh", "-ec", f"""
mount --bind {self.path("etc")} /etc/logongate
mount --bind {self.path("lib")} /var/lib/logongate
mount --bind {self.path("run")} /run/logongate
mount --bind {self.path("slapd")} /run/slapd
mount --bind {self.path("ldap")} /var/lib/ldap
echo up; exec sleep infinity"""], stdout=subprocess.PIPE)
        if self.holder.stdout.readline() != b"up\n":
            raise RuntimeError(f"no namespace for {name}")

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def within(self, *words):
        return ["nsenter", "-m", "-t", str(self.holder.pid), "sh", "-c",
                'cd "$0" && exec "$@"', self.path("home"), *words]

    def run(self, script, code=0, text="", seconds=60):
        """A script of the page; what it printed."""
        env = {name: value for name, value in os.environ.items()
               if name not in ("SUDO_USER", "LOGONGATE_CONFIG")}
        env["PATH"] = f"{self.path('bin')}:{BIN}:/usr/sbin:{env['PATH']}"
        done = subprocess.run(self.within("sh", "-ec", script), input=text,
                              text=True, timeout=seconds, capture_output=True,
                              env=env, check=False)
        said = done.stdout + done.stderr
        if os.environ.get("LG_SHOW"):
            print(f"--- {time.monotonic():.1f} {self.name}$ {script}\n"
                  f"{said}[{done.returncode}]", flush=True)
        if code is not None and done.returncode != code:
            raise AssertionError(f"{self.name}: {script}: exit "
                                 f"{done.returncode}\n{said}")
        return said

    def json(self, script, code=0):
        said = self.run(script + " 2>/dev/null", code)
        return json.loads(said)

    def write(self, path, text):
        where = self.path("etc", os.path.relpath(path, "/etc/logongate")) \
            if path.startswith("/etc/logongate") else self.path("home", path)
        os.makedirs(os.path.dirname(where), exist_ok=True)
        with open(where, "a", encoding="utf-8") as file:
            file.write(text)

    def secret(self, name, text):
        with open(self.path(name), "w", encoding="utf-8",
                  opener=lambda path, flags: os.open(path, flags,
                                                     0o600)) as file:
            file.write(text + "\n")

    def pid(self):
        with open(self.path("pid"), encoding="ascii") as file:
            return int(file.read())

    def close(self):
        with contextlib.suppress(OSError, ValueError):
            os.kill(self.pid(), signal.SIGTERM)
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()


class Server(providers.Provider):
    """slapd of a provider's machine, at its name and at ldapi:///."""

    def __init__(self, machine, number, tls, wire):
        self.machine, self.wire = machine, wire
        self.host = HOSTS[machine.name]
        super().__init__(machine.path("openldap"), number, 389, [0],
                         tls=tls, ldif=TREE if number == 1 else "",
                         schema=False, access=(
                             "to * by dn.exact=uid=replicator,ou=people,"
                             f"{SUFFIX} read by * break",
                             *providers.OPEN))

    def config(self, number, peers, tls, access, schema):
        text = super().config(number, peers, tls, access, schema)
        text = text.replace("ldap://127.0.0.1:0",
                            f"ldap://127.0.0.1:{self.wire.port}")
        text = text.replace(
            f'binddn="cn=admin,{SUFFIX}" credentials={slapd.PASSWORD}',
            f'binddn="uid=replicator,ou=people,{SUFFIX}" '
            "credentials=pw-replicator")
        # slapd's settings are written when it has paused, and it pauses when
        # those who copy have done so.
        text = text.replace("timeout=5", "timeout=1")
        # Debian's: root of the machine manages the settings.
        return text.replace(
            "olcRootDN: cn=admin,cn=config",
            "olcRootDN: cn=admin,cn=config\nolcAccess: {0}to * by dn.exact="
            "gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth manage "
            "by * break")

    def how_it_copies(self):
        return (f"provider=ldap://127.0.0.1:{self.wire.port} bindmethod=simple "
                f'binddn="uid=replicator,ou=people,{SUFFIX}" '
                'credentials=pw-replicator type=refreshAndPersist retry="1 +" '
                "timeout=1")

    def start(self):
        with open(self.machine.path("slapd.log"), "ab") as log:
            self.process = subprocess.Popen(
                self.machine.within(
                    "/usr/sbin/slapd", "-F",
                    os.path.join(self.folder, "config"), "-h",
                    f"ldap://{self.host} ldapi:///", "-d", "none"),
                stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.pid = self.process.pid
        wait_for("slapd", lambda: self.ldap(
            "ldapsearch", "", "-b", "", "-s", "base", "1.1",
            check=False).returncode == 0, 20)

    @property
    def uri(self):
        return f"ldap://{self.host}"


class World:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="lgp")
        os.chmod(self.folder, 0o755)
        providers.SUFFIX, providers.ADMIN = SUFFIX, "cn=admin," + SUFFIX
        self.machines, self.servers = {}, []
        # Each provider is reached by the other through one.
        self.wires = [Wire(HOSTS[name], 389) for name in ("ldap1", "ldap2")]

    def make(self):
        tls = self.make_tls()
        self.stand_in("/etc", copied=True)
        for place in ("/run", "/var/lib"):
            self.stand_in(place)
        with open("/etc/hosts", "w", encoding="ascii") as file:
            file.write("127.0.0.1 localhost\n" + "".join(
                f"{address} {name}.example.org {name}\n"
                for name, address in HOSTS.items()))
        shutil.copy(tls[2], "/etc/ssl/certs/ca-certificates.crt")
        for place in ("/etc/logongate", "/var/lib/logongate",
                      "/run/logongate", "/run/slapd", "/var/lib/ldap"):
            os.makedirs(place, exist_ok=True)
        for name in HOSTS:
            self.machines[name] = Machine(self, name)
            # What the package brings.
            shutil.copytree(os.path.join(SOURCE, "profiles"),
                            self.machines[name].path("etc/profiles"))
        for i in (1, 2):
            os.mkdir(self.machines[f"ldap{i}"].path("openldap"))
            self.servers.append(Server(self.machines[f"ldap{i}"], i, tls,
                                       self.wires[2 - i]))
        return self

    def stand_in(self, place, copied=False):
        """A folder that only this test sees."""
        folder = os.path.join(self.folder, place.replace("/", "_"))
        os.mkdir(folder)
        if copied:
            subprocess.run(["cp", "-a", place + "/.", folder], check=True)
        subprocess.run(["mount", "--bind", folder, place], check=True)

    def make_tls(self):
        folder = os.path.join(self.folder, "tls")
        os.mkdir(folder)
        run = lambda *words: subprocess.run(  # noqa: E731
            ["openssl", *words], check=True, cwd=folder, capture_output=True)
        run("req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out",
            "ca.pem", "-subj", "/CN=ca", "-days", "2")
        run("req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-keyout", "server.key",
            "-out", "server.pem", "-subj", "/CN=ldap", "-days", "2", "-CA",
            "ca.pem", "-CAkey", "ca.key", "-addext",
            "subjectAltName=DNS:ldap1.example.org,DNS:ldap2.example.org")
        return [os.path.join(folder, name)
                for name in ("server.pem", "server.key", "ca.pem")]

    def close(self):
        for machine in self.machines.values():
            machine.close()
        for server in self.servers:
            server.kill()
        for wire in self.wires:
            wire.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.close)
        cls.world.make()
        cls.on = cls.world.machines
        cls.blocks = page_blocks()
        cls.tagged = {tag: block for _, tag, _, block in cls.blocks if tag}
        cls.bert_key = None

    # The steps of the page.

    def step(self, who, file, block):
        if who == "ldap":
            for name in ("ldap1", "ldap2"):
                self.on[name].secret("home/ldap.password", slapd.PASSWORD)
                self.on[name].run(block)
                self.copied()
        elif who == "gates":
            with futures.ThreadPoolExecutor() as pool:
                list(pool.map(lambda name: self.at_gate(name, file, block),
                              GATES))
        elif file:
            self.on[who].write(file, block)
        else:
            if who == "bert" and not self.bert_key:
                self.prepare_bert()
            block = block.replace("PUBLIC-HALF", self.bert_key or "")
            said = self.on[who].run(block, text=f"pw-{who}\n")
            if "A key was made" in said and who == "bert":
                self.bert_key = said.split()[-1]

    def at_gate(self, name, file, block):
        gate = self.on[name]
        if file:
            gate.write(file, self.installed() + block)
            return
        gate.secret("home/anna.password", "pw-anna")
        shutil.copy(self.on["anna"].path("etc/fleet.pub"), gate.path("home"))
        join, *others = lines_of(block)
        gate.run(join.replace("imap1", name))
        # So that one that is away is known to be within seconds.
        gate.write("/etc/logongate/logongate.conf", "heartbeat_s = 1\n" + (
            "" if name == "imap1" else "doors = no\n"))
        gate.run("\n".join(others))

    @staticmethod
    def installed():
        with open(os.path.join(SOURCE, "src", "packaging", "settings",
                               "logongate.conf"), encoding="utf-8") as file:
            return file.read()

    def prepare_bert(self):
        """In the page's words: anna's settings with bert for anna, ldap2
        before ldap1, and a copy of her fleet.pub."""
        bert = self.on["bert"]
        with open(self.on["anna"].path("etc/logongate.conf"),
                  encoding="utf-8") as file:
            text = file.read().replace("anna", "bert")
        one, two = (f"ldap://ldap{i}.example.org" for i in (1, 2))
        head, _, fleet = text.partition("[fleet]")
        bert.write("/etc/logongate/logongate.conf", head + "[fleet]"
                   + fleet.replace(f"{one} {two}", f"{two} {one}"))
        bert.secret("etc/bert.password", "pw-bert")
        shutil.copy(self.on["anna"].path("etc/fleet.pub"), bert.path("etc"))

    def copied(self):
        for base in (SUFFIX, "ou=gates," + FLEET):
            providers.wait_equal(self.world.servers, base)

    # What is so.

    def refuses(self, name, user):
        connection = UnixHTTP(self.on[name].path("run/http.sock"))
        try:
            connection.request("POST", "/v1/decide", json.dumps(
                {"user": user, "protocol": "imap"}))
            return json.loads(connection.getresponse().read())[
                "verdict"] == "refuse"
        finally:
            connection.close()

    def held(self, name):
        return {lock["id"] for lock in self.status(name)["locks"]}

    def status(self, name):
        control = Control(self.on[name].path("run/control.sock"))
        try:
            return control.ask("status")["status"]
        finally:
            control.close()

    def truth(self, away=()):
        """status --fleet of each administrator against what gates do."""
        for who in ("anna", "bert") if self.bert_key else ("anna",):
            def right():
                told = {one["name"]: one for one in self.on[who].json(
                    "logongate status --fleet --json")["gates"]}
                assert set(told) == set(GATES)
                return all(
                    told[name]["away"] == (name in away) and (
                        name in away or self.held(name) == {
                            lock["id"] for lock in told[name]["locks"]
                            if lock["state"] == "in-force"})
                    for name in GATES)
            wait_for(f"the truth of {who}", right, 20)

    def all_refuse(self, user, refused=True, gates=GATES):
        for name in gates:
            self.assertEqual(self.refuses(name, user), refused,
                             (name, user))

    def unplug(self, name):
        os.kill(self.on[name].pid(), signal.SIGKILL)

    def plug_in(self, name):
        self.on[name].run("systemctl restart logongated")

    # The story.

    def test_by_hand_from_the_page_alone(self):
        for at, (who, tag, file, block) in enumerate(self.blocks):
            if tag == "database":
                self.do_database(block)
            elif tag:
                getattr(self, "do_" + tag)(self.on[who], lines_of(block))
            elif "apply upgrade" in block:
                self.lock_look_lift(self.on[who], lines_of(block))
            else:
                with self.subTest(block=at, who=who):
                    self.step(who, file, block)
        self.forged_and_deleted()
        self.key_revoked_in_the_middle()

    def lock_look_lift(self, anna, lines):
        plan, apply, status, lift = lines
        self.assertIn("5 gates of the fleet would be locked, 0 of them are "
                      "away", anna.run(plan))
        said = anna.run(apply)
        self.assertIn("at 5 of 5 gates", said)
        self.all_refuse("dora@example.org")
        self.all_refuse("anna@example.org", False)
        said = anna.run(status)
        for name in GATES:
            self.assertRegex(said, rf"(?m)^{name} +lg-\w+ in-force to ")
        self.truth()
        anna.run(lift)
        self.all_refuse("dora@example.org", False)
        self.truth()

    def do_database(self, block):
        """As it stands, but for who copies and its password."""
        there = re.compile(r"(?m)^olcSyncrepl: .*\n(?:  .*\n)*")
        self.assertRegex(block, there)
        for i in (0, 1):
            server = self.world.servers[i]
            self.on[f"ldap{i + 1}"].run(there.sub(
                f"olcSyncrepl: rid=101 {server.how_it_copies()} searchbase="
                f'"ou=gates,{FLEET}"\n', block))

    def do_away(self, anna, lines):
        self.unplug("imap5")
        self.truth(away=("imap5",))
        said = anna.run("logongate apply upgrade --set tester=anna@example.org"
                        " --fleet --for 2h --within 1s", 6)
        self.assertIn("imap5", said)
        self.all_refuse("dora@example.org", False, GATES[:4])
        # Another one goes in the middle.
        apply, status = lines
        middle = threading.Timer(0.05, self.unplug, ("imap4",))
        middle.start()
        said = anna.run(apply.replace("--require 4", "--require 3")
                        + " --within 20s")
        middle.join()
        self.assertIn("imap5: away", said)
        self.all_refuse("dora@example.org", True, GATES[:3])
        self.truth(away=("imap4", "imap5"))
        self.assertRegex(anna.run(status), r"(?m)^imap5 .*away")
        # They come back, and are locked before they answer anybody.
        for name in ("imap4", "imap5"):
            self.plug_in(name)
            self.assertTrue(self.refuses(name, "dora@example.org"))
        self.truth()

    def do_freeze(self, bert, lines):
        """While the providers are apart, and anna's lock is in force."""
        for wire in self.world.wires:
            wire.cut()
        bert.run(lines[0])
        self.all_refuse("carl@example.net")
        self.truth()
        self.on["anna"].run("logongate extend upgrade --fleet --for 3h")
        for wire in self.world.wires:
            wire.mend()
        self.copied()
        self.truth()
        for name in GATES:
            self.assertEqual(len(self.held(name)), 2)
        self.on["anna"].run("logongate lift upgrade --fleet")
        self.all_refuse("carl@example.net")
        self.all_refuse("dora@example.org", False)
        self.assertIn("freeze", bert.run(lines[1]))
        self.truth()

    def do_lift(self, bert, lines):
        bert.run(lines[0])
        self.all_refuse("carl@example.net", False)
        self.truth()

    def log(self, name):
        with open(self.on[name].path("log"), encoding="utf-8") as file:
            return file.read()

    def metrics(self, name):
        connection = UnixHTTP(self.on[name].path("run/http.sock"))
        try:
            connection.request("GET", "/metrics")
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def forged_and_deleted(self):
        """Right schema, wrong key; and an entry of a lock in force is gone."""
        anna = self.on["anna"]
        lock = anna.json("logongate apply upgrade --set tester=anna@example.org"
                         " --fleet --for 1h --json")["id"]
        server = self.world.servers[0]
        server.ldap("ldapadd", providers.event(FLEET, lock, 7,
                                               b'{"kind":"lift"}'))
        server.ldap("ldapdelete", "", f"cn={lock}.2.anna,ou=locks,{FLEET}")
        self.copied()
        loud = ("fleet-bad-signature", "fleet-vanished")
        for name in GATES:
            wait_for(f"{name} to be loud", lambda name=name: {
                one["code"] for one in self.status(name)["fleet"][
                    "attention"]} >= set(loud), 20)
            for said in (f"fleet-bad-signature: {lock}.7.anna",
                         f"fleet-vanished: {lock}.2.anna"):
                wait_for(f"{name} to log {said}",
                         lambda said=said, name=name: said in self.log(name))
            self.assertIn('logongate_attention{what="fleet"} 1',
                          self.metrics(name))
            self.assertTrue(self.refuses(name, "dora@example.org"))
        said = self.on["imap1"].run("logongate status")
        for code in loud:
            self.assertIn(code, said)
        said = anna.run("logongate status --fleet")
        self.assertIn("fleet-bad-signature", said)
        self.assertIn("its begin is gone", said)
        anna.run("logongate lift upgrade --fleet")
        self.all_refuse("dora@example.org", False)


    def key_revoked_in_the_middle(self):
        """What bert locked stays, and anna lifts it."""
        anna, bert = self.on["anna"], self.on["bert"]
        lock = bert.json("logongate apply freeze --fleet --for 1h --json")["id"]
        anna.run("logongate fleet keys revoke bert")
        self.copied()
        bert.run("logongate lift freeze --fleet", 3)
        self.all_refuse("carl@example.net")
        self.assertIn("of a key that was revoked",
                      anna.run("logongate status --fleet"))
        self.all_refuse("carl@example.net")
        anna.run(f"logongate lift {lock} --fleet")
        self.all_refuse("carl@example.net", False)


if __name__ == "__main__":
    lacking = providers.missing()
    if not lacking and os.geteuid() != 0:
        lacking = "root, who may have namespaces"
    if lacking:
        print(f"skipped: no {lacking}")
        sys.exit(77)
    if INSIDE not in os.environ:
        os.environ[INSIDE] = "1"
        os.execvp("unshare", ["unshare", "-mn", "--propagation", "private",
                              sys.executable, *sys.argv])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    unittest.main(verbosity=2)
