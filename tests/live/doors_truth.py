#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""What `logongate doors` says of a Dovecot beside what becomes of somebody
whom the lock keeps out: each of these ways in was tried at a real server, and
`doors --probe` comes to the same."""
import base64
import hashlib
import hmac
import json
import os
import socket
import subprocess

from dovecot_fixture import IS_24
from gate_dovecot import USERS, Site, values
from programs import free_port
from running_gate import BIN, main


def doors(site, *options, code=0):
    done = subprocess.run(
        [os.path.join(BIN, "logongate"), "--config", site.gate.config, "doors",
         "--json", "--dovecot", site.dovecot.config,
         # None of the servers that other tests run meanwhile.
         *(f"--{name}={site.gate.folder}/none"
           for name in ("nginx", "haproxy", "postfix", "pam")), *options],
        capture_output=True, text=True, timeout=120)
    assert "Sanitizer" not in done.stderr, done.stderr
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return {way["way"]: way for way in json.loads(done.stdout)["doors"]
            if way["door"] == "dovecot"}


def set_account(site, user):
    secret = site.gate.write("probe.secret", USERS[user] + "\n")
    os.chmod(secret, 0o600)
    with open(site.gate.config, "a") as file:
        file.write(f'\n[probe]\nuser = "{user}"\n'
                   f'password_file = "{secret}"\n')


def authenticate(port, mechanism, *answers):
    """An IMAP AUTHENTICATE; True when it got in."""
    with socket.create_connection(("127.0.0.1", port), 20) as one:
        file = one.makefile("rwb")
        file.readline()
        file.write(f"a1 AUTHENTICATE {mechanism}\r\n".encode())
        file.flush()
        for answer in answers:
            line = file.readline()
            if not line.startswith(b"+"):
                return False
            file.write(base64.b64encode(answer(line[2:])) + b"\r\n")
            file.flush()
        line = file.readline()
        while line and not line.startswith(b"a1 "):
            line = file.readline()
        return line.startswith(b"a1 OK")


def gets_in(site):
    return site.dovecot.imap_refusal("bob") is None


def site_with(door, after="", **more):
    """after comes last in the configuration and so wins over the drop-in."""
    site = Site(door, **more)
    site.dovecot.extra += after
    return site


def challenged(line):
    """What CRAM-MD5 of bob answers."""
    password = USERS["bob"].encode()
    return b"bob " + hmac.new(password, base64.b64decode(line),
                              hashlib.md5).hexdigest().encode()


def row(door, asks, inside, attempt=gets_in, **more):
    with site_with(door, **more) as site:
        site.gate.apply(values())
        said = doors(site)["imap"]
        assert said["asks"] == asks, said
        assert attempt(site) == inside, (said, site.dovecot.log())


def policy():
    """an auth policy that decides, and one that only logs"""
    row("policy", "yes", False)
    row("policy", "no", True, more="auth_policy_log_only = yes\n")


def passdb():
    """a passdb that is heard, and one behind a mechanism without any"""
    row("dict", "yes", False)
    row("dict", "yes", False,
        attempt=lambda site: authenticate(site.dovecot.imap_port, "CRAM-MD5",
                                          challenged),
        more="auth_mechanisms = plain cram-md5\n")
    row("dict", "partly", True,
        attempt=lambda site: authenticate(site.dovecot.imap_port, "ANONYMOUS",
                                          lambda line: b"x"),
        more="auth_mechanisms = plain anonymous\n"
             "auth_anonymous_username = bob\n")
    row("policy", "yes", False,
        attempt=lambda site: authenticate(site.dovecot.imap_port, "ANONYMOUS",
                                          lambda line: b"x"),
        more="auth_mechanisms = plain anonymous\n"
             "auth_anonymous_username = bob\n")


def not_started_anew():
    """an address that the gate has been given and does not listen at yet"""
    other = free_port()
    with site_with("policy", after="auth_policy_server_url = "
                   f"http://127.0.0.1:{other}/v1/dovecot\n") as site:
        site.gate.apply(values())
        site.gate.settings(f"127.0.0.1:{site.port}",
                           f"127.0.0.1:{site.port}, 127.0.0.1:{other}")
        said = doors(site)["imap"]
        assert said["asks"] == "no" and "anew" in said["note"], said
        assert gets_in(site)
        site.gate.stop()
        site.gate.start()
        said = doors(site)["imap"]
        assert said["asks"] == "yes", said
        assert not gets_in(site)


def of_one_protocol():
    """what one protocol has of its own is not followed, and that is told"""
    # Only the auth service of 2.4 heeds it.
    row("policy", "unknown", IS_24,
        after="protocol imap {\n  auth_policy_server_url =\n}\n")


def sieve():
    """ManageSieve beside the others, on a port of its own."""
    return ("protocols = imap pop3 sieve\nservice managesieve-login {\n"
            f"  inet_listener sieve {{\n    port = {free_port()}\n"
            "  }\n}\n")


def probed():
    """doors --probe tries it: in, refused, and what the gate heard of it"""
    with Site("policy", more=sieve()) as site:
        set_account(site, "bob")
        for way in doors(site, "--probe").values():
            tried = way["probe"]
            assert tried["came"] == "admitted" and \
                tried["gate_was_asked"] and tried["agrees"] and \
                not tried["gate_refuses"], way
        site.gate.apply(values())
        ways = doors(site, "--probe")
        assert set(ways) == {"imap", "pop3", "sieve"}, ways
        for way in ways.values():
            tried = way["probe"]
            assert tried["came"] == "refused" and tried["gate_refuses"] and \
                tried["agrees"] and "Upgraded" in tried["said"], way
            assert tried["user"] == "bob" and tried["account"], way
    with site_with("policy", after="auth_policy_server_url =\n") as site:
        set_account(site, "bob")
        site.gate.apply(values())
        tried = doors(site, "--probe", code=5)["imap"]["probe"]
        assert tried["came"] == "admitted" and tried["gate_refuses"] and \
            tried["gate_was_asked"] is False and tried["agrees"], tried
    # The survey cannot see that the server runs with an older file.
    with site_with("policy", after="auth_policy_server_url =\n") as site:
        set_account(site, "bob")
        site.gate.apply(values())
        with open(site.dovecot.config) as file:
            text = file.read()
        with open(site.dovecot.config, "w") as file:
            file.write(text.replace("auth_policy_server_url =\n", ""))
        tried = doors(site, "--probe", code=5)["imap"]
        assert tried["asks"] == "yes" and not tried["probe"]["agrees"], tried


def nobody():
    """without an account a name that nobody has shows what is asked before
    the password, and that nothing is shown where it is not"""
    with site_with("policy",
                   after="auth_policy_check_before_auth = yes\n") as site:
        site.gate.apply(values())
        tried = doors(site, "--probe")["imap"]["probe"]
        assert tried["came"] == "refused" and tried["agrees"] and \
            not tried["account"], tried
    with Site("dict", more=sieve()) as site:
        site.gate.apply(values())
        for name in ("imap", "sieve"):
            tried = doors(site, "--probe")[name]["probe"]
            assert tried["came"] == "wrong-password" and \
                tried["agrees"] is None, (name, tried)


def sieve_with_tls():
    """where it wants TLS, TLS is begun"""
    site = Site("policy", more=sieve())
    key, cert = site.dovecot.path("key"), site.dovecot.path("cert")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
         "-subj", "/CN=mail", "-keyout", key, "-out", cert],
        check=True, capture_output=True)
    words = (f"server_cert_file = {cert}", f"server_key_file = {key}") \
        if IS_24 else (f"cert = <{cert}", f"key = <{key}")
    # 2.4 does not start with both.
    clear = "auth_allow_cleartext = no\n" if IS_24 else ""
    site.dovecot.extra += f"{clear}ssl = required\n" + "".join(
        f"ssl_{word}\n" for word in words)
    with site:
        set_account(site, "bob")
        tried = doors(site, "--probe")["sieve"]["probe"]
        assert tried["came"] == "admitted" and tried["gate_was_asked"], tried
        site.gate.apply(values())
        tried = doors(site, "--probe")["sieve"]["probe"]
        assert tried["came"] == "refused" and "Upgraded" in tried["said"], \
            tried


if __name__ == "__main__":
    main([policy, passdb, not_started_anew, of_one_protocol, probed, nobody, sieve_with_tls])
