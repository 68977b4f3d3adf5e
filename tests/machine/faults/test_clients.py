# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whatever a client does, jobsd stays as it is, takes no more than a user may have, and answers the others."""

import json
import signal
import subprocess

import pytest

from daemon import log, main_pid
from history import multiply
from hostile import Hostile
from person import Gate
from probe import Probe
from waiting import wait_until

LIMITS = "org.freedesktop.DBus.Error.LimitsExceeded"

# As jobsd.conf(5) has it.
STREAMS, SUBSCRIPTIONS = 32, 64

# What jobsd may take while somebody does his worst, and keep of it: 16 MiB are a user's for calls.
_MEMORY_KIB = 48 * 1024
_HELPER_KIB = 32 * 1024     # each

# What jobsd may leave in dbus-daemon's queues, which stops at 127 MiB: 16 MiB are a user's, and more comes before jobsd
# knows.
_UNREAD_BYTES = 64 * 1024 * 1024


@pytest.fixture(scope="module")
def history(machine, alice):
    """A thousand jobs of alice's, so that pages and exports are large."""
    id = alice.submit("/bin/true")
    alice.wait(id)
    multiply(machine, id, 1000)
    alice.close()       # jobsd was stopped
    again = alice.submit("/bin/echo", "again")      # from here on it has open what it needs
    alice.wait(again)
    alice.output(again)
    return id


class Jobsd:
    """What it takes."""

    def __init__(self, machine):
        self._machine = machine
        self.pid = main_pid(machine)

    def n_files(self) -> int:
        return len(self._machine.run(["ls", f"/proc/{self.pid}/fd"]).stdout.split())

    def resident(self) -> int:
        return _resident(self._machine, self.pid)

    def helpers(self) -> list[int]:
        """The memory of each."""
        pids = self._machine.run(["pgrep", "--parent", self.pid], check=False).stdout.split()
        return [_resident(self._machine, pid) for pid in pids]


def _resident(machine, pid: str) -> int:
    status = machine.run(["cat", f"/proc/{pid}/status"], check=False).stdout
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")), 0)


@pytest.fixture
def probe(machine, history):
    with Probe(machine, "bob") as probe:
        yield probe


@pytest.fixture(autouse=True)
def jobsd(machine, history, probe, bob):
    """The same process with as many files as before, and hardly more memory, which works for others."""
    jobsd = Jobsd(machine)
    n_files, resident = jobsd.n_files(), jobsd.resident()
    yield jobsd
    wait_until(lambda: jobsd.n_files() <= n_files and not jobsd.helpers())
    assert main_pid(machine) == jobsd.pid
    grown = jobsd.resident() - resident
    print(f"memory: {resident} KiB before, {grown} KiB more now")
    assert grown < _MEMORY_KIB
    id = bob.submit("/bin/echo", "here")
    bob.wait(id)
    assert bob.output(id) == b"here\n"


@pytest.fixture
def others_are_served(probe, jobsd):
    """A function: others wait hardly longer than before, and jobsd takes no more than it may."""
    idle = probe.waits()

    def check(calls: int = 200):
        waits, helpers = probe.waits(calls), jobsd.helpers()
        print(f"others waited {waits}, and {idle} before; jobsd took {jobsd.resident()} KiB, "
              f"{len(helpers)} helpers {max(helpers, default=0)} KiB at most")
        assert waits.is_soon(idle), waits
        assert jobsd.resident() < _MEMORY_KIB
        assert max(helpers, default=0) < _HELPER_KIB

    return check


@pytest.mark.parametrize("deed", ["vanish", "vanish_known"])
def test_who_submits_and_vanishes_has_his_job_run_once_or_not_at_all(machine, alice, others_are_served, deed):
    """Once if it was accepted, which it is not where polkit has not seen him any more."""
    ran = alice.file("ran")
    ran.unlink(missing_ok=True)
    before = alice.ids()
    with Hostile(machine, "alice", deed, 'echo "$1" >>"$HOME/ran"', 100):
        others_are_served()
    accepted = [row["Id"] for row in alice.list_jobs() if row["Id"] > before[0] and row["Name"] == "sh"]
    alice.wait_all(accepted)
    lines = ran.read_text().splitlines() if accepted else []
    print(f"{len(accepted)} of 100 were accepted")
    assert len(set(lines)) == len(lines) == len(accepted)


@pytest.fixture
def endless(alice):
    """A job that has printed more than a pipe takes, and goes on."""
    id = alice.sh("seq 100000; exec sleep infinity")
    alice.wait_started(id)
    yield id
    alice.cancel(id)
    alice.wait(id)


def test_outputs_that_nobody_reads(machine, endless, others_are_served):
    with Hostile(machine, "alice", "open_outputs", endless, STREAMS) as hostile:
        assert hostile.told == {"answered": STREAMS}
        others_are_served()


def test_exports_that_nobody_reads(machine, others_are_served):
    with Hostile(machine, "alice", "open_exports", STREAMS) as hostile:
        assert hostile.told == {"answered": STREAMS}
        others_are_served()


