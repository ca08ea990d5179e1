#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""A lock from apply to lift at a gate that runs, with an LDIF directory."""
import os
import time

from running_gate import DN, Gate, eventually, listing, main, reg


def refuses_and_admits():
    """applied, a lock refuses who is not listed; lifted, nobody"""
    with Gate().start() as gate:
        assert gate.decide(user="bob")["verdict"] == "admit"
        status = gate.status()
        assert not status["active"] and status["gate"] == "off", status
        answer = gate.apply(listing("alice"), reason="disks")
        assert answer["generation"] == 1 and answer["until"], answer
        assert gate.decide(dn=DN + "alice")["verdict"] == "admit"
        refused = gate.decide(dn=DN + "bob", user="bob", address="10.1.1.1")
        assert refused["verdict"] == "refuse", refused
        assert refused["reason"] == "not-listed"
        assert refused["rule"] == "logon-only-as"
        assert refused["message"] and refused["generation"] == 1
        status = gate.status()
        assert status["active"] and status["gate"] == "listed"
        assert status["profile"] == "upgrade" and status["reason"] == "disks"
        assert status["refused"] == 1, status
        second = gate.ask("apply", [listing("bob")], profile="upgrade",
                          for_s=60)
        assert second["exit"] == 5, second
        assert second["error"]["code"] == "already-in-force", second
        lifted = gate.ask("lift")
        assert lifted["ok"] and "Logon Only As" in lifted["restored"]
        assert gate.decide(dn=DN + "bob")["verdict"] == "admit"
        assert not gate.status()["active"]
        assert gate.ask("lift")["exit"] == 5


def dovecot_words():
    """Dovecot is told the code that its protocol needs"""
    with Gate().start() as gate:
        gate.apply(listing("alice", **{
            "Refusal Message": "Come back after %{until}, %{profile}."}))
        answer = gate.dovecot("bob")
        assert answer["status"] == -1
        assert answer["msg"].startswith("[UNAVAILABLE] Come back after ")
        assert answer["msg"].endswith("upgrade.")
        assert gate.dovecot("bob", "pop3")["msg"].startswith("[SYS/TEMP] ")
        assert gate.dovecot("bob", "smtp")["status"] == 0
        assert gate.dovecot("bob", "lmtp")["status"] == 0
        assert gate.dovecot("bob", command="report")["status"] == 0
        assert gate.http("POST", "/v1/dovecot?command=allow", "{")[0] == 400
        text = gate.ask("refused")["refused"]
        assert {r["protocol"] for r in text} == {"imap", "pop3"}, text
        assert all(r["door"] == "dovecot" and r["address"] == "10.0.0.9"
                   for r in text)


def names_of_findings():
    """a logon name is admitted through the findings saved at apply"""
    with Gate().start() as gate:
        imported = gate.ask("import", [reg({
            "Logon Only As": [DN + "alice"], "When Invalid": "open"})])
        assert imported["ok"], imported
        assert set(imported["values"]) == {"Logon Only As", "When Invalid"}
        assert gate.decide(user="alice@example.org")["verdict"] == "admit"
        assert gate.decide(user="ALICE")["verdict"] == "admit"
        assert gate.decide(user="bob@example.org")["verdict"] == "refuse"
        assert os.path.exists(os.path.join(gate.state, "findings"))
        gate.kill()
        os.unlink(gate.ldif)
        gate.start()
        assert gate.decide(user="alice@example.org")["verdict"] == "admit"
        assert gate.decide(user="bob")["verdict"] == "refuse"


def expires():
    """a lock ends by itself, also while the gate is down"""
    with Gate().start() as gate:
        gate.apply(listing("alice"), for_s=1)
        eventually(lambda: gate.decide(user="bob")["verdict"] == "admit")
        events = [e["event"] for e in gate.ask("history")["history"]]
        assert events == ["apply", "expire"], events
        gate.apply(listing("alice"), for_s=1)
        gate.kill()
        time.sleep(1.2)
        gate.start()
        assert gate.decide(user="bob")["verdict"] == "admit"
        assert not gate.status()["active"]


