# SPDX-License-Identifier: LGPL-2.1-or-later
"""A job's result and exit status say what happened, however it ended."""

import signal

import pytest

from person import UNITS, Gate, unit
from waiting import wait_until

# Real-time signals have no name of their own.
SIGNALS = [number for number in range(1, 65)
           if number not in (signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH,     # ignored
                             signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU,     # stop
                             32, 33)]                                                            # glibc's own


@pytest.fixture(scope="module", autouse=True)
def many_at_once(root):
    with root.jobsd_conf(MaxRunning=64):
        yield


@pytest.fixture(scope="module")
def short_stop(root):
    """A job that does not end when it is told to is killed after a second, not after 90."""
    root.write("/etc/systemd/system/jobsd-.service.d/stop.conf", "[Service]\nTimeoutStopSec=1s\n")
    root.run("systemctl", "daemon-reload")


def ended(person, id):
    job = person.wait(id)
    return job["Status"], job["Result"], job["ExitStatus"], job["Info"]


def test_success(alice):
    id = alice.submit("/bin/true")
    assert ended(alice, id) == ("completed", "success", 0, "")
    job = alice.job(id)
    assert (job["Name"], job["Type"], job["Origin"], job["Command"]) == ("true", "", "bus", ["/bin/true"])


@pytest.mark.parametrize("when", ["at once", "after a moment"])
def test_every_exit_status(alice, when):
    """Also those from 200 to 245, by which PID 1 says that it could not start a program."""
    before = "" if when == "at once" else "sleep 0.3; "
    ids = alice.submit_many([("/bin/sh", "-c", f"{before}exit {status}") for status in range(256)])
    rows = alice.wait_all(ids)
    assert [row["ExitStatus"] for row in rows] == list(range(256))
    assert [row["Result"] for row in rows] == ["success"] + ["exit-code"] * 255
    assert [row["Status"] for row in rows] == ["completed"] + ["error"] * 255
    assert [row["Info"] for row in rows][1:] == [f"Exited with status {status}" for status in range(1, 256)]


def test_every_signal(alice):
    ids = alice.submit_many([("/usr/bin/python3", "-c", f"""
import os, resource, signal
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
if {number} != 9:
    signal.signal({number}, signal.SIG_DFL)
os.kill(os.getpid(), {number})""") for number in SIGNALS])
    rows = alice.wait_all(ids)
    assert [row["ExitStatus"] for row in rows] == SIGNALS
    assert {row["Result"] for row in rows} == {"signal"}
    assert {row["Status"] for row in rows} == {"error"}
    info = {row["ExitStatus"]: row["Info"] for row in rows}
    assert info[signal.SIGTERM] == "Killed by signal SIGTERM"
    assert info[signal.SIGHUP] == "Killed by signal SIGHUP"
    assert info[signal.SIGUSR1] == "Killed by signal SIGUSR1"


def test_a_core_dump(alice):
    id = alice.sh("cd /tmp; ulimit -c unlimited; kill -s SEGV $$", working_directory="/tmp")
    assert ended(alice, id) == ("error", "core-dump", signal.SIGSEGV,
                                "Killed by signal SIGSEGV (core dumped)")


def test_a_child_that_outlives_the_program_ends_with_it(machine, alice):
    id = alice.sh("setsid sleep 4321 & echo $!")
    assert ended(alice, id)[:2] == ("completed", "success")
    wait_until(lambda: not machine.pids("sleep 4321"))


def test_the_time_limit(alice):
    id = alice.submit("/bin/sleep", "1000", timeout=300_000)
    assert ended(alice, id) == ("error", "timeout", signal.SIGTERM, "Stopped after 300 ms (time limit)")


def test_the_time_limit_of_a_job_that_ignores_it(alice, short_stop):
    id = alice.sh("trap '' TERM; exec sleep infinity", timeout=300_000)
    assert ended(alice, id) == ("error", "timeout", signal.SIGKILL, "Stopped after 300 ms (time limit)")


def test_a_job_that_ends_before_its_time_limit_is_not_touched_by_it(alice):
    ids = [alice.sh("sleep 0.2; exit 3", timeout=3600_000_000), alice.submit("/bin/true", timeout=1000_000_000)]
    assert [row["Result"] for row in alice.wait_all(ids)] == ["exit-code", "success"]


@pytest.mark.parametrize("program, why", [
    ("/nonexistent/program", "No such file or directory"),
    ("/etc/passwd", "Permission denied"),
    ("/usr/share", "Is a directory"),
    ("/etc/passwd/x", "Not a directory"),
])
def test_a_program_that_cannot_be_executed(alice, program, why):
    id = alice.submit(program)
    assert ended(alice, id) == ("error", "start-failed", 203, f"Could not execute {program}: {why}")
    assert alice.job(id)["Finished"] > 0


