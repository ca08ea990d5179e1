#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Test accounts log on at a real Dovecot after an apply: who is listed gets
in, who is not does not, or everything is put back."""
import os
import subprocess

import dovecot_fixture
from running_gate import BIN, DN, Gate, main

dovecot_fixture.require("dovecot")
SOURCE = os.environ.get("LOGONGATE_SOURCE_DIR") or os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "../..")
PROFILE = f'''[profile]
max_duration = "8h"
[logon_only_as]
when_invalid = closed
allow.1 = "{DN}alice"
'''


def account(gate, dovecot, name, expect, url, mode=0o600):
    path = os.path.join(gate.folder, f"{name}.{expect}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"# a test account\nurl = {url}\nusername = {name}\n"
                   f"password = {dovecot.users[name]}\nexpect = {expect}\n"
                   "tls = none\n")
    os.chmod(path, mode)
    return path


def settings(gate, port, probes, file_probes=""):
    gate.write_config(f'''[gate]
state_dir = "{gate.state}"
run_dir = "{gate.run}"
[directory]
uri = "ldif:{gate.ldif}"
base = "dc=example,dc=org"
[listen.http]
address = "unix:http.sock, 127.0.0.1:{port}"
without_policy = refuse
[target.here]
backend = gate
probe = "{', '.join(probes)}"
[target.file]
backend = regfile
dialect = exchange2000
restart = yes
file = "{os.path.join(gate.folder, "ex.reg")}"
{file_probes}
[group.all]
members = "file, here"
''')
    with open(os.path.join(gate.folder, "up.ini"), "w") as file:
        file.write(PROFILE)


def apply(gate, code, *words):
    done = subprocess.run(
        [os.path.join(BIN, "logongate"), "--config", gate.config, "apply",
         os.path.join(gate.folder, "up.ini"), "--for", "1h",
         "--accept-warnings", "--skip-unsupported", *words],
        capture_output=True, text=True, timeout=90)
    assert "Sanitizer" not in done.stderr, done.stderr
    assert done.returncode == code, (done.returncode, done.stderr)
    return done.stdout + done.stderr


def probes():
    """a door that asks the gate keeps the lock; one that does not, a server
    that is down, or an account that should get in and does not undoes it; of
    a file that somebody carries to its server it is said that nobody tried"""
    port = dovecot_fixture.free_port()
    users = {"alice": "alice-pw", "bob": "bob-pw"}
    with Gate() as gate, dovecot_fixture.Dovecot(users) as dovecot:
        imap = f"imap://127.0.0.1:{dovecot.imap_port}"
        pop3 = f"pop3://127.0.0.1:{dovecot.pop3_port}"
        good = [account(gate, dovecot, "alice", "admit", imap),
                account(gate, dovecot, "bob", "refuse", pop3)]
        settings(gate, port, good)
        gate.start()
        said = apply(gate, 6, "--group", "all")
        assert "bob gets in and should not" in said, said
        assert not gate.status()["active"]
        with open(os.path.join(gate.folder, "ex.reg"), "rb") as file:
            assert "alice" not in file.read().decode("utf-16")
        dovecot.extra = dovecot_fixture.include_door(
            "policy", dovecot.write, gate.run, port)
        dovecot.stop()
        said = apply(gate, 6, "--target", "here")
        assert "could not be tried" in said, said
        assert not gate.status()["active"]
        dovecot.start()
        settings(gate, port, good, 'probe = "' + account(
            gate, dovecot, "bob", "refuse", imap) + '"')
        said = apply(gate, 0, "--group", "all")
        assert "file: in force when" in said, said
        assert "nor that of its 1 test account (probe)" in said, said
        assert "here: " not in said, said
        assert gate.status()["active"]
        subprocess.run([os.path.join(BIN, "logongate"), "--config",
                        gate.config, "lift"], check=True)
        settings(gate, port, [account(gate, dovecot, "bob", "admit", imap)])
        said = apply(gate, 6, "--target", "here")
        assert "bob should get in and does not" in said, said
        settings(gate, port, [account(gate, dovecot, "bob", "refuse", imap,
                                      0o644)])
        assert "can read" in apply(gate, 3, "--target", "here")
        clear = account(gate, dovecot, "bob", "refuse", imap)
        with open(clear, encoding="utf-8") as file:
            text = file.read().replace("tls = none\n", "")
        with open(clear, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(clear, 0o600)
        settings(gate, port, [clear])
        said = apply(gate, 6, "--target", "here")
        assert "could not be tried" in said and "imaps" in said, said
        assert not gate.status()["active"]


if __name__ == "__main__":
    main([probes])
