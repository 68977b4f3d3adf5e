# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is submitted with a key is there once."""

import pytest

from person import BusError, Gate
from waiting import wait_until

TYPE = "[Job]\nCommand=/bin/cat {file} {mode}\nAllowGroups=operators\n[Parameter file]\nType=file\n[Parameter mode]\n"


def outcome(function):
    try:
        return function()
    except BusError as error:
        return error.name, error.text


def test_a_command_runs_once_however_often_it_is_submitted(alice):
    ids = {alice.sh("echo ran >>ran", key="nightly 2026-12-01") for _ in range(3)}
    (id,) = ids
    alice.wait(id)
    assert alice.sh("echo ran >>ran", key="nightly 2026-12-01") == id      # when it has ended, too
    assert alice.file("ran").read_text() == "ran\n"


def test_as_many_calls_at_once(alice):
    ids = alice.submit_many([("/bin/sh", "-c", "echo at once >>at-once")] * 50, key="at once")
    assert len(set(ids)) == 1
    alice.wait(ids[0])
    assert alice.file("at-once").read_text() == "at once\n"


def test_something_else_with_the_key_is_refused(alice):
    id = alice.sh("exit 0", key="taken")
    assert outcome(lambda: alice.sh("exit 1", key="taken")) == (
        "org.freedesktop.DBus.Error.InvalidArgs", f'"key" "taken" is that of job {id}, which was to do something else.')


def test_each_has_keys_of_his_own(alice, bob):
    hers, his = alice.sh("exit 0", key="shared"), bob.sh("exit 3", key="shared")
    assert hers != his and bob.wait(his)["User"] == "bob"


def test_a_key_is_free_again_when_its_job_was_cleared(alice):
    id = alice.sh("exit 0", key="free")
    alice.wait(id)
    alice.clear(ids=[id])
    assert alice.sh("exit 1", key="free") > id


def test_a_retry_is_another_job(alice):
    id = alice.sh("exit 3", key="again")
    alice.wait(id)
    again, _ = alice.call("RetryJob", "tt", id, 0)
    assert alice.sh("exit 3", key="again") == id != again


def test_it_holds_when_jobsd_is_killed(alice, root):
    gate = Gate(alice)
    id = gate.job("echo ran >>killed", key="killed")
    root.run("systemctl", "kill", "--signal=KILL", "jobsd.service")
    root.run("systemctl", "start", "jobsd.service")
    assert gate.job("echo ran >>killed", key="killed") == id
    gate.open()
    alice.wait(id)
    assert alice.file("killed").read_text() == "ran\n"


@pytest.mark.parametrize("key", ["", "x" * 64, "a\nb"])
def test_what_is_no_key(alice, key):
    name, text = outcome(lambda: alice.sh("true", key=key))
    assert name == "org.freedesktop.DBus.Error.InvalidArgs" and text.startswith('"key" ')


def test_a_file_is_not_taken_over_again(erin, root, machine):
    root.write("/etc/jobsd/types.d/cat.job", TYPE)
    root.run("systemctl", "reload", "jobsd.service")
    erin.run("sh", "-c", "echo hello >records")
    submit = lambda *more: int(erin.jobsctl(    # noqa: E731
        "run", "--quiet", "--type=cat", "--key=records", "file=records", *more).stdout)
    id = submit()
    erin.wait(id)
    assert submit() == id and erin.output(id) == b"hello\n"
    wait_until(lambda: machine.run(["ls", "/var/lib/jobsd-results/inputs"]).stdout == "")
    refused = erin.jobsctl("run", "--type=cat", "--key=records", "file=records", "mode=/dev/null", check=False)
    assert refused.returncode == 1 and "which was to do something else" in refused.stderr
