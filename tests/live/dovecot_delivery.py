#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Who is no logon goes by each Dovecot door that has a passdb: LMTP,
dovecot-lda, quota-status and doveadm find the users of every kind of userdb and
nobody else, without a lock, during one and while the gate is dead. And no
restart makes the first logon wait."""
import os
import smtplib
import socket
import sqlite3
import subprocess
import sys
import time

import dovecot_fixture
from dovecot_fixture import IS_24
from gate_dovecot import USERS, Site, refusal, values
from programs import listens, require, wait_for
from running_gate import main

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "testbed"))
import slapd      # noqa: E402

LDIF = f"""dn: {slapd.SUFFIX}
objectClass: dcObject
objectClass: organization
dc: acme
o: ACME

""" + "".join(f"""dn: uid={name},{slapd.SUFFIX}
objectClass: inetOrgPerson
uid: {name}
cn: {name}
sn: {name}

""" for name in USERS)

SERVICES = """
protocols = imap pop3 lmtp
service lmtp {
  unix_listener lmtp {
    mode = 0600
  }
}
service quota-status {
  executable = quota-status -p postfix
  unix_listener quota-status {
    mode = 0600
  }
}
""" + ("""
mail_plugins = quota
quota user {
  driver = count
}
quota_storage_size = 100M
quota_status_success = DUNNO
quota_status_nouser = REJECT nobody
""" if IS_24 else """
mail_plugins = quota
plugin {
  quota = count:User quota
  quota_rule = *:storage=100M
  quota_vsizes = yes
  quota_status_success = DUNNO
  quota_status_nouser = REJECT nobody
}
""")


class Kinds:
    """What userdb a Dovecot has; the files and servers behind them."""

    def __init__(self, folder):
        self.folder = folder
        self.slapd = None

    def close(self):
        if self.slapd:
            self.slapd.kill()

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def static(self, _):
        return None

    def passwd_file(self, dovecot):
        path = self.write("passwd", "".join(
            f"{name}::{dovecot.uid}:{dovecot.gid}::{dovecot.path('mail')}"
            f"/{name}::\n" for name in USERS))
        if IS_24:
            return f"""
userdb passwd-file {{
  passwd_file_path = {path}
}}
"""
        return f"""
userdb {{
  driver = passwd-file
  args = {path}
}}
"""

    def sql(self, dovecot):
        path = os.path.join(self.folder, "users.sqlite")
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE users (name TEXT, home TEXT)")
            db.executemany("INSERT INTO users VALUES (?, ?)", [
                (name, f"{dovecot.path('mail')}/{name}") for name in USERS])
        db.close()
        if IS_24:
            return f"""
sql_driver = sqlite
sqlite_path = {path}
userdb sql {{
  query = SELECT home, {dovecot.uid} AS uid, {dovecot.gid} AS gid FROM users \\
    WHERE name = '%{{user}}'
}}
"""
        ext = self.write("sql.ext", f"""
driver = sqlite
connect = {path}
user_query = SELECT home, {dovecot.uid} AS uid, {dovecot.gid} AS gid \\
  FROM users WHERE name = '%u'
""")
        return f"""
userdb {{
  driver = sql
  args = {ext}
}}
"""

    def ldap(self, dovecot):
        folder = os.path.join(self.folder, "slapd")
        os.mkdir(folder)
        self.slapd = slapd.Slapd(folder, LDIF, access=slapd.READABLE)
        if IS_24:
            return f"""
ldap_uris = {self.slapd.uri}
ldap_base = {slapd.SUFFIX}
userdb ldap {{
  filter = (uid=%{{user}})
  fields {{
    uid = {dovecot.uid}
    gid = {dovecot.gid}
    home = {dovecot.path('mail')}/%{{user}}
  }}
}}
"""
        ext = self.write("ldap.ext", f"""
uris = {self.slapd.uri}
base = {slapd.SUFFIX}
user_filter = (uid=%u)
user_attrs = =uid={dovecot.uid},=gid={dovecot.gid},=home={dovecot.path('mail')}/%u
""")
        return f"""
