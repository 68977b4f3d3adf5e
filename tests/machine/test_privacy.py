# SPDX-License-Identifier: LGPL-2.1-or-later
"""Somebody else's job is like one that never was: nothing tells the one from the other."""

import re

import pytest

from person import JOB, MANAGER, PROPERTIES, BusError, Gate, job_path, variants

NEVER = 999_999_999

# Every way to ask for one job: MEMBER, and what is called with the id.
BY_ID = {
    "CancelJob": lambda person, id: person.call("CancelJob", "tt", id, 0),
    "OpenOutput": lambda person, id: person.call("OpenOutput", "ta{sv}t", id, {}, 0),
    "OpenOutput follow": lambda person, id: person.call("OpenOutput", "ta{sv}t", id, variants({"follow": True}), 0),
    "ListResults": lambda person, id: person.call("ListResults", "tt", id, 0),
    "OpenResult": lambda person, id: person.call("OpenResult", "tst", id, "x", 0),
    "Job OpenResult": lambda person, id: person.call("OpenResult", "st", "x", 0, path=job_path(id), interface=JOB),
    "ClearJobs": lambda person, id: person.clear(ids=[id]),
    "RetryJob": lambda person, id: person.call("RetryJob", "tt", id, 0),
    "Retry": lambda person, id: person.call("Retry", "t", 0, path=job_path(id), interface=JOB),
    "Cancel": lambda person, id: person.call("Cancel", "t", 0, path=job_path(id), interface=JOB),
    "Clear": lambda person, id: person.call("Clear", "t", 0, path=job_path(id), interface=JOB),
    "Job OpenOutput": lambda person, id: person.call("OpenOutput", "a{sv}t", {}, 0, path=job_path(id), interface=JOB),
    "Get": lambda person, id: person.call("Get", "ss", JOB, "Status", path=job_path(id), interface=PROPERTIES),
    "Get unknown": lambda person, id: person.call("Get", "ss", JOB, "X", path=job_path(id), interface=PROPERTIES),
    "Get manager's": lambda person, id: person.call("Get", "ss", MANAGER, "Version", path=job_path(id),
                                                    interface=PROPERTIES),
    "GetAll": lambda person, id: person.job(id),
    "Introspect": lambda person, id: person.call("Introspect", path=job_path(id),
                                                 interface="org.freedesktop.DBus.Introspectable"),
    "interactive": lambda person, id: person.call("CancelJob", "tt", id, 0, interactive=True),
    "unknown flag": lambda person, id: person.call("CancelJob", "tt", id, 1),
    "unknown option": lambda person, id: person.call("OpenOutput", "ta{sv}t", id, {"x": ("s", "")}, 0),
    "unknown method": lambda person, id: person.call("X", path=job_path(id), interface=JOB),
    "wrong type": lambda person, id: person.call("Cancel", "s", "", path=job_path(id), interface=JOB),
    "Set": lambda person, id: person.call("Set", "ssv", JOB, "Name", ("s", "x"), path=job_path(id),
                                          interface=PROPERTIES),
}


@pytest.fixture(scope="module")
def jobs(alice):
    """One of alice's jobs of each kind."""
    gate = Gate(alice)
    ended, running = alice.sh("exit 3"), gate.job()
    alice.wait(ended)
    alice.wait_started(running)
    yield {"ended": ended, "running": running}
    gate.open()
    alice.wait(running)


def answer(ask, person, id):
    """Without what shows the id that was asked for."""
    with pytest.raises(BusError) as caught:
        ask(person, id)
    return caught.value.name, without(id, caught.value.text)


def without(id, text):
    return re.sub(rf"\b{id}\b", "ID", text)


@pytest.mark.parametrize("kind", ["ended", "running"])
@pytest.mark.parametrize("how", BY_ID)
def test_on_the_bus(bob, carol, jobs, how, kind):
    """To bob, and to carol who could type a password and was not asked for it."""
    for person in bob, carol:
        name, text = answer(BY_ID[how], person, jobs[kind])
        assert (name, text) == answer(BY_ID[how], person, NEVER)
        if how in ("CancelJob", "OpenOutput", "ClearJobs", "Cancel", "Clear", "Get", "GetAll",
                   "ListResults", "OpenResult", "Job OpenResult",
                   "Introspect", "RetryJob", "Retry"):
            assert (name, text) == ("org.jobsd1.Error.NoSuchJob", "There is no job ID that you may see.")


@pytest.mark.parametrize("kind", ["ended", "running"])
@pytest.mark.parametrize("verb", ["show", "status", "output", "results", "wait", "cancel", "retry", "clear"])
def test_on_the_command_line(bob, jobs, verb, kind):
    def told(id):
        result = bob.jobsctl(verb, str(id), check=False)
        return result.returncode, without(id, result.stdout), without(id, result.stderr)

    shown = told(jobs[kind])
    assert shown == told(NEVER)
    assert shown[0] == 1 and shown[1] == "" and "no job" in shown[2]


