# SPDX-License-Identifier: LGPL-2.1-or-later
"""jobsd --rebuild: a history that is damaged comes back from the journal, as far as that has it."""

import os
import subprocess

import pytest

from person import BusError, Gate, Person, unit
from waiting import wait_for_log, wait_until_active, wait_until_over

JOBSD = "/usr/libexec/jobsd/jobsd"
DATABASE = "/var/lib/jobsd/jobs.db"

# What the journal does not have; see jobsd(8).
_NOT_THERE = {"Imported", "NextTry"}

_TYPE = """[Job]
Command=/bin/sh -c "exit 3"
AllowGroups=alice
Retries=1
RetrySec=10ms
"""


@pytest.fixture
def machine(fresh_machine):
    yield fresh_machine


@pytest.fixture
def alice(machine):
    with Person(machine, "alice") as alice:
        yield alice


@pytest.fixture
def root(machine):
    with Person(machine, "root") as root:
        yield root


def rebuild(machine, check: bool = True):
    return machine.run([JOBSD, "--rebuild"], check=check)


def damage(machine):
    """Not a byte of the database is left, but for its length."""
    file = machine.path(DATABASE)
    file.write_bytes(os.urandom(file.stat().st_size))


def stop(machine):
    machine.run(["systemctl", "stop", "jobsd"])


def start(machine):
    machine.run(["systemctl", "start", "jobsd"])


def history(root: Person) -> list[dict]:
    return [{key: value for key, value in row.items() if key not in _NOT_THERE}
            for row in root.list_jobs(all=True)]


def files(machine) -> list[str]:
    return sorted(path.name for path in machine.path("/var/lib/jobsd").iterdir())


def ends(machine, alice: Person, root: Person) -> list[int]:
    """Jobs that have ended in every way."""
    root.write("/etc/jobsd/types.d/flaky.job", _TYPE)
    machine.run(["systemctl", "reload", "jobsd"])
    ids = [alice.submit("/bin/true", related="https://example.org/?a=1&b=2", name="Größe = 漢字"),
           alice.sh("exit 7", origin="web"),
           alice.sh("kill -9 $$"),
           alice.submit("/nonexistent"),
           alice.submit("/bin/sleep", "infinity", timeout=1),
           alice.sh("systemd-notify --status='50% of it'; exit 1"),
           root.submit("/bin/true"),
           root.submit("/bin/true", user="alice"),
           alice.call("RunType", "sa{ss}a{sv}t", "flaky", {}, {}, 0)[0]]
    cancelled = alice.submit("/bin/sleep", "infinity")
    alice.wait_started(cancelled)
    alice.cancel(cancelled)
    root.wait_all([*ids, cancelled])
    return [*ids, cancelled]


@pytest.mark.limit(120, "jobs that end in every way")
def test_every_kind_of_end_comes_back_and_what_was_cleared_does_not(machine, alice, root):
    ids = ends(machine, alice, root)
    cleared = alice.submit("/bin/true")
    alice.wait(cleared)
    alice.call("ClearJobs", "a{sv}t", {"ids": ("at", [cleared])}, 0)
    before = history(root)
    assert sorted(row["Id"] for row in before) == sorted(ids)

    stop(machine)
    damage(machine)
    told = rebuild(machine).stdout
    assert f"{len(ids)} jobs were found" in told and "goes back to" in told
    start(machine)
    assert history(root) == before
    assert alice.submit("/bin/true") == cleared + 1     # an id never comes back
    kept = [name for name in files(machine) if "damaged" in name]
    assert len(kept) == 1 and kept[0] in told


@pytest.mark.limit(120, "jobs that end in every way")
def test_it_gives_the_same_twice(machine, alice, root):
    ends(machine, alice, root)
    stop(machine)
    dumps = []
    for _ in range(2):
        machine.run(["sh", "-c", f"rm -f {DATABASE}*"])
        rebuild(machine)
        dumps.append(machine.run(["sqlite3", DATABASE, ".dump"]).stdout)
    assert dumps[0] == dumps[1] and "INSERT INTO jobs" in dumps[0]
    again = rebuild(machine, check=False)
    assert again.returncode == 1 and "not damaged" in again.stderr
    assert machine.run(["sqlite3", DATABASE, ".dump"]).stdout == dumps[0]


def test_what_runs_ends_as_it_would_have_and_what_was_queued_is_lost_and_said_so(machine, alice, root):
    with root.jobsd_conf(MaxRunning=1):
        gate = Gate(alice)
        running = gate.job(then="exit 5")
        alice.wait_started(running)
        queued = alice.submit("/bin/true")
        stop(machine)
        damage(machine)
        rebuild(machine)
        start(machine)
        assert alice.job(running)["Status"] == "running"
        lost = alice.job(queued)
        assert (lost["Status"], lost["Result"]) == ("error", "lost") and "not run" in lost["Info"]
        gate.open()
        ended = alice.wait(running)
        assert (ended["Result"], ended["ExitStatus"], ended["InvocationID"] != "") == ("exit-code", 5, True)
        for id in (running, queued):
            with pytest.raises(BusError, match="NotSupported"):
                alice.call("RetryJob", "tt", id, 0)
        assert alice.output(running) == b""


def test_a_job_that_ended_while_there_was_no_history_has_its_true_end(machine, alice):
    gate = Gate(alice)
    id = gate.job(then="exit 6")
    alice.wait_started(id)
    stop(machine)
    gate.open()
    wait_until_over(machine, unit(id))
    damage(machine)
    rebuild(machine)
    start(machine)
    assert alice.wait(id)["ExitStatus"] == 6


