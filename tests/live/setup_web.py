#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""`logongate setup nginx` and `setup haproxy` with real ones in front of a
server, beside a site that has nothing to do with mail: shown, made, proved by
a request as nobody, locked, and every byte given back."""
import base64
import contextlib
import functools
import glob
import http.client
import http.server
import os
import signal
import subprocess
import sys
import tempfile
import threading

import nginx_server
import programs
from programs import Scene, free_port, wait_for
from running_gate import Gate, listing, main
from setup_fixture import Init, Setup, facts, tree

NGINX = nginx_server.template("""
	include conf.d/*.conf;
	include sites/*;
""")
MAIL_SITE = """\
server {{
	listen 127.0.0.1:{mail};
	server_name mail.example.org;
	# his own words
	proxy_set_header Host "kept \\"here\\"";
	location /static/ {{ return 200 "static"; }}
	location / {{
		proxy_pass http://127.0.0.1:{backend};
	}}
}}
"""
SHOP_SITE = """\
server {{
	listen 127.0.0.1:{shop};
	server_name shop.example.org;
	location / {{ proxy_pass http://127.0.0.1:{backend}; }}
}}
"""
HAPROXY = """\
global
	stats socket {folder}/admin.sock mode 600 level admin
defaults
	mode http
	timeout connect 5s
	timeout client 1m
	timeout server 1m
frontend mail
	# his own words
	bind 127.0.0.1:{mail}
	http-request set-header Host "kept \\"here\\""
	default_backend servers
frontend shop
	bind 127.0.0.1:{shop}
	default_backend servers
backend servers
	server one 127.0.0.1:{backend}
"""


KEPT = (200, 'kept "here"')


class Backend(http.server.BaseHTTPRequestHandler):
    """Says which Host it was asked for."""

    def do_GET(self):
        body = (self.headers.get("Host") or "").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *ignored):
        pass


class Site(Scene):
    """A gate, a server behind, and a front that does not know of the gate."""

    def begin(self, door):
        self.door = door
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Backend)
        self.callback(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.ports = {name: free_port() for name in ("mail", "shop")}
        self.spop, self.http = free_port(), free_port()
        self.gate = self.enter_context(Gate(listen=(
            '[listen.http]\n'
            f'address = "unix:http.sock, 127.0.0.1:{self.http}"\n'
            'without_policy = refuse\n'))).start()
        self.folder = self.enter_context(tempfile.TemporaryDirectory(
            prefix="lgsw", dir="/tmp"))
        self.fields = dict(self.ports, folder=self.folder,
                           backend=server.server_address[1])
        self.process = None
        self.init = Init(self.gate.folder, logongated=self.restart_gate,
                         haproxy=self.reload_haproxy)
        self.callback(self.init.close)
        self.setup = Setup(self.gate, self.folder, self.init)
        getattr(self, door)()
        self.callback(lambda: programs.end(self.process))
        for port in self.ports.values():
            wait_for(door, lambda port=port: programs.answers(port))

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.format(**self.fields))
        return path

    def nginx(self):
        os.mkdir(os.path.join(self.folder, "conf.d"))
        # As in Debian: what is enabled is a link.
        self.own = self.write("available/mail", MAIL_SITE)
        os.mkdir(os.path.join(self.folder, "sites"))
        os.symlink("../available/mail",
                   os.path.join(self.folder, "sites/mail"))
        self.write("sites/shop", SHOP_SITE)
        self.process = subprocess.Popen([
            programs.program("nginx"), "-c", self.write("nginx.conf", NGINX),
            "-e", os.path.join(self.folder, "log")])

    def haproxy(self):
        self.own = self.write("haproxy.cfg", HAPROXY)
        self.process = subprocess.Popen([programs.program("haproxy"), "-q",
                                         "-W", "-f", self.own])

    def reload_haproxy(self):
        self.process.send_signal(signal.SIGUSR2)

    def restart_gate(self):
        self.gate.stop()
        self.gate.start()

    def run(self, *words, code=0):
        return self.setup.run(self.door, "--listen",
                              f"127.0.0.1:{self.spop}", *words, code=code)

    def files(self):
        files = {path: what for path, what in tree(self.folder).items()
                 if os.path.basename(path) not in ("pid", "log")}
        files.update(tree(self.gate.path("setup")))
        files[self.gate.config] = facts(self.gate.config)
        return files

    def ask(self, user=None, site="mail"):
        """The status and body of a request with a name."""
        link = http.client.HTTPConnection("127.0.0.1", self.ports[site],
                                          timeout=20)
        token = base64.b64encode(f"{user}:pw".encode()).decode()
        with contextlib.closing(link):
            link.request("GET", "/owa/", headers={
                "Authorization": "Basic " + token} if user else {})
            answer = link.getresponse()
            return answer.status, answer.read().decode()

    def turned_away(self, user, words):
        """With these words, once processes of before a reload are gone."""
        def is_so():
            status, text = self.ask(user)
            return status in (403, 503) and words in text
        wait_for("the refusal", is_so)

    def kept(self, user=None):
        """As without a gate, once processes of before a reload are gone."""
        wait_for("the server behind", lambda: self.ask(user) == KEPT)


def whole_way(site):
    """shown, made, proved, locked, a second time, undone"""
    before = site.files()
    said = site.run(code=5)
    assert "mail" in said and "shop" in said and "--site" in said, said
    named = ("--site", {"nginx": "mail.example.org"}.get(site.door, "mail"))
    assert "no such" not in site.run(*named, "--dry-run")
    assert site.files() == before
    said = site.run(*named, "--variant", "basic-checked-by-backend")
    assert "asks the gate; proved" in said, said
    if site.door == "nginx":
        has_njs = glob.glob("/usr/lib/nginx/modules/*http_js*")
        assert "(/mapi) are judged as web here. Lost by it:" in said, said
        assert (") is installed here" if has_njs else
                ") is not installed here") in said, said
    files = site.files()
    assert site.ask("bob") == KEPT, site.ask("bob")
    site.gate.apply(listing("alice", **{
        "Logon Only As Users": ["alice"],
        "Refusal Message": "Later, please"}))
    assert site.ask("alice") == KEPT
    site.turned_away("bob", "Later, please")
    assert site.ask("bob", "shop")[0] == 200
    site.gate.ask("lift")
    assert "nothing was changed" in site.run()
    assert site.files() == files
    site.run("--undo")
    assert site.files() == before
    site.kept("bob")


def nobody_is_named(site):
    """without a word about names nobody has one, and that is said"""
    named = ("--site", {"nginx": "mail.example.org"}.get(site.door, "mail"))
    said = site.run(*named)
    assert "lets nobody in" in said, said
    site.gate.apply(listing("alice", **{"Logon Only As Users": ["alice"]}))
    site.turned_away("alice", "")
    site.gate.ask("lift")
    site.kept()
    if site.door == "nginx":
        site.run("--undo")
        return
    # One that somebody stopped is not started, and not needed.
    site.init.stopped = {"haproxy"}
    site.init.asked.clear()
    site.run("--undo")
    assert ["reload", "haproxy"] not in site.init.asked, site.init.asked
    before = site.files()
    said = site.run(*named, code=6)
    assert "is not running" in said and site.files() == before, said
    site.init.stopped.clear()
    site.reload_haproxy()


def put_back(site):
    """what the server does not take, and what asks nobody, is put back"""
    named = ("--site", {"nginx": "mail.example.org"}.get(site.door, "mail"))
    name, line = {"nginx": ("nginx/logongate-ask.conf", "auth_request /_log"),
                  "haproxy": ("haproxy/logongate.cfg",
                              "http-request send-spoe-group logongate "
                              "logongate-head")}[site.door]
    path = os.path.join(site.setup.datadir, name)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    before = site.files()
    for change, code in ((text + "\n\tno_such_word here;\n", 3),
                         (text.replace(line, "#" + line), 6)):
        with open(path, "w", encoding="utf-8") as file:
            file.write(change)
        said = site.run(*named, code=code)
        assert "as it was" in said, said
        assert site.files() == before
        site.kept("bob")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    said = site.run("--site", "no-such", code=3)
    assert "no-such" in said, said


if __name__ == "__main__":
    programs.require(sys.argv[1])
    with Site(sys.argv[1]) as shared:
        main([functools.update_wrapper(functools.partial(row, shared), row)
              for row in (whole_way, nobody_is_named, put_back)])
