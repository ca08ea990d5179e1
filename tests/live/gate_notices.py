#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""What people are told of a lock: events of a gate that runs, given to real
programs; the shipped hooks against a server and a sendmail that store."""
import base64
import email
import email.policy
import http.server
import json
import os
import re
import shutil
import socketserver
import threading
import time

from running_gate import SOURCE, Gate, listing, main, wait_for

HOOKS = os.path.join(SOURCE, "src/packaging/notify.d")
KEEP = """#!/bin/sh
cat >>"{path}"
echo >>"{path}"
"""


class Told(Gate):
    """A gate with a hook that keeps what it is given."""

    def __init__(self, before="2s", hooks=None, **how):
        super().__init__(settings=f"""
[notify]
dir = "{{folder}}/notify.d"
before = "{before}"
""", **how)
        self.hook("50-keep", KEEP.format(path=self.path("kept")))
        for name, text in (hooks or {}).items():
            self.hook(name, text)

    def hook(self, name, text, mode=0o755):
        os.chmod(self.write("notify.d/" + name, text), mode)

    def shipped(self, name, environment):
        """A hook of src/packaging with its notify.env."""
        shutil.copy(os.path.join(HOOKS, name), self.path("notify.d"))
        self.env["LOGONGATE_NOTIFY_ENV"] = self.write(
            "notify.env", environment)

    def events(self):
        if not os.path.exists(self.path("kept")):
            return []
        with open(self.path("kept"), encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def names(self):
        return [event["event"] for event in self.events()]

    def wait_for(self, *names):
        wait_for(f"{names}, {self.names()}",
                 lambda: self.names() == list(names))


def from_apply_to_lift():
    """applied, extended, lifted are told, each once, with the lock"""
    with Told().start() as gate:
        before = int(time.time())
        gate.apply(listing("alice"), for_s=600, reason='new "disks" \\ ü')
        gate.ask("extend", for_s=900)
        gate.ask("lift")
        gate.wait_for("applied", "extended", "lifted")
        applied, extended, lifted = gate.events()
        assert set(applied) == {"event", "at", "lock", "text", "host"}
        lock = applied["lock"]
        assert lock["profile"] == "upgrade" and lock["id"], lock
        assert lock["gate"] == "listed", lock
        assert lock["reason"] == 'new "disks" \\ ü', lock
        assert lock["since"] and lock["until"] > lock["since"], lock
        assert extended["lock"]["until"] > lock["until"], extended
        assert lifted["lock"]["id"] == lock["id"]
        assert applied["at"] >= time.strftime("%Y-%m-%dT%H:%M:%SZ",
                                              time.gmtime(before))
        assert applied["text"].startswith(
            "The lock upgrade is in force until ")
        assert 'new "disks" \\ ü' in applied["text"], applied["text"]


def ends_by_itself():
    """an end is told of before it comes, and when it comes"""
    with Told(before="2s, 1h").start() as gate:
        gate.apply(listing("alice"), for_s=5)
        gate.wait_for("applied", "ending", "expired")
        ending = gate.events()[1]
        assert ending["at"] < ending["lock"]["until"], ending
        assert gate.logged().count("notice:") == 0, gate.logged()


def an_extended_end_is_told_of_again():
    """who moves the end is reminded of the new one"""
    with Told(before="3s").start() as gate:
        gate.apply(listing("alice"), for_s=5)
        gate.wait_for("applied", "ending")
        gate.ask("extend", for_s=6)
        gate.wait_for("applied", "ending", "extended", "ending", "expired")


def a_restart_tells_nothing_twice():
    """a gate that starts again has nothing new to tell"""
    with Told(before="1h").start() as gate:
        gate.apply(listing("alice"), for_s=600)
        gate.wait_for("applied")
        gate.kill()
        gate.start()
        gate.ask("lift")
        gate.wait_for("applied", "lifted")


def what_came_while_it_was_down():
    """an end, a beginning and a time to confirm that passed meanwhile are
    told by the next start, each once"""
    with Told(before="").start() as gate:
        gate.apply(listing("alice"), for_s=6, profile="over")
        gate.apply(listing("alice"), for_s=600, profile="unsure",
                   confirm_within_s=6)
        begins = int(time.time()) + 6
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begins))
        gate.apply(listing("alice"), for_s=600, profile="begins", at=at)
        gate.wait_for("applied", "applied", "scheduled")
        gate.kill()
        wait_for("their times", lambda: time.time() > begins + 0.5)
        gate.start()
        wait_for("all three", lambda: len(gate.names()) == 6)
        told = {event["lock"]["profile"]: event["event"]
                for event in gate.events()[3:]}
        assert told == {"over": "expired", "unsure": "undone",
                        "begins": "applied"}, told
        gate.kill()
        gate.start()
        gate.ask("lift")
        wait_for("the lift", lambda: len(gate.names()) == 7)
        assert gate.names()[-1] == "lifted", gate.names()


def unconfirmed():
    """half of confirm-within is told, and that it was taken back"""
    with Told(before="").start() as gate:
        gate.apply(listing("alice"), for_s=600, confirm_within_s=6)
        gate.wait_for("applied", "unconfirmed", "undone")
        gate.apply(listing("alice"), for_s=600, confirm_within_s=600)
        gate.ask("confirm")
        gate.ask("lift")
        gate.wait_for("applied", "unconfirmed", "undone", "applied", "lifted")


def scheduled():
    """one that begins later is told twice: now, and when it begins"""
    with Told().start() as gate:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ",
                           time.gmtime(time.time() + 4))
        gate.apply(listing("alice"), for_s=600, at=at)
        gate.wait_for("scheduled", "starting", "applied")
        assert "begins at" in gate.events()[1]["text"], gate.events()
        first = gate.events()[0]
        assert first["lock"]["starts"] == at, first
        assert first["lock"]["since"] is None, first
        assert "will begin at" in first["text"], first


def two_locks():
    """each lock has its own events"""
    with Told().start() as gate:
        gate.apply(listing("alice"), for_s=600, profile="one")
        gate.apply(listing("alice", "bob"), for_s=4, profile="two")
        wait_for("both", lambda: gate.names().count("expired") == 1)
        assert [(e["event"], e["lock"]["profile"]) for e in gate.events()] == [
            ("applied", "one"), ("applied", "two"), ("ending", "two"),
            ("expired", "two")], gate.events()


def a_hook_that_hangs():
    """is ended after ten seconds and is in nobody's way"""
    with Told(hooks={
            "10-hang": "#!/bin/sh\nsleep 300 &\nexec sleep 300\n",
            "20-fail": "#!/bin/sh\necho 'no route to \033[2Jhost' >&2\n"
                       "exit 3\n",
            "25-much": "#!/bin/sh\nhead -c 5000000 /dev/zero | tr '\\0' x\n"
                       "(sleep 300; echo late) &\n",
            "30-noise.bak": "#!/bin/sh\necho never >&2\n"}).start() as gate:
        gate.hook("41-plain", "#!/bin/sh\necho never >&2\n", 0o644)
        os.symlink("/nowhere", gate.path("notify.d/42-gone"))
        gate.hook("40-everybody", "#!/bin/sh\necho never >&2\n", 0o777)
        began = time.monotonic()
        gate.apply(listing("alice"), for_s=600)
        for _ in range(50):
            assert gate.decide(user="bob")["verdict"] == "refuse"
        gate.ask("lift")
        assert gate.decide(user="bob")["verdict"] == "admit"
        assert time.monotonic() - began < 5
        wait_for("both, after the one that hangs",
                 lambda: gate.names() == ["applied", "lifted"], 40)
        log = gate.all_logged()
        assert log.count("10-hang: was ended after 10 s") == 2, log
        assert "20-fail: ended with exit code 3" in log, log
        # What they say is told, without what moves a cursor, and not all.
        assert "20-fail says: no route to  [2Jhost\n" in log, log
        # What is in the pipe at its end is not counted.
        more = re.search("x" * 600 + r" \.\.\. and (\d+) bytes more", log)
        assert more and 0 <= 4999400 - int(more[1]) <= 65536, log
        assert len(log) < 20000, len(log)
        for name, why in (("40-everybody", "everybody may write it"),
                          ("41-plain", "it is not executable (chmod +x)"),
                          ("42-gone", "it is a link to nothing")):
            assert f"{name}: is not run: {why}" in log, log
        assert "never" not in log, log


