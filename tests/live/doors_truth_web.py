#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""What `logongate doors` says of a real nginx and a real HAProxy beside what
becomes of somebody whom the lock keeps out, for the ways round a door that
configurations have."""
import base64
import http.client
import http.server
import json
import os
import subprocess
import threading

import nginx_server
import programs
from running_gate import BIN, Gate, listeners, listing, main

programs.require("nginx", "haproxy")
PASSWORD = "b-pw"

NGINX = nginx_server.template("""
	upstream gate {{ server unix:{socket}; }}
	upstream app {{ server 127.0.0.1:{backend}; }}
	server {{
		listen 127.0.0.1:{port};
		location = /_gate {{
			internal;
			proxy_pass http://gate/v1/check;
			proxy_pass_request_body off;
			proxy_set_header Content-Length "";
			proxy_set_header X-Gate-User $remote_user;
			proxy_set_header X-Gate-Protocol web;
		}}
		{rules}
	}}
""")
ASK = "auth_request /_gate; "
PASS = "proxy_pass http://app; "
APP = "location @app { " + PASS + "}"


class Backend(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *args):
        pass


class Scene:
    """A lock that keeps bob out, and the server that he wants to reach."""

    def __init__(self):
        self.gate = Gate(listen=listeners("http", "spop", mode="0666"))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                      Backend)
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def __enter__(self):
        self.gate.start()
        # Servers give their rights away and must still reach the gate.
        for folder in (self.gate.folder, self.gate.run):
            os.chmod(folder, 0o755)
        self.gate.apply(listing("alice", **{"Logon Only As Users": ["alice"]}))
        return self

    def __exit__(self, kind, value, trace):
        self.server.shutdown()
        self.server.server_close()
        self.gate.__exit__(kind, value, trace)

    def doors(self, port, *options):
        done = subprocess.run(
            [os.path.join(BIN, "logongate"), "--config", self.gate.config,
             "doors", "--json", *options], capture_output=True, text=True,
            timeout=120)
        assert "Sanitizer" not in done.stderr, done.stderr
        assert done.returncode == 0, done
        found = [way for way in json.loads(done.stdout)["doors"]
                 if way["door"] in ("nginx", "haproxy")
                 and str(port) in way["way"]]
        assert len(found) == 1, (port, done.stdout)
        return found[0]

    def gets_in(self, port, path="/", method="GET", body=None, **headers):
        name = base64.b64encode(f"bob:{PASSWORD}".encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", port, 20)
        # In one piece: nginx may refuse a request (413) whose body has not come
        # yet, and pass on that there is one, which it has thrown away.
        pieces = []
        connection.send = pieces.append
        connection.request(method, path, body, {
            "Authorization": "Basic " + name, **headers})
        del connection.send
        connection.send(b"".join(pieces))
        status = connection.getresponse().status
        connection.close()
        return status == 200


def with_nginx(scene, rules, check):
    port = programs.free_port()
    folder = os.path.join(scene.gate.folder, f"nginx-{port}")
    os.makedirs(folder)
    config = os.path.join(folder, "nginx.conf")
    with open(os.path.join(folder, "users"), "w") as file:
        file.write(f"bob:{{PLAIN}}{PASSWORD}\n")
    with open(config, "w") as file:
        file.write(NGINX.format(
            folder=folder,
            socket=os.path.join(scene.gate.run, "http.sock"), port=port,
            backend=scene.server.server_port,
            rules=rules.replace("USERS", os.path.join(folder, "users"))))
    process = subprocess.Popen([programs.program("nginx"), "-c", config],
                               stderr=subprocess.DEVNULL)
    try:
        programs.wait_for("nginx", lambda: programs.answers(port))
        check(port, config)
    finally:
        programs.end(process)


def nginx():
    """satisfy any, if, try_files, error_page: each as it is"""
    rows = (
        ("location / { " + ASK + PASS + "}", "yes", False, {}),
        ("location / { satisfy any; auth_basic m; auth_basic_user_file USERS;"
         + ASK + PASS + "}", "no", True, {}),
        ("location / { satisfy all; auth_basic m; auth_basic_user_file USERS;"
         + ASK + PASS + "}", "yes", False, {}),
        ("location / { " + ASK + PASS + "} location /x { if ($arg_a) { " + PASS
         + "} }", "partly", True, {"path": "/x?a=1"}),
        ("location / { " + ASK + PASS + "if ($arg_a) { " + PASS + "} }",
         "yes", False, {"path": "/?a=1"}),
        ("location / { " + ASK + PASS + "} location /x { limit_except GET { "
         + PASS + "} }", "partly", True, {"path": "/x", "method": "POST"}),
        ("location / { " + ASK + "try_files /none @app; }" + APP, "yes",
         False, {}),
        ("location / { " + ASK + PASS + "} location /x { try_files /none @app;"
         " }" + APP, "partly", True, {"path": "/x"}),
        ("location / { " + ASK + "error_page 403 = @app; " + PASS + "}" + APP,
         "no", True, {}),
        ("location / { " + ASK + "error_page 418 = @app; if ($http_x_any) { "
         "return 418; } " + PASS + "}" + APP, "partly", True, {"X-Any": "1"}),
        ("location / { " + ASK + "client_max_body_size 1; "
         "error_page 413 = @app; " + PASS + "}" + APP, "partly", True,
         {"method": "POST", "body": b"abc"}),
    )
    with Scene() as scene:
        for rules, asks, inside, request in rows:
            def check(port, config):
                said = scene.doors(port, "--nginx", config)
                came = scene.gets_in(port, **request)
                assert (said["asks"], came) == (asks, inside), (
                    rules, said, came)

            with_nginx(scene, rules, check)


SPOE = """[gate]
spoe-agent gate
	{sends}
	option var-prefix lg
	option set-on-error error
	timeout hello 2s
	timeout idle 2m
	timeout processing 5s
	use-backend spoe
