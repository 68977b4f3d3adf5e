# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an administrator does with systemctl to the slice of jobs, and to everything, is not what a job ends by."""

import pytest

from person import Gate, unit
from test_run import STRANGE
from waiting import wait_until


@pytest.fixture(scope="module")
def version(machine):
    """Of systemd."""
    return int(machine.run(["systemctl", "--version"]).stdout.split()[1].split("~")[0])


@pytest.fixture
def slice_limit(root, version):
    """A function that sets a limit of jobs.slice, which has none after the test."""
    if version < 258:
        pytest.skip("slices have had limits of units since systemd 258")
    path = "/etc/systemd/system/jobs.slice.d/limit.conf"

    def set(name: str, value: int):
        root.write(path, f"[Slice]\n{name}={value}\n")
        root.run("systemctl", "daemon-reload")

    yield set
    root.run("rm", "--force", path)
    root.run("systemctl", "daemon-reload")


def test_a_job_of_a_slice_that_is_frozen_runs_when_that_is_thawed(alice, root):
    alice.wait(alice.sh("true"))        # so that the slice is there
    root.run("systemctl", "freeze", "jobs.slice")
    try:
        id = alice.sh("echo hi")
        other = alice.sh("echo never")
        alice.cancel(other)
        # systemd 252 sometimes makes a slice anew that has just become empty, and then that is not frozen.
        status = alice.job(id)["Status"]
        assert status in ("queued", "running") or not is_frozen(root)
    finally:
        wait_until(lambda: root.run("systemctl", "thaw", "jobs.slice", check=False).returncode == 0)
    assert alice.wait(id)["Result"] == "success"
    assert alice.output(id) == b"hi\n"
    assert alice.wait(other)["Result"] == "cancelled"


def is_frozen(root):
    return "frozen 1" in root.run("cat", "/sys/fs/cgroup/jobs.slice/cgroup.events").stdout


def test_a_job_that_waits_for_its_slice_is_queued_to_whoever_follows(alice, root, version):
    if version < 257:
        pytest.skip("a unit is started in a frozen slice, and frozen at once")
    alice.wait(alice.sh("true"))
    alice.call("Subscribe", "t", 0)
    root.run("systemctl", "freeze", "jobs.slice")
    try:
        id = alice.sh("echo hi")
        changed = alice.signals("PropertiesChanged")[-1][3][1]
        assert (changed["Status"], changed["Unit"], changed["Started"]) == (("s", "queued"), ("s", ""), ("t", 0))
    finally:
        root.run("systemctl", "thaw", "jobs.slice")
    alice.signals("JobRemoved", id)
    alice.call("Unsubscribe")
    assert alice.job(id)["Result"] == "success"


def test_a_frozen_job_is_thawed_to_be_cancelled(alice, root):
    id = alice.sh("trap 'echo bye; exit 9' TERM; echo up; while :; do sleep infinity & wait; done")
    wait_until(lambda: alice.output(id) == b"up\n")
    root.run("systemctl", "freeze", unit(id))
    alice.cancel(id)
    assert alice.wait(id)["Result"] == "cancelled"
    assert alice.output(id) == b"up\nbye\n"


def test_a_job_that_is_frozen_with_its_slice_is_killed_to_be_cancelled(alice, root, gate, version):
    if version < 257:
        pytest.skip("the stop lasts until TimeoutStopSec= is over, as any that nobody hears")
    ids = [gate.job() for _ in range(2)]
    alice.wait_all_started(ids)
    root.run("systemctl", "freeze", "jobs.slice")
    try:
        alice.cancel(ids[0])
        job = alice.wait(ids[0])
        assert (job["Status"], job["Result"]) == ("cancelled", "cancelled")
        assert alice.job(ids[1])["Status"] == "running"
    finally:
        root.run("systemctl", "thaw", "jobs.slice")
    gate.open()
    assert alice.wait(ids[1])["Result"] == "success"
    assert unit(ids[0]) not in root.run("systemctl", "list-units", "--all", "--plain", "jobsd-*").stdout


@pytest.mark.parametrize("name", ["ConcurrencyHardMax", "ConcurrencySoftMax"])
def test_more_jobs_than_a_slice_may_have_wait(alice, slice_limit, name):
    gate = Gate(alice)
    slice_limit(name, 3)        # the user's own slice is one of them
    ids = [gate.job("echo through") for _ in range(5)]
    wait_until(lambda: sum(bool(alice.job(id)["Started"]) for id in ids) >= 2)
    gate.open()
    assert [job["Result"] for job in alice.wait_all(ids)] == ["success"] * 5
    assert [alice.output(id) for id in ids] == [b"through\n"] * 5


def test_a_job_goes_on_when_another_target_is_isolated(alice, root, gate):
    id = gate.job("echo still there")
    alice.wait_started(id)
    root.run("systemctl", "isolate", "default.target")
    gate.open()
    assert alice.wait(id)["Result"] == "success"
    assert alice.output(id) == b"still there\n"


def test_a_job_is_what_it_was_when_systemd_has_reloaded_its_units(alice, root, gate):
    id = alice.submit("/bin/sh", "-c", f'{gate.wait}; printf "%s\\0" "$@" >arguments', "sh", *STRANGE)
    alice.wait_started(id)
    root.run("systemctl", "daemon-reload")
    shown = root.run("systemctl", "show", "--property=LoadState,LoadError,ActiveState", unit(id)).stdout
    assert set(shown.splitlines()) >= {"LoadState=loaded", "ActiveState=active"}, shown
    gate.open()
    assert alice.wait(id)["Result"] == "success"
    assert alice.file("arguments").read_bytes().decode().split("\0")[:-1] == STRANGE
