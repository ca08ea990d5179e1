#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""The pictures of terminals in src/doc/pictures, from real runs: with --write
they are made anew, without it the test says which are not current."""
import fcntl
import html
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios

from programs import SKIPPED, SOURCE, program, surveyed
from running_gate import BIN, Gate, listeners

FOLDER = os.path.join(SOURCE, "src/doc/pictures")
COLUMNS = 96
PROFILE = """[profile]
description  = "Keep users out while the server is upgraded"
max_duration = "8h"

[logon_only_as]
when_invalid = closed
allow.1      = "/o=Org/ou=Site/cn=Recipients/cn=alice"

[message]
refused = "This server is being upgraded. Please try again after %{until}."
"""
# A machine with one server that asks and one that does not; it sees neither
# this machine's processes nor its ports.
MACHINE = """
set -e
for folder in {servers} fail2ban pam.d; do
	[ ! -d /etc/$folder ] || mount -t tmpfs none /etc/$folder
done
cp -r {folder}/machine/. /etc/
# Other servers are not installed.
mount -t tmpfs none /usr/sbin
exec "$@"
"""
DOVECOT = """protocols = imap
mail_location = maildir:~/mail
passdb {{
  driver = passwd-file
  args = /etc/dovecot/users
}}
userdb {{
  driver = passwd-file
  args = /etc/dovecot/users
}}
auth_policy_server_url = http://127.0.0.1:4191/v1/dovecot
auth_policy_hash_nonce = localized
auth_policy_check_before_auth = no
auth_policy_check_after_auth = yes
auth_policy_report_after_auth = yes
auth_policy_request_attributes = login=%{{requested_username}}
"""
PAM = "auth required pam_unix.so\naccount required pam_unix.so\n"
COLOURS = {"1": "bold", "2": "dim", "31": "red", "1;31": "red", "32": "green",
           "33": "yellow"}
STYLE = """text{font:14px/18px ui-monospace,"DejaVu Sans Mono",monospace;
fill:#d8dee9;white-space:pre}.bold{font-weight:700}.dim{fill:#9aa5b4}
.red{fill:#ff8a8a;font-weight:700}.green{fill:#8fd694}.yellow{fill:#f2cc60}"""


def on_terminal(words, env):
    """What a command prints on a terminal of COLUMNS columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ,
                struct.pack("HHHH", 50, COLUMNS, 0, 0))
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=theirs,
                               stderr=theirs, env=env)
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
    os.close(ours)
    process.wait(60)
    return seen.decode().replace("\r\n", "\n")


def settled(text, folder):
    """The same text for every run: ids, times and folders are those of one
    night."""
    text = re.sub(r"lg-[0-9a-f]{12}", "lg-4f2a9c01d7e3", text)
    text = text.replace(folder, "/etc/logongate")
    text = re.sub(r"(since +)[^(\n]+ \([^)]*\)", r"\g<1>22:00:03 (2 min ago)",
                  text)
    text = re.sub(r"(until +)[^(\n]+ \([^)]*\)",
                  r"\g<1>00:00:03 (in 1 h 58 min)", text)
    return text


def rows_of(text):
    """Rows of (style, text), as a terminal of COLUMNS wraps them."""
    style, rows = "", [[]]
    for part in re.split(r"(\x1b\[[0-9;]*m|\n)", text):
        if part == "\n":
            rows.append([])
        elif part.startswith("\x1b["):
            style = COLOURS.get(part[2:-1], "")
        while part and not part.startswith(("\x1b[", "\n")):
            room = COLUMNS - sum(len(words) for _, words in rows[-1])
            if not room:
                rows.append([])
                room = COLUMNS
            rows[-1].append((style, part[:room]))
            part = part[room:]
    return rows


def picture(command, text):
    """A terminal as SVG."""
    rows, lines = [], rows_of(f"$ {command}\n" + text.rstrip("\n"))
    for number, line in enumerate(lines):
        spans = "".join(
            f'<tspan class="{style}">{html.escape(words)}</tspan>'
            if style else html.escape(words) for style, words in line)
        rows.append(f'<text x="16" y="{30 + 18 * number}">{spans}</text>')
    width, height = 32 + int(COLUMNS * 8.43), 30 + 18 * len(lines)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" '
            f'height="{height}" viewBox="0 0 {width} {height}" role="img">\n'
            f"<title>{html.escape(command)}</title>\n"
            f"<style>{STYLE}</style>\n"
            '<rect width="100%" height="100%" rx="8" fill="#1b1f24"/>\n'
            + "\n".join(rows) + "\n</svg>\n")


class Machine(Gate):
    def __init__(self):
        super().__init__(listen=listeners("http"))
        self.write("profiles/upgrade.ini", PROFILE)
        self.write("machine/dovecot/dovecot.conf", DOVECOT.format())
        self.write("machine/dovecot/users", "")
        self.write("machine/pam.d/imap", PAM)
        self.settings("[listen.http]\naddress = \"unix:http.sock\"",
                      "[listen.http]\naddress = \"unix:http.sock, "
                      "127.0.0.1:4191\"")
        # Somebody else may listen there.
        self.through = ["unshare", "--net", "sh", "-c",
                        'ip link set lo up && exec "$@"', "sh"]
        self.write("enter", MACHINE.format(
            folder=self.folder, servers=" ".join(surveyed())))

    def show(self, *words):
        text = on_terminal(
            ["unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc",
             "sh", self.path("enter"), os.path.join(BIN, "logongate"),
             "--config", self.config, *words],
            {**self.env, "TERM": "xterm", "LC_ALL": "C.UTF-8"})
        return settled(text, self.folder)


def pictures():
    with Machine().start() as gate:
        upgrade = ("upgrade", "--profiles", gate.path("profiles"))
        yield "plan", "logongate plan upgrade --for 2h", gate.show(
            "plan", *upgrade, "--for", "2h")
        gate.json("apply", *upgrade, "--for", "2h", "--reason", "new disks",
                  "--accept-warnings")
        yield "status", "logongate status", gate.show("status")
        yield "doors", "logongate doors", gate.show("doors")
        spec = "-5.9.9;11.0.0-11.6568.6567"
        yield "versions", f"logongate versions explain '{spec}'", gate.show(
            "versions", "explain", spec)


def main():
    if os.geteuid() or not all(map(shutil.which, ("unshare", "doveconf"))):
        print("not root, or no Dovecot: no pictures are made")
        sys.exit(SKIPPED)
    version = subprocess.run([program("dovecot"), "--version"], check=True,
                             text=True,
                             stdout=subprocess.PIPE).stdout
    if not version.startswith("2.3"):
        print(f"the pictures show Dovecot 2.3, this is {version}")
        return
    stale = []
    for name, command, text in pictures():
        path = os.path.join(FOLDER, name + ".svg")
        made = picture(command, text)
        if "--write" in sys.argv:
            os.makedirs(FOLDER, exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(made)
            continue
        with open(path, encoding="utf-8") as file:
            if file.read() != made:
                stale.append(name)
                with tempfile.NamedTemporaryFile("w", suffix=".svg") as new:
                    new.write(made)
                    new.flush()
                    subprocess.run(["diff", "-u", path, new.name],
                                   check=False)
    print(f"pictures that are not current: {', '.join(stale) or 'none'}"
          "; scripts/pictures makes them anew")
    sys.exit(bool(stale))


main()