def test_in_lists(bob, carol, jobs):
    for person in bob, carol:
        for filter in {}, {"all": True}, {"ids": list(jobs.values())}, {"all": True, "user": "alice"}, \
                {"user": "1001"}, {"all": True, "status": ["running"]}:
            rows, next, scope = person.call("ListJobs", "a{sv}tut", variants(filter), 0, 0, 0)
            assert (rows, scope) == ([], "own"), filter
    assert bob.run("busctl", "tree", "--list", "org.jobsd1").stdout.split()[-1] == "/org/jobsd1/job"


def test_in_counts(alice, bob, root, jobs):
    for filter in {}, {"all": True}, {"user": "alice"}, {"all": True, "user": "1001", "ids": list(jobs.values())}:
        assert alice.count(**filter) == (len(jobs), "own"), filter
        assert bob.count(**filter) == (0, "own"), filter
    assert root.count(all=True, ids=list(jobs.values())) == (len(jobs), "all")
    assert (alice.manager()["Running"], alice.manager()["Queued"]) == (1, 0)
    assert (bob.manager()["Running"], bob.manager()["Queued"]) == (0, 0)
    with root.jobsd_conf(MaxRunning=1):
        id = alice.submit("/bin/true")
        assert alice.job(id)["Status"] == "queued"
        for person, expected in (alice, (1, 1)), (root, (1, 1)), (bob, (0, 0)):
            counts = person.manager()
            assert (counts["Running"], counts["Queued"]) == expected
        assert alice.call("Get", "ss", MANAGER, "Queued", interface=PROPERTIES) == (("t", 1),)
        assert bob.call("Get", "ss", MANAGER, "Queued", interface=PROPERTIES) == (("t", 0),)
        alice.cancel(id)


def test_in_clearing(bob, dave, jobs):
    """Neither the number that went nor the number that stayed tells of others' jobs."""
    assert bob.clear() == (0, 0)
    assert bob.clear(status=["error"]) == (0, 0)
    with pytest.raises(BusError, match="AccessDenied"):
        bob.clear(user="alice")
    with pytest.raises(BusError, match="AccessDenied"):
        bob.clear(user="1001")
    assert dave.clear() == (0, 0)


def test_in_signals(alice, bob, carol, dave, root):
    """A subscriber is told of his own jobs; an administrator of everybody's."""
    everybody = (alice, bob, carol, dave, root)
    for person in everybody:
        person.call("Subscribe", "t", 0)
        person.signals()
    id = alice.sh("systemd-notify --status=50%")
    alice.signals("JobRemoved", id)
    alice.clear(ids=[id])
    own = bob.submit("/bin/true")
    bob.signals("JobRemoved", own)
    seen = {person.name: {path if member == "PropertiesChanged" else body[1]
                          for path, _, member, body in person.signals()} for person in everybody}
    both = {job_path(id), job_path(own)}
    assert seen == {"alice": {job_path(id)}, "bob": set(), "carol": set(), "dave": both, "root": both}
    for person in everybody:
        person.call("Unsubscribe")


def test_signals_end_with_the_right_to_see(alice, dave, root):
    """The rules are asked again when they change. (Who may cancel others' jobs may see them, too.)"""
    dave.call("Subscribe", "t", 0)
    rule = "/etc/polkit-1/rules.d/40-test.rules"
    root.write(rule, """polkit.addRule(function(action, subject) {
        if (/others$|run-as$/.test(action.id) && subject.user == "dave") return polkit.Result.NO; });""")
    try:
        alice.call("Subscribe", "t", 0)
        for _ in range(200):
            id = alice.submit("/bin/true")
            alice.signals("JobRemoved", id)
            if dave.signals() == []:
                break
        else:
            pytest.fail("dave is still told of alice's jobs")
    finally:
        root.machine.path(rule).unlink()
        alice.call("Unsubscribe")
        dave.call("Unsubscribe")


def test_files_are_for_root_alone(bob):
    for path in "/var/lib/jobsd", "/var/lib/jobsd/jobs.db":
        assert bob.run("cat", path, check=False).returncode != 0
        assert bob.run("ls", path, check=False).returncode != 0


def test_an_administrator_sees_everything(dave, root, jobs):
    for person in dave, root:
        assert set(jobs.values()) <= set(person.ids(all=True))
        assert person.job(jobs["ended"])["ExitStatus"] == 3
        assert person.output(jobs["ended"]) == b""
        rows, _, scope = person.call("ListJobs", "a{sv}tut", variants({"all": True}), 0, 0, 0)
        assert rows and scope == "all"
        assert not set(jobs.values()) & set(person.ids())     # without asking for it
