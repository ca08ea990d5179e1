# SPDX-License-Identifier: ISC
"""Decisions a second of a running gate through its unix sockets, beside nginx
"return 204" on the same machine, interleaved, best of ROUNDS; JSON lines and
a table.

usage: gate.py BENCH-PROGRAM LOGONGATED [SECONDS [ROUNDS]]"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../live"))
PROGRAM, GATE = sys.argv[1:3]
os.environ["LOGONGATE_BIN_DIR"] = os.path.dirname(os.path.abspath(GATE))
from running_gate import Gate, listing  # noqa: E402

SECONDS = sys.argv[3] if len(sys.argv) > 3 else "2"
ROUNDS = int(sys.argv[4]) if len(sys.argv) > 4 else 3
USERS = 1000


def cpu_s(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(name, pid, socket, kind, connections, depth):
    before = cpu_s(pid)
    done = subprocess.run([PROGRAM, socket, kind, str(connections),
                           str(depth), SECONDS, str(USERS)],
                          capture_output=True, text=True, check=True)
    result = json.loads(done.stdout)
    result["server"] = name
    result["cpu_us"] = round((cpu_s(pid) - before) * 1e6 / max(
        1, result["per_second"] * float(SECONDS)), 2)
    return result


def start_nginx(folder):
    if not shutil.which("nginx"):
        return None, None
    path = os.path.join(folder, "nginx.sock")
    config = os.path.join(folder, "nginx.conf")
    with open(config, "w") as file:
        file.write(f"daemon off; worker_processes 1; pid {folder}/pid;\n"
                   f"error_log {folder}/error.log;\nmaster_process off;\n"
                   "events { worker_connections 1024; }\n"
                   "http { access_log off; keepalive_requests 100000000;\n"
                   f"server {{ listen unix:{path}; return 204; }} }}\n")
    process = subprocess.Popen(["nginx", "-c", config, "-e",
                                f"{folder}/error.log"],
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    for _ in range(100):
        if os.path.exists(path):
            return process, path
        time.sleep(0.05)
    process.kill()
    return None, None


def main():
    folder = tempfile.mkdtemp(prefix="logongate-bench-")
    listen = "".join(
        f'[listen.{name}]\naddress = "unix:{name}.sock"\n'
        "without_policy = refuse\n" for name in ("http", "postfix", "dict", "spop"))
    nginx, nginx_sock = start_nginx(folder)
    best = {}
    try:
        with Gate(listen=listen).start() as gate:
            gate.apply(listing("alice", **{
                "Logon Only As Users": [f"user{i}" for i in range(USERS)]}))
            pid = gate.process.pid
            cases = [("gate", pid, gate.run + f"/{sock}.sock", kind, c, d)
                     for sock, kind in (("http", "check"), ("http", "http"),
                                        ("http", "http-refuse"),
                                        ("postfix", "postfix"),
                                        ("dict", "dict"), ("spop", "spop"))
                     for c, d in ((1, 1), (32, 1), (8, 16))]
            if nginx:
                cases += [("nginx", nginx.pid, nginx_sock, "get", c, d)
                          for c, d in ((1, 1), (32, 1), (8, 16))]
            for _ in range(ROUNDS):
                for case in cases:
                    result = measure(*case)
                    key = (case[0],) + case[3:]
                    if key not in best or best[key]["per_second"] < \
                            result["per_second"]:
                        best[key] = result
    finally:
        if nginx:
            nginx.terminate()
            nginx.wait()
        shutil.rmtree(folder, ignore_errors=True)
    for result in best.values():
        print(json.dumps(result))
    print(f"\n{'server':6} {'kind':12} {'conn':>4} {'depth':>5} "
          f"{'per s':>9} {'p50 us':>8} {'p99 us':>8} {'cpu us':>7} "
          f"{'/nginx':>7}")
    for key, r in best.items():
        other = best.get(("nginx", "get", r["connections"], r["depth"]))
        ratio = f"{r['per_second'] / other['per_second']:7.2f}" \
            if other else "      -"
        print(f"{key[0]:6} {key[1]:12} {r['connections']:4} {r['depth']:5} "
              f"{r['per_second']:9.0f} {r['p50_us']:8.1f} "
              f"{r['p99_us']:8.1f} {r['cpu_us']:7.2f} {ratio}")


main()
