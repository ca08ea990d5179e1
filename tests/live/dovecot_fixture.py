# SPDX-License-Identifier: ISC
"""A Dovecot of its own: configuration, sockets, mail and log in one folder,
loopback ports, users from a passwd-file. Nothing of the machine's is touched.

    with dovecot_fixture.Dovecot(users={"alice": "pw"}) as dovecot:
        dovecot.imap("alice")          # an imaplib session that is logged in
        dovecot.who()                  # [("alice", "imap"), ...] of doveadm
"""
import grp
import imaplib
import json
import os
import poplib
import pwd
import shutil
import socket
import subprocess
import tempfile

from programs import (PATH, SKIPPED, SOURCE, answers, end, free_port, program, require,
                      wait_for)

API_KEY = "s3cret-of-doveadm"


def version():
    """(2, 3) or (2, 4): which language its configuration is in."""
    path = shutil.which("dovecot", path=PATH)
    if not path:
        return (2, 3)
    said = subprocess.run([path, "--version"], stdout=subprocess.PIPE,
                          check=True, encoding="utf-8").stdout
    return tuple(int(part) for part in said.split(".")[:2])


IS_24 = version() >= (2, 4)
DROPINS = os.path.join(SOURCE, "src/packaging/dovecot", *["2.4"] * IS_24)
# The drop-in of a door, and the file beside it.
DOORS = {
    "policy": ("logongate-auth-policy.conf", None),
    "dict": ("logongate-dict.conf", "logongate-dict.lua" if IS_24
             else "logongate-dict.conf.ext"),
    "combined": ("logongate-combined.conf", "logongate-alive.lua" if IS_24
                 else "logongate-alive.conf.ext"),
}


def include_door(door, write, run, port):
    """Configuration that includes the drop-in of a door as it is shipped for
    this Dovecot, but for where the gate is: its folder of sockets and the
    port of [listen.http]. write(name, text) keeps a file and gives its path."""
    name, beside = DOORS[door]
    changes = [("/run/logongate/", run + "/"),
               ("127.0.0.1:4191", f"127.0.0.1:{port}")]
    found = set()

    def changed(name):
        with open(os.path.join(DROPINS, name), encoding="utf-8") as file:
            text = file.read()
        for old, new in changes:
            if old in text:
                found.add(old)
            text = text.replace(old, new)
        return write(name, text)

    if beside:
        changes.append(("/etc/dovecot/" + beside, changed(beside)))
    included = changed(name)
    assert found, (door, changes)
    return f"!include {included}\n"


def include_sessions(write):
    """Configuration that includes the drop-in by which the gate tells sessions
    of Dovecot 2.4 apart, but for whose socket it is."""
    with open(os.path.join(DROPINS, "logongate-sessions.conf"),
              encoding="utf-8") as file:
        text = file.read()
    assert "user = logongate\n" in text
    path = write("logongate-sessions.conf", text.replace(
        "user = logongate\n",
        f"user = {pwd.getpwuid(os.geteuid()).pw_name}\n"))
    return f"!include {path}\n"


def passwd_file(path, *settings, name="passwd-file", master=False):
    """A passdb with the users of a file."""
    more = "".join(f"  {line}\n" for line in (
        *(["master = yes"] if master else []), *settings))
    if IS_24:
        return (f"passdb {name} {{\n  driver = passwd-file\n"
                f"  passwd_file_path = {path}\n"
                f"  default_password_scheme = plain\n{more}}}\n")
    return ("passdb {\n  driver = passwd-file\n"
            f"  args = scheme=PLAIN username_format=%u {path}\n{more}}}\n")

STATIC = """
userdb {
  driver = static
  args = uid={uid} gid={gid} home={mail}/%u
}
"""
STATIC_24 = """
userdb static {
  fields {
    uid = {uid}
    gid = {gid}
    home = {mail}/%{user}
  }
}
"""
WORDS = """
auth_debug = {debug}
mail_debug = {debug}
disable_plaintext_auth = no
mail_location = maildir:{mail}/%u
"""
# The version must be the first setting of all.
WORDS_24 = """dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = {mail}/%{user}
# Debian has it; of such blocks auth takes one only.
protocol !indexer-worker {
  mail_vsize_bg_after_count = 100
}
"""


