# SPDX-License-Identifier: LGPL-2.1-or-later
"""A person's program on the system bus: runs in a machine, and does there what person.py asks for.

One request a line on standard input, one answer a line on standard output, both as Python literals.
"""

import ast
import collections
import contextlib
import itertools
import os
import sys
import time

import jeepney
from jeepney.io.blocking import open_dbus_connection

_BUS = "org.freedesktop.DBus"
_PATH = "/org/jobsd1"
_MANAGER = "org.jobsd1.Manager"
_ENDED = ("completed", "error", "cancelled")
_UNANSWERED = (f"{_BUS}.Error.NoReply", f"{_BUS}.Error.TimedOut")     # jobsd went away meanwhile
_SIGNALS = ("JobNew", "JobRemoved", "PropertiesChanged", "HistoryChanged", "TypesChanged")
_ANY = 0                # no job's id
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
        return self._rows_once(lambda row: row["Status"][1] in _ENDED, ids, ("JobRemoved",), timeout)

    def wait_for(self, ids, expected, timeout):
        """The jobs' rows of ListJobs once these are as expected; None is anything but 0 and empty."""
        def is_expected(row):
            return all(bool(row[name][1]) if value is None else row[name][1] == value
                       for name, value in expected.items())
        return self._rows_once(is_expected, ids, ("JobRemoved", "PropertiesChanged"), timeout)

    def subscribe(self, timeout):
        """For wait_for_news(), until unsubscribe()."""
        self._subscription = Subscription(_SIGNALS, time.monotonic() + timeout)

    def wait_for_news(self):
        """Until jobsd has said something of any job since the last time."""
        self._subscription.next()

    def unsubscribe(self):
        self._subscription.close()

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

    def _rows_once(self, is_so, ids, members, timeout):
        """The jobs' rows of ListJobs, in this order, each as it was when IS_SO(row): they are looked at again when
        jobsd sends one of these signals about them."""
        deadline = time.monotonic() + timeout
        rows = {}

        def look(some):
            for batch in _batches(sorted(some), 500):
                rows.update(self._list(batch, deadline))
            return {id for id in some if id not in rows or not is_so(rows[id])}

        left = look(set(ids))
        if left:
            with contextlib.closing(Subscription(members, deadline)) as subscription:
                left = look(left)       # what changed before it was there
                while left:
                    try:
                        told = subscription.next(left)
                    except TimeoutError:
                        raise TimeoutError(f"not so after {timeout} s: {[rows.get(id) for id in left]}") from None
                    left = (left - told) | look(told)
        return [rows[id] for id in ids]

    def _list(self, ids, deadline):
        """Their rows by id; none when jobsd went away meanwhile."""
        for everybody in (False, True):
            kind, *answer = self.call(
                deadline - time.monotonic(), path=_PATH, interface=_MANAGER, member="ListJobs",
                signature="a{sv}tut", body=({"all": ("b", everybody), "ids": ("at", ids)}, 0, 500, 0))
            if kind == "error" and answer[0] in _UNANSWERED:
                return {}
            if kind == "error":
                raise RuntimeError(answer)
            rows = {row["Id"][1]: row for row in answer[1][0]}
            if len(rows) == len(ids):
                return rows
        raise LookupError(f"no such jobs: {sorted(set(ids) - rows.keys())}")


class Subscription:
    """What jobsd tells of jobs, for as long as somebody waits for it.

    It has a connection of its own: the agent's is the one of which a test knows whether it has subscribed.
    """

    def __init__(self, members, deadline):
        self._members = members
        self._deadline = deadline
        self._connection = open_dbus_connection("SYSTEM", auth_timeout=30)
        rule = jeepney.MatchRule(type="signal", sender=_BUS, interface=_BUS, member="NameOwnerChanged")
        rule.add_arg_condition(0, "org.jobsd1")
        self._call(jeepney.message_bus.AddMatch(rule))
        self._subscribe()

    def close(self):
        self._connection.close()

    def next(self, ids=None):
        """Those of these jobs, or of any, of which something was said since the last time: at least one."""
        told = set()
        while not told:
            told = self._read(ids, self._deadline)
        with contextlib.suppress(TimeoutError):
            while True:         # what has come by now is looked at only once
                told |= self._read(ids, time.monotonic())
        return told

    def _read(self, ids, deadline):
        id = self._read_id(deadline)
        if id is None:
            return set()
        if id == _ANY or ids is None:
            return set(ids or {_ANY})
        return {id} & ids

    def _read_id(self, deadline):
        """Of which job one more message is, _ANY where it may be of each, or None."""
        message = self._connection.receive(timeout=max(0, deadline - time.monotonic()))
        fields = message.header.fields
        member = fields.get(jeepney.HeaderFields.member)
        if member in ("NameOwnerChanged", "SubscriptionEnded"):
            self._subscribe()   # such a jobsd does not know of us, and what happened meanwhile it has told nobody
            return _ANY
        if member not in self._members:
            return None
        if member == "PropertiesChanged":
            path = fields[jeepney.HeaderFields.path]
            return None if path == _PATH else int(path.rpartition("/")[2])
        return message.body[0] if message.body else _ANY    # some tell no id

    def _subscribe(self):
        address = jeepney.DBusAddress(_PATH, "org.jobsd1", _MANAGER)
        answer = self._call(jeepney.new_method_call(address, "Subscribe", "t", (0,)))
        if answer.header.message_type == jeepney.MessageType.error:
            name = answer.header.fields[jeepney.HeaderFields.error_name]
            if name not in _UNANSWERED:       # which is followed by NameOwnerChanged
                raise RuntimeError(name, answer.body)

    def _call(self, message):
        """What comes before the answer is dropped: whoever calls looks at all jobs then."""
        return self._connection.send_and_get_reply(message, timeout=max(0, self._deadline - time.monotonic()))


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
