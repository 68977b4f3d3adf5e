# SPDX-License-Identifier: LGPL-2.1-or-later
"""A disk with a cache that loses its contents with the power.

    disk = Disk(image, socket)
    disk.plug_in()                      # to a virtual machine, which finds it at the socket
    ...                                 # the machine is killed
    disk.lose_cache(chance, kept=0.5)

The image always has what was written. Beside that is kept what stood in each block when the cache was last written
out, on a flush: of blocks that were written since then some come back as they were. It speaks the NBD protocol
(https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md), as much as QEMU asks for.
"""

import os
import random
import socket
import struct
import threading
from pathlib import Path

_BLOCK = 4096

_OPTION_MAGIC = 0x49484156454F5054
_OPTION_REPLY_MAGIC = 0x3E889045565A9
_OPTION_GO = 7
_REPLY_ACKNOWLEDGED, _REPLY_INFO, _REPLY_UNSUPPORTED = 1, 3, 2**31 + 1
_HANDSHAKE_FLAGS = 0b11         # "fixed newstyle", no padding
_DISK_FLAGS = 0b1101            # flags are there; takes flushes, and writes that are not cached

_REQUEST = struct.Struct(">IHHQQI")
_REPLY = struct.Struct(">IIQ")
_REPLY_MAGIC = 0x67446698
_READ, _WRITE, _DISCONNECT, _FLUSH = range(4)
_NOT_CACHED = 1


class Disk:
    def __init__(self, image: Path, path: Path):
        """PATH is where its socket is made."""
        self._image = os.open(image, os.O_RDWR | os.O_CLOEXEC)
        self._size = os.fstat(self._image).st_size
        self._flushed: dict[int, bytes] = {}
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._thread: threading.Thread | None = None

    def plug_in(self):
        """Serve one virtual machine, until it is off."""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def lose_cache(self, chance: random.Random, kept: float) -> int:
        """The power is off. Each block that was not written out has been with probability KEPT; returns how many
        have not."""
        self._thread.join(30)
        lost = [block for block in sorted(self._flushed) if chance.random() >= kept]
        for block in lost:
            os.pwrite(self._image, self._flushed[block], block * _BLOCK)
        self._flushed.clear()
        return len(lost)

    def close(self):
        self._listener.close()
        if self._thread is not None:
            self._thread.join(30)
        os.close(self._image)

    def _serve(self):
        connection, _ = self._listener.accept()
        with connection, connection.makefile("rb") as stream:
            try:
                self._shake_hands(connection, stream)
                while self._answer(connection, stream):
                    pass
            except (EOFError, ConnectionError):
                pass    # QEMU was killed

    def _shake_hands(self, connection: socket.socket, stream):
        connection.sendall(b"NBDMAGIC" + struct.pack(">QH", _OPTION_MAGIC, _HANDSHAKE_FLAGS))
        _read(stream, 4)
        option = None
        while option != _OPTION_GO:
            _, option, length = struct.unpack(">QII", _read(stream, 16))
            _read(stream, length)

            def reply(kind: int, data: bytes = b""):
                connection.sendall(struct.pack(">QIII", _OPTION_REPLY_MAGIC, option, kind, len(data)) + data)

            if option == _OPTION_GO:
                reply(_REPLY_INFO, struct.pack(">HQH", 0, self._size, _DISK_FLAGS))
                reply(_REPLY_ACKNOWLEDGED)
            else:
                reply(_REPLY_UNSUPPORTED)

    def _answer(self, connection: socket.socket, stream) -> bool:
        _, flags, kind, handle, offset, length = _REQUEST.unpack(_read(stream, _REQUEST.size))
        data = b""
        if kind == _READ:
            data = os.pread(self._image, length, offset)
        elif kind == _WRITE:
            self._write(_read(stream, length), offset, bool(flags & _NOT_CACHED))
        elif kind == _FLUSH:
            self._flushed.clear()
        else:
            return False
        connection.sendall(_REPLY.pack(_REPLY_MAGIC, 0, handle) + data)
        return True

    def _write(self, data: bytes, offset: int, at_once: bool):
        for block in range(offset // _BLOCK, (offset + len(data) - 1) // _BLOCK + 1):
            if at_once:
                self._flushed.pop(block, None)
            elif block not in self._flushed:
                self._flushed[block] = os.pread(self._image, _BLOCK, block * _BLOCK)
        os.pwrite(self._image, data, offset)


def _read(stream, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data
