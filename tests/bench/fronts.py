# SPDX-License-Identifier: ISC
"""What asking the gate costs a proxy: HAProxy and nginx that answer by
themselves, HAProxy with an ACL file of the same accounts, and both with the
gate, on the same machine, interleaved, best of ROUNDS; wrk makes the load.

usage: fronts.py LOGONGATED [SECONDS [ROUNDS [ACCOUNTS]]]"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../live"))
os.environ["LOGONGATE_BIN_DIR"] = os.path.dirname(os.path.abspath(sys.argv[1]))
import dovecot_fixture  # noqa: E402
from running_gate import Gate, listing  # noqa: E402

SECONDS = sys.argv[2] if len(sys.argv) > 2 else "2"
ROUNDS = int(sys.argv[3]) if len(sys.argv) > 3 else 3
ACCOUNTS = int(sys.argv[4]) if len(sys.argv) > 4 else 100000

HAPROXY = """
global
	nbthread 1
	maxconn 4000
defaults
	mode http
	timeout connect 5s
	timeout client 60s
	timeout server 60s
frontend plain
	bind 127.0.0.1:{plain}
	http-request return status 204
frontend acl
	bind 127.0.0.1:{acl}
	http-request deny unless {{ req.hdr(X-User) -f {folder}/users }}
	http-request return status 204
frontend gate
	bind 127.0.0.1:{gate}
	filter spoe engine gate config {folder}/spoe.cfg
	http-request send-spoe-group gate ask
	http-request deny unless {{ var(txn.gate.action) -m str admit }}
	http-request return status 204
backend spoe
	mode tcp
	server s1 unix@{run}/spop.sock
"""
SPOE = """[gate]
spoe-agent gate-agent
	groups ask
	option var-prefix gate
	timeout hello 500ms
	timeout idle 30s
	timeout processing 500ms
	use-backend spoe
	register-var-names action
spoe-message check
	args user=req.hdr(X-User) proto=str(web)
spoe-group ask
	messages check
"""
NGINX = """daemon off; worker_processes 1; pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
	access_log off; keepalive_requests 100000000;
	client_body_temp_path {folder}; proxy_temp_path {folder};
	fastcgi_temp_path {folder}; uwsgi_temp_path {folder};
	scgi_temp_path {folder};
	upstream gate {{ server unix:{run}/http.sock; keepalive 64;
		keepalive_requests 100000000; }}
	server {{ listen 127.0.0.1:{nginx_plain};
		location / {{ root {folder}/www; }} }}
	server {{ listen 127.0.0.1:{nginx_gate};
		location = /_gate {{ internal;
			proxy_pass http://gate/v1/check; proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_pass_request_body off;
			proxy_set_header Content-Length "";
			proxy_set_header X-Gate-Protocol web;
			proxy_set_header X-Gate-User $http_x_user; }}
		location / {{ auth_request /_gate; root {folder}/www; }} }}
}}
"""


def cpu_s(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
        return [pid] + [int(one) for one in file.read().split()]


def measure(name, pid, port):
    pids = children(pid)
    before = cpu_s(pids)
    done = subprocess.run(
        ["wrk", "-t1", "-c32", f"-d{SECONDS}s", "-H", "X-User: user77",
         f"http://127.0.0.1:{port}/"], capture_output=True, text=True,
        check=True)
    if "Non-2xx" in done.stdout:
        raise SystemExit(f"{name}: refused\n{done.stdout}")
    count = int(re.search(r"(\d+) requests in", done.stdout).group(1))
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1))
    return {"front": name, "per_second": round(rate),
            "cpu_us": round((cpu_s(pids) - before) * 1e6 / count, 2)}


def write(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)
    return os.path.join(folder, name)


def main():
    dovecot_fixture.require("haproxy", "nginx", "wrk")
    folder = tempfile.mkdtemp(prefix="logongate-fronts-")
    os.chmod(folder, 0o755)
    users = [f"user{i}" for i in range(ACCOUNTS)]
    write(folder, "users", "\n".join(users) + "\n")
    os.mkdir(os.path.join(folder, "www"))
    write(os.path.join(folder, "www"), "index.html", "x")
    listen = "".join(
        f'[listen.{name}]\naddress = "unix:{name}.sock"\nmode = 0666\n'
        "without_policy = refuse\n" for name in ("http", "spop"))
    ports = {name: dovecot_fixture.free_port() for name in
             ("plain", "acl", "gate", "nginx_plain", "nginx_gate")}
    processes = []
    best = {}
    try:
        with Gate(listen=listen).start() as gate:
            gate.apply(listing("alice", **{"Logon Only As Users": users}))
            os.chmod(gate.run, 0o755)
            where = dict(ports, folder=folder, run=gate.run)
            write(folder, "spoe.cfg", SPOE)
            haproxy = subprocess.Popen(
                [dovecot_fixture.program("haproxy"), "-q", "-f",
                 write(folder, "haproxy.cfg", HAPROXY.format(**where))])
            nginx = subprocess.Popen(
                [dovecot_fixture.program("nginx"), "-c",
                 write(folder, "nginx.conf", NGINX.format(**where)), "-e",
                 os.path.join(folder, "error.log")])
            processes += [haproxy, nginx]
            for port in ports.values():
                dovecot_fixture.wait_for(
                    "a front", lambda port=port:
                    dovecot_fixture.answers(port))
            time.sleep(0.5)
            cases = (("haproxy", haproxy, "plain"),
                     ("haproxy, ACL file", haproxy, "acl"),
                     ("haproxy, gate", haproxy, "gate"),
                     ("nginx", nginx, "nginx_plain"),
                     ("nginx, gate", nginx, "nginx_gate"))
            for _ in range(ROUNDS):
                for name, process, port in cases:
                    result = measure(name, process.pid, ports[port])
                    if name not in best or best[name]["per_second"] < \
                            result["per_second"]:
                        best[name] = result
    finally:
        for process in processes:
            process.terminate()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)
    for result in best.values():
        print(json.dumps(result))
    print(f"\n{'front':20} {'per s':>9} {'cpu us':>7} {'of plain':>8}")
    for name, result in best.items():
        plain = best[name.split(",")[0]]
        print(f"{name:20} {result['per_second']:9} {result['cpu_us']:7.2f} "
              f"{result['per_second'] / plain['per_second']:8.2f}")


main()
