# SPDX-License-Identifier: LGPL-2.1-or-later
"""The table of jobs: what is in it, and how one finds something there."""

import csv
import datetime

from history import multiply
from person import Gate

NO_JOBS = "There are no jobs to report on"


def test_a_job_appears_runs_and_ends_by_itself(window, empty, gate):
    window.jobs.get_by_text(NO_JOBS).wait_for()
    gate.job(name="backup")
    window.row("backup").get_by_text("Running").wait_for()
    window.row("backup").get_by_text("N/A").wait_for()
    gate.open()
    window.row("backup").get_by_text("Completed").wait_for()
    assert "N/A" not in window.row("backup").inner_text()
    empty.clear()
    window.jobs.get_by_text(NO_JOBS).wait_for()


def test_the_bar_of_a_running_job_moves(window, empty):
    gates = {percent: Gate(empty, f"at-{percent}") for percent in (10, 50)}
    empty.sh("; ".join(f"systemd-notify --status='{percent}% of it'; {gate.wait}"
                       for percent, gate in gates.items()), name="moving")
    for percent in 10, 50:
        window.row("moving").get_by_role("progressbar", name="Progress of moving").wait_for()
        window.row("moving").get_by_text(f"{percent}%", exact=True).wait_for()
        gates[percent].open()
    window.row("moving").get_by_text("Completed").wait_for()
    assert window.row("moving").get_by_role("progressbar").count() == 0


def tab(window, title, count):
    return window.jobs.get_by_role("tab", name=f"{title} {count}")


def test_the_views_and_how_many_jobs_they_have(window, empty, gate):
    empty.wait_all([empty.sh("exit 0", name="good"), empty.sh("exit 3", name="bad")])
    empty.wait_started(gate.job(name="busy"))
    for title, count, names, address in (("Active jobs", 1, ["busy"], "?view=active"),
                                         ("Failed jobs", 1, ["bad"], "?view=failed"),
                                         ("All jobs", 3, ["busy", "bad", "good"], "")):
        tab(window, title, count).click()
        window.wait_until(lambda: window.names() == names)
        window.wait_for_address(address)
    tab(window, "Active jobs", 1).click()
    gate.open()
    window.jobs.get_by_text("No job waits or runs").wait_for()
    tab(window, "Active jobs", 0).wait_for()


def test_back_forward_reload_and_a_link_that_was_passed_on(window, browser, empty):
    empty.wait_all([empty.sh("exit 0", name="good"), empty.sh("exit 3", name="bad")])
    window.wait_until(lambda: window.names() == ["bad", "good"])
    window.jobs.get_by_role("tab", name="Failed jobs").click()
    window.wait_until(lambda: window.names() == ["bad"])
    window.row("bad").get_by_role("link", name="Full report").click()
    window.jobs.get_by_role("heading", name="bad").wait_for()
    window.back()
    window.wait_until(lambda: window.names() == ["bad"])
    window.back()
    window.wait_until(lambda: window.names() == ["bad", "good"])
    window.forward()
    window.wait_until(lambda: window.names() == ["bad"])
    window.reload()
    window.wait_until(lambda: window.names() == ["bad"])
    with browser.open("alice", window.address()) as other:
        other.wait_until(lambda: other.names() == ["bad"])


def test_search_by_each_field(window, empty, root):
    root.write("/etc/jobsd/types.d/look.job", "[Job]\nCommand=/bin/true\nAllowGroups=alice\n")
    root.call("Reload", "t", 0)
    empty.wait_all([empty.sh("exit 0", name="Backup"), empty.sh("exit 3", name="import"),
                    empty.sh("exit 0", name="report", related="urn:record:1"),
                    empty.call("RunType", "sa{ss}a{sv}t", "look", {}, {}, 0)[0]])
    everything = ["look", "report", "import", "Backup"]
    for label, text, names in (("Job name", "BACK", ["Backup"]), ("Job type", "look", ["look"]),
                               ("Related record", "urn:record:1", ["report"]), ("User", "alice", everything),
                               ("User", "nobody", [])):
        field = window.jobs.get_by_role("textbox", name=label)
        field.fill(text)
        field.press("Enter")
        window.wait_until(lambda: window.names() == names)
        window.jobs.get_by_role("button", name="Clear all filters").click()
        window.wait_until(lambda: window.names() == everything)
    window.jobs.get_by_role("button", name="Job status").click()
    window.jobs.get_by_role("menuitem", name="Error").click()
    window.wait_until(lambda: window.names() == ["import"])
    window.wait_for_address("?status=error")


def test_search_by_days(window, empty):
    empty.wait(empty.sh("exit 0", name="today's"))
    day = datetime.datetime.now(datetime.timezone.utc).date()
    for label, distance, names in ("From", 0, ["today's"]), ("From", 1, []), ("To", 0, ["today's"]), ("To", -1, []):
        window.jobs.get_by_label(label, exact=True).fill(str(day + datetime.timedelta(days=distance)))
        window.wait_until(lambda: window.names() == names)
        window.jobs.get_by_role("button", name="Clear all filters").click()
        window.wait_until(lambda: window.names() == ["today's"])