class Dovecot:
    """extra is put at the end of the configuration; passdb replaces the
    passwd-file passdb ({users} is the file), userdb the static userdb ({uid},
    {gid} and {mail} are whose mail is kept where)."""

    def __init__(self, users, extra="", passdb=None, log_debug=False,
                 userdb=None):
        self.users = dict(users)
        self.extra = extra
        self.passdb = passdb
        self.userdb = userdb
        self.log_debug = log_debug
        self.process = None
        self.folder = tempfile.mkdtemp(prefix="lgdc", dir="/tmp")
        os.chmod(self.folder, 0o755)
        self.imap_port = free_port()
        self.pop3_port = free_port()
        self.doveadm_port = free_port()
        self.doveadm_socket = self.path("run/http")
        self.api_key = API_KEY
        self.config = self.path("dovecot.conf")
        self.open = []
        # Whose mail it is.
        owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else \
            pwd.getpwuid(os.geteuid())
        self.uid, self.gid = owner.pw_uid, owner.pw_gid

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *ignored):
        self.close()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def write_config(self):
        os.makedirs(self.path("mail"), exist_ok=True)
        is_root = os.geteuid() == 0
        me = pwd.getpwuid(os.geteuid())
        user = pwd.getpwnam("nobody") if is_root else me
        group = grp.getgrgid(user.pw_gid).gr_name
        if is_root:
            os.chown(self.path("mail"), user.pw_uid, user.pw_gid)
        users = self.write("users", "".join(
            f"{name}:{{PLAIN}}{password}::::::\n"
            for name, password in self.users.items()))
        own = "" if is_root else f"""
default_internal_user = {me.pw_name}
default_internal_group = {group}
default_login_user = {me.pw_name}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
}}
service pop3-login {{
  chroot =
}}
"""
        passdb = self.passdb or passwd_file("{users}")
        userdb = (self.userdb or (STATIC_24 if IS_24 else STATIC)).replace(
            "{uid}", str(user.pw_uid)).replace(
            "{gid}", str(user.pw_gid)).replace("{mail}", self.path("mail"))
        words = (WORDS_24 if IS_24 else WORDS).replace(
            "{mail}", self.path("mail")).replace(
            "{debug}", "yes" if self.log_debug else "no")
        if IS_24 and self.log_debug:
            words += "log_debug = category=auth\n"
        self.write("dovecot.conf", f"""{words}
base_dir = {self.path('run')}
state_dir = {self.path('state')}
log_path = {self.path('log')}
info_log_path = {self.path('log')}
auth_verbose = yes
listen = 127.0.0.1
protocols = imap pop3
ssl = no
mail_max_userip_connections = 200
first_valid_uid = 1
first_valid_gid = 1
{own}
{passdb.replace("{users}", users)}
{userdb}
service imap-login {{
  inet_listener imap {{
    port = {self.imap_port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {self.pop3_port}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
doveadm_api_key = {self.api_key}
service doveadm {{
  inet_listener http {{
    port = {self.doveadm_port}
  }}
  unix_listener http {{
    mode = 0600
  }}
}}
{self.extra}
""")

    def start(self):
        assert not self.process or self.process.poll() is not None, \
            "Dovecot runs already, and nobody would end that one"
        self.write_config()
        with open(self.path("stderr"), "wb") as stderr:
            self.process = subprocess.Popen(
                [program("dovecot"), "-F", "-c", self.config],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=stderr)
        wait_for("Dovecot to listen\n" + self.log(),
                 lambda: self.process.poll() is not None
                 or (answers(self.imap_port) and answers(self.pop3_port)
                     and os.path.exists(self.doveadm_socket)))
        if self.process.poll() is not None:
            raise AssertionError("Dovecot did not start:\n" + self.log())

    def stop(self):
        end(self.process, 5)
        self.process = None

    def close(self):
        self.hang_up()
        self.stop()
        if not os.environ.get("LG_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)

    def hang_up(self):
        """Ends all client sessions without a word."""
        for session in self.open:
            try:
                session.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # cut by the server: that is what was tested
            session.file.close()
            session.sock.close()
        self.open.clear()

    def log(self):
        text = ""
        for name in ("stderr", "log"):
            try:
                with open(self.path(name), encoding="utf-8",
                          errors="replace") as file:
                    text += file.read()
            except OSError:
                pass
        return text

    def who(self, *masks):
        """What doveadm says is open: a sorted list of (user, service), one
        for each connection."""
        done = subprocess.run(
            [program("doveadm"), "-c", self.config, "-f", "json", "who",
             "-1", *masks],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
            timeout=20)
        if done.returncode == 68 or not done.stdout.strip():
            return []
        rows = json.loads(done.stdout)
        return sorted((row["username"], row["service"]) for row in rows)

    def users_inside(self):
        return {user for user, service in self.who()}

    def imap_raw(self, timeout=20):
        """An imaplib client that is connected and not logged in."""
        client = imaplib.IMAP4("127.0.0.1", self.imap_port, timeout)
        self.open.append(client)
        return client

    def imap(self, user, password=None, timeout=20):
        client = self.imap_raw(timeout)
        client.login(user, password or self.users[user])
        return client

    def pop3(self, user, password=None, timeout=20):
        client = poplib.POP3("127.0.0.1", self.pop3_port, timeout)
        self.open.append(client)
        client.user(user)
        client.pass_(password or self.users[user])
        return client

    def imap_refusal(self, user, password=None):
        """The tagged line an IMAP login is refused with; None: it got in."""
        return raw_login(self.imap_port,
                         f"a1 LOGIN {user} "
                         f"{password or self.users[user]}\r\n", b"a1 ")

    def pop3_refusal(self, user, password=None):
        with socket.create_connection(("127.0.0.1", self.pop3_port),
                                      20) as one:
            file = one.makefile("rwb")
            file.readline()
            for line in (f"USER {user}",
                         f"PASS {password or self.users[user]}"):
                file.write(line.encode() + b"\r\n")
                file.flush()
                answer = file.readline().decode()
                if not answer.startswith("+OK"):
                    return answer.rstrip("\r\n")
        return None


def raw_login(port, line, tag):
    """Sends the line; the answer that begins with tag, None where it is OK."""
    with socket.create_connection(("127.0.0.1", port), 20) as one:
        file = one.makefile("rwb")
        file.readline()
        file.write(line.encode())
        file.flush()
        while True:
            answer = file.readline()
            if not answer:
                return "(closed)"
            if answer.startswith(tag):
                text = answer.decode().rstrip("\r\n")
                return None if text.startswith("a1 OK") else text