def test_a_program_of_another_format(alice):
    alice.file("nothing").write_bytes(b"\x7fnot a program")
    alice.file("nothing").chmod(0o755)
    id = alice.submit("/home/alice/nothing")
    assert ended(alice, id) == ("error", "start-failed", 203,
                                "Could not execute /home/alice/nothing: it is no program, and no script that begins with #!")


@pytest.mark.parametrize("first, said", [("#!/no/such", "/no/such is not there"), (
    "#!/bin/sh\r", r"/bin/sh\r is not there, as its lines end with CR LF")])
def test_a_script_whose_interpreter_is_not_there(alice, first, said):
    alice.file("script").write_bytes(f"{first}\necho x\n".encode())
    alice.file("script").chmod(0o755)
    id = alice.submit("/home/alice/script")
    assert ended(alice, id) == ("error", "start-failed", 203,
                                f"Could not execute /home/alice/script: its interpreter {said}")


def test_a_directory_that_does_not_exist(alice):
    id = alice.submit("/bin/true", working_directory="/nonexistent/place")
    assert ended(alice, id) == (
        "error", "start-failed", 200,
        "Could not start in the directory /nonexistent/place: No such file or directory")


def test_a_directory_that_one_may_not_enter(alice):
    id = alice.submit("/bin/true", working_directory="/root")
    status, result, exit_status, info = ended(alice, id)
    assert (status, result, exit_status) == ("error", "start-failed", 200)
    assert info == "Could not start in the directory /root: Permission denied"


def test_a_user_whose_home_is_not_there(root):
    """As with cron, the root is in its place, but not for whoever asks for the home."""
    root.run("useradd", "--uid=1100", "--no-create-home", "frank")
    asked, plain = root.sh("pwd", user="frank", working_directory="~"), root.sh("pwd", user="frank")
    assert ended(root, asked) == ("error", "start-failed", 200,
                                  "Could not start in the home of user frank: No such file or directory")
    assert ended(root, plain)[:2] == ("completed", "success")
    assert root.output(plain) == b"/\n"


def test_a_user_who_is_not_known_when_the_job_starts(root):
    """The job waits until he is, as those of a directory may be later than the machine, and runs as nobody else."""
    create = ["useradd", "--uid=1101", "--create-home"]
    root.run(*create, "grace")
    with root.jobsd_conf(MaxRunning=1):
        gate = Gate(root)
        root.wait_started(gate.job())
        ids = [root.submit("/usr/bin/touch", f"/tmp/by-grace-{n}", user="grace") for n in range(2)]
        root.run("userdel", "--remove", "grace")
        gate.open()
        for id in ids:
            job = root.wait_for(id, NextTry=None)
            assert (job["Status"], job["Retries"]) == ("queued", 1)
            assert "as user grace: the account could not be looked up" in job["Info"] and "try 2 follows" in job["Info"]
        root.cancel(ids[0])
        assert root.wait(ids[0])["Result"] == "cancelled"
        root.run(*create, "grace")
        job = root.wait(ids[1])
    assert (job["Result"], job["Retries"]) == ("success", job["Attempt"] - 1)
    assert root.machine.path("/tmp/by-grace-1").stat().st_uid == root.machine.path("/home/grace").stat().st_uid
    assert not root.machine.path("/tmp/by-grace-0").exists()


def test_cancelled_while_it_runs(alice):
    id = alice.submit("/bin/sleep", "1000")
    alice.wait_started(id)
    alice.cancel(id)
    assert ended(alice, id) == ("cancelled", "cancelled", signal.SIGTERM, "Cancelled")


def test_cancelled_right_after_it_was_submitted(alice):
    """Wherever its start is, it ends soon, and as cancelled."""
    ids = []
    for _ in range(20):
        ids.append(alice.submit("/bin/sleep", "1000"))
        alice.cancel(ids[-1])
    assert {(row["Status"], row["Result"]) for row in alice.wait_all(ids)} == {("cancelled", "cancelled")}


def test_cancelled_and_ends_with_success_all_the_same(alice):
    """Whoever cancelled a job sees it as cancelled."""
    id = alice.sh("trap 'exit 0' TERM; sleep infinity & echo ready; wait")
    stream = alice.open_output(id, follow=True)
    assert alice.read_until(stream, b"ready\n") == b"ready\n"
    alice.cancel(id)
    assert ended(alice, id)[:3] == ("cancelled", "cancelled", 0)


def test_cancelled_and_ignores_it(alice, short_stop):
    """Then it is killed."""
    id = alice.sh("trap '' TERM; echo ready; exec sleep infinity")
    stream = alice.open_output(id, follow=True)
    assert alice.read_until(stream, b"ready\n") == b"ready\n"
    alice.cancel(id)
    alice.cancel(id)
    assert ended(alice, id) == ("cancelled", "cancelled", signal.SIGKILL, "Cancelled")
    assert alice.read(stream) == b""


