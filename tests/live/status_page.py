#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""[listen.status]: the page for everybody and the help desk's, over the
listener and in a real browser. Pictures are left in the build's folder
"pages"."""
import base64
import html.parser
import http.client
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import urllib.parse

from programs import SOURCE, free_port
from running_gate import Gate, eventually, listeners, main
from webdriver import Browser

PICTURES = os.path.join(os.environ.get("LOGONGATE_BUILD_DIR",
                                       tempfile.gettempdir()), "pages")
EVIL = '<script>alert("x")</script>&\'"'


class Page(Gate):
    """A gate with [listen.status] over TCP, its key "h3lp"."""

    def __init__(self, **more):
        self.port = free_port()
        super().__init__(
            listen=listeners("http", "postfix"), settings=f"""
[listen.status]
address = "unix:status.sock, 127.0.0.1:{self.port}"
key_file = "{{folder}}/help.key"
""", **more)
        os.chmod(self.write("help.key", "h3lp\n"), 0o600)

    def get(self, path, method="GET", **headers):
        """(status, headers, text)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                timeout=20)
        try:
            connection.request(method, path, headers={
                name.replace("_", "-"): value
                for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), \
                answer.read().decode()
        finally:
            connection.close()

    def help(self, **search):
        status, _, text = self.get(
            "/help?" + urllib.parse.urlencode(search),
            X_Logongate_Key="h3lp")
        assert status == 200, (status, text)
        return Reader(text)


class Reader(html.parser.HTMLParser):
    """The text of a page and the cells of its tables."""

    VOID = ("meta", "link", "input", "rect")

    def __init__(self, text):
        super().__init__()
        self.title = ""
        self.source, self.words, self.rows, self.tags = text, [], [], []
        self.open = []
        self.feed(text)
        assert not self.open, self.open
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open and self.open[-1] == tag, (self.open, tag)
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            return
        if self.open and self.open[-1] == "title":
            self.title += data
        self.words.append(data)
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += data

    def table(self, first):
        """The rows below the head that begins with a word."""
        head = next(i for i, row in enumerate(self.rows) if row[0] == first)
        return [row for row in self.rows[head + 1:]
                if len(row) == len(self.rows[head])]


def for_everybody():
    """GET / says what, until when and why, names nobody, and is only read"""
    with Page().start() as gate:
        status, headers, text = gate.get("/")
        assert status == 200 and "no maintenance" in text.lower(), text
        assert headers["Cache-Control"] == "no-store", headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        gate.lock(gate.profile(listed=["alice"], message="Back at %{until}."),
                  "--reason", "new disks " + EVIL)
        gate.dovecot("bob")
        page = Reader(gate.get("/")[2])
        until = re.search(r"Back at (\d\d:\d\d( UTC)?)\.", page.text)[1]
        assert f"Mail: maintenance until {until}" in page.text, page.text
        assert "your password is still the same" in page.text, page.text
        assert "Back at " in page.text and "new disks " in page.text
        assert "profile1" in page.text and "everybody" in page.text
        assert EVIL in page.text, page.source
        for name in ("bob", "alice", "root"):
            assert name not in page.text, page.text
        assert not [tag for tag, _ in page.tags if tag == "script"]
        refresh = [attrs for tag, attrs in page.tags
                   if attrs.get("http-equiv") == "refresh"]
        assert refresh == [{"http-equiv": "refresh", "content": "30"}]
        assert gate.get("/", "HEAD")[2] == ""
        for path, method, want in (("/", "POST", 405), ("/help", "POST", 405),
                                   ("/metrics", "GET", 404),
                                   ("/v1/check", "GET", 404),
                                   ("/v1/decide", "POST", 404)):
            assert gate.get(path, method)[0] == want, (path, method)
        gate.lift()
        assert "no maintenance" in gate.get("/")[2].lower()


def several():
    """each lock has its words, one that is planned its beginning"""
    with Page().start() as gate:
        for listed, minutes in (("alice", 10), ("bob", 20)):
            gate.lock(gate.profile(listed=[listed],
                                   message=f"For {listed}'s sake."),
                      for_s=minutes * 60)
        soon = gate.profile(listed=["rescue"])
        gate.json("apply", soon, "--at", "23:59", "--for", "1h",
                  "--accept-warnings")
        page = Reader(gate.get("/")[2])
        latest = re.search("Until (\\S+)", page.text.split(
            "For bob's sake.")[1])[1]
        assert f"Mail: maintenance until {latest}" in page.text, page.text
        # Times of one page are written in one way.
        assert "+00:00" not in page.text and ":00+" not in page.text, page.text
        assert re.search(r"Planned: you may not be able to use your mail from "
                         r"\d{4}-\d\d-\d\d 23:59( UTC)? until \d{4}-", page.text)
        sections = [tag for tag, attrs in page.tags if tag == "section"]
        assert len(sections) == 3, page.text
        assert "For alice's sake." in page.text, page.text
        assert "For bob's sake." in page.text, page.text
        assert page.text.count("Begins") == 1, page.text
        status, _, text = gate.get("/v1/status")
        told = json.loads(text)
        assert status == 200 and told["active"] is True, told
        assert len(told["locks"]) == 3, told
        assert [lock["profile"] for lock in told["locks"]
                if lock["starts"]] == ["profile3"], told
        assert {lock["message"] for lock in told["locks"]} == {
            "For alice's sake.", "For bob's sake.", None}, told
        assert "by" not in told and "loud" not in told, told
        assert told["until"] == max(lock["until"] for lock in told["locks"]
                                    if not lock["starts"]), told


def whose_it_is():
    """the title says until when only to those who are all kept out"""
    with Page().start() as gate:
        def title():
            return Reader(gate.get("/")[2]).title

        soon = gate.profile(listed=["alice"])
        gate.json("apply", soon, "--at", "23:59", "--for", "1h",
                  "--accept-warnings")
        assert title() == "Mail: maintenance is planned", title()
        gate.lift()
        gate.lock(gate.profile(
            extra='[applies_to]\ndomains = "example.org"\n'))
        assert title() == "Mail: maintenance for some people", title()
        gate.lock(gate.profile(listed=["alice"]), for_s=600)
        assert re.fullmatch(r"Mail: maintenance until \d\d:\d\d( UTC)?",
                            title()), title()
    # A gate that knows nothing does not say that nothing is to be known.
    with Page() as gate:
        os.makedirs(os.path.dirname(gate.stored("registry.reg")),
                    exist_ok=True)
        with open(gate.stored("registry.reg"), "w", encoding="ascii") as file:
            file.write("nonsense\n")
        gate.start()
        page = Reader(gate.get("/")[2])
        assert page.title == "Mail: an administrator is needed", page.text
        assert "cannot tell at the moment who may log on" in page.text
        assert "No maintenance" not in page.text, page.text


def by_keyboard():
    """every control of the help desk's page is reached with Tab, is seen to
    be, and the search is made with Enter"""
    tab, enter = "\ue004", "\ue007"
    with Page().start() as gate, Browser(size="1280,1000") as window:
        gate.lock(gate.profile(listed=["alice"]))
        for name in ("bob", "carol"):
            gate.dovecot(name)

        def press(*keys):
            window.ask("POST", "/actions", {"actions": [{
                "type": "key", "id": "keyboard", "actions": [
                    {"type": kind, "value": key} for key in keys
                    for kind in ("keyDown", "keyUp")]}]})

        def focused():
            """[tag or role, id or text, width of its outline]"""
            return window.run(
                "const e = document.activeElement;"
                "return [e.getAttribute('role') || e.tagName.toLowerCase(),"
                " e.id || e.getAttribute('aria-labelledby') || e.innerText,"
                " parseFloat(getComputedStyle(e).outlineWidth)]")

        window.open(f"http://help:h3lp@127.0.0.1:{gate.port}/help")
        seen = []
        for _ in range(6):
            press(tab)
            seen.append(focused())
        assert [row[:2] for row in seen] == [
            ["input", "user"], ["input", "client"], ["button", "Search"],
            ["region", "refused"], ["region", "doors"],
            ["a", "For everybody"]], seen
        assert all(row[2] >= 2 for row in seen), seen
        window.open(f"http://help:h3lp@127.0.0.1:{gate.port}/help")
        press(tab, *"BOB", enter)
        assert "1 in the last 24 hours" in window.await_text(
            "[role=status]", "1 in the last 24 hours")
        assert window.text("table").count("bob") == 1, window.text("table")
        assert "carol" not in window.text("table")
        assert "not on the list" in window.text("table")
        assert window.run("return document.querySelector('#user').value"
                          ) == "BOB"


def behind_the_key():
    """GET /help wants the key: in the header, as a token or a password"""
    def basic(text):
        return "Basic " + base64.b64encode(text.encode()).decode()

    with Page().start() as gate:
        for headers, want in (
                ({}, 401), ({"X_Logongate_Key": "h3lp"}, 200),
                ({"X_Logongate_Key": "other"}, 401),
                ({"Authorization": "Bearer h3lp"}, 200),
                ({"Authorization": basic("anna:h3lp")}, 200),
                ({"Authorization": basic("h3lp:x")}, 401),
                ({"Authorization": basic("h3lp")}, 401),
                ({"Authorization": "Basic !!"}, 401),
                ({"Authorization": basic("a:h3lp"),
                  "X_Logongate_Key": "x"}, 401)):
            status, got, _ = gate.get("/help", **headers)
            assert status == want, (headers, status)
            if want == 401:
                assert got["WWW-Authenticate"].startswith("Basic "), got
        # The key is exchanged without a restart.
        os.chmod(gate.write("help.key", "n3w\n"), 0o600)
        gate.process.send_signal(signal.SIGHUP)
        eventually(lambda: gate.get("/help", X_Logongate_Key="n3w")[0] == 200)
        assert gate.get("/help", X_Logongate_Key="h3lp")[0] == 401
        # A socket's peers are no help desk for that alone.
        connection = socket.socket(socket.AF_UNIX)
        with connection:
            connection.settimeout(20)
            connection.connect(gate.socket("status"))
            connection.sendall(b"GET /help HTTP/1.1\r\nHost: x\r\n"
                               b"Connection: close\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 401 ")
    with Gate(listen=listeners("http") + "[listen.status]\n").start() as gate:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(20)
            connection.connect(gate.socket("status"))
            connection.sendall(b"GET /help HTTP/1.1\r\nHost: x\r\n"
                               b"X-Logongate-Key: \r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 401 ")


def help_desk():
    """/help shows who was refused, found by name, program or address"""
    with Page().start() as gate:
        gate.lock(gate.profile(listed=["alice"]), "--reason", "new disks")
        eventually(lambda: gate.decide(user="alice")["verdict"] == "admit")
        for _ in range(3):
            gate.dovecot("bob", remote="10.1.2.3")
        gate.dovecot("Carol.Smith@example.org", remote="10.9.9.9",
                     protocol="pop3")
        gate.dovecot("zoë", remote="2001:db8::7")
        gate.dovecot(EVIL, remote="10.0.0.1")
        page = gate.help()
        assert "new disks" in page.text and "By root" in page.text, page.text
        names = [row[1] for row in page.table("When")]
        assert sorted(set(names)) == sorted(
            {"bob", "Carol.Smith@example.org", "zoë", EVIL}), names
        assert sum(int(row[-1]) for row in page.table("When")) == 6
        assert names[0] == EVIL, names  # the newest first
        for search, want in (({"user": "BOB"}, {"bob"}),
                             ({"user": "smith@"}, {"Carol.Smith@example.org"}),
                             ({"user": "zoë"}, {"zoë"}),
                             ({"client": "10.1.2."}, {"bob"}),
                             ({"client": "2001:db8"}, {"zoë"}),
                             ({"user": "bob", "client": "10.9"}, set()),
                             ({"user": EVIL}, {EVIL})):
            page = gate.help(**search)
            rows = page.table("When") if want else []
            assert {row[1] for row in rows} == want, (search, rows)
            fields = {attrs["name"]: attrs.get("value")
                      for tag, attrs in page.tags if tag == "input"}
            for name, value in search.items():
                assert fields[name] == value, (search, fields)
        doors = {row[0]: row for row in page.table("Door")}
        assert int(doors["dovecot"][2]) == 6, doors
        label = next(attrs["aria-label"] for tag, attrs in page.tags
                     if tag == "svg")
        assert re.search(r"6 logons were refused and \d+ let in", label), label
        assert [1 for tag, attrs in page.tags
                if tag == "rect" and attrs["class"] == "r"], page.source
        labelled = {attrs["for"] for tag, attrs in page.tags
                    if tag == "label"}
        assert labelled == {attrs["id"] for tag, attrs in page.tags
                            if tag == "input"}, labelled
        # Several at once over one connection, in their order.
        with socket.create_connection(("127.0.0.1", gate.port), 20) as sock:
            one = b"GET %s HTTP/1.1\r\nHost: x\r\nX-Logongate-Key: h3lp\r\n" \
                b"%s\r\n"
            sock.sendall(one % (b"/help?user=bob", b"") + one % (b"/", b"")
                         + one % (b"/v1/status", b"Connection: close\r\n"))
            data = b""
            while part := sock.recv(65536):
                data += part
        assert data.count(b"HTTP/1.1 200 OK") == 3, data
        assert data.rindex(b'"active"') > data.rindex(b"30 seconds") \
            > data.index(b"60 seconds".replace(b"60 ", b"")), data


def colours():
    """every text has at least 4.5 to 1 against what is behind it, lines and
    bars 3 to 1, by light and by dark"""
    def luminance(colour):
        parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4
                 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), parts))

    def contrast(one, other):
        high, low = sorted((luminance(one), luminance(other)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    for name in ("head.html", "status.html", "help.html", "refusal.html"):
        with open(os.path.join(SOURCE, "src/adapters/http/pages", name),
                  encoding="utf-8") as file:
            text = file.read()
        if name != "head.html":
            # Colours stand in one place.
            assert "%{head}" in text and "<style" not in text, name
            assert not re.findall(r"#[0-9a-f]{3,6}\b", text.replace(
                "#refused", "")), name
            continue
        roots = re.findall(r":root\{([^}]*)\}", text)
        assert len(roots) == 2, name
        light = dict(re.findall(r"--(\w+):(#[0-9a-f]{6})", roots[0]))
        dark = {**light,
                **dict(re.findall(r"--(\w+):(#[0-9a-f]{6})", roots[1]))}
        assert light != dark
        # No colour stands anywhere else.
        assert not re.findall(r"#[0-9a-f]{3,6}\b", text.replace(
            roots[0], "").replace(roots[1], "").replace("#refused", "")), name
        for theme in (light, dark):
            for behind in ("bg", "card"):
                for front in ("fg", "soft", "ok", "lock", "bad", "link"):
                    assert contrast(theme[front], theme[behind]) >= 4.5, \
                        (name, front, behind)
                assert contrast(theme["line"], theme[behind]) >= 3, \
                    (name, "line", behind)


def browser(*words):
    """Debian's Chromium, with a profile of its own."""
    with tempfile.TemporaryDirectory(prefix="logongate-chromium-") as folder:
        done = subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
             f"--user-data-dir={folder}", *words], capture_output=True,
            timeout=120, check=False, env={**os.environ, "HOME": folder})
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
    return done.stdout.decode(errors="replace")


