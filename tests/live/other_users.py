# SPDX-License-Identifier: ISC
"""What users without rights do on the machine of a gate: processes with their
credentials, and a user database of the test's own for the gate."""
import ctypes
import os
import shutil
import struct
import subprocess
import sys

from programs import SKIPPED

NOBODY = 65534
LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, MS_BIND, MS_REC, MS_PRIVATE = 0x20000, 4096, 16384, 1 << 18


def require_root():
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        print("root and setpriv are needed: skipped")
        sys.exit(SKIPPED)


def as_user(uid, code, *words, gid=None, groups=(), **more):
    """A Python process with these credentials that runs code."""
    command = ["setpriv", f"--reuid={uid}",
               f"--regid={uid if gid is None else gid}",
               "--groups=" + ",".join(map(str, groups)) if groups
               else "--clear-groups",
               "/usr/bin/python3", "-c", code, *map(str, words)]
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, **more)


HOLD = """
import resource, socket, sys, time
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
address, count = sys.argv[1], int(sys.argv[2])
first = sys.argv[3] if len(sys.argv) > 3 else "127.0.0.1"
held = []
while len(held) < count:
    unix = address.startswith("/")
    sock = socket.socket(socket.AF_UNIX if unix else socket.AF_INET)
    try:
        if not unix:
            sock.bind((first, 0))
        sock.connect(address if unix else ("127.0.0.1", int(address)))
    except BlockingIOError:
        time.sleep(0.01)
        continue
    except OSError:
        pass
    held.append(sock)
print("held", flush=True)
time.sleep(600)
"""


class Held:
    """A user who holds connections at a socket or port and says nothing."""

    def __init__(self, address, count, uid=NOBODY, source="127.0.0.1"):
        self.process = as_user(uid, HOLD, address, count, source)
        line = self.process.stdout.readline()
        assert line == "held\n", line + self.process.stdout.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


HOLD_ONE_EACH = """
import os, socket, sys, time
held = []
for number in range(int(sys.argv[2])):
    os.seteuid(int(sys.argv[3]) + number)
    held.append(socket.create_connection(("127.0.0.1", int(sys.argv[1]))))
    os.seteuid(0)
print("held", flush=True)
time.sleep(600)
"""


class HeldByMany(Held):
    """Users from first on who hold a connection each at a port."""

    def __init__(self, port, users, first):
        self.process = as_user(0, HOLD_ONE_EACH, port, users, first)
        line = self.process.stdout.readline()
        assert line == "held\n", line + self.process.stdout.read()


ASK_CONTROL = """
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.settimeout(10)
try:
    s.connect(sys.argv[1])
    s.sendall(sys.argv[2].encode() + b"\\n")
    print(s.makefile().readline(), end="")
except OSError as error:
    print(type(error).__name__)
"""

ASK_HTTP = """
import socket, sys
unix = sys.argv[1].startswith("/")
s = socket.socket(socket.AF_UNIX if unix else socket.AF_INET)
s.settimeout(10)
try:
    s.connect(sys.argv[1] if unix else ("127.0.0.1", int(sys.argv[1])))
    body = sys.argv[2].encode()
    s.sendall(b"POST /v1/decide HTTP/1.1\\r\\nHost: g\\r\\nConnection: close"
              b"\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body) + body)
    answer = s.makefile("rb").read().decode()
    print(answer.partition("\\r\\n\\r\\n")[2] or "closed")
except OSError as error:
    print(type(error).__name__)
"""


def said(process):
    """What it printed, after its end."""
    return process.communicate(timeout=30)[0].strip()


def user_database(folder, users, groups):
    """A preexec that gives a process /etc/passwd and /etc/group of its own:
    users {name: uid}, groups {name: (gid, [members])}."""
    passwd = os.path.join(folder, "passwd")
    group = os.path.join(folder, "group")
    with open(passwd, "w", encoding="utf-8") as file:
        file.write("root:x:0:0:root:/root:/bin/sh\n")
        for name, uid in users.items():
            file.write(f"{name}:x:{uid}:{uid}::/:/bin/false\n")
    with open(group, "w", encoding="utf-8") as file:
        file.write("root:x:0:\n")
        for name, (gid, members) in groups.items():
            file.write(f"{name}:x:{gid}:{','.join(members)}\n")
    for name in (passwd, group):
        os.chmod(name, 0o644)

    def enter():
        if LIBC.unshare(CLONE_NEWNS):
            raise OSError(ctypes.get_errno(), "unshare")
        LIBC.mount(None, b"/", None, MS_REC | MS_PRIVATE, None)
        for source, target in ((passwd, b"/etc/passwd"),
                               (group, b"/etc/group")):
            if LIBC.mount(source.encode(), target, None, MS_BIND, None):
                raise OSError(ctypes.get_errno(), "mount")

    return enter


def drop_to(uid, gid, groups=(), before=None):
    """A preexec that takes a user's credentials."""
    def drop():
        if before:
            before()
        os.setgroups(list(groups))
        os.setgid(gid)
        os.setuid(uid)

    return drop


def without_netlink():
    """A preexec: sockets of AF_NETLINK are refused as a unit without that
    address family refuses them."""
    # Load the number and the first argument of the system call: socket() is
    # 41 on x86-64 and 198 on arm64.
    number = {"x86_64": 41, "aarch64": 198}[os.uname().machine]
    netlink, eafnosupport = 16, 97

    def code(op, true, false, value):
        return struct.pack("HBBI", op, true, false, value)

    program = (code(0x20, 0, 0, 0) + code(0x15, 0, 3, number)
               + code(0x20, 0, 0, 16) + code(0x15, 0, 1, netlink)
               + code(0x06, 0, 0, 0x00050000 | eafnosupport)
               + code(0x06, 0, 0, 0x7fff0000))
    room = ctypes.create_string_buffer(program)
    filter_ = struct.pack("HxxxxxxQ", len(program) // 8,
                          ctypes.addressof(room))
    filter_room = ctypes.create_string_buffer(filter_)

    def enter():
        assert len(room) == len(program) + 1  # kept as long as this
        LIBC.prctl(38, 1, 0, 0, 0)
        if LIBC.prctl(22, 2, ctypes.byref(filter_room), 0, 0):
            raise OSError(ctypes.get_errno(), "seccomp")

    return enter


def closed_connections(gate, what):
    """Waits until the gate's log says that connections were closed."""
    gate.await_log(what)
