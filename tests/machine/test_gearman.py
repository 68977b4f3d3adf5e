# SPDX-License-Identifier: LGPL-2.1-or-later
"""Jobs that run on another machine, which here is this one: a server of Gearman, a worker, and the head."""

import subprocess

import pytest

from person import Person
from waiting import wait_until

ALLOWED = "User=carol\nAllowGroups=operators jobsd-gearman\n"
SCRIPT = f"[Job]\nCommand=/bin/sh -c {{script}}\n{ALLOWED}%s\n[Parameter script]\nRequired=yes\n"
TYPES = {
    "echo": f"[Job]\nCommand=/bin/echo said: {{text}}\nPlace=any\n{ALLOWED}[Parameter text]\nRequired=yes\n",
    "script": SCRIPT % "Place=any",
    "pinned": SCRIPT % "Place=one",
    "tries": SCRIPT % "Place=any\nRetries=1",
    "here-only": "[Job]\nCommand=/bin/true\nPlace=any\nUser=carol\nAllowGroups=operators\n",
    "elsewhere": f"[Job]\nCommand=/bin/true\nPlace=nowhere\n{ALLOWED}",
    "as-worker": "[Job]\nCommand=/bin/true\nPlace=any\nAllowGroups=operators jobsd-gearman\n",
}


@pytest.fixture(scope="module", autouse=True)
def site(machine):
    with Person(machine, "root") as root:
        root.run("sh", "-c", "umask 027; head -c 32 /dev/urandom >/etc/jobsd/gearman.key;"
                             "chgrp jobsd-gearman /etc/jobsd/gearman.key")
        root.write("/etc/jobsd/gearman.conf", "[Gearman]\nName=one\nSlots=3\n")
        for name, text in TYPES.items():
            root.write(f"/etc/jobsd/types.d/{name}.job", text)
        root.run("systemctl", "reload", "jobsd.service")
        root.run("systemctl", "start", "gearman-job-server.service", "jobsd-gearman.service")


@pytest.fixture(scope="module")
def worker(machine):
    """Whose the jobs are where they run."""
    with Person(machine, "jobsd-gearman") as worker:
        yield worker


@pytest.fixture
def erin(erin):
    erin.cancel_all()
    yield erin
    erin.cancel_all()


def run(person, type, *parameters):
    return int(person.jobsctl("run", "--quiet", f"--type={type}", *parameters).stdout)


def test_a_job_runs_there_and_is_shown_here(erin, worker):
    before = len(worker.ids())
    id = run(erin, "echo", "text=a  b; $HOME 'c' \"d\" %n ä")
    job = erin.wait(id)
    assert (job["Status"], job["Result"], job["User"], job["Type"]) == ("completed", "success", "erin", "echo")
    assert erin.output(id) == "said: a  b; $HOME 'c' \"d\" %n ä\n".encode()
    there = worker.job(worker.ids()[0])
    assert len(worker.ids()) == before + 1
    assert (there["Type"], there["Origin"], there["User"]) == ("echo", "gearman", "jobsd-gearman")
    assert there["Parameters"] == job["Parameters"]


@pytest.mark.parametrize("script, result, status", [
    ("exit 7", "exit-code", 7), ("kill -KILL $$", "signal", 9), ("kill -SEGV $$", "signal", 11)])
def test_it_ends_as_it_ended_there(erin, script, result, status):
    job = erin.wait(run(erin, "script", f"script={script}"))
    assert (job["Result"], job["ExitStatus"]) == (result, status)


def test_it_costs_what_it_cost_there(erin, worker):
    script = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; systemd-notify --status='Counted'; exit 3"
    job = erin.wait(run(erin, "script", f"script={script}"))
    there = worker.job(worker.ids()[0])
    assert there["CPUUsageNSec"] > 50_000_000       # many times what it takes to wait for it
    assert (job["CPUUsageNSec"], job["MemoryPeak"]) == (there["CPUUsageNSec"], there["MemoryPeak"])
    assert job["ExitStatus"] == 3 and "Counted" in job["Info"] and "Cost" not in job["Info"]


def test_its_output_is_the_same_to_the_byte(erin):
    """More than one answer of the server's may hold."""
    id = run(erin, "script", "script=seq 400000; printf 'a\\0b\\377 no line break'")
    assert erin.wait(id)["Result"] == "success"
    expected = b"".join(b"%d\n" % i for i in range(1, 400_001)) + b"a\0b\xff no line break"
    assert erin.output(id) == expected


