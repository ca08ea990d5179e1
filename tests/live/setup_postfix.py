#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""`logongate setup postfix` with a real Postfix whose services are set up in
ways that administrators have: shown, made, proved by a session that nobody
logs on in, locked, and every byte given back. Postfix' master wants root."""
import contextlib
import functools
import os
import shutil
import smtplib
import subprocess
import tempfile

import dovecot_fixture
import programs
from postfix import MAIN, MASTER
from programs import Scene, free_port, wait_for
from running_gate import Gate, listing, main
from setup_fixture import Setup, facts, tree

USERS = {"alice": "a-pw", "bob": "b-pw"}

# Debian's sample, and one with lists of an administrator's own.
SERVICES = """
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
127.0.0.1:{third} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
127.0.0.1:{second} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes
# his own words
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
  -o { smtpd_recipient_restrictions = reject_non_fqdn_recipient, permit_sasl_authenticated, reject }
"""


class Site(Scene):
    """A gate that Postfix does not know of."""

    def begin(self):
        self.gate = self.enter_context(Gate(listen=(
            '[listen.postfix]\naddress = "unix:postfix.sock"\n'
            'mode = 0666\nwithout_policy = refuse\n'))).start()
        self.folder = tempfile.mkdtemp(prefix="lgsp", dir="/tmp")
        self.callback(shutil.rmtree, self.folder, True)
        os.chmod(self.folder, 0o755)
        sasl = os.path.join(self.folder, "sasl")
        self.enter_context(dovecot_fixture.Dovecot(USERS, extra=f"""
service auth {{
  unix_listener {sasl} {{
    mode = 0666
  }}
}}
"""))
        self.ports = {name: free_port() for name in
                      ("smtp", "submission", "second", "third")}
        self.config = os.path.join(self.folder, "etc")
        for name in ("etc", "queue", "data"):
            os.mkdir(os.path.join(self.folder, name))
        shutil.chown(os.path.join(self.folder, "data"), "postfix")
        self.write("main.cf", MAIN.format(folder=self.folder, sasl=sasl))
        self.write("master.cf", MASTER.format(
            outside="", inside=SERVICES.format_map(Lenient(self.ports)),
            **{name: self.ports[name] for name in ("smtp", "submission")}))
        self.setup = Setup(self.gate, self.config)
        self.postfix("start")
        self.callback(self.postfix, "stop")
        for port in self.ports.values():
            wait_for("Postfix", lambda port=port: programs.answers(port))

    def write(self, name, text):
        with open(os.path.join(self.config, name), "w",
                  encoding="utf-8") as file:
            file.write(text)

    def postfix(self, *words):
        subprocess.run([programs.program("postfix"), "-c", self.config, *words],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       check=True, timeout=60)

    def run(self, *words, code=0):
        return self.setup.run("postfix", *words, code=code)

    def files(self):
        files = tree(self.config, self.gate.path("setup"))
        files[self.gate.config] = facts(self.gate.config)
        return files

    def sent(self, user, port):
        """The codes of MAIL and RCPT of somebody who is logged on."""
        with contextlib.closing(smtplib.SMTP("127.0.0.1", port, None,
                                             30)) as client:
            client.ehlo("client.example.net")
            client.login(user, USERS[user])
            codes = [client.mail("a@example.net")[0]]
            if codes[0] == 250:
                codes.append(client.rcpt("b@example.org")[0])
            return codes


class Lenient(dict):
    """Fields of the names that are known; braces are Postfix'."""

    def __missing__(self, name):
        return "{" + name + "}"


def whole_way(site):
    """shown, made, proved, locked, a second time, undone"""
    before = site.files()
    shown = site.run("--dry-run")
    assert site.files() == before, shown
    assert "+logongate_submission = check_policy_service" in shown, shown
    # What was in force is asked after the gate, in one line.
    assert ("+  -o smtpd_recipient_restrictions=$logongate_submission,"
            "reject_non_fqdn_recipient,permit_sasl_authenticated,reject\n"
            ) in shown, shown
    said = site.run()
    assert "proved by a logon" in said, said
    files = site.files()
    for port in (site.ports["submission"], site.ports["second"]):
        assert site.sent("bob", port) == [250, 250]
    site.gate.apply(listing("alice", **{
        "Logon Only As Users": ["alice"],
        "Refusal Message": "Later, please"}))
    assert site.sent("bob", site.ports["submission"]) == [421]
    assert site.sent("bob", site.ports["second"]) == [250, 421]
    for port in (site.ports["submission"], site.ports["second"]):
        assert site.sent("alice", port) == [250, 250]
    # Mail from outside comes in.
    with smtplib.SMTP("127.0.0.1", site.ports["smtp"], None, 30) as client:
        client.sendmail("x@example.net", "b@example.org", "Subject: x\n\nx\n")
    site.gate.ask("lift")
    assert "nothing was changed" in site.run()
    assert site.files() == files
    site.run("--undo")
    assert site.files() == before
    assert site.sent("bob", site.ports["submission"]) == [250, 250]


def refused_by_its_test(site):
    """what `postfix check` does not take is put back"""
    path = os.path.join(site.setup.datadir, "postfix/logongate-main.cf")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    before = site.files()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text + "\nmail_owner = no-such-user\n")
    said = site.run(code=3)
    assert "as it was" in said, said
    assert site.files() == before
    # One that asks nobody is found by the proof.
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("check_policy_service {", "#"))
    said = site.run(code=6)
    assert "the gate was not asked" in said and "as it was" in said, said
    assert site.files() == before
    assert site.sent("bob", site.ports["submission"]) == [250, 250]
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def his_own(site):
    """undo leaves what an administrator wrote since, also beside lines that
    several services have"""
    before = site.files()
    site.run("--variant", "hold")
    main_cf = os.path.join(site.config, "main.cf")
    with open(main_cf, encoding="utf-8") as file:
        text = file.read()
    site.write("main.cf", "# mine\n" + text)
    master_cf = os.path.join(site.config, "master.cf")
    with open(master_cf, encoding="utf-8") as file:
        text = file.read()
    assert text.count("  -o smtpd_sender_restrictions=$logongate") == 3, text
    site.write("master.cf", text + "# mine\n")
    assert "nothing was changed" in site.run()
    assert "set up as hold" in site.run("--variant", "submission", code=5)
    site.run("--undo")
    now = site.files()
    assert now.pop(main_cf)[2] == b"# mine\n" + before.pop(main_cf)[2]
    assert now.pop(master_cf)[2] == before.pop(master_cf)[2] + b"# mine\n"
    assert now == before


def not_running(site):
    """one that does not run is not set up, and undoing does not start it"""
    before = site.files()
    site.run()
    site.postfix("stop")
    site.run("--undo")
    assert site.files() == before
    said = site.run(code=6)
    assert "is not running" in said and "as it was" in said, said
    assert site.files() == before
    assert not programs.answers(site.ports["smtp"])
    site.postfix("start")


if __name__ == "__main__":
    dovecot_fixture.require("dovecot", "doveconf", "postfix")
    with Site() as shared:
        main([functools.update_wrapper(functools.partial(row, shared), row)
              for row in (whole_way, refused_by_its_test, his_own,
                          not_running)])
