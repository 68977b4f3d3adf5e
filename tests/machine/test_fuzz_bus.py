# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whatever anybody sends on the bus, jobsd stays up, grows by nothing, and changes nothing that he may not."""

import ast
import secrets
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from harness import cache
from person import TIMEOUT_SEC, Gate

_AGENT = Path(__file__).with_name("fuzz_agent.py").read_text()

# For each of alice, nobody and root, with --long and without: docs/reliability.md has what came of it.
_CALLS = 1500
_CALLS_LONG = 40_000
# Before anything is measured: caches fill, the allocator takes what it will keep.
_WARM_UP = 1000

# Nothing that root could do harm with.
_PROGRAMS = ["/bin/true", "/bin/false", "/bin/echo"]
_TYPES = {
    "echo": "[Job]\nCommand=/bin/echo {word}\n[Parameter word]\nPattern=[a-z]*\n",
    "read": "[Job]\nCommand=/bin/cat {word}\n[Parameter word]\nType=file\nSizeMax=10K\n",
    "restricted": "[Job]\nCommand=/bin/true\nAllowGroups=operators\n",
    "broken": "[Job]\nCommand=true\nDescription=\udcff\n",
}

# What may be answered. Anything else is an accident that was not thought of, as an errno's own name.
_ERRORS = {
    *(f"org.freedesktop.DBus.Error.{name}" for name in (
        "InvalidArgs", "AccessDenied", "InteractiveAuthorizationRequired", "LimitsExceeded", "UnknownMethod",
        "UnknownObject", "UnknownInterface", "UnknownProperty", "PropertyReadOnly",
        "NotSupported")),       # to retry a record that was imported, a limit without its controller
    *(f"org.jobsd1.Error.{name}" for name in (
        "NoSuchJob", "NoSuchGroup", "NoSuchUser", "NoSuchType", "NoSuchResult", "BrokenType", "Active", "NotActive")),
}


def methods():
    """Each method of the interface files: its interface, name and signature."""
    found = []
    for path in sorted((cache.SOURCE / "dbus").glob("*.xml")):
        for interface in ElementTree.parse(path).iter("interface"):
            for method in interface.iter("method"):
                signature = "".join(arg.get("type") for arg in method.iter("arg") if arg.get("direction") == "in")
                found.append((interface.get("name"), method.get("name"), signature))
    return found


@pytest.fixture(scope="module")
def types(machine, root):
    """Job types that anybody may run, that some may, and that nobody can."""
    for name, text in _TYPES.items():
        path = machine.path(f"/etc/jobsd/types.d/{name}.job")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode(errors="surrogateescape"))
    root.call("Reload", "t", 0)
    machine.run(["groupadd", "nobody"])     # whom the machine's run() wants to have a group of his name


class Daemon:
    """jobsd as a process."""

    def __init__(self, machine):
        self._machine = machine
        self.started = self._show()
        self.pid = self.started.split("\n")[0].removeprefix("MainPID=")

    def _show(self):
        return self._machine.run(["systemctl", "show", "jobsd", "-p", "MainPID", "-p", "NRestarts"]).stdout

    def is_the_same(self):
        return self._show() == self.started

    def n_files(self):
        return len(self._machine.run(["ls", f"/proc/{self.pid}/fd"]).stdout.split())

    def resident(self):
        status = self._machine.run(["cat", f"/proc/{self.pid}/status"]).stdout
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")))


