# SPDX-License-Identifier: ISC
"""Ports of the loopback for servers of one test."""
import contextlib
import random
import socket

# Below those that the kernel gives to whoever connects: between the choice of
# one of these and a server's bind every other test opens connections.
LOWEST, HIGHEST = 15000, 32000


def free_port():
    while True:
        port = random.randrange(LOWEST, HIGHEST)
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port
