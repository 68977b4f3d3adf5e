# SPDX-License-Identifier: LGPL-2.1-or-later
"""What every machine test is held to: it ends in time, leaves nothing behind, and tells what it failed on.

After a failed test the machines of its module are thrown away: the next test gets new ones.
"""

import json
import signal
import subprocess
import traceback
from pathlib import Path

import pytest

from machine import Machine

# For one test, with what it sets up; more is asked for, with the reason, by pytest.mark.limit.
_LIMIT_SEC = 60
# Tests of faults are about load, and about what takes its time to come back.
_LIMIT_FAULTS_SEC = 300
# With emulated processors all takes ten times as long.
_LIMIT_VIRTUAL_SEC = 600
# The full counts of docs/reliability.md.
_LIMIT_LONG_SEC = 3 * 60 * 60
# To find out what was wrong.
_STATE_SEC = 20

_failed = pytest.StashKey[bool]()
_jobs_before = pytest.StashKey[dict[Machine, set[str]]]()


class Found(AssertionError):
    """What is never a matter of chance: it is red, whatever a second try says."""


def pytest_addoption(parser):
    parser.addoption("--failures", type=Path, help="write what failed to this file, a JSON object a line")


def pytest_configure(config):
    if config.getoption("failures"):
        config.pluginmanager.register(_Teller(config.getoption("failures")))
    config.addinivalue_line("markers", "limit(seconds, reason): how long the test may take, and why so long")
    # Being terminated is like Ctrl-C: fixtures are torn down.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


# Limits of time

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    """Also for what sets it up and tears it down: a test that waits for ever shall fail, and say where it was."""
    limit = _limit(item)

    def give_up(signum, frame):
        raise TimeoutError(f"not done after {limit} s")

    # Again and again: what is torn down after it may hang as well.
    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, limit, limit)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)


def _limit(item) -> float:
    if item.config.getoption("long"):
        return _LIMIT_LONG_SEC
    marker = item.get_closest_marker("limit")
    if marker is not None:
        return marker.args[0]
    if "vm" in item.fixturenames:
        return _LIMIT_VIRTUAL_SEC
    return _LIMIT_FAULTS_SEC if item.path.parent.name == "faults" else _LIMIT_SEC


# Nothing is left behind, and a new machine after a failure

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    machines = [machine for machine in item.funcargs.values() if isinstance(machine, Machine)]
    item.stash[_jobs_before] = {machine: machine.job_units() for machine in machines}
    processes = {machine: machine.processes() for machine in machines}
    gates = {machine: machine.closed_gates() for machine in machines}
    yield
    for machine in machines:
        for gate in machine.closed_gates() - gates[machine] if machine.running else ():
            machine.open_gate(gate)     # nobody is left waiting
        for process in machine.processes() - processes[machine]:
            process.kill()
            process.wait()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown(item, nextitem):
    if nextitem is None or nextitem.getparent(pytest.Module) is not item.getparent(pytest.Module):
        yield       # its module's machine goes with it
        return
    if item.stash.get(_failed, False):
        item.session._setupstate.teardown_exact(_OutsideOf(item))
    yield
    for machine, before in item.stash.get(_jobs_before, {}).items():
        if machine.job_units() - before:
            _cancel_jobs(machine, before)


def _cancel_jobs(machine: Machine, but_for: set[str]):
    """Those that wait, too: they would start."""
    active = machine.run(["jobsctl", "list", "--all", "--active", "--lines=all", "--json=short"], check=False).stdout
    ids = [job["id"] for job in json.loads(active or "[]") if job["unit"] not in but_for]
    if ids:
        machine.run(["jobsctl", "cancel", "--no-ask-password", *map(str, ids)], check=False)


class _OutsideOf:
    """Stands for a next test that shares nothing with ITEM's module: all of that is torn down."""

    def __init__(self, item):
        self._chain = item.getparent(pytest.Module).listchain()[:-1]

    def listchain(self):
        return self._chain


# What failed

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if not report.failed:
        return
    item.stash[_failed] = True
    report.final = call.excinfo.errisinstance(Found)
    report.reason = traceback.format_exception_only(call.excinfo.type, call.excinfo.value)[0].splitlines()[0]
    if report.when == "teardown":
        return      # after that there is no machine to ask
    for name, machine in getattr(item, "funcargs", {}).items():
        if isinstance(machine, Machine):
            report.sections.append((f"{name}: {machine.name}", _state(machine, since=int(call.start))))


class _Teller:
    """Writes down what failed."""

    def __init__(self, file: Path):
        self._file = file

    def pytest_runtest_logreport(self, report):
        if report.failed:
            with open(self._file, "a") as file:
                print(json.dumps({"test": report.nodeid, "reason": report.reason, "final": report.final}), file=file)


def _state(machine: Machine, since: int) -> str:
    """What helps to understand a failure: what runs, and the machine's log since the test began."""
    if not machine.running:
        return f"It is off.\n{machine.console.read_text(errors='replace')}"
    journalctl = ["journalctl", "--no-pager", "--output=short-precise", f"--since=@{since}"]
    commands = [
        ["systemctl", "--no-pager", "--full", "status", "jobsd.service"],
        [*journalctl, "--boot", "--lines=200"],
        [*journalctl, "--namespace=jobs", "--lines=50"],
        ["ps", "--forest", "-eo", "pid,args:100,user,stat,etimes"],
    ]
    return "\n".join(f"# {' '.join(command)}\n{_said(machine, command)}" for command in commands)


def _said(machine: Machine, command: list[str]) -> str:
    try:
        result = machine.run(command, check=False, timeout=_STATE_SEC)
    except subprocess.TimeoutExpired:
        return f"no answer within {_STATE_SEC} s"
    return result.stdout + result.stderr