class Fuzz:
    """Somebody who calls, many times, while others go on."""

    def __init__(self, machine, name, calls, ids, seed):
        self.name, self.calls, self.seed = name, calls, seed
        todo = {"seed": seed, "calls": calls, "methods": methods(), "ids": ids, "programs": _PROGRAMS,
                "types": list(_TYPES)}
        self._process = machine.popen(["python3", "-c", _AGENT], name, text=True, stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._process.stdin.write(repr(todo))
        self._process.stdin.close()
        self._process.stdin = None

    def is_running(self):
        return self._process.poll() is None

    def end(self):
        """Check that each call was answered, and by what can be expected."""
        stdout, stderr = self._process.communicate()
        assert self._process.returncode == 0, f"{self.name}, seed {self.seed}: {stderr}"
        answers = ast.literal_eval(stdout)
        print(f"{self.name}, seed {self.seed}: {self.calls} calls: {answers}")
        assert answers.keys() <= {"answered", *_ERRORS}, f"{self.name}, seed {self.seed}: {answers}"
        assert answers["answered"] > self.calls / 20, answers


def fuzz(machine, names, calls, ids, seed, other):
    """Let them call at the same time, while OTHER works. Returns how long OTHER waited at most."""
    fuzzes = [Fuzz(machine, name, calls, ids, seed) for name in names]
    longest = 0.0
    while any(fuzz.is_running() for fuzz in fuzzes):
        begin = time.monotonic()
        other.list_jobs(limit=10)
        longest = max(longest, time.monotonic() - begin)
    for fuzz in fuzzes:
        fuzz.end()
    return longest


@pytest.fixture(scope="module")
def calls(request):
    return _CALLS_LONG if request.config.getoption("long") else _CALLS


@pytest.fixture(scope="module")
def seed(request):
    """The same one in the short form, a new one each time in the long form."""
    return secrets.randbits(32) if request.config.getoption("long") else 1


@pytest.fixture(scope="module")
def warm(machine, types, bob, root, seed):
    """A jobsd that has seen everything once."""
    id = bob.sh("true")
    bob.wait(id)
    fuzz(machine, ["alice", "nobody", "root"], _WARM_UP, [id], seed, bob)
    end_all(root, ())
    return Daemon(machine)


@pytest.fixture(autouse=True)
def jobsd_stays(request, warm, bob, root):
    """The process, its memory, its files; and it still does what it is for."""
    n_files, resident = warm.n_files(), warm.resident()
    yield
    assert warm.is_the_same()
    end_all(root, ())
    deadline = time.monotonic() + TIMEOUT_SEC
    while warm.n_files() > n_files:     # the bus tells of who has left, and helpers end, in their own time
        assert time.monotonic() < deadline, f"{n_files} files before, {warm.n_files()} now"
    growth = warm.resident() / resident
    print(f"memory: {resident} KiB before, {growth:.2f} times as much now")
    if request.config.getoption("variant") == "plain":      # a sanitizer keeps what was freed
        assert growth < 3       # some of what large messages took is kept
    id = bob.sh("echo here")
    assert bob.wait(id)["Result"] == "success" and bob.output(id) == b"here\n"


def end_all(root, kept):
    """Cancel the jobs of everybody, and wait until they have ended."""
    deadline = time.monotonic() + TIMEOUT_SEC
    while active := set(root.ids(all=True, status=["queued", "running"])) - set(kept):
        assert time.monotonic() < deadline, f"still active: {active}"
        root.call_many([("CancelJob", "tt", id, 0) for id in active])   # some have ended meanwhile


@pytest.mark.limit(240, "thousands of calls")
def test_users_change_nothing_of_others(machine, bob, root, calls, seed):
    """Two users call at random, with the ids of others: those find all of their jobs as they were."""
    gate = Gate(bob)
    mine = [bob.sh("exit 3", name="ended"), gate.job(name="running")]
    roots = root.sh("echo done")
    bob.wait(mine[0])
    bob.wait_started(mine[1])
    root.wait(roots)
    before = [bob.job(id) for id in mine], root.job(roots), bob.output(mine[0])

    longest = fuzz(machine, ["alice", "nobody"], calls, [*mine, roots], seed, bob)
    print(f"others waited {longest * 1000:.0f} ms at most")

    assert ([bob.job(id) for id in mine], root.job(roots), bob.output(mine[0])) == before
    gate.open()
    assert bob.wait(mine[1])["Result"] == "success"


@pytest.mark.limit(240, "thousands of calls")
def test_root_does_not_bring_it_down(machine, bob, calls, seed):
    """Root may do a lot, but not end jobsd by what he says."""
    id = bob.sh("exit 3")
    bob.wait(id)
    longest = fuzz(machine, ["root"], calls, [id], seed, bob)
    print(f"others waited {longest * 1000:.0f} ms at most")
