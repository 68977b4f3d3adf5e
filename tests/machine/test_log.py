# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who did what: for one's own jobs, and for administrators for everybody's."""

import json
import time

import pytest

from person import BusError


def log(person, *options):
    return json.loads(person.jobsctl("log", "--json=short", *map(str, options)).stdout)


def steps(person, *options):
    return [(row["event"], row["actor"], row["result"]) for row in log(person, *options)]


def test_each_step_of_a_job_and_who_did_it(alice, root):
    id = alice.submit("/bin/sleep", "1000", name="long one")
    alice.wait_started(id)
    root.cancel(id)
    alice.wait(id)
    alice.clear(ids=[id])       # what was cleared is in it, too
    assert steps(alice, id) == [("submitted", 1001, None), ("started", None, None), ("cancelled", 0, None),
                                ("ended", None, "cancelled"), ("cleared", 1001, None)]
    rows = log(alice, id)
    assert {(row["id"], row["name"], row["user"], row["uid"]) for row in rows} == {(id, "long one", "alice", 1001)}
    times = [row["time"] for row in rows]
    assert times == sorted(times) and time.time() - times[-1] / 1e6 < 60


def test_tries_are_told(alice, root):
    root.write("/etc/jobsd/types.d/flaky.job", "[Job]\nCommand=/bin/false\nAllowGroups=alice\nRetries=1\n")
    root.call("Reload", "t", 0)
    id, _ = alice.call("RunType", "sa{ss}a{sv}t", "flaky", {}, {}, 0)
    alice.wait(id)
    assert [(event, result) for event, _, result in steps(alice, id)] == [
        ("submitted", None), ("started", None), ("retried", "exit-code"), ("started", None), ("ended", "exit-code")]


def test_others_jobs_are_for_administrators(alice, bob, dave):
    hers, his = alice.submit("/bin/true"), bob.submit("/bin/true")
    alice.wait(hers)
    bob.wait(his)
    assert {row["uid"] for row in log(bob)} == {1002} == {row["uid"] for row in log(bob, "--all")}
    unseen = [bob.jobsctl("log", str(id)) for id in (hers, 10**9)]
    assert [(told.stdout, told.stderr) for told in unseen] == [
        ("", "The journal has nothing of such a job that you may see.\n")] * 2
    assert {hers, his} <= {row["id"] for row in log(dave, "--all")}
    assert hers not in {row["id"] for row in log(dave)}
    assert [event for event, *_ in steps(dave, hers)] == ["submitted", "started", "ended"]
    assert "your own jobs only" in bob.jobsctl("log", "--all").stderr


def test_which_part_of_it(alice):
    first, second = alice.submit("/bin/true"), alice.submit("/bin/false")
    alice.wait_all([first, second])
    rows = log(alice)
    assert log(alice, "-n", "2") == rows[-2:] and log(alice, "-n", "0") == []
    middle = rows[len(rows) // 2]["time"]
    before, after = (alice.read_log(**bound) for bound in ({"until": middle}, {"since": middle}))
    assert before + after == rows and before and after
    assert alice.read_log(since=middle, lines=1) == rows[-1:]
    assert log(alice, "--since=tomorrow") == []
    with pytest.raises(BusError, match='"since"'):
        alice.read_log(since=0)


def test_people_get_a_table(alice, root):
    id = alice.submit("/bin/sleep", "1000", name="for people")
    alice.wait_started(id)
    root.cancel(id)
    alice.wait(id)
    lines = alice.jobsctl("log", str(id)).stdout.splitlines()
    assert lines[0].split() == ["TIME", "ID", "EVENT", "BY", "USER", "NAME"]
    assert [line.split(None, 3)[3].split() for line in lines[1:]] == [
        ["submitted", "alice", "alice", "for", "people"], ["started", "jobsd", "alice", "for", "people"],
        ["cancelled", "root", "alice", "for", "people"], ["ended:", "cancelled", "jobsd", "alice", "for", "people"]]


def test_nobody_forges_a_record(alice):
    id = alice.submit("/bin/true")
    alice.wait(id)
    before = log(alice, id)
    forged = ["MESSAGE_ID=3c3c9df6ac9b4e27a3bd4b6da3f0a104", "MESSAGE=forged", f"JOBSD_ID={id}", "JOBSD_UID=1001",
              "JOBSD_ACTOR=0", "JOBSD_NAME=true", "JOBSD_USER=alice", "_SYSTEMD_UNIT=jobsd.service", "_UID=0"]
    alice.run("logger", "--journald", input="\n".join(forged) + "\n")
    other = alice.submit("/bin/true")       # what is stored in its order is stored by then
    alice.wait(other)
    assert log(alice, id) == before


def test_streams_are_counted_with_outputs(alice, root):
    with root.jobsd_conf(MaxStreamsPerUser=1):
        id = alice.submit("/bin/sleep", "1000")
        stream = alice.open_output(id, follow=True)
        with pytest.raises(BusError, match="LimitsExceeded"):
            alice.call("OpenLog", "ta{sv}t", 0, {}, 0)
        alice.close_stream(stream)
        alice.cancel(id)
        alice.wait(id)
