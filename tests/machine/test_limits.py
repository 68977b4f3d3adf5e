# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whatever a user controls has a bound, and one user's work does not keep another's waiting."""

import pytest

from person import BusError, Gate, Person, unit

LIMITS = "org.freedesktop.DBus.Error.LimitsExceeded"


@pytest.fixture(scope="module")
def limited(machine):
    with Person(machine, "root") as root, root.jobsd_conf(
            MaxRunning=3, MaxQueuedPerUser=4, MaxStreamsPerUser=2, MaxSubscriptionsPerUser=2):
        yield machine


@pytest.fixture
def alice(limited):
    with Person(limited, "alice") as alice:
        yield alice


@pytest.fixture
def bob(limited):
    with Person(limited, "bob") as bob:
        yield bob


@pytest.mark.limit(120, "many jobs")
def test_no_more_jobs_run_than_allowed_and_no_more_wait(alice, bob):
    gate = Gate(alice)
    running = [gate.job() for _ in range(3)]
    alice.wait_all_started(running)
    queued = [gate.job() for _ in range(4)]
    with pytest.raises(BusError, match="MaxQueuedPerUser") as caught:
        gate.job()
    assert caught.value.name == LIMITS
    refused = alice.jobsctl("run", "true", check=False)
    assert refused.returncode == 1 and "MaxQueuedPerUser" in refused.stderr
    assert {alice.job(id)["Status"] for id in running} == {"running"}
    assert {alice.job(id)["Status"] for id in queued} == {"queued"}
    assert (alice.manager()["Running"], alice.manager()["Queued"]) == (3, 4)

    other = bob.submit("/bin/true")  # the queue of somebody else is his own
    gate.open()
    rows = alice.wait_all(running + queued)
    assert {row["Result"] for row in rows} == {"success"}
    assert bob.wait(other)["Result"] == "success"


def test_a_user_runs_no_more_jobs_than_allowed_and_others_do_not_wait_for_him(limited, alice, bob):
    with Person(limited, "root") as root, root.jobsd_conf(MaxRunning=3, MaxRunningPerUser=1):
        gate = Gate(alice)
        first, second = gate.job(), gate.job()
        alice.wait_started(first)
        assert bob.wait(bob.submit("/bin/true"))["Result"] == "success"
        assert alice.job(second)["Status"] == "queued"
        gate.open()
        alice.wait_all([first, second])
        assert alice.job(second)["Started"] >= alice.job(first)["Finished"]


def test_what_waits_of_a_user_is_bounded_in_bytes(limited, alice, bob):
    """Of arguments and environment; also after a restart, until it has run."""
    text = "x" * 60_000
    with Person(limited, "root") as root, root.jobsd_conf(MaxRunning=1, MaxQueuedBytesPerUser="150K"):
        gate = Gate(alice)
        running = gate.job()
        alice.wait_started(running)
        queued = [alice.submit("/bin/true", text), alice.submit("/bin/true", environment=[f"A={text}"])]
        for _ in range(2):
            with pytest.raises(BusError, match="MaxQueuedBytesPerUser") as caught:
                alice.submit("/bin/true", text)
            assert caught.value.name == LIMITS
            assert "more than 153600 bytes" in caught.value.text
            root.run("systemctl", "restart", "jobsd.service")
        small = alice.submit("/bin/true")
        other = bob.submit("/bin/true", text)
        alice.cancel(queued[0])
        queued.append(alice.submit("/bin/true", text))
        gate.open()
        rows = alice.wait_all([running, *queued[1:], small])
        assert {row["Result"] for row in rows} == {"success"}
        assert bob.wait(other)["Result"] == "success"
        many = alice.submit_many([("/bin/true", text)] * 2)     # there is room again
        alice.wait_all(many)


def test_a_user_with_one_job_does_not_wait_for_one_with_many(limited, alice, bob):
    with Person(limited, "root") as root, root.jobsd_conf(MaxRunning=1):
        gate = Gate(alice)
        first = gate.job()
        alice.wait_started(first)
        many = [alice.sh("true") for _ in range(4)]
        one = bob.submit("/bin/true")
        gate.open()
        alice.wait_all([first, *many])
        started = sorted(alice.job(id)["Started"] for id in many)
        assert bob.wait(one)["Started"] < started[1]


