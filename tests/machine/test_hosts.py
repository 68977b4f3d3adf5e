# SPDX-License-Identifier: LGPL-2.1-or-later
"""Jobs on several machines: a head, which runs none of them itself, and two that do."""

import contextlib
import secrets

import pytest

from cables import Cables
from person import BusError
from waiting import wait_until

FOLDER = "/var/lib/marks"
GATE = f"{FOLDER}/gate"
TYPES = {
    "where": f"[Job]\nCommand=/bin/sh -c 'hostname; echo ran {{mark}} >>{FOLDER}/marks; {{script}}'\n"
             "User=carol\nPlace=any\nAllowGroups=operators jobsd-gearman\n"
             "[Parameter mark]\nRequired=yes\nPattern=[a-z0-9]+\n[Parameter script]\nDefault=:\n",
}


class Site:
    """Three machines with one key: HEAD has the server, OTHERS run jobs."""

    def __init__(self, machines):
        self.head, *self.others = machines
        self.cables = Cables(machines)
        key = secrets.token_hex(32)
        for machine, name in zip(machines, ("head", "one", "two"), strict=True):
            machine.run(["hostname", name])
            self._write(machine, "/etc/jobsd/gearman.key", key, 0o640)
            machine.run(["chgrp", "jobsd-gearman", "/etc/jobsd/gearman.key"])
            self._write(machine, "/etc/jobsd/gearman.conf", f"[Gearman]\nServer=10.77.0.1:4730\nName={name}\nSlots=4\n")
            for type, text in TYPES.items():
                self._write(machine, f"/etc/jobsd/types.d/{type}.job", text)
            machine.run(["install", "-d", "-o", "carol", FOLDER])
            machine.run(["systemctl", "reload", "jobsd.service"])
        # Without a tunnel: nobody else is in this network.
        self._write(self.head, "/etc/default/gearman-job-server", 'PARAMS="--daemon --listen=10.77.0.1 '
                    '--log-file=/var/log/gearman-job-server/gearmand.log"\n')
        self.head.run(["systemctl", "start", "gearman-job-server.service"])
        for machine in self.others:
            machine.run(["systemctl", "start", "jobsd-gearman.service"])

    @staticmethod
    def _write(machine, path, text, mode=0o644):
        file = machine.path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def marks(self) -> list[str]:
        """What the jobs of all machines have left, sorted: one each."""
        texts = []
        for machine in self.others:
            with contextlib.suppress(FileNotFoundError):
                texts += machine.path(f"{FOLDER}/marks").read_text().splitlines()
        return sorted(texts)

    def forget_marks(self):
        for machine in self.others:
            machine.path(f"{FOLDER}/marks").unlink(missing_ok=True)


@pytest.fixture(scope="module")
def site(new_machine, machine):
    with new_machine() as one, new_machine() as two:
        one.boot()
        two.boot()
        yield Site([machine, one, two])


@pytest.fixture
def erin(erin, site):
    erin.cancel_all()
    site.forget_marks()
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
    assert site.marks() == sorted(f"ran m{i}" for i in range(30))


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
    assert site.marks() == []


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
    assert site.marks() == ["ran cut"]


def count_completed(person, ids):
    """0 as well when jobsd is being killed."""
    with contextlib.suppress(BusError):
        return sum(person.job(id)["Status"] == "completed" for id in ids)
    return 0


@pytest.mark.limit(240, "forty jobs, while what runs them is killed")
def test_whatever_is_killed_each_job_runs_once(site, erin, chance):
    ids = [run(erin, mark=f"k{i}", script="seq 2000; sleep 0.5; seq 2000") for i in range(40)]
    for _ in range(12):
        machine = chance.choice([site.head, *site.others])
        unit = chance.choice(["jobsd.service", "jobsd-gearman.service"]) if machine is not site.head else chance.choice(
            ["gearman-job-server.service", "jobsd.service"])
        machine.run(["systemctl", "kill", "--signal=KILL", unit])
        machine.run(["systemctl", "reset-failed", unit], check=False)
        machine.run(["systemctl", "start", unit])
        done = wait_until(lambda: count_completed(erin, ids))
        wait_until(lambda done=done: count_completed(erin, ids) > done or done >= 38)
    rows = erin.wait_all(ids, timeout=200)
    assert {row["Result"] for row in rows} == {"success"}
    assert site.marks() == sorted(f"ran k{i}" for i in range(40))
    lines = b"".join(b"%d\n" % i for i in range(1, 2001))
    for id in ids:
        name, _, rest = erin.output(id).partition(b"\n")
        assert name in (b"one", b"two") and rest == lines + lines