def size_of(picture):
    with open(picture, "rb") as file:
        data = file.read(24)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", data[16:24])


# Every page at every width, each in a frame: windows are never narrower than
# 500, and a browser takes long to start.
FRAME = """<iframe id="{name}-{width}" style="border:0;width:{width}px;
height:{height}px" srcdoc="{page}"></iframe>"""
MEASURE = """<!DOCTYPE html><body>{frames}<script>onload=function(){{
var all=[];for(var f of document.querySelectorAll('iframe')){{
var d=f.contentDocument.documentElement;
all.push(f.id+' '+d.scrollWidth+' '+d.clientWidth+' '+
[...f.contentDocument.querySelectorAll('a,input,button,[tabindex]')].map(
e=>{{e.focus();return e==f.contentDocument.activeElement}}).every(x=>x))}}
document.title=all.join(';')}}</script>"""


def frames(shown, widths, height):
    return "".join(
        FRAME.format(name=name, width=width, height=height, page=source.replace(
            "&", "&amp;").replace('"', "&quot;"))
        for name, source in shown for width in widths)


def in_a_browser():
    """Chromium shows both pages, narrow and wide, and nothing stands out to
    the side; every control can have the keyboard"""
    os.makedirs(PICTURES, exist_ok=True)
    with Page().start() as gate:
        shown = [("none", gate.get("/")[2])]
        gate.json("apply", gate.profile(listed=["alice"]), "--at", "23:59",
                  "--for", "1h", "--reason", "new disks", "--accept-warnings")
        shown.append(("planned", gate.get("/")[2]))
        gate.lift()
        gate.lock(gate.profile(listed=["alice"], message="The mail server "
                               "gets new disks. Please try again after "
                               "%{until}; your mail is kept meanwhile."),
                  "--reason", "new disks")
        gate.dovecot("bob")
        gate.dovecot("a" * 200 + "@example.org")
        shown.append(("one", gate.get("/")[2]))
        status, _, refusal = gate.http("GET", "/v1/check?answer=final",
                                       headers={"X-Gate-User": "bob"})
        assert status == 503, status
        shown.append(("refusal", refusal.decode()))
        shown.append(("state", gate.http("GET", "/")[2].decode()))
        gate.lock(gate.profile(listed=["bob"]), for_s=600)
        gate.json("apply", gate.profile(listed=["rescue"]), "--at", "23:59",
                  "--for", "1h", "--accept-warnings")
        shown.append(("three", gate.get("/")[2]))
        shown.append(("help", gate.help().source))
        gate.stop()
        # What needs an administrator is shown to the help desk.
        with open(gate.stored("registry.reg"), "w", encoding="ascii") as file:
            file.write("nonsense\n")
        gate.start()
        shown.append(("attention", gate.help().source))
        assert "Needs an administrator" in shown[-1][1], gate.status()
        page = gate.write("measure.html", MEASURE.format(
            frames=frames(shown, (320, 1280, 3840), 2000)))
        title = re.search(r"<title>([^<]*)</title>",
                          browser("--dump-dom", "file://" + page))
        rows = [row.split() for row in title[1].split(";")]
        assert len(rows) == 3 * len(shown), rows
        for where, needs, has, takes_focus in rows:
            assert int(needs) <= int(has) == int(where.split("-")[1]), rows
            assert takes_focus == "true", where
        for look, width, words in (
                ("narrow", 320, ()), ("wide", 1280, ()),
                ("dark", 600,
                 ("--blink-settings=preferredColorScheme=0",))):
            # Side by side, for whoever looks at them.
            path = gate.write(look + ".html", "<!DOCTYPE html><body>"
                              + frames(shown, (width,), 2000))
            picture = os.path.join(PICTURES, look + ".png")
            size = (4 * width + 100, 2050 * ((len(shown) + 3) // 4))
            browser(f"--screenshot={picture}",
                    f"--window-size={size[0]},{size[1]}", *words,
                    "file://" + path)
            assert size_of(picture) == size, picture
        # The listener itself, as a browser asks it.
        page = browser("--dump-dom", f"http://127.0.0.1:{gate.port}/")
        assert "Mail: " in page, page


ROWS = [for_everybody, several, whose_it_is, behind_the_key, help_desk,
        colours]
if shutil.which("chromium") and shutil.which("chromedriver"):
    ROWS += [in_a_browser, by_keyboard]
elif os.environ.get("LG_REQUIRE_LIVE") == "1":
    sys.exit("no chromium")
else:
    print("no chromium: the pages are not looked at")
main(ROWS)