def test_a_queued_job_that_is_cancelled_never_runs(alice):
    gate = Gate(alice)
    running = [gate.job() for _ in range(3)]
    alice.wait_all_started(running)
    alice.file("ran").unlink(missing_ok=True)
    queued = alice.sh("touch ~/ran")
    alice.cancel(queued)
    job = alice.wait(queued)
    gate.open()
    alice.wait_all(running)
    assert (job["Status"], job["Started"]) == ("cancelled", 0)
    assert not alice.file("ran").exists()


def test_outputs_that_are_open_are_counted_a_user(alice, bob):
    gate = Gate(alice)
    id = gate.job()
    alice.wait_started(id)
    streams = [alice.open_output(id, follow=True) for _ in range(2)]
    with pytest.raises(BusError, match="MaxStreamsPerUser") as caught:
        alice.open_output(id)
    assert caught.value.name == LIMITS
    own = bob.submit("/bin/echo", "mine")
    bob.wait(own)
    assert bob.output(own) == b"mine\n"
    gate.open()
    alice.wait(id)
    for stream in streams:
        alice.read(stream)


def test_subscriptions_are_counted_a_user_and_end_with_their_connection(limited):
    first, second, third = (Person(limited, "alice") for _ in range(3))
    with first, third:
        with second:
            first.call("Subscribe", "t", 0)
            second.call("Subscribe", "t", 0)
            second.call("Subscribe", "t", 0)  # twice is once
            with pytest.raises(BusError, match="MaxSubscriptionsPerUser") as caught:
                third.call("Subscribe", "t", 0)
            assert caught.value.name == LIMITS
        first.call("Unsubscribe")
        third.call("Subscribe", "t", 0)


def test_calls_that_are_not_answered_are_counted_a_user(machine):
    """Of all connections together; a call of somebody else waits for nothing but what it needs itself."""
    cancel = "CancelJob", "tt", 999_999, 0      # polkit is asked, every time
    with Person(machine, "root") as root, root.jobsd_conf(MaxRequestsPerUser=3), \
            Person(machine, "alice") as first, Person(machine, "alice") as second, Person(machine, "bob") as bob:
        with root.paused("polkit.service"):
            calls = [(person, person.send(*cancel)) for person in (first, second, first, bob)]
            first.signals()     # these have arrived
            with pytest.raises(BusError, match="MaxRequestsPerUser") as caught:
                second.call(*cancel)
            assert caught.value.name == LIMITS
        for person, call in calls:
            with pytest.raises(BusError, match="There is no job"):
                person.reply(call)


@pytest.mark.limit(120, "many jobs")
def test_many_starts_at_once_leave_systemd_on_the_bus(machine):
    """At most 32 are on their way, and no job is started twice."""
    with Person(machine, "root") as root, Person(machine, "bob") as bob, Person(machine, "root") as listener, \
            root.jobsd_conf(MaxRunning=400):
        listener.call("AddMatch", "s", "type='signal',interface='org.freedesktop.systemd1.Manager'",
                      path="/org/freedesktop/DBus", interface="org.freedesktop.DBus",
                      destination="org.freedesktop.DBus")
        ids = bob.submit_many([("/bin/true",)] * 300)
        assert {row["Result"] for row in bob.wait_all(ids)} == {"success"}
        assert root.run("busctl", "status", "org.freedesktop.systemd1").returncode == 0
        started, pending, most = set(), set(), 0
        for _, _, member, body in listener.signals():
            # The first job of PID 1 for a unit is its start; it may have another to stop it.
            if member == "JobNew" and body[2].startswith("jobsd-") and body[2] not in started:
                started.add(body[2])
                pending.add(body[0])
                most = max(most, len(pending))
            elif member == "JobRemoved":
                pending.discard(body[0])
        assert started == {unit(id) for id in ids} and 1 < most <= 32


def test_mistakes_in_the_configuration_are_named_and_change_nothing(machine):
    with Person(machine, "root") as root, root.jobsd_conf(
            MaxRunning="many", MaxQueuedPerUser=0, Moon="full", MaxStreamsPerUser=7):
        n_cores = int(root.run("nproc").stdout)
        assert (root.manager()["MaxRunning"], root.manager()["MaxQueuedPerUser"]) == (4 * n_cores, 100_000)
        root.run("journalctl", "--sync")
        log = root.run("journalctl", "--unit=jobsd", "--output=cat", "--lines=20").stdout
        for line, word in (2, "MaxRunning="), (3, "MaxQueuedPerUser="), (4, "Moon="):
            assert f"/etc/jobsd/jobsd.conf:{line}: " in log and word in log
