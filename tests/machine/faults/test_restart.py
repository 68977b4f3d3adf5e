# SPDX-License-Identifier: LGPL-2.1-or-later
"""A restart and an upgrade of jobsd with jobs running: they go on, and who waits for them goes on waiting."""

import shutil
import subprocess
import time

import pytest

from checker import check
from daemon import main_pid
from person import Gate, Person
from waiting import wait_until

_PROGRAM = "/usr/libexec/jobsd/jobsd"


def restart(machine):
    machine.run(["systemctl", "restart", "jobsd.service"])


def upgrade(machine):
    """As dpkg does it: a new file in the place of the old one, then a restart."""
    program = machine.path(_PROGRAM)
    new = program.with_name("jobsd.dpkg-new")
    shutil.copy2(program, new)
    new.rename(program)
    restart(machine)


@pytest.mark.parametrize("how", [restart, upgrade])
def test_nothing_is_lost_however_often_jobsd_is_restarted(load, chance, long, how):
    with load:
        for _ in range(100 if long else 8):
            time.sleep(chance.uniform(0, 0.5))  # the moment is what varies: nothing is waited for
            how(load.machine)
    check(load)


@pytest.mark.parametrize("how", [restart, upgrade])
def test_whoever_waits_for_a_running_job_goes_on_waiting(machine, how):
    with Person(machine, "alice") as alice:
        gate = Gate(alice)
        script = f"echo before; {gate.wait}; echo after; exit 4"
        clients = {
            "run --wait": alice.popen("jobsctl", "run", "--wait", "--name=waited", "--", "sh", "-c", script,
                                      text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE),
        }
        id = int(clients["run --wait"].stdout.readline())
        before = alice.wait_started(id)
        for name, arguments in {"wait": ["wait"], "output --follow": ["output", "--follow"]}.items():
            clients[name] = alice.popen("jobsctl", *arguments, str(id), text=True, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        assert clients["output --follow"].stdout.readline() == "before\n"
        pid = main_pid(machine)
        how(machine)
        assert main_pid(machine) != pid
        assert alice.job(id)["InvocationID"] == before["InvocationID"] and alice.job(id)["Status"] == "running"
        gate.open()
        said = {name: client.communicate(timeout=60)[0] for name, client in clients.items()}
        assert {name: client.returncode for name, client in clients.items()} == \
            {"run --wait": 4, "wait": 4, "output --follow": 0}
        assert said["output --follow"] == "after\n"
        assert alice.job(id)["Started"] == before["Started"] and alice.output(id) == b"before\nafter\n"


def _count_connections(machine) -> int:
    return machine.run(["busctl", "list", "--unique", "--no-legend"]).stdout.count("\n")


def test_whoever_waits_is_told_when_the_bus_goes(fresh_machine):
    """jobsctl ends with a failure of its own, and the job goes on."""
    with Person(fresh_machine, "alice") as alice:
        gate = Gate(alice)
        id = gate.job()
        alice.wait_started(id)
        alice.close()
        n_before = _count_connections(fresh_machine)
        client = alice.popen("jobsctl", "wait", str(id), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        follower = alice.popen("jobsctl", "output", "--follow", str(id), text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
        wait_until(lambda: _count_connections(fresh_machine) == n_before + 2)
        fresh_machine.run(["systemctl", "restart", "dbus.service"])
        for process in (client, follower):
            error = process.communicate(timeout=60)[1]
            assert process.returncode == 1 and error.endswith(": The bus closed the connection.\n"), error
        gate.open()
        assert alice.wait(id)["Result"] == "success"