def a_gate_that_ends_waits_for_no_hook():
    """SIGTERM ends the gate in time while a hook hangs"""
    with Told(hooks={"10-hang": "#!/bin/sh\nexec sleep 20\n"}).start() as gate:
        gate.apply(listing("alice"), for_s=600)
        began = time.monotonic()
        assert gate.stop() == 0
        assert time.monotonic() - began < 5


def attention():
    """what is loud is told, and that it is over"""
    with Told().start() as gate:
        gate.apply(listing("alice"), for_s=600)
        gate.wait_for("applied")
        with open(gate.stored("registry.reg"), "ab") as file:
            file.write(b'"X"="y"\n')
        gate.process.send_signal(1)
        wait_for("attention", lambda: "attention" in gate.names())
        event = gate.events()[1]
        assert event["lock"] is None, event
        assert event["text"].startswith("The gate needs attention: "), event
        # What it was about is made anew, and read again.
        gate.ask("lift")
        gate.process.send_signal(1)
        gate.wait_for("applied", "attention", "lifted", "quiet")
        assert gate.events()[-1]["text"] == \
            "Nothing needs attention at the gate any longer", gate.events()


SYSTEMCTL = """#!/bin/sh
case $* in
*ActiveState*@sunday.service) cat '{path}' ;;
*) echo inactive ;;
esac
"""


