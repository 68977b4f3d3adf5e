# SPDX-License-Identifier: LGPL-2.1-or-later
"""guest_run.py SOCKET USER ENVIRONMENT COMMAND…: runs a command in a virtual machine, as its own child in all that can
be seen. The environment is an object of JSON, and is added to what a log-in sets.

Passes on standard input, output, error and signals, and ends as the command did; with the machine as if killed.
"""

import json
import os
import select
import signal
import socket
import struct
import sys

HEADER = struct.Struct(">BI")       # of a frame: what, how many bytes follow
START, INPUT, SIGNAL, OUTPUT, ERROR, END = range(6)
CHUNK = 65536
FORWARDED = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2,
             signal.SIGCONT, signal.SIGWINCH)


def end(status: int):
    if status >= 0:
        sys.exit(status)
    if -status in FORWARDED:
        signal.signal(-status, signal.SIG_DFL)
    os.kill(os.getpid(), -status)


def read(machine: socket.socket, length: int) -> bytes:
    data = machine.recv(length, socket.MSG_WAITALL) if length > 0 else b""
    if len(data) < length:
        end(-signal.SIGKILL)
    return data


def write(fd: int, data: bytes):
    while data:
        data = data[os.write(fd, data):]


def main():
    path, user, environment, *argv = sys.argv[1:]
    wakeup, told = socket.socketpair()
    told.setblocking(False)
    signal.set_wakeup_fd(told.fileno())
    for number in FORWARDED:
        signal.signal(number, lambda *_: None)

    with socket.socket(socket.AF_UNIX) as machine:
        machine.connect(path)

        def send(kind: int, data: bytes):
            machine.sendall(HEADER.pack(kind, len(data)) + data)

        send(START, json.dumps([argv, user, json.loads(environment)]).encode())
        sources = [machine, wakeup, sys.stdin.fileno()]
        while True:
            readable, _, _ = select.select(sources, [], [])
            if wakeup in readable:
                for number in wakeup.recv(CHUNK):
                    send(SIGNAL, bytes([number]))
            if 0 in readable:
                data = os.read(0, CHUNK)
                send(INPUT, data)
                if not data:
                    sources.remove(0)
            if machine in readable:
                kind, length = HEADER.unpack(read(machine, HEADER.size))
                data = read(machine, length)
                if kind == END:
                    end(struct.unpack(">i", data)[0])
                write(1 if kind == OUTPUT else 2, data)


main()
