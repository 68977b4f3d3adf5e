# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page in the dark, on a phone, in German, for the keyboard and for screen readers."""

import pytest

SIZE = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
LOOKS = {
    "light": {"viewport": SIZE},
    "dark": {"viewport": SIZE, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "has_touch": True},
    "german": {"viewport": SIZE, "locale": "de-DE", "timezone_id": "Europe/Berlin"},
}


@pytest.fixture(scope="module")
def jobs(alice):
    """Jobs of each kind, as people have them. Returns the id of one that prints."""
    alice.cancel_all()
    alice.clear()
    ended = [alice.sh(f"exit {status}", name=name, related="https://example.org/record/12")
             for name, status in (("backup", 0), ("nightly import of catalogues", 3), ("report", 0))]
    alice.wait_all(ended)
    alice.wait(alice.sh("kill -SEGV $$", name="convert"))
    cancelled = alice.sh("sleep 1h", name="thumbnails")
    alice.wait_started(cancelled)
    alice.cancel(cancelled)
    alice.wait(cancelled)
    printing = alice.sh(r'printf "\033[1;32mok\033[0m  part one\n\033[33mwarning\033[0m: 3 records without a date\n"; '
                        'touch "$JOBSD_RESULTS/ships.csv" "$JOBSD_RESULTS/$(printf %0100d 0).csv"; '
                        'systemd-notify --status="45% importing ships.csv"; exec sleep 1h', name="import",
                        related="https://example.org/record/12", results=True)
    alice.wait_for(printing, Info="45% importing ships.csv")
    yield printing
    alice.cancel_all()


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(browser, jobs, screenshot, look):
    with browser.open("alice", **LOOKS[look]) as window:
        window.wait_until(lambda: len(window.names()) == 6)
        for name in "import", "backup", "convert":
            window.row(name).get_by_role("checkbox").first().click()
        screenshot(window, f"list-{look}")
        assert window.violations() == []
        assert window.jobs.locator("html").evaluate("html => html.scrollWidth <= html.clientWidth")
        window.go(str(jobs))
        window.jobs.get_by_role("log").get_by_text("warning").wait_for()
        window.jobs.locator(".results").wait_for()
        screenshot(window, f"details-{look}")
        assert window.violations() == []
        assert window.jobs.locator("html").evaluate("html => html.scrollWidth <= html.clientWidth")
        window.go("?view=failed&name=nothing")
        window.jobs.locator(".pf-v6-c-empty-state").wait_for()
        screenshot(window, f"empty-{look}")
        assert window.violations() == []


def test_german_texts_dates_and_the_browsers_zone(browser, jobs):
    with browser.open("alice", **LOOKS["german"]) as window:
        window.jobs.get_by_role("heading", name="Aufträge verwalten").wait_for()
        window.row("backup").get_by_text("Fertig").wait_for()
        assert ".20" in window.row("backup").locator("td").nth(1).inner_text()


def test_the_dark_is_dark(browser, jobs):
    with browser.open("alice", color_scheme="dark") as window:
        window.jobs.locator("html.pf-v6-theme-dark").wait_for(state="attached")


def test_with_the_keyboard_alone(browser, jobs):
    with browser.open("alice") as window:
        window.row("backup").wait_for()
        window.jobs.get_by_role("tab", name="All jobs").focus()
        window.jobs.get_by_role("tab", name="All jobs").press("Tab")
        tabs = window.jobs.get_by_role("tab", name="Failed jobs")
        tabs.focus()
        tabs.press("Enter")
        window.wait_until(lambda: sorted(window.names()) == ["convert", "nightly import of catalogues"])
        link = window.row("convert").get_by_role("link", name="Full report")
        link.focus()
        link.press("Enter")
        window.jobs.get_by_role("heading", name="convert").wait_for()
