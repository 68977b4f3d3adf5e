# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fixtures of the machine tests: machines with jobsd installed and started."""

import contextlib
import random
from pathlib import Path

import pytest

from discipline import Found
from harness import build, cache, image
from harness import vm as parts
from machine import Machine
from person import Gate, Person
from virtual import VirtualMachine

def pytest_addoption(parser):
    parser.addoption("--suite", choices=image.SUITES, default=image.host_suite(),
                     help="the machines' Debian release")
    parser.addoption("--variant", choices=build.VARIANTS, default="plain",
                     help="how jobsd is built")
    parser.addoption("--installation", type=Path, help="a tree with that build installed (it is built and installed)")
    parser.addoption("--long", action="store_true", help="the full counts, see docs/reliability.md")


@pytest.fixture
def long(request):
    """Whether to try things as often as docs/reliability.md says."""
    return request.config.getoption("long")


@pytest.fixture
def seed():
    """What all that is random in a test comes from; a failure shows it."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    return seed


@pytest.fixture
def chance(seed):
    return random.Random(seed)


def pytest_report_header(config):
    return f"machines: {config.getoption('suite')}, jobsd: {config.getoption('variant')}"


@pytest.fixture(scope="session")
def installation(request):
    """The read-only trees that machines are made of: jobsd on top of Debian."""
    built = build.Build(request.config.getoption("suite"), request.config.getoption("variant"))
    if installation := request.config.getoption("installation"):
        yield built.trees(installation)
        return
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
    """A booted virtual machine, with as many processors as its module says."""
    processors = getattr(request.module, "PROCESSORS", 2)
    environment = build.VARIANTS[request.config.getoption("variant")].environment
    with VirtualMachine(installation, parts.kernel(request.config.getoption("suite")), environment,
                        processors) as vm:
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
    if alice.machine.running:
        gate.open()


@contextlib.contextmanager
def _sanitized(machine):
    """Fail if a sanitizer found something. What memory a daemon has lost is known when it ends."""
    yield
    machine.poweroff()
    reports = build.sanitizer_reports(machine.upper)
    if reports:
        raise Found("the sanitizers found:\n" + "\n".join(reports))
