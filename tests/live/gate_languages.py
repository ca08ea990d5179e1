#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""A lock's words in several languages, at every listener of a running gate:
web pages follow the reader's browser, the others the gate's own language."""
import json
import os
import signal

from running_gate import Gate, listeners, main, peer_of

GERMAN = "Wir arbeiten an den Postfächern; zurück gegen %{until}."
FRENCH = "Maintenance jusqu'à %{until}."
WORDS = f'refused.de = "{GERMAN}"\nrefused.fr = "{FRENCH}"\n'
CALM = {"en": "your password is still the same",
        "de": "Ihr Passwort ist unverändert",
        "fr": "votre mot de passe reste le même"}
LISTEN = listeners("http", "postfix", "dict") + \
    '[listen.status]\naddress = "unix:status.sock"\n'


def page(gate, accept=None, listener="status", path="/", **headers):
    """(headers, text) of a page."""
    lines = [f"GET {path} HTTP/1.1", "Host: x", "Connection: close"]
    lines += [f"Accept-Language: {accept}"] if accept is not None else []
    lines += [f"{name.replace('_', '-')}: {value}"
              for name, value in headers.items()]
    sock = peer_of(gate.socket(listener),
                   ("\r\n".join(lines) + "\r\n\r\n").encode())
    data = b""
    while part := sock.recv(65536):
        data += part
    sock.close()
    head, _, body = data.decode().partition("\r\n\r\n")
    return dict(line.lower().split(": ", 1)
                for line in head.split("\r\n")[1:]), body


def wire(gate, listener, data):
    sock = peer_of(gate.socket(listener), data)
    answer = sock.recv(1000).decode()
    sock.close()
    return answer


def at_each_door():
    """pages take what the browser wants; Dovecot, Postfix and the dict the
    gate's language"""
    with Gate(listen=LISTEN, gate="language = fr\n").start() as gate:
        gate.lock(gate.profile(listed=["alice"], extra=WORDS))
        # Who says nothing gets the gate's language, at every door.
        assert "jusqu'à" in gate.dovecot("bob")["msg"]
        assert "jusqu'à" in gate.decide(user="bob")["message"]
        assert "jusqu'à" in wire(
            gate, "postfix", b"request=smtpd_access_policy\n"
            b"protocol_state=MAIL\nsasl_username=bob\n\n")
        assert "jusqu'à" in wire(
            gate, "dict",
            b"H3\t2\t0\t\tx\nLshared/gate/imap/1/s/bob\tbob\n")
        assert "jusqu'à" in gate.json("check", "--user", "bob",
                                      code=1)["message"]
        for accept, tag, word in (
                ("de-AT,de;q=0.9,en;q=0.5", "de", "zurück"),
                ("en-GB,de;q=0.5", "en", "Closed until"),
                ("fr", "fr", "jusqu"), (None, "fr", "jusqu"),
                ("sv, da;q=0.5", "fr", "jusqu"), ("*", "fr", "jusqu"),
                ("de;q=0", "fr", "jusqu"), ("", "fr", "jusqu"),
                (",".join(["xx"] * 2000), "fr", "jusqu")):
            headers, text = page(gate, accept)
            assert word in text and f'<p lang="{tag}">' in text, (accept, text)
            assert CALM[tag] in text, (accept, text)
            assert headers["vary"] == "accept-language", headers
            headers, text = page(gate, accept, "http", "/v1/check",
                                 X_Gate_User="bob")
            assert word in text, (accept, text)
            headers, text = page(gate, accept, "http",
                                 "/v1/check?answer=final", X_Gate_User="bob")
            assert headers["content-language"] == tag, (accept, headers)
            assert word in text.replace("&#39;", "'"), (accept, text)
            # What stands around the words is in their language.
            assert CALM[tag] in text and f'<html lang="{tag}">' in text, text
            status, _, body = gate.http(
                "POST", "/v1/decide", json.dumps({"user": "bob"}),
                {} if accept is None else {"Accept-Language": accept})
            assert status == 200 and word in json.loads(body)["message"], body


def around_them():
    """words in a language that the page does not know stand in English"""
    with Gate(listen=LISTEN).start() as gate:
        gate.lock(gate.profile(listed=["alice"], extra='refused.pl = "Zaraz."\n'
                               'refused.de-at = "Glei."\n'))
        for accept, tag, around in (("pl", "pl", "en"), ("de-AT", "de-at", "de")):
            _, text = page(gate, accept, "http", "/v1/check?answer=final",
                           X_Gate_User="bob")
            assert f'<html lang="{around}">' in text, (accept, text)
            assert f'<p lang="{tag}">' in text and CALM[around] in text, text


