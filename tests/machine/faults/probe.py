# SPDX-License-Identifier: LGPL-2.1-or-later
"""How long jobsd lets somebody wait who asks for pages of his jobs, one after the other.

    with Probe(machine, "bob") as probe:
        idle = probe.waits()
        …
        assert probe.waits().is_soon(idle)

It is one process with one connection in the machine, which measures there: of one call, nothing else is in it. Each
time it asks the bus itself, too: jobsd is not faster than that.
"""

import subprocess
from dataclasses import dataclass

_PROGRAM = """
import select, sys, time
import jeepney
from jeepney.io.blocking import open_dbus_connection

PAUSE_SEC = 0.005
manager = jeepney.DBusAddress("/org/jobsd1", "org.jobsd1", "org.jobsd1.Manager")
page = jeepney.new_method_call(manager, "ListJobs", "a{sv}tut", ({}, 0, 10, 0))
bus = jeepney.DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
ping = jeepney.new_method_call(bus, "GetId")
connection = open_dbus_connection("SYSTEM", auth_timeout=30)
waits, waits_for_bus, wanted = [], [], 0

def measure(call, waits):
    begin = time.monotonic()
    reply = connection.send_and_get_reply(call, timeout=120)
    waits.append(time.monotonic() - begin)
    assert reply.header.message_type == jeepney.MessageType.method_return, reply

def next_line():
    return sys.stdin.readline() if select.select([sys.stdin], [], [], PAUSE_SEC)[0] else None

while (line := next_line()) != "":
    wanted = int(line) if line else wanted
    if wanted and len(waits) >= wanted:
        print(*waits)
        print(*waits_for_bus, flush=True)
        waits, waits_for_bus, wanted = [], [], 0
    measure(ping, waits_for_bus)
    measure(page, waits)
"""

# So many calls make a figure.
_CALLS_MIN = 100


# What is soon: so long, as the machine has other work; or so many times what it takes when nothing goes on, or what the
# bus takes meanwhile (p99, and the median of the first). A call has five ways over the bus, with polkit's, and a queue
# before each. Before users took turns it were 2000 times the median, or 3 s.
_SOON_SEC = 0.5
_SOON_IDLE = 200
_SOON_BUS = 10


@dataclass
class Waits:
    """Seconds, sorted."""
    seconds: list[float]
    for_bus: list[float]

    def percentile(self, percent: float) -> float:
        return _percentile(self.seconds, percent)

    def is_soon(self, idle: "Waits") -> bool:
        return self.percentile(99) < max(_SOON_SEC, _SOON_IDLE * idle.percentile(50),
                                         _SOON_BUS * _percentile(self.for_bus, 99))

    def __str__(self):
        figures = ", ".join(f"{name} {value * 1000:.1f}" for name, value in (
            ("p50", self.percentile(50)), ("p99", self.percentile(99)), ("longest", self.seconds[-1])))
        return f"{figures} ms of {len(self.seconds)} calls (for the bus p99 {_percentile(self.for_bus, 99) * 1000:.1f})"


def _percentile(ordered: list[float], percent: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


class Probe:
    def __init__(self, machine, user: str):
        self._process = machine.popen(["python3", "-c", _PROGRAM], user, text=True, bufsize=1,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._process.kill()
        self._process.communicate()

    def waits(self, calls: int = _CALLS_MIN) -> Waits:
        """Those since the last time, when there are CALLS of them."""
        print(calls, file=self._process.stdin, flush=True)
        lines = [self._process.stdout.readline().split() for _ in range(2)]
        assert all(lines), "the one who measures was not answered"
        return Waits(*(sorted(map(float, line)) for line in lines))
