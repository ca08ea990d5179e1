#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Root, the gate's user and the members of admin_group at one state
directory: what the one writes the other can read, and each can do to the end
what he may begin."""
import contextlib
import fcntl
import json
import os
import stat
import subprocess

from other_users import drop_to, require_root, user_database
from running_gate import BIN, DN, Gate, eventually, main, reg

GATE, ADMINS, ASKS, ANNA, MAIL = 61001, 61011, 61002, 61004, 61012


class OwnGate(Gate):
    """A gate that runs as a user of its own, as the packages set it up."""

    def __init__(self, admins="logongate"):
        super().__init__(listen='[listen.http]\nwithout_policy = refuse\n',
                         gate=f'admin_group = "{admins}"')
        self.anna = MAIL if admins == "mailadmins" else ADMINS
        self.database = user_database(
            self.folder, {"logongate": GATE, "anna": ANNA},
            {"logongate": (ADMINS, ["anna"]),
             "mailadmins": (MAIL, ["anna"]),
             "logongate-door": (ASKS, ["logongate"])})
        os.makedirs(self.state)
        os.makedirs(self.run)
        for name in (self.state, self.run):
            os.chown(name, GATE, ADMINS)
        os.chmod(self.state, 0o750)
        open(self.log, "w", encoding="utf-8").close()
        os.chmod(self.log, 0o666)
        self.preexec = drop_to(GATE, ADMINS, [ASKS], before=self.database)
        # The same state directory for commands while no gate runs.
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        self.alone = self.write("alone.conf", text.replace(
            "[listen.http]\nwithout_policy = refuse\n", "")
            + f'[target.file]\nbackend = regfile\ndialect = exchange5.5\n'
              f'file = "{self.path("ex55.reg")}"\n'
              '[target.here]\nbackend = gate\n'
              '[group.all]\nmembers = "file, here"\n')

    def logongate(self, *words, uid=0, code=0, config=None):
        """The command as a user; anna is in admin_group."""
        preexec = self.database if not uid else drop_to(
            uid, uid, [self.anna], before=self.database)
        done = subprocess.run(
            [os.path.join(BIN, "logongate"), "--config",
             config or self.config, *words], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60, preexec_fn=preexec,
            env={**self.env, "LC_ALL": "C.UTF-8"}, check=False)
        assert done.returncode == code, (words, done, self.logged())
        return done.stdout + done.stderr

    def bob(self):
        return self.decide(user="bob")["verdict"]


def below(folder):
    for where, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(where, name)
            yield path, os.lstat(path)


def assert_owned(gate):
    found = list(below(gate.state))
    for path, is_ in found:
        assert (is_.st_uid, is_.st_gid) == (GATE, ADMINS), (path, is_)
        assert not is_.st_mode & 0o027, (path, oct(is_.st_mode))
    return {os.path.relpath(path, gate.state) for path, _ in found}


def many_listed(gate, count=20000):
    gate.write("testers.txt", "".join(f"{DN}user{i}\n"
                                      for i in range(count)))
    return gate.write("long.ini", f"""[profile]
