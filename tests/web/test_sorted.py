# SPDX-License-Identifier: LGPL-2.1-or-later
"""The table in the order of its dates."""

import json

import pytest

DAY_USEC = 86400 * 10**6
THEN_USEC = 1_700_000_000_000_000


def column(window, title):
    return window.jobs.get_by_role("columnheader", name=title)


@pytest.fixture
def past(empty, root):
    """Records of the past whose ids, start dates and end dates are in three different orders."""
    rows = [{"name": name, "user": "alice", "status": "completed", "submitted": THEN_USEC + start * DAY_USEC,
             "finished": THEN_USEC + end * DAY_USEC} for name, start, end in (("b", 2, 9), ("c", 1, 8), ("a", 3, 7))]
    root.write("/root/past.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))
    root.jobsctl("import", "/root/past.jsonl")
    return empty


def test_titles_sort_and_the_order_is_in_the_address(window, past):
    window.wait_until(lambda: len(window.names()) == 3)
    usual = window.names()
    for title, clicks in (("Start date", [("-start", "descending", "abc"), ("start", "ascending", "cba")]),
                          ("End date", [("-end", "descending", "bca"), ("end", "ascending", "acb")])):
        for address, order, names in clicks:
            column(window, title).get_by_role("button").click()
            window.wait_for_address(f"?sort={address}")
            window.wait_until(lambda: "".join(window.names()) == names)
            assert column(window, title).get_attribute("aria-sort") == order
    assert window.violations() == []
    window.reload()
    window.wait_until(lambda: window.names() == ["a", "c", "b"])
    column(window, "End date").get_by_role("button").click()
    window.wait_for_address("")
    window.wait_until(lambda: window.names() == usual)
    assert column(window, "End date").get_attribute("aria-sort") == "none"


def test_a_sorted_table_changes_as_jobs_do(window, past, gate):
    window.go("?sort=-end")
    window.wait_until(lambda: window.names() == ["b", "c", "a"])
    gate.job(name="now")
    window.wait_until(lambda: window.names() == ["b", "c", "a", "now"])     # it has not ended
    gate.open()
    window.wait_until(lambda: window.names() == ["now", "b", "c", "a"])
    past.clear(ids=past.ids(name="b"))
    window.wait_until(lambda: window.names() == ["now", "c", "a"])


def test_a_sorted_history_page_by_page(window, empty, root):
    rows = [{"name": f"{i * 41 % 120:03}", "user": "alice", "status": "completed",
             "submitted": THEN_USEC + i * 41 % 120 * DAY_USEC, "finished": THEN_USEC + 200 * DAY_USEC}
            for i in range(120)]
    root.write("/root/past.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))
    root.jobsctl("import", "/root/past.jsonl")
    window.go("?sort=start")
    names = [f"{i:03}" for i in range(120)]
    for first, last in (0, 50), (50, 100), (100, 120):
        window.wait_until(lambda: window.names() == names[first:last])
        if last < 120:
            window.jobs.get_by_role("button", name="Next page").click()
    assert window.jobs.get_by_role("button", name="Next page").is_disabled()
    window.back()
    window.wait_until(lambda: window.names() == names[50:100])
    window.reload()
    window.wait_until(lambda: window.names() == names[50:100])
    window.jobs.get_by_role("button", name="First page").click()
    window.wait_until(lambda: window.names() == names[:50])


def test_on_a_phone_the_order_is_chosen_among_the_filters(browser, past):
    with browser.open("alice", viewport={"width": 360, "height": 740}, has_touch=True) as window:
        window.jobs.get_by_role("button", name="Show Filters").click()
        window.jobs.get_by_role("combobox", name="Order").select_option("end")
        window.wait_until(lambda: window.names() == ["a", "c", "b"])
        window.wait_for_address("?sort=end")
