# SPDX-License-Identifier: LGPL-2.1-or-later
"""Jobs on several machines: a head, which runs none of them itself, and two that do."""

import contextlib
import json

import pytest

from person import BusError
from several import Site
from waiting import wait_until

FOLDER = "/var/lib/marks"
GATE = f"{FOLDER}/gate"
TYPES = {
    "where": f"[Job]\nCommand=/bin/sh -c 'hostname; echo ran {{mark}} >>{FOLDER}/marks; {{script}}'\n"
             "User=carol\nPlace=any\nAllowGroups=operators jobsd-gearman\n"
             "[Parameter mark]\nRequired=yes\nPattern=[a-z0-9]+\n[Parameter script]\nDefault=:\n",
}


def marks(site) -> list[str]:
    """What the jobs of all machines have left, sorted: one each."""
    texts = []
    for machine in site.others:
        with contextlib.suppress(FileNotFoundError):
            texts += machine.path(f"{FOLDER}/marks").read_text().splitlines()
    return sorted(texts)


@pytest.fixture(scope="module")
def site(new_machine, machine):
    with new_machine() as one, new_machine() as two:
        one.boot()
        two.boot()
        for each in one, two:
            each.run(["install", "-d", "-o", "carol", FOLDER])
        yield Site([machine, one, two], TYPES, slots=4)


@pytest.fixture
def erin(erin, site):
    erin.cancel_all()
    for machine in site.others:
        machine.path(f"{FOLDER}/marks").unlink(missing_ok=True)
    yield erin
    erin.cancel_all()


def run(person, **parameters):
    return int(person.jobsctl("run", "--quiet", "--type=where", *(f"{k}={v}" for k, v in parameters.items())).stdout)


@pytest.mark.limit(120, "thirty jobs on three machines")
def test_thirty_jobs_are_spread_and_run_once(site, erin):
    ids = [run(erin, mark=f"m{i}", script="sleep 0.2") for i in range(30)]
    erin.wait_all(ids)
    hosts = [erin.output(id).decode().strip() for id in ids]
    assert {erin.job(id)["Result"] for id in ids} == {"success"}
    assert set(hosts) == {"one", "two"}
    assert marks(site) == sorted(f"ran m{i}" for i in range(30))


def log(machine):
    return machine.run(["journalctl", "--unit=jobsd-gearman.service", "--output=cat"]).stdout


def test_a_machine_has_bounds_of_its_own(site, erin):
    """It takes what its own file of the type takes, and says so here."""
    for machine in site.others:
        machine.run(["mkdir", "/etc/jobsd/types.d/where.job.d"])
        machine.path("/etc/jobsd/types.d/where.job.d/own.conf").write_text("[Parameter mark]\nPattern=[0-9]+\n")
        machine.run(["systemctl", "reload", "jobsd.service"])
    job = erin.wait(run(erin, mark="letters"))
    assert (job["Result"], job["ExitStatus"]) == ("exit-code", 1)
    assert "refuses it: " in job["Info"] and '"mark"' in job["Info"]
    for machine in site.others:
        machine.run(["rm", "-r", "/etc/jobsd/types.d/where.job.d"])
        machine.run(["systemctl", "reload", "jobsd.service"])
    assert marks(site) == []


def hosts(machine, *arguments, check=True):
    result = machine.run(["jobsctl", "hosts", "--json=short", *arguments], check=check)
    return {host["host"]: host for host in json.loads(result.stdout)}


def test_the_machines_are_listed(site, erin):
    wait_until(lambda: [host.get("taken") for host in hosts(site.head).values()] == [0, 0])
    listed = hosts(site.head)
    assert [*listed] == ["one", "two"]
    for host in listed.values():
        assert host == {"host": host["host"], "state": "up", "slots": 4, "taken": 0, "types": ["where"],
                        "version": host["version"]}
    rows = site.head.run(["jobsctl", "hosts"]).stdout.splitlines()
    assert [row.split() for row in rows] == [["HOST", "STATE", "TAKEN", "SLOTS", "TYPES"],
                                             ["one", "up", "0", "4", "where"], ["two", "up", "0", "4", "where"]]
    refused = erin.jobsctl("hosts", check=False)
    assert (refused.returncode, refused.stdout) == (1, "") and "the group jobsd-gearman" in refused.stderr


def test_one_that_is_not_there(site):
    result = site.head.run(["jobsctl", "hosts", "one", "three"], check=False)
    assert result.returncode == 1
    assert [row.split()[:2] for row in result.stdout.splitlines()[1:]] == [["one", "up"], ["three", "away"]]
    site.others[1].run(["systemctl", "stop", "jobsd-gearman.service"])
    assert hosts(site.head)["two"]["state"] == "away"
    site.others[1].run(["systemctl", "start", "jobsd-gearman.service"])
    wait_until(lambda: hosts(site.head)["two"]["state"] == "up")