def render_is_its_own():
    """/v1/render speaks to whoever asks for it, not to whoever was checked;
    once the lock is over, as it was then"""
    with Gate(listen=LISTEN).start() as gate:
        gate.lock(gate.profile(listed=["alice"], extra=WORDS))
        checked, _ = page(gate, "de", "http", "/v1/check", X_Gate_User="bob")
        token = checked["x-gate-token"]
        for accept, word in (("fr", "jusqu"), ("de", "zurück"),
                             ("en", "Closed until"), (None, "Closed until")):
            headers, text = page(gate, accept, "http", "/v1/render",
                                 X_Gate_Token=token)
            assert word in text.replace("&#39;", "'"), (accept, text)
            assert headers["vary"] == "accept-language", headers
        gate.lift()
        _, text = page(gate, "fr", "http", "/v1/render", X_Gate_Token=token)
        assert "zurück" in text, text


def who_speaks():
    """of several locks the one that ends last speaks, in its own languages;
    a restart and a new [gate] language change nothing else"""
    with Gate(listen=LISTEN, gate="language = de\n").start() as gate:
        gate.lock(gate.profile(listed=["alice"], message="Short.",
                               extra='refused.de = "Kurz."\n'), for_s=600)
        gate.lock(gate.profile(listed=["alice"], message="Long.",
                               extra='refused.fr = "Long, en effet."\n'),
                  for_s=3600)
        assert gate.decide(user="bob")["message"] == "Long."
        _, text = page(gate, "de", "http", "/v1/check", X_Gate_User="bob")
        assert text == "Long.\n", text
        _, text = page(gate, "fr", "http", "/v1/check", X_Gate_User="bob")
        assert text == "Long, en effet.\n", text
        # The picture of what is in force has words of one lock alone.
        values = {value["name"]: value["data"] for value in
                  gate.json("registry", "show")["values"]}
        assert values["Refusal Message"] == "Long.", values
        assert values["Refusal Messages"] == [
            "en=Long.", "fr=Long, en effet."], values
        gate.stop()
        gate.start()
        assert gate.decide(user="bob")["message"] == "Long."
        gate.settings("language = de", "language = fr")
        assert gate.decide(user="bob")["message"] == "Long, en effet."
        with open(gate.config, encoding="utf-8") as file:
            good = file.read()
        gate.write_config(good.replace("language = fr", "language = french"))
        os.kill(gate.process.pid, signal.SIGHUP)
        gate.await_log('language: "french" is not a language; write fr')
        assert gate.decide(user="bob")["message"] == "Long, en effet."
        gate.write_config(good)


def plan_and_lint():
    """plan and lint say which language is missing, and how a tag is spelt"""
    with Gate(listen=LISTEN, gate="language = de\n").start() as gate:
        profile = gate.profile(listed=["alice"])
        for words in (("plan", profile), ("profiles", "lint", profile)):
            warnings = gate.json(*words)["warnings"]
            told = [each["text"] for each in warnings
                    if each["code"] == "language-missing"]
            assert len(told) == 1 and "add refused.de" in told[0], warnings
        for key, right in (("refused.german", "write de"),
                           ("refused.de_at", "write de-at"),
                           ("refused.dk", "write da"),
                           ("refused.", "refused")):
            bad = gate.profile(extra=f'{key} = "x"\n')
            error = gate.json("plan", bad, code=3)["error"]
            assert right in error["text"] and error["file"] == bad, error
            assert error["line"] == 6, error
        for extra, right in (
                ('refused.en = "x"\n', "in en already"),
                ('refused.de = " "\n', "it is empty"),
                ('language = "deutsch"\n', "write de"),
                ('language = de\nrefused.de = "x"\n', "in de already")):
            error = gate.json("profiles", "lint", gate.profile(extra=extra),
                              code=3)["error"]
            assert right in error["text"], (extra, error)
        good = gate.profile(extra='language = de\nrefused.en = "x"\n')
        assert not gate.json("profiles", "lint", good)["warnings"]


main([at_each_door, around_them, render_is_its_own, who_speaks, plan_and_lint])
