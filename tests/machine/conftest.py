# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fixtures of the machine tests. A test that asks for a machine gets one with jobsd installed and started."""

import contextlib
import signal

import pytest

from harness import build, cache, image
from machine import Machine


def pytest_addoption(parser):
    parser.addoption("--suite", choices=image.SUITES, default=image.host_suite(), help="the machines' Debian release")
    parser.addoption("--variant", choices=build.VARIANTS, default="plain", help="how jobsd is built")


def pytest_configure(config):
    # Being terminated is like Ctrl-C: fixtures are torn down.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_report_header(config):
    return f"machines: {config.getoption('suite')}, jobsd: {config.getoption('variant')}"


@pytest.fixture(scope="session")
def installation(request):
    """The read-only trees that machines are made of: jobsd on top of Debian."""
    built = build.Build(request.config.getoption("suite"), request.config.getoption("variant"))
    built.compile()
    with cache.Scratch("installation") as scratch:
        yield built.install(scratch.path / "upper")


@pytest.fixture(scope="session")
def new_machine(request, installation):
    """A function that makes a machine which is not booted yet: a context manager."""
    return lambda: _checked(Machine(installation, build.VARIANTS[request.config.getoption("variant")].environment))


@pytest.fixture(scope="module")
def machine(new_machine):
    """A booted machine that a module's tests share."""
    with new_machine() as machine:
        machine.boot()
        yield machine


@pytest.fixture
def fresh_machine(new_machine):
    """A booted machine for one test alone: to crash it, to reboot it, to change how it is set up."""
    with new_machine() as machine:
        machine.boot()
        yield machine


@contextlib.contextmanager
def _checked(machine):
    with machine:
        yield machine
        reports = build.sanitizer_reports(machine.upper)
        assert not reports, "the sanitizers found:\n" + "\n".join(reports.values())


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if not report.failed:
        return
    for name, machine in getattr(item, "funcargs", {}).items():
        if isinstance(machine, Machine):
            report.sections.append((f"{name} ({machine.name})", _state(machine, since=call.start)))


def _state(machine: Machine, since: float) -> str:
    """What helps to understand a failure, from the machine's journal since the test began."""
    if not machine.running:
        return machine.console.read_text(errors="replace")
    since = f"--since=@{int(since)}"
    commands = [
        ["systemctl", "--no-pager", "--full", "status", "jobsd.service"],
        ["journalctl", "--no-pager", "--boot", "--output=short-precise", "--lines=200", since],
        ["journalctl", "--no-pager", "--namespace=jobs", "--output=short-precise", "--lines=50", since],
    ]
    text = []
    for command in commands:
        result = machine.run(command, check=False)
        text.append(f"# {' '.join(command)}\n{result.stdout}{result.stderr}")
    return "\n".join(text)
