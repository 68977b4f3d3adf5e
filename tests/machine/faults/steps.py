# SPDX-License-Identifier: LGPL-2.1-or-later
"""kill -9 of jobsd at one of its system calls, by strace: before the kernel has done the call.

What jobsd has done for good is what it has told the kernel. So each moment between two of its steps is
one of these calls.
"""

import collections
import re
from dataclasses import dataclass

from daemon import main_pid, running_pid
from waiting import wait_until, wait_until_active

# Writes to the database and their commit, messages to the bus and the log, the stream of a job's output,
# and the end of each turn of the event loop.
CALLS = ("pwrite64", "fdatasync", "sendmsg", "sendto", "epoll_wait")

_TRACE = "/run/faults-trace"


@dataclass(frozen=True)
class Point:
    """The NUMBER-th CALL from now."""
    call: str
    number: int


class Tracer:
    """Traces the jobsd of a machine while in a with statement, and kills it at POINT."""

    def __init__(self, machine, point: Point | None = None):
        self._machine = machine
        self._pid = wait_until(lambda: running_pid(machine))
        self._inject = [f"--inject={point.call}:signal=KILL:when={point.number}"] if point else []

    def __enter__(self):
        self._strace = self._machine.popen(
            ["strace", f"--attach={self._pid}", f"--trace={','.join(CALLS)}", *self._inject,
             "--string-limit=400", "--quiet=attach", f"--output={_TRACE}"])
        wait_until(self._is_attached)
        return self

    def _is_attached(self) -> bool:
        try:
            return "TracerPid:\t0\n" not in self._machine.path(f"/proc/{self._pid}/status").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return True     # and has killed it already

    def __exit__(self, *exception):
        self._strace.terminate()
        self._strace.wait(60)
        wait_until_active(self._machine)

    @property
    def has_killed(self) -> bool:
        """Known after the with statement."""
        return main_pid(self._machine) != self._pid

    def calls(self) -> list[tuple[Point, str]]:
        """What jobsd called up to the removal of the job's unit: where, and the line of the trace."""
        counts = collections.Counter()
        calls = []
        for line in self._machine.path(_TRACE).read_text(errors="replace").splitlines():
            if match := re.match(r"(\w+)\(", line):
                counts[match[1]] += 1
                calls.append((Point(match[1], counts[match[1]]), line))
        last = max(n for n, (_, line) in enumerate(calls) if re.search("StopUnit|ResetFailedUnit", line))
        return calls[:last + 1]
