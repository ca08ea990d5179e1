# SPDX-License-Identifier: ISC
"""A lock on a Windows server, which its helper finds by name, ends by itself on
a booted Debian: from within the sandbox of the shipped unit."""
import os
import shutil
import subprocess
import tempfile
import time

import smbd
from programs import program, wait_for

# A lock that a Windows server can hold, and how it is reached.
MOVE = """[profile]
description = "The mailboxes are moved"
[disable_mapi_clients]
versions = "-5.65535.65535;7.0.0-11.65535.65535"
"""
TARGET = """
[target.ex2003]
dialect = exchange2003
store_version = 6.5.7651.19
backend = winreg
server = "ex2003.example.org:{port}"
credentials_file = "/etc/logongate/ex2003.cred"
"""


def ends_by_itself(box):
    """The lock is put there and ends; how long it took."""
    missing = smbd.missing() or (not program("cc") and "cc")
    if missing:
        return f"not tried: no {missing} here"
    key = smbd.KEY.replace(smbd.HIVE, "HKLM")
    name, before = "Disable MAPI Clients", "-5.1.1"
    box.run("apt-get -y install /more/*.deb")
    with tempfile.TemporaryDirectory(prefix="lg-booted-") as folder:
        shim = os.path.join(folder, "svcshim.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", shim, os.path.join(
            os.path.dirname(smbd.__file__), "svcshim.c")], check=True)
        server = smbd.Smbd(os.path.join(folder, "s"), shim=shim, before=(
            "nsenter", "-t", box.leader(), "-n", "--"))
        try:
            def there():
                return server.net("registry", "getvalue", key,
                                  name).decode()

            server.net("registry", "createkey", key)
            server.net("registry", "--", "setvalue", key, name, "sz",
                       before)
            box.write("etc/hosts", "127.0.0.1 ex2003.example.org\n", "a")
            box.write("etc/logongate/profiles/move.ini", MOVE)
            box.write("etc/logongate/logongate.conf",
                      TARGET.format(port=server.port), "a")
            shutil.copy(server.credentials, os.path.join(
                box.root, "etc/logongate/ex2003.cred"))
            said = box.run("logongate apply move --target ex2003"
                           " --for 10s", 5)
            assert ("logongate, whom it runs as, may not read"
                    " /etc/logongate/ex2003.cred; chown it") in said, said
            box.run("chown logongate /etc/logongate/ex2003.cred")
            box.run("logongate apply move --target ex2003 --for 10s"
                    " --accept-warnings")
            begin = time.monotonic()
            assert before not in there(), there()
            wait_for("the server's lock to end",
                     lambda: before in there(), 40, 0.5)
            took = time.monotonic() - begin
            wait_for("the gate to say so", lambda: not box.status()[
                "active"], 20)
            assert box.status()["loud"] == [], box.status()
            said = box.run("journalctl -u logongated -o cat --no-pager"
                           " --since -1min")
            assert "lock on other servers was lifted" in said, said
            assert "could not be lifted" not in said, said
        finally:
            server.stop()
    box.run("rm /etc/logongate/ex2003.cred"
            " /etc/logongate/profiles/move.ini")
    return f"over after {took:.1f} s of 10"
