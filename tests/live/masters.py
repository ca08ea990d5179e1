#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Whose session it is at a real Dovecot: a logon with a master's password and
the session it opens are judged by the same name, also through a proxy."""
import imaplib
import json
import os
import time

import dovecot_fixture
from gate_dovecot import Site, values
from running_gate import eventually, main

dovecot_fixture.require("dovecot", "doveadm")

MASTERS = {"mover": "m-pw", "meddler": "x-pw"}
LISTED = {"Logon Only As Users": ["alice", "mover"]}
DOORS = ("policy", "dict")


def opened(site):
    """(user, master) of what is open, as the gate shows it."""
    return sorted((one["user"], one["master"] or "")
                  for one in site.gate.ask("sessions")["sessions"])


def kept(site):
    """Who opened sessions, by the newest line of each user."""
    with open(site.gate.stored("masters.jsonl")) as file:
        lines = [json.loads(line) for line in file if line.endswith("\n")]
    newest = {(one["user"], one["address"]): one["openers"] for one in lines}
    return [user for user, openers in newest.items() if openers]


def by_master(site, user, master):
    return site.dovecot.imap(f"{user}*{master}", MASTERS[master])


def refused(site, user, password):
    try:
        site.dovecot.imap(user, password)
    except imaplib.IMAP4.error as error:
        return str(error)
    raise AssertionError(f"{user} got in")


def judged_by_the_master():
    """a listed master stays in an unlisted mailbox, an unlisted one is cut in
    a listed mailbox"""
    for door in DOORS:
        with Site(door, masters=MASTERS) as site:
            stays = by_master(site, "bob", "mover")
            goes = by_master(site, "alice", "meddler")
            eventually(lambda: opened(site) == [("alice", "meddler"),
                                                ("bob", "mover")])
            # Long enough that a logon that does not show is one that ended.
            time.sleep(3)
            profile = site.gate.profile(listed=["alice", "mover"])
            plan = site.gate.json("plan", profile, "--for", "10m",
                                  "--accept-warnings")
            assert plan["sessions"]["cut"] == 1, plan["sessions"]
            answer = site.gate.apply(values(**LISTED))
            assert answer["cut"] == 1 and not answer["left"], answer
            assert b"BYE" in goes.readline()
            time.sleep(1)
            assert stays.noop()[0] == "OK"
            assert opened(site) == [("bob", "mover")], opened(site)
            # And so are their logons.
            by_master(site, "bob", "mover").noop()
            refused(site, "alice*meddler", MASTERS["meddler"])
            refused(site, "bob", "b-pw")
            site.dovecot.imap("alice").noop()
            assert "bob (by mover)" in site.gate.command("sessions")
            # By hand: a master's name means what he opened.
            answer = site.gate.ask("cut", user="mover")
            assert answer["cut"] == 2, answer
            assert site.users() == ["alice"], site.users()


def a_master_beside_the_user():
    """who sits in a mailbox together with somebody refused stays, or (2.3)
    comes back at once"""
    with Site("policy", masters=MASTERS) as site:
        own = site.dovecot.imap("alice")
        by_master(site, "alice", "meddler")
        eventually(lambda: opened(site) == [("alice", ""),
                                            ("alice", "meddler")])
        if dovecot_fixture.IS_24:
            each_by_itself(site, own)
            return
        answer = site.gate.apply(values(**LISTED))
        assert "Dovecot ends all sessions of alice from 127.0.0.1" in \
            answer["notes"], answer
        eventually(lambda: not site.users())
        time.sleep(2.5)
        alice = site.dovecot.imap("alice")
        time.sleep(4)
        assert alice.noop()[0] == "OK"
        assert opened(site) == [("alice", "")], opened(site)


def each_by_itself(site, own):
    """Of one mailbox and one address only those are cut who are to go, also by
    a gate that was told of none of them."""
    mailbox = [site.dovecot.imap("bob") for _ in range(3)]
    stays = by_master(site, "bob", "mover")
    site.gate.kill()
    os.unlink(site.gate.stored("masters.jsonl"))
    site.gate.start()
    eventually(lambda: opened(site) == [
        ("alice", ""), ("alice", "meddler"), ("bob", ""), ("bob", ""),
        ("bob", ""), ("bob", "mover")])
    answer = site.gate.apply(values(**LISTED))
    assert (answer["cut"], answer["left"], answer["notes"]) == (4, [], []), \
        answer
    assert own.noop()[0] == stays.noop()[0] == "OK"
    assert all(b"BYE" in one.readline() for one in mailbox)
    assert opened(site) == [("alice", ""), ("bob", "mover")], opened(site)
    # By hand, one of two that are alike.
    site.dovecot.imap("alice")
    listed = [one["id"] for one in site.gate.ask("sessions")["sessions"]
              if one["user"] == "alice"]
    site.gate.ask("cut", id=listed[0])
    assert [one["id"] for one in site.gate.ask("sessions")["sessions"]
            if one["user"] == "alice"] == listed[1:]


def who_left_is_forgotten():
    """somebody who logged off does not count for who came after him"""
    with Site("policy", masters=MASTERS) as site:
        first = by_master(site, "bob", "meddler")
        eventually(lambda: opened(site) == [("bob", "meddler")])
        first.logout()
        eventually(lambda: not site.users())
        time.sleep(3)
        assert opened(site) == []
        stays = by_master(site, "bob", "mover")
        eventually(lambda: opened(site) == [("bob", "mover")])
        assert site.gate.apply(values(**LISTED))["cut"] == 0
        time.sleep(1)
        assert stays.noop()[0] == "OK"


def over_a_restart():
    """a gate that starts in a lock knows who opened what, and who is gone"""
    with Site("policy", masters=MASTERS) as site:
        stays = by_master(site, "bob", "mover")
        leaves = by_master(site, "carl", "mover")
        site.gate.apply(values(**LISTED))
        eventually(lambda: opened(site) == [("bob", "mover"),
                                            ("carl", "mover")])
        # A master's session that ended, and one that comes later.
        leaves.logout()
        time.sleep(3)
        eventually(lambda: opened(site) == [("bob", "mover")])
        later = by_master(site, "alice", "mover")
        eventually(lambda: ("alice", "mover") in opened(site))
        for how in (site.gate.kill, site.gate.stop):
            how()
            # Dovecot admits whom it gets no answer about.
            carl = site.dovecot.imap("carl")
            site.gate.start()
            line = carl.readline()
            assert not line or b"BYE" in line, line
            eventually(lambda: opened(site) == [
                ("alice", "mover"), ("bob", "mover")])
            time.sleep(4)
            for one in (stays, later):
                assert one.noop()[0] == "OK"
        with open(site.gate.stored("masters.jsonl"), "a") as file:
            file.write('{"protocol":"imap","user":"b')
        site.gate.kill()
        site.gate.start()
        time.sleep(3)
        assert stays.noop()[0] == "OK"
        site.gate.lift()
        stays.logout()
        later.logout()
        # What is written of the gate's knowledge comes a moment after it.
        eventually(lambda: opened(site) == [] and not kept(site))
        site.gate.kill()
        site.gate.start()
        with open(site.gate.stored("masters.jsonl")) as file:
            assert not file.read()


def pass_on(front, port, more=""):
    """Makes front a Dovecot that passes all on to the one at the port; more
    stands behind its passdb's arguments."""
    fields = f"nopassword=y proxy=y host=127.0.0.1 port={port} {more}"
    if dovecot_fixture.IS_24:
        front.passdb = "passdb static {\n  fields {\n" + "".join(
            f"    {field.replace('=', ' = ', 1)}\n"
            for field in fields.split()) + "  }\n}\n"
    else:
        front.passdb = ("passdb {\n  driver = static\n"
                        f"  args = {fields}\n}}\n")


