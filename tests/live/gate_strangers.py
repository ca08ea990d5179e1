#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""What a user without rights can do to a running gate on his machine."""
import json
import os
import shutil
import signal
import stat
import subprocess

from other_users import (ASK_CONTROL, ASK_HTTP, NOBODY, Held, HeldByMany,
                         as_user, closed_connections, drop_to, require_root, said,
                         user_database, without_netlink)
from programs import free_port
from running_gate import BIN, Gate, eventually, listing, main, peer_of
from slow_disk import SlowDisk

GATE, DOOR, ADMINS, ASKS, ANNA, WWW = 61001, 61002, 61001, 61003, 61004, 61005
BOB = json.dumps({"user": "bob"})


def over_tcp(port, more=""):
    return (f'[listen.http]\naddress = "unix:http.sock, 127.0.0.1:{port}"\n'
            f'without_policy = refuse\n{more}')


def ask(address, uid=0, gid=None, groups=()):
    """What the http listener decides about bob, asked by a user."""
    answer = said(as_user(uid, ASK_HTTP, address, BOB, gid=gid,
                          groups=groups))
    try:
        return json.loads(answer)["verdict"]
    except ValueError:
        return answer


def loopback():
    """who holds all places over loopback TCP takes them from nobody else"""
    port = free_port()
    with Gate(listen=over_tcp(port)).start() as gate:
        gate.apply(listing("alice"))
        # From many addresses of the loopback, too.
        with Held(port, 600), Held(port, 300, source="127.3.4.5"):
            closed_connections(gate, f"uid {NOBODY}")
            assert ask(port, uid=WWW) == "refuse"
            assert ask(port) == "refuse"
            assert ask(port, uid=NOBODY) != "refuse"
            assert gate.decide(user="alice")["verdict"] == "admit"


def many_users():
    """a door's own user has a place when strangers of any number hold all"""
    port = free_port()
    with Gate(listen=over_tcp(port, 'group = "doors"\n')) as gate:
        gate.preexec = user_database(
            gate.folder, {"www": WWW}, {"doors": (DOOR, ["www"])})
        gate.start()
        gate.apply(listing("alice"))
        with HeldByMany(port, 260, first=300000):
            eventually(lambda: ask(port, uid=299999) != "refuse")
            assert ask(port, uid=WWW) == "refuse"
            assert ask(port) == "refuse"


def no_netlink():
    """a kernel that cannot be asked is told in the log, and nothing ends"""
    port = free_port()
    with Gate(listen=over_tcp(port)) as gate:
        gate.preexec = without_netlink()
        gate.start()
        gate.apply(listing("alice"))
        gate.await_log("AF_NETLINK")
        assert ask(port, uid=WWW) == "refuse"
    with Gate(listen=over_tcp(port)).start() as gate:
        assert "AF_NETLINK" not in gate.all_logged()


def names_that_hang():
    """while a name service hangs, who is looked up there waits alone: logons
    are answered, and root locks and lifts"""
    gate = Gate()
    service = SlowDisk(gate.folder)
    gate.env.update(service.environment())
    gate.env["LG_SLOW_NAMES"] = gate.env.pop("LG_SLOW")
    with gate.start():
        service.takes(60000)
        stranger = as_user(NOBODY, """
import socket, sys
sock = socket.socket(socket.AF_UNIX)
sock.connect(sys.argv[1])
sock.sendall(b'{"op":"status"}\\n')
print("asked", flush=True)
print(sock.makefile().readline())
""", gate.socket("control"))
        assert stranger.stdout.readline() == "asked\n"
        gate.apply(listing("alice"))
        assert gate.decide(user="bob")["verdict"] == "refuse"
        assert gate.ask("lift")["ok"]
        assert gate.decide(user="bob")["verdict"] == "admit"
        assert stranger.poll() is None, said(stranger)
        service.is_well()
        assert not json.loads(said(stranger))["status"]["active"]


