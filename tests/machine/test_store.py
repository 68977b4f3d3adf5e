# SPDX-License-Identifier: LGPL-2.1-or-later
"""A history that jobsd cannot use keeps it from starting, and is never touched."""

import time

import pytest

from person import Person

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
    stopped.run(["mount", "-t", "tmpfs", "-o", "size=300k,mode=700", "tmpfs", "/var/lib/jobsd"])
    try:
        stopped.run(["systemctl", "start", "jobsd"])
        with Person(stopped, "alice") as alice:
            running = alice.sh("while [ ! -e ~/full-is-over ]; do sleep 0.1; done")
            alice.wait_started(running)
            stopped.run(["sh", "-c", "head -c 10M /dev/zero >/var/lib/jobsd/filler"], check=False)
            refused = alice.jobsctl("run", "true", check=False)
            assert refused.returncode == 1 and "full" in refused.stderr
            assert alice.ids() == [running]
            alice.file("full-is-over").touch()
            stopped.run(["rm", "/var/lib/jobsd/filler"])
            assert alice.wait(running)["Result"] == "success"
            assert alice.wait(alice.submit("/bin/true"))["Result"] == "success"
            alice.file("full-is-over").unlink()
    finally:
        stopped.run(["systemctl", "stop", "jobsd"])
        stopped.run(["umount", "/var/lib/jobsd"])


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
