# SPDX-License-Identifier: LGPL-2.1-or-later
"""An ended job can be run once more: the same again, as a new job that names the old one."""

import json

import pytest

from person import BusError, Gate, JOB, Person, job_path
from waiting import wait_until

# What a retry has of the job that it repeats.
SAME = ["Name", "Type", "User", "UID", "Origin", "Related", "Command", "WorkingDirectory", "Timeout",
        "MemoryMax", "CPUQuota", "TasksMax", "OutputMax", "OutputGrace", "Nice", "Umask"]


def retry(person, id):
    new, path = person.call("RetryJob", "tt", id, 0)
    assert path == job_path(new)
    return new


def refusal(person, member, *arguments, **options):
    """The error's name, and its text without the id."""
    with pytest.raises(BusError) as error:
        person.call(member, *arguments, **options)
    return error.value.name.rsplit(".", 1)[1], "".join(c for c in error.value.text if not c.isdigit())


@pytest.fixture(scope="module")
def failed(alice, limits_accepted):
    """A job of alice's that has all that a job can have, and failed."""
    id = alice.sh('echo "$WORD in $PWD"; exit 3', name="a name", related="https://example.org/1",
                  environment=["WORD=hello world"], working_directory="/usr/share", timeout=60_000_000,
                  memory_max=1 << 30, cpu_quota=1_000_000, tasks_max=50, output_max=1 << 20,
                  output_grace=50_000, nice=3, umask=0o27, origin="web")
    alice.wait(id)
    return id


def test_a_retry_does_the_same_again_and_names_the_old_job(alice, failed):
    new = retry(alice, failed)
    old, again = alice.job(failed), alice.wait(new)
    assert {name: again[name] for name in SAME} == {name: old[name] for name in SAME}
    assert (again["Result"], again["ExitStatus"]) == ("exit-code", 3)
    assert alice.output(new) == alice.output(failed) == b"hello world in /usr/share\n"
    assert (old["RetryOf"], again["RetryOf"]) == (0, failed)
    assert new > failed and again["Unit"] != old["Unit"]
    assert alice.list_jobs(ids=[new])[0]["RetryOf"] == failed


def test_the_jobs_own_method_is_the_same_and_a_retry_can_be_retried(alice, failed):
    first, path = alice.call("Retry", "t", 0, path=job_path(failed), interface=JOB)
    assert path == job_path(first)
    assert alice.wait(first)["RetryOf"] == failed
    assert alice.job(retry(alice, first))["RetryOf"] == first


def test_what_is_refused_today_is_refused_of_an_old_job_too(alice, root):
    """A path that an older jobsd took."""
    id = alice.submit("/bin/true")
    alice.wait(id)
    with root.machine.without("jobsd.service"):
        root.run("sqlite3", "/var/lib/jobsd/jobs.db", f"UPDATE jobs SET command = X'2F62696E2F0A00' WHERE id = {id}")
    with pytest.raises(BusError, match="InvalidArgs: The command's path contains a line break"):
        retry(alice, id)


def test_a_retry_outlives_the_job_that_it_repeats(alice):
    id = alice.submit("/bin/true")
    alice.wait(id)
    new = retry(alice, id)
    alice.wait(new)
    alice.clear(ids=[id])
    assert alice.job(new)["RetryOf"] == id


def test_a_job_that_has_not_ended_is_not_retried(alice):
    gate = Gate(alice)
    id = gate.job()
    alice.wait_started(id)
    assert refusal(alice, "RetryJob", "tt", id, 0)[0] == "Active"
    gate.open()
    alice.wait(id)
    assert alice.wait(retry(alice, id))["Result"] == "success"


def test_somebody_elses_job_is_like_one_that_never_was(bob, failed):
    for options in ({}, {"path": job_path(failed), "interface": JOB}):
        arguments = ("RetryJob", "tt", failed, 0) if not options else ("Retry", "t", 0)
        assert refusal(bob, *arguments, **options)[0] == "NoSuchJob"
    assert refusal(bob, "RetryJob", "tt", failed, 0) == refusal(bob, "RetryJob", "tt", 1 << 40, 0)


