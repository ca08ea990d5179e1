# SPDX-License-Identifier: ISC
"""Thunderbird before a lock, without a screen: it is asked through Marionette,
the way in for tests that Mozilla's programs have, what it tells its user and
whether the password is still kept."""
import imaplib
import json
import os
import signal
import socket
import subprocess
import time

import mail_programs
import programs

PREFS = {
    "mail.accountmanager.accounts": "account1",
    "mail.accountmanager.defaultaccount": "account1",
    "mail.account.account1.identities": "id1",
    "mail.account.account1.server": "server1",
    "mail.account.lastKey": 1,
    "mail.identity.id1.fullName": "Bob",
    "mail.identity.id1.useremail": "bob@example.org",
    "mail.identity.id1.valid": True,
    "mail.server.server1.hostname": "127.0.0.1",
    "mail.server.server1.name": "a",
    "mail.server.server1.socketType": 0,
    "mail.server.server1.authMethod": 3,
    "mail.server.server1.login_at_startup": False,
    "mail.server.server1.check_new_mail": True,
    "mail.server.server1.check_time": 1,
    "mail.rights.version": 1,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "mailnews.start_page.enabled": False,
    "app.donation.eoy.version.viewed": 999,
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "network.dns.disablePrefetch": True,
    "network.proxy.type": 0,
}

# What is shown is kept in a list that outlives a question.
BEGIN = """
const { MailServices } = ChromeUtils.importESModule(
  "resource:///modules/MailServices.sys.mjs");
const done = arguments[arguments.length - 1];
const [user, password, type] = arguments;
window.shown = [];
MailServices.mailSession.addUserFeedbackListener({
  QueryInterface: ChromeUtils.generateQI(["nsIMsgUserFeedbackListener"]),
  onAlert(text) { window.shown.push(text); return true; },
  onCertError() { return true; },
});
const login = Cc["@mozilla.org/login-manager/loginInfo;1"]
  .createInstance(Ci.nsILoginInfo);
const origin = (type == "imap" ? "imap" : "mailbox") + "://127.0.0.1";
login.init(origin, null, origin, user, password, "", "");
Services.logins.addLoginAsync(login).then(() => done(true),
                                          error => done(String(error)));
"""
# A person presses "Get Messages".
FETCH = """
const { MailServices } = ChromeUtils.importESModule(
  "resource:///modules/MailServices.sys.mjs");
const server = MailServices.accounts.accounts[0].incomingServer;
server.getNewMessages(server.rootFolder, window.msgWindow, null);
"""
SEEN = "return window.shown"
KEPT = """
const done = arguments[arguments.length - 1];
Services.logins.getAllLogins().then(all => done(all.length),
                                    error => done(String(error)));
"""


class Asked(Exception):
    """A dialog is open; its text."""


