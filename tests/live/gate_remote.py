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
    """A CA, a certificate for the gate, some of those who may administer and
    some of those who may not, and a stranger's of another CA."""

    # Name: common name, alternative name, purpose.
    OURS = {"gate": ("gate", "DNS:localhost", "serverAuth"),
            "anna": ("anna", "DNS:anna.example.org", "clientAuth"),
            "mail": ("nobody", "email:ops@example.org", "clientAuth"),
            "carla": ("carla", "DNS:carla.example.org", "clientAuth"),
            "long": ("anna" + "a" * 40, "DNS:x", "clientAuth"),
            "web": ("anna", "DNS:anna.example.org", "serverAuth"),
            "plain": ("anna", "DNS:anna.example.org", None)}
    THEIRS = {"stranger": ("anna", "DNS:anna.example.org", "clientAuth")}

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="logongate-tls-")
        os.chmod(self.folder, 0o755)
        for ca, names in (("ca", self.OURS), ("other", self.THEIRS)):
            run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-addext",
                "keyUsage=critical,keyCertSign,cRLSign", "-subj",
                f"/CN={ca}", "-keyout", self.key(ca), "-out", self.cert(ca))
            for name, (common, other, purpose) in names.items():
                request = os.path.join(self.folder, name + ".csr")
                extra = os.path.join(self.folder, name + ".ext")
                with open(extra, "w") as file:
                    file.write(f"subjectAltName={other}\n")
                    if purpose:
                        file.write(f"extendedKeyUsage={purpose}\n")
                run("openssl", "req", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-subj",
                    f"/CN={common}", "-keyout", self.key(name), "-out", request)
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


def connect(certificates, port, name, newest=None):
    context = ssl.create_default_context(cafile=certificates.cert("ca"))
    if newest:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = newest
        context.set_ciphers("ALL:@SECLEVEL=0")
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
                  f'ca_file = "{certificates.cert("ca")}"\n'
                  'clients = "Anna, ops@example.org"\n').start() as gate:
            tls = connect(certificates, port, "anna")
            assert ask(tls, "status")["status"]["active"] is False
            values = listing(*[f"user{i}" for i in range(100000)])
            answer = ask(tls, "apply", [values], profile="far", for_s=60,
                         caller="root")
            assert answer["ok"], answer
            # As the settings write it, whatever the asker writes.
            answer = ask(tls, "status")
            assert answer["status"]["by"] == answer["you"] == "Anna", answer
            assert gate.decide(user="bob")["verdict"] == "refuse"
            assert len(ask(tls, "values")["blocks"][0]) > 1000000
            assert ask(tls, "lift")["ok"]
            tls.close()
            # By a name that stands beside the common one, with TLS 1.2.
            tls = connect(certificates, port, "mail", ssl.TLSVersion.TLSv1_2)
            assert tls.version() == "TLSv1.2", tls.version()
            assert ask(tls, "status")["you"] == "ops@example.org"
            tls.close()
            assert [entry["by"] for entry in
                    gate.ask("history")["history"]] == ["Anna", "Anna"]
            refuses(certificates, port)
            assert gate.decide(user="bob")["verdict"] == "admit"
    finally:
        certificates.close()


def refuses(certificates, port):
    for name, newest in ((None, None), ("stranger", None), ("carla", None),
                         ("web", None), ("plain", None), ("gate", None),
                         ("long", None), ("anna", ssl.TLSVersion.TLSv1_1),
                         ("anna", ssl.TLSVersion.TLSv1)):
        try:
            tls = connect(certificates, port, name, newest)
            tls.sendall(b'{"op":"status"}\n')
            assert tls.recv(100) == b"", f"{name} {newest} was answered"
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
                  f'ca_file = "{certificates.cert("ca")}"\n'
                  'clients = "anna"\n') as gate:
            assert gate.spawn().process.wait(20) == 3, gate.logged()
    finally:
        certificates.close()


if __name__ == "__main__":
    main([remote, bad_files])
