#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""The gate and a real Dovecot, through each of its doors: refused in words
that a mail program understands, cut within a second, also in the race."""
import imaplib
import os
import threading
import time

import dovecot_fixture
from programs import SOURCE
from running_gate import (DN, NAMES, Gate, eventually, listing, main,
                          reg)

dovecot_fixture.require("dovecot", "doveadm")

USERS = {"alice": "a-pw", "bob": "b-pw", "carl": "c-pw"}


# Rows ask often; the drop-ins leave this as it is.
EXTRA = "auth_failure_delay = 0\n"
OWN_PASSDB = dovecot_fixture.passwd_file(
    "{users}", "result_success = continue-ok", "result_failure = return-fail")


def masters_of(dovecot, masters, door):
    """Master users, by name and password, who log on as USER*MASTER."""
    path = dovecot.write("masters", "".join(
        f"{name}:{{PLAIN}}{password}::::::\n"
        for name, password in masters.items()))
    go_on = ["result_success = continue-ok"] if door == "dict" else []
    own = dovecot.passdb or dovecot_fixture.passwd_file(
        "{users}", "result_failure = return-fail")
    dovecot.extra += "auth_master_user_separator = *\n"
    dovecot.passdb = dovecot_fixture.passwd_file(
        path, *go_on, "result_failure = return-fail", name="masters",
        master=True) + own


class Site:
    """A gate and a Dovecot that asks it through the drop-in of a door
    ("policy", "dict", "combined")."""

    def __init__(self, door, users=None, more="", masters=None,
                 userdb=None):
        self.port = dovecot_fixture.free_port()
        users = users or USERS
        self.gate = Gate(names=(*NAMES, *(
            name for name in {**users, **(masters or {})}
            if name.isalpha() and name not in NAMES)), listen=(
            f'[listen.http]\n'
            f'address = "unix:http.sock, 127.0.0.1:{self.port}"\n'
            'without_policy = refuse\n'
            '[listen.dict]\naddress = "unix:dict.sock"\n'
            'without_policy = refuse\nmode = 0666\n'))
        extra, passdb = EXTRA + more, None
        if door == "dict":
            passdb = OWN_PASSDB
        extra += dovecot_fixture.include_door(door, self.gate.write,
                                              self.gate.run, self.port)
        if dovecot_fixture.IS_24:
            extra += dovecot_fixture.include_sessions(self.gate.write)
        self.dovecot = dovecot_fixture.Dovecot(users, extra, passdb,
                                               userdb=userdb)
        if masters:
            masters_of(self.dovecot, masters, door)
        key = os.path.join(self.gate.folder, "doveadm.key")
        with open(key, "w") as file:
            file.write(self.dovecot.api_key + "\n")
        os.chmod(key, 0o600)
        with open(self.gate.config, "a") as file:
            file.write(f'\n[dovecot]\n'
                       f'doveadm = "unix:{self.dovecot.doveadm_socket}"\n'
                       f'api_key_file = "{key}"\n')

    def __enter__(self):
        try:
            self.gate.start()
            self.dovecot.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind, value, trace):
        self.dovecot.close()
        self.gate.__exit__(kind, value, trace)

    def users(self):
        return sorted({user for user, _ in self.dovecot.who()})


def refusal(dovecot, user):
    """What a refused IMAP login reads."""
    try:
        dovecot.imap(user)
    except imaplib.IMAP4.error as error:
        return str(error)
    raise AssertionError(f"{user} got in")


def values(**more):
    return listing("alice", **dict({
        "Logon Only As Users": ["alice"],
        "Refusal Message": "Upgraded until %{until}"}, **more))


def whole_window():
    """refused, cut while idling, listed ones work on, lifted"""
    with Site("policy") as site:
        idle = site.dovecot.imap("bob")
        stays = site.dovecot.imap_raw()
        stays.xatom("ID", '("name" "Mail Bird" "version" "7.1")')
        stays.login("alice", USERS["alice"])
        idle.send(b"x IDLE\r\n")
        eventually(lambda: site.users() == ["alice", "bob"])
        begun = time.monotonic()
        answer = site.gate.apply(values())
        assert answer["cut"] == 1 and not answer["left"], answer
        line = idle.readline()
        while line and b"BYE" not in line:
            line = idle.readline()
        took = time.monotonic() - begun
        assert took < 1.5, took
        assert stays.noop()[0] == "OK"
        sessions = site.gate.ask("sessions")["sessions"]
        assert [(s["user"], s["client"], s["address"]) for s in sessions] == [
            ("alice", "Mail Bird 7.1", "127.0.0.1")], sessions
        text = refusal(site.dovecot, "bob")
        assert "[UNAVAILABLE] Upgraded until " in text, text
        site.dovecot.imap("alice").logout()
        # Dovecot lists a session a moment longer than it lasts.
        eventually(lambda: len(site.dovecot.who()) == 1)
        status = site.gate.status()
        assert status["sessions"] == 1 and status["refused"] == 1, status
        refused = site.gate.ask("refused")["refused"]
        assert refused[0]["user"] == "bob" and refused[0]["door"] == "dovecot"
        sessions = site.gate.ask("sessions")["sessions"]
        assert [s["user"] for s in sessions] == ["alice"], sessions
        assert sessions[0]["since"] and sessions[0]["allowed"], sessions
        site.gate.ask("lift")
        site.dovecot.imap("bob").logout()


def dict_door():
    """the dict refuses at once and without asking for the password again"""
    with Site("dict") as site:
        site.dovecot.imap("bob").logout()
        site.gate.apply(values())
        text = refusal(site.dovecot, "bob")
        assert "Upgraded until " in text, text
        site.dovecot.imap("alice").logout()
        # A dead gate is a temporary failure, never open.
        site.gate.kill()
        text = refusal(site.dovecot, "alice")
        assert "[UNAVAILABLE]" in text, text
        site.gate.start()
        eventually(lambda: gets_in(site.dovecot, "alice"))
        assert "Upgraded" in refusal(site.dovecot, "bob")


def gets_in(dovecot, user):
    try:
        dovecot.imap(user).logout()
        return True
    except (imaplib.IMAP4.error, OSError):
        return False


def grace():
    """with a grace new logons are refused now and sessions cut later"""
    with Site("policy") as site:
        site.dovecot.imap("bob")
        answer = site.gate.apply(values(), grace_s=6)
        assert answer["cut"] == 0, answer
        assert "UNAVAILABLE" in refusal(site.dovecot, "bob")
        assert site.users() == ["bob"]
        eventually(lambda: site.users() == [])


def one_batch():
    """a batch of mailboxes is locked: its sessions are cut, no others"""
    with Site("policy") as site:
        batch = site.gate.write("batch.txt", "bob\n")
        sessions = {user: site.dovecot.imap(user) for user in USERS}
        eventually(lambda: site.users() == sorted(USERS))
        answer = site.gate.json(
            "apply", os.path.join(SOURCE, "profiles/mailbox-batch.ini"),
            "--set", "batch=" + batch, "--set", "mover=alice", "--for", "1h",
            "--accept-warnings")
        eventually(lambda: site.users() == ["alice", "carl"])
        for user in ("alice", "carl"):
            assert sessions[user].noop()[0] == "OK"
            site.dovecot.imap(user).logout()
        assert "is being moved" in refusal(site.dovecot, "bob")
        [lock] = site.gate.status()["locks"]
        assert lock["applies_to"] == {"domains": [], "accounts": 1}, lock
        assert ("only those whom a lock concerns are refused by name"
                in site.gate.command("status"))
        # An upgrade beside it, and the batch is done before. What the batch
        # cut is not told again.
        beside = site.gate.apply(values(), for_s=600)
        assert beside["cut"] == 1 and not beside["left"], beside
        assert site.users() == ["alice"]
        site.gate.ask("lift", lock=answer["id"])
        assert "Upgraded" in refusal(site.dovecot, "bob")
        site.gate.ask("lift")
        site.dovecot.imap("bob").logout()


def cut_by_hand():
    """cut by name, DN and id; the answer says who is left"""
    with Site("policy") as site:
        site.dovecot.imap("bob")
        site.dovecot.imap("alice")
        site.dovecot.imap("carl")
        answer = site.gate.ask("cut", user="BOB")
        assert answer["cut"] == 1 and not answer["left"], answer
        assert site.users() == ["alice", "carl"]
        session = [s for s in site.gate.ask("sessions")["sessions"]
                   if s["user"] == "carl"][0]
        answer = site.gate.ask("cut", id=session["id"])
        assert answer["ok"] and not answer["left"], answer
        assert site.users() == ["alice"]
        site.gate.ask("import", [reg({"Logon Only As": [DN + "alice"],
                                      "When Invalid": "open"})])
        answer = site.gate.ask("cut", dn=DN + "alice")
        assert answer["cut"] == 1, answer
        assert site.users() == []
        assert site.gate.ask("cut")["exit"] == 2


def race():
    """twelve logins in parallel while the lock comes: nobody stays"""
    with Site("policy") as site:
        stop = threading.Event()

        def storm(user):
            while not stop.is_set():
                try:
                    site.dovecot.imap(user)
                except (imaplib.IMAP4.error, OSError):
                    pass

        threads = [threading.Thread(target=storm, args=(user,), daemon=True)
                   for user in ("bob", "carl") * 6]
        for thread in threads:
            thread.start()
        time.sleep(1)
        # Killed between the decision and the kick.
        control = site.gate.control()
        control.sock.sendall(
            b'{"op":"apply","profile":"upgrade","for_s":600,"attach":['
            + str(len(values())).encode() + b']}\n' + values())
        site.gate.await_log("applies")
        site.gate.kill()
        site.gate.start()
        eventually(lambda: site.users() == [], 15)
        time.sleep(1)
        stop.set()
        for thread in threads:
            thread.join(20)
        eventually(lambda: site.users() == [], 5)
        time.sleep(0.5)
        assert site.users() == [], site.users()


if __name__ == "__main__":
    main([whole_window, dict_door, grace, one_batch, cut_by_hand, race])
