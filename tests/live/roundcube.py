#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Roundcube with the plugin of src/packaging/roundcube, before a real Dovecot
that asks the gate, in a real browser: who is refused reads until when, not
that the password was wrong; who is listed works; nothing stays after the
lift. Pictures are left in the build's folder "pages"."""
import contextlib
import json
import os
import re
import socket
import sys
import tempfile

import programs
import roundcube_fixture
from gate_dovecot import Site
from running_gate import main
from webdriver import Browser

roundcube_fixture.require()
programs.require("dovecot", "doveadm", "chromedriver", "chromium")
PICTURES = os.path.join(os.environ.get("LOGONGATE_BUILD_DIR",
                                       tempfile.gettempdir()), "pages")
WORDS = 'Closed <b>tonight</b> & back at %{until}.'
SHOWN = "Closed <b>tonight</b> & back at "
LINE = "#logongate"
TOAST = "#messagestack"


def line_of(page):
    return json.loads(re.search(r'"logongate":(\{"text".*?\})[,}]',
                                page)[1])["text"]


class Room:
    """All of it, once for all rows."""

    def __enter__(self):
        self.port = programs.free_port()
        self.open = contextlib.ExitStack()
        site = Site("combined", users={"alice": "a-pw", "bob": "b-pw"})
        with open(site.gate.config, "a", encoding="utf-8") as file:
            file.write('\n[listen.status]\naddress = '
                       f'"unix:status.sock, 127.0.0.1:{self.port}"\n')
        with contextlib.ExitStack() as stack:
            self.gate = stack.enter_context(site).gate
            self.dovecot = site.dovecot
            self.web = stack.enter_context(roundcube_fixture.Roundcube(
                site.dovecot.imap_port, {
                    "plugins": "['logongate']", "login_rate_limit": "1",
                    "logongate_status": f"'http://127.0.0.1:{self.port}'"}))
            self.browsers = [stack.enter_context(Browser()) for _ in range(2)]
            self.open = stack.pop_all()
        return self

    def __exit__(self, *why):
        self.open.__exit__(*why)

    def new_sessions(self):
        """Both browsers before the page for logging on, as never seen."""
        for browser in self.browsers:
            browser.open(self.web.url)
            browser.ask("DELETE", "/cookie")
            browser.open(self.web.url)
        return self.browsers

    def log_on(self, browser, user, password=None):
        programs.wait_for("the form", lambda: browser.text("#rcmloginuser")
                          is not None)
        browser.run("document.body.classList.add('asked');"
                    "rcmloginuser.value = arguments[0];"
                    "rcmloginpwd.value = arguments[1];"
                    "document.querySelector('#rcmloginsubmit').click()", user,
                    password or self.dovecot.users[user])
        programs.wait_for("the answer to a logon", lambda: browser.run(
            "return document.readyState == 'complete'"
            " && !document.body.classList.contains('asked')"))

    def is_in(self, browser):
        return browser.run("return !!window.rcmail && "
                           "rcmail.env.task == 'mail'")

    def read(self, language="en"):
        """What the page for logging on says at its top, in a language."""
        return line_of(self.web.visit(language).get())

    def refused(self, user, language):
        """The same, after a logon."""
        visit = self.web.visit(language)
        visit.get()
        return line_of(visit.log_on(user, self.dovecot.users[user]))


def command(browser, name):
    """One that is given while the page is busy is not heard."""
    programs.wait_for("a page that is not busy",
                      lambda: browser.run("return !rcmail.busy"))
    browser.run(f"rcmail.command('{name}')")


def whole_lock(room):
    """the tester works, the other reads until when, and works at once after
    the lift; an open session is told when it is cut"""
    tester, other = room.new_sessions()
    for user, browser in (("alice", tester), ("bob", other)):
        room.log_on(browser, user)
        assert room.is_in(browser), browser.text("body")
        assert browser.text(LINE) is None
    gate = room.gate
    gate.lock(gate.profile(listed=["alice"], message=WORDS))
    # An open session, by a click and by a page.
    command(other, "checkmail")
    text = other.await_text(LINE, SHOWN)
    until = re.search(r"back at (\d\d:\d\d)", text)
    assert until, text
    programs.wait_for("one message", lambda: SHOWN not in (
        other.text(TOAST) or ""))
    other.picture(os.path.join(PICTURES, "roundcube-cut.png"))
    other.open(room.web.url + "?_task=mail")
    assert "password is still the same" in other.await_text(LINE, until[1])
    command(tester, "checkmail")
    tester.open(room.web.url + "?_task=mail")
    assert tester.text(LINE) is None, tester.text(LINE)
    # At log-on, more often than the limiter allows.
    command(other, "logout")
    for _ in range(2):
        room.log_on(other, "bob")
        assert not room.is_in(other)
        text = other.await_text(LINE, SHOWN + until[1])
        toast = other.text(TOAST) or ""
        assert "Login failed" not in toast, toast
    other.picture(os.path.join(PICTURES, "roundcube-refused.png"))
    assert other.run("return document.querySelectorAll('#logongate b')"
                     ".length") == 0
    for name in ("errors", "userlogins"):
        log = room.web.log(name)
        assert "ogin failed" not in log and "ailed login" not in log, log
        assert "Kept out by the mail server" in log, log
    gate.lift()
    room.log_on(other, "bob")
    assert room.is_in(other), other.text("body")
    assert other.text(LINE) is None, other.text(LINE)


