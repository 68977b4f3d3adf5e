# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client that does its worst: runs in a machine, for hostile.py.

    python3 hostile_agent.py DEED ARGUMENT…

Prints what came of it as a Python literal once it is done, and keeps all that it has open until its standard input
ends. What it does without end it does until then.
"""

import array
import collections
import itertools
import os
import select
import sys

import jeepney
from jeepney.io.blocking import open_dbus_connection

_MANAGER = jeepney.DBusAddress("/org/jobsd1", "org.jobsd1", "org.jobsd1.Manager")
_PENDING_MAX = 100      # of 128 that dbus-daemon lets a connection have
_ANSWER_SEC = 120

_serials = itertools.count(1000)


def connect():
    return open_dbus_connection("SYSTEM", enable_fds=True, auth_timeout=30)


def serialise(member, signature, *body, no_reply=False):
    message = jeepney.new_method_call(_MANAGER, member, signature, body)
    if no_reply:
        message.header.flags |= jeepney.MessageFlag.no_reply_expected
    return message.serialise(serial=next(_serials), fds=array.array("i"))


def page(limit=10, everybody=False, **options):
    return serialise("ListJobs", "a{sv}tut", {"all": ("b", everybody)}, 0, limit, 0, **options)


def is_over():
    return bool(select.select([sys.stdin], [], [], 0)[0])


class Answers:
    """What came back, counted by error; files are kept."""

    def __init__(self):
        self.counts = collections.Counter()
        self.files = []

    def take(self, connection):
        message = connection.receive(timeout=_ANSWER_SEC)
        fields = message.header.fields
        if message.header.message_type == jeepney.MessageType.error:
            self.counts[fields[jeepney.HeaderFields.error_name]] += 1
        elif jeepney.HeaderFields.reply_serial in fields:
            self.counts["answered"] += 1
            self.files += [value for value in message.body if isinstance(value, jeepney.FileDescriptor)]
        else:
            return False
        return True


def call_often(connection, n, make):
    """N calls of one connection, as many at the same time as the bus allows."""
    answers, pending = Answers(), 0
    for _ in range(n):
        connection.sock.sendall(make())
        pending += 1
        while pending >= _PENDING_MAX:
            pending -= answers.take(connection)
    while pending:
        pending -= answers.take(connection)
    return answers


# The deeds: each returns what it says, and what it keeps

def vanish(script, n):
    """Submit on a connection of its own, N times, and leave before the answer."""
    for i in range(int(n)):
        with connect() as connection:
            connection.sock.sendall(serialise(
                "RunCommand", "asa{sv}t", ["/bin/sh", "-c", script, "sh", f"vanished-{i}"], {}, 0))
    return n, None


def vanish_known(script, n):
    """The same by whom polkit has just allowed it."""
    connection = connect()
    call_often(connection, 1, lambda: serialise("RunCommand", "asa{sv}t", ["/bin/true"], {}, 0))
    for i in range(int(n)):
        connection.sock.sendall(serialise(
            "RunCommand", "asa{sv}t", ["/bin/sh", "-c", script, "sh", f"known-{i}"], {}, 0))
    connection.close()
    return n, None


def open_outputs(id, n):
    connection = connect()
    answers = call_often(connection, int(n), lambda: serialise(
        "OpenOutput", "ta{sv}t", int(id), {"follow": ("b", True)}, 0))
    return dict(answers.counts), (connection, answers)


def open_exports(n):
    connection = connect()
    answers = call_often(connection, int(n), lambda: serialise("ExportHistory", "a{sv}st", {}, "csv", 0))
    return dict(answers.counts), (connection, answers)


def subscribe_often(n):
    connection = connect()
    answers = call_often(connection, int(n), lambda: serialise("Subscribe", "t", 0))
    return dict(answers.counts), connection


def subscribe_many(n):
    """Each on a connection of its own."""
    connections = [connect() for _ in range(int(n))]
    counts = collections.Counter()
    for connection in connections:
        counts += call_often(connection, 1, lambda: serialise("Subscribe", "t", 0)).counts
    return dict(counts), connections


def send_half(n):
    connections = [connect() for _ in range(int(n))]
    for connection in connections:
        data = page()
        connection.sock.sendall(data[:len(data) // 2])
    return n, connections


def send_nonsense(n):
    connections = [connect() for _ in range(int(n))]
    for i, connection in enumerate(connections):
        data = bytearray(page())
        data[i % len(data)] ^= 0xff
        connection.sock.sendall(bytes(data) + os.urandom(1000))
    return n, connections


def flood(connections):
    """Calls that want no answer, of which the bus does not count any."""
    connections = [connect() for _ in range(int(connections))]
    print("None", flush=True)
    data = page(500, everybody=True, no_reply=True)
    while not is_over():
        for connection in connections:
            connection.sock.sendall(data)
    return None, None


def read_nothing(connections, pages):
    """Pages on many connections, none of which is read."""
    connections = [connect() for _ in range(int(connections))]
    for _ in range(int(pages)):
        for connection in connections:
            connection.sock.sendall(page(500))
    return pages, connections


def read_no_errors(connections):
    """Calls that are wrong, without end, none of whose answers is read."""
    connections = [connect() for _ in range(int(connections))]
    print("None", flush=True)
    data = 20 * (serialise("Subscribe", "s", "x") + serialise("NoSuchMethod", "t", 0))
    while not is_over():
        for connection in connections:
            connection.sock.sendall(data)
    return None, None


def call_from_many(n, each):
    """N connections, each with so many questions for polkit, again and again."""
    connections = {connection.sock: connection for connection in (connect() for _ in range(int(n)))}
    answers = Answers()
    cancel = serialise("CancelJob", "tt", 1, 0)
    for sock in connections:
        sock.sendall(cancel * int(each))
    print("None", flush=True)
    while not is_over():
        for sock in select.select(list(connections), [], [], 0.1)[0]:
            answers.take(connections[sock])
            sock.sendall(cancel)
    return None, None


def main():
    deed, *arguments = sys.argv[1:]
    told, _kept = globals()[deed](*arguments)
    if told is not None:
        print(repr(told), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