def test_an_administrators_retry_runs_as_the_owner(machine, dave, root, alice, failed):
    for administrator, uid in ((dave, 1004), (root, 0)):
        new = retry(administrator, failed)
        job = alice.wait(new)
        assert (job["User"], job["RetryOf"], job["ExitStatus"]) == ("alice", failed, 3)
        entry = json.loads(machine.run(
            ["journalctl", "--output=json", "--unit=jobsd.service", f"JOBSD_ID={new}",
             "MESSAGE_ID=3c3c9df6ac9b4e27a3bd4b6da3f0a101"]).stdout)
        assert (entry["JOBSD_ACTOR"], entry["JOBSD_RETRY_OF"]) == (str(uid), str(failed))


def test_without_a_password_an_administrator_of_the_machine_is_anybody(carol, failed):
    assert refusal(carol, "RetryJob", "tt", failed, 0)[0] == "NoSuchJob"


def test_a_sites_rule_holds_at_once(machine, alice, failed):
    rules = machine.path("/etc/polkit-1/rules.d/40-retry.rules")
    rules.write_text("""polkit.addRule(function(action, subject) {
        if (action.id == "org.jobsd1.retry") return polkit.Result.NO; });""")
    wait_until(lambda: _answer(alice, failed) == "AccessDenied")
    rules.unlink()
    wait_until(lambda: _answer(alice, failed) == "retried")


def _answer(person, id):
    try:
        retry(person, id)
        return "retried"
    except BusError as error:
        return error.name.rsplit(".", 1)[1]


def test_flags_are_refused(alice, failed):
    assert refusal(alice, "RetryJob", "tt", failed, 1)[0] == "InvalidArgs"


def test_the_command_line_prints_the_new_ids_alone(alice, failed):
    done = alice.jobsctl("retry", str(failed), str(failed))
    new = [int(line) for line in done.stdout.splitlines()]
    assert len(new) == 2 and all(f"Submitted as job {id}." in done.stderr for id in new)
    assert [job["RetryOf"] for job in alice.wait_all(new)] == [failed, failed]
    shown = alice.jobsctl("show", "--property=RetryOf", "--value", str(new[0]), str(failed)).stdout
    assert shown.split() == [str(failed)]
    assert f"Retry of: job {failed}\n" in alice.jobsctl("status", str(new[0])).stdout
    rows = json.loads(alice.jobsctl("list", "--json=short", "-n", "all").stdout)
    assert {row["id"]: row["retry_of"] for row in rows}[new[0]] == failed


def test_the_command_line_waits_and_follows(alice, failed):
    waited = alice.jobsctl("retry", "--wait", str(failed), check=False)
    assert waited.returncode == 3 and waited.stdout.strip().isdigit()
    followed = alice.jobsctl("retry", "--follow", str(failed), check=False)
    assert (followed.returncode, followed.stdout) == (3, "hello world in /usr/share\n")
    assert alice.jobsctl("retry", "-f", "1", "2", check=False).returncode == 2


def test_the_command_line_goes_on_after_a_failure(alice, failed):
    done = alice.jobsctl("retry", "999999", str(failed), check=False)
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 1)
    assert "Failed to repeat job 999999: There is no job 999999 that you may see." in done.stderr


def test_limits_of_the_queue_hold(fresh_machine):
    fresh_machine.path("/etc/jobsd/jobsd.conf").write_text("[Manager]\nMaxRunning=1\nMaxQueuedPerUser=2\n")
    fresh_machine.run(["systemctl", "restart", "jobsd.service"])
    with Person(fresh_machine, "alice") as alice:
        ended = alice.submit("/bin/true")
        alice.wait(ended)
        gate = Gate(alice)
        alice.wait_started(gate.job())
        queued = [retry(alice, ended), retry(alice, ended)]
        assert refusal(alice, "RetryJob", "tt", ended, 0)[0] == "LimitsExceeded"
        gate.open()
        assert {job["RetryOf"] for job in alice.wait_all(queued)} == {ended}


def test_the_job_of_a_user_that_is_no_more_is_not_retried(machine, root):
    machine.run(["useradd", "--uid=1077", "--user-group", "--create-home", "gone"])
    id = root.submit("/bin/true", user="gone")
    root.wait(id)
    machine.run(["systemctl", "stop", "user@1077.service"], check=False)
    machine.run(["userdel", "gone"])
    machine.run(["systemctl", "restart", "jobsd.service"])      # what NSS said is kept for a while
    assert refusal(root, "RetryJob", "tt", id, 0)[0] == "NoSuchUser"
