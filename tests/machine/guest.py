# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs in a virtual machine, any number at the same time, by way of one virtual serial port.

In the machine guest_agent.py runs them. On the host each is a process of guest_run.py, which talks to the Guest here,
and that one has the port. What goes over it are frames: which program, what, how many bytes, the bytes.
"""

import asyncio
import contextlib
import itertools
import json
import signal
import struct
import sys
import threading
from pathlib import Path

_RUN = Path(__file__).with_name("guest_run.py")
_FRAME = struct.Struct(">BI")
_NUMBER = struct.Struct(">I")
_SIGNAL = 2     # see guest_run.py


class Guest:
    """Those of one machine, from its start until it is off."""

    def __init__(self, port: Path, path: Path):
        """PORT is QEMU's socket, PATH where to make one for guest_run.py."""
        self._port = port
        self._path = path
        self._programs: dict[int, asyncio.StreamWriter] = {}
        self._numbers = itertools.count(1)
        self._is_listening = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=[self._serve()], daemon=True)
        self._thread.start()
        self._is_listening.wait()

    def command(self, user: str, environment: dict[str, str]) -> list[str]:
        """What to put before a command that shall run in the machine, in the user's home directory."""
        return [sys.executable, "-I", "-S", "-B", str(_RUN), str(self._path), user, json.dumps(environment)]

    def close(self):
        """The machine is off: wait until everybody knows."""
        self._thread.join(30)

    async def _serve(self):
        reader, self._writer = await asyncio.open_unix_connection(self._port)
        self._path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._attend, self._path)
        self._is_listening.set()
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                number, = _NUMBER.unpack(await reader.readexactly(_NUMBER.size))
                frame = await _read_frame(reader)
                if number in self._programs:
                    self._programs[number].write(frame)
        server.close()
        while self._programs:
            self._programs[next(iter(self._programs))].close()
            await asyncio.sleep(0)

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        number = next(self._numbers)
        self._programs[number] = writer
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                self._writer.write(_NUMBER.pack(number) + await _read_frame(reader))
        del self._programs[number]
        writer.close()
        self._writer.write(_NUMBER.pack(number) + _FRAME.pack(_SIGNAL, 1) + bytes([signal.SIGKILL]))


async def _read_frame(reader: asyncio.StreamReader) -> bytes:
    header = await reader.readexactly(_FRAME.size)
    return header + await reader.readexactly(_FRAME.unpack(header)[1])
