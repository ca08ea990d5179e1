# SPDX-License-Identifier: ISC
"""Verifying DNs: a real slapd beside one filter a name, and an export.

verify.py PROGRAM [USERS]: PROGRAM is the ask_directory of a release build.
Prints a table on stderr and one JSON object on stdout.
"""
import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "live", "testbed"))
import slapd    # noqa: E402

RUNS = 3


def listed(folder, users):
    """Every DN of the directory, but each tenth of one that is not there."""
    source, target = os.path.join(folder, "dns"), os.path.join(folder, "asked")
    with open(source, encoding="ascii") as lines, \
            open(target, "w", encoding="ascii") as out:
        for number, line in enumerate(lines):
            out.write(line if number % 10 else line.rstrip() + "-gone\n")
    assert sum(1 for _ in open(target, encoding="ascii")) == users
    return target


def best(command):
    """The run with the shortest first_s."""
    runs = [json.loads(subprocess.run(command, check=True,
                                      capture_output=True).stdout)
            for _ in range(RUNS)]
    return min(runs, key=lambda run: run["first_s"])


def ldapsearch(server, asked):
    """One filter a name, as an ordinary tool does it."""
    start = time.monotonic()
    with open(os.devnull, "w", encoding="ascii") as nowhere:
        subprocess.run(["ldapsearch", "-x", "-LLL", "-c", "-H", server.uri,
                        "-D", slapd.ADMIN, "-w", slapd.PASSWORD, "-b",
                        slapd.SUFFIX, "-f", asked, "(legacyExchangeDN=%s)",
                        "legacyExchangeDN"],
                       stdout=nowhere, check=True)
    return time.monotonic() - start


def measure(program, users, folder):
    ldif = os.path.join(folder, "users.ldif")
    with open(ldif, "w", encoding="utf-8") as out:
        subprocess.run(["awk", "-v", f"n={users}", "-v",
                        f"dnlist={folder}/dns", "-f",
                        os.path.join(slapd.HERE, "gen-users.awk")],
                       stdout=out, check=True)
    asked = listed(folder, users)
    password = os.path.join(folder, "password")
    with open(password, "w", encoding="ascii") as out:
        out.write(slapd.PASSWORD)
    os.chmod(password, 0o600)
    with open(ldif, encoding="utf-8") as text:
        server = slapd.Slapd(os.path.join(folder, "s"), text.read())
    bound = [slapd.SUFFIX, slapd.ADMIN, password, asked]
    try:
        result = {
            "users": users,
            "verify_tcp": best([program, server.uri, *bound]),
            "verify_socket": best([program, server.socket_uri, *bound]),
            "ask_tcp": best([program, server.uri, *bound, "ask"]),
            "one_filter_a_name_s": ldapsearch(server, asked),
        }
    finally:
        server.kill()
    result["export"] = best([program, "ldif:" + ldif, slapd.SUFFIX, "", "",
                             asked])
    result["export_bytes"] = os.path.getsize(ldif)
    result["times_faster"] = (result["one_filter_a_name_s"] /
                              result["verify_tcp"]["first_s"])
    return result


def main():
    program = sys.argv[1]
    users = int(sys.argv[2]) if len(sys.argv) > 2 else 100000
    with tempfile.TemporaryDirectory(prefix="lgb") as folder:
        os.mkdir(os.path.join(folder, "s"))
        result = measure(program, users, folder)
    rows = [
        ("verify over TCP", result["verify_tcp"]["first_s"]),
        ("verify over a UNIX socket", result["verify_socket"]["first_s"]),
        ("question of a lock, with shared names",
         result["ask_tcp"]["first_s"]),
        ("ldapsearch -f, one filter a name", result["one_filter_a_name_s"]),
        ("export read and asked", result["export"]["first_s"]),
        ("  of that, processor time", result["export"]["first_cpu_s"]),
        ("export asked again", result["export"]["again_s"]),
    ]
    print(f"{users} names, a tenth of them missing", file=sys.stderr)
    for name, seconds in rows:
        print(f"  {name:40} {seconds:8.2f} s", file=sys.stderr)
    print(f"  {'times faster than one filter a name':40} "
          f"{result['times_faster']:8.1f}", file=sys.stderr)
    print(json.dumps(result))


main()
