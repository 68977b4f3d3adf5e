# SPDX-License-Identifier: LGPL-2.1-or-later
"""Several jobs at once: selected in the table, and what is done to them."""

from browser import Browser, Window


def select(window: Window, *names: str):
    for name in names:
        window.row(name).get_by_role("checkbox").click()


def button(window: Window, name: str):
    return window.jobs.get_by_role("button", name=name, exact=True)


def wait_for_selected(window: Window, n: int):
    window.jobs.get_by_role("status").get_by_text(f"{n} selected", exact=True).wait_for()


def confirm(window: Window, title: str, name: str, *texts: str):
    dialog = window.jobs.get_by_role("dialog", name=title)
    for text in texts:
        dialog.get_by_text(text, exact=True).wait_for()
    dialog.get_by_role("button", name=name, exact=True).click()


def test_cancel_retry_and_clear_are_offered_for_those_for_which_they_make_sense(window, empty, gate):
    empty.wait_all([empty.sh("exit 0", name="good"), empty.sh("exit 3", name="bad")])
    running = gate.job(name="busy")
    empty.wait_started(running)
    select(window, "busy", "bad")
    wait_for_selected(window, 2)
    button(window, "Cancel 1 job").click()
    confirm(window, "Cancel the selected jobs", "Cancel jobs", "1 job that waits or runs will end.")
    window.jobs.get_by_text("1 job was cancelled").wait_for()
    assert empty.wait(running)["Result"] == "cancelled"
    wait_for_selected(window, 1)        # whom it was done to is selected no more
    select(window, "good")
    button(window, "Retry 2 jobs").click()
    window.jobs.get_by_text("2 jobs were started once more").wait_for()
    window.wait_until(lambda: window.names() == ["bad", "good", "busy", "bad", "good"] or
                      window.names() == ["good", "bad", "busy", "bad", "good"])
    window.jobs.get_by_role("button", name="Close").click()
    window.jobs.get_by_role("checkbox", name="Select all on this page").click()
    wait_for_selected(window, 5)
    button(window, "Clear 5 jobs").click()
    assert window.violations() == []
    confirm(window, "Clear the selected jobs", "Clear", "5 jobs and their outputs will be removed for good.")
    window.jobs.get_by_text("5 jobs were cleared").wait_for()
    window.wait_until(lambda: window.names() == [])


def test_a_selection_stays_while_jobs_change_and_loses_those_that_are_cleared_elsewhere(window, empty, gate):
    kept, cleared = empty.sh("exit 0", name="kept"), empty.sh("exit 0", name="cleared")
    empty.wait_all([kept, cleared])
    busy = gate.job(name="busy")
    empty.wait_started(busy)
    window.row("busy").get_by_text("Running").wait_for()
    select(window, "kept", "cleared", "busy")
    gate.open()
    window.row("busy").get_by_text("Completed").wait_for()
    button(window, "Clear 3 jobs").wait_for()
    window.switch("Auto refresh", False)
    empty.clear(ids=[cleared])
    wait_for_selected(window, 2)
    window.switch("Auto refresh", True)
    window.wait_until(lambda: window.names() == ["busy", "kept"])
    assert window.row("kept").get_by_role("checkbox").is_checked()


def test_a_selection_after_a_restart_is_what_is_still_there(window, empty, root):
    ids = [empty.sh("exit 0", name=name) for name in ("one", "two")]
    empty.wait_all(ids)
    select(window, "one", "two")
    wait_for_selected(window, 2)
    with root.machine.without("jobsd.service"):
        root.run("sqlite3", "/var/lib/jobsd/jobs.db", f"DELETE FROM jobs WHERE id = {ids[0]}")
    wait_for_selected(window, 1)
    assert window.row("two").get_by_role("checkbox").is_checked()


def test_another_view_begins_with_nothing_selected(window, empty):
    empty.wait(empty.sh("exit 3", name="bad"))
    select(window, "bad")
    wait_for_selected(window, 1)
    window.row("bad").get_by_role("link", name="Full report").click()
    window.jobs.get_by_role("heading", name="bad").wait_for()
    window.back()
    wait_for_selected(window, 1)
    window.jobs.get_by_role("tab", name="Failed jobs").click()
    window.row("bad").get_by_role("checkbox", checked=False).wait_for()


def test_what_could_not_be_done_is_told_with_its_reason(browser: Browser, dave, empty):
    dave.clear()
    own, others = dave.sh("exit 0", name="dave's"), empty.sh("exit 0", name="alice's")
    dave.wait(own)
    empty.wait(others)
    with browser.open("dave") as window:
        select(window, "dave's", "alice's")
        button(window, "Clear 2 jobs").click()
        confirm(window, "Clear the selected jobs", "Clear", "Your own: 1", "Of alice: 1")
        window.jobs.get_by_text("1 job was cleared").wait_for()
        window.jobs.get_by_text(f"alice's ({others}): This needs administrative access").wait_for()
        wait_for_selected(window, 1)
    assert others in empty.ids() and own not in dave.ids()


def test_an_administrator_retries_own_jobs_as_oneself_and_clears_those_whose_owners_are_named(
        browser: Browser, carol, root, empty):
    carol.clear()
    for person, name in (carol, "carol's"), (root, "root's"), (empty, "alice's"):
        person.wait(person.sh("exit 0", name=name))
    with browser.log_in("carol") as window:
        window.become_administrator("carol")
        select(window, "carol's", "alice's", "root's")
        button(window, "Retry 3 jobs").click()
        window.jobs.get_by_text("3 jobs were started once more").wait_for()
        for person, name in (carol, "carol's"), (root, "root's"), (empty, "alice's"):
            person.wait_all(person.ids(name=name))
            assert [(job["User"], job["RetryOf"] > 0) for job in person.list_jobs(name=name)] == \
                [(person.name, True), (person.name, False)]
        window.wait_until(lambda: window.names().count("alice's") == 2)
        for name in "carol's", "root's", "alice's":
            window.row(name).first().get_by_role("checkbox").click()
        button(window, "Clear 3 jobs").click()
        confirm(window, "Clear the selected jobs", "Clear", "Your own: 1", "Of alice: 1",
                "Command-line tasks, of root and of system accounts: 1")
        window.jobs.get_by_text("3 jobs were cleared").wait_for()