def through_a_proxy_that_asks():
    """a gate that the proxy asks cuts what the proxy passes on"""
    with dovecot_fixture.Dovecot(
            {"alice": "a-pw", "bob": "b-pw", "carl": "c-pw"},
            "login_trusted_networks = 127.0.0.0/8\n") as back:
        # Dovecot 2.4 ends what it passes on only where its login processes
        # serve more than one client (the drop-in of doveadm says so).
        site = Site("policy", more="service imap-login {\n"
                    "  restart_request_count = unlimited\n}\n"
                    if dovecot_fixture.IS_24 else "")
        pass_on(site.dovecot, back.imap_port)
        with site:
            stays = site.dovecot.imap("alice")
            goes = [site.dovecot.imap(user) for user in ("bob", "carl")]
            eventually(lambda: opened(site) == [
                ("alice", ""), ("bob", ""), ("carl", "")])
            assert site.gate.status()["sessions"] == 3
            answer = site.gate.apply(values())
            assert answer["cut"] == 2 and not answer["left"], answer
            for one in goes:
                line = one.readline()
                assert not line or b"BYE" in line, line
            assert stays.noop()[0] == "OK"
            eventually(lambda: back.users_inside() == {"alice"})
            assert opened(site) == [("alice", "")]


def behind_a_proxy_that_is_a_master():
    """a proxy that logs on as a master: sessions and logons behind it are the
    master's"""
    for listed in (["alice", "mover"], ["alice"]):
        site = Site("policy", masters=MASTERS,
                    more="login_trusted_networks = 127.0.0.0/8\n")
        front = dovecot_fixture.Dovecot({"bob": "b-pw"})
        pass_on(front, site.dovecot.imap_port, "master=mover pass=m-pw")
        with site, front:
            one = front.imap("bob")
            eventually(lambda: opened(site) == [("bob", "mover")])
            answer = site.gate.apply(values(**{
                "Logon Only As Users": listed}))
            if "mover" in listed:
                assert answer["cut"] == 0, answer
                time.sleep(1)
                assert one.noop()[0] == "OK"
                front.imap("bob").noop()
            else:
                assert answer["cut"] == 1, answer
                eventually(lambda: not site.users())
                try:
                    front.imap("bob")
                    raise AssertionError("bob got in")
                except imaplib.IMAP4.error:
                    pass


if __name__ == "__main__":
    main([judged_by_the_master, a_master_beside_the_user,
          who_left_is_forgotten, over_a_restart, through_a_proxy_that_asks,
          behind_a_proxy_that_is_a_master])