userdb {{
  driver = ldap
  args = {ext}
}}
"""


def lmtp(site, recipient):
    """The code of the answer to RCPT and to the mail: 250 when it is in."""
    client = smtplib.LMTP(site.dovecot.path("run/lmtp"))
    try:
        client.ehlo("localhost")
        client.mail("sender@example.org")
        code = client.rcpt(recipient)[0]
        return code if code != 250 else client.data(
            b"Subject: a lock leaves delivery alone\r\n\r\nindeed\r\n")[0]
    finally:
        client.close()


def lda(site, recipient):
    done = subprocess.run(
        ["/usr/lib/dovecot/dovecot-lda", "-c", site.dovecot.config, "-d",
         recipient], input=b"Subject: x\n\nx\n", stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, check=False, timeout=60)
    return done.returncode


def quota_status(site, recipient):
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(60)
        one.connect(site.dovecot.path("run/quota-status"))
        one.sendall(f"request=smtpd_access_policy\nrecipient={recipient}\n"
                    "size=10\n\n".encode())
        return one.recv(1000).decode().strip()


def doveadm_user(site, recipient):
    done = subprocess.run(
        [dovecot_fixture.program("doveadm"), "-c", site.dovecot.config,
         "user", recipient], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        check=False, timeout=60)
    return done.returncode


def delivers(site, state):
    found = (lmtp(site, "bob"), lda(site, "bob"), quota_status(site, "bob"),
             doveadm_user(site, "bob"))
    assert found == (250, 0, "action=DUNNO", 0), (state, found,
                                                  site.dovecot.log())
    missing = (lmtp(site, "nobody"), lda(site, "nobody"),
               quota_status(site, "nobody"), doveadm_user(site, "nobody"))
    assert missing == (550, 67, "action=REJECT nobody", 67), (
        state, missing, site.dovecot.log())


def delivery(door, kind):
    def row():
        site = Site(door, more=SERVICES)
        kinds = Kinds(site.dovecot.folder)
        try:
            site.dovecot.userdb = getattr(kinds, kind)(site.dovecot)
            with site:
                wait_for("LMTP", lambda: listens(
                    site.dovecot.path("run/lmtp")))
                delivers(site, "no lock")
                site.gate.apply(values())
                delivers(site, "locked")
                assert "Upgraded until" in refusal(site.dovecot, "bob")
                site.gate.kill()
                delivers(site, "dead")
                assert "[UNAVAILABLE]" in refusal(site.dovecot, "alice")
        finally:
            kinds.close()

    row.__name__ = f"{door}_{kind}"
    row.__doc__ = f"{door}: delivery and {kind}, in every state of the gate"
    return row


def first_logon(door):
    def row():
        site = Site(door)
        # As it was before the drop-in came.
        with_gate, site.dovecot.extra = site.dovecot.extra, ""
        with site:
            site.dovecot.imap("alice").logout()
            site.dovecot.extra = with_gate
            for _ in range(2):
                site.dovecot.stop()
                site.dovecot.start()
                begun = time.monotonic()
                site.dovecot.imap("alice").logout()
                took = time.monotonic() - begun
                assert took < 4, took
            # And no wait of all who share an address with wrong passwords.
            for _ in range(4):
                assert site.dovecot.imap_refusal("bob", "wrong")
            begun = time.monotonic()
            site.dovecot.imap("alice").logout()
            took = time.monotonic() - begun
            assert took < 1.5, took
            assert "anvil-auth-penalty" not in site.dovecot.log(), \
                site.dovecot.log()

    row.__name__ = f"first_logon_{door}"
    row.__doc__ = f"{door}: the first logon after a restart does not wait"
    return row


if __name__ == "__main__":
    require("dovecot", "doveadm")
    if slapd.missing():
        print(f"{slapd.missing()} is not installed: skipped")
        sys.exit(dovecot_fixture.SKIPPED)
    main([*(delivery(door, kind) for door in ("combined", "dict")
            for kind in ("static", "passwd_file", "sql", "ldap")),
          first_logon("combined"), first_logon("policy")])
