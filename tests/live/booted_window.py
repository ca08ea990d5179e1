#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""A maintenance window on a booted Debian from its calendar to its end: it
announces itself by mail, reminds, locks, is on both pages in a browser,
reminds and ends; the webhook hears each event once, the journal tells all of
it. scripts/test-booted SUITE window makes what it needs; some four minutes.

    booted_window.py SUITE
"""
import datetime
import json
import os
import re
import subprocess
import sys
import time

import booted
from programs import SOURCE, program, wait_for

PICTURES = os.path.join(SOURCE, ".build/booted/window")
SETTINGS = """
[listen.status]
address  = "127.0.0.1:4193"
key_file = "/etc/logongate/help.key"

[notify]
before = "30s"
"""
NOTIFY = """MAIL_TO=postmaster@example.org
MAIL_FROM=gate@example.org
SENDMAIL=/usr/local/bin/stored-sendmail
WEBHOOK_URL=http://127.0.0.1:4199/hook
"""
SENDMAIL = """#!/bin/sh
exec cat >"/var/tmp/mail/$(date +%s%N)"
"""
SERVER = """
import http.server, sys
class Store(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open(sys.argv[1], "ab") as file:
            file.write(body + b"\\n")
        self.send_response(204)
        self.end_headers()
    def log_message(self, *arguments):
        pass
http.server.HTTPServer(("127.0.0.1", 4199), Store).serve_forever()
"""
EVENTS = ["scheduled", "starting", "applied", "ending", "expired"]


class Window:
    def __init__(self, box):
        self.box = box
        self.hooked = os.path.join(box.root, "var/tmp/hooked")
        self.server = None

    def write(self, path, text, mode=0o644):
        path = os.path.join(self.box.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)

    def install(self):
        box = self.box
        box.run("apt-get -y install /debs/*.deb")
        box.run("logongate setup dovecot")
        with open(os.path.join(box.root, "etc/logongate/logongate.conf"),
                  encoding="utf-8") as file:
            settings = file.read()
        self.write("etc/logongate/logongate.conf", settings + SETTINGS, 0o640)
        self.write("etc/logongate/help.key", "h3lp\n", 0o600)
        self.write("etc/logongate/notify.env", NOTIFY)
        self.write("usr/local/bin/stored-sendmail", SENDMAIL, 0o755)
        box.run("chgrp logongate /etc/logongate/logongate.conf; "
                "chown logongate /etc/logongate/help.key; "
                "install -d -m 1777 /var/tmp/mail; "
                "install -d /etc/logongate/notify.d; "
                "ln -s /usr/share/logongate/notify.d/mail "
                "/usr/share/logongate/notify.d/webhook "
                "/etc/logongate/notify.d/")
        # The gate's unit sees none of the machine's temporary files.
        self.write("etc/systemd/system/logongated.service.d/mail.conf",
                   "[Service]\nReadWritePaths=/var/tmp/mail\n"
                   "PrivateTmp=no\n")
        self.server = subprocess.Popen(
            ["nsenter", "-t", box.leader(), "-n", "--", sys.executable, "-c",
             SERVER, self.hooked])
        box.run("systemctl daemon-reload && systemctl restart logongated")

    def close(self):
        if self.server:
            self.server.terminate()
            self.server.wait(10)

    def heard(self):
        if not os.path.exists(self.hooked):
            return []
        with open(self.hooked, encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def names(self):
        return [each["event"] for each in self.heard()]

    def await_event(self, name, seconds):
        wait_for(f"{name}, {self.names()}", lambda: name in self.names(),
                 seconds, 0.2)

    def page(self, name, path="/"):
        """What a browser shows of a page, and its picture."""
        os.makedirs(PICTURES, exist_ok=True)
        # The key stands where a browser puts a password.
        url = f"http://help:h3lp@127.0.0.1:4193{path}"
        words = ["chromium", "--headless", "--no-sandbox", "--disable-gpu",
                 "--disable-dev-shm-usage", "--window-size=1000,1200",
                 f"--user-data-dir={self.box.root}/var/tmp/browser"]
        for more in ([f"--screenshot={PICTURES}/{name}.png"], ["--dump-dom"]):
            done = self.box.enter([*words, *more, url], "-n")
        text = done.stdout.decode(errors="replace")
        assert "<h1" in text, text[-2000:]
        return re.sub(r"<[^>]*>", " ", text[text.index("<h1"):])

    def scheduled(self):
        box = self.box
        said = box.run("logongate schedule add weekly upgrade --set "
                       "tester=postmaster@example.org --on-calendar "
                       "'Sun 02:00' --for 2h")
        assert re.search(r"next Sun \d{4}-\d\d-\d\d 02:00:00", said), said
        [row] = json.loads(box.run("logongate schedule list --json"))[
            "schedules"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:00:00Z", row["next"]), row
        box.run("logongate schedule remove weekly")
        begin = datetime.datetime.now() + datetime.timedelta(seconds=3)
        said = box.run(
            "logongate schedule add tonight upgrade --set "
            "tester=postmaster@example.org --on-calendar "
            f"'{begin:%Y-%m-%d %H:%M:%S}' --at +2m --for 90s --reason disks")
        self.await_event("scheduled", 60)
        page = self.page("scheduled")
        assert "maintenance is planned" in page and "Begins" in page, page
        assert "Begins" in self.page("scheduled-help", "/help")
        assert box.logon() == "in"
        return said.strip().splitlines()[0]

    def begins(self):
        self.await_event("starting", 150)
        assert self.box.logon() == "in"
        self.await_event("applied", 60)
        wait_for("the lock", lambda: "being upgraded" in self.box.logon(), 20)
        for name, path in (("locked", "/"), ("locked-help", "/help")):
            page = self.page(name, path)
            assert "being upgraded" in page and "disks" in page, page
        assert booted.USER in page, page
        return self.box.logon()

    def ends(self):
        self.await_event("ending", 120)
        self.await_event("expired", 60)
        wait_for("logons", lambda: self.box.logon() == "in", 20)
        assert "no maintenance" in self.page("over").lower()

    def told(self):
        time.sleep(1)  # one too many would come now
        assert self.names() == EVENTS, self.names()
        locks = {each["lock"]["id"] for each in self.heard()}
        assert len(locks) == 1, locks
        folder = os.path.join(self.box.root, "var/tmp/mail")
        subjects = []
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                subjects.append(re.search(r"X-Logongate-Event: (\S+)",
                                          file.read())[1])
        assert subjects == EVENTS, subjects
        [lock] = locks
        journal = self.box.run(
            f"journalctl -o cat --no-pager LOGONGATE_LOCK={lock}")
        fields = self.box.run("journalctl -o json --no-pager "
                              f"LOGONGATE_LOCK={lock}")
        events = [json.loads(line).get("LOGONGATE_EVENT")
                  for line in fields.splitlines()]
        for name in ("applied", "begun", "expired"):
            assert name in events, (name, events)
        return journal.strip().replace("\n", "; ")


def main():
    if os.geteuid() or not program("systemd-nspawn") or \
            not program("chromium"):
        sys.exit(booted.SKIPPED)
    with booted.Booted(sys.argv[1]) as box:
        window = Window(box)
        story = booted.Story(box)
        try:
            story.step("install and set up", window.install)
            story.step("scheduled: told by mail, on both pages",
                       window.scheduled)
            story.step("it reminds and begins", window.begins)
            story.step("it reminds and ends by itself", window.ends)
            story.step("each event once, the journal tells it", window.told)
        finally:
            window.close()


if __name__ == "__main__":
    main()
