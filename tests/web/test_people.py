# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who sees what: owners, administrators, and several people at once."""

import pytest


@pytest.fixture
def jobs(alice, bob, carol, root):
    """A job of each one's, and a command-line task."""
    people = {"alice": alice, "bob": bob, "carol": carol, "root": root}
    for name, person in people.items():
        person.cancel_all()
        person.clear()
        person.wait(person.sh("echo of $(id -un) | tee \"$JOBSD_RESULTS/whose\"", name=f"{name}'s", results=True))


def test_one_sees_ones_own_jobs_and_is_told_so(browser, jobs):
    with browser.open("bob") as window:
        window.wait_until(lambda: window.names() == ["bob's"])
        window.jobs.get_by_text("Your own jobs. With administrative access everybody's are shown.").wait_for()


def test_two_at_once_do_not_see_each_other(browser, jobs, alice, bob):
    with browser.log_in("alice") as hers, browser.log_in("bob") as his:
        alice.wait(alice.sh("exit 0", name="new of alice"))
        bob.wait(bob.sh("exit 0", name="new of bob"))
        hers.wait_until(lambda: hers.names() == ["new of alice", "alice's"])
        his.wait_until(lambda: his.names() == ["new of bob", "bob's"])


def test_administrative_access_shows_everybodys_and_command_line_tasks(browser, jobs, alice, tmp_path):
    with browser.log_in("carol") as window:
        window.wait_until(lambda: window.names() == ["carol's"])
        window.become_administrator("carol")
        window.wait_until(lambda: {"alice's", "bob's", "carol's", "root's"} <= set(window.names()))
        alice.wait(alice.sh("exit 0", name="new of alice"))
        window.row("new of alice").get_by_text("Completed").wait_for()
        window.row("alice's").get_by_role("link", name="Full report").last().click()
        window.jobs.get_by_role("log").get_by_text("of alice").wait_for()
        window.download(window.jobs.get_by_role("button", name="Download whose"), tmp_path / "whose")
    assert (tmp_path / "whose").read_text() == "of alice\n"


def test_an_administrators_retry_of_an_own_job_is_an_own_job(browser, jobs, carol):
    with browser.log_in("carol") as window:
        window.become_administrator("carol")
        window.row("carol's").get_by_role("link", name="Full report").click()
        window.jobs.get_by_role("button", name="Retry").click()
        window.wait_until(lambda: len(carol.list_jobs(name="carol's")) == 2)
        window.jobs.get_by_role("log").get_by_text("of carol").wait_for()
    assert [(job["User"], job["RetryOf"] > 0) for job in carol.list_jobs(name="carol's")] == \
        [("carol", True), ("carol", False)]


def clear_dialog(window):
    window.jobs.get_by_role("button", name="Clear inactive jobs").click()
    return window.jobs.get_by_role("dialog", name="Clear inactive jobs")


def test_an_administrator_clears_own_jobs_and_command_line_tasks_each_as_chosen(browser, jobs, carol, root, screenshot):
    root.wait(root.sh("exit 0", name="second of root"))
    with browser.log_in("carol") as window:
        window.become_administrator("carol")
        window.row("alice's").wait_for()
        dialog = clear_dialog(window)
        dialog.get_by_text("2 command-line tasks have ended, of root and of system accounts.").wait_for()
        screenshot(window, "clear-administrator")
        assert window.violations() == []
        dialog.get_by_role("checkbox", name="1 job of yours has ended.").click()
        dialog.get_by_role("button", name="Clear", exact=True).click()
        window.wait_until(lambda: sorted(window.names()) == ["alice's", "bob's", "carol's"])
        dialog = clear_dialog(window)
        assert dialog.get_by_role("checkbox", name="0 command-line tasks have ended").is_disabled()
        dialog.get_by_role("button", name="Clear", exact=True).click()
        window.wait_until(lambda: sorted(window.names()) == ["alice's", "bob's"])


def test_another_persons_jobs_are_cleared_when_the_page_is_about_that_person(browser, jobs, alice, gate):
    gate.job(name="busy")
    with browser.log_in("carol", "?user=alice") as window:
        window.become_administrator("carol")
        window.wait_until(lambda: window.names() == ["busy", "alice's"])
        dialog = clear_dialog(window)
        dialog.get_by_text("1 job of alice has ended.").wait_for()
        dialog.get_by_text("1 that waits or runs stays.").wait_for()
        dialog.get_by_role("button", name="Clear", exact=True).click()
        window.wait_until(lambda: window.names() == ["busy"])
        window.go()
        window.wait_until(lambda: {"bob's", "carol's", "root's"} <= set(window.names()))


def test_who_may_not_clear_another_persons_jobs_is_told_so(browser, jobs, alice):
    with browser.open("dave", "?user=alice") as window:
        window.wait_until(lambda: window.names() == ["alice's"])
        dialog = clear_dialog(window)
        dialog.get_by_text("1 job of alice has ended.").wait_for()
        dialog.get_by_role("button", name="Clear", exact=True).click()
        dialog.get_by_text("This needs administrative access").wait_for()
    assert len(alice.ids()) == 1


def test_members_of_jobs_admin_see_all_without_more(browser, jobs):
    with browser.open("dave") as window:
        window.wait_until(lambda: {"alice's", "bob's", "carol's", "root's"} <= set(window.names()))
