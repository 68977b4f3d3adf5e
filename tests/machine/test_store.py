# SPDX-License-Identifier: LGPL-2.1-or-later
"""A history that jobsd cannot use keeps it from starting, and is never touched."""

import time

import pytest

from history import before_its_start
from person import BusError, Gate, Person, unit
from waiting import wait_for_log, wait_until_over

DATABASE = "/var/lib/jobsd/jobs.db"


@pytest.fixture
def stopped(machine):
    """jobsd stopped, with an empty history afterwards."""
    machine.run(["systemctl", "stop", "jobsd"])
    machine.run(["sh", "-c", f"rm -f {DATABASE}*"])
    yield machine
    machine.run(["systemctl", "stop", "jobsd"], check=False)
    machine.run(["sh", "-c", f"rm -rf {DATABASE}*; systemctl reset-failed jobsd; systemctl start jobsd"])


def refusal(machine) -> str:
    """Start jobsd, which must fail. Returns what it logged."""
    since = str(time.time())
    start = machine.run(["systemctl", "start", "jobsd"], check=False)
    assert start.returncode != 0
    machine.run(["journalctl", "--sync"])
    return machine.run(["journalctl", "-u", "jobsd", f"--since=@{since}", "-o", "cat"]).stdout


def digest(machine) -> str:
    return machine.run(["sha256sum", DATABASE]).stdout


def test_a_file_that_is_no_database_is_left_as_it_is(stopped):
    stopped.path(DATABASE).write_bytes(b"Dear diary, today I have seen no database. " * 1000)
    before = digest(stopped)
    log = refusal(stopped)
    assert DATABASE in log and "left as it is" in log and "backup" in log
    assert digest(stopped) == before
    state = stopped.run(["systemctl", "show", "jobsd", "-p", "ExecMainStatus", "-p", "NRestarts"]).stdout
    assert "ExecMainStatus=78" in state


def test_another_programs_database_is_left_as_it_is(stopped):
    stopped.run(["sqlite3", DATABASE, "CREATE TABLE mine (a); INSERT INTO mine VALUES (1);"])
    before = digest(stopped)
    assert DATABASE in refusal(stopped)
    assert digest(stopped) == before


def test_a_history_of_a_newer_version_is_left_as_it_is(stopped):
    stopped.run(["systemctl", "start", "jobsd"])
    stopped.run(["jobsctl", "run", "--wait", "true"], "alice")
    stopped.run(["systemctl", "stop", "jobsd"])
    stopped.run(["sqlite3", DATABASE, "PRAGMA user_version = 999; PRAGMA wal_checkpoint(TRUNCATE);"])
    before = digest(stopped)
    log = refusal(stopped)
    assert DATABASE in log and "999" in log and "newer" in log
    assert digest(stopped) == before


def test_a_history_that_cannot_be_opened_is_said_so(stopped):
    stopped.path(DATABASE).mkdir()
    log = refusal(stopped)
    assert DATABASE in log and "cannot be opened" in log
    assert stopped.path(DATABASE).is_dir()


def test_a_history_that_may_not_be_read_is_said_so_and_is_there_again_afterwards(stopped):
    stopped.run(["systemctl", "start", "jobsd"])
    id = stopped.run(["jobsctl", "run", "--wait", "true"], "alice").stdout.strip()
    stopped.run(["systemctl", "stop", "jobsd"])
    before = digest(stopped)
    stopped.run(["chmod", "0", DATABASE])
    log = refusal(stopped)
    assert DATABASE in log and "permissions" in log
    told = stopped.run(["jobsctl", "list"], "alice", check=False)
    assert (told.returncode, told.stdout) == (1, "") and "systemctl status jobsd" in told.stderr
    assert digest(stopped) == before
    stopped.run(["systemctl", "stop", "jobsd"])     # which tries again and again: a start would join one that is failing
    stopped.run(["chmod", "600", DATABASE])
    stopped.run(["systemctl", "start", "jobsd"])
    assert stopped.run(["jobsctl", "show", "--property=Result", "--value", id], "alice").stdout == "success\n"


def test_a_damaged_history_is_left_as_it_is(stopped):
    """One whose first page is right and whose second is not."""
    stopped.run(["systemctl", "start", "jobsd"])
    stopped.run(["jobsctl", "run", "--wait", "true"], "alice")
    stopped.run(["systemctl", "stop", "jobsd"])
    with open(stopped.path(DATABASE), "r+b") as file:
        file.truncate(4096)
    before = digest(stopped)
    log = refusal(stopped)
    assert DATABASE in log and "damaged" in log
    assert digest(stopped) == before


