# SPDX-License-Identifier: ISC
"""Runs the real logongate in a folder of its own, without the settings of this
machine, and reads what it prints."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

BIN = os.environ["LOGONGATE_BIN_DIR"]
SOURCE = os.environ["LOGONGATE_SOURCE_DIR"]
LOGONGATE = os.path.join(BIN, "logongate")

DN = "/o=Org/ou=Site/cn=Recipients/cn="

DIRECTORY = "".join(f"""
dn: cn={cn},dc=example,dc=org
objectClass: person
cn: {cn}
displayName: {display}
uid: {uid}
mail: {uid}@example.org
legacyExchangeDN: {DN}{uid}
""" for cn, display, uid in (
    ("Post Master", "Paula Postmaster", "postmaster"),
    ("Tester", "Theo Tester", "tester"),
    ("Alice", "Alice Able", "alice"),
    ("Bob", "Bob Baker", "bob")))
DIRECTORY = f"""dn: dc=example,dc=org
objectClass: domain
dc: example
{DIRECTORY}
dn: cn=Twin One,dc=example,dc=org
objectClass: person
cn: Twin One
uid: twin1
legacyExchangeDN: {DN}twin

dn: cn=Twin Two,dc=example,dc=org
objectClass: person
cn: Twin Two
uid: twin2
legacyExchangeDN: {DN}twin
"""


class Done:
    """What a run left: code, out, err; json and lines are read from out."""

    def __init__(self, process):
        self.code = process.returncode
        self.out = process.stdout.decode("utf-8")
        self.err = process.stderr.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]

    def __str__(self):
        return f"exit {self.code}\nout: {self.out}\nerr: {self.err}"


class Case(unittest.TestCase):
    """A test with a folder; run() starts the command in it."""

    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="lg-cli-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": self.folder,
            "XDG_STATE_HOME": os.path.join(self.folder, "state"),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
        }
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def directory(self):
        """The option that names an LDIF directory with six accounts."""
        return "--directory=ldif:" + self.write("directory.ldif", DIRECTORY)

    def profile(self, name, text):
        return self.write(name + ".ini", text)

    def listed(self, name="upgrade", when_invalid="open",
               allow=("postmaster", "tester"), more=""):
        """A profile that lists these people."""
        lines = "".join(f'allow.{i} = "{DN}{who}"\n'
                        for i, who in enumerate(allow, 1))
        return self.profile(name, f"""[profile]
description = "Keep users out"
max_duration = "8h"

[logon_only_as]
when_invalid = {when_invalid}
{lines}
{more}""")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        data = text if isinstance(text, bytes) else text.encode("utf-8")
        with open(path, "wb") as file:
            file.write(data)
        return path

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def run_it(self, *words, stdin=b"", timeout=60, **environment):
        return Done(subprocess.run(
            [LOGONGATE, *words], cwd=self.folder, input=stdin,
            env={**self.environment, **environment}, timeout=timeout,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False))

    def expect(self, code, *words, **how):
        done = self.run_it(*words, **how)
        self.assertEqual(done.code, code,
                         f"logongate {' '.join(words)}: {done}")
        return done


def main():
    result = unittest.main(exit=False).result
    raise SystemExit(0 if result.wasSuccessful() else 1)