class Thunderbird(mail_programs.Program):
    """The password is kept. A dialog about a failed logon, with its button
    "Enter New Password", counts as being asked; who sits there cancels it."""

    name = "thunderbird"

    def __init__(self, place):
        super().__init__(place)
        self.process = self.socket = None
        self.number = 0

    def files(self):
        port = programs.free_port()
        self.marionette = port
        prefs = {**PREFS, "marionette.port": port,
                 "mail.server.server1.type": self.protocol.lower(),
                 "mail.server.server1.port": "%PORT",
                 "mail.server.server1.userName": "%USER"}
        text = "".join(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
                       for name, value in prefs.items())
        return {"profile/user.js": text.replace('"%PORT"', "{port}").replace(
            "%USER", "{user}").replace("{}", "{{}}")}

    def start(self):
        self.process = subprocess.Popen(
            ["thunderbird", "--headless", "--marionette",
             "--remote-allow-system-access", "--no-remote", "--profile",
             os.path.join(self.home, "profile")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True, **self.options)
        programs.wait_for("Thunderbird", lambda: programs.answers(
            self.marionette), 90)
        self.socket = socket.create_connection(("127.0.0.1", self.marionette),
                                               60)
        self.file = self.socket.makefile("rb")
        self.read()
        self.ask("WebDriver:NewSession",
                 {"unhandledPromptBehavior": "ignore"})
        self.ask("Marionette:SetContext", {"value": "chrome"})
        programs.wait_for("its window", lambda: self.run(
            "return document.readyState == 'complete' && !!window.msgWindow"))
        assert self.run(BEGIN, self.place.user, self.place.password,
                        self.protocol.lower(), is_async=True) is True

    def read(self):
        size = b""
        while not size.endswith(b":"):
            size += self.file.read(1)
        return json.loads(self.file.read(int(size[:-1])))

    def ask(self, command, parameters):
        self.number += 1
        text = json.dumps([0, self.number, command, parameters]).encode()
        self.socket.sendall(str(len(text)).encode() + b":" + text)
        _, number, error, value = self.read()
        assert number == self.number
        if error and error["error"] == "unexpected alert open":
            raise Asked(error["data"]["text"])
        assert not error, (command, error)
        return value

    def run(self, script, *arguments, is_async=False):
        return self.ask(
            "WebDriver:Execute" + ("Async" * is_async) + "Script",
            {"script": script, "args": list(arguments), "newSandbox": False,
             "sandbox": "system"})["value"]

    def fetch(self):
        self.run(FETCH)

    def close(self):
        if self.socket:
            self.file.close()
            self.socket.close()
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        super().close()

    def shown(self):
        """What it told its user, and whether that is a dialog."""
        try:
            return "\n".join(self.run(SEEN)), False
        except Asked as dialog:
            return str(dialog), True

    def try_all(self, lock, lift):
        self.start()
        assert self.gets_in(self.fetch, 30), self.shown()
        lock()
        text, dialog = "", False
        end_at = time.monotonic() + 60
        while not text:
            assert time.monotonic() < end_at, "Thunderbird says nothing"
            if not dialog:
                self.fetch()
            time.sleep(1)
            text, dialog = self.shown()
        if dialog:
            self.ask("WebDriver:DismissAlert", {})
        outcome = self.told(text)
        before = self.place.count()
        lift()
        try:
            programs.wait_for("a logon by itself", lambda: self.place.count()
                              > before, 100)
            outcome["recovers"] = "by-itself"
        except AssertionError:
            assert self.gets_in(self.fetch, 30), self.shown()
            outcome["recovers"] = "next-try"
        kept = self.run(KEPT, is_async=True) == 1
        outcome["asks"] = "yes" if dialog or not kept else "no"
        return outcome


class ThunderbirdPop3(Thunderbird):
    protocol = "POP3"


class StandIn(mail_programs.Program):
    """What Thunderbird makes of an answer of IMAP, for where there is none (its
    rows in tests/data/clients.tsv hold): [UNAVAILABLE] is an alert with the
    server's words and leaves the password alone; any other refusal is a dialog
    that throws it away."""

    name = "thunderbird"

    def __init__(self, place):
        super().__init__(place)
        self.kept = place.password
        self.shown = []

    @classmethod
    def is_there(cls):
        return True

    @classmethod
    def version(cls):
        return "-"

    def fetch(self):
        if self.kept is None:
            return
        client = imaplib.IMAP4("127.0.0.1", self.place.port, 30)
        try:
            client.authenticate("PLAIN", lambda _: "\0".join(
                ("", self.place.user, self.kept)).encode())
        except imaplib.IMAP4.error as refused:
            said = refused.args[0]
            if said.startswith("[UNAVAILABLE] "):
                self.shown.append("Alert from account a: "
                                  + said.partition("] ")[2])
            else:
                self.shown.append("Login failed.")
                self.kept = None
        finally:
            client.shutdown()

    def try_all(self, lock, lift):
        assert self.gets_in(self.fetch, 5), self.shown
        lock()
        self.fetch()
        outcome = self.told("\n".join(self.shown))
        lift()
        outcome["recovers"] = "by-itself" if self.gets_in(self.fetch, 5) \
            else "next-try"
        outcome["asks"] = "no" if self.kept == self.place.password else "yes"
        return outcome


AT_DOVECOT = (Thunderbird, ThunderbirdPop3)
