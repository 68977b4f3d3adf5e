# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tests of faults do to services of a machine."""

from person import BusError, Person
from waiting import TIMEOUT_SEC, wait_for_another_jobsd, wait_until


def main_pid(machine, unit: str = "jobsd.service") -> str:
    return machine.run(["systemctl", "show", "--property=MainPID", "--value", unit]).stdout.strip()


def log(machine) -> str:
    """All that jobsd has said."""
    return machine.run(["journalctl", "--unit=jobsd.service", "--output=cat"]).stdout


def kill(machine):
    """kill -9 of jobsd, and wait for systemd to start another."""
    before = wait_until(lambda: running_pid(machine))
    machine.run(["kill", "-KILL", before], check=False)     # it may just have ended by itself
    wait_for_another_jobsd(machine, before)


def running_pid(machine, unit: str = "jobsd.service") -> str | None:
    """None while it is being started: "kill 0" is for a whole group of processes."""
    pid = main_pid(machine, unit)
    return pid if pid != "0" else None


def wait_until_idle(root: Person):
    """Nothing is queued or running for ever, and no unit is left over."""
    try:
        root.wait_until(lambda: _active(root) == [], TIMEOUT_SEC)
    except RuntimeError:
        raise AssertionError(f"never ends: {root.list_jobs(all=True, status=['queued', 'running'])}") from None
    wait_until(lambda: not root.run(
        "systemctl", "list-units", "--all", "--no-legend", "jobsd-*.service").stdout.strip())


def _active(root: Person) -> list[int] | None:
    """None while nobody answers: jobsd may just be killed."""
    try:
        return root.ids(all=True, status=["queued", "running"])
    except BusError:
        return None