def unconfirmed():
    """a lock that nobody confirms lifts by itself"""
    with Gate().start() as gate:
        gate.apply(listing("alice"), confirm_within_s=3)
        assert gate.status()["confirm_by"]
        eventually(lambda: not gate.status()["active"])
        history = gate.ask("history")["history"]
        assert history[-1]["result"] == "not confirmed", history
        gate.apply(listing("alice"), confirm_within_s=3)
        assert gate.ask("confirm")["until"]
        time.sleep(3.3)
        assert gate.status()["active"]


def pending():
    """a lock with a beginning begins at its time"""
    with Gate().start() as gate:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 4))
        gate.apply(listing("alice"), at=at)
        status = gate.status()
        assert not status["active"] and status["starts"] == at, status
        assert gate.decide(user="bob")["verdict"] == "admit"
        eventually(lambda: gate.decide(user="bob")["verdict"] == "refuse")
        assert gate.status()["active"]


def extends():
    """extend moves the end, within what the profile allows"""
    with Gate().start() as gate:
        gate.apply(listing("alice"), for_s=60, max_duration_s=100)
        assert gate.ask("extend", for_s=1000)["exit"] == 2
        assert gate.ask("extend", for_s=90)["ok"]
        assert gate.ask("apply", [listing("a")], profile="upgrade",
                        for_s=10)["exit"] == 5


def several():
    """three locks at once: each ends by itself, the later end is told"""
    with Gate().start() as gate:
        gate.ask("import", [reg({"Disable MAPI Clients": "-5.9.9"})])
        before = gate.ask("values")["blocks"]
        week = gate.apply(reg({"Disable MAPI Clients": "-11.9.9",
                               "Refusal Message": "week %{until}"}),
                          for_s=7 * 86400, profile="clients")
        hour = gate.apply(listing("alice", **{
            "Refusal Message": "hour %{until} %{profile}"}), for_s=3600)
        short = gate.apply(reg({"Refuse Protocols": "pop3",
                                "Refusal Message": "short"}),
                           for_s=3, profile="freeze")
        assert short["beside"] == [week["id"], hour["id"]], short
        status = gate.status()
        assert [lock["profile"] for lock in status["locks"]] == [
            "clients", "upgrade", "freeze"], status
        assert status["profile"] == "clients", status
        assert status["gate"] == "listed", status
        assert [lock["gate"] for lock in status["locks"]] == [
            "off", "listed", "off"], status
        # Each refuses whom it refuses; of two the one that ends last speaks.
        old = {"user": "alice@example.org", "dn": DN + "alice",
               "protocol": "mapi", "version": "10.0.0.0"}
        assert gate.decide(**old)["lock"]["id"] == week["id"]
        assert gate.decide(**dict(old, user="bob", dn=DN + "bob"))[
            "message"].startswith("week "), "the later end is told"
        bob = gate.decide(user="bob", protocol="pop3")
        assert bob["lock"]["id"] == hour["id"], bob
        assert bob["message"].endswith("upgrade"), bob
        pop = gate.decide(dn=DN + "alice", protocol="pop3")
        assert pop["lock"] == {"id": short["id"], "profile": "freeze"}, pop
        assert gate.decide(dn=DN + "alice", protocol="mapi", version="5.0.5.0")[
            "lock"] is None, "the values set by hand are no lock"
        refused = gate.ask("refused")["refused"]
        assert {r["lock"]["profile"] for r in refused if r["lock"]} == {
            "clients", "upgrade", "freeze"}, refused
        # Over a kill all are there again, before the first answer.
        gate.kill()
        gate.start()
        assert gate.decide(user="bob")["lock"]["id"] == hour["id"]
        assert len(gate.ask("locks")["locks"]) >= 2
        eventually(lambda: gate.decide(
            dn=DN + "alice", protocol="pop3")["verdict"] == "admit")
        # Several: which one must be said; nothing is changed.
        for op in ("lift", "extend", "confirm"):
            answer = gate.ask(op, for_s=60)
            assert answer["exit"] == 5, answer
            assert answer["error"]["code"] == (
                "not-in-force" if op == "confirm" else "ambiguous-lock")
        assert gate.ask("extend", lock="upgrade", for_s=7200)["ok"]
        metrics = gate.http("GET", "/metrics")[2].decode()
        assert "logongate_locks 2" in metrics, metrics
        assert ('logongate_lock_until_timestamp_seconds{profile="clients",id="'
                + week["id"] + '"} ') in metrics, metrics
        assert gate.ask("lift", lock=hour["id"])["lifted"] == [hour["id"]]
        assert gate.decide(user="bob")["verdict"] == "admit"
        assert gate.status()["profile"] == "clients"
        assert gate.ask("lift")["lifted"] == [week["id"]]
        assert gate.ask("values")["blocks"] == before
        history = gate.ask("history")["history"]
        assert [(e["event"], e["lock"] and e["lock"]["profile"])
                for e in history] == [
            ("import", None), ("apply", "clients"), ("apply", "upgrade"),
            ("apply", "freeze"), ("expire", "freeze"), ("extend", "upgrade"),
            ("lift", "upgrade"), ("lift", "clients")], history


