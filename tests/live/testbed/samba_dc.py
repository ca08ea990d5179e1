# SPDX-License-Identifier: ISC
"""The Samba AD DC of samba-dc.sh, provisioned once for all tests of a run."""
import atexit
import base64
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPT = os.path.join(HERE, "samba-dc.sh")
NAMESPACE = f"lg{os.getpid()}"
ADDRESS = "10.99.0.1"
HOST = "dc1.acme.test"
BASE = "DC=acme,DC=test"
USERS = "CN=Users," + BASE
ADMIN = "CN=Administrator," + USERS
PASSWORD = "Passw0rd.lg"


def can_make_namespaces():
    if os.geteuid() != 0:
        return False
    made = subprocess.run(["ip", "netns", "add", NAMESPACE], check=False,
                          stderr=subprocess.DEVNULL).returncode == 0
    if made:
        subprocess.run(["ip", "netns", "del", NAMESPACE], check=False)
    return made and subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "mount", "-t",
         "tmpfs", "tmpfs", "/run"], check=False,
        stderr=subprocess.DEVNULL).returncode == 0


def missing():
    """What this machine lacks for it, or None."""
    path = os.environ.get("PATH", "") + ":/usr/sbin"
    for tool in ("samba-tool", "samba", "ip", "nsenter", "unshare", "bc",
                 "ldbmodify", "ldbsearch", "ldapadd", "kinit", "net"):
        if not shutil.which(tool, path=path):
            return tool
    return None if can_make_namespaces() else "the right to make namespaces"


def ldif_line(name, value):
    if value.isascii():
        return f"{name}: {value}"
    return f"{name}:: {base64.b64encode(value.encode()).decode()}"


class Dc:
    """folder is where it lives; file makes a file of a secret there."""

    def __init__(self, folder):
        self.folder = folder
        self.up = False
        log = os.path.join(folder, "log")
        os.chmod(folder, 0o755)
        with open(log, "wb") as out:
            done = subprocess.run([SCRIPT, "up", self.path("dc"), NAMESPACE],
                                  stdout=out, stderr=out,
                                  stdin=subprocess.DEVNULL, check=False)
        self.up = True
        if done.returncode:
            with open(log, encoding="utf-8", errors="replace") as text:
                print(text.read())
            self.down()
            sys.exit(77 if done.returncode == 77 else 1)
        self.ca = self.path("dc/private/tls/ca.pem")
        self.secret = self.file("password", PASSWORD)
        with open(self.path("dc/run/samba.pid"), encoding="utf-8") as file:
            self.pid = int(file.read())

    def down(self):
        if self.up:
            self.up = False
            with open(self.path("down"), "wb") as out:
                subprocess.run([SCRIPT, "down", self.path("dc"), NAMESPACE],
                               stdout=out, stderr=out, check=False)

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, text, mode=0o600):
        with open(self.path(name), "w", encoding="utf-8",
                  opener=lambda p, f: os.open(p, f, mode)) as out:
            out.write(text)
        return self.path(name)

    def inside(self, *command):
        """As on a machine of that network, which knows the DC's name."""
        return ["nsenter", "--net", "--mount", f"--target={self.pid}",
                *command]

    def ldap(self, tool, text, check=True):
        """ldapadd or ldapmodify of an LDIF, as the administrator."""
        return subprocess.run(
            self.inside(tool, "-x", "-H", f"ldaps://{ADDRESS}", "-D", ADMIN,
                        "-y", self.secret),
            input=text.encode(), check=check, stdout=subprocess.DEVNULL,
            env=dict(os.environ, LDAPTLS_CACERT=self.ca))

    def search(self, base, *attributes):
        """{dn: {attribute: [value...]}}, read from Samba's own database
        without its LDAP server; nothing of ours is in between."""
        text = subprocess.run(
            ["ldbsearch", "-H", self.path("dc/private/sam.ldb"), "-b", base,
             "(legacyExchangeDN=*)", *attributes], check=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()
        found = {}
        for record in text.replace("\n ", "").split("\n\n"):
            name, values = None, {key: [] for key in attributes}
            for line in record.splitlines():
                key, _, value = line.partition(":")
                if not line.startswith("#") and key in (*attributes, "dn"):
                    value = (base64.b64decode(value[2:]).decode()
                             if value.startswith(": ") else value[1:])
                    if key == "dn":
                        name = value
                    else:
                        values[key].append(value)
            if name:
                found[name] = values
        return found

    def samba_tool(self, *words):
        return subprocess.run(
            ["samba-tool", *words, "-H", self.path("dc/private/sam.ldb")],
            check=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE).stdout.decode()


RUNNING = []


def running():
    """The one of this run: begun by who asks first, ended with the run."""
    if not RUNNING:
        place = tempfile.TemporaryDirectory(prefix="lg-dc-")
        atexit.register(place.cleanup)
        RUNNING.append(Dc(place.name))
        atexit.register(RUNNING[0].down)
    return RUNNING[0]
