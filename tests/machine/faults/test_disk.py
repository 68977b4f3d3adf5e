# SPDX-License-Identifier: LGPL-2.1-or-later
"""The disk of the history or of the journal is full, read-only, or fails, and is well again: whoever submits is told
why he is refused, what runs goes on, nothing that was acknowledged is lost, and all goes on without a restart."""

import contextlib
import time

import pytest

from checker import check
from daemon import log, main_pid, running_pid
from load import Load
from person import BusError, Gate, Person, unit
from waiting import wait_for_log, wait_until, wait_until_active, wait_until_over

HISTORY = "/var/lib/jobsd"
JOURNAL = "/var/log/journal"
STORE_FAILED = "org.jobsd1.Error.StoreFailed"

# Large enough for what the load leaves, with SQLite's write-ahead log of a thousand pages, and full at once.
_SIZES = {HISTORY: "16M", JOURNAL: "64M"}


def mount(machine, path: str):
    """A small file system of its own for what is there, before anybody is at work."""
    services = {HISTORY: ["jobsd"], JOURNAL: ["systemd-journald", "systemd-journald@jobs"]}[path]
    if path == HISTORY:
        machine.run(["systemctl", "stop", *services])
    machine.run(["sh", "-c", f"cp -a {path} /run/copy && mount -t tmpfs -o size={_SIZES[path]},mode=700 tmpfs {path} &&"
                             f" cp -a /run/copy/. {path} && rm -r /run/copy"])
    machine.run(["systemctl", "restart", *services])


@contextlib.contextmanager
def full(machine, *paths: str):
    for path in paths:
        machine.run(["sh", "-c", f"head -c 1G /dev/zero >{path}/filler"], check=False)
    try:
        yield
    finally:
        for path in paths:
            machine.run(["rm", f"{path}/filler"])


def refusals(load: Load, of: str | None = None) -> list[dict]:
    return [record for record in load.told("refused")
            if record["error"][0] == STORE_FAILED and of in (None, record["of"])]


@pytest.fixture
def root(fresh_machine):
    with Person(fresh_machine, "root") as root:
        yield root


def wait_until_met(load: Load, what: str):
    """jobsd has met the failure. Who follows an output may wait for its end, and submit nothing."""
    n_refused, n_failed = len(refusals(load)), log(load.machine).count(what)
    wait_until(lambda: len(refusals(load)) > n_refused or log(load.machine).count(what) > n_failed)


def wait_until_resumed(load: Load, n: int = 5):
    """So many submissions more have been acknowledged."""
    def acknowledged():
        return sum("id" in record for record in load.told("submit"))
    before = acknowledged()
    wait_until(lambda: acknowledged() >= before + n)


def assert_refused_because(load: Load, reason: str):
    assert [record for record in refusals(load) if reason not in record["error"][1]] == []


def test_nothing_is_lost_while_the_disk_of_the_history_is_full(fresh_machine, seed, root, long):
    mount(fresh_machine, HISTORY)
    load = Load(fresh_machine, seed)
    before = main_pid(fresh_machine)
    with load:
        for _ in range(20 if long else 2):
            with full(fresh_machine, HISTORY):
                wait_until_met(load, "No space left on device")
                assert root.list_jobs(all=True)     # lists go on
            wait_until_resumed(load)
    assert_refused_because(load, "full")
    check(load)
    assert main_pid(fresh_machine) == before


def test_no_job_is_lost_while_the_disk_of_the_journal_is_full(fresh_machine, seed, long):
    """jobsd works on; what is printed in the meantime is nowhere."""
    mount(fresh_machine, JOURNAL)
    load = Load(fresh_machine, seed)
    before = main_pid(fresh_machine)
    with load:
        for _ in range(20 if long else 2):
            with full(fresh_machine, JOURNAL):
                wait_until_resumed(load, 20)
            wait_until_resumed(load)
    check(load, has_all_records=False, has_all_output=False)
    assert main_pid(fresh_machine) == before


@contextlib.contextmanager
def failing(machine, error: str, *calls: str):
    """Each of these system calls of jobsd's fails."""
    pid = running_pid(machine)
    injected = [f"--inject={call}:error={error}" for call in calls]
    strace = machine.popen(["strace", f"--attach={pid}", "--quiet=attach", f"--trace={','.join(calls)}", *injected,
                            "--output=/dev/null"])
    wait_until(lambda: "TracerPid:\t0\n" not in machine.path(f"/proc/{pid}/status").read_text())
    try:
        yield
    finally:
        strace.terminate()
        strace.wait(60)