def test_its_output_is_there_while_it_runs(erin, gate_script):
    id = run(erin, "script", f"script=echo first; {gate_script.wait}; echo second")
    stream = erin.open_output(id, follow=True)
    assert erin.read_until(stream, b"first\n") == b"first\n"
    gate_script.open()
    assert erin.read(stream) == b"second\n"


@pytest.fixture
def gate_script(worker, machine):
    """A gate for scripts that run as the worker's account."""
    class Gate:
        path = "/run/jobsd-test-gate"
        wait = f"cat {path} >/dev/null"

        def open(self):
            with Person(machine, "root") as root:
                root.run("sh", "-c", f"exec 3<>{self.path}")

    with Person(machine, "root") as root:
        root.run("sh", "-c", f"rm -f {Gate.path}; mkfifo -m 666 {Gate.path}")
    return Gate()


def test_what_it_says_is_said_here(erin):
    id = run(erin, "script", "script=systemd-notify --status='40% of it'; exec sleep infinity")
    erin.wait_until(lambda: erin.job(id)["Progress"] == 0.4)
    assert "of it" in erin.job(id)["Info"]
    erin.cancel(id)
    erin.wait(id)


def test_a_cancel_here_ends_it_there(erin, worker):
    id = run(erin, "script", "script=echo started; exec sleep infinity")
    assert erin.read_until(erin.open_output(id, follow=True), b"started\n")
    there = worker.list_jobs(status=["running"])[0]["Id"]
    erin.cancel(id)
    assert erin.wait(id)["Result"] == "cancelled"
    assert worker.wait(there)["Result"] == "cancelled"


def infos(person, ids):
    return sorted(person.job(id)["Info"] for id in ids)


@pytest.mark.parametrize("type, waits", [("script", "Waits for a machine"), ("pinned", "Waits for one")])
def test_no_more_than_there_are_slots(erin, worker, gate_script, type, waits):
    ids = [run(erin, type, f"script={gate_script.wait}") for _ in range(5)]
    erin.wait_until(lambda: [info.split(",")[0] for info in infos(erin, ids)] == ["Runs on one"] * 3 + [waits] * 2)
    assert worker.count(status=["queued", "running"])[0] == 3
    wait_until(lambda: (gate_script.open(), all(erin.job(id)["Status"] == "completed" for id in ids))[1])


def test_a_further_try_is_a_job_of_its_own_there(erin, worker, root):
    before = len(worker.ids())
    root.run("rm", "-f", "/tmp/tried")
    job = erin.wait(run(erin, "tries", "script=test -e /tmp/tried || { touch /tmp/tried; exit 3; }"))
    assert (job["Result"], job["Attempt"]) == ("success", 2)
    assert [worker.job(id)["Result"] for id in worker.ids()[:len(worker.ids()) - before]] == ["success", "exit-code"]


@pytest.mark.parametrize("type, waits", [
    ("here-only", "Waits for a machine"),   # its file on that machine does not let the worker run it: so nobody offers it
    ("as-worker", "Waits for a machine"),   # its jobs could read the key
    ("elsewhere", "Waits for nowhere")])
def test_what_nobody_offers_waits(erin, root, type, waits):
    id = run(erin, type)
    erin.wait_until(lambda: erin.job(id)["Info"] == waits)
    erin.cancel(id)
    assert erin.wait(id)["Result"] == "cancelled"


def log(root):
    return root.run("journalctl", "--unit=jobsd-gearman.service", "--output=cat").stdout


def test_a_type_is_offered_when_it_has_an_account(erin, root):
    """The worker hears of it by itself."""
    assert "Type as-worker is not offered: it needs a User= of its own." in log(root)
    id = run(erin, "as-worker")
    root.write("/etc/jobsd/types.d/as-worker.job.d/user.conf", "[Job]\nUser=carol\n")
    assert erin.wait(id)["Result"] == "success"
    root.run("rm", "-r", "/etc/jobsd/types.d/as-worker.job.d")


def test_a_worker_that_is_stopped_is_waited_for(erin, worker, root, gate_script):
    before = len(worker.ids())
    id = run(erin, "script", f"script=echo begun; {gate_script.wait}; echo done")
    assert erin.read_until(erin.open_output(id, follow=True), b"begun\n")
    root.run("systemctl", "stop", "jobsd-gearman.service")
    gate_script.open()
    there = worker.ids()[0]
    assert worker.wait(there)["Result"] == "success"
    assert erin.job(id)["Status"] == "running"
    root.run("systemctl", "start", "jobsd-gearman.service")
    assert erin.wait(id)["Result"] == "success"
    assert erin.output(id) == b"begun\ndone\n" and len(worker.ids()) == before + 1


