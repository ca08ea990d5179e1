# SPDX-License-Identifier: ISC
"""What asking the gate costs a proxy: HAProxy and nginx that answer by
themselves, HAProxy with an ACL file of the same accounts, and both with the
gate, over TCP; on two cores the proxy shares its own with the gate. rig.py says
how; JSON lines, and a table on standard error.

usage: fronts.py CLIENT LOGONGATED [SECONDS [ROUNDS [ACCOUNTS]]]"""
import os

import rig
import dovecot_fixture  # noqa: E402  (rig knows the way to it)

ACCOUNTS = rig.ACCOUNTS[0] if rig.ACCOUNTS else 100000

HAPROXY = """
frontend plain
	bind 127.0.0.1:{haproxy}
	http-request return status 200
frontend acl
	bind 127.0.0.1:{haproxy_acl}
	http-request deny unless {{ req.hdr(X-Gate-User) -f {users} }}
	http-request return status 200
frontend gate
	bind 127.0.0.1:{haproxy_gate}
	filter spoe engine gate config {spoe}
	http-request send-spoe-group gate ask
	http-request deny unless {{ var(txn.gate.action) -m str admit }}
	http-request return status 200
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
	args user=req.hdr(X-Gate-User) proto=str(web)
spoe-group ask
	messages check
"""
NGINX = """
upstream gate {{ server unix:{run}/http.sock; keepalive 64;
	keepalive_requests 100000000; }}
server {{ listen 127.0.0.1:{nginx};
	location / {{ root {www}; }} }}
server {{ listen 127.0.0.1:{nginx_gate};
	location = /_gate {{ internal;
		proxy_pass http://gate/v1/check; proxy_http_version 1.1;
		proxy_set_header Connection "";
		proxy_pass_request_body off;
		proxy_set_header Content-Length "";
		proxy_set_header X-Gate-Protocol web;
		proxy_set_header X-Gate-User $http_x_gate_user; }}
	location / {{ auth_request /_gate; root {www}; }} }}
"""
FRONTS = ("haproxy", "haproxy_acl", "haproxy_gate", "nginx", "nginx_gate")


def start(servers):
    """{front: (pid, port)} of both proxies."""
    gate = servers.gate(ACCOUNTS, ("http", "spop"), core=rig.BEHIND_CORE)
    www = os.path.join(servers.folder, "www")
    os.mkdir(www)
    rig.write(www, "index.html", "x")
    ports = {front: dovecot_fixture.free_port() for front in FRONTS}
    where = dict(
        ports, run=gate.run, www=www,
        users=rig.write(servers.folder, "users",
                        "\n".join(rig.users(ACCOUNTS)) + "\n"),
        spoe=rig.write(servers.folder, "spoe.cfg", SPOE))
    pids = {"haproxy": servers.haproxy(
                HAPROXY.format(**where),
                lambda: dovecot_fixture.answers(ports["haproxy_gate"])),
            "nginx": servers.nginx(
                NGINX.format(**where),
                lambda: dovecot_fixture.answers(ports["nginx_gate"]))}
    return {front: (pids[front.split("_")[0]], port)
            for front, port in ports.items()}


def show(full, half):
    table = rig.Table(("front", 12, None), ("conn", 4, 0), ("per s", 8, 0),
                      ("cpu us", 6, 2), ("added us", 8, 2),
                      ("of plain", 8, 2), *rig.HALF_COLUMNS)
    plain = {(case.server, case.connections): result
             for case, result in full.items()}
    for case, result in full.items():
        own = plain[case.server.split("_")[0], case.connections]
        table.row(case.server, case.connections, result["per_second"],
                  result["cpu_us"], result["cpu_us"] - own["cpu_us"],
                  rig.ratio(result["per_second"], own["per_second"]),
                  *rig.half_cells(half.get(case)))


def main():
    with rig.Rig() as servers:
        fronts = start(servers)
        cases = [rig.Case(front, ACCOUNTS, "get", pid, str(port),
                          connections, 1)
                 for connections in (1, 32)
                 for front, (pid, port) in fronts.items()]
        show(*rig.measure(cases, cases))


main()