def test_cancelled_before_it_ran(alice, root):
    with root.jobsd_conf(MaxRunning=1):
        gate = Gate(alice)
        blocker = gate.job()
        alice.wait_started(blocker)
        id = alice.submit("/usr/bin/touch", "ran")
        assert alice.job(id)["Status"] == "queued"
        alice.cancel(id)
        job = alice.job(id)
        assert (job["Status"], job["Result"], job["Started"], job["Unit"]) == ("cancelled", "cancelled", 0, "")
        assert job["Finished"] > 0
        gate.open()
        later = alice.submit("/bin/true")
        alice.wait(later)
    assert not alice.file("ran").exists()


@pytest.mark.parametrize("end, result", [
    ("exit 0", ("completed", "success", 0)), ("exit 3", ("error", "exit-code", 3)),
    ("kill -KILL $$", ("error", "signal", signal.SIGKILL)),
])
def test_a_program_that_says_that_it_ends(alice, end, result):
    """STOPPING=1 of sd_notify(3) is no cancellation."""
    id = alice.sh(f"systemd-notify STOPPING=1; {end}")
    assert ended(alice, id)[:3] == result


@pytest.mark.usefixtures("short_stop")
@pytest.mark.parametrize("message", ["STOPPING=1", "MAINPID=$!", "RELOADING=1", "EXTEND_TIMEOUT_USEC=1"])
def test_what_a_program_says_of_its_service_is_not_what_the_job_is(alice, message):
    """As a test suite does that starts and stops servers: it is neither ended for it nor taken for something else."""
    id = alice.sh(f'sleep 0.1 & systemd-notify "{message}" STATUS=serving; wait; sleep 1.5; exit 3')
    assert ended(alice, id) == ("error", "exit-code", 3, "Exited with status 3 (last: serving)")


@pytest.mark.parametrize("times", [1, 8])
def test_a_unit_that_is_restarted_is_a_job_that_was_stopped(alice, root, times):
    """A job runs once: systemctl does not start it again, and leaves nothing where nobody sees it."""
    ids = [alice.sh(f"echo ran >>ran-{times}-{i}; exec sleep 1000") for i in range(times)]
    wait_until(lambda: all(alice.file(f"ran-{times}-{i}").exists() for i in range(times)))
    root.run("systemctl", "restart", *map(unit, ids), check=False)   # what is stopped again is an error of its own
    for id in ids:
        assert ended(alice, id)[:3] == ("cancelled", "cancelled", signal.SIGTERM)
    wait_until(lambda: not list(root.machine.path(UNITS).glob("jobsd-*")))
    assert [alice.file(f"ran-{times}-{i}").read_text() for i in range(times)] == ["ran\n"] * times


def test_killed_by_systemctl_is_a_signal(alice, root):
    id = alice.submit("/bin/sleep", "1000")
    alice.wait_started(id)
    root.run("systemctl", "kill", "--signal=KILL", unit(id))
    assert ended(alice, id)[:3] == ("error", "signal", signal.SIGKILL)


def test_what_the_job_says_is_its_info_and_progress(alice):
    """STATUS= of sd_notify(3), whose leading percentage is the progress; a failure keeps the last words."""
    gate = Gate(alice)
    id = alice.sh(f"systemd-notify --status='45% of the files'; {gate.wait};"
                  "systemd-notify --status='99.5%: nearly'; exit 2")
    job = alice.wait_for(id, Info="45% of the files")
    assert (job["Progress"], job["Status"]) == (0.45, "running")
    assert alice.list_jobs(ids=[id])[0]["Progress"] == 0.45
    gate.open()
    assert ended(alice, id)[3] == "Exited with status 2 (last: 99.5%: nearly)"
    assert alice.job(id)["Progress"] == 0.995


def test_the_progress_of_a_success_is_whole(alice):
    id = alice.sh("systemd-notify --status='50%'")
    assert ended(alice, id) == ("completed", "success", 0, "50%")
    assert alice.job(id)["Progress"] == 1
    id = alice.sh("systemd-notify --status='no number'")
    assert ended(alice, id) == ("completed", "success", 0, "no number")
    assert alice.job(id)["Progress"] == -1


@pytest.mark.parametrize("said, info, progress", [
    ("100%", "100%", 1.0), ("0%", "0%", 0.0), ("101%", "101%", -1.0), ("7 of 9", "7 of 9", -1.0),
    ("grüße\x1b[31m", "grüße [31m", -1.0), ("x" * 600, "x" * 512, -1.0), ("-5%", "-5%", -1.0),
])
def test_strange_status_texts(alice, said, info, progress):
    id = alice.sh('systemd-notify --status="$1"; exit 1', said)
    assert ended(alice, id)[3] == f"Exited with status 1 (last: {info})"
    assert alice.job(id)["Progress"] == progress