def failed_window():
    """a window that did not come off asks for attention until it is cleared"""
    with Told() as gate:
        said = gate.write("said", "failed\n")
        for name in ("sunday", "monday"):
            os.makedirs(gate.path(f"units/logongate-window@{name}.timer.d"))
        os.chmod(gate.write("bin/systemctl", SYSTEMCTL.format(path=said)),
                 0o755)
        gate.env.update(SYSTEMD_UNIT_PATH=gate.path("units"),
                        PATH=gate.path("bin") + ":" + gate.env["PATH"])
        gate.start()
        gate.wait_for("attention")
        assert "scheduled window sunday failed" in gate.events()[0]["text"]

        def attention():
            return b'logongate_attention{what="windows"} 1' in \
                gate.http("GET", "/metrics")[2]

        assert attention()
        loud = gate.json("status")["loud"]
        assert sum("sunday" in text for text in loud) == 1, loud
        # The command looks for itself, the gate a little later.
        gate.write("said", "inactive\n")
        assert not gate.json("status")["loud"]
        gate.wait_for("attention", "quiet")
        assert not attention()


def no_folder():
    """without the folder nothing is told, and nothing is said"""
    with Told().start() as gate:
        shutil.rmtree(gate.path("notify.d"))
        gate.apply(listing("alice"), for_s=600)
        gate.ask("lift")
        time.sleep(1)
        assert "notice:" not in gate.logged(), gate.logged()


class Store(http.server.BaseHTTPRequestHandler):
    """Keeps every request."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.kept.append((self.command, self.path,
                                 dict(self.headers), json.loads(body)))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_PUT = do_POST

    def log_message(self, *arguments):
        pass


def webhook():
    """each event once, in the body that the chat wants, with the secret"""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Store)
    server.kept = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/hook?a=\"b\\"
    try:
        with Told() as gate:
            gate.shipped("webhook", "")
            gate.start()
            for kind in ("json", "slack", "teams", "matrix"):
                gate.write("notify.env", f"""WEBHOOK_URL='{url}'
WEBHOOK_KIND={kind}
WEBHOOK_HEADER='Authorization: Bearer s"ecret'
WEBHOOK_EVENTS='applied expired'
""")
                server.kept.clear()
                gate.apply(listing("alice"), for_s=600,
                           reason='"text":"x" \\ ü')
                gate.ask("lift")
                wait_for(kind, lambda: gate.names()[-1:] == ["lifted"])
                os.unlink(gate.path("kept"))
                assert len(server.kept) == 1, (kind, server.kept)
                method, path, headers, body = server.kept[0]
                assert headers["Authorization"] == 'Bearer s"ecret', headers
                assert headers["Content-Type"] == "application/json", headers
                text = {
                    "json": lambda: body["text"],
                    "slack": lambda: body["text"],
                    "teams": lambda: body["attachments"][0]["content"]
                    ["body"][0]["text"],
                    "matrix": lambda: body["body"]}[kind]()
                assert text.startswith(
                    "The lock upgrade is in force until "), text
                assert '"text":"x" \\ ü' in text, text
                assert (method == "PUT") == (kind == "matrix"), method
                if kind == "json":
                    assert body["event"] == "applied", body
                    assert body["lock"]["profile"] == "upgrade", body
    finally:
        server.shutdown()
        server.server_close()


def read_mail(data):
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert message["Auto-Submitted"] == "auto-generated", message
    return message


def mail():
    """a letter by sendmail, whose subject is the sentence"""
    with Told() as gate:
        gate.hook("../sendmail", '#!/bin/sh\nprintf "%s\\n" "$*" >"$0.words"\n'
                  'cat >"$0.new" && mv "$0.new" "$0.mail"\n')
        gate.shipped("mail", f"""MAIL_TO='a@example.org, b@example.org'
