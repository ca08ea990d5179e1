#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""`logongate setup pam` with stacks of real PAM: an account that nobody has is
asked about in the stack itself, and every byte is given back. Wants root."""
import functools
import glob
import os
import tempfile
import time

import programs
from running_gate import Gate, Timing, main
from setup_fixture import Setup, facts, tree

MODULE = os.path.join(programs.LIB, "pam_logongate.so")
STACK = """\
# A stack of a mail server.
#
auth     required pam_permit.so
account  required pam_permit.so
"""


class Site(programs.Scene):
    def begin(self):
        self.gate = self.enter_context(Gate(listen=(
            '[listen.http]\naddress = "unix:http.sock"\n'
            'without_policy = refuse\n'))).start()
        self.folder = self.enter_context(tempfile.TemporaryDirectory(
            prefix="lgsq", dir="/tmp"))
        for name in ("imap", "sshd", "dovecot", "other"):
            with open(os.path.join(self.folder, name), "w",
                      encoding="utf-8") as file:
                file.write(STACK)
        self.setup = Setup(self.gate, self.folder)
        for name in ("closed", "open"):
            self.change(name, "pam_logongate.so", MODULE)

    def change(self, name, old, new):
        path = os.path.join(self.setup.datadir, "pam/logongate-" + name)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        assert old in text, text
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))

    def run(self, *words, code=0):
        return self.setup.run("pam", *words, code=code)

    def files(self):
        files = tree(self.folder, self.gate.path("setup"))
        files[self.gate.config] = facts(self.gate.config)
        return files


def whole_way(site):
    """the mail services alone, proved, a second time, undone"""
    before = site.files()
    shown = site.run("--dry-run")
    assert site.files() == before
    include = f"@include {site.folder}/logongate-closed\n"
    assert "+" + include in shown, shown
    assert "sshd" not in shown and "/dovecot" not in shown, shown
    said = site.run()
    assert "proved" in said, said
    path = os.path.join(site.folder, "imap")
    with open(path, encoding="utf-8") as file:
        assert file.read() == STACK.replace(
            "#\nauth", "#\n" + include + "auth")
    files = site.files()
    assert "nothing was changed" in site.run()
    assert site.files() == files
    site.run("--undo")
    assert site.files() == before


def named(site):
    """a stack that is named, and open"""
    before = site.files()
    site.run("--site", "sshd", "--variant", "open")
    changed = [path for path, what in site.files().items()
               if before.get(path) != what]
    assert {os.path.basename(path) for path in changed} == {
        "sshd", "logongate-open", "pam.json"}, changed
    site.run("--undo")
    assert site.files() == before
    assert "no-such" in site.run("--site", "no-such", code=3)


def put_back(site):
    """a stack that does not come to the gate is put back"""
    before = site.files()
    path = os.path.join(site.folder, "pam_logongate.so")
    site.change("closed", MODULE, path)
    begin = time.monotonic()
    said = site.run(code=6)
    assert "as it was" in said and "libpam-logongate" in said, said
    # Each stack that lacks a module lets nobody in: it is soon put back.
    took = time.monotonic() - begin
    if took > 3:
        raise Timing("a stack that lacks a module is put back",
                     f"after {took:.1f} s")
    assert site.files() == before
    site.change("closed", path, MODULE)


def not_installed(site):
    """without the module nothing is touched"""
    if glob.glob("/lib*/*/security/pam_logongate.so") or glob.glob(
            "/lib*/security/pam_logongate.so"):
        return  # somebody installed it here
    before = site.files()
    site.change("closed", MODULE, "pam_logongate.so")
    said = site.run(code=3)
    assert "install the package libpam-logongate" in said, said
    assert "as it was" not in said, said
    assert site.files() == before
    site.change("closed", "pam_logongate.so", MODULE)


if __name__ == "__main__":
    with Site() as shared:
        main([functools.update_wrapper(functools.partial(row, shared), row)
              for row in (whole_way, named, put_back, not_installed)])
