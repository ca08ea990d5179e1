#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""status tells which doors a lock does not close, and which are open once the
gate is gone, from what this machine's servers are set up with; they get
folders of the test's own in a mount namespace."""
import json
import os
import shutil
import subprocess
import sys

import programs
from dovecot_fixture import DROPINS, IS_24
from programs import BIN, SOURCE
from running_gate import Gate, listeners, listing, main

PROFILE = """[profile]
[logon_only_as]
when_invalid = closed
allow_user.1 = "alice"
[message]
refused = "Please try again later."
"""
OPEN = """passdb {
  driver = pam
  args = dovecot
}
userdb {
  driver = passwd
}
protocols = imap
"""
if IS_24:
    OPEN = """dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
passdb pam {
}
userdb passwd {
}
protocols = imap
"""


def command(gate, folder, *words, code=0):
    """logongate where /etc/pam.d and /etc/dovecot are folder's."""
    script = "mount --make-rprivate /"
    for name in ("pam.d", "dovecot"):
        script += f" && mount --bind {folder}/{name} /etc/{name}"
    script += ' && exec "$@"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh",
         os.path.join(BIN, "logongate"), "--config", gate.config, *words],
        capture_output=True, text=True, timeout=60)
    assert code is None or done.returncode == code, done
    return done.stdout


def status(gate, folder, *options, code=0):
    return command(gate, folder, "status", *options, code=code)


def set_up(gate, pam):
    folder = os.path.join(gate.folder, "etc")
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("pam.d", "dovecot"):
        os.makedirs(os.path.join(folder, name))
    with open(os.path.join(folder, "dovecot", "dovecot.conf"), "w") as file:
        file.write(OPEN)
    for name in ("logongate-open", "logongate-closed"):
        with open(os.path.join(SOURCE, "src", "packaging", "pam", name)) as file:
            text = file.read()
        # Each asks this gate, and no other.
        with open(os.path.join(folder, "pam.d", name), "w") as file:
            file.write(text.replace("/run/logongate/http.sock",
                                    os.path.join(gate.run, "http.sock")))
    with open(os.path.join(folder, "pam.d", "dovecot"), "w") as file:
        file.write(f"auth required pam_unix.so\n{pam}")
    return folder


def of_ours(doors):
    """Other servers have no folder of their own here, and may be on the
    machine."""
    return [door for door in doors if door.split()[0] in ("dovecot", "pam")]


def open_doors(text):
    return of_ours(line.split(None, 1)[1] for line in text.splitlines()
                   if line.startswith("  open "))


def told():
    """a door that is open without the gate, or never asks it, is told before"""
    asks_not = "dovecot imap: does not ask the gate"
    with Gate().start() as gate:
        folder = set_up(gate, "@include logongate-open\n")
        doors = open_doors(status(gate, folder))
        assert doors == ["pam dovecot: lets EVERYBODY in while the gate is "
                         "gone"], doors
        path = gate.write("window.ini", PROFILE)
        said = command(gate, folder, "apply", path, "--for", "1h",
                       "--accept-warnings")
        assert "\ndoor: dovecot imap does not ask the gate" in said, said
        assert "door: pam dovecot" not in said, said
        command(gate, folder, "lift")
        gate.apply(listing("alice"))
        doors = open_doors(status(gate, folder))
        assert len(doors) == 2 and doors[0].startswith(asks_not), doors
        found = json.loads(status(gate, folder, "--json"))
        assert found["open_without_gate"] == ["pam dovecot"], found
        assert of_ours(found["not_closed"]) == ["dovecot imap"], found
        folder = set_up(gate, "@include logongate-closed\n")
        doors = open_doors(status(gate, folder))
        assert len(doors) == 1 and doors[0].startswith(asks_not), doors
        folder = set_up(gate, "account required pam_unix.so\n")
        found = json.loads(status(gate, folder, "--json"))
        assert of_ours(found["not_closed"]) == ["dovecot imap",
                                                "pam dovecot"], found
        # Without a gate the state tells the same.
        gate.stop()
        folder = set_up(gate, "@include logongate-open\n")
        found = json.loads(status(gate, folder, "--json", code=8))
        assert found["open_without_gate"] == ["pam dovecot"], found


def uncut():
    """a Dovecot that asks, and whose open sessions nobody lists, is told of
    wherever somebody could believe that they were cut"""
    words = "dovecot's open sessions are neither listed nor cut"
    with Gate(listen=listeners("http", "dict", "postfix")).start() as gate:
        folder = set_up(gate, "account required pam_unix.so\n")
        with open(os.path.join(DROPINS, "logongate-dict.conf")) as file:
            text = file.read()
        with open(os.path.join(folder, "dovecot", "dovecot.conf"),
                  "w") as file:
            file.write(OPEN.replace("}", "  result_success = continue-ok\n}",
                                    1) + text)
        name = "logongate-dict.lua" if IS_24 else "logongate-dict.conf.ext"
        with open(os.path.join(DROPINS, name)) as file:
            text = file.read().replace("/run/logongate", gate.run)
        with open(os.path.join(folder, "dovecot", name), "w") as file:
            file.write(text)
        path = gate.write("window.ini", PROFILE)
        said = command(gate, folder, "plan", path)
        assert "no-session-control: " + words in said, said
        said = command(gate, folder, "apply", path, "--for", "1h",
                       "--accept-warnings")
        assert "\nsessions: " + words in said, said
        assert "\n  note      " + words in status(gate, folder)
        assert words in json.loads(status(gate, folder, "--json"))[
            "sessions_note"]
        said = json.loads(command(gate, folder, "setup", "check", "--json",
                                  code=None))["check"]
        assert [row["mark"] for row in said if words in row["text"]] == [
            "bad"], said
        # As soon as somebody does, it is over.
        with open(gate.config, "a", encoding="utf-8") as file:
            file.write('\n[dovecot]\ndoveadm = "unix:/nowhere"\n')
        said = command(gate, folder, "setup", "check", "--json", code=None)
        assert words not in said, said


if __name__ == "__main__":
    if subprocess.run(["unshare", "-m", "mount", "--make-rprivate", "/"],
                      stderr=subprocess.DEVNULL).returncode:
        print("nothing may be mounted here: skipped")
        raise SystemExit(programs.SKIPPED)
    programs.require("doveconf")
    main([told, uncut])
