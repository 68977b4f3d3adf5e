# SPDX-License-Identifier: LGPL-2.1-or-later
"""One client of jobsd under load: runs in a machine as its user, see load.py.

    client.py bus|cli SEED

Until its standard input is closed it submits, cancels, clears, reads and listens at random, and
appends what jobsd answered to the file "told" in its home directory, one JSON object a line. Every
submission has a token of its own, which the job's marks and its output carry.
"""

import json
import os
import random
import select
import subprocess
import sys
import time

import jeepney
from jeepney.io.blocking import open_dbus_connection

JOB = "/usr/local/bin/faults-job"
ENDINGS = ("0", "0", "7", "KILL")
TYPES = [("faults", ("0", "7", "flaky")), ("restartable", ("0", "7"))]
ACTIVE_MAX = 12
TIMEOUT_SEC = 60
PAUSE_SEC = 0.01

_BUS = {"path": "/org/freedesktop/DBus", "interface": "org.freedesktop.DBus",
        "destination": "org.freedesktop.DBus"}


class Told:
    """What clients were told, each kind in a file of its own: two processes never share one."""

    def __init__(self, kind):
        self._file = open(os.path.expanduser(f"~/told.{kind}"), "a")

    def write(self, act, **what):
        print(json.dumps({"act": act, **what}), file=self._file, flush=True)


    def acts(self, act):
        """What is there of one kind, of earlier clients of this user's too."""
        with open(self._file.name) as file:
            return [record for record in map(json.loads, file) if record["act"] == act]


class Refused(Exception):
    """An error from the bus: its name and its text."""


class Unanswered(Exception):
    """Nobody knows whether it was done."""


# What the bus says when jobsd, or the bus itself, went away in the middle.
_UNANSWERED = ("org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Disconnected",
               "org.freedesktop.DBus.Error.Timeout", "org.freedesktop.DBus.Error.TimedOut")


class Bus:
    """A connection that is made anew when it breaks."""

    def __init__(self, told):
        self._told = told
        self._connection = None

    def call(self, member, signature=None, body=(), path="/org/jobsd1",
             interface="org.jobsd1.Manager", destination="org.jobsd1"):
        address = jeepney.DBusAddress(path, destination, interface)
        message = jeepney.new_method_call(address, member, signature, body)
        try:
            self._connect()
            serial = next(self._connection.outgoing_serial)
            self._connection.send(message, serial=serial)
            reply = self._receive(serial)
        except (OSError, EOFError, jeepney.wrappers.DBusErrorResponse) as error:
            self._connection = None
            raise Unanswered(type(error).__name__) from None
        if reply.header.message_type == jeepney.MessageType.error:
            name = reply.header.fields[jeepney.HeaderFields.error_name]
            text = reply.body[0] if reply.body else ""
            raise (Unanswered if name in _UNANSWERED else Refused)(name, text)
        return reply.body

    def _connect(self):
        if self._connection is None:
            self._connection = open_dbus_connection("SYSTEM", enable_fds=True, auth_timeout=TIMEOUT_SEC)

    def _receive(self, serial):
        deadline = time.monotonic() + TIMEOUT_SEC
        while True:
            message = self._connection.receive(timeout=max(0, deadline - time.monotonic()))
            fields = message.header.fields
            if message.header.message_type != jeepney.MessageType.signal:
                if fields[jeepney.HeaderFields.reply_serial] == serial:
                    return message
            elif fields[jeepney.HeaderFields.member] == "JobRemoved":
                self._told.write("removed", id=message.body[0], status=message.body[2])


