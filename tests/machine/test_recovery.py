# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is killed in between: an accepted job runs once, and its end is recorded once, as it was."""

import contextlib
import random
import select
import signal
import subprocess
import time

import pytest

from history import before_its_start
from person import Gate, Person, unit
from waiting import wait_for_another_jobsd, wait_until, wait_until_over

MARK = 'echo "$JOBSD_JOB_ID" >>"$HOME/marks"; '


def main_pid(machine) -> str:
    return machine.run(["systemctl", "show", "--property=MainPID", "--value", "jobsd"]).stdout.strip()


def kill(machine):
    """kill -9 of jobsd, and wait for systemd to start another."""
    before = main_pid(machine)
    machine.run(["systemctl", "kill", "--kill-whom=main", "--signal=KILL", "jobsd"], check=False)
    wait_for_another_jobsd(machine, before)


@contextlib.contextmanager
def silent_journal(machine):
    """The journal does not say what it knows."""
    socket = machine.path("/run/systemd/journal/io.systemd.journal")
    away = socket.rename(socket.with_name("away"))
    try:
        yield
    finally:
        away.rename(socket)


@pytest.mark.limit(240, "many jobs over many starts of jobsd")
def test_jobs_run_once_and_end_once_however_often_jobsd_is_killed(machine):
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    alice = Person(machine, "alice")
    for name in "marks", "enough":
        alice.file(name).unlink(missing_ok=True)
    script = f"""
        n=0
        until [ -e ~/enough ] && [ $n -ge 60 ]; do
            if id=$(jobsctl run --quiet -- \\
                    sh -c '{MARK} sleep 0.'$((n % 4))'; exit $(($JOBSD_JOB_ID % 7))' 2>/dev/null); then
                echo $id
                n=$((n + 1))
            fi
        done
        """
    submitter = alice.popen("bash", "-c", script, text=True, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE)
    for _ in range(12):
        time.sleep(chance.uniform(0, 0.4))  # the moment is what varies: nothing is waited for
        kill(machine)
    alice.file("enough").touch()
    ids = [int(line) for line in submitter.communicate()[0].split()]
    assert len(ids) >= 60

    with Person(machine, "alice") as alice:
        alice.wait_until(lambda: not alice.ids(status=["queued", "running"]))
        listed = {row["Id"]: row for row in alice.list_jobs(limit=500)}
        marks = [int(line) for line in alice.file("marks").read_text().split()]
    # a submission that jobsd was killed in may have been stored without an answer: it runs once as well
    assert set(ids) <= set(listed)
    assert sorted(marks) == sorted(listed)
    for id, row in listed.items():
        assert (row["Result"], row["ExitStatus"]) == ("success" if id % 7 == 0 else "exit-code", id % 7)
        assert row["Submitted"] <= row["Started"] <= row["Finished"]
    assert not machine.run(["systemctl", "list-units", "--all", "--no-legend", "jobsd-[0-9]*"]).stdout.strip()


@pytest.mark.limit(240, "many jobs over many starts of jobsd")
def test_jobs_that_end_or_are_cancelled_while_jobsd_comes_back(machine):
    """Their ends come in between its questions about them. None is lost, and the next job starts."""
    with Person(machine, "alice") as alice, Person(machine, "root") as root, root.jobsd_conf(MaxRunning=60):
        for attempt in range(3):
            gate = Gate(alice)
            ids = [gate.job(f"sleep {n / 100}; exit 3") for n in range(60)]
            alice.wait_all_started(ids)
            gate.open()
            root.run("systemctl", "restart", "jobsd")
            alice.jobsctl("cancel", *map(str, ids[50:]), check=False)
            rows = alice.wait_all([*ids, alice.submit("/bin/true")])
            assert {row["Result"] for row in rows[:50]} == {"exit-code"}
            assert {row["Result"] for row in rows[50:-1]} <= {"exit-code", "cancelled"}
            assert rows[-1]["Result"] == "success"


def test_a_job_that_ends_while_jobsd_is_away_keeps_its_result(machine):
    with Person(machine, "alice") as alice:
        gate = Gate(alice)
        ids = [gate.job(end) for end in ("exit 3", "exit 0", "kill -KILL $$")]
        alice.wait_all_started(ids)
    machine.run(["systemctl", "stop", "jobsd"])
    gate.open()
    for id in ids:
        wait_until_over(machine, unit(id))
    machine.run(["systemctl", "start", "jobsd"])
    with Person(machine, "alice") as alice:
        rows = alice.wait_all(ids)
    found = {row["Id"]: (row["Result"], row["ExitStatus"]) for row in rows}
    assert [found[id] for id in ids] == [("exit-code", 3), ("success", 0), ("signal", signal.SIGKILL)]


