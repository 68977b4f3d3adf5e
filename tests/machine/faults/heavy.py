# SPDX-License-Identifier: LGPL-2.1-or-later
"""As much as a machine has to stand: many jobs that run and many that wait, many clients, and much output.

For test_load.py, and for tests/bench/load, which prints the figures.
"""

import contextlib
import hashlib
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from daemon import main_pid
from person import Person
from probe import Probe
from waiting import wait_until

_AGENT = Path(__file__).with_name("crowd_agent.py").read_text()
_CONNECTIONS = 2        # that submit: 100 calls each of the 256 that a user may have
_BLOCK = 1 << 20

N_PRINTERS, PRINTED = 20, 10_000


@dataclass(frozen=True)
class Counts:
    queued: int
    running: int
    clients: int
    lines: int


SHORT = Counts(queued=10_000, running=100, clients=20, lines=1_000_000)
LONG = Counts(queued=100_000, running=1_000, clients=200, lines=10_000_000)


class Heavy:
    """Alice's jobs, erin's clients, and bob, who is measured."""

    def __init__(self, machine, counts: Counts, probe: Probe):
        self._machine = machine
        self._counts = counts
        self.probe = probe
        self.figures = []

    def say(self, what: str, calls: int = 100):
        """A line of figures: others' waits since the last one, and the memory now."""
        waits = self.probe.waits(calls)
        memory = ", ".join(f"{name} {self.memory(unit)} KiB" for name, unit in (
            ("jobsd", "jobsd.service"), ("journald", "systemd-journald@jobs.service")))
        self.figures.append(f"{what}: ListJobs {waits}; {memory}")
        print(self.figures[-1], flush=True)
        return waits

    def memory(self, unit: str = "jobsd.service") -> int:
        """The most that its main process has taken; 0 when it is not running yet."""
        status = self._machine.run(["cat", f"/proc/{main_pid(self._machine, unit)}/status"], check=False).stdout
        return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0)

    @contextlib.contextmanager
    def crowd(self):
        """Clients that list, show and subscribe."""
        process = self._popen("erin", "watch", self._counts.clients)
        try:
            assert process.stdout.readline(), "the crowd did not come"
            yield
            assert process.poll() is None, "the crowd was not answered"
        finally:
            process.kill()
            process.communicate()

    def submit(self, n: int, *argv: str) -> float:
        """Returns how many seconds it took."""
        with self._popen("alice", "submit", _CONNECTIONS, n, *argv) as process:
            return float(process.communicate()[0])

    def run_at_once(self, alice: Person, n: int):
        """So many more that N run, and do nothing."""
        self.submit(n - alice.manager()["Running"], "/bin/sleep", "infinity")
        wait_until(lambda: alice.manager()["Running"] == n, timeout=600)

    def print_at_once(self, alice: Person):
        """One job that prints much beside others: all of it is there, in order."""
        ids = {alice.submit("/usr/bin/seq", str(n)): n
               for n in [self._counts.lines] + [PRINTED] * N_PRINTERS}
        for id, n in ids.items():
            assert self._digest_of_output(id) == _digest_of_lines(n), f"job {id}, {n} lines"

    def _digest_of_output(self, id: int) -> str:
        """Read by jobsctl as it comes, until the job has ended and all of it is stored."""
        digest = hashlib.sha256()
        with self._machine.popen(["jobsctl", "output", "--follow", str(id)], "alice",
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            while block := process.stdout.read(_BLOCK):
                digest.update(block)
        assert process.returncode == 0
        return digest.hexdigest()

    def _popen(self, user: str, *arguments):
        return self._machine.popen(["python3", "-c", _AGENT, *map(str, arguments)], user, text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _digest_of_lines(n: int) -> str:
    digest = hashlib.sha256()
    for begin in range(1, n + 1, PRINTED):
        digest.update(b"".join(b"%d\n" % i for i in range(begin, min(begin + PRINTED, n + 1))))
    return digest.hexdigest()


def measure(machine, counts: Counts) -> Heavy:
    """Everything, one after the other, with the crowd at work all the time."""
    everything = counts.running + N_PRINTERS + 1
    with Person(machine, "root") as root, \
            root.jobsd_conf(MaxRunning=everything, MaxQueuedPerUser=counts.queued + 100), \
            Person(machine, "alice") as alice, Probe(machine, "bob") as probe:
        heavy = Heavy(machine, counts, probe)
        heavy.idle = heavy.say("nobody else")
        with heavy.crowd():
            heavy.waits = [heavy.say(f"{counts.clients} clients")]
            begin = time.monotonic()
            heavy.run_at_once(alice, counts.running)
            heavy.waits.append(heavy.say(f"{counts.running} started in {time.monotonic() - begin:.1f} s"))
            begin = time.monotonic()
            heavy.print_at_once(alice)
            heavy.waits.append(heavy.say(f"{counts.lines} lines, and {N_PRINTERS} times {PRINTED}, printed and read "
                                         f"in {time.monotonic() - begin:.1f} s"))
            heavy.run_at_once(alice, everything)
            seconds = heavy.submit(counts.queued, "/bin/true")
            assert alice.manager()["Queued"] == counts.queued
            heavy.waits.append(heavy.say(f"{counts.queued} queued in {seconds:.1f} s"))
            heavy.waits.append(heavy.say("with these", 1000))
        heavy.peak = heavy.memory()
    return heavy