class BusClient:
    """Everything that a program on the bus can ask for, at random."""

    def __init__(self, chance, told):
        self._chance = chance
        self._told = told
        self._bus = Bus(told)
        self._owner = None
        self._submitted = []    # (id, ending) of those that were acknowledged and not cleared
        self._endless = set()   # jobs that only a cancellation ends
        self._unknown = set()   # tokens of those whose submission was not answered
        self._take_over()
        self._acts = [self._run, self._run, self._run, self._run_type, self._cancel, self._cancel_endless,
                      self._clear, self._read, self._read, self._list]

    def _take_over(self):
        """What a client before this one, which died with the machine, has left that never ends."""
        for record in self._told.acts("submit"):
            if record["ending"] == "endless" and not record.get("refused"):
                self._unknown.add(record["token"])

    def step(self):
        self._subscribe()
        self._try(self._chance.choice(self._acts))

    def finish(self):
        """Cancels what would never end, until jobsd has said that it does."""
        while self._endless or self._unknown:
            self._try(self._find_unknown)
            self._try(self._cancel_endless)
            time.sleep(PAUSE_SEC)

    def _find_unknown(self):
        active = {"status": ("as", ["queued", "running"])}
        rows = self._bus.call("ListJobs", "a{sv}tut", (active, 0, 500, 0))[0]
        self._endless |= {row["Id"][1] for row in rows if row["Name"][1] in self._unknown}
        self._unknown.clear()

    def _try(self, act, *arguments):
        try:
            act(*arguments)
        except Unanswered:
            pass
        except Refused as refused:
            self._told.write("refused", of=act.__name__, error=list(refused.args))

    def _subscribe(self):
        """With each jobsd once; what happens between two of them nobody is told."""
        def subscribe():
            owner = self._get_owner()
            if owner != self._owner:
                self._bus.call("Subscribe", "t", (0,))
                self._owner = owner
        self._try(subscribe)

    def _get_owner(self):
        try:
            return self._bus.call("GetNameOwner", "s", ("org.jobsd1",), **_BUS)[0]
        except Refused:
            return None

    def _is_busy(self):
        active = {"status": ("as", ["queued", "running"])}
        rows = self._bus.call("ListJobs", "a{sv}tut", (active, 0, ACTIVE_MAX, 0))[0]
        return len(rows) >= ACTIVE_MAX

    def _submit(self, ending, member, signature, body, token):
        self._told.write("submit", token=token, ending=ending)  # now: perhaps the machine goes down with the answer
        try:
            id = self._bus.call(member, signature, body)[0]
        except Unanswered:
            if ending == "endless":
                self._unknown.add(token)
            raise
        except Refused:
            self._told.write("submit", token=token, ending=ending, refused=True)
            raise
        self._told.write("submit", token=token, ending=ending, id=id)
        if ending == "endless":
            self._endless.add(id)
        else:
            self._submitted.append((id, ending))

    def _run(self):
        if self._is_busy():
            return
        # one at a time: were all that may run endless, whoever waits for another job would not cancel his
        endless = [] if self._endless or self._unknown else ["endless"]
        token, ending = new_token(self._chance), self._chance.choice([*ENDINGS, *endless])
        argv = [JOB, token, new_duration(self._chance), ending]
        self._submit(ending, "RunCommand", "asa{sv}t", (argv, {"name": ("s", token)}, 0), token)

    def _run_type(self):
        if self._is_busy():
            return
        token, (name, endings) = new_token(self._chance), self._chance.choice(TYPES)
        ending = self._chance.choice(endings)
        values = {"token": token, "seconds": new_duration(self._chance), "ending": ending}
        self._submit(ending, "RunType", "sa{ss}a{sv}t", (name, values, {}, 0), token)

    def _cancel(self):
        if self._submitted and self._chance.random() < 0.5:
            self._cancel_job(self._chance.choice(self._submitted[-5:])[0])

    def _cancel_endless(self):
        if self._endless:
            self._cancel_job(self._chance.choice(sorted(self._endless)))

    def _cancel_job(self, id):
        self._told.write("cancel", id=id)
        try:
            self._bus.call("CancelJob", "tt", (id, 0))
        except Unanswered:
            return
        except Refused as refused:
            if not refused.args[0].endswith("NotActive"):
                raise
            self._endless.discard(id)   # an earlier question of ours was not answered and did it
            return
        self._endless.discard(id)

    def _clear(self):
        if len(self._submitted) < 40 or self._chance.random() < 0.7:
            return
        ids = [id for id, _ in self._submitted[:5]]
        self._told.write("clear", ids=ids)  # those that have ended are gone, answered or not
        self._bus.call("ClearJobs", "a{sv}t", ({"ids": ("at", ids)}, 0))
        del self._submitted[:5]

    def _read(self):
        if not self._submitted:
            return
        id, _ = self._chance.choice(self._submitted[-10:])
        rows = self._bus.call("ListJobs", "a{sv}tut", ({"ids": ("at", [id])}, 0, 1, 0))[0]
        follow = self._chance.random() < 0.5
        fd, status_fd = self._bus.call("OpenOutput", "ta{sv}t", (id, {"follow": ("b", follow)}, 0))
        with open(fd.to_raw_fd(), "rb") as stream, open(status_fd.to_raw_fd()) as status:
            text, notes = stream.read().decode(), status.read().splitlines()
        ended = bool(rows) and rows[0]["Status"][1] in ("completed", "error", "cancelled")
        # one without an end broke off with its jobsd
        whole = notes[-1:] == [f"end {len(text.encode())}"] and (ended or follow)
        self._told.write("output", id=id, text=text, whole=whole)

    def _list(self):
        before = 0
        for _ in range(3):
            rows, before, _ = self._bus.call("ListJobs", "a{sv}tut", ({}, before, 50, 0))
            if before == 0:
                break


class CommandLineClient:
    """Somebody at a terminal, who waits for each job."""

    def __init__(self, chance, told):
        self._chance = chance
        self._told = told

    def step(self):
        token, ending = new_token(self._chance), self._chance.choice(ENDINGS)
        how = self._chance.choice(["--wait", "--follow"])
        self._told.write("submit", token=token, ending=ending)
        run = subprocess.run(
            ["jobsctl", "run", how, f"--name={token}", "--", JOB, token, new_duration(self._chance), ending],
            stdin=subprocess.DEVNULL, capture_output=True, text=True)
        self._told.write("attended", token=token, ending=ending, how=how, status=run.returncode,
                         output=run.stdout, error=run.stderr)

    def finish(self):
        pass


def new_token(chance):
    return f"{os.getpid()}-{chance.randrange(2**60):x}"


def new_duration(chance):
    return f"{chance.choice([0, 0, 0.05, 0.3, 1.0]) * chance.random():.3f}"


def is_wanted():
    readable, _, _ = select.select([sys.stdin], [], [], PAUSE_SEC)
    return not readable


def main():
    kind, seed = sys.argv[1:]
    client = {"bus": BusClient, "cli": CommandLineClient}[kind](random.Random(seed), Told(kind))
    while is_wanted():
        client.step()
    client.finish()


if __name__ == "__main__":
    main()