def test_a_job_whose_unit_was_removed_while_jobsd_is_away_ended_when_it_did(machine):
    """Not when jobsd has found that out."""
    with Person(machine, "alice") as alice:
        gate = Gate(alice)
        failed, stopped = gate.job("exit 3"), alice.sh("exec sleep infinity")
        alice.wait_all_started([failed, stopped])
    machine.run(["systemctl", "stop", "jobsd"])
    gate.open()
    wait_until_over(machine, unit(failed))
    machine.run(["systemctl", "reset-failed", unit(failed)])
    machine.run(["systemctl", "stop", unit(stopped)])
    before = int(machine.run(["date", "+%s%6N"]).stdout)
    machine.run(["systemctl", "start", "jobsd"])
    with Person(machine, "alice") as alice:
        jobs = [alice.wait(id) for id in (failed, stopped)]
    assert [(job["Result"], job["ExitStatus"]) for job in jobs] == [("exit-code", 3), ("cancelled", 0)]
    assert all(job["Started"] < job["Finished"] < before for job in jobs)


def test_a_submission_whose_answer_was_lost_says_so(machine):
    """The job may be there all the same."""
    with Person(machine, "alice") as alice:
        lost = 0
        while not lost:
            machine.run(["kill", "-STOP", main_pid(machine)])
            run = alice.popen("jobsctl", "run", "true", text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
            assert select.select([run.stdout], [], [], 0.2) == ([], [], []) # nobody is there to answer
            kill(machine)
            told = run.communicate()[1]
            assert run.returncode == 0 or "may have been submitted all the same" in told, told
            lost += run.returncode != 0


def test_a_cancellation_that_was_promised_holds(machine):
    """Whatever is killed the moment after."""
    with Person(machine, "alice") as alice:
        for state in range(10):
            id = alice.sh("sleep 1000")
            if state % 2:
                alice.wait_started(id)
            alice.cancel(id)
            kill(machine)
            assert alice.wait(id)["Result"] == "cancelled"


def test_a_job_that_is_stopped_by_hand_while_jobsd_is_away_is_cancelled(machine):
    with Person(machine, "alice") as alice:
        id = alice.submit("/bin/sleep", "infinity")
        alice.wait_started(id)
    machine.run(["systemctl", "stop", "jobsd"])
    machine.run(["systemctl", "stop", f"jobsd-{id}"])
    machine.run(["systemctl", "start", "jobsd"])
    with Person(machine, "alice") as alice:
        job = alice.wait(id)
        assert (job["Result"], job["Info"]) == ("cancelled", "Cancelled: somebody stopped its unit")


@pytest.mark.parametrize("journal, result, output", [("answers", "success", b"ran\n"), ("is silent", "lost", b"")])
def test_a_job_that_jobsd_was_killed_over_as_it_started_it(machine, journal, result, output):
    """It runs, unless nobody knows whether it did already: it never runs twice."""
    with Person(machine, "root") as root, root.jobsd_conf(MaxRunning=1), Person(machine, "alice") as alice:
        gate = Gate(alice)
        alice.wait_started(gate.job())
        id = alice.sh("echo ran")
        machine.run(["systemctl", "stop", "jobsd"])
        before_its_start(machine, id)
        with silent_journal(machine) if journal == "is silent" else contextlib.nullcontext():
            machine.run(["systemctl", "start", "jobsd"])
            # looked at again and again: nobody is told that a job is back in the queue
            wait_until(lambda: alice.job(id)["Status"] == ("queued" if journal == "answers" else "error"))
        gate.open()
        assert alice.wait(id)["Result"] == result
        assert alice.output(id) == output


def test_wait_and_follow_survive_a_restart_of_jobsd(machine):
    alice = Person(machine, "alice")
    gate = Gate(alice)
    id = int(alice.jobsctl("run", "--quiet", "--", "sh", "-c",
                           f"echo before; {gate.wait}; echo after; exit 4").stdout)
    wait = alice.popen("jobsctl", "wait", str(id), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    follow = alice.popen("jobsctl", "output", "--follow", str(id), text=True, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL)
    assert follow.stdout.readline() == "before\n"
    machine.run(["systemctl", "restart", "jobsd"])
    gate.open()
    assert wait.wait(timeout=60) == 4
    assert follow.stdout.read() == "after\n" and follow.wait(timeout=60) == 0
    follow.stdout.close()


def test_what_was_acknowledged_is_there_after_a_crash_of_the_machine(fresh_machine):
    """A running job was interrupted, at the last moment of which something is known; queued ones run when the machine
    is back."""
    conf = fresh_machine.path("/etc/jobsd/jobsd.conf")
    conf.write_text("[Manager]\nMaxRunning=2\n")
    fresh_machine.run(["systemctl", "restart", "jobsd"])
    with Person(fresh_machine, "alice") as alice:
        running = [alice.sh("sleep infinity") for _ in range(2)]
        alice.wait_all_started(running)
        queued = alice.submit_many([("/bin/true",)] * 10)
    fresh_machine.crash()
    crashed_usec = time.time_ns() // 1000
    fresh_machine.boot()
    with Person(fresh_machine, "alice") as alice:
        rows = {row["Id"]: row for row in alice.wait_all(running + queued)}
        for job in map(alice.job, running):
            assert job["Info"] == "Interrupted: the machine went down, and was last seen then"
            assert job["Started"] <= job["Finished"] <= crashed_usec
    assert {rows[id]["Result"] for id in running} == {"interrupted"}
    assert {rows[id]["Result"] for id in queued} == {"success"}


# How jobs take it that they are told to end: they print something, and say that they have failed, or that all is well.
ENDS = ["exit 9", "exit 0", "exec sleep infinity", "kill -KILL $$"]


def submit_talkers(alice):
    ids = [alice.sh(f"trap 'echo bye; {end}' TERM; echo up; while :; do sleep infinity & wait; done") for end in ENDS]
    ids.append(alice.sh("echo up; exec sleep infinity"))
    for id in ids:
        alice.read_until(alice.open_output(id, follow=True), b"up\n")
    return ids


def check_interrupted(alice, ids):
    for id, end in zip(ids, [*ENDS, None]):
        job = alice.wait(id)
        assert (job["Status"], job["Result"], job["Info"]) == (
            "error", "interrupted", "Interrupted: the machine went down"), end
        assert alice.output(id) == (b"up\nbye\n" if end else b"up\n"), end


@pytest.fixture
def quick_stop(fresh_machine):
    """What does not end when it is told to is killed after three seconds, not after 90."""
    folder = fresh_machine.path("/etc/systemd/system/jobsd-.service.d")
    folder.mkdir(parents=True)
    (folder / "stop.conf").write_text("[Service]\nTimeoutStopSec=3s\n")
    fresh_machine.run(["systemctl", "daemon-reload"])


@pytest.mark.usefixtures("quick_stop")
def test_jobs_that_a_shutdown_stops_were_interrupted_and_had_the_last_word(fresh_machine):
    with Person(fresh_machine, "alice") as alice:
        ids = submit_talkers(alice)
    fresh_machine.poweroff()
    fresh_machine.boot()
    with Person(fresh_machine, "alice") as alice:
        check_interrupted(alice, ids)


@pytest.mark.usefixtures("quick_stop")
def test_jobs_that_a_soft_reboot_stops_were_interrupted(fresh_machine):
    """The kernel goes on, and with it the boot's id."""
    if int(fresh_machine.run(["systemctl", "--version"]).stdout.split()[1].split("~")[0]) < 258:
        pytest.skip("there are none before systemd 254, and after one of 257's a container cannot be ended")
    with Person(fresh_machine, "alice") as alice:
        ids = submit_talkers(alice)
    # nothing of ours may be in the machine meanwhile: PID 1 ends it, or waits for it
    before = fresh_machine.pids("/usr/libexec/jobsd/jobsd ")
    fresh_machine.run(["systemctl", "--no-block", "soft-reboot"], check=False)
    wait_until(lambda: set(fresh_machine.pids("/usr/libexec/jobsd/jobsd ")) - set(before))
    assert fresh_machine.run(["systemctl", "show", "-P", "SoftRebootsCount"]).stdout == "1\n"
    wait_until(lambda: fresh_machine.run(["systemctl", "is-active", "jobsd"], check=False).stdout == "active\n")
    with Person(fresh_machine, "alice") as alice:
        check_interrupted(alice, ids)


@pytest.mark.limit(240, "many jobs over many starts of jobsd")
def test_three_hundred_jobs_that_end_at_once_are_all_recorded(machine):
    """dbus-daemon allows jobsd 128 calls without an answer, PID 1 is asked about each of them."""
    with Person(machine, "root") as root, Person(machine, "bob") as bob, root.jobsd_conf(MaxRunning=400):
        ids = bob.submit_many([("/bin/sleep", "infinity")] * 300)
        bob.wait_all_started(ids)
        machine.run(["systemctl", "kill", "--signal=KILL", "jobsd-*.service"])
        rows = bob.wait_all(ids)
        assert {(row["Result"], row["ExitStatus"]) for row in rows} == {("signal", signal.SIGKILL)}
        assert all(row["CPUUsageNSec"] > 0 for row in rows)
        bob.clear()


def test_the_first_job_of_a_machine_can_be_followed(fresh_machine):
    """The journal of job output is made at that moment."""
    alice = Person(fresh_machine, "alice")
    for _ in range(3):
        assert alice.jobsctl("run", "--quiet", "--follow", "--", "seq", "10000").stdout.count("\n") == 10000
