# SPDX-License-Identifier: LGPL-2.1-or-later
"""The clock is set by a day, to beyond 2038, or stands still while the machine sleeps: jobs go on, none waits for it."""

import json
import re
import subprocess
import time

import pytest

from person import Gate, Person

_DAY = 24 * 60 * 60
_2040 = 2208988800

_TYPE = """[Job]
Command=/bin/sh -c 'echo try >>"$HOME/tries.$1"; test "$(wc -l <"$HOME/tries.$1")" -ge 2' sh {token}
AllowGroups=alice
Retries=1
RetrySec=3s

[Parameter token]
Required=yes
"""


@pytest.fixture(scope="module")
def alice(vm):
    with Person(vm, "alice") as alice:
        yield alice


@pytest.fixture(scope="module")
def root(vm):
    with Person(vm, "root") as root:
        yield root


@pytest.fixture
def clock(vm):
    """A function that sets the machine's clock, to what the host's has and so many seconds more."""
    def set_by(seconds: float):
        vm.run(["date", "--set", f"@{time.time() + seconds:.3f}"])

    yield set_by
    set_by(0)


def assert_durations_are_short(alice: Person, id: int):
    """No duration is negative, which would be shown as very many years."""
    status = alice.jobsctl("status", str(id)).stdout
    took = re.search("(Took|Running for): (.*)", status)
    assert took and not re.search(r"\d(y|month)", took[2]), status


@pytest.mark.parametrize("seconds", [_DAY, -_DAY, _2040 - time.time()], ids=["a-day-on", "a-day-back", "to-2040"])
def test_a_job_goes_on_when_the_clock_is_set(alice, clock, seconds):
    """So do who waits and who follows; limits of time are not fooled; the newest job is the first of the list."""
    gate = Gate(alice)
    id = gate.job(then="echo after", timeout=12 * 60 * 60 * 1_000_000)
    endless = alice.submit("/bin/sleep", "infinity", timeout=10_000_000)
    alice.wait_started(endless)
    alice.wait_started(id)
    waiter = alice.popen("jobsctl", "wait", str(id))
    follower = alice.popen("jobsctl", "output", "--follow", str(id), stdout=subprocess.PIPE)
    clock(seconds)
    new = alice.submit("/bin/echo", "new")
    assert alice.wait(new)["Result"] == "success"
    assert alice.job(id)["Status"] == "running"
    gate.open()
    assert follower.communicate(timeout=60)[0] == b"after\n" and waiter.wait(60) == 0
    assert alice.output(id) == b"after\n" and alice.output(new) == b"new\n"
    assert alice.wait(endless)["Result"] == "timeout"
    assert alice.ids()[:3] == [new, endless, id]
    for job in id, endless, new:
        assert_durations_are_short(alice, job)


@pytest.mark.parametrize("seconds", [_DAY, -_DAY], ids=["a-day-on", "a-day-back"])
@pytest.mark.parametrize("is_away", [False, True], ids=["under-jobsd", "without-jobsd"])
def test_a_further_try_comes_in_its_time_when_the_clock_is_set(vm, root, alice, clock, seconds, is_away):
    """Also when jobsd was not there to see it."""
    root.write("/etc/jobsd/types.d/clock.job", _TYPE)
    vm.run(["systemctl", "reload", "jobsd.service"])
    token = f"token{seconds}.{is_away}"
    id = alice.call("RunType", "sa{ss}a{sv}t", "clock", {"token": token}, {}, 0)[0]
    alice.wait_for(id, Attempt=2)
    if is_away:
        vm.run(["systemctl", "stop", "jobsd.service"])
    clock(seconds)
    vm.run(["systemctl", "start", "jobsd.service"])
    job = alice.wait(id)
    assert (job["Result"], job["Attempt"]) == ("success", 2)
    # and one whose wait begins after that
    id = alice.call("RunType", "sa{ss}a{sv}t", "clock", {"token": token + ".after"}, {}, 0)[0]
    assert (alice.wait(id)["Result"], alice.job(id)["Attempt"]) == ("success", 2)


def test_the_history_outlives_a_clock_that_is_wrong_for_a_while(root, alice, clock):
    """What is older than KeepHistorySec= by a clock that was just set is not retired yet."""
    alice.clear()
    with root.jobsd_conf(KeepHistorySec="1h", KeepHistoryMax=3):
        ids = []
        for _ in range(3):      # the oldest one is the one that ended first
            ids.append(alice.submit("/bin/true"))
            alice.wait(ids[-1])
        clock(_DAY)
        for _ in range(2):      # for each the oldest one goes, and all that are too old would go with it
            ids.append(alice.submit("/bin/true"))
            alice.wait(ids[-1])
            alice.wait_until(lambda: min(alice.ids()) == ids[-3])
        assert alice.ids() == ids[:1:-1]


def test_dates_beyond_2038_are_shown_exported_and_imported(root, alice, clock):
    alice.clear()
    clock(_2040 - time.time())
    id = alice.submit("/bin/true", name="late")
    alice.wait(id)
    assert re.search(rf"(?m)^ *{id} 2040-01-01 .* 2040-01-01 .*late", alice.jobsctl("list").stdout)
    assert f'"{id}"' not in alice.jobsctl("list", "--since=2040-01-02").stdout
    since = json.loads(alice.jobsctl("list", "--json=short", "--since=2039-12-31").stdout)
    assert [job["id"] for job in since] == [id]
    exported = alice.jobsctl("export", "--since=2039-12-31", "-o", "-").stdout
    assert exported.count("2040-01-01T") == 2, exported
    imported = root.jobsctl("import", "-", input=exported.replace("late", "later"))
    assert imported.returncode == 0
    assert re.search(r"(?m)2040-01-01 .* 2040-01-01 .*later", root.jobsctl("list", "--all").stdout)


def test_a_job_goes_on_after_the_machine_has_slept(vm, alice):
    """Suspended to memory, and woken up."""
    gate = Gate(alice)
    id = gate.job(then="echo after")
    alice.wait_started(id)
    waiter = alice.popen("jobsctl", "wait", str(id))
    vm.sleep()
    vm.wake_up()
    gate.open()
    assert waiter.wait(60) == 0
    assert (alice.job(id)["Result"], alice.output(id)) == ("success", b"after\n")
    assert alice.wait(alice.submit("/bin/true"))["Result"] == "success"
    assert_durations_are_short(alice, id)
