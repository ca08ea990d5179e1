# SPDX-License-Identifier: ISC
"""Mail programs before a lock: each is really run, by itself or at a terminal,
with settings of its own, as nobody where the test is root's. What it shows is
read from what it writes, whether it got in from the server's log.

An outcome is {"words": yes or no, whether the lock's words are shown, "says":
the line they stand in or what it says instead, "asks": yes or no, whether it
asks for the password again, "recovers": by-itself, next-try or next-start,
"exit": its code, - for who is talked with}.
"""
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time

import programs
from terminal_screen import Terminal

WORDS = "Closed for new disks until"
PASSWORD = r"(?im)password[^\n]*:\s*$"


class Place:
    """Where a program logs on: ports of a server, a name, and count(), which
    says how often that name got in so far."""

    def __init__(self, port, user, password, count):
        self.port, self.user, self.password = port, user, password
        self.count = count


class Program:
    """One program with one protocol. Derived classes say words() to run,
    files() to write and package, whose version it is."""

    protocol = "IMAP"
    package = None
    # The line that counts where the words are not shown.
    tells = (r"(?i)fail|error|denied|refus|credential|unable|disconnect|"
             r"not available|421")

    def __init__(self, place):
        self.place = place
        self.home = tempfile.mkdtemp(prefix="lgmp", dir="/tmp")
        owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        for name, text in self.files().items():
            path = os.path.join(self.home, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.format(
                    port=place.port, user=place.user, home=self.home,
                    password=place.password))
            os.chmod(path, 0o600)
        os.makedirs(os.path.join(self.home, "mail"))
        for folder in ("cur", "new", "tmp"):
            os.makedirs(os.path.join(self.home, "box", folder))
        if owner:
            for where, folders, names in os.walk(self.home):
                for name in [".", *folders, *names]:
                    os.chown(os.path.join(where, name), owner.pw_uid,
                             owner.pw_gid)
        self.options = {
            "cwd": self.home, "env": {
                "HOME": self.home, "PATH": programs.PATH, "TERM": "xterm",
                "LC_ALL": "C.UTF-8", "XDG_CONFIG_HOME": self.home + "/.config"},
            **({"user": owner.pw_uid, "group": owner.pw_gid,
                "extra_groups": []} if owner else {})}

    def close(self):
        shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.close()

    def files(self):
        return {}

    @classmethod
    def program(cls):
        return cls.name.split()[0]

    @classmethod
    def version(cls):
        """As upstream names it."""
        said = subprocess.run(
            ["dpkg-query", "-W", "-f", "${Version}",
             cls.package or cls.program()],
            stdout=subprocess.PIPE, check=True, encoding="ascii").stdout
        return re.split(r"[-+~]", said.split(":")[-1])[0]

    @classmethod
    def is_there(cls):
        return bool(programs.program(cls.program()))

    def told(self, text, code="-"):
        """The outcome of what was shown."""
        lines = [" ".join(line.split()) for line in text.splitlines()]
        found = [line for line in lines if WORDS in line] or \
            [line for line in lines if re.search(self.tells, line)]
        says = found[-1] if found else ""
        for what, name in ((self.home, "HOME"), (str(self.place.port), "PORT"),
                           ("127.0.0.1", "HOST"), ("localhost", "HOST")):
            says = says.replace(what, name)
        # The same at all times.
        says = re.sub(r"until \d\d:\d\d UTC", "until 22:00 UTC", says)
        says = re.sub(r"\[\S+:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\]",
                      "[HOST:TIME]", says)
        return {"words": "yes" if WORDS in text else "no", "says": says[:200],
                "asks": "no", "recovers": "", "exit": str(code)}

    def gets_in(self, run, seconds=0.5):
        """Whether run() ends with one more logon in the server's log."""
        before = self.place.count()
        run()
        try:
            programs.wait_for("a logon", lambda: self.place.count() > before,
                              seconds)
        except AssertionError:
            return False
        return True

    def once(self):
        """Runs it to its end: exit code and all that it wrote."""
        done = subprocess.run(
            self.words(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=60, check=False,
            encoding="utf-8", errors="replace", **self.options)
        return done.returncode, done.stdout

    def try_open(self):
        said = []
        assert self.gets_in(lambda: said.append(self.once()), 5), \
            (self.name, said)

    def try_all(self, lock, lift):
        """The outcome of a lock that comes and goes."""
        self.try_open()
        lock()
        code, text = self.once()
        outcome = self.told(text, code)
        lift()
        self.try_open()
        outcome["recovers"] = "next-start"
        return outcome


class Mbsync(Program):
    name, package = "mbsync", "isync"

    def files(self):
        return {"rc": """IMAPAccount a
Host 127.0.0.1
Port {port}
User {user}
Pass {password}
SSLType None

IMAPStore far
Account a

MaildirStore near
Path {home}/mail/
Inbox {home}/mail/INBOX

Channel c
Far :far:
Near :near:
Create Near
SyncState *
"""}

    def words(self):
        return ["mbsync", "-c", "rc", "c"]


class OfflineImap(Program):
    name, package = "offlineimap", "offlineimap3"

    def files(self):
        return {"rc": """[general]
accounts = a
metadata = {home}/meta
[Account a]
localrepository = l
remoterepository = r
[Repository l]
type = Maildir
localfolders = {home}/mail
[Repository r]
type = IMAP
remotehost = 127.0.0.1
remoteport = {port}
remoteuser = {user}
remotepass = {password}
ssl = no
starttls = no
"""}

    @classmethod
    def version(cls):
        # Debian's is that of a day.
        return subprocess.run(["offlineimap", "--version"], check=True,
                              stdout=subprocess.PIPE, encoding="ascii"
                              ).stdout.split()[0].rstrip(",")

    def words(self):
        return ["offlineimap", "-o", "-c", "rc", "-u", "basic"]


class Fetchmail(Program):
    name, tells = "fetchmail", "Authorization failure"

    def files(self):
        return {"rc": "poll 127.0.0.1 protocol " + self.protocol
                + " port {port} username \"{user}\" password \"{password}\" "
                "keep sslproto '' mda /bin/true\n"}

    def words(self):
        return ["fetchmail", "-f", "rc", "--nosyslog", "--pidfile", "pid"]

    def try_all(self, lock, lift):
        self.try_open()
        lock()
        outcome = self.told(*reversed(self.once()))
        with Terminal([*self.words(), "-d", "1", "-N"],
                      **self.options) as polls:
            assert polls.shows("(?i)authorization failure"), polls.text()
            lift()
            outcome["recovers"] = "by-itself" if self.gets_in(
                lambda: None, 20) else "next-start"
        return outcome


class FetchmailPop3(Fetchmail):
    protocol = "POP3"


class Getmail(Program):
    name, package = "getmail", "getmail6"

    def files(self):
        return {"rc": f"""[retriever]
type = Simple{self.protocol}Retriever
server = 127.0.0.1
port = {{port}}
username = {{user}}
password = {{password}}
[destination]
type = Maildir
path = {{home}}/box/
"""}

    def words(self):
        return ["getmail", "--getmaildir", self.home, "--rcfile", "rc"]


class GetmailPop3(Getmail):
    protocol = "POP3"


class Curl(Program):
    name = "curl"

    def words(self):
        return ["curl", "-sS", "-u", f"{self.place.user}:"
                f"{self.place.password}",
                f"{self.protocol.lower()}://127.0.0.1:{self.place.port}/"]


class CurlPop3(Curl):
    protocol = "POP3"


class Interactive(Program):
    """At a terminal; a password that is not in its settings is typed."""

    asked_at_start = True
    # What ends the waiting for an answer, beside the words; how long it is
    # given to log on by itself after the lift, and how long it may say nothing
    # between two ways to log on.
    refused, patience, pause = "ailed|denied", 3, 3

    def start(self):
        """A terminal at which the password was typed, where it was asked."""
        terminal = Terminal(self.words(), **self.options)
        try:
            if self.asked_at_start:
                terminal.await_(PASSWORD)
                terminal.type(self.place.password + "\r")
        except BaseException:
            terminal.close()
            raise
        return terminal

    def try_open(self):
        before = self.place.count()
        with self.start() as terminal:
            self.wait(terminal, lambda: self.place.count() > before, 20)

    def wait(self, terminal, condition, seconds):
        def pumped():
            terminal.pump(0.05)
            return condition()

        try:
            programs.wait_for(f"{self.name} to log on", pumped, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}:\n{terminal.text()}") from None

    def settle(self, terminal):
        """Waits until nothing new has stood there for some seconds: some try
        several ways to log on, with pauses."""
        since, known = time.monotonic(), 0
        while time.monotonic() - since < self.pause and \
                not terminal.has_ended():
            terminal.pump()
            if len(terminal.seen) != known:
                since, known = time.monotonic(), len(terminal.seen)

    def try_again(self, terminal):
        """Does what a person does for another try."""
        raise NotImplementedError

    def try_all(self, lock, lift):
        self.try_open()
        lock()
        with self.start() as terminal:
            terminal.shows(WORDS + "|" + self.refused)
            self.settle(terminal)
            outcome = self.told(terminal.text())
            asks = re.search(PASSWORD, "\n".join(
                terminal.screen.display)) is not None
            before = self.place.count()
            lift()

            def is_in():
                return self.place.count() > before

            if terminal.has_ended():
                outcome["recovers"] = "next-start"
                asks = self.asked_at_start
            elif asks:
                outcome["recovers"] = "next-try"
                terminal.type(self.place.password + "\r")
                self.wait(terminal, is_in, 20)
            else:
                try:
                    self.wait(terminal, is_in, self.patience)
                    outcome["recovers"] = "by-itself"
                except AssertionError:
                    outcome["recovers"] = "next-try"
                    self.try_again(terminal)
                    if terminal.shows(PASSWORD, 3):
                        asks = True
                        terminal.type(self.place.password + "\r")
                    self.wait(terminal, is_in, 20)
            outcome["asks"] = "yes" if asks else "no"
        if outcome["recovers"] == "next-start":
            self.try_open()
        return outcome


class Mutt(Interactive):
    """The password is typed."""

    name = "mutt"
    settings = ""

    def files(self):
        return {"rc": self.settings + "set folder=~\nset spoolfile=~\n"
                "set ssl_starttls=no\nset ssl_force_tls=no\n"}

    def url(self):
        return f"imap://{self.place.user}@127.0.0.1:{self.place.port}/INBOX"

    def words(self):
        return [self.program(), "-n", "-F", "rc", "-f", self.url()]

    def try_again(self, terminal):
        terminal.type("c")
        terminal.await_("Open mailbox")
        terminal.type("\x15" + self.url() + "\r")


class MuttSaved(Mutt):
    name = "mutt (imap_pass)"
    asked_at_start = False
    settings = "set imap_pass={password}\n"


class Neomutt(Mutt):
    name = "neomutt"
    pause = 6


class NeomuttSaved(MuttSaved):
    name = "neomutt (imap_pass)"
    pause = 6


class Alpine(Interactive):
    name = "alpine"

    def files(self):
        return {"rc": "feature-list=disable-password-file-saving\n"
                "last-version-used=6.26\nuser-domain=example.org\n"}

    def words(self):
        return ["alpine", "-p", "rc", "-f", f"{{127.0.0.1:{self.place.port}"
                f"/notls/user={self.place.user}}}INBOX"]

    def try_again(self, terminal):
        # It tries twice more by itself before it asks.
        terminal.await_(PASSWORD, 30)


class Aerc(Interactive):
    name, refused, patience = "aerc", "isconnected", 60
    asked_at_start = False

    def files(self):
        return {".config/aerc/accounts.conf": """[a]
source = imap+insecure://{user}:{password}@127.0.0.1:{port}
default = INBOX
from = Bob <bob@example.org>
"""}

    def words(self):
        return ["aerc"]

    def try_again(self, terminal):
        terminal.type(":connect\r")


class Swaks(Program):
    name, protocol = "swaks", "SMTP"

    def words(self):
        return ["swaks", "--server", f"127.0.0.1:{self.place.port}",
                "--auth-user", self.place.user, "--auth-password",
                self.place.password, "--from", "a@example.org", "--to",
                "b@example.org"]


class Msmtp(Program):
    name, protocol = "msmtp", "SMTP"

    def once(self):
        # It sends several commands at once, and Postfix hangs up with its
        # 421: now and then writing fails (74) before the words are read.
        for _ in range(5):
            code, text = super().once()
            if code != 74:
                break
        return code, text

    def words(self):
        return ["sh", "-c", "printf 'Subject: x\\n\\nx\\n' | msmtp -C "
                "/dev/null --host=127.0.0.1 --port=" + str(self.place.port)
                + " --auth=plain --user=" + self.place.user
                + " --passwordeval='echo " + self.place.password
                + "' --tls=off --from=a@example.org b@example.org"]


class CurlSmtp(Curl):
    protocol = "SMTP"

    def words(self):
        return ["sh", "-c", "printf 'Subject: x\\n\\nx\\n' | curl -sS -u "
                f"{self.place.user}:{self.place.password} --mail-from "
                "a@example.org --mail-rcpt b@example.org -T - "
                f"smtp://127.0.0.1:{self.place.port}/"]


AT_DOVECOT = (Mbsync, OfflineImap, Fetchmail, Getmail, Mutt, MuttSaved,
              Neomutt, NeomuttSaved, Alpine, Aerc, Curl, FetchmailPop3,
              GetmailPop3, CurlPop3)
AT_POSTFIX = (Msmtp, Swaks, CurlSmtp)