@pytest.mark.limit(120, "jobs on a machine that drains")
def test_a_machine_that_drains(site, erin):
    """What runs there goes on, nothing new comes, also after a restart of the worker, until it resumes."""
    for machine in site.others:
        gate(machine)
    running = [run(erin, mark=f"d{i}", script=f"cat {GATE} || :") for i in range(8)]
    wait_until(lambda: [host["taken"] for host in hosts(site.head).values()] == [4, 4])
    result = site.head.run(["jobsctl", "hosts", "--drain", "one"])
    assert result.stdout.splitlines()[1].split()[:2] == ["one", "draining"]
    assert "What runs there goes on." in result.stderr
    for machine in site.others:
        open_gate(machine)
    assert {row["Result"] for row in erin.wait_all(running)} == {"success"}
    site.others[0].run(["systemctl", "restart", "jobsd-gearman.service"])
    wait_until(lambda: hosts(site.head)["one"]["state"] == "draining")
    ids = [run(erin, mark=f"e{i}") for i in range(6)]
    erin.wait_all(ids)
    assert {erin.output(id) for id in ids} == {b"two\n"}
    assert site.head.run(["jobsctl", "hosts", "--resume", "one", "--quiet", "--no-legend"]).stdout.split()[:2] == ["one", "up"]
    wait_until(lambda: erin.output((erin.wait_all([id := run(erin, mark="f")]), id)[1]) == b"one\n")


def gate(machine):
    machine.run(["sh", "-c", f"rm -f {GATE}; mkfifo -m 666 {GATE}"])


def open_gate(machine):
    machine.run(["sh", "-c", f"exec 3<>{GATE}; rm {GATE}"])


@pytest.mark.limit(180, "a machine that is away is given up after ten seconds, and comes back")
def test_a_cut_cable_costs_time_and_nothing_else(site, erin):
    for machine in site.others:
        gate(machine)
    id = run(erin, mark="cut", script=f"seq 1000; cat {GATE}; seq 1000")
    stream = erin.open_output(id, follow=True)
    name = erin.read_until(stream, b"\n1000\n").split(b"\n")[0].decode()
    there = site.others[("one", "two").index(name)]
    lost = "No connection to the Gearman server"
    n = log(there).count(lost)
    site.cables.cut(there)
    wait_until(lambda: log(there).count(lost) > n)
    open_gate(there)
    site.cables.mend(there)
    assert erin.wait(id)["Result"] == "success"
    lines = b"".join(b"%d\n" % i for i in range(1, 1001))
    assert erin.output(id) == name.encode() + b"\n" + lines + lines
    assert marks(site) == ["ran cut"]


def count_completed(person, ids):
    """0 as well when jobsd is being killed."""
    with contextlib.suppress(BusError):
        return sum(person.job(id)["Status"] == "completed" for id in ids)
    return 0


def kill_something(site, chance):
    machine = chance.choice([site.head, *site.others])
    unit = chance.choice(["jobsd.service", "gearman-job-server.service" if machine is site.head else "jobsd-gearman.service"])
    machine.run(["systemctl", "kill", "--signal=KILL", unit])
    machine.run(["systemctl", "reset-failed", unit], check=False)
    machine.run(["systemctl", "start", unit])


@pytest.mark.limit(900, "forty jobs, while what runs them is killed and cut off; with --long a thousand")
def test_whatever_is_killed_each_job_runs_once(site, erin, chance, long):
    n = 1000 if long else 40
    ids = [run(erin, mark=f"k{i}", script="seq 2000; sleep 0.5; seq 2000") for i in range(n)]
    for i in range(n // 4):
        done = wait_until(lambda: count_completed(erin, ids), timeout=60)
        if i % 8 == 7:
            cut = chance.choice(site.others)
            site.cables.cut(cut)
            wait_until(lambda done=done: count_completed(erin, ids) > done or done >= n - 8, timeout=60)
            site.cables.mend(cut)
        else:
            kill_something(site, chance)
            wait_until(lambda done=done: count_completed(erin, ids) > done or done >= n - 2, timeout=60)
    rows = erin.wait_all(ids, timeout=200)
    assert {row["Result"] for row in rows} == {"success"}
    assert marks(site) == sorted(f"ran k{i}" for i in range(n))
    lines = b"".join(b"%d\n" % i for i in range(1, 2001))
    for id in ids:
        name, _, rest = erin.output(id).partition(b"\n")
        assert name in (b"one", b"two") and rest == lines + lines