spoe-message head
	args src=src method=method path=path user=http_auth_user proto=str(web)
	{event}
spoe-group all
	messages head
"""
FRONT = """
frontend mail{of}
	bind 127.0.0.1:{port}
{rules}
	default_backend app
"""
REST = """
backend app{of}
	server a 127.0.0.1:{backend}
backend spoe{of}
	mode tcp
	server s unix@{socket}
"""
DEFAULTS = """
defaults{name}
	mode {mode}
	timeout connect 5s
	timeout client 1m
	timeout server 1m
"""
FILTER = "	filter spoe engine gate config {spoe}\n"
SEND = "	http-request send-spoe-group gate all\n"
DENY = ("	http-request deny deny_status 503 unless "
        "{{ var(txn.lg.action) -m str admit }}\n")


def haproxy():
    """events, answers that nobody hears, named defaults; several -f and a
    folder as the running process has them"""
    rows = (
        ("groups all", "", FILTER + SEND + DENY, "http", "yes", False),
        ("messages head", "event on-frontend-http-request", FILTER + DENY,
         "http", "yes", False),
        ("groups all", "", FILTER + SEND, "http", "no", True),
        ("groups all", "", FILTER + SEND.rstrip() + " if {{ path /x }}\n"
         "	http-request deny if {{ var(txn.lg.action) -m str render }}\n",
         "http", "partly", True),
        ("groups all", "", "	http-request allow if {{ method GET }}\n"
         + FILTER + SEND + DENY, "http", "partly", True),
        # The last defaults are of mode tcp, the frontend's own are not.
        ("groups all", "", "", "tcp", "no", True),
    )
    with Scene() as scene:
        for sends, event, rules, last, asks, inside in rows:
            port = programs.free_port()
            folder = os.path.join(scene.gate.folder, f"haproxy-{port}")
            os.makedirs(os.path.join(folder, "conf.d"))
            of = "" if last == "http" else " from web"

            def write(file_name, text, **more):
                path = os.path.join(folder, file_name)
                with open(path, "w") as file:
                    file.write(text.format(
                        of=of, port=port, backend=scene.server.server_port,
                        socket=os.path.join(scene.gate.run, "spop.sock"),
                        **more))
                return path

            spoe = write("spoe.cfg", SPOE, sends=sends, event=event)
            first = write("first.cfg", DEFAULTS, mode="http",
                          name="" if last == "http" else " web")
            if last != "http":
                write("conf.d/05.cfg", DEFAULTS, mode=last, name=" others")
            write("conf.d/10.cfg", FRONT.replace(
                "{rules}", rules.replace("{spoe}", spoe)))
            write("conf.d/20.cfg", REST)
            process = subprocess.Popen(
                [programs.program("haproxy"), "-q", "-f", first, "-f",
                 os.path.join(folder, "conf.d")], stderr=subprocess.DEVNULL)
            try:
                programs.wait_for("HAProxy", lambda: programs.answers(port))
                said = scene.doors(port)
                came = scene.gets_in(port)
                assert (said["asks"], came) == (asks, inside), (
                    rules, said, came)
            finally:
                programs.end(process)


if __name__ == "__main__":
    main([nginx, haproxy])