max_duration = "8h"
[logon_only_as]
when_invalid = closed
allow.1 = "{DN}alice"
allow_file = "testers.txt"
""")


def roots_commands():
    """what root's commands write the gate's user can read"""
    with OwnGate() as gate:
        profile = many_listed(gate)
        gate.logongate("registry", "import", gate.write(
            "values.reg", reg({"Disable MAPI Clients": "-5.9.9"}).decode()),
            config=gate.alone)
        gate.logongate("apply", profile, "--for", "1h", "--accept-warnings",
                       config=gate.alone)
        found = assert_owned(gate)
        assert {"lists", "registry.reg", "registry.good.reg", "lock.json",
                "audit.jsonl", "backups"} <= found, found
        gate.start()
        status = gate.status()
        assert gate.bob() == "refuse" and status["active"], status
        assert not status["loud"], status
        gate.logongate("lift")
        assert gate.bob() == "admit"
        gate.stop()
        # A lock on servers: journal, who holds it, back-ups of servers.
        gate.write("ex55.reg", reg({"Logon Only As": [DN + "rescue"]}).decode())
        short = gate.profile(listed=["alice"])
        gate.logongate("apply", short, "--for", "1h", "--accept-warnings",
                       "--group", "all", "--skip-unsupported",
                       config=gate.alone)
        assert "fleet.jsonl" in assert_owned(gate)
        gate.logongate("lift", config=gate.alone)
        assert_owned(gate)


def contents(folder):
    found = {}
    for path, is_ in below(folder):
        if stat.S_ISREG(is_.st_mode):
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


def not_to_be_read():
    """what the gate's user may not read is not damaged: it stays, the lock
    too, and it is told"""
    for names in (["registry.reg"], ["lock.json"], ["locks/ID.json"],
                  ["locks/ID.findings"],
                  ["registry.reg", "lock.json"],
                  ["locks/ID.json", "locks/ID.good.json"], ["locks"]):
        with OwnGate() as gate:
            gate.start()
            gate.lock(gate.profile(listed=["alice"]))
            assert gate.bob() == "refuse"
            names = [name.replace("ID", gate.status()["locks"][0]["id"])
                     for name in names]
            gate.stop()
            for name in names:
                os.chown(gate.stored(name), 0, 0)
                os.chmod(gate.stored(name),
                         0o700 if name == "locks" else 0o600)
            before = contents(gate.state)
            gate.start()
            assert gate.bob() == "refuse", names
            loud = " ".join(gate.status()["loud"])
            for name in names:
                assert f"{name}: " in loud and "Permission denied" in loud, (
                    names, loud)
            after = contents(gate.state)
            assert not os.path.exists(gate.stored("damaged")), names
            for name in before:
                assert name not in names and not name.startswith(
                    "locks/") or after[name] == before[name], (names, name)
            # Given back, it is as if nothing had been.
            gate.stop()
            for name in names:
                os.chown(gate.stored(name), GATE, ADMINS)
            gate.start()
            status = gate.status()
            assert status["active"] and not status["loud"], (names, status)
            assert gate.bob() == "refuse"
            assert gate.decide(user="alice")["verdict"] == "admit"
            gate.logongate("lift")
            assert gate.bob() == "admit"


def takes_nothing():
    """a state_dir in which nothing can be written any more keeps no
    administrator from the way out, lock by lock, and says what a start would
    bring back"""
    with OwnGate() as gate:
        gate.start()
        locks = [gate.lock(gate.profile(listed=["alice"]))["id"]
                 for _ in range(3)]
        folders = [gate.state, *(path for path, is_ in below(gate.state)
                                 if stat.S_ISDIR(is_.st_mode))]
        for folder in folders:
            os.chmod(folder, 0o550)
        assert "Permission denied" in gate.logongate(
            "apply", gate.profile(listed=["bob"]), "--for", "1h",
            "--accept-warnings", code=6)
        for number, lock in enumerate(locks):
            assert gate.bob() == "refuse"
            said = gate.logongate("lift", lock, code=6)
            assert f"lift --force {lock}" in said, said
            assert gate.status()["locks"][0]["id"] == lock
            said = gate.logongate("lift", "--force", lock)
            assert "not be written" in said and "takes it up again" in said, \
                (number, said)
        assert gate.bob() == "admit" and not gate.status()["active"]
        assert any("takes it up again" in loud
                   for loud in gate.status()["loud"]), gate.status()
        for folder in folders:
            os.chmod(folder, 0o750)
        eventually(lambda: not gate.status()["loud"])
        gate.stop()
        gate.start()
        assert gate.bob() == "admit" and not gate.status()["loud"]


def links():
    """root's commands follow no link that the gate's user may have laid"""
    with OwnGate() as gate:
        elsewhere = gate.path("elsewhere")
        os.makedirs(elsewhere)
        victim = gate.write("victim", "whole\n")
        profile = many_listed(gate)
        for name, target in (("backups", elsewhere), ("lists", elsewhere)):
            os.symlink(target, gate.stored(name))
            gate.logongate("apply", profile, "--for", "1h",
                           "--accept-warnings", config=gate.alone, code=6)
            assert os.listdir(elsewhere) == [], name
            os.unlink(gate.stored(name))
        for name in ("registry.reg.new", "lock.json.new", "audit.jsonl",
                     "registry.reg", "fleet.jsonl", "fleet.holder.new"):
            # An apply that was put back says in it that nothing is set.
            with contextlib.suppress(FileNotFoundError):
                os.unlink(gate.stored(name))
            os.symlink(victim, gate.stored(name))
        with contextlib.suppress(AssertionError):
            gate.logongate("apply", profile, "--for", "1h",
                           "--accept-warnings", config=gate.alone)
        with open(victim, encoding="utf-8") as file:
            assert file.read() == "whole\n"
        assert os.stat(victim).st_uid == 0


def administrator():
    """a member of admin_group applies, extends, confirms, runs and lifts,
    whosever state_dir is and whatever root did before"""
    for admins in ("logongate", "mailadmins"):
        for before in ("nothing", "a lock on servers"):
            with OwnGate(admins) as gate:
                if before != "nothing":
                    short = gate.profile(listed=["alice"])
                    gate.logongate("apply", short, "--for", "1h",
                                   "--accept-warnings", "--group", "all",
                                   "--skip-unsupported", config=gate.alone)
                    gate.logongate("lift", config=gate.alone)
                gate.start()
                to_the_end(gate, {"uid": ANNA})


def what_is_under_way():
    """who may not read the journal is told all the same whether a command is
    at it or is gone"""
    with OwnGate("mailadmins") as gate:
        short = gate.profile(listed=["alice"])
        gate.logongate("apply", short, "--for", "1h", "--accept-warnings",
                       "--target", "file", "--skip-unsupported",
                       config=gate.alone)
        journal = gate.path("state/fleet.jsonl")
        with open(journal, "r+b") as file:
            lines = file.read().splitlines(keepends=True)
            assert b'"applied"' in lines.pop()
            file.seek(0)
            file.truncate()
            file.writelines(lines)
        gate.start()

        def status():
            said = json.loads(gate.logongate("status", "--json", uid=ANNA))
            return said["changing"], said["interrupted"]

        changing, interrupted = status()
        assert changing is None and interrupted, (changing, interrupted)
        with open(journal, "r+b") as file:
            fcntl.lockf(file, fcntl.LOCK_EX)
            signed = json.dumps({"command": "apply", "by": "root",
                                 "pid": os.getpid()})
            with open(gate.path("state/fleet.holder"), "w") as holder:
                holder.write(signed)
            changing, interrupted = status()
        assert interrupted is None, interrupted
        assert changing["by"] == "root", changing


def to_the_end(gate, anna):
    profile = gate.profile(listed=["alice"])
    gate.logongate("plan", profile, **anna)
    gate.logongate("apply", profile, "--for", "1h", "--confirm-within", "10m",
                   "--accept-warnings", **anna)
    assert gate.bob() == "refuse"
    gate.logongate("confirm", **anna)
    gate.logongate("extend", "--for", "2h", **anna)
    for words in (("status",), ("sessions",), ("refused",), ("history",),
                  ("check", "--user", "bob")):
        gate.logongate(*words, code=words[0] == "check", **anna)
    gate.logongate("lift", **anna)
    assert gate.bob() == "admit"
    gate.logongate("run", profile, "--for", "1h", "--accept-warnings", "--",
                   "sh", "-c", "exit 9", code=9, **anna)
    assert gate.bob() == "admit"
    assert not gate.status()["active"]
    by = {entry["by"] for entry in gate.ask("history")["history"][-4:]}
    assert by == {"anna"}, by


if __name__ == "__main__":
    require_root()
    main([roots_commands, not_to_be_read, takes_nothing, links,
          administrator, what_is_under_way])
