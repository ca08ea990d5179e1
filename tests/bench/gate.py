# SPDX-License-Identifier: ISC
"""Decisions a second of a running gate through its unix sockets, with a short
and a long list of accounts, beside nginx "return 204" and HAProxy with an ACL
file of the same accounts, all with one core; and how long a decision takes at
half of that load. rig.py says how; JSON lines, and a table on standard error.

usage: gate.py CLIENT LOGONGATED [SECONDS [ROUNDS [SHORT LONG]]]"""
import os

import rig

SHORT, LONG = rig.ACCOUNTS or (1000, 100000)
DOORS = ("http", "postfix", "dict", "spop")
KINDS = (("http", "check"), ("http", "http"), ("http", "http-refuse"),
         ("postfix", "postfix"), ("dict", "dict"), ("spop", "spop"))


def start_nginx(servers):
    path = os.path.join(servers.folder, "nginx.sock")
    pid = servers.nginx(f"server {{ listen unix:{path}; return 204; }}",
                        lambda: os.path.exists(path))
    return pid, path


def start_acls(servers):
    """One HAProxy with a front end for each list."""
    paths, fronts = {}, ""
    for accounts in (SHORT, LONG):
        paths[accounts] = os.path.join(servers.folder, f"acl{accounts}.sock")
        listed = rig.write(servers.folder, f"users{accounts}",
                           "\n".join(rig.users(accounts)) + "\n")
        fronts += f"""
frontend acl{accounts}
	bind unix@{paths[accounts]}
	http-request deny unless {{ req.hdr(X-Gate-User) -f {listed} }}
	http-request return status 200
"""
    pid = servers.haproxy(fronts, lambda: os.path.exists(paths[LONG]))
    return pid, paths


def show(full, half):
    rates = {case[:3] + case[-2:]: result["per_second"]
             for case, result in full.items()}
    table = rig.Table(
        ("server", 7, None), ("kind", 11, None), ("conn", 4, 0),
        ("depth", 5, 0), ("per s", 8, 0), ("cpu us", 6, 2),
        ("per core s", 10, 0), (f"{LONG}/{SHORT}", 11, 2), ("/nginx", 6, 2),
        ("/ACL", 6, 2), *rig.HALF_COLUMNS)
    for case, result in full.items():
        if case.accounts == SHORT:
            continue
        shape = case[-2:]
        others = (rates.get((case.server, SHORT, case.kind, *shape)),
                  rates["nginx", 1, "get", *shape],
                  rates["haproxy", LONG, "get", *shape])
        table.row(case.server, case.kind, *shape, result["per_second"],
                  result["cpu_us"], rig.ratio(1e6, result["cpu_us"]),
                  *(rig.ratio(result["per_second"], other)
                    for other in others),
                  *rig.half_cells(half.get(case)))


def main():
    with rig.Rig() as servers:
        nginx, nginx_path = start_nginx(servers)
        haproxy, acl_paths = start_acls(servers)
        gates = {accounts: servers.gate(accounts, DOORS)
                 for accounts in (SHORT, LONG)}
        cases = []
        for shape in rig.SHAPES:
            cases += [rig.Case("gate", accounts, kind, gate.process.pid,
                               os.path.join(gate.run, f"{door}.sock"), *shape)
                      for door, kind in KINDS
                      for accounts, gate in gates.items()]
            cases += [rig.Case("haproxy", accounts, "get", haproxy, path,
                               *shape)
                      for accounts, path in acl_paths.items()]
            cases.append(rig.Case("nginx", 1, "get", nginx, nginx_path,
                                  *shape))
        show(*rig.measure(cases, [case for case in cases
                                  if case.accounts != SHORT]))


main()
