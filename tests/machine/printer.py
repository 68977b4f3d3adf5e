# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints at random, but always the same for one seed. It runs inside a machine.

    python3 printer.py SEED BYTES

Pieces of many kinds and sizes, which follow each other with and without pauses, to both outputs, by this process and by
children of it, whose output is in the order in which they are started. About BYTES in all.
"""

import os
import random
import subprocess
import sys
import time

_KINDS = (
    lambda chance, size: chance.randbytes(size),
    lambda chance, size: bytes(size),
    lambda chance, size: b"\n" * size,
    lambda chance, size: chance.choice([b" ", b"\t", b"\r"]) * size,
    lambda chance, size: b"x" * size,                                           # one line, how long it may be
    lambda chance, size: (b"a line of text, as programs print it\n" * (size // 37 + 1))[:size],
    lambda chance, size: b"".join(chance.choice([b"\n", b" \n", b"\0\n", b"<3>\n"]) for _ in range(min(size, 5000))),
    lambda chance, size: ("grüße ✓ 漢字\n" * (size // 22 + 1)).encode()[:size],    # cut anywhere
)


def _write(fd: int, data: bytes):
    while data:
        data = data[os.write(fd, data):]


def _write_by_child(fd: int, data: bytes):
    subprocess.run(["cat"], input=data, stdout=fd, check=True)


def main(seed: int, total: int):
    chance = random.Random(seed)
    while total > 0:
        size = min(total, int(2 ** chance.uniform(0, chance.choice([8, 16, 22]))))
        data = chance.choice(_KINDS)(chance, size)
        write = _write_by_child if chance.random() < 0.1 else _write
        write(chance.choice([1, 2]), data)
        total -= max(len(data), 1)
        if chance.random() < 0.1:
            time.sleep(chance.uniform(0, 0.15))     # a beginning of a line waits for 0.1 s


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