def test_what_jobsd_has_not_seen_start_is_known_from_systemd(machine, alice, root):
    """As when it is killed between the start of the unit and its own record of that."""
    with root.jobsd_conf(MaxRunning=1):
        gate = Gate(alice)
        alice.wait_started(gate.job())
        id = alice.submit("/bin/true")
        stop(machine)
        machine.run(["systemd-run", "--remain-after-exit", f"--unit={unit(id)}", "sh", "-c", "exit 4"])
        damage(machine)
        rebuild(machine)
        start(machine)
        job = alice.wait(id)
        assert (job["Result"], job["ExitStatus"]) == ("exit-code", 4)
        gate.open()


def test_nobody_can_forge_a_record(machine, alice):
    """Only what journald says of the sender counts, and users can send the rest."""
    id = alice.submit("/bin/true")
    alice.wait(id)
    forged = ["MESSAGE=Job 4711 (forged) of root ended: success", "MESSAGE_ID=3c3c9df6ac9b4e27a3bd4b6da3f0a103",
              "JOBSD_ID=4711", "JOBSD_NAME=forged", "JOBSD_USER=root", "JOBSD_UID=0", "JOBSD_STATUS=completed",
              "JOBSD_RESULT=success", "JOBSD_SUBMITTED=1", "_UID=0", "_SYSTEMD_UNIT=jobsd.service"]
    for person in ("alice", "root"):
        machine.run(["logger", "--journald"], user=person, input="\n".join(forged) + "\n")
    machine.run(["journalctl", "--sync"])
    assert machine.run(["journalctl", "JOBSD_ID=4711", "-o", "cat"]).stdout.count("forged") == 2
    stop(machine)
    damage(machine)
    rebuild(machine)
    start(machine)
    assert alice.ids(all=True) == [id]


def test_it_is_refused_while_jobsd_runs(machine, alice):
    id = alice.submit("/bin/true")
    alice.wait(id)
    refused = rebuild(machine, check=False)
    assert refused.returncode == 1 and "systemctl stop jobsd" in refused.stderr
    assert alice.ids() == [id]


def test_imported_records_have_to_be_imported_again_and_their_ids_are_used(machine, alice, root):
    row = "2026-11-24T10:00:00+01:00,2026-11-24T10:00:05+01:00,old,Completed,,alice\n"
    root.write("/root/old.csv", "startDate,endDate,jobName,jobStatus,jobInfo,jobUser\n" + row)
    root.jobsctl("import", "/root/old.csv")
    [imported] = root.ids(all=True)
    stop(machine)
    damage(machine)
    assert "1 imported records are not in the journal" in rebuild(machine).stdout
    start(machine)
    assert root.ids(all=True) == []
    assert alice.submit("/bin/true") > imported


@pytest.fixture
def damaged(machine, alice) -> int:
    """The job that is to come back; a copy of the files is in /root/damaged."""
    id = alice.submit("/bin/true")
    alice.wait(id)
    stop(machine)
    damage(machine)
    machine.path(f"{DATABASE}-wal").write_bytes(b"not a log")
    machine.run(["cp", "-a", "/var/lib/jobsd", "/root/damaged"])
    return id


def _kill_at(machine, call: str, number: int) -> bool:
    """Rebuild anew, killed at the NUMBER-th of these system calls. Whether it came to that."""
    machine.run(["sh", "-c", "rm -rf /var/lib/jobsd/* && cp -a /root/damaged/* /var/lib/jobsd"])
    # below strace nothing can look for leaks
    command = ["env", "ASAN_OPTIONS=detect_leaks=0", "strace", "--output=/dev/null",
               f"--inject={call}:signal=KILL:when={number}", JOBSD, "--rebuild"]
    return machine.run(command, check=False).returncode != 0


def _assert_kept(machine):
    """The damaged files are somewhere, with the same bytes."""
    for suffix in ("", "-wal"):
        kept = [f"/var/lib/jobsd/{name}" for name in files(machine)
                if name == f"jobs.db{suffix}" or "damaged" in name and name.endswith(f"Z{suffix}")]
        wanted = machine.path(f"/root/damaged/jobs.db{suffix}").read_bytes()
        assert any(machine.path(path).read_bytes() == wanted for path in kept), files(machine)


@pytest.mark.parametrize("call, step", [("renameat2", 1), ("rename", 1), ("fsync", 1), ("unlink", 3),
                                        ("fdatasync", 3), ("pwrite64", 25)])
def test_after_a_kill_at_any_step_it_goes_on(machine, damaged, call, step):
    number = 1
    while _kill_at(machine, call, number):
        _assert_kept(machine)
        rebuild(machine, check=False)   # it may have been done but for its exit
        _assert_kept(machine)
        assert machine.run(["sqlite3", DATABASE, "SELECT id FROM jobs"]).stdout == f"{damaged}\n"
        number += step
    assert number > 1


def test_jobsd_goes_on_with_a_rebuild_that_was_killed_at_its_end(machine, alice, damaged):
    """The history is whole, and the damaged one only half out of its way."""
    assert _kill_at(machine, "renameat2", 2)
    start(machine)
    assert alice.ids() == [damaged]
    _assert_kept(machine)


def test_a_jobsd_that_is_started_meanwhile_waits(machine, alice):
    """Its files are a rebuild's alone, and it comes up by itself when that is over."""
    id = alice.submit("/bin/true")
    alice.wait(id)
    stop(machine)
    other = machine.popen(["flock", "/var/lib/jobsd", "cat"], "root", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          bufsize=0)
    other.stdin.write(b"x\n")
    assert other.stdout.read(1) == b"x"     # it has the lock
    machine.run(["systemctl", "start", "--no-block", "jobsd"])
    wait_for_log(machine, "The history is being rebuilt, trying again")
    other.communicate()
    wait_until_active(machine)
    assert alice.ids() == [id]
