# SPDX-License-Identifier: ISC
"""Ports of the loopback for servers of one test."""
import random
import socket

# Below those that the kernel gives to whoever connects: between the choice of
# one of these and a server's bind every other test opens connections.
LOWEST, HIGHEST = 15000, 32000
# A name a port, which no other test has while this one runs.
claims = []


def free_port():
    """One that nobody listens at, and that is given once."""
    while True:
        port = random.randrange(LOWEST, HIGHEST)
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0logongate-tests/{port}")
            with socket.socket() as one:
                one.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        claims.append(claim)
        return port