def kill(root, unit):
    root.run("systemctl", "kill", "--signal=KILL", unit)
    root.run("systemctl", "start", unit)


@pytest.mark.parametrize("what", ["jobsd-gearman.service", "gearman-job-server.service", "jobsd.service"])
def test_it_runs_once_whatever_is_killed(erin, worker, root, gate_script, what):
    before = len(worker.ids())
    id = run(erin, "script", f"script=seq 1000; {gate_script.wait}; seq 1000")
    assert erin.read_until(erin.open_output(id, follow=True), b"1000\n")
    kill(root, what)
    gate_script.open()
    assert erin.wait(id)["Result"] == "success"
    assert erin.output(id) == 2 * b"".join(b"%d\n" % i for i in range(1, 1001))
    assert len(worker.ids()) == before + 1


def test_a_stranger_at_the_server_is_refused(erin, root, worker):
    before = len(worker.ids())
    for function in "jobsd.run@one", "jobsd.place.echo", "jobsd.cancel@one":
        result = root.run("gearman", "-f", function, "-u", "stranger", "{}", check=False)
        assert result.returncode != 0 and result.stdout == ""
    assert len(worker.ids()) == before
    assert "Refused jobsd.run@one: it is not what another jobsd sends." in log(root)


# A server that is none, for one connection: what it says, and then what it hears until it is left.
STRANGE_SERVER = """
import socket, struct, sys
server = socket.create_server(("127.0.0.1", 4731))
print("ready", flush=True)
link, _ = server.accept()
if sys.argv[1] == "nonsense":
    link.sendall(b"HTTP/1.1 400 Bad Request\\r\\n\\r\\n")
elif sys.argv[1] == "large":
    job = b"H:strange:1\\0jobsd.run@one\\0large\\0" + bytes(5_000_000)
    link.sendall(b"\\0RES" + struct.pack(">II", 31, len(job)) + job)
elif sys.argv[1] == "endless":
    link.sendall(b"\\0RES" + struct.pack(">II", 31, 0xffffffff))
heard = b""
while (data := link.recv(65536)) and b"\\0REQ\\0\\0\\0\\x0e\\0\\0\\0\\x0bH:strange:1" not in heard:     # WORK_FAIL
    heard += data
print("answered" if data else "left", flush=True)
"""


@pytest.mark.limit(120, "a server that says nothing is given up after ten seconds")
@pytest.mark.parametrize("what, outcome", [
    ("nonsense", "left"), ("nothing", "left"), ("large", "answered"), ("endless", "left")])
def test_a_server_that_is_none(erin, root, what, outcome):
    with root.popen("python3", "-c", STRANGE_SERVER, what, text=True, stdout=subprocess.PIPE) as server:
        assert server.stdout.readline() == "ready\n"
        root.run("sh", "-c", "echo Server=127.0.0.1:4731 >>/etc/jobsd/gearman.conf")
        root.run("systemctl", "restart", "jobsd-gearman.service")
        assert server.stdout.readline() == f"{outcome}\n"
    root.run("sed", "-i", "/^Server=/d", "/etc/jobsd/gearman.conf")
    root.run("systemctl", "restart", "jobsd-gearman.service")
    assert erin.wait(run(erin, "echo", "text=still here"))["Result"] == "success"


def test_the_worker_has_no_rights(worker, root):
    pid = root.run("systemctl", "show", "--value", "--property=MainPID", "jobsd-gearman.service").stdout.strip()
    status = root.run("cat", f"/proc/{pid}/status").stdout
    assert "CapEff:\t0000000000000000\n" in status and "CapBnd:\t0000000000000000\n" in status
    assert root.run("stat", "--format=%U", f"/proc/{pid}").stdout == "jobsd-gearman\n"


@pytest.mark.limit(120, "the machine boots once more")
def test_where_to_look_when_the_head_has_crashed(machine):
    """The last one: nobody is connected afterwards."""
    with Person(machine, "erin") as erin:
        id = run(erin, "script", "script=exec sleep infinity")
        erin.wait_until(lambda: erin.job(id)["Info"].startswith("Runs on one, as job "))
        where = erin.job(id)["Info"]
    machine.crash()
    machine.boot()
    with Person(machine, "erin") as erin:
        job = erin.job(id)
    assert job["Result"] == "interrupted" and job["Info"].endswith(f" (last: {where})")