MAIL_FROM='gate@example.org'
MAIL_EVENTS='applied'
SENDMAIL={gate.path("sendmail")}
""")
        gate.start()
        gate.apply(listing("alice"), for_s=600, reason="Platten – ü")
        gate.ask("lift")
        gate.wait_for("applied", "lifted")
        wait_for("the letter",
                 lambda: os.path.exists(gate.path("sendmail.mail")))
        with open(gate.path("sendmail.words"), encoding="utf-8") as file:
            assert file.read() == "-i -t -f gate@example.org\n"
        with open(gate.path("sendmail.mail"), "rb") as file:
            message = read_mail(file.read())
        os.unlink(gate.path("sendmail.mail"))
        assert message["To"] == "a@example.org, b@example.org", message["To"]
        assert "upgrade is in force until" in message["Subject"]
        assert "Platten – ü" in message["Subject"], message["Subject"]
        assert "(Platten – ü; applied by " in message["Subject"]
        assert message["X-Logongate-Event"] == "applied"
        body = message.get_content()
        assert "upgrade is in force until" in body, body
        assert body.startswith(message["Subject"].split("] ")[1] + ".\n")
        assert json.loads(body.splitlines()[-1])["event"] == "applied", body
        # However long it is, no word of it is longer than one may be, and no
        # character is torn.
        gate.apply(listing("alice"), for_s=600, reason="ü" + "日本語" * 90)
        wait_for("another letter",
                 lambda: os.path.exists(gate.path("sendmail.mail")))
        with open(gate.path("sendmail.mail"), "rb") as file:
            raw = file.read()
        for line in raw.split(b"\nDate:")[0].split(b"\n"):
            assert len(line) <= 78, line
        message = read_mail(raw)
        assert re.search(r"ü(日本語)+.{0,2}\.\.\.$", message["Subject"]), \
            message["Subject"]


class Smtp(socketserver.StreamRequestHandler):
    """Takes one letter as a mail server would."""

    def handle(self):
        self.wfile.write(b"220 test\r\n")
        letter = None
        for line in self.rfile:
            if letter is not None:
                if line == b".\r\n":
                    self.server.kept.append((self.words, letter))
                    letter = None
                    self.wfile.write(b"250 kept\r\n")
                else:
                    letter += line
                continue
            word = line.split(b" ")[0].strip().upper()
            if word in (b"EHLO", b"HELO"):
                self.words = []
            elif word == b"DATA":
                letter = b""
                self.wfile.write(b"354 go on\r\n")
                continue
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.words.append(line.decode().strip())
            self.wfile.write(b"250 ok\r\n")


def mail_by_smtp():
    """where sendmail cannot gain its rights the server is spoken to"""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Smtp)
    server.kept = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with Told() as gate:
            gate.shipped("mail", f"""MAIL_TO='a@example.org, b@example.org'
MAIL_FROM='gate@example.org'
MAIL_SERVER=smtp://127.0.0.1:{server.server_address[1]}
""")
            gate.start()
            gate.apply(listing("alice"), for_s=600)
            wait_for("the letter", lambda: server.kept)
            words, letter = server.kept[0]
            assert any("RCPT TO:<b@example.org>" in word for word in words)
            assert "upgrade is in force until" in read_mail(letter)["Subject"]
            assert base64.b64decode(letter.split(b"\r\n\r\n", 1)[1])
    finally:
        server.shutdown()
        server.server_close()


def wall():
    """the sentence for the terminals of this machine"""
    with Told() as gate:
        gate.hook("../wall", '#!/bin/sh\ncat >"$0.new" && '
                  'mv "$0.new" "$0.said"\n')
        gate.shipped("wall", f"WALL={gate.path('wall')}\n"
                     "WALL_EVENTS='lifted'\n")
        gate.start()
        gate.apply(listing("alice"), for_s=600)
        gate.ask("lift")
        wait_for("the words",
                 lambda: os.path.exists(gate.path("wall.said")))
        gate.wait_for("applied", "lifted")
        with open(gate.path("wall.said"), encoding="utf-8") as file:
            said = file.read()
        assert said.startswith("logongate on "), said
        assert ": The lock upgrade was lifted" in said, said


if __name__ == "__main__":
    main((from_apply_to_lift, ends_by_itself, an_extended_end_is_told_of_again,
          a_restart_tells_nothing_twice,
          what_came_while_it_was_down, unconfirmed, scheduled, two_locks,
          a_hook_that_hangs, a_gate_that_ends_waits_for_no_hook, attention,
          failed_window, no_folder, webhook, mail, mail_by_smtp, wall))
