# SPDX-License-Identifier: LGPL-2.1-or-later
"""The history in the order of its dates, page by page."""

import json

import pytest

from person import variants

DAY_USEC = 86400 * 10**6
NOW_USEC = 1_700_000_000_000_000


@pytest.fixture
def past(empty, root):
    """Alice's records of the past, of which several have the same dates; no date is in the order of the ids."""
    rows = [{"name": f"record {i}", "user": "alice", "status": "error" if i % 3 else "completed",
             "submitted": NOW_USEC + i * 7 % 5 * DAY_USEC, "finished": NOW_USEC + (10 + i * 3 % 4) * DAY_USEC}
            for i in range(20)]
    root.write("/root/past.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))
    root.jobsctl("import", "/root/past.jsonl")
    return empty


def pages(person, key, descending, limit, **filter):
    """All pages, one after another."""
    jobs, after = [], ""
    while True:
        rows, after, scope = person.call("ListSorted", "a{sv}sbsut", variants(filter), key, descending, after, limit, 0)
        assert len(rows) <= limit
        jobs += [{name: value for name, (_, value) in row.items()} for row in rows]
        if after == "":
            return jobs, scope


@pytest.mark.parametrize("key, property", [("submitted", "Submitted"), ("finished", "Finished")])
@pytest.mark.parametrize("descending", [False, True])
def test_pages_of_each_size_make_the_whole_in_its_order(past, gate, key, property, descending):
    past.wait_started(gate.job(name="now"))
    expected = sorted(past.list_jobs(), key=lambda job: (job[property], job["Id"]), reverse=descending)
    for limit in 1, 7, 500:
        jobs, scope = pages(past, key, descending, limit)
        assert [job["Id"] for job in jobs] == [job["Id"] for job in expected] and scope == "own"
    failed = pages(past, key, descending, 3, status=["error"])[0]
    assert [job["Id"] for job in failed] == [job["Id"] for job in expected if job["Status"] == "error"]


def test_what_is_cleared_and_ends_between_two_pages_moves_nothing_else(past, gate):
    running = gate.job()
    past.wait_started(running)
    before = [job["Id"] for job in pages(past, "finished", True, 500)[0]]
    rows, after, _ = past.call("ListSorted", "a{sv}sbsut", {}, "finished", True, "", 5, 0)
    past.clear(ids=[rows[-1]["Id"][1]])
    gate.open()
    past.wait(running)
    others = past.call("ListSorted", "a{sv}sbsut", {}, "finished", True, after, 500, 0)[0]
    assert [row["Id"][1] for row in others] == [id for id in before[5:] if id != running]


def test_one_sees_ones_own_in_order_and_who_may_all(past, bob, dave):
    bob.wait(his := bob.submit("/bin/true"))
    jobs, scope = pages(bob, "finished", True, 500, all=True)
    assert scope == "own" and {job["User"] for job in jobs} == {"bob"}
    jobs, scope = pages(dave, "finished", True, 500, all=True)
    assert scope == "all" and jobs[0]["Id"] == his and {"alice", "bob"} <= {job["User"] for job in jobs}


def test_jobsctl_lists_by_a_date(past):
    def names(*options):
        told = past.jobsctl("list", "--json=short", *options).stdout
        return [(job["finished"], job["id"]) for job in json.loads(told)]

    assert names("--sort=end") == sorted(names()) and names("--sort=-end") == sorted(names(), reverse=True)
    assert names("--sort=end", "-n", "3") == sorted(names())[:3]
    table = past.jobsctl("list", "--sort=+start", "--no-legend").stdout.splitlines()
    assert len(table) == 20 and "2023-11-14" in table[0] and "2023-11-18" in table[-1]
    refused = past.jobsctl("list", "--sort=name", check=False)
    assert refused.returncode != 0 and "start or end" in refused.stderr
