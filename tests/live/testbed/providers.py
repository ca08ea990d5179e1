# SPDX-License-Identifier: ISC
"""OpenLDAP with cn=config: one provider, or two that copy each other."""
import base64
import os
import shutil
import signal
import subprocess
import time

import slapd

SUFFIX, ADMIN, PASSWORD = slapd.SUFFIX, slapd.ADMIN, slapd.PASSWORD
CONFIG_ADMIN = "cn=admin,cn=config"
SCHEMA = os.path.join(os.path.dirname(slapd.HERE), os.pardir, os.pardir,
                      "src", "packaging", "openldap", "logongate.ldif")
TOP = f"""dn: {SUFFIX}
objectClass: dcObject
objectClass: organization
dc: acme
o: ACME

"""
# The administrator of other things: the last rule of a database there already.
OPEN = ("to attrs=userPassword by self write by anonymous auth by * none",
        "to * by * read")


def event(fleet, lock, number, body, key="anna", kind="lift",
          signature="A" * 86 + "=="):
    """An entry of a fleet's ou=locks, as whoever may write there could make it:
    the usual signature is no good."""
    cn = f"{lock}.{number}.{key}"
    return f"""dn: cn={cn},ou=locks,{fleet}
objectClass: logongateEvent
cn: {cn}
logongateLock: {lock}
logongateNumber: {number}
logongateKind: {kind}
logongateBody:: {base64.b64encode(body).decode()}
logongateKey: {key}
logongateSignature: {signature}

"""


def missing():
    return slapd.missing()


