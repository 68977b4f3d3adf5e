# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs programs in a virtual machine: what the host asks for on a virtual serial port, see guest.py.

Is a service there, as root. A program ends with whoever started it; its end is told when nobody holds its
output any more.
"""

import glob
import json
import os
import pwd
import selectors
import signal
import struct
import subprocess

PORTS = "/dev/vport*p1"      # the device has its number, too

HEADER = struct.Struct(">IBI")      # of a frame: which program, what, how many bytes follow
START, INPUT, SIGNAL, OUTPUT, ERROR, END = range(6)
CHUNK = 65536
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"


def as_user(name, environment):
    """How subprocess.Popen() is told; root is who we are already."""
    account = pwd.getpwnam(name)
    log_in = {"USER": name, "LOGNAME": name, "HOME": account.pw_dir, "SHELL": account.pw_shell, "PATH": PATH}
    become = {"user": account.pw_uid, "group": account.pw_gid,
              "extra_groups": os.getgrouplist(name, account.pw_gid)} if account.pw_uid != 0 else {}
    return {"cwd": account.pw_dir if os.path.isdir(account.pw_dir) else "/", "env": {**log_in, **environment}, **become}


class Program:
    def __init__(self, agent, number, argv, user, environment):
        self._agent = agent
        self._number = number
        self._input = b""
        self._is_input_over = False
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                         bufsize=0, start_new_session=True, **as_user(user, environment))
        os.set_blocking(self._process.stdin.fileno(), False)
        self._pidfd = os.pidfd_open(self._process.pid)
        self._left = 3
        agent.watch(self._pidfd, selectors.EVENT_READ, self._on_exit)
        for file, kind in (self._process.stdout, OUTPUT), (self._process.stderr, ERROR):
            agent.watch(file, selectors.EVENT_READ, lambda file=file, kind=kind: self._on_output(file, kind))

    def feed(self, data):
        """Without data it is the end of standard input."""
        if not self._process.stdin.closed:
            if not self._input:
                self._agent.watch(self._process.stdin, selectors.EVENT_WRITE, self._on_writable)
            self._input += data
            self._is_input_over |= not data
            self._on_writable()

    def kill(self, number):
        if self._process.poll() is None:
            os.kill(self._process.pid, number)

    def _on_writable(self):
        try:
            if self._input:
                self._input = self._input[os.write(self._process.stdin.fileno(), self._input):]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._input, self._is_input_over = b"", True
        if not self._input:
            self._agent.forget(self._process.stdin)
            if self._is_input_over:
                self._process.stdin.close()

    def _on_output(self, file, kind):
        data = os.read(file.fileno(), CHUNK)
        if data:
            self._agent.send(self._number, kind, data)
        else:
            self._agent.forget(file)
            file.close()
            self._settle()

    def _on_exit(self):
        self._agent.forget(self._pidfd)
        os.close(self._pidfd)
        self._process.wait()
        self._settle()

    def _settle(self):
        self._left -= 1
        if self._left > 0:
            return
        if not self._process.stdin.closed:
            self._agent.forget(self._process.stdin)
            self._process.stdin.close()
        self._agent.send(self._number, END, struct.pack(">i", self._process.returncode))
        self._agent.remove(self._number)


class Agent:
    def __init__(self):
        self._port = os.open(glob.glob(PORTS)[0], os.O_RDWR)
        self._selector = selectors.DefaultSelector()
        self._programs = {}

    def run(self):
        self.watch(self._port, selectors.EVENT_READ, self._on_frame)
        while True:
            for key, _ in self._selector.select():
                if key.fd in self._selector.get_map():      # not forgotten meanwhile
                    key.data()

    def watch(self, file, events, callback):
        if file not in self._selector.get_map():
            self._selector.register(file, events, callback)

    def forget(self, file):
        if file in self._selector.get_map():
            self._selector.unregister(file)

    def remove(self, number):
        del self._programs[number]

    def send(self, number, kind, data):
        view = memoryview(HEADER.pack(number, kind, len(data)) + data)
        while view:
            view = view[os.write(self._port, view):]

    def _read(self, length):
        data = b""
        while len(data) < length:
            data += os.read(self._port, length - len(data))
        return data

    def _on_frame(self):
        number, kind, length = HEADER.unpack(self._read(HEADER.size))
        data = self._read(length)
        program = self._programs.get(number)
        if kind == START:
            self._start(number, *json.loads(data))
        elif program is None:
            return      # it has just ended
        elif kind == INPUT:
            program.feed(data)
        elif kind == SIGNAL:
            program.kill(data[0])

    def _start(self, number, argv, user, environment):
        try:
            self._programs[number] = Program(self, number, argv, user, environment)
        except (OSError, LookupError) as error:     # no such program, or user
            self.send(number, ERROR, f"{argv[0]}: {error}\n".encode())
            self.send(number, END, struct.pack(">i", 127))


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    Agent().run()
