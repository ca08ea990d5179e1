#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Who may come in at a running gate, and how it is started and told."""
import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time

import running_gate
from programs import free_port, listens
from running_gate import BIN, Gate, eventually, listing, main, peer_of

NOBODY = 65534


def ask_as(uid, gid, groups, gate, request):
    """What control.sock answers a process with these credentials."""
    code = ("import socket,sys\n"
            "s=socket.socket(socket.AF_UNIX);s.settimeout(10)\n"
            "s.connect(sys.argv[1]);s.sendall(sys.argv[2].encode()+b'\\n')\n"
            "sys.stdout.write(s.makefile().readline())\n")
    command = ["setpriv", f"--reuid={uid}", f"--regid={gid}"]
    command.append(f"--groups={groups}" if groups else "--clear-groups")
    command += ["/usr/bin/python3", "-c", code,
                os.path.join(gate.run, "control.sock"), json.dumps(request)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def credentials():
    """only root, the gate's user and admin_group may change anything"""
    if os.getuid() != 0 or not shutil.which("setpriv"):
        print("     (needs root and setpriv)")
        return
    with Gate(gate='admin_group = "daemon"').start() as gate:
        os.chmod(os.path.join(gate.run, "control.sock"), 0o666)
        daemon = 1
        answer = ask_as(NOBODY, NOBODY, "", gate, {"op": "status"})
        assert answer["ok"], answer
        for op in ("lift", "apply", "check", "sessions", "refused", "values",
                   "import", "reload", "cut"):
            answer = ask_as(NOBODY, NOBODY, "", gate, {"op": op})
            assert answer["exit"] == 7, (op, answer)
        # As the group of the process, and as a supplementary one.
        for gid, groups in ((daemon, ""), (NOBODY, str(daemon))):
            answer = ask_as(NOBODY, gid, groups, gate, {"op": "lift"})
            assert answer["exit"] == 5, answer
        answer = ask_as(NOBODY, daemon, "", gate, {
            "op": "check", "user": "x", "caller": "root"})
        assert answer["ok"], answer
        # Nobody speaks for somebody else but root.
        gate.apply(listing("alice"), caller="anna")
        assert gate.status()["by"] == "anna"
        ask_as(NOBODY, daemon, "", gate, {"op": "lift", "caller": "anna"})
        assert gate.ask("history")["history"][-1]["by"] == "nobody"


def modes():
    """sockets get the mode and group that the settings say"""
    with Gate(listen='[listen.http]\naddress = "unix:http.sock"\n'
                     'without_policy = admit\nmode = 0600\n').start() as gate:
        http_sock = os.stat(os.path.join(gate.run, "http.sock"))
        control = os.stat(os.path.join(gate.run, "control.sock"))
        assert stat.S_IMODE(http_sock.st_mode) == 0o600
        assert stat.S_IMODE(control.st_mode) == 0o666


def key_over_tcp():
    """over TCP every request carries the key; without one it is loopback"""
    port = free_port()
    folder = tempfile.mkdtemp(prefix="logongate-key-")
    key = os.path.join(folder, "http.key")
    with open(key, "w") as file:
        file.write("s3cret\n")
    os.chmod(key, 0o600)
    listen = (f'[listen.http]\naddress = "unix:http.sock, 127.0.0.1:{port}"\n'
              f'without_policy = admit\nkey_file = "{key}"\n')
    try:
        with Gate(listen=listen).start() as gate:
            for path in ("/v1/check", "/healthz", "/", "/metrics"):
                for sent, status in ((None, 401), ("wrong", 401),
                                     ("s3crets", 401), ("s3cret", 0)):
                    connection = http.client.HTTPConnection(
                        "127.0.0.1", port, timeout=10)
                    connection.request("GET", path, headers={
                        "X-Logongate-Key": sent} if sent else {})
                    got = connection.getresponse().status
                    connection.close()
                    assert got == status or (not status and got < 300), \
                        (path, sent, got)
            assert gate.http("GET", "/healthz")[0] == 200
    finally:
        shutil.rmtree(folder)
    listen = (f'[listen.http]\naddress = "0.0.0.0:{port}"\n'
              'without_policy = admit\n')
    with Gate(listen=listen) as gate:
        assert gate.spawn().process.wait(20) == 3, gate.logged()
        assert "loopback" in gate.logged()


def invalid_settings():
    """a listener without without_policy, an unknown key, no listener: 3"""
    for listen in ('[listen.http]\naddress = "unix:http.sock"\n',
                   '[listen.http]\naddress = "unix:http.sock"\n'
                   'without_policy = admit\nnonsense = 1\n',
                   ''):
        with Gate(listen=listen) as gate:
            assert gate.spawn().process.wait(20) == 3, gate.logged()
            assert gate.logged().startswith("logongated: ")
            assert gate.logged().count("\n") == 1, gate.logged()
    done = subprocess.run([os.path.join(BIN, "logongated"), "--config",
                           "/nonexistent/logongate.conf"],
                          capture_output=True, text=True, timeout=20)
    assert done.returncode == 3, done
    done = subprocess.run([os.path.join(BIN, "logongated"), "--nonsense"],
                          capture_output=True, text=True, timeout=20)
    assert done.returncode == 2, done


def one_gate():
    """a second gate for the same state directory ends with 6"""
    with Gate().start() as gate:
        second = Gate(folder=gate.folder, directory=False)
        second.log = os.path.join(gate.folder, "second-log")
        assert second.spawn().process.wait(20) == 6, second.logged()
        assert gate.decide(user="bob")["verdict"] == "admit"


def terminates():
    """SIGTERM ends with 0 and leaves the lock; sockets are gone"""
    with Gate().start() as gate:
        gate.apply(listing("alice"))
        assert gate.stop() == 0
        assert not os.path.exists(os.path.join(gate.run, "http.sock"))
        gate.start()
        assert gate.decide(user="bob")["verdict"] == "refuse"
        # After a kill a socket file is left behind, and taken over.
        gate.kill()
        assert os.path.exists(os.path.join(gate.run, "http.sock"))
        gate.start()
        assert gate.decide(user="bob")["verdict"] == "refuse"


def reads_again():
    """SIGHUP reads settings and values again, and keeps both when it cannot"""
    with Gate().start() as gate:
        assert gate.http("GET", "/v1/check", headers={
            "X-Gate-Protocol": "owa", "X-Gate-User": "bob"})[0] == 204
        path = os.path.join(gate.state, "registry.reg")
        with open(path, "wb") as file:
            file.write(listing("alice"))
        gate.process.send_signal(signal.SIGHUP)
        eventually(lambda: gate.decide(user="bob")["verdict"] == "refuse")
        with open(gate.config) as file:
            text = file.read()
        gate.write_config(text + "[nonsense]\n")
        gate.process.send_signal(signal.SIGHUP)
        gate.await_log("everything stays as it was")
        gate.write_config(text)
        with open(path, "wb") as file:
            file.write(b"garbage")
        assert gate.ask("reload")["ok"] is False
        assert gate.decide(user="bob")["verdict"] == "refuse"
        assert any("registry.reg" in loud for loud in gate.status()["loud"])


def activated():
    """sockets that systemd passes are used, under their names, or nothing is"""
    tool = shutil.which("systemd-socket-activate")
    if not tool:
        print("     (needs systemd-socket-activate)")
        return
    with Gate(listen='[listen.http]\naddress = "unix:{folder}/passed.sock"\n'
                     'without_policy = refuse\n') as gate:
        with open(gate.config, encoding="utf-8") as file:
            text = file.read()
        gate.write_config(text.replace("{folder}", gate.folder))
        os.makedirs(gate.run)
        path = os.path.join(gate.folder, "passed.sock")
        log = open(gate.log, "ab")
        gate.process = subprocess.Popen(
            [tool, "-l", path, "--fdname=http",
             os.path.join(BIN, "logongated"), "--config", gate.config],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env=dict(gate.env))
        eventually(lambda: listens(path))
        connection = running_gate.UnixHTTP(path)
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
        connection.close()
        assert not os.path.exists(os.path.join(gate.run, "http.sock"))
        assert os.path.exists(os.path.join(gate.run, "control.sock"))
        assert gate.stop() == 0
        # One more address, which would be served by nobody.
        gate.write_config(text.replace(
            '"unix:{folder}/passed.sock"',
            f'"unix:{gate.folder}/passed.sock, 127.0.0.1:{free_port()}"'))
        os.unlink(path)
        gate.process = subprocess.Popen(
            [tool, "-l", path, "--fdname=http",
             os.path.join(BIN, "logongated"), "--config", gate.config],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env=dict(gate.env))
        eventually(lambda: listens(path))
        assert gate.process.wait(20) == 3
        said = gate.logged()
        assert "not among the sockets that systemd passed" in said, said


def checked():
    """--check says whether the settings are good, and changes nothing"""
    with Gate() as gate:
        def check():
            done = subprocess.run(
                [os.path.join(BIN, "logongated"), "--check", "--config",
                 gate.config], text=True, check=False,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            return done.returncode, done.stdout, done.stderr

        code, said, wrong = check()
        assert (code, wrong) == (0, "") and gate.config in said, (code, said)
        assert not os.path.exists(gate.state), "it made the state directory"
        with open(gate.config, encoding="utf-8") as file:
            good = file.read()
        # What a start would stumble over is found before it.
        os.chmod(gate.write("loose.key", "secret\n"), 0o644)
        os.chmod(gate.write("empty.key", ""), 0o600)
        for name, want in (("/nowhere", "/nowhere"),
                           (gate.path("loose.key"), "others can read"),
                           (gate.path("empty.key"), "is empty")):
            for settings in (
                    good.replace("without_policy = refuse",
                                 "without_policy = refuse\n"
                                 f'key_file = "{name}"', 1),
                    good + f'\n[listen.status]\nkey_file = "{name}"\n'):
                gate.write_config(settings)
                code, said, wrong = check()
                assert (code, said) == (3, "") and want in wrong, (
                    settings, code, wrong)
        gate.write_config(good)


def watched():
    """WATCHDOG=1 comes from the loop that decides, and not while it stands"""
    with Gate() as gate:
        name = f"\0logongate-watched-{os.getpid()}"
        heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        heard.bind(name)
        heard.settimeout(20)
        gate.env["NOTIFY_SOCKET"] = "@" + name[1:]
        gate.env["WATCHDOG_USEC"] = "20000000"
        gate.spawn()
        assert b"READY=1" in heard.recv(4096)
        for _ in range(2):
            assert heard.recv(4096).startswith(b"WATCHDOG=1")
        gate.freeze()
        heard.settimeout(2.5)
        try:
            while True:
                # What was on its way before it stood.
                heard.recv(4096)
        except socket.timeout:
            pass
        gate.thaw()
        heard.settimeout(20)
        assert heard.recv(4096).startswith(b"WATCHDOG=1")
        heard.close()


def tells_systemd():
    """READY=1 comes when every listener listens, by abstract name too"""
    with Gate() as gate:
        gate.start()
        assert gate.notified.startswith(b"READY=1"), gate.notified
        assert gate.http("GET", "/healthz")[0] == 200
        gate.stop()
        name = f"\0logongate-{os.getpid()}"
        ready = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        ready.bind(name)
        ready.settimeout(20)
        gate.env["NOTIFY_SOCKET"] = "@" + name[1:]
        gate.spawn()
        assert b"READY=1" in ready.recv(4096)
        ready.close()


def kept():
    """sockets that systemd keeps stay open while the gate restarts"""
    port = free_port()
    listen = ('[listen.http]\n'
              f'address = "unix:http.sock, 127.0.0.1:{port}"\n'
              'without_policy = admit\n'
              '[listen.dict]\naddress = "unix:dict.sock"\n'
              'without_policy = admit\n')
    with Gate(listen=listen) as gate:
        path = gate.path("systemd")
        with contextlib.closing(socket.socket(
                socket.AF_UNIX, socket.SOCK_DGRAM)) as systemd:
            systemd.bind(path)
            systemd.settimeout(20)
            gate.env.update(NOTIFY_SOCKET=path, FDSTORE="32")
            gate.spawn()
            store = keep(systemd, 4)
            assert len(store) == 4, store
            gate.stop()
            waiting = []
            for family, place in ((socket.AF_INET, ("127.0.0.1", port)),
                                  (socket.AF_UNIX, gate.socket("http"))):
                waiting.append(socket.socket(family))
                waiting[-1].settimeout(20)
                waiting[-1].connect(place)
                waiting[-1].sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
                                    b"Connection: close\r\n\r\n")
            # One that the settings do not have any more, and one whose path
            # somebody took away.
            with open(gate.config, encoding="utf-8") as file:
                text = file.read()
            gate.write_config(text[:text.index("[listen.dict]")])
            os.unlink(os.path.join(gate.run, "control.sock"))
            names = list(store)
            systemd_passes(gate, [store[name] for name in names], names)
            for sock in waiting:
                assert b" 200 " in sock.recv(4096)
                sock.close()
            gone = set()
            systemd.settimeout(20)
            while len(gone) < 2:
                said = systemd.recv(4096)
                if said.startswith(b"FDSTOREREMOVE=1"):
                    gone.add(said)
            assert gate.ask("status")["ok"]
            gate.stop()
            for fd in store.values():
                os.close(fd)


def keep(systemd, count):
    """The sockets that the gate has kept, by name, once there are so many."""
    store = {}
    while len(store) < count:
        said, fds, _, _ = socket.recv_fds(systemd, 4096, 1)
        fields = dict(line.split("=", 1) for line in said.decode().split())
        if "FDSTORE" in fields:
            store[fields["FDNAME"]] = fds[0]
    return store


def systemd_passes(gate, fds, names):
    """Starts the gate with these sockets as systemd passes them."""
    high = [os.dup2(fd, 100 + i) for i, fd in enumerate(fds)]
    moves = " ".join(f"{3 + i}<&{fd}" for i, fd in enumerate(high))
    gate.through = ["bash", "-c",
                    f'exec {moves}; LISTEN_PID=$$ exec "$@"', "systemd"]
    gate.env.update(LISTEN_FDS=str(len(fds)), LISTEN_FDNAMES=":".join(names))
    gate.spawn(pass_fds=high)
    for fd in high:
        os.close(fd)


def bounded():
    """one user who holds connections does not starve another listener"""
    listen = ('[listen.http]\naddress = "unix:http.sock"\n'
              'without_policy = admit\n'
              '[listen.dict]\naddress = "unix:dict.sock"\n'
              'without_policy = admit\n')
    with Gate(listen=listen).start() as gate:
        held = []
        path = os.path.join(gate.run, "dict.sock")
        while len(held) < 600:
            sock = socket.socket(socket.AF_UNIX)
            try:
                sock.connect(path)
                held.append(sock)
            except BlockingIOError:
                sock.close()
                time.sleep(0.01)  # more wait than the gate has accepted
        closed = eventually(lambda: gone(held) >= 50 and gone(held), 20)
        assert closed < 200, closed
        assert gate.decide(user="bob")["verdict"] == "admit"
        for sock in held:
            sock.close()
        eventually(lambda: answers(path))


def gone(held):
    """How many of the sockets the gate has closed."""
    count = 0
    for sock in held:
        sock.setblocking(False)
        try:
            count += sock.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            pass
        except ConnectionResetError:
            count += 1
    return count


def answers(path):
    sock = peer_of(path, b"H3\t2\t0\t\tlogongate\n"
                         b"Lshared/gate/imap/1/x\tbob\n")
    try:
        return sock.recv(100).startswith(b"O")
    except OSError:
        return False
    finally:
        sock.close()


def broken_peers():
    """a peer that goes away or talks nonsense hurts nobody"""
    with Gate().start() as gate:
        control = os.path.join(gate.run, "control.sock")
        http_sock = os.path.join(gate.run, "http.sock")
        for data in (b"garbage\n", b"{}\n", b'{"op":"apply","attach":[-1]}\n',
                     b'{"op":"apply","attach":[99999999999]}\n', b"\0" * 100 + b"\n",
                     b"[" * 100000 + b"\n", b'{"op":"nothing"}\n'):
            sock = peer_of(control, data)
            answer = sock.makefile("rb").readline()
            assert answer.startswith(b'{"ok":false'), (data, answer)
            sock.close()
        for data in (b"GET", b"POST /v1/decide HTTP/1.1\r\nContent-Length: 9"
                     b"\r\n\r\n{", b"\0\1\2\r\n\r\n"):
            for _ in range(50):
                peer_of(http_sock, data).close()
        sock = peer_of(control, b'{"op":"status"}\n' * 20)
        time.sleep(0.05)
        sock.close()
        # Pipelined requests are answered in their order.
        sock = peer_of(control, b'{"op":"status"}\n{"op":"values"}\n'
                                b'{"op":"nothing"}\n')
        file = sock.makefile("rb")
        assert b'"status"' in file.readline()
        attach = json.loads(file.readline())["attach"][0]
        file.read(attach)
        assert b'"ok":false' in file.readline()
        assert gate.decide(user="bob")["verdict"] == "admit"


def without_root():
    """everything works for a user without rights"""
    if os.getuid() != 0:
        print("     (is the case anyway)")
        return
    with Gate() as gate:
        for name in (gate.folder, gate.config, gate.ldif):
            os.chown(name, NOBODY, NOBODY)
        open(gate.log, "w").close()

        def drop():
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)

        gate.preexec = drop
        gate.start()
        gate.apply(listing("alice"))
        assert gate.decide(user="bob")["verdict"] == "refuse"
        answer = ask_as(NOBODY, NOBODY, "", gate, {"op": "lift"})
        assert answer["ok"], answer


if __name__ == "__main__":
    main([credentials, modes, key_over_tcp, invalid_settings, one_gate,
          terminates, reads_again, activated, tells_systemd, checked, watched,
          kept, bounded, broken_peers, without_root])