def test_the_history_is_roots_and_written_ahead(stopped):
    stopped.run(["systemctl", "start", "jobsd"])
    shown = stopped.run(["stat", "--format=%a %U %n", "/var/lib/jobsd", DATABASE]).stdout
    assert shown == f"700 root /var/lib/jobsd\n600 root {DATABASE}\n"
    assert stopped.run(["sqlite3", DATABASE, "PRAGMA journal_mode"]).stdout == "wal\n"


def test_a_full_disk_refuses_submissions_and_nothing_is_lost(stopped):
    """Refused with a clear error; what runs goes on; work resumes without a restart."""
    stopped.run(["mount", "-t", "tmpfs", "-o", "size=2M,mode=700", "tmpfs", "/var/lib/jobsd"])
    try:
        stopped.run(["systemctl", "start", "jobsd"])
        with Person(stopped, "alice") as alice:
            gate = Gate(alice)
            running = gate.job()
            alice.wait_started(running)
            stopped.run(["sh", "-c", "head -c 10M /dev/zero >/var/lib/jobsd/filler"], check=False)
            refused = alice.jobsctl("run", "true", check=False)
            assert refused.returncode == 1 and "full" in refused.stderr
            assert alice.ids() == [running]
            gate.open()
            stopped.run(["rm", "/var/lib/jobsd/filler"])
            assert alice.wait(running)["Result"] == "success"
            assert alice.wait(alice.submit("/bin/true"))["Result"] == "success"
    finally:
        stopped.run(["systemctl", "stop", "jobsd"])
        stopped.run(["umount", "/var/lib/jobsd"])


def test_a_job_whose_return_to_the_queue_meets_a_full_disk_is_run_later(fresh_machine):
    """jobsd was killed as it started it, and finds a full disk when it comes back."""
    fresh_machine.run(["systemctl", "stop", "jobsd"])
    fresh_machine.run(["mount", "-t", "tmpfs", "-o", "size=2M,mode=700", "tmpfs", "/var/lib/jobsd"])
    fresh_machine.path("/etc/jobsd/jobsd.conf").write_text("[Manager]\nMaxRunning=1\n")
    fresh_machine.run(["systemctl", "start", "jobsd"])
    with Person(fresh_machine, "alice") as alice:
        gate = Gate(alice)
        alice.wait_started(gate.job())
        id = alice.sh("echo ran")
        fresh_machine.run(["systemctl", "stop", "jobsd"])
        before_its_start(fresh_machine, id)
        # jobsd asks it whether the job ran, and waits
        fresh_machine.run(["systemctl", "kill", "--signal=STOP", "systemd-journald"])
        fresh_machine.run(["systemctl", "start", "jobsd"])
        fresh_machine.run(["sh", "-c", "head -c 10M /dev/zero >/var/lib/jobsd/filler"], check=False)
        fresh_machine.run(["systemctl", "kill", "--signal=CONT", "systemd-journald"])
        wait_for_log(fresh_machine, f"Failed to put job {id} back into the queue")
        fresh_machine.run(["rm", "/var/lib/jobsd/filler"])
        gate.open()
        assert alice.wait(id)["Result"] == "success"
        assert alice.output(id) == b"ran\n"


def test_an_id_never_comes_back(stopped):
    """Not after a clear of the newest job, and not after a restart."""
    stopped.run(["systemctl", "start", "jobsd"])
    with Person(stopped, "alice") as alice:
        last = alice.submit("/bin/true")
        alice.wait(last)
        assert alice.clear() == (1, 0)
    stopped.run(["systemctl", "restart", "jobsd"])
    with Person(stopped, "alice") as alice:
        assert alice.submit("/bin/true") == last + 1


def test_an_empty_file_is_no_new_history(stopped):
    """What a crash of the machine can leave of one."""
    stopped.path(DATABASE).touch()
    log = refusal(stopped)
    assert DATABASE in log and "it is empty" in log and "jobsd --rebuild" in log
    assert stopped.path(DATABASE).stat().st_size == 0


def test_a_log_without_its_database_is_no_new_history(stopped):
    stopped.path(f"{DATABASE}-wal").write_bytes(b"the newest jobs")
    log = refusal(stopped)
    assert DATABASE in log and "-wal is there" in log and "jobsd --rebuild" in log
    assert stopped.path(f"{DATABASE}-wal").read_bytes() == b"the newest jobs"


