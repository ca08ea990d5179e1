# SPDX-License-Identifier: ISC
"""A private slapd for one test, by slapd-private.sh."""
import os
import shutil
import signal
import subprocess
import time

from ports import free_port

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPT = os.path.join(HERE, "slapd-private.sh")
SUFFIX = "dc=acme,dc=test"
ADMIN = "cn=admin," + SUFFIX
PASSWORD = "secret"
READABLE = "access to * by * read"


def missing():
    """The tool that is not here, or None."""
    path = os.environ.get("PATH", "") + ":/usr/sbin"
    for tool in ("slapd", "slapadd", "ldapwhoami", "openssl", "awk"):
        if not shutil.which(tool, path=path):
            return tool
    return None


def make_ca(folder):
    subprocess.run([os.path.join(HERE, "mkca.sh"), folder], check=True,
                   stdout=subprocess.DEVNULL)


class Slapd:
    """tls: (certificate, key, ca) files, or None. The others are the
    environment of slapd-private.sh."""

    def __init__(self, folder, ldif, tls=None, extra="", dbextra="",
                 schema=None, access=None, index=None, slapadd_flags=""):
        self.folder = folder
        self.port, self.tls_port = free_port(), free_port()
        env = dict(os.environ, SLAPD_DBEXTRA=dbextra,
                   SLAPADD_FLAGS=slapadd_flags)
        if tls:
            extra += (f"\nTLSCertificateFile {tls[0]}"
                      f"\nTLSCertificateKeyFile {tls[1]}"
                      f"\nTLSCACertificateFile {tls[2]}")
        env["SLAPD_EXTRA"] = extra
        if schema is not None:
            env["SLAPD_SCHEMA"] = schema
        if access is not None:
            env["SLAPD_ACCESS"] = access
        if index is not None:
            env["SLAPD_INDEX"] = index
        self.env = env
        ports = [str(self.port)] + ([str(self.tls_port)] if tls else [])
        self.run("init", folder, *ports)
        path = os.path.join(folder, "load.ldif")
        with open(path, "w", encoding="utf-8") as out:
            out.write(ldif)
        self.run("load", folder, path)
        self.start()

    def run(self, *arguments):
        # Its output would keep a pipe open as long as slapd runs.
        with open(os.path.join(self.folder, "log"), "ab") as log:
            subprocess.run([SCRIPT, *arguments], check=True, env=self.env,
                           stdout=log, stderr=log,
                           stdin=subprocess.DEVNULL)

    def start(self):
        self.run("start", self.folder)
        with open(os.path.join(self.folder, "run", "child.pid"),
                  encoding="ascii") as pid:
            self.pid = int(pid.read())

    def access(self, rule):
        """Starts it again with another access rule."""
        path = os.path.join(self.folder, "slapd.conf")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        text = text.replace(self.env["SLAPD_ACCESS"], rule)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self.env["SLAPD_ACCESS"] = rule
        self.run("stop", self.folder)
        self.start()

    @property
    def uri(self):
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def tls_uri(self):
        return f"ldaps://127.0.0.1:{self.tls_port}"

    @property
    def socket_uri(self):
        path = os.path.join(self.folder, "run", "ldapi")
        return "ldapi://" + path.replace("/", "%2F")

    def signal(self, number):
        os.kill(self.pid, number)

    def pause(self):
        """Stops it; returns when each of its threads stands still."""
        self.signal(signal.SIGSTOP)
        tasks = f"/proc/{self.pid}/task"
        for _ in range(5000):
            if self.states(tasks) == {"T"}:
                return
            time.sleep(0.001)
        raise RuntimeError("slapd does not stop")

    @staticmethod
    def states(tasks):
        """Those of the threads; one may end while they are read."""
        found = set()
        for task in os.listdir(tasks):
            try:
                with open(f"{tasks}/{task}/stat", encoding="ascii",
                          errors="replace") as stat:
                    found.add(stat.read().rpartition(")")[2].split()[0])
            except (FileNotFoundError, ProcessLookupError):
                found.add("ended")
        return found

    def go_on(self):
        self.signal(signal.SIGCONT)

    def kill(self):
        try:
            self.signal(signal.SIGKILL)
        except ProcessLookupError:
            pass