def each_its_own():
    """grace, confirm and beginning belong to one lock"""
    with Gate().start() as gate:
        gate.apply(reg({"Refuse Protocols": "pop3"}), profile="keeps")
        gate.apply(listing("alice"), confirm_within_s=3)
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 4))
        gate.apply(reg({"Refuse Protocols": "imap"}), profile="later", at=at)
        [later] = [lock for lock in gate.ask("locks")["locks"]
                   if lock["profile"] == "later"]
        assert later["starts"] == at and later["since"] is None, later
        eventually(lambda: gate.decide(user="bob")["verdict"] == "admit")
        eventually(lambda: gate.decide(
            user="bob", protocol="imap")["verdict"] == "refuse")
        assert gate.decide(user="bob", protocol="pop3")["verdict"] == "refuse"
        assert gate.ask("lift", all=True)["ok"]
        assert gate.ask("locks")["locks"] == []


def damaged_apply():
    """what does not parse changes nothing"""
    with Gate().start() as gate:
        bad = gate.ask("apply", [b"garbage\n"], profile="x", for_s=60)
        assert bad["exit"] == 3, bad
        bad = gate.ask("apply", [reg({"Disable MAPI Clients": "7-"})],
                       profile="x", for_s=60)
        assert not bad["ok"] and bad["exit"] == 3, bad
        assert not gate.status()["active"]
        assert gate.ask("apply", [listing("a")], profile="x")["exit"] == 2


def values_and_restore():
    """values come back as a file; import and restore by the command, at a gate
    that runs, while a lock is in force, and after the gate was killed"""
    with Gate().start() as gate:
        applied = gate.apply(listing("alice"))
        values = gate.ask("values")["blocks"][0].decode()
        assert '"When Invalid"="closed"' in values
        policy = gate.ask("policy")
        assert policy["gate"] == "listed" and policy["blocks"]
        gate.ask("lift")
        assert gate.ask("backup", backup="../lock.json")["exit"] == 3
        kept = gate.ask("backup", backup=applied["backup"])
        assert kept["ok"] and b'"' not in kept["blocks"][0], kept
        imap, listed = (gate.write(name, reg(values).decode()) for name, values
                        in (("imap.reg", {"Refuse Protocols": "imap"}),
                            ("listed.reg", {"Logon Only As": [DN + "alice"],
                                            "When Invalid": "closed"})))
        assert gate.json("registry", "import", imap)["changed"] == \
            ["Refuse Protocols"]
        assert gate.decide(user="bob", protocol="imap")["verdict"] == "refuse"
        assert gate.json("registry", "import", imap)["changed"] == []
        some = gate.write("some.reg", reg(
            {"Applies To Users": ["bob@example.org"]}).decode())
        error = gate.json("registry", "import", some, code=3)["error"]
        assert "set by hand concern everybody" in error["text"], error
        lock = gate.apply(listing("alice"))
        for words in (("import", listed), ("import", imap),
                      ("restore", applied["backup"])):
            text = gate.json("registry", *words, code=5)["error"]
            assert text["code"] == "already-in-force", text
        gate.ask("lift")
        # What the directory said of the names comes back with them.
        gate.command("registry", "import", listed)
        gate.command("registry", "restore", lock["backup"])
        assert gate.decide(user="bob", protocol="imap")["verdict"] == "refuse"
        backup = sorted(name for name in os.listdir(gate.stored("backups"))
                        if name.endswith(".findings"))[-1][:-9]
        os.unlink(gate.ldif)
        gate.command("registry", "restore", backup)
        assert gate.decide(user="bob", protocol="http")["verdict"] == "refuse"
        gate.kill()
        gate.command("registry", "restore", lock["backup"])
        gate.start()
        assert gate.decide(user="bob", protocol="http")["verdict"] == "admit"
        assert [line["event"] for line in gate.lines("history")][-4:] == \
            ["import", "restore", "restore", "restore"]