def test_ten_thousand_outputs(machine, endless, bob, jobsd, others_are_served):
    """As many as a user may have; somebody else can open one, and when they are gone he can, too."""
    id = bob.submit("/bin/echo", "mine")
    bob.wait(id)
    n_files = jobsd.n_files()
    with Hostile(machine, "alice", "open_outputs", endless, 10_000) as hostile:
        assert hostile.told == {"answered": STREAMS, LIMITS: 10_000 - STREAMS}
        assert jobsd.n_files() <= n_files + 3 * STREAMS
        assert bob.output(id) == b"mine\n"
        others_are_served()
    wait_until(lambda: not jobsd.helpers())
    with Hostile(machine, "alice", "open_outputs", endless, 1) as hostile:
        assert hostile.told == {"answered": 1}


def test_five_thousand_subscriptions_of_one_connection_are_one(machine, bob, others_are_served):
    with Hostile(machine, "alice", "subscribe_often", 5000) as hostile:
        assert hostile.told == {"answered": 5000}
        with Hostile(machine, "alice", "subscribe_many", SUBSCRIPTIONS) as more:
            assert more.told == {"answered": SUBSCRIPTIONS - 1, LIMITS: 1}
            others_are_served()


def test_subscriptions_of_many_connections(machine, bob, others_are_served):
    """Others can subscribe meanwhile, and he again when he has left."""
    with Hostile(machine, "alice", "subscribe_many", 200) as hostile:
        assert hostile.told == {"answered": SUBSCRIPTIONS, LIMITS: 200 - SUBSCRIPTIONS}
        bob.call("Subscribe", "t", 0)
        bob.call("Unsubscribe")
        others_are_served()
    with Hostile(machine, "alice", "subscribe_many", 1) as hostile:
        assert hostile.told == {"answered": 1}


@pytest.mark.parametrize("deed", ["send_half", "send_nonsense"])
def test_messages_that_are_none(machine, others_are_served, deed):
    with Hostile(machine, "alice", deed, 100):
        others_are_served()


@pytest.mark.parametrize("deed, arguments", [("read_nothing", (10, 100)), ("read_no_errors", (8,))])
def test_replies_that_nobody_reads(machine, others_are_served, deed, arguments):
    """350 MB of pages, and errors without end. Of 127 MiB on dbus-daemon would read jobsd no more."""
    with Hostile(machine, "alice", deed, *arguments):
        others_are_served(500)
        assert _unread(machine) < _UNREAD_BYTES


def test_two_hundred_connections_that_ask_without_a_pause(machine, others_are_served):
    with Hostile(machine, "alice", "call_from_many", 200, 10), \
            Hostile(machine, "erin", "call_from_many", 2, 100):
        others_are_served(500)


def test_calls_that_want_no_answer(machine, others_are_served):
    with Hostile(machine, "alice", "flood", 4):
        others_are_served(500)


@pytest.fixture
def gate(alice):
    return Gate(alice)


@pytest.fixture
def stopped(machine, alice, gate):
    """jobsctl waiting for the gate's job, and watching the list, both stopped in the middle."""
    processes = [alice.popen("jobsctl", *arguments, text=True, stdout=subprocess.PIPE)
                 for arguments in (["wait", str(gate.job())], ["list", "--watch"])]

    def are_subscribed():
        with Hostile(machine, "alice", "subscribe_many", SUBSCRIPTIONS) as hostile:
            return hostile.told.get(LIMITS) == len(processes)

    wait_until(are_subscribed)
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    yield processes
    for process in processes:
        if process.poll() is None:
            process.resume()
        process.kill()
        process.communicate()


def test_signals_that_nobody_reads(machine, alice, root, gate, stopped, others_are_served):
    """Such subscriptions end; who was only stopped goes on as if nothing had been."""
    n_ended = log(machine).count("does not read what it is told")
    with Hostile(machine, "alice", "subscribe_many", SUBSCRIPTIONS - len(stopped)):
        while log(machine).count("does not read what it is told") < n_ended + SUBSCRIPTIONS:
            for _ in range(20):
                root.submit("/bin/true", user="alice")
        assert _unread(machine) < _UNREAD_BYTES
        others_are_served()
    waits, watches = stopped
    for process in stopped:
        process.resume()
    gate.open()
    assert waits.wait(60) == 0
    alice.submit("/bin/true", name="the newest")
    assert any("the newest" in line for line in watches.stdout)


def _unread(machine) -> int:
    """What dbus-daemon keeps of jobsd's messages."""
    bus = "org.freedesktop.DBus"
    answer = machine.run(["busctl", "--json=short", "call", bus, "/org/freedesktop/DBus", f"{bus}.Debug.Stats",
                          "GetConnectionStats", "s", "org.jobsd1"]).stdout
    return json.loads(answer)["data"][0]["IncomingBytes"]["data"]
