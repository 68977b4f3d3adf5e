# SPDX-License-Identifier: LGPL-2.1-or-later
"""Serves a port of the host's loopback by what listens on another one in a machine's network.

    forward.py FD PORT

FD listens on the host; this process is in the machine's network, where PORT is.
"""

import asyncio
import socket
import subprocess
import sys


def start(enter: list[str], port: int) -> tuple[subprocess.Popen, int]:
    """A process that serves PORT of the network that the command ENTER enters, and where: the same port, or any."""
    listener = _listen(port)
    with listener:
        command = ["setpriv", "--pdeathsig=TERM", *enter, sys.executable, __file__, str(listener.fileno()), str(port)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[listener.fileno()])
        return process, listener.getsockname()[1]


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError:     # somebody else's
        return socket.create_server(("127.0.0.1", 0))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass            # whoever has gone is not to be told
    finally:
        writer.close()


async def _serve(listener: socket.socket, port: int):
    async def serve_one(reader, writer):
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_copy(reader, inner_writer), _copy(inner_reader, writer))

    async with await asyncio.start_server(serve_one, sock=listener) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2])))
