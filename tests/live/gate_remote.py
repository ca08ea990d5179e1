#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""The control protocol over TLS: certificates on both sides, or nothing."""
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile

from programs import free_port
from running_gate import Gate, listing, main

if not shutil.which("openssl"):
    print("openssl is not installed: skipped")
    sys.exit(77)


def run(*command):
    subprocess.run(command, check=True, capture_output=True, timeout=60)


class Certificates:
    """A CA, a certificate for the gate and one for an administrator, and a
    stranger's of another CA."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="logongate-tls-")
        os.chmod(self.folder, 0o755)
        for ca, names in (("ca", ("gate", "anna")), ("other", ("stranger",))):
            run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-addext",
                "keyUsage=critical,keyCertSign,cRLSign", "-subj",
                f"/CN={ca}", "-keyout", self.key(ca), "-out", self.cert(ca))
            for name in names:
                request = os.path.join(self.folder, name + ".csr")
                extra = os.path.join(self.folder, name + ".ext")
                with open(extra, "w") as file:
                    file.write("subjectAltName=DNS:localhost\n")
                run("openssl", "req", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-subj",
                    f"/CN={name}", "-keyout", self.key(name), "-out", request)
                run("openssl", "x509", "-req", "-in", request, "-days", "2",
                    "-CA", self.cert(ca), "-CAkey", self.key(ca),
                    "-CAcreateserial", "-extfile", extra,
                    "-out", self.cert(name))
        for name in os.listdir(self.folder):
            os.chmod(os.path.join(self.folder, name), 0o600)

    def key(self, name):
        return os.path.join(self.folder, name + ".key")

    def cert(self, name):
        return os.path.join(self.folder, name + ".pem")

    def close(self):
        shutil.rmtree(self.folder)


def connect(certificates, port, name):
    context = ssl.create_default_context(cafile=certificates.cert("ca"))
    if name:
        context.load_cert_chain(certificates.cert(name),
                                certificates.key(name))
    sock = socket.create_connection(("127.0.0.1", port), 10)
    return context.wrap_socket(sock, server_hostname="localhost")


def ask(tls, op, blocks=(), **members):
    request = dict(members, op=op)
    if blocks:
        request["attach"] = [len(b) for b in blocks]
    tls.sendall(json.dumps(request).encode() + b"\n" + b"".join(blocks))
    file = tls.makefile("rb")
    answer = json.loads(file.readline())
    answer["blocks"] = [file.read(n) for n in answer.get("attach", [])]
    return answer


def remote():
    """applied and lifted from another machine, by the one the certificate
    names; a list of a hundred thousand goes through"""
    certificates = Certificates()
    port = free_port()
    try:
        with Gate(settings=f'[listen.control]\n'
                  f'address = "127.0.0.1:{port}"\n'
                  f'cert_file = "{certificates.cert("gate")}"\n'
                  f'tls_key_file = "{certificates.key("gate")}"\n'
                  f'ca_file = "{certificates.cert("ca")}"\n').start() as gate:
            tls = connect(certificates, port, "anna")
            assert ask(tls, "status")["status"]["active"] is False
            values = listing(*[f"user{i}" for i in range(100000)])
            answer = ask(tls, "apply", [values], profile="far", for_s=60)
            assert answer["ok"], answer
            assert ask(tls, "status")["status"]["by"] == "anna"
            assert gate.decide(user="bob")["verdict"] == "refuse"
            assert len(ask(tls, "values")["blocks"][0]) > 1000000
            assert ask(tls, "lift")["ok"]
            tls.close()
            refuses(certificates, port)
            assert gate.decide(user="bob")["verdict"] == "admit"
    finally:
        certificates.close()


def refuses(certificates, port):
    for name in (None, "stranger"):
        try:
            tls = connect(certificates, port, name)
            tls.sendall(b'{"op":"status"}\n')
            assert tls.recv(100) == b"", f"{name} was answered"
            tls.close()
        except (ssl.SSLError, ConnectionError):
            pass
    # Nor without TLS.
    sock = socket.create_connection(("127.0.0.1", port), 10)
    sock.settimeout(10)
    sock.sendall(b'{"op":"status"}\n')
    try:
        data = sock.recv(1000)
        assert not data.startswith(b"{"), data
    except ConnectionError:
        pass
    sock.close()


def bad_files():
    """a certificate that cannot be read is an invalid setting"""
    certificates = Certificates()
    try:
        with open(certificates.cert("gate"), "w") as file:
            file.write("nothing\n")
        with Gate(settings=f'[listen.control]\n'
                  f'address = "127.0.0.1:{free_port()}"\n'
                  f'cert_file = "{certificates.cert("gate")}"\n'
                  f'tls_key_file = "{certificates.key("gate")}"\n'
                  f'ca_file = "{certificates.cert("ca")}"\n') as gate:
            assert gate.spawn().process.wait(20) == 3, gate.logged()
    finally:
        certificates.close()


if __name__ == "__main__":
    main([remote, bad_files])
