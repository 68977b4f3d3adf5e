# SPDX-License-Identifier: LGPL-2.1-or-later
"""A terminal in a machine, with a program in it: what terminal.py starts there.

Reads requests as Python literals, a line each, and answers each with the terminal's state.
"""

import ast
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

import pyte


class Terminal:
    def __init__(self, lines, columns, argv):
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.status = None
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
            os.execvp(argv[0], argv)

    def read(self):
        """What the program writes. At its end its status is known."""
        try:
            data = os.read(self.master, 65536)
        except OSError:     # the other end is closed
            data = b""
        if data:
            self.raw += data
            self.stream.feed(data)
        elif self.status is None:
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def has_output(self, timeout):
        return self.status is None and bool(select.select([self.master], [], [], timeout)[0])

    def drain(self):
        while self.has_output(0):
            self.read()

    def next(self, timeout):
        """Wait until the program has written something more, or has ended."""
        if self.has_output(timeout):
            self.read()
        self.drain()

    def type(self, text):
        os.write(self.master, text)

    def type_secret(self, text):
        while termios.tcgetattr(self.master)[3] & termios.ECHO:
            time.sleep(0.05)
        self.type(text + b"\n")

    def resize(self, lines, columns):
        self.drain()
        self.screen.resize(lines, columns)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def close(self):
        os.close(self.master)
        os.waitpid(self.pid, 0)

    def state(self):
        columns = self.screen.columns
        return {"lines": self.screen.display, "raw": self.raw, "status": self.status,
                "modes": None if self.status is not None else repr(termios.tcgetattr(self.master)),
                "colours": [[self.screen.buffer[y][x].fg for x in range(columns)]
                            for y in range(self.screen.lines)]}


terminal = Terminal(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
for request in sys.stdin:
    name, *arguments = ast.literal_eval(request)
    getattr(terminal, name)(*arguments)
    print(repr(terminal.state()), flush=True)
if terminal.status is None:
    terminal.close()
