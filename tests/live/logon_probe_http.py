#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Test accounts log on over https after an apply: a real nginx with the
drop-in of src/packaging/nginx asks a real gate, or does not."""
import base64
import glob
import json
import os
import ssl
import subprocess
import urllib.error
import urllib.request

import nginx_server
import programs
from gate_remote import Certificates
from running_gate import BIN, DN, Gate, main

SOURCE = os.environ.get("LOGONGATE_SOURCE_DIR") or os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "../..")
DROP_IN = os.path.join(SOURCE, "src/packaging/nginx")
PASSWORD = {"alice": "alice-pw", "bob": "bob-pw"}

CONFIG = nginx_server.template("""
	include logongate.conf;
	server {{
		listen 127.0.0.1:{port} ssl;
		ssl_certificate {cert};
		ssl_certificate_key {key};
		include logongate-server.conf;
		set $logongate_identity basic-checked-by-backend;
		auth_basic "mail";
		auth_basic_user_file {folder}/users;
		location /asks/ {{
			include logongate-ask.conf;
			alias {folder}/www/;
		}}
		location /behind/ {{
			auth_basic off;
			include logongate-ask.conf;
			proxy_pass http://127.0.0.1:{backend};
		}}
		location /open/ {{
			alias {folder}/www/;
		}}
		location /moved/ {{
			auth_basic off;
			return 302 /asks/;
		}}
	}}
	server {{
		listen 127.0.0.1:{backend};
		auth_basic "mail";
		auth_basic_user_file {folder}/users;
		root {folder}/www;
		location / {{
			try_files /index.html =404;
		}}
	}}
