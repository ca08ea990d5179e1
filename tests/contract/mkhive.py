#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""mkhive.py OUT: an empty registry hive (regf 1.3) with a root key only. libhivex changes
hives but cannot make one, and Debian ships no empty hive, so tests need this."""
import struct, sys, time
ft = int((time.time() + 11644473600) * 10**7)
def cell(b): n = (len(b) + 4 + 7) & ~7; return struct.pack("<i", -n) + b + bytes(n - 4 - len(b))
name = b"$$$PROTO.HIV"
ba = bytes([1, 2, 0, 0, 0, 0, 0, 5]) + struct.pack("<II", 32, 544); sy = bytes([1, 1, 0, 0, 0, 0, 0, 5]) + struct.pack("<I", 18)
aces = b"".join(struct.pack("<BBHI", 0, 2, 8 + len(s), 0xF003F) + s for s in (ba, sy))
acl = struct.pack("<BBHHH", 2, 0, 8 + len(aces), 2, 0) + aces
sd = struct.pack("<BBHIIII", 1, 0, 0x8004, 20 + len(acl), 20 + len(acl) + len(ba), 0, 20) + acl + ba + ba
def nk(sk): return b"nk" + struct.pack("<HQIIIIIIIIIIIIIIIHH", 0x2C, ft, 0, 0xFFFFFFFF, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF, 0, 0xFFFFFFFF, sk, 0xFFFFFFFF, 0, 0, 0, 0, 0, len(name), 0) + name
skoff = 0x20 + len(cell(nk(0)))
cells = cell(nk(skoff)) + cell(b"sk" + struct.pack("<HIIII", 0, skoff, skoff, 1, len(sd)) + sd)
free = 4096 - 32 - len(cells)
hbin = b"hbin" + struct.pack("<IIQQI", 0, 4096, 0, ft, 0) + cells + struct.pack("<i", free) + bytes(free - 4)
base = b"regf" + struct.pack("<IIQIIIIIII", 1, 1, ft, 1, 3, 0, 1, 0x20, 4096, 1) + bytes(64)
base += bytes(508 - len(base)); x = 0
for w in struct.unpack("<127I", base): x ^= w
x = {0: 1, 0xFFFFFFFF: 0xFFFFFFFE}.get(x, x)
open(sys.argv[1], "wb").write(base + struct.pack("<I", x) + bytes(4096 - 512) + hbin)