def groups():
    """one group may ask, one may administer, everybody may see the status"""
    with Gate(listen='[listen.http]\nwithout_policy = refuse\n'
                     '[listen.dict]\nwithout_policy = refuse\n') as gate:
        database = user_database(
            gate.folder, {"logongate": GATE, "anna": ANNA, "www": WWW},
            {"logongate": (ADMINS, ["anna"]),
             "logongate-door": (ASKS, ["logongate", "www"])})
        for name in (gate.folder, gate.config, gate.ldif):
            os.chown(name, GATE, ADMINS)
        open(gate.log, "w").close()
        gate.preexec = drop_to(GATE, ADMINS, [ASKS], before=database)
        gate.start()
        gate.apply(listing("alice"))
        for name, group, mode in (("http", ASKS, 0o660), ("dict", ASKS, 0o660),
                                  ("control", ADMINS, 0o666)):
            found = os.stat(gate.socket(name))
            assert (found.st_gid, stat.S_IMODE(found.st_mode)) == (
                group, mode), (name, found)
        http, control = gate.socket("http"), gate.socket("control")
        www = {"uid": WWW, "groups": [ASKS]}
        anna = {"uid": ANNA, "groups": [ADMINS]}
        # www-data asks, sees, and does nothing else.
        assert ask(http, **www) == "refuse"
        for op in ("lift", "extend", "confirm", "apply", "cut", "values",
                   "refused", "sessions", "reload"):
            answer = json.loads(said(as_user(
                WWW, ASK_CONTROL, control, json.dumps({"op": op}),
                groups=[ASKS])))
            assert answer["exit"] == 7, (op, answer)
        for who in (www, anna, {"uid": NOBODY}):
            answer = json.loads(said(as_user(
                who["uid"], ASK_CONTROL, control, '{"op":"status"}',
                groups=who.get("groups", ()))))
            assert answer["status"]["active"], answer
        # A stranger asks nothing; who administers is no door.
        assert ask(http, uid=NOBODY) == "PermissionError"
        assert ask(http, **anna) == "PermissionError"
        answer = json.loads(said(as_user(
            ANNA, ASK_CONTROL, control, '{"op":"lift"}', groups=[ADMINS])))
        assert answer["ok"], answer
        assert ask(http, **www) == "admit"


def mixed_groups():
    """a server's user who may lift is told in the log"""
    for admins, told in ((["anna"], False), (["anna", "www"], True)):
        with Gate() as gate:
            gate.preexec = user_database(
                gate.folder, {"logongate": GATE, "anna": ANNA, "www": WWW},
                {"logongate": (ADMINS, admins),
                 "logongate-door": (ASKS, ["logongate", "www"])})
            gate.start()
            assert ("gpasswd -d www logongate" in gate.all_logged()) == told


def uncovered():
    """a socket unit that leaves out an address of the settings is an error"""
    tool = shutil.which("systemd-socket-activate")
    if not tool:
        print("     (needs systemd-socket-activate)")
        return
    port, other = free_port(), free_port()

    def run(gate, *listens):
        with open(gate.log, "ab") as log:
            return subprocess.Popen(
                [tool, *[word for one in listens for word in ("-l", one)],
                 "--fdname=" + ":".join(["http"] * len(listens)),
                 os.path.join(BIN, "logongated"), "--config", gate.config],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=gate.env)

    for listens, missing in ((["unix"], f"127.0.0.1:{port}"),
                             (["unix", f"127.0.0.1:{other}"],
                              f"127.0.0.1:{port}"),
                             ([f"127.0.0.1:{port}"], "unix:http.sock"),
                             (["unix", f"127.0.0.1:{port}"], None),
                             (["unix", f"0.0.0.0:{port}"], "loopback")):
        with Gate(listen=over_tcp(port)) as gate:
            os.makedirs(gate.run)
            listens = [gate.socket("http") if one == "unix" else one
                       for one in listens]
            gate.process = run(gate, *listens)
            gate.await_log("Listening on")
            path = gate.socket("http")
            told = as_user(0, ASK_HTTP, path if os.path.exists(path) else port,
                           BOB)
            if missing:
                assert gate.process.wait(20) == 3, gate.logged()
                assert missing in gate.logged(), gate.logged()
                told.kill()
                told.communicate()
            else:
                assert '"admit"' in said(told)
                assert ask(port) == "admit"


