# SPDX-License-Identifier: LGPL-2.1-or-later
"""KeepHistoryMax= and KeepHistorySec= of jobsd.conf: old ended jobs leave the history by themselves."""

import pytest

from history import multiply


def configure(machine, *lines):
    machine.path("/etc/jobsd/jobsd.conf").write_text("\n".join(("[Manager]", *lines, "")))
    machine.run(["systemctl", "restart", "jobsd"])


def submit(machine, *command, user="alice"):
    return int(machine.run(["jobsctl", "run", "--quiet", *command], user).stdout)


@pytest.fixture
def ended(machine):
    """Eight ended jobs of alice, oldest first, and one that runs."""
    configure(machine)
    machine.run(["jobsctl", "clear", "--all-ended", "--quiet"], "alice")
    running = submit(machine, "sleep", "infinity")
    jobs = [submit(machine, "true") for _ in range(8)]
    machine.run(["jobsctl", "wait", "--quiet", *map(str, jobs)], "alice")
    yield jobs, running
    configure(machine)      # else the job might be retired before its end is told
    machine.run(["jobsctl", "cancel", str(running)], "alice")


def test_no_more_than_so_many_ended_jobs_are_kept_and_the_oldest_go_first(machine, alice, ended):
    jobs, running = ended
    configure(machine, "KeepHistoryMax=3")
    alice.wait_until(lambda: alice.ids() == [*reversed(jobs[-3:]), running])

    another = submit(machine, "--wait", "true")
    alice.wait_until(lambda: alice.ids() == [another, *reversed(jobs[-2:]), running])


def test_ended_jobs_go_when_their_time_is_over_and_running_ones_stay(machine, alice, ended):
    jobs, running = ended
    configure(machine, "KeepHistorySec=1h")
    assert alice.ids() == [*reversed(jobs), running]

    configure(machine, "KeepHistorySec=1ms")
    alice.wait_until(lambda: alice.ids() == [running])


def test_a_job_that_leaves_the_history_as_it_ends_is_cancelled_all_the_same(machine, alice):
    configure(machine, "KeepHistoryMax=1")
    ids = [submit(machine, "sleep", "infinity") for _ in range(3)]
    alice.wait_all_started(ids)
    cancelled = machine.run(["jobsctl", "cancel", *map(str, ids)], "alice")
    assert (cancelled.returncode, cancelled.stdout, cancelled.stderr) == (0, "", "")
    alice.wait_until(lambda: len(alice.ids()) == 1)
    assert "There is no job" in machine.run(["jobsctl", "cancel", "999"], "alice", check=False).stderr


def test_a_history_larger_than_one_step_is_retired_wholly(machine, alice, bob, ended):
    _, running = ended
    multiply(machine, submit(machine, "--wait", "true", user="bob"), 450)
    configure(machine, "KeepHistoryMax=1")
    alice.wait_until(lambda: alice.ids() == [running])
    bob.wait_until(lambda: len(bob.ids()) == 1)