@pytest.mark.parametrize("error, calls, told, logged", [
    ("EROFS", ["pwrite64", "fdatasync"], "read-only", "Read-only file system"),
    ("EIO", ["pwrite64"], "cannot be read or written", "Input/output error"),
    ("EIO", ["fdatasync"], "cannot be read or written", "Input/output error"),
], ids=["read-only", "write", "sync"])
def test_nothing_is_lost_while_the_disk_fails(load, long, error, calls, told, logged):
    before = main_pid(load.machine)
    with load:
        for _ in range(20 if long else 1):
            with failing(load.machine, error, *calls):
                wait_until_met(load, logged)
            wait_until_resumed(load)
    assert_refused_because(load, told)
    check(load)
    assert main_pid(load.machine) == before


@pytest.mark.parametrize("paths", [[HISTORY], [HISTORY, JOURNAL]], ids=["history", "both"])
def test_a_job_that_ends_while_the_disk_is_full_has_its_true_end(fresh_machine, paths):
    """As soon as there is space, and with the time at which it ended."""
    for path in paths:
        mount(fresh_machine, path)
    with Person(fresh_machine, "alice") as alice:
        gate = Gate(alice)
        id = gate.job(then="date +%s%6N >$HOME/ended; exit 3")
        cancelled = alice.submit("/bin/sleep", "infinity")
        alice.wait_started(id)
        alice.wait_started(cancelled)
        with full(fresh_machine, *paths):
            wait_until(lambda: _is_refused(alice, "RunCommand", "asa{sv}t", ["/bin/true"], {}, 0))
            assert _is_refused(alice, "CancelJob", "tt", cancelled, 0)
            gate.open()
            wait_until_over(fresh_machine, unit(id))
            assert {id, cancelled} <= set(alice.ids())
        job = alice.wait(id)
        assert (job["Result"], job["ExitStatus"]) == ("exit-code", 3)
        ended = int(alice.file("ended").read_text())
        assert ended < job["Finished"] < ended + 1_000_000
        assert alice.job(cancelled)["Status"] == "running"      # it was refused, and is not done later
        assert f"Job {cancelled} (sleep) of alice is being cancelled" not in log(fresh_machine)
        alice.cancel(cancelled)
        assert alice.wait(cancelled)["Result"] == "cancelled"


def test_a_job_that_is_tried_again_has_one_end_however_often_it_is_recorded(fresh_machine, root):
    mount(fresh_machine, HISTORY)
    gate = Gate(Person(fresh_machine, "alice"))
    root.write("/etc/jobsd/types.d/again.job", f"""
        [Job]
        Command=/bin/sh -c '{gate.wait}; exit 7'
        AllowGroups=alice
        Retries=1
        RetrySec=1h
    """)
    fresh_machine.run(["systemctl", "reload", "jobsd"])
    with Person(fresh_machine, "alice") as alice:
        id = alice.call("RunType", "sa{ss}a{sv}t", "again", {}, {}, 0)[0]
        alice.wait_started(id)
        with full(fresh_machine, HISTORY):
            wait_until(lambda: _is_refused(alice, "RunCommand", "asa{sv}t", ["/bin/true"], {}, 0))
            gate.open()
            wait_for_log(fresh_machine, f"Failed to record the end of job {id}", n=3)
            for job in alice.job(id), alice.list_jobs()[0]:     # nobody is told of an end that is none
                assert (job["Status"], job["Result"], job["Finished"], job["Info"]) == ("running", "", 0, "")
        assert alice.wait_for(id, Status="queued")["Info"] == "Exited with status 7; try 2 follows"


def _is_refused(person: Person, *call) -> bool:
    try:
        person.call(*call)
    except BusError as error:
        assert error.name == STORE_FAILED and "full" in error.text
        return True
    return False


def test_a_history_on_a_read_only_file_system_is_there_as_soon_as_it_is_writable(fresh_machine):
    """jobsd says what is wrong, tries again by itself, and leaves what runs alone."""
    mount(fresh_machine, HISTORY)
    with Person(fresh_machine, "alice") as alice:
        gate = Gate(alice)
        id = gate.job(then="exit 3")
        alice.wait_started(id)
        since = str(time.time())
        fresh_machine.run(["systemctl", "stop", "jobsd"])
        fresh_machine.run(["mount", "-o", "remount,ro", HISTORY])
        fresh_machine.run(["systemctl", "start", "--no-block", "jobsd"])
        errors = wait_until(lambda: _errors(fresh_machine, since))
        assert "jobs.db" in errors and "readonly" in errors.replace("-", "").replace(" ", "")
        fresh_machine.run(["mount", "-o", "remount,rw", HISTORY])
        wait_until_active(fresh_machine)
        gate.open()
        assert alice.wait(id)["ExitStatus"] == 3


def _errors(machine, since: str) -> str:
    return machine.run(["journalctl", "--unit=jobsd.service", f"--since=@{since}", "--priority=err",
                        "--output=cat"]).stdout