def wrong_password(room):
    """a wrong password is still one, and the limiter still counts it"""
    _, browser = room.new_sessions()
    for want in ("Login failed", "Too many failed"):
        room.log_on(browser, "bob", "guess")
        browser.await_text(TOAST, want)
        assert browser.text(LINE) is None, browser.text(LINE)
    assert room.web.log("errors").count("Login failed for bob") == 1


def dead_gate(room):
    """a gate that does not answer is no wrong password, and no lock"""
    _, browser = room.new_sessions()
    room.gate.kill()
    try:
        room.log_on(browser, "alice")
        text = browser.await_text(LINE, "password is still the same")
        assert "cannot check logons at the moment" in text, text
        assert "Temporary" not in text, text
    finally:
        room.gate.start()
    room.log_on(browser, "alice")
    assert room.is_in(browser), browser.text("body")


def planned(room):
    """a planned lock is announced at log-on and inside, in the reader's
    language; one in force is told at log-on"""
    gate = room.gate
    gate.json("apply", gate.profile(listed=["alice"]), "--at",
              "tomorrow 03:00", "--for", "1h", "--reason",
              "new <i>disks</i> & more", "--accept-warnings")
    [lock] = gate.status()["locks"]
    times = [lock[name][:16].replace("T", " ") for name in ("starts", "until")]
    room.web.configure(logongate_announce=str(3 * 86400))
    for language, sentence in (
            ("de", "Von {} bis {} ist eine Wartung geplant."),
            ("fr-FR", "Une maintenance est prévue du {} au {}."),
            ("pl", "Maintenance is planned from {} until {}.")):
        assert sentence.format(*times) in room.read(language), language
    _, browser = room.new_sessions()
    for name in ("planned-logon", "planned"):
        text = browser.await_text(
            LINE, "Maintenance is planned from {} until {}.".format(*times))
        assert "new <i>disks</i> & more" in text, text
        browser.picture(os.path.join(PICTURES, f"roundcube-{name}.png"))
        if name == "planned-logon":
            room.log_on(browser, "alice")
    assert room.is_in(browser)
    room.web.configure(logongate_announce="60")
    assert room.read() is None
    gate.lift()
    gate.lock(gate.profile(listed=["alice"]))
    assert room.read().startswith("Maintenance is under way until ")
    room.web.configure()


def languages(room):
    """who reads another language is told in it what the door says in its
    own, of the lock that refuses"""
    gate = room.gate
    for text, german in (("Closed until %{until}.",
                          "Geschlossen bis %{until}."),
                         ("Longer closed, until %{until}.",
                          "Länger geschlossen, bis %{until}.")):
        gate.lock(gate.profile(
            listed=["alice"], message=text,
            extra=f'refused.de = "{german}"\n'),
            for_s=600 if text.startswith("Closed") else 3600)
    for language, want, own in (
            ("de-CH", "Länger geschlossen, bis ", "Passwort ist unverändert"),
            ("nl", "Longer closed, until ", "wachtwoord is niet veranderd")):
        text = room.refused("bob", language)
        assert text.startswith(want) and own in text, (language, text)


def no_status(room):
    """a gate that tells nothing keeps nobody waiting, and is asked once a
    minute"""
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        mute.settimeout(0)
        for url in (f"http://127.0.0.1:{mute.getsockname()[1]}",
                    f"http://127.0.0.1:{programs.free_port()}",
                    "unix:/nowhere", "https://x", ""):
            room.web.configure(logongate_status=f"'{url}'")
            visit = room.web.visit()
            for _ in range(2):
                assert line_of(visit.get()) is None, url
        mute.accept()[0].close()
        try:
            mute.accept()
        except BlockingIOError:
            pass
        else:
            raise AssertionError("asked twice")
    room.web.configure()
    assert "logongate_status is neither" in room.web.log("errors")


with Room() as ROOM:
    def row(function):
        def called():
            try:
                function(ROOM)
            except BaseException:
                print(ROOM.web.said(), ROOM.web.log("errors"),
                      file=sys.stderr)
                raise
            finally:
                for lock in ROOM.gate.status()["locks"]:
                    ROOM.gate.ask("lift", lock=lock["id"])
        called.__doc__ = function.__doc__
        return called

    main([row(function) for function in (
        whole_lock, dead_gate, planned, languages, no_status, wrong_password)])