def explains():
    """check with explain lists every rule"""
    with Gate().start() as gate:
        gate.apply(listing("alice"))
        check = gate.ask("check", user="bob", explain=True)["check"]
        assert check["verdict"] == "refuse" and len(check["rules"]) == 5
        assert gate.ask("check", protocol="gopher")["exit"] == 2
        assert gate.ask("check", version="x")["exit"] == 3


def decide_reads_strictly():
    """a body that cannot be read is 400, never an answer"""
    with Gate().start() as gate:
        for body in ("", "[]", "{", '{"user":1}', '{"protocol":"gopher"}',
                     '{"version":"1"}', '{} x'):
            assert gate.http("POST", "/v1/decide", body)[0] == 400, body
        # Nobody is called so, and nobody else is judged for it.
        answer = gate.http("POST", "/v1/decide", '{"user":"a\\u0000b"}')
        assert answer[0] == 200 and "bad-name" in str(answer), answer
        # A backslash before u0000 that is escaped itself is no NUL.
        assert gate.http("POST", "/v1/decide",
                         '{"user":"a\\\\u0000b"}')[0] == 200
        assert gate.http("GET", "/v1/decide")[0] == 405
        assert gate.http("GET", "/nowhere")[0] == 404
        status, headers, body = gate.http("GET", "/metrics")
        assert status == 200 and b"logongate" in body
        assert gate.http("GET", "/healthz")[0] == 200
        assert b"<html" in gate.http("GET", "/")[2].lower()
        assert gate.http("POST", "/v1/decide", "x" * (2 << 20))[0] == 413


def refused_since():
    """`refused` shows what was since the oldest lock in force; more only when
    asked for, a day's where there is no lock"""
    with Gate().start() as gate:
        def names(*words):
            return [row["user"] for row in gate.lines("refused", *words)]

        gate.apply(listing("alice"), for_s=600)
        gate.decide(user="early")
        eventually(lambda: names() == ["early"])
        gate.ask("lift")
        assert names() == ["early"], names()
        begun = int(time.time())
        eventually(lambda: int(time.time()) > begun)
        first = gate.apply(listing("alice"), for_s=600)["id"]
        assert names() == [], names()
        gate.command("refused", "--quiet", code=1)
        gate.decide(user="late")
        eventually(lambda: names() == ["late"])
        begun = int(time.time())
        eventually(lambda: int(time.time()) > begun)
        gate.apply(listing("bob"), for_s=600, profile="other")
        assert names() == ["late"], names()
        assert sorted(names("--since", "1h")) == ["early", "late"]
        gate.command("lift", first)
        assert names() == [], names()


def dialects():
    """exchange2000 applies through a restart of its store"""
    with Gate(gate="dialect = exchange2000").start() as gate:
        answer = gate.ask("apply", [reg({"Disable MAPI Clients": "-5.9.9"})],
                          profile="old", for_s=60)
        assert answer["ok"] and answer["takes_effect"] == "restart", answer
        decided = gate.decide(user="bob", version="5.5.5", protocol="mapi")
        assert decided["reason"] == "version-blocked", decided
        gate.ask("lift")
        assert gate.decide(version="5.5.5")["verdict"] == "admit"
    with Gate(gate="dialect = exchange2003").start() as gate:
        answer = gate.ask("apply", [reg({"Disable MAPI Clients": "-5.9.9"})],
                          profile="old", for_s=60)
        assert answer["takes_effect"] == "poll", answer
        assert gate.decide(version="5.5.5")["verdict"] == "admit"
        assert gate.status()["in_force_at"]
    with Gate(gate="dialect = exchange2000\nrestart = no").start() as gate:
        gate.ask("apply", [reg({"Disable MAPI Clients": "-5.9.9"})],
                 profile="old", for_s=60)
        assert gate.decide(version="5.5.5")["verdict"] == "admit"


if __name__ == "__main__":
    main([refuses_and_admits, dovecot_words, names_of_findings, expires,
          unconfirmed, pending, extends, several, each_its_own, damaged_apply, values_and_restore,
          explains, decide_reads_strictly, refused_since, dialects])