class Provider:
    """number from 1; peers: the ports of the other providers."""

    def __init__(self, folder, number=1, port=None, peers=(), tls=None,
                 ldif=TOP, access=OPEN, schema=True):
        self.folder, self.number, self.pid = folder, number, None
        self.port = port or slapd.free_port()
        self.tls_port = slapd.free_port() if tls else None
        for name in ("config", "db", "run"):
            os.makedirs(os.path.join(folder, name))
        self.slapadd(0, self.config(number, peers, tls, access, schema))
        if ldif:
            self.slapadd(1, ldif)
        self.start()

    def config(self, number, peers, tls, access, schema):
        lines = ["dn: cn=config", "objectClass: olcGlobal", "cn: config",
                 f"olcServerID: {number}",
                 f"olcPidFile: {self.folder}/run/slapd.pid"]
        if tls:
            lines += [f"olcTLSCertificateFile: {tls[0]}",
                      f"olcTLSCertificateKeyFile: {tls[1]}",
                      f"olcTLSCACertificateFile: {tls[2]}"]
        lines += ["", "dn: cn=module{0},cn=config",
                  "objectClass: olcModuleList", "cn: module{0}",
                  "olcModulePath: /usr/lib/ldap", "olcModuleLoad: back_mdb",
                  "olcModuleLoad: syncprov",
                  "", "dn: cn=schema,cn=config",
                  "objectClass: olcSchemaConfig", "cn: schema", "",
                  *[f"include: file:///etc/ldap/schema/{name}.ldif\n"
                    for name in ("core", "cosine", "inetorgperson")],
                  *([f"include: file://{os.path.realpath(SCHEMA)}\n"]
                    if schema else []),
                  "dn: olcDatabase={0}config,cn=config",
                  "objectClass: olcDatabaseConfig",
                  "olcDatabase: {0}config",
                  f"olcRootDN: {CONFIG_ADMIN}", f"olcRootPW: {PASSWORD}",
                  "", "dn: olcDatabase={1}mdb,cn=config",
                  "objectClass: olcDatabaseConfig",
                  "objectClass: olcMdbConfig", "olcDatabase: {1}mdb",
                  f"olcSuffix: {SUFFIX}", f"olcRootDN: {ADMIN}",
                  f"olcRootPW: {PASSWORD}",
                  f"olcDbDirectory: {self.folder}/db",
                  "olcDbMaxSize: 4294967296",
                  # Where what the disk takes is not to be measured.
                  *(["olcDbNoSync: TRUE"]
                    if os.environ.get("LOGONGATE_FLEET_NOSYNC") else []),
                  "olcDbIndex: objectClass,entryCSN,entryUUID eq",
                  *[f"olcAccess: {{{i}}}{rule}"
                    for i, rule in enumerate(access)]]
        lines += [
            f"olcSyncrepl: rid={i + 1:03} provider=ldap://127.0.0.1:{peer} "
            f'bindmethod=simple binddn="{ADMIN}" credentials={PASSWORD} '
            f'searchbase="{SUFFIX}" type=refreshAndPersist retry="1 +" '
            "timeout=5 keepalive=10:3:5" for i, peer in enumerate(peers)]
        if peers:
            lines.append("olcMultiProvider: TRUE")
        lines += ["", "dn: olcOverlay={0}syncprov,olcDatabase={1}mdb,cn=config",
                  "objectClass: olcOverlayConfig",
                  "objectClass: olcSyncProvConfig",
                  "olcOverlay: {0}syncprov", "olcSpCheckpoint: 100 10",
                  "olcSpSessionlog: 1000", ""]
        return "\n".join(lines)

    def slapadd(self, database, text):
        done = subprocess.run(
            [shutil.which("slapadd", path=os.environ["PATH"] + ":/usr/sbin"),
             "-q", "-F", os.path.join(self.folder, "config"), "-n",
             str(database)],
            input=text, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            raise RuntimeError(done.stdout)

    def start(self):
        urls = [self.uri, self.socket_uri]
        if self.tls_port:
            urls.append(self.tls_uri)
        with open(os.path.join(self.folder, "slapd.log"), "ab") as log:
            self.process = subprocess.Popen(
                [shutil.which("slapd", path=os.environ["PATH"]
                              + ":/usr/sbin"), "-F",
                 os.path.join(self.folder, "config"), "-h", " ".join(urls),
                 "-d", "none"], stdout=log, stderr=log,
                stdin=subprocess.DEVNULL)
        self.pid = self.process.pid
        for _ in range(400):
            if subprocess.run(["ldapsearch", "-x", "-H", self.uri, "-b", "",
                               "-s", "base", "1.1"], check=False,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.025)
        self.kill()
        with open(os.path.join(self.folder, "slapd.log"),
                  encoding="utf-8", errors="replace") as log:
            raise RuntimeError("slapd does not answer: " + log.read()[-2000:])

    @property
    def uri(self):
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def tls_uri(self):
        return f"ldaps://127.0.0.1:{self.tls_port}"

    @property
    def socket_uri(self):
        return "ldapi://" + os.path.join(self.folder, "run",
                                         "ldapi").replace("/", "%2F")

    @staticmethod
    def config_login():
        return ("-D", CONFIG_ADMIN, "-w", PASSWORD)

    def ldap(self, tool, text="", *arguments, check=True):
        """A tool of OpenLDAP at this provider; as the database's
        administrator where arguments name nobody."""
        if "-D" not in arguments and "-Y" not in arguments:
            arguments = ("-D", ADMIN, "-w", PASSWORD, *arguments)
        simple = () if "-Y" in arguments else ("-x",)
        done = subprocess.run(
            [tool, *simple, "-H", self.uri, *arguments],
            input=text, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, check=False)
        if check and done.returncode:
            raise RuntimeError(f"{tool} {arguments}: {done.stdout}")
        return done

    def signal(self, number):
        os.kill(self.pid, number)

    pause = slapd.Slapd.pause
    states = staticmethod(slapd.Slapd.states)
    go_on = slapd.Slapd.go_on

    def kill(self):
        """With -9; it can be started again."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def pair(folder, **options):
    """Two providers, each the other's consumer."""
    ports = [slapd.free_port(), slapd.free_port()]
    made = []
    for i in (0, 1):
        where = os.path.join(folder, f"provider{i + 1}")
        os.mkdir(where)
        made.append(Provider(where, i + 1, ports[i], [ports[1 - i]],
                             ldif=TOP if i == 0 else "", **options))
    return made


def wait_equal(made, base, seconds=20):
    """Until all have the same entries below base."""
    end = time.monotonic() + seconds
    while True:
        said = {one.ldap("ldapsearch", "", "-LLL", "-b", base, "entryCSN",
                         check=False).stdout for one in made}
        if len({"".join(sorted(text.split("\n\n"))) for text in said}) == 1:
            return
        if time.monotonic() > end:
            raise RuntimeError(f"they differ: {said}")
        time.sleep(0.02)