@pytest.fixture
def with_jobs(stopped):
    """A history of some pages, which jobsd has in no cache."""
    stopped.run(["systemctl", "start", "jobsd"])
    with Person(stopped, "alice") as alice:
        alice.wait_all([alice.submit("/bin/true", related="urn:" + "x" * 2000) for _ in range(20)])
    stopped.run(["systemctl", "stop", "jobsd"])
    return stopped


def overwrite(machine, first_page: int, last_page: int):
    with open(machine.path(DATABASE), "r+b") as file:
        file.seek((first_page - 1) * 4096)
        file.write(b"\xa5" * 4096 * (last_page - first_page + 1))


def test_a_header_that_is_damaged_is_left_as_it_is(with_jobs):
    overwrite(with_jobs, 1, 1)
    before = digest(with_jobs)
    log = refusal(with_jobs)
    assert DATABASE in log and "not a database" in log and "jobsd --rebuild" in log
    assert digest(with_jobs) == before


def test_a_log_that_is_damaged_has_nothing_that_counts(with_jobs):
    """SQLite cannot tell it from one whose end was lost in a crash: what is whole in it is there."""
    with Person(with_jobs, "alice") as alice:
        with_jobs.run(["systemctl", "start", "jobsd"])
        before = alice.ids()
        with_jobs.run(["systemctl", "kill", "--signal=STOP", "jobsd"])
        with_jobs.run(["sh", "-c", f"mkdir /run/copy && cp -a {DATABASE}* /run/copy"])
        with_jobs.run(["systemctl", "kill", "--signal=CONT", "jobsd"])
        with_jobs.run(["systemctl", "stop", "jobsd"])
        with_jobs.run(["sh", "-c", f"rm {DATABASE}*; cp -a /run/copy/* /var/lib/jobsd; rm -r /run/copy"])
        wal = with_jobs.path(f"{DATABASE}-wal")
        wal.write_bytes(b"\xa5" * max(4096, wal.stat().st_size))
        with_jobs.run(["systemctl", "start", "jobsd"])
        assert alice.ids() == before
    assert with_jobs.run(["sqlite3", DATABASE, "PRAGMA integrity_check"]).stdout == "ok\n"


# More than SQLite keeps in memory.
_LARGE = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
INSERT INTO jobs (name, uid, user, submitter, origin, related, command, environment, timeout, memory_max, cpu_quota,
                  tasks_max, nice, submitted, finished, status, result)
SELECT 'old', uid, 'alice', uid, 0, 'urn:' || hex(zeroblob(1000)), x'', x'', 0, 0, 0, 0, 0, i, i, 2, 1
FROM n, (SELECT uid FROM jobs LIMIT 1)
"""


def test_pages_that_are_damaged_under_jobsd_are_told_and_what_runs_goes_on(with_jobs):
    """Whoever needs them is told, the log says what to do, and a rebuild finds the end of what ran meanwhile."""
    with_jobs.run(["sqlite3", DATABASE, _LARGE])
    with Person(with_jobs, "alice") as alice:
        with_jobs.run(["systemctl", "start", "jobsd"])
        gate = Gate(alice)
        running = gate.job(then="exit 3")
        alice.wait_started(running)
        overwrite(with_jobs, 3, with_jobs.path(DATABASE).stat().st_size // 4096)
        with pytest.raises(BusError, match="StoreFailed: .*damaged"):
            alice.list_jobs(since=1, until=2)
        log = with_jobs.run(["journalctl", "-u", "jobsd", "-p", "crit", "-o", "cat"]).stdout
        assert log.count(DATABASE) == 1 and "jobsd --rebuild" in log
        assert alice.manager()["Version"]
        gate.open()
        wait_until_over(with_jobs, unit(running))
        with_jobs.run(["systemctl", "stop", "jobsd"])
        with_jobs.run(["/usr/libexec/jobsd/jobsd", "--rebuild"])
        with_jobs.run(["systemctl", "start", "jobsd"])
        assert alice.wait(running)["ExitStatus"] == 3
        kept = with_jobs.run(["sh", "-c", f"cat {DATABASE}.damaged-*Z | tr -cd '\\245' | wc -c"]).stdout
        assert int(kept) > 1000 * 4096
