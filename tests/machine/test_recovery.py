# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is killed in between: an accepted job runs once, and its end is recorded once, as it was."""

import random
import signal
import subprocess
import time

from person import Person

MARK = 'echo "$JOBSD_JOB_ID" >>"$HOME/marks"; '


def main_pid(machine) -> str:
    return machine.run(["systemctl", "show", "--property=MainPID", "--value", "jobsd"]).stdout.strip()


def kill(machine):
    """kill -9 of jobsd, and wait for systemd to start another."""
    before = main_pid(machine)
    machine.run(["kill", "-KILL", before], check=False)
    wait_until(lambda: main_pid(machine) not in ("0", before))


def wait_until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


def test_jobs_run_once_and_end_once_however_often_jobsd_is_killed(machine):
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    alice = Person(machine, "alice")
    alice.file("marks").unlink(missing_ok=True)
    script = (f"for i in $(seq 60); do until id=$(jobsctl run --quiet -- sh -c '{MARK} sleep 0.$((i % 4));"
              " exit $(($JOBSD_JOB_ID % 7))') 2>/dev/null; do :; done; echo $id; done")
    submitter = alice.popen("bash", "-c", script, text=True, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE)
    kills = 0
    while submitter.poll() is None:
        time.sleep(chance.uniform(0, 0.4))  # the moment is what varies: nothing is waited for
        kill(machine)
        kills += 1
    ids = [int(line) for line in submitter.stdout.read().split()]
    submitter.stdout.close()
    print(f"{kills} kills")
    assert len(ids) == 60 and kills > 3

    with Person(machine, "alice") as alice:
        wait_until(lambda: not alice.ids(status=["queued", "running"]))
        listed = {row["Id"]: row for row in alice.list_jobs(limit=500)}
        marks = [int(line) for line in alice.file("marks").read_text().split()]
    # a submission that jobsd was killed in may have been stored without an answer: it runs once as well
    assert set(ids) <= set(listed)
    assert sorted(marks) == sorted(listed)
    for id, row in listed.items():
        assert (row["Result"], row["ExitStatus"]) == ("success" if id % 7 == 0 else "exit-code", id % 7)
        assert row["Submitted"] <= row["Started"] <= row["Finished"]
    assert not machine.run(["systemctl", "list-units", "--all", "--no-legend", "jobsd-*"]).stdout.strip()


def test_jobs_that_end_or_are_cancelled_while_jobsd_comes_back(machine):
    """Their ends come in between its questions about them. None is lost, and the next job starts."""
    with Person(machine, "alice") as alice, Person(machine, "root") as root, root.jobsd_conf(MaxRunning=60):
        for attempt in range(3):
            alice.file("go").unlink(missing_ok=True)
            ids = [alice.sh(f"while [ ! -e ~/go ]; do sleep 0.05; done; sleep {n / 100}; exit 3") for n in range(60)]
            for id in ids:
                alice.wait_started(id)
            alice.file("go").touch()
            root.run("systemctl", "restart", "jobsd")
            alice.jobsctl("cancel", *map(str, ids[50:]), check=False)
            rows = alice.wait_all([*ids, alice.submit("/bin/true")])
            assert {row["Result"] for row in rows[:50]} == {"exit-code"}
            assert {row["Result"] for row in rows[50:-1]} <= {"exit-code", "cancelled"}
            assert rows[-1]["Result"] == "success"


def test_a_job_that_ends_while_jobsd_is_away_keeps_its_result(machine):
    with Person(machine, "alice") as alice:
        alice.file("go").unlink(missing_ok=True)
        ids = [alice.sh(f"while [ ! -e ~/go ]; do sleep 0.05; done; {end}")
               for end in ("exit 3", "exit 0", "kill -KILL $$")]
        for id in ids:
            alice.wait_started(id)
    machine.run(["systemctl", "stop", "jobsd"])
    alice.file("go").touch()
    for id in ids:
        wait_until(lambda id=id: machine.run(
            ["systemctl", "show", "--property=ExecMainExitTimestampMonotonic", "--value", f"jobsd-{id}"]
        ).stdout.strip() != "0")
    machine.run(["systemctl", "start", "jobsd"])
    with Person(machine, "alice") as alice:
        rows = alice.wait_all(ids)
    found = {row["Id"]: (row["Result"], row["ExitStatus"]) for row in rows}
    assert [found[id] for id in ids] == [("exit-code", 3), ("success", 0), ("signal", signal.SIGKILL)]


def test_a_job_that_is_stopped_by_hand_while_jobsd_is_away_is_cancelled(machine):
    with Person(machine, "alice") as alice:
        id = alice.submit("/bin/sleep", "infinity")
        alice.wait_started(id)
    machine.run(["systemctl", "stop", "jobsd"])
    machine.run(["systemctl", "stop", f"jobsd-{id}"])
    machine.run(["systemctl", "start", "jobsd"])
    with Person(machine, "alice") as alice:
        assert alice.wait(id)["Result"] == "cancelled"


def test_wait_and_follow_survive_a_restart_of_jobsd(machine):
    alice = Person(machine, "alice")
    alice.file("go").unlink(missing_ok=True)
    id = int(alice.jobsctl("run", "--quiet", "--", "sh", "-c",
                           "echo before; while [ ! -e ~/go ]; do sleep 0.05; done; echo after; exit 4").stdout)
    wait = alice.popen("jobsctl", "wait", str(id), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    follow = alice.popen("jobsctl", "output", "--follow", str(id), text=True, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL)
    assert follow.stdout.readline() == "before\n"
    machine.run(["systemctl", "restart", "jobsd"])
    alice.file("go").touch()
    assert wait.wait(timeout=60) == 4
    assert follow.stdout.read() == "after\n" and follow.wait(timeout=60) == 0
    follow.stdout.close()


def test_what_was_acknowledged_is_there_after_a_crash_of_the_machine(fresh_machine):
    """A running job was interrupted; queued ones run when the machine is back."""
    conf = fresh_machine.path("/etc/jobsd/jobsd.conf")
    conf.write_text("[Manager]\nMaxRunning=2\n")
    fresh_machine.run(["systemctl", "restart", "jobsd"])
    with Person(fresh_machine, "alice") as alice:
        running = [alice.sh("sleep infinity") for _ in range(2)]
        for id in running:
            alice.wait_started(id)
        queued = alice.submit_many([("/bin/true",)] * 10)
    fresh_machine.crash()
    fresh_machine.boot()
    with Person(fresh_machine, "alice") as alice:
        rows = {row["Id"]: row for row in alice.wait_all(running + queued)}
    assert {rows[id]["Result"] for id in running} == {"interrupted"}
    assert {rows[id]["Result"] for id in queued} == {"success"}


def test_a_job_that_a_shutdown_stops_was_interrupted(fresh_machine):
    with Person(fresh_machine, "alice") as alice:
        id = alice.submit("/bin/sleep", "infinity")
        alice.wait_started(id)
    fresh_machine.poweroff()
    fresh_machine.boot()
    with Person(fresh_machine, "alice") as alice:
        job = alice.wait(id)
    assert (job["Status"], job["Result"]) == ("error", "interrupted")
    assert job["Info"] == "Interrupted: the machine went down"


def test_three_hundred_jobs_that_end_at_once_are_all_recorded(machine):
    """dbus-daemon allows jobsd 128 calls without an answer, PID 1 is asked about each of them."""
    with Person(machine, "root") as root, Person(machine, "bob") as bob, root.jobsd_conf(MaxRunning=400):
        ids = bob.submit_many([("/bin/sleep", "infinity")] * 300)
        for id in ids:
            bob.wait_started(id)
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
