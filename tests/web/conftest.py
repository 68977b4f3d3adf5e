# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fixtures of the page's tests: machines with Cockpit, and browsers there."""

import pytest

from browser import Browser
from harness import cache

pytest_plugins = ["discipline", "machines"]


@pytest.fixture(scope="module")
def browser(machine):
    with Browser(machine) as browser:
        yield browser


@pytest.fixture(scope="module")
def alices(browser):
    with browser.log_in("alice") as window:
        yield window


@pytest.fixture
def window(alices, empty):
    """Alice's, with the page of jobs as she finds it: one for the tests of a module."""
    alices.start_over()
    return alices


@pytest.fixture(scope="session")
def screenshot(request):
    """A function that writes what a window shows to a folder, for people to look at."""
    folder = cache.directory("screenshots", cache.CLONE, request.config.getoption("suite"))

    def write(window, name: str):
        window.jobs.locator("html").evaluate("() => document.fonts.ready.then(() => true)")
        window.shell.screenshot(path=str(folder / f"{name}.png"))

    return write
