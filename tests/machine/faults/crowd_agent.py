# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many clients in one process: runs in a machine, for heavy.py.

    python3 crowd_agent.py submit CONNECTIONS N ARGUMENT…     submits a command N times, says how long it took
    python3 crowd_agent.py watch CONNECTIONS                  lists, shows and subscribes until its input ends
"""

import array
import contextlib
import itertools
import select
import sys
import time

import jeepney
from jeepney.io.blocking import open_dbus_connection

_MANAGER = jeepney.DBusAddress("/org/jobsd1", "org.jobsd1", "org.jobsd1.Manager")
_PENDING_MAX = 100      # of 128 that dbus-daemon lets a connection have
_PAUSE_SEC = 0.01
_SUBSCRIBED = 50        # of the 64 that a user may have

_serials = itertools.count(1000)


def connect(n):
    connections = [open_dbus_connection("SYSTEM", auth_timeout=60) for _ in range(n)]
    return {connection.sock: connection for connection in connections}


def call(member, signature, *body, interface="org.jobsd1.Manager"):
    address = jeepney.DBusAddress("/org/jobsd1", "org.jobsd1", interface)
    message = jeepney.new_method_call(address, member, signature, body)
    return message.serialise(serial=next(_serials), fds=array.array("i"))


def answered(connections, timeout=None):
    """The sockets on which an answer came, one by one.

    What was received with a message is in the connection, not in its socket, which tells nothing of it.
    """
    for sock in select.select(list(connections), [], [], timeout)[0]:
        with contextlib.suppress(TimeoutError):
            while message := connections[sock].receive(timeout=0):
                assert message.header.message_type != jeepney.MessageType.error, message
                if message.header.message_type == jeepney.MessageType.method_return:
                    yield sock


def submit(n_connections, n, *argv):
    connections = connect(int(n_connections))
    left = pending = 0
    begin = time.monotonic()

    def send(sock):
        nonlocal left, pending
        if left:
            sock.sendall(call("RunCommand", "asa{sv}t", list(argv), {}, 0))
            left, pending = left - 1, pending + 1

    left = int(n)
    for sock in connections:
        for _ in range(_PENDING_MAX):
            send(sock)
    while pending:
        for sock in answered(connections):
            pending -= 1
            send(sock)
    print(time.monotonic() - begin, flush=True)


def watch(n_connections):
    connections = connect(int(n_connections))
    turns = itertools.cycle([
        lambda: call("ListJobs", "a{sv}tut", {}, 0, 50, 0),
        lambda: call("GetAll", "s", "org.jobsd1.Manager", interface="org.freedesktop.DBus.Properties"),
        lambda: call("ListJobs", "a{sv}tut", {"status": ("as", ["running"])}, 0, 50, 0)])
    for i, sock in enumerate(connections):
        sock.sendall(call("Subscribe", "t", 0) if i < _SUBSCRIBED else next(turns)())
    print("at work", flush=True)
    while not select.select([sys.stdin], [], [], _PAUSE_SEC)[0]:
        for sock in answered(connections, 0):
            sock.sendall(next(turns)())


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
