# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls jobsd with whatever comes to mind: runs in a machine, for test_fuzz_bus.py.

Reads what to do as a Python literal from standard input, and writes there how often it got which answer.
"""

import array
import ast
import collections
import itertools
import os
import random
import sys

import jeepney
from jeepney.io.blocking import open_dbus_connection

_PENDING_MAX = 100      # of 128 that dbus-daemon lets a connection have
_ANSWER_SEC = 120
_ELEMENTS_MAX = 4000    # of a message's arrays: the bus cuts whoever sends more than 32 MiB
_CUT_EVERY = 200        # calls between two connections that send nonsense

_STANDARD = [
    ("org.freedesktop.DBus.Properties", "Get", "ss"),
    ("org.freedesktop.DBus.Properties", "GetAll", "s"),
    ("org.freedesktop.DBus.Properties", "Set", "ssv"),
    ("org.freedesktop.DBus.Introspectable", "Introspect", ""),
    ("org.freedesktop.DBus.ObjectManager", "GetManagedObjects", ""),
    ("org.freedesktop.DBus.Peer", "Ping", ""),
]

# What options and filters take, right or wrong.
_KEYS = {
    "name": "s", "related": "s", "origin": "s", "environment": "as", "working-directory": "s", "timeout": "t",
    "memory-max": "t", "cpu-quota": "t", "tasks-max": "t", "output-max": "t", "output-grace": "t", "umask": "u",
    "nice": "i", "user": "s", "key": "s", "results": "b", "all": "b", "ids": "at",
    "status": "as", "type": "s", "since": "t", "until": "t", "before": "t", "follow": "b", "lines": "t",
    "columns": "as", "raw": "b", "moon": "v",
}

# None of the texts is a program's path: what is run is one of those that were given.
_WORDS = ["", "queued", "running", "completed", "error", "cancelled", "csv", "json", "web", "bus", "~", "/", "/tmp",
          "A=b", "PATH=", "LD_PRELOAD=/x", "alice", "bob", "root", "0", "1002", "65534", "-1", "jobName", "id",
          "https://example.org/1", "Id", "Status", "Version"]

_HOSTILE = ["%n%s%d", "../../etc/passwd", "/../..", "a\nb", "\x1b[31m", "\x7f", "\ufffe", "\ufdd0", "\U0010ffff",
            "\u202e", "'; DROP TABLE jobs; --", "$(reboot)", "`reboot`", "{file}", "=", "=x", "--", "-x", "\\", '"',
            "x" * 255, "x" * 256, "é" * 128, "€" * 2000, "x" * 131072]

_CSV = (b"startDate,endDate,jobName,jobStatus,jobInfo,jobUser\n"
        b"2026-11-24T10:00:00+01:00,2026-11-24T10:00:05+01:00,imported,Completed,,alice\n")

_NUMBERS = [0, 1, 2, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1]

_RANGES = {"y": 2**8, "q": 2**16, "u": 2**32, "t": 2**64}
_SIGNED = {"n": 2**15, "i": 2**31, "x": 2**63}


class Fuzzer:
    def __init__(self, seed, calls, methods, ids, programs, types):
        self._random = random.Random(seed)
        self._calls = calls
        self._methods = methods + _STANDARD
        self._interfaces = sorted({interface for interface, _, _ in self._methods})
        self._ids = ids             # of everybody
        self._programs = programs
        self._types = types
        self._serials = itertools.count(1000)
        self._pending = {}
        self._answers = collections.Counter()
        self._files = collections.deque(maxlen=100)     # those that are still on their way
        self._connection = open_dbus_connection("SYSTEM", enable_fds=True, auth_timeout=30)

    def run(self):
        for i in range(self._calls):
            self._send()
            while len(self._pending) >= _PENDING_MAX:
                self._receive()
            if i % _CUT_EVERY == 0:
                self._send_nonsense()
        while self._pending:
            self._receive()
        self._connection.close()
        return dict(self._answers)

    def _send(self):
        message = self._message()
        serial = next(self._serials)
        if not message.header.flags & jeepney.MessageFlag.no_reply_expected:
            self._pending[serial] = message.header.fields[jeepney.HeaderFields.member]
        self._connection.send(message, serial=serial)

    def _receive(self):
        message = self._connection.receive(timeout=_ANSWER_SEC)
        fields = message.header.fields
        serial = fields.get(jeepney.HeaderFields.reply_serial)
        if serial is None:
            return      # a signal
        self._pending.pop(serial)
        if message.header.message_type == jeepney.MessageType.error:
            self._answers[fields[jeepney.HeaderFields.error_name]] += 1
            return
        self._answers["answered"] += 1
        for value in message.body:
            if isinstance(value, jeepney.FileDescriptor):
                value.close()
        if message.body and fields[jeepney.HeaderFields.signature] == "to":
            self._ids.append(message.body[0])       # a new job

    def _send_nonsense(self):
        """Some messages with wrong bytes in them, on a connection of their own, which the bus may cut."""
        with open_dbus_connection("SYSTEM", auth_timeout=30) as connection:
            for _ in range(5):
                data = bytearray(self._message().serialise(serial=next(self._serials), fds=array.array("i")))
                for _ in range(self._random.choice([1, 1, 2, 10])):
                    data[self._random.randrange(len(data))] = self._random.choice([0, 1, 0x7f, 0x80, 0xff])
                try:
                    connection.sock.sendall(data)
                except OSError:
                    return

    # One call

    def _message(self):
        self._left = _ELEMENTS_MAX
        interface, member, signature = self._random.choice(self._methods)
        if self._one_in(6):
            signature = self._any_signature()
            body = tuple(self._value(type) for type in _split(signature))
        else:
            body = self._body(member, signature)
        if self._one_in(20):
            interface = self._random.choice([*self._interfaces, "org.example.Moon"])
        if self._one_in(50):
            member = self._random.choice(["Moon", "Clear", "ClearJobs"])
        address = jeepney.DBusAddress(self._path(interface), "org.jobsd1", interface)
        message = jeepney.new_method_call(address, member, signature or None, body)
        if self._one_in(10):
            message.header.flags |= jeepney.MessageFlag.allow_interactive_authorization
        if self._one_in(20):
            message.header.flags |= jeepney.MessageFlag.no_reply_expected
        return message

    def _body(self, member, signature):
        body = tuple(self._value(type) for type in _split(signature))
        if member == "RunCommand":
            return (self._command(), *body[1:-1], self._flags())
        if member == "RunType":
            type, parameters, options = self._random.choice([*self._types, self._text()]), *body[1:-1]
            if self._one_in(3):
                options["files"] = ("a{sh}", {name: self._file() for name in [*parameters, self._text()][:self._length()]})
            return (type, parameters, options, self._flags())
        if signature.endswith("t"):
            return (*body[:-1], self._flags())
        if signature.startswith("ss"):
            return (self._random.choice(self._interfaces), *body[1:])
        return body

    def _command(self):
        program = self._random.choice([*self._programs, *self._programs, "", "true", "./true", "/nowhere/true"])
        n = self._random.choice([0, 1, 2, 5, 5, 20] + [5000] * self._one_in(20))
        return [program, *(self._text() for _ in range(n))][self._one_in(50):] if n < 5000 else [program] + ["x"] * n

    def _flags(self):
        return 0 if not self._one_in(6) else 1 << self._random.randrange(64)

    def _path(self, interface):
        if self._one_in(20):
            return self._random.choice(["/", "/org", "/org/jobsd1/job", "/org/jobsd1/job/0", "/org/jobsd1/job/01",
                                        "/org/jobsd1/moon", "/org/jobsd1/job/99999999999999999999"])
        if interface.endswith(".Job") or (interface.startswith("org.freedesktop") and self._one_in(2)):
            return f"/org/jobsd1/job/{self._id()}"
        return "/org/jobsd1"

    # Values

    def _one_in(self, n):
        return self._random.randrange(n) == 0

    def _id(self):
        return self._random.choice(self._ids) if not self._one_in(4) else self._number(2**64)

    def _number(self, bound):
        if self._one_in(2):
            return self._random.choice(_NUMBERS) % bound
        return self._random.getrandbits(self._random.randrange(1, 65)) % bound

    def _text(self):
        if self._one_in(3):
            return self._random.choice(_HOSTILE)
        if self._one_in(3):
            return "".join(chr(self._random.randrange(1, 0x800)) for _ in range(self._random.randrange(20)))
        return self._random.choice(_WORDS)

    def _any_signature(self):
        basic = [*"ybnqiuxtdsogvh", "as", "at", "a{sv}", "a{ss}", "aa{sv}", "(sts)", "ay", "aas", "av", "a(sa{sv})"]
        return "".join(self._random.choice(basic) for _ in range(self._random.randrange(5)))

    def _length(self):
        n = min(self._left, self._random.choice([0, 1, 1, 2, 2, 3, 5] + [2000] * self._one_in(30)))
        self._left -= n
        return n

    def _options(self):
        options = {}
        for _ in range(self._random.choice([0, 0, 1, 1, 2, 3])):
            key = self._random.choice(list(_KEYS)) if not self._one_in(10) else self._text()
            type = _KEYS.get(key, "s") if not self._one_in(5) else self._random.choice(["s", "t", "as", "v", "d"])
            options[key] = (type, self._value(type))
        return options

    def _variant(self, depth=0):
        if depth < 25 and not self._one_in(20 if depth else 3):
            return ("v", self._variant(depth + 1))
        type = self._random.choice(["s", "t", "as", "a{ss}", "d", "b"])
        return (type, self._value(type))

    def _value(self, type):
        if type in _RANGES:
            return self._id() if type == "t" and self._one_in(2) else self._number(_RANGES[type])
        if type in _SIGNED:
            return self._number(2 * _SIGNED[type]) - _SIGNED[type]
        makers = {
            "b": lambda: self._one_in(2),
            "d": lambda: self._random.choice([0.0, -1.0, float("nan"), float("inf"), 1e308]),
            "s": self._text,
            "o": lambda: self._path("org.jobsd1.Job"),
            "g": self._any_signature,
            "v": self._variant,
            "h": self._file,
            "a{sv}": self._options,
            "a{ss}": lambda: {self._text() if self._one_in(2) else "word": self._text() for _ in range(self._length())},
            "ay": lambda: self._random.randbytes(self._length()),
        }
        if type in makers:
            return makers[type]()
        if type[0] == "a":
            return [self._value(type[1:]) for _ in range(self._length())]
        return tuple(self._value(part) for part in _split(type[1:-1]))

    def _file(self):
        """With rows that can be imported, or nothing like that."""
        fd = os.memfd_create("fuzz")
        os.write(fd, self._random.choice([b"", b"\0", self._random.randbytes(1000), _CSV, _CSV + b'"', _CSV * 100]))
        os.lseek(fd, 0, os.SEEK_SET)
        self._files.append(os.fdopen(fd, "rb"))
        return self._files[-1]


def _split(signature):
    """The complete types of a signature."""
    types, i = [], 0
    while i < len(signature):
        begin, depth = i, 0
        while signature[i] == "a":
            i += 1
        while True:
            depth += signature[i] in "({"
            depth -= signature[i] in ")}"
            i += 1
            if depth == 0:
                break
        types.append(signature[begin:i])
    return types


if __name__ == "__main__":
    print(Fuzzer(**ast.literal_eval(sys.stdin.read())).run())
