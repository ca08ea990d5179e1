#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""`logongate setup directory` at real servers: base, TLS and names are found by
asking, what is there stays, and a wrong word is told and changes nothing."""
import functools
import json
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "testbed"))
import programs  # noqa: E402
import slapd  # noqa: E402
from running_gate import Gate, main  # noqa: E402
from setup_fixture import Init, Setup, facts, tree  # noqa: E402

ENTRIES = f"""dn: {slapd.SUFFIX}
objectClass: dcObject
objectClass: organization
dc: acme
o: ACME

dn: cn=Anna,{slapd.SUFFIX}
objectClass: inetOrgPerson
cn: Anna
sn: Anna
uid: anna
mail: anna@example.org
"""


class Site(programs.Scene):
    def begin(self):
        self.folder = self.enter_context(
            tempfile.TemporaryDirectory(prefix="lgsd", dir="/tmp"))
        keys = os.path.join(self.folder, "ca")
        slapd.make_ca(keys)
        self.ca = os.path.join(keys, "ca.pem")
        self.secure = self.serve("secure", tls=(
            os.path.join(keys, "server.pem"), os.path.join(keys, "server.key"),
            self.ca), access=slapd.READABLE)
        self.plain = self.serve("plain", access="access to * by users read"
                                                " by anonymous auth")
        self.gate = self.enter_context(Gate("; his own\n"))
        with open(self.gate.config, encoding="utf-8") as file:
            self.gate.write_config(re.sub(r"\[directory\][^[]*", "",
                                          file.read()))
        self.gate.start()
        self.init = Init(self.gate.folder, logongated=self.restart_gate)
        self.callback(self.init.close)
        self.setup = Setup(self.gate, None, self.init)
        self.secret = self.gate.write("directory.pw",
                                      slapd.PASSWORD + "\n")
        os.chmod(self.secret, 0o600)

    def serve(self, name, **more):
        folder = os.path.join(self.folder, name)
        os.mkdir(folder)
        server = slapd.Slapd(folder, ENTRIES, **more)
        self.callback(server.kill)
        return server

    def restart_gate(self):
        self.gate.stop()
        self.gate.start()

    def run(self, *words, code=0):
        return self.setup.run("directory", *words, code=code,
                              config_dir=False)

    def files(self):
        files = tree(self.gate.path("setup"))
        files[self.gate.config] = facts(self.gate.config)
        return files


def found(site):
    """base and TLS are found, the gate gets them, and undo takes them back"""
    before = site.files()
    said = site.run("--directory", site.secure.tls_uri, "--ca-file", site.ca,
                    "--dry-run")
    assert site.files() == before
    for line in (f'+base          = "{slapd.SUFFIX}"',
                 "logon names come from mail, "):
        assert line in said, said
    # Its TLS fails without the authority: nobody goes on in the open.
    site.run("--directory", site.secure.uri, code=4)
    assert site.files() == before
    said = site.run("--directory", site.secure.uri, "--ca-file", site.ca)
    assert "+tls           = starttls" in said and "proved" in said, said
    files = site.files()
    said = site.run()
    assert "nothing was changed" in said, said
    assert site.files() == files
    assert "already" in site.run("--directory", "ldaps://other.example.org",
                                 code=5)
    assert site.files() == files
    site.run("--undo")
    assert site.files() == before


def bound(site):
    """a bind is proved: nobody sees nothing, a wrong password is told"""
    before = site.files()
    said = site.run("--directory", site.plain.uri, "--base", slapd.SUFFIX,
                    code=4)
    assert site.files() == before
    assert site.files() == before
    # A base that is mistyped is said to be it.
    said = site.run("--directory", site.plain.uri, "--base",
                    "dc=exmaple,dc=org", "--bind-dn", slapd.ADMIN,
                    "--password-file", site.secret, code=4)
    assert 'it has no "dc=exmaple,dc=org"' in said, said
    wrong = site.gate.write("wrong.pw", "wrong\n")
    os.chmod(wrong, 0o600)
    said = site.run("--directory", site.plain.uri, "--base", slapd.SUFFIX,
                    "--bind-dn", slapd.ADMIN, "--password-file", wrong, code=4)
    assert "wrong name or password" in said or "Invalid" in said, said
    said = site.run("--directory", site.plain.uri, "--bind-dn", slapd.ADMIN,
                    "--password-file", site.secret)
    assert "+tls           = none" in said, said
    assert slapd.PASSWORD not in said, said
    site.run("--undo")
    assert site.files() == before


def checked(site):
    """`setup check` asks: what is well, what is away, what was set up"""
    def marks(code=None):
        said = json.loads(site.setup.run("check", "--json", code=code,
                                         config_dir=False))["check"]
        return [(row["what"], row["mark"]) for row in said], said

    site.run("--directory", site.plain.uri, "--bind-dn", slapd.ADMIN,
             "--password-file", site.secret)
    rows, said = marks()
    for what in ("settings", "gate", "directory", "setup"):
        assert (what, "ok") in rows, said
        assert (what, "bad") not in rows, said
    assert {"what": "setup", "mark": "ok",
            "text": "directory was set up"} in said, said
    site.plain.kill()
    rows, said = marks(5)
    assert ("directory", "bad") in rows and ("gate", "ok") in rows, said
    site.plain.start()
    rows, said = marks()
    assert ("directory", "ok") in rows, said
    site.gate.stop()
    rows, said = marks(5)
    assert ("gate", "bad") in rows, said
    assert "systemctl start logongated" in str(said), said
    site.gate.start()
    site.run("--undo")
    rows, said = marks()
    assert "setup" not in dict(rows), said


def not_there(site):
    """no address, no server, a file: told, and nothing changes"""
    before = site.files()
    assert "--directory" in site.run(code=3)
    site.run("--directory", f"ldap://127.0.0.1:{programs.free_port()}", code=4)
    assert "by hand" in site.run("--directory", "ldif:/tmp/x", code=3)
    assert site.files() == before


if __name__ == "__main__":
    lacking = slapd.missing()
    if lacking:
        print(f"{lacking} is not installed: skipped")
        sys.exit(programs.SKIPPED)
    with Site() as shared:
        main([functools.update_wrapper(functools.partial(row, shared), row)
              for row in (found, bound, not_there, checked)])
