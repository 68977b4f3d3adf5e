# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fixtures of the machine tests: machines with jobsd installed and started."""

import contextlib
import signal

import pytest

from harness import build, cache, image
from harness import vm as parts
from machine import Machine
from person import Gate, Person
from virtual import VirtualMachine

# For one test. A test that waits for ever shall fail, and say where it was.
_TIMEOUT_SEC = 180
_TIMEOUT_LONG_SEC = 3 * 60 * 60
# With emulated processors all takes ten times as long.
_TIMEOUT_VIRTUAL_SEC = 600


def pytest_addoption(parser):
    parser.addoption("--suite", choices=image.SUITES, default=image.host_suite(),
                     help="the machines' Debian release")
    parser.addoption("--variant", choices=build.VARIANTS, default="plain",
                     help="how jobsd is built")
    parser.addoption("--long", action="store_true", help="the full counts, see docs/reliability.md")


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
    """A function that makes a machine, not booted yet, for a with statement."""
    variant = request.config.getoption("variant")
    environment = build.VARIANTS[variant].environment
    checked = _sanitized if variant == "sanitized" else contextlib.nullcontext

    @contextlib.contextmanager
    def make():
        with Machine(installation, environment) as machine, checked(machine):
            yield machine

    return make


@pytest.fixture(scope="module")
def machine(new_machine):
    """A booted machine that a module's tests share."""
    with new_machine() as machine:
        machine.boot()
        yield machine


@pytest.fixture
def fresh_machine(new_machine):
    """A booted machine for one test alone: to crash it, to reboot it, to set it up otherwise."""
    with new_machine() as machine:
        machine.boot()
        yield machine


@pytest.fixture(scope="module")
def vm(request, installation):
    """A booted virtual machine."""
    environment = build.VARIANTS[request.config.getoption("variant")].environment
    with VirtualMachine(installation, parts.kernel(request.config.getoption("suite")), environment) as vm:
        vm.boot()
        yield vm


def _person(name):
    """A fixture: this user of the machine that a module's tests share."""
    def person(machine):
        with Person(machine, name) as person:
            yield person

    return pytest.fixture(person, scope="module", name=name)


alice = _person("alice")
bob = _person("bob")
carol = _person("carol")    # of group sudo
dave = _person("dave")      # of group jobs-admin
erin = _person("erin")      # of group operators
ida = _person("ida")        # of group archivists
root = _person("root")


@pytest.fixture(scope="module")
def limits_accepted(root):
    """Jobs with limits run though nothing enforces these: as a container, a machine may have no controllers."""
    with root.jobsd_conf(MissingController="warn"):
        yield


@pytest.fixture
def empty(alice):
    """No job of alice's is there."""
    alice.cancel_all()
    alice.clear()
    yield alice
    alice.cancel_all()


@pytest.fixture
def gate(alice):
    """Jobs of alice's wait at it."""
    gate = Gate(alice)
    yield gate
    gate.open()


@contextlib.contextmanager
def _sanitized(machine):
    """Fail if a sanitizer found something. What memory a daemon has lost is known when it ends."""
    yield
    machine.poweroff()
    reports = build.sanitizer_reports(machine.upper)
    assert not reports, "the sanitizers found:\n" + "\n".join(reports)


@pytest.fixture(autouse=True)
def _limited_time(request):
    limit = _TIMEOUT_VIRTUAL_SEC if "vm" in request.fixturenames else _TIMEOUT_SEC
    if request.config.getoption("long"):
        limit = _TIMEOUT_LONG_SEC

    def give_up(signum, frame):
        raise TimeoutError(f"the test took longer than {limit} s")

    # again and again: what is torn down after it may hang as well
    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, limit, limit)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if not report.failed or report.when == "teardown":
        return      # after a teardown there is no machine to ask
    for name, machine in getattr(item, "funcargs", {}).items():
        if isinstance(machine, Machine):
            title = f"{name}: {machine.name}"
            report.sections.append((title, _state(machine, since=int(call.start))))


def _state(machine: Machine, since: int) -> str:
    """What helps to understand a failure: the machine's log since the test began."""
    if not machine.running:
        return f"It is off.\n{machine.console.read_text(errors='replace')}"
    journalctl = ["journalctl", "--no-pager", "--output=short-precise", f"--since=@{since}"]
    commands = [
        ["systemctl", "--no-pager", "--full", "status", "jobsd.service"],
        [*journalctl, "--boot", "--lines=200"],
        [*journalctl, "--namespace=jobs", "--lines=50"],
    ]
    text = []
    for command in commands:
        result = machine.run(command, check=False)
        text.append(f"# {' '.join(command)}\n{result.stdout}{result.stderr}")
    return "\n".join(text)