""")


class Scene:
    """A gate, an nginx before it with a certificate of a CA of its own."""

    def __init__(self):
        self.certificates = Certificates()
        self.gate = Gate()
        self.nginx = None
        self.port = programs.free_port()
        self.folder = os.path.join(self.gate.folder, "nginx")

    def __enter__(self):
        self.gate.start()
        os.makedirs(os.path.join(self.folder, "www"))
        self.write("nginx/www/index.html", "mail\n")
        self.write("nginx/users", "".join(
            f"{name}:{{PLAIN}}{password}\n"
            for name, password in PASSWORD.items()))
        for path in glob.glob(os.path.join(DROP_IN, "*.conf")):
            with open(path, encoding="utf-8") as file:
                self.write("nginx/" + os.path.basename(path),
                           file.read().replace("/run/logongate",
                                               self.gate.run))
        config = self.write("nginx/nginx.conf", CONFIG.format(
            folder=self.folder, port=self.port,
            backend=programs.free_port(),
            cert=self.certificates.cert("gate"),
            key=self.certificates.key("gate")))
        self.nginx = nginx_server.start(self.folder, config)
        programs.wait_for("nginx",
                              lambda: programs.answers(self.port))
        self.write("up.ini", '[profile]\nmax_duration = "8h"\n'
                   '[logon_only_as]\nwhen_invalid = closed\n'
                   f'allow.1 = "{DN}alice"\n')
        return self

    def __exit__(self, kind, value, trace):
        programs.end(self.nginx)
        self.gate.__exit__(kind, value, trace)
        self.certificates.close()

    def write(self, name, text, mode=0o644):
        path = os.path.join(self.gate.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def url(self, place, host="localhost", scheme="https"):
        return f"{scheme}://{host}:{self.port}/{place}/"

    def account(self, name, expect, url, ca=True, password=None, mode=0o600):
        text = (f"url = {url}\nusername = {name}\n"
                f"password = {password or PASSWORD[name]}\n"
                f"expect = {expect}\n")
        if ca:
            text += f"ca_file = {self.certificates.cert('ca')}\n"
        return self.write(f"{name}.{expect}", text, mode)

    def apply(self, code, *probes, words=()):
        gate = self.gate
        gate.write_config(f'''[gate]
state_dir = "{gate.state}"
run_dir = "{gate.run}"
[directory]
uri = "ldif:{gate.ldif}"
base = "dc=example,dc=org"
[listen.http]
address = "unix:http.sock"
without_policy = refuse
[target.here]
backend = gate
probe = "{', '.join(probes)}"
''')
        done = subprocess.run(
            [os.path.join(BIN, "logongate"), "--config", gate.config, "apply",
             os.path.join(gate.folder, "up.ini"), "--for", "1h",
             "--accept-warnings", "--target", "here", *words],
            capture_output=True, text=True, timeout=90, check=False)
        assert "Sanitizer" not in done.stderr, done.stderr
        assert done.returncode == code, (done.returncode, done.stderr)
        assert gate.status()["active"] == (code == 0)
        return done.stderr if code else done.stdout

    def lift(self):
        subprocess.run([os.path.join(BIN, "logongate"), "--config",
                        self.gate.config, "lift"], check=True, timeout=60)

    def get(self, name, place):
        """What a browser gets."""
        basic = base64.b64encode(f"{name}:{PASSWORD[name]}".encode()).decode()
        request = urllib.request.Request(
            self.url(place), headers={"Authorization": "Basic " + basic})
        context = ssl.create_default_context(
            cafile=self.certificates.cert("ca"))
        try:
            return urllib.request.urlopen(request, timeout=20,
                                          context=context).status
        except urllib.error.HTTPError as error:
            return error.code


def keeps():
    """a door that asks the gate keeps the lock, whether nginx asks for the
    password or the server behind it: listed 200, unlisted 503"""
    with Scene() as scene:
        for place in "asks", "behind":
            url = scene.url(place)
            done = json.loads(scene.apply(
                0, scene.account("alice", "admit", url),
                scene.account("bob", "refuse", url), words=("--json",)))
            [target] = done["targets"]
            assert target["untested"] is None, target
            assert target["in_force_by"], target
            assert scene.get("alice", place) == 200
            assert scene.get("bob", place) == 503
            scene.lift()
            assert scene.get("bob", place) == 200


def undoes():
    """a door that does not ask the gate, or that keeps a listed account out,
    undoes the lock"""
    with Scene() as scene:
        said = scene.apply(6, scene.account("bob", "refuse",
                                            scene.url("open")))
        assert "bob gets in and should not" in said, said
        assert scene.get("bob", "asks") == 200
        said = scene.apply(6, scene.account("bob", "admit", scene.url("asks")))
        assert "bob should get in and does not (503)" in said, said
        said = scene.apply(6, scene.account("alice", "admit",
                                            scene.url("asks"),
                                            password="wrong"))
        assert "its password is not accepted" in said, said


def before():
    """what cannot test a lock is found before anything is written: a wrong
    password, a redirection, a certificate nobody vouches for or of another
    host, a server that is down"""
    with Scene() as scene:
        asks = scene.url("asks")
        said = scene.apply(6, scene.account("bob", "refuse", asks,
                                            password="wrong"))
        assert "does not get in" in said and "without the lock" in said, said
        said = scene.apply(6, scene.account("bob", "refuse",
                                            scene.url("moved")))
        assert "redirection (302)" in said, said
        said = scene.apply(6, scene.account("bob", "refuse",
                                            scene.url("open/nothing")))
        assert "404" in said, said
        said = scene.apply(6, scene.account("bob", "refuse", asks, ca=False))
        assert "could not be tried" in said and "ca_file" in said, said
        said = scene.apply(6, scene.account(
            "bob", "refuse", scene.url("asks", host="127.0.0.1")))
        assert "could not be tried" in said, said
        programs.end(scene.nginx)
        said = scene.apply(6, scene.account("bob", "refuse", asks))
        assert "could not be tried" in said, said
        assert scene.gate.ask("history")["history"] == []


def files():
    """a file that others can read, that lacks something or that would send a
    password in the clear is invalid, and nothing is written"""
    with Scene() as scene:
        asks = scene.url("asks")
        said = scene.apply(3, scene.account("bob", "refuse", asks, mode=0o644))
        assert "bob.refuse" in said and "others can read" in said, said
        said = scene.apply(3, scene.account("bob", "perhaps", asks))
        assert "neither admit nor refuse" in said, said
        said = scene.apply(3, scene.account(
            "bob", "refuse", scene.url("asks", scheme="http")))
        assert "in the clear" in said, said
        said = scene.apply(3, scene.account(
            "bob", "refuse", asks.replace("://", "://bob:secret@")))
        assert "names a user" in said and "secret@" not in said, said
        said = scene.apply(3, os.path.join(scene.gate.folder, "missing"))
        assert "missing" in said, said
        assert scene.gate.ask("history")["history"] == []


if __name__ == "__main__":
    programs.require("nginx")
    main([keeps, undoes, before, files])