def test_a_frozen_table_is_for_reading(window, empty, gate):
    empty.wait_started(gate.job(name="first"))
    window.row("first").get_by_text("Running").wait_for()
    window.switch("Auto refresh", False)
    gate.open()
    empty.wait(empty.sh("exit 0", name="second"))
    # The button is in colour when there is something new.
    window.jobs.locator("button.pf-m-primary", has_text="Refresh").wait_for()
    assert window.names() == ["first"] and "Running" in window.row("first").inner_text()
    window.jobs.get_by_role("button", name="Refresh").click()
    window.wait_until(lambda: window.names() == ["second", "first"])
    empty.wait(empty.sh("exit 0", name="third"))
    window.jobs.locator("button.pf-m-primary", has_text="Refresh").wait_for()
    assert "third" not in window.names()
    window.switch("Auto refresh", True)
    window.wait_until(lambda: window.names() == ["third", "second", "first"])


def test_a_long_history_page_by_page(window, empty, machine):
    id = empty.sh("exit 0", name="again")
    empty.wait(id)
    multiply(machine, id, 120)
    tab(window, "All jobs", 121).wait_for()
    window.wait_until(lambda: len(window.names()) == 50)
    for rows in 50, 21:
        window.jobs.get_by_role("button", name="Older jobs").click()
        window.wait_until(lambda: len(window.names()) == rows)
    assert window.jobs.get_by_role("button", name="Older jobs").is_disabled()
    window.reload()
    window.wait_until(lambda: len(window.names()) == 21)
    window.jobs.get_by_role("button", name="Newest jobs").click()
    window.wait_for_address("")
    window.wait_until(lambda: len(window.names()) == 50)


def test_clearing_says_what_goes_and_what_stays(window, empty, bob, gate):
    others = bob.sh("exit 0")
    bob.wait(others)
    empty.wait_all([empty.sh("exit 0", name="good"), empty.sh("exit 3", name="bad")])
    empty.wait_started(gate.job(name="busy"))
    window.jobs.get_by_role("button", name="Clear inactive jobs").click()
    dialog = window.jobs.get_by_role("dialog", name="Clear inactive jobs")
    dialog.get_by_text("2 jobs of yours have ended.").wait_for()
    dialog.get_by_text("1 that waits or runs stays.").wait_for()
    assert window.violations() == []
    dialog.get_by_role("button", name="Keep them").click()
    assert len(window.names()) == 3
    window.jobs.get_by_role("button", name="Clear inactive jobs").click()
    dialog.get_by_role("button", name="Clear", exact=True).click()
    window.wait_until(lambda: window.names() == ["busy"])
    assert others in bob.ids()
    window.jobs.get_by_role("button", name="Clear inactive jobs").click()
    dialog.get_by_text("There is nothing to clear.").wait_for()
    assert dialog.get_by_role("button", name="Clear", exact=True).is_disabled()


def test_the_export_is_what_the_view_and_the_filters_show(window, empty, tmp_path):
    empty.wait_all([empty.sh("exit 3", name=name) for name in ("one", "two", "ünrelated")])
    empty.wait(empty.sh("exit 0", name="three"))
    window.jobs.get_by_role("tab", name="Failed jobs").click()
    field = window.jobs.get_by_role("textbox", name="Job name")
    field.fill("Ü")
    field.press("Enter")
    window.wait_until(lambda: window.names() == ["ünrelated"])
    field.fill("o")
    field.press("Enter")
    window.wait_until(lambda: window.names() == ["two", "one"])
    name = window.download(window.jobs.get_by_role("button", name="Export history CSV"), tmp_path / "history")
    assert name.startswith("jobs-history-") and name.endswith(".csv")
    with open(tmp_path / "history", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["jobName"] for row in rows] == ["two", "one"] and rows[0]["jobStatus"] == "Error"


def test_cockpits_navigation_says_how_many_of_todays_jobs_have_failed(window, empty):
    mark = window.shell.locator('a[href$="/jobs"] .nav-item-status')
    window.wait_until(lambda: mark.count() == 0)
    empty.wait_all([empty.sh("exit 3") for _ in range(2)])
    window.wait_until(lambda: mark.count() == 1)
    mark.hover()
    window.shell.get_by_text("2 jobs of today have failed").wait_for()
    empty.clear()
    window.wait_until(lambda: mark.count() == 0)


def test_it_says_so_before_the_page_was_opened(browser, empty):
    empty.wait(empty.sh("exit 3"))
    with browser.window() as window:
        window.ask("chain", calls=[["goto", "http://127.0.0.1:9090/system/logs"]])
        window.shell.locator("#login-user-input").fill("alice")
        window.shell.locator("#login-password-input").fill("alice")
        window.shell.locator("#login-button").click()
        window.wait_until(lambda: window.shell.locator('a[href$="/jobs"] .nav-item-status').count() == 1)
