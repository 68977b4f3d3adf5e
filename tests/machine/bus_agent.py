# SPDX-License-Identifier: LGPL-2.1-or-later
"""A person's program on the system bus: runs in a machine, and does there what person.py asks for.

One request a line on standard input, one answer a line on standard output, both as Python literals.
"""

import ast
import collections
import itertools
import os
import sys
import time

import jeepney
from jeepney.io.blocking import open_dbus_connection

_ENDED = ("completed", "error", "cancelled")
_POLL_SEC = 0.05
_PENDING_MAX = 100      # of 128


class Agent:
    def __init__(self):
        self._connection = open_dbus_connection("SYSTEM", enable_fds=True, auth_timeout=30)
        self._serials = itertools.count(1000)
        self._replies = {}
        self._signals = collections.deque()
        self._files = {}

    # What person.py can ask for: public methods, by name

    def name(self):
        return self._connection.unique_name

    def pid(self):
        return os.getpid()

    def send(self, path, interface, member, signature=None, body=(), interactive=False,
             no_reply=False, destination="org.jobsd1"):
        address = jeepney.DBusAddress(path, destination, interface)
        message = jeepney.new_method_call(address, member, signature, body)
        if interactive:
            message.header.flags |= jeepney.MessageFlag.allow_interactive_authorization
        if no_reply:
            message.header.flags |= jeepney.MessageFlag.no_reply_expected
        serial = next(self._serials)
        self._connection.send(message, serial=serial)
        return serial

    def send_changed(self, old, new, **call):
        """Send a call in whose bytes something is replaced, by as many bytes: jeepney sends what is right."""
        address = jeepney.DBusAddress(call["path"], "org.jobsd1", call["interface"])
        message = jeepney.new_method_call(address, call["member"], call["signature"], call["body"])
        data = message.serialise(serial=next(self._serials))
        assert data.count(old) == 1 and len(old) == len(new)
        self._connection.sock.sendall(data.replace(old, new))

    def reply(self, serial, timeout):
        deadline = time.monotonic() + timeout
        while serial not in self._replies:
            self._receive(deadline)
        message = self._replies.pop(serial)
        if message.header.message_type == jeepney.MessageType.error:
            name = message.header.fields[jeepney.HeaderFields.error_name]
            text = message.body[0] if message.body else ""
            return "error", name, text
        signature = message.header.fields.get(jeepney.HeaderFields.signature, "")
        return "return", signature, self._keep_files(message.body)

    def call(self, timeout, **call):
        return self.reply(self.send(**call), timeout)

    def call_many(self, timeout, calls):
        """As many on their way at the same time as dbus-daemon lets a connection have."""
        serials = collections.deque()
        replies = []
        for call in calls:
            if len(serials) == _PENDING_MAX:
                replies.append(self.reply(serials.popleft(), timeout))
            serials.append(self.send(**call))
        return replies + [self.reply(serial, timeout) for serial in serials]

    def wait(self, ids, timeout):
        """The jobs' rows of ListJobs, in this order, when all of them have ended."""
        deadline = time.monotonic() + timeout
        left, rows = set(ids), {}
        while True:
            for some in _batches(sorted(left), 500):
                rows.update(self._list(some, deadline - time.monotonic()))
            missing = left - rows.keys()
            if missing:
                raise LookupError(f"no such jobs: {sorted(missing)}")
            left = {id for id in left if rows[id]["Status"][1] not in _ENDED}
            if not left:
                return [rows[id] for id in ids]
            if time.monotonic() > deadline:
                raise TimeoutError(f"not ended after {timeout} s: {[rows[id] for id in left]}")
            time.sleep(_POLL_SEC)

    def wait_for(self, id, expected, timeout):
        """The job's row of ListJobs once these are as expected; None is anything but 0 and empty."""
        deadline = time.monotonic() + timeout
        while True:
            row = self._list([id], deadline - time.monotonic())[id]
            if all(bool(row[name][1]) if value is None else row[name][1] == value
                   for name, value in expected.items()):
                return row
            if time.monotonic() > deadline:
                raise TimeoutError(f"not {expected} after {timeout} s: {row}")
            time.sleep(_POLL_SEC)

    def signals(self, timeout, member=None, start=()):
        """The signals since the last call, once one of them is MEMBER with a body that begins so.

        Without MEMBER those that jobsd has sent by now.
        """
        deadline = time.monotonic() + timeout
        if member is None:
            self.call(timeout, path="/org/jobsd1", interface="org.freedesktop.DBus.Peer",
                      member="Ping")
        else:
            while not any(signal[2] == member and signal[3][:len(start)] == tuple(start)
                          for signal in self._signals):
                self._receive(deadline)
        signals = list(self._signals)
        self._signals.clear()
        return signals

    def read(self, fd):
        """All that is there up to the end of the file, which is closed then."""
        with self._files.pop(fd) as file:
            return file.read()

    def read_until(self, fd, text):
        """Up to the first read that ends with TEXT."""
        data = b""
        while not data.endswith(text):
            more = self._files[fd].read1()
            if not more:
                break
            data += more
        return data

    def open(self, path, mode):
        file = open(path, mode)
        self._files[file.fileno()] = file
        return file.fileno()

    def close(self, fd):
        self._files.pop(fd).close()

    # The rest

    def _receive(self, deadline):
        message = self._connection.receive(timeout=max(0, deadline - time.monotonic()))
        fields = message.header.fields
        if message.header.message_type == jeepney.MessageType.signal:
            if fields.get(jeepney.HeaderFields.interface) != "org.freedesktop.DBus":
                self._signals.append((
                    fields[jeepney.HeaderFields.path], fields[jeepney.HeaderFields.interface],
                    fields[jeepney.HeaderFields.member], message.body))
        else:
            self._replies[fields[jeepney.HeaderFields.reply_serial]] = message

    def _keep_files(self, body):
        values = []
        for value in body:
            if isinstance(value, jeepney.FileDescriptor):
                value = value.to_raw_fd()
                self._files[value] = os.fdopen(value, "rb")
            values.append(value)
        return tuple(values)

    def _list(self, ids, timeout):
        for everybody in (False, True):
            kind, *answer = self.call(
                timeout, path="/org/jobsd1", interface="org.jobsd1.Manager", member="ListJobs",
                signature="a{sv}tut", body=({"all": ("b", everybody), "ids": ("at", ids)}, 0, 500, 0))
            if kind == "error":
                raise RuntimeError(answer)
            if len(answer[1][0]) == len(ids):
                break
        return {row["Id"][1]: row for row in answer[1][0]}


def _batches(items, size):
    return [items[at:at + size] for at in range(0, len(items), size)]


def main():
    agent = Agent()
    for line in sys.stdin:
        method, arguments = ast.literal_eval(line)
        try:
            answer = True, getattr(agent, method)(**arguments)
        except Exception as exception:      # told to whoever asked
            answer = False, f"{type(exception).__name__}: {exception}"
        print(repr(answer), flush=True)


if __name__ == "__main__":
    main()
