#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Two gates, one of them on "another machine" over TLS: locked and released
by one command, whatever happens to either."""
import json
import os
import signal
import subprocess
import time

from gate_remote import Certificates, ask, connect, free_port
from running_gate import BIN, DN, Gate, eventually, main, reg

KILLSHIM = os.path.join(os.environ["LOGONGATE_BUILD_DIR"], "tests",
                        "killshim.so")
PROFILE = f'''[profile]
max_duration = "8h"
[logon_only_as]
when_invalid = closed
allow.1 = "{DN}alice"
[message]
refused = "Later."
'''


class Pair:
    """A gate here and one far away, with a .reg file as third server."""

    def __init__(self, certificates):
        self.certificates = certificates
        self.port = free_port()
        self.far = Gate(settings=f'[listen.control]\n'
                        f'address = "127.0.0.1:{self.port}"\n'
                        f'cert_file = "{certificates.cert("gate")}"\n'
                        f'tls_key_file = "{certificates.key("gate")}"\n'
                        f'ca_file = "{certificates.cert("ca")}"\n'
                        'clients = "anna"\n')
        self.here = Gate()
        self.settings()

    def settings(self, host="localhost", name="anna"):
        self.here.write_config(f'''[gate]
state_dir = "{self.here.state}"
run_dir = "{self.here.run}"
[directory]
uri = "ldif:{self.here.ldif}"
base = "dc=example,dc=org"
[listen.http]
address = "unix:http.sock"
without_policy = refuse
[target.far]
backend = gate
server = "{host}:{self.port}"
cert_file = "{self.certificates.cert(name)}"
tls_key_file = "{self.certificates.key(name)}"
ca_file = "{self.certificates.cert("ca")}"
[target.file]
backend = regfile
dialect = exchange5.5
file = "{os.path.join(self.here.folder, "ex55.reg")}"
[target.here]
backend = gate
[group.all]
members = "far, file, here"
''')
        self.profile = os.path.join(self.here.folder, "up.ini")
        with open(self.profile, "w") as file:
            file.write(PROFILE)

    def __enter__(self):
        self.far.start()
        self.here.start()
        return self

    def __exit__(self, kind, value, trace):
        self.far.__exit__(kind, value, trace)
        self.here.__exit__(kind, value, trace)

    def run(self, *args, code=0):
        done = subprocess.run(
            [os.path.join(BIN, "logongate"), "--config", self.here.config,
             *args], capture_output=True, text=True, timeout=90)
        assert "Sanitizer" not in done.stderr, done.stderr
        assert done.returncode == code, (args, done.returncode, done.stdout,
                                         done.stderr)
        return done

    def json(self, *args, code=0):
        return json.loads(self.run(*args, "--json", code=code).stdout)

    def apply(self, *args, code=0):
        return self.run("apply", self.profile, "--accept-warnings",
                        "--skip-unsupported", *args, code=code)

    def verdicts(self, user="bob"):
        return [g.decide(user=user)["verdict"] for g in (self.far, self.here)]

    def far_values(self):
        return {v["name"]: v["data"] for v in
                self.json("registry", "show", "--target", "far")["values"]}


def with_pair(test):
    def wrapped():
        certificates = Certificates()
        try:
            with Pair(certificates) as pair:
                test(pair)
        finally:
            certificates.close()
    wrapped.__name__ = test.__name__
    wrapped.__doc__ = test.__doc__
    return wrapped


@with_pair
def life(pair):
    """one command locks both, extend moves both ends, one command lifts to
    what was set by hand"""
    tls = connect(pair.certificates, pair.port, "anna")
    assert ask(tls, "import", [reg({"Disable MAPI Clients":
                                    "-5.65535.65535"})])["ok"]
    tls.close()
    before = pair.far_values()
    assert before == {"Disable MAPI Clients": "-5.65535.65535"}, before
    tested = pair.json("targets", "test", "far")
    assert tested["may_write"] and not tested["note"], tested
    planned = pair.json("plan", pair.profile, "--for", "1h", "--group", "all",
                        "--skip-unsupported")
    assert [t["engages"] for t in planned["targets"]] == [True] * 3, planned
    pair.apply("--group", "all", "--for", "1h", "--reason", "upgrade")
    assert pair.verdicts() == ["refuse", "refuse"]
    assert pair.verdicts("alice") == ["admit", "admit"]
    assert pair.far.status()["reason"] == "upgrade"
    there = {t["name"]: t for t in pair.json("status")["targets"]}
    assert all(t["in_force"] and not t["differs"] for t in there.values())
    assert there["far"]["profile"] == "up", there
    assert there["far"]["since"] and there["far"]["by"], there
    assert "in force" in pair.json("targets", "test", "far")["note"]
    pair.run("extend", "--for", "2h")
    assert pair.far.status()["until"] == pair.here.status()["until"]
    pair.apply("--group", "all", "--for", "1h", code=5)
    pair.run("registry", "import", os.path.join(pair.here.folder, "ex55.reg"),
             "--target", "far", code=5)
    pair.run("lift")
    assert pair.verdicts() == ["admit", "admit"]
    assert pair.far_values() == before
    assert not pair.far.status()["active"]
    assert pair.far.ask("history")["history"][-1]["result"] == "done"


@with_pair
def somebody_elses(pair):
    """a lock of somebody else there stays beside ours, and is not ended"""
    tls = connect(pair.certificates, pair.port, "anna")
    answer = ask(tls, "apply", [reg({"Logon Only As": [DN + "rescue"],
                                     "When Invalid": "closed"})],
                 profile="other", for_s=600)
    assert answer["ok"], answer
    tls.close()
    assert pair.verdicts() == ["refuse", "admit"]
    pair.apply("--group", "all", "--for", "1h")
    assert pair.verdicts() == ["refuse", "refuse"]
    locks = pair.far.status()["locks"]
    assert [lock["profile"] for lock in locks] == ["other", "up"], locks
    # One lock, here and there.
    assert locks[1]["id"] == pair.here.status()["locks"][0]["id"]
    assert locks[1]["origin"] == "remote", locks
    [far] = [target for target in pair.json("status")["targets"]
             if target["name"] == "far"]
    assert far["in_force"] and not far["differs"], far
    pair.run("extend", "--for", "2h")
    pair.run("lift")
    assert pair.verdicts() == ["refuse", "admit"]
    assert [lock["profile"] for lock in pair.far.status()["locks"]] == [
        "other"]
    pair.run("recover")
    assert pair.far.status()["profile"] == "other"
    [far] = pair.json("status", "--target", "far")["targets"][-1:]
    assert not far["in_force"] and "other of anna" in far["note"], far
    # two of ours: each is ended by itself, whatever else goes meanwhile
    second = os.path.join(pair.here.folder, "second.ini")
    with open(second, "w") as file:
        file.write(PROFILE)
    pair.apply("--group", "all", "--for", "1h")
    pair.run("apply", second, "--accept-warnings", "--skip-unsupported",
             "--group", "all", "--for", "1h")
    for gone, left in (("up", ["other", "second"]), ("second", ["other"])):
        pair.run("lift", gone)
        assert [lock["profile"] for lock in pair.far.status()["locks"]] == \
            left
    assert pair.verdicts() == ["refuse", "admit"]


BATCH = f"""[profile]
variables = "batch, mover"
[applies_to]
file = "%{{batch}}"
[logon_only_as]
when_invalid = closed
allow_user.1 = "%{{mover}}"
[message]
refused = "Moved until %{{until}}."
"""


@with_pair
def whom_it_concerns(pair):
    """variables, those concerned and --replace are the same at both gates"""
    gates = pair.far, pair.here
    for gate in gates:
        assert gate.ask("import", [reg({"Refuse Protocols": "imap"})])["ok"]
    pair.profile = pair.here.write("batch.ini", BATCH)
    batch = pair.here.write("batch.txt", "bob\n")
    words = ("--target", "far,here", "--for", "1h", "--set",
             f"batch={batch}", "--set", "mover=alice")
    pair.apply(*words)
    for gate in gates:
        [lock] = gate.status()["locks"]
        assert lock["variables"] == f"batch={batch}\nmover=alice\n", lock
        assert lock["applies_to"] and not lock["replaces"], lock
        assert gate.decide(user="bob")["verdict"] == "refuse"
        assert gate.decide(dn=f"{DN}bob")["verdict"] == "refuse"
        assert gate.decide(user="alice")["verdict"] == "admit"
        assert gate.decide(user="alice",
                           protocol="imap")["verdict"] == "refuse"
    pair.run("lift")
    pair.apply(*words, "--replace")
    for gate in gates:
        [lock] = gate.status()["locks"]
        assert lock["replaces"], lock
        assert gate.decide(user="bob")["verdict"] == "refuse"
        assert gate.decide(user="alice", protocol="imap")["verdict"] == "admit"
    pair.run("lift")
    for gate in gates:
        assert not gate.status()["active"]
        assert gate.decide(user="bob")["verdict"] == "admit"
        assert gate.decide(user="bob", protocol="imap")["verdict"] == "refuse"


@with_pair
def it_is_down(pair):
    """a gate that is down, or that is not who it should be, or that does not
    know us: nothing is written anywhere"""
    pair.settings(host="127.0.0.1")
    pair.apply("--group", "all", "--for", "1h", code=7)
    pair.settings(name="stranger")
    pair.apply("--group", "all", "--for", "1h", code=6)
    pair.settings()
    pair.far.stop()
    pair.apply("--group", "all", "--for", "1h", code=6)
    assert pair.here.decide(user="bob")["verdict"] == "admit"
    assert not os.path.exists(os.path.join(pair.here.folder, "ex55.reg"))


@with_pair
def the_gate_here_is_away(pair):
    """what it has a part in gets no other end without it, and is not over"""
    pair.apply("--group", "all", "--for", "1h")
    until = [g.status()["until"] for g in (pair.far, pair.here)]
    pair.here.stop()
    pair.run("extend", "up", "--for", "3h", code=8)
    pair.run("confirm", "up", code=8)
    assert pair.far.status()["until"] == until[0]
    pair.run("lift", "up", code=8)
    assert not pair.far.status()["active"]
    pair.here.start()
    assert pair.here.status()["until"] == until[1]
    assert pair.json("status")["interrupted"]
    pair.run("recover")
    assert pair.verdicts() == ["admit", "admit"]


@with_pair
def it_lifts_by_itself(pair):
    """the far gate lifts although nobody reaches it; what is left is lifted
    by the gate here"""
    pair.apply("--group", "all", "--for", "1h")
    assert pair.verdicts() == ["refuse", "refuse"]
    pair.run("extend", "--for", "2s")
    end = time.time() + 25
    path = os.path.join(pair.here.folder, "ex55.reg")
    while time.time() < end:
        text = open(path, "rb").read().decode("utf-16")
        if pair.verdicts() == ["admit", "admit"] and "hex(7)" not in text:
            break
        time.sleep(0.3)
    assert pair.verdicts() == ["admit", "admit"]
    assert "hex(7)" not in text, text
    # The values are back before the command that put them back has ended.
    eventually(lambda: not pair.json("status").get("loud"))
    status = pair.json("status")
    assert not status["active"], status


@with_pair
def nobody_confirms(pair):
    """without confirm all servers are lifted with the gate; with it all keep
    the lock"""
    path = os.path.join(pair.here.folder, "ex55.reg")
    pair.apply("--target", "far", "--for", "1h", "--confirm-within", "5s",
               code=2)
    pair.apply("--group", "all", "--for", "1h", "--confirm-within", "6s")
    assert pair.verdicts() == ["refuse", "refuse"]
    end = time.time() + 25
    while time.time() < end:
        if pair.verdicts() == ["admit", "admit"] and \
                "hex(7)" not in open(path, "rb").read().decode("utf-16"):
            break
        time.sleep(0.3)
    assert pair.verdicts() == ["admit", "admit"]
    status = pair.json("status")
    assert not status["active"], status
    # The command that put the values back may not have ended.
    eventually(lambda: not pair.json("status")["changing"])
    pair.apply("--group", "all", "--for", "1h", "--confirm-within", "20s")
    pair.run("confirm")
    assert pair.far.status()["until"] == pair.here.status()["until"]
    status = pair.json("status")
    assert {t["until"] for t in status["targets"] if "until" in t} == \
        {status["until"]}, status
    pair.run("lift")


@with_pair
def killed(pair):
    """killed at any moment, recover leaves both old"""
    for delay in range(0, 30, 3):
        process = subprocess.Popen(
            [os.path.join(BIN, "logongate"), "--config", pair.here.config,
             "apply", pair.profile, "--accept-warnings", "--skip-unsupported",
             "--group", "all", "--for", "1h"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        time.sleep(delay / 60)
        process.kill()
        process.wait()
        pair.run("recover")
        if pair.json("status")["active"]:
            assert pair.verdicts() == ["refuse", "refuse"], delay
            pair.run("lift")
        assert pair.verdicts() == ["admit", "admit"], delay
        assert pair.far_values() == {}, delay


@with_pair
def killed_before_the_gate(pair):
    """a lift killed when all servers are lifted and the gate here is not:
    status says so and recover finishes it"""
    count = os.path.join(pair.here.folder, "steps")

    def lift(**shim):
        environment = dict(os.environ, LD_PRELOAD=KILLSHIM, **shim)
        environment["ASAN_OPTIONS"] = \
            "detect_leaks=0:verify_asan_link_order=0"
        return subprocess.run(
            [os.path.join(BIN, "logongate"), "--config", pair.here.config,
             "lift"], env=environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, timeout=90, check=False).returncode

    pair.apply("--group", "all", "--for", "1h")
    assert lift(LG_KILL_COUNT=count) == 0
    steps = os.path.getsize(count)
    seen = []
    for at in range(steps - 2, steps + 1):
        pair.apply("--group", "all", "--for", "1h")
        assert lift(LG_KILL_AT=str(at)) == -signal.SIGKILL, at
        seen.append(pair.verdicts())
        status = pair.json("status")
        assert bool(status["interrupted"]) == (seen[-1][1] == "refuse"), \
            (at, seen, status)
        assert ("recover" in " ".join(status["loud"])) == \
            bool(status["interrupted"]), (at, status)
        pair.run("recover")
        assert pair.verdicts() == ["admit", "admit"], at
        status = pair.json("status")
        assert not status["interrupted"] and not status["active"], status
    assert ["admit", "refuse"] in seen and ["admit", "admit"] in seen, seen


if __name__ == "__main__":
    main([life, somebody_elses, whom_it_concerns, it_is_down, the_gate_here_is_away, it_lifts_by_itself, nobody_confirms,
          killed, killed_before_the_gate])