def reload_is_whole():
    """a reload that fails changes nothing, whatever it is that fails"""
    port = free_port()
    with Gate(listen=over_tcp(port, 'key_file = "{folder}/key"\n'),
              gate="http_refusal = 503") as gate:
        with open(gate.config, encoding="utf-8") as file:
            text = file.read().replace("{folder}", gate.folder)
        gate.write_config(text)
        key = gate.write("key", "first\n")
        os.chmod(key, 0o600)
        gate.start()
        gate.apply(listing("alice"))
        # Her names are asked of the directory beside the answer.
        eventually(lambda: gate.decide(user="alice")["verdict"] == "admit")

        def refusal():
            _, headers, _ = gate.http("GET", "/v1/check", headers={
                "X-Gate-Protocol": "owa", "X-Gate-User": "bob"})
            return gate.http("GET", "/v1/render", headers={
                "X-Gate-Token": headers["X-Gate-Token"]})[0]

        def fails(why):
            before = gate.logged().count("everything stays as it was")
            gate.process.send_signal(signal.SIGHUP)
            gate.await_log("everything stays as it was", before + 1)
            assert refusal() == 503, why
            assert gate.decide(user="bob")["verdict"] == "refuse", why
            assert gate.decide(user="alice")["verdict"] == "admit", why

        assert refusal() == 503
        gate.write_config(text.replace("503", "500"))
        path = gate.stored("registry.reg")
        with open(path, "rb") as file:
            values = file.read()
        for what, wrong in (
                ("garbage", b"garbage"),
                ("cut off", values[:len(values) // 2]),
                ("no policy", values.replace(b'"closed"', b'"nonsense"'))):
            with open(path, "wb") as file:
                file.write(wrong)
            fails(what)
        with open(path, "wb") as file:
            file.write(values)
        # The good copy cannot be written: a folder is in its place, and there
        # is none into which it could be moved.
        good, aside = gate.stored("registry.good.reg"), gate.stored("damaged")
        os.unlink(good)
        os.mkdir(good)
        shutil.rmtree(aside, ignore_errors=True)
        with open(aside, "w", encoding="ascii"):
            pass
        fails("good copy")
        os.rmdir(good)
        os.unlink(aside)
        os.chmod(key, 0o644)
        fails("key")
        os.chmod(key, 0o600)
        gate.process.send_signal(signal.SIGHUP)
        eventually(lambda: refusal() == 500)


def resident_mb(gate):
    with open(f"/proc/{gate.process.pid}/status", encoding="utf-8") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


def talk(gate, requests):
    """Sends requests down one connection and reads as many answers."""
    sock = peer_of(gate.socket("http"))
    sock.settimeout(60)
    file = sock.makefile("rb")
    statuses = {}
    for at in range(0, len(requests), 8):
        some = requests[at:at + 8]
        sock.sendall(b"".join(some))
        for _ in some:
            status = file.readline().split()[1]
            length = 0
            while (line := file.readline()) != b"\r\n":
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            file.read(length)
            statuses[status] = statuses.get(status, 0) + 1
    sock.close()
    return statuses


def long_texts():
    """50,000 requests with headers of 16 kB in all stay within a bound of
    memory and record, and who is refused later stands in the record"""
    with Gate().start() as gate:
        # What the sanitizer keeps of freed memory is not the gate's.
        sanitized = b"__asan_init" in open(os.path.join(
            BIN, "logongated"), "rb").read()
        gate.stop()
        gate.env["ASAN_OPTIONS"] = "quarantine_size_mb=1:detect_leaks=0"
        gate.start()
        before = resident_mb(gate)
        statuses = {}
        for round_ in range(2):
            for part in range(0, 25000, 500):
                requests = []
                for number in range(part, part + 500):
                    name = f"{round_}-{number}-".encode()
                    texts = {key: name + b"x" * 3000 for key in (
                        b"X-ClientInfo", b"X-RequestId", b"User-Agent",
                        b"X-Gate-User")}
                    requests.append(
                        b"POST /v1/mapi HTTP/1.1\r\nHost: g\r\n"
                        b"X-RequestType: Connect\r\nX-Real-IP: 192.0.2.66\r\n"
                        + b"".join(key + b": " + text + b"\r\n"
                                   for key, text in texts.items())
                        + b"Content-Length: 0\r\n\r\n")
                for status, count in talk(gate, requests).items():
                    statuses[status] = statuses.get(status, 0) + count
            if not round_:
                gate.apply(listing("alice"))
        assert sum(statuses.values()) == 50000, statuses
        grown = resident_mb(gate) - before
        print(f"     {resident_mb(gate):.0f} MB, {grown:.0f} of them for "
              f"50,000 requests{' (sanitized)' if sanitized else ''}")
        assert grown < (200 if sanitized else 90), grown
        assert sanitized or resident_mb(gate) < 100, resident_mb(gate)
        assert gate.http("GET", "/v1/check", headers={
            "X-Gate-User": "bob", "X-Real-IP": "192.0.2.7"})[0] == 403
        eventually(lambda: any(line["user"] == "bob" for line in
                               gate.ask("refused")["refused"]), 30)
        for name in ("refused", "logons"):
            size = sum(os.path.getsize(os.path.join(gate.stored(name), one))
                       for one in os.listdir(gate.stored(name)))
            assert size < 20 << 20, (name, size)


if __name__ == "__main__":
    require_root()
    main([loopback, many_users, no_netlink, names_that_hang, groups,
          mixed_groups, uncovered, reload_is_whole, long_texts])
