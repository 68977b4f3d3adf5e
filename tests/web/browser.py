# SPDX-License-Identifier: LGPL-2.1-or-later
"""A real browser in a machine's network, with Cockpit's log-in and the page of jobs.

    with Browser(machine) as browser:
        with browser.log_in("alice") as window:
            window.jobs.get_by_role("tab", name="Failed jobs").click()
            window.row("import").get_by_text("Error").wait_for()

The names are playwright's, written as Python has them: get_by_role() is getByRole(). What is chained is sent when it
ends with one of _VERBS, to a process of node's, see browser_agent.mjs. Each verb waits until it can be done.
"""

import json
import os
import subprocess
from pathlib import Path

from harness import container, node
from machine import Machine
from waiting import wait_until

PORT = 9090
FRAME = "cockpit1:localhost/jobs"
TIMEOUT_SEC = 60

_AGENT = Path(__file__).with_name("browser_agent.mjs")

# What asks or does something, instead of naming a part of the page.
_VERBS = {"click", "fill", "press", "check", "uncheck", "hover", "focus", "wait_for", "inner_text", "all_inner_texts",
          "text_content", "input_value", "get_attribute", "is_visible", "is_checked", "is_disabled", "count",
          "evaluate", "select_option", "set_input_files", "scroll_into_view_if_needed", "screenshot"}


class BrowserError(Exception):
    pass


class Part:
    """A part of a page, or of several pages the same part."""

    def __init__(self, window: "Window", calls: list):
        self._window = window
        self.calls = calls

    def __getattr__(self, name: str):
        def call(*arguments, **options):
            arguments = [{"part": each.calls} if isinstance(each, Part) else each for each in arguments]
            calls = [*self.calls, _call(name, arguments, options)]
            return self._window.ask("chain", calls=calls) if name in _VERBS else Part(self._window, calls)
        return call


class Window:
    """A window of a browser that shares nothing with others: one person's."""

    def __init__(self, browser: "Browser", name: str, **options):
        self._browser = browser
        self.name = name
        self.ask("open", options=_camel_keys(options))

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.ask("close")

    def ask(self, request: str, **arguments):
        return self._browser.ask(request, name=self.name, **arguments)

    # Cockpit's shell, and in a frame of it the page of jobs

    @property
    def shell(self) -> Part:
        return Part(self, [])

    @property
    def jobs(self) -> Part:
        return Part(self, [["frameLocator", f'iframe[name="{FRAME}"]']])

    def go(self, address: str = ""):
        """Go to an address of the page, as "?view=failed" or "12"."""
        self.ask("chain", calls=[["goto", f"http://127.0.0.1:{PORT}/jobs#/{address}"]])

    def address(self) -> str:
        url = self.ask("chain", calls=[["url"]])
        return url.partition("#/")[2]

    def back(self):
        self.ask("chain", calls=[["goBack"]])

    def forward(self):
        self.ask("chain", calls=[["goForward"]])

    def reload(self):
        self.ask("chain", calls=[["reload"]])

    def start_over(self):
        """Load the page of jobs anew, without Cockpit around it, which takes most of the time."""
        self.go()
        self.jobs.locator("html").evaluate("html => { html.dataset.old = 'yes'; setTimeout(() => location.reload()); }")
        self.jobs.locator("html:not([data-old]) h1").first().wait_for()
        self.messages()

    def wait_for_address(self, address: str):
        self.wait_until(lambda: self.address() == address)

    def wait_until(self, condition):
        """Wait for a condition that is none of a single part."""
        try:
            wait_until(lambda: self._holds(condition), TIMEOUT_SEC)
        except AssertionError:
            raise BrowserError(f"not within {TIMEOUT_SEC} s; the page has:\n{self.text()}") from None

    @staticmethod
    def _holds(condition) -> bool:
        try:
            return condition()
        except BrowserError:        # while the shell is loaded there is no frame to look into
            return False

    def row(self, text: str) -> Part:
        """The row of the table with this text in it."""
        return self.jobs.locator("tbody tr", hasText=text)

    def names(self) -> list[str]:
        """The names of the jobs in the table, as they stand there."""
        return self.jobs.locator('td[data-column="name"]').all_inner_texts()

    def switch(self, name: str, on: bool):
        """Turn a switch that is the other way. What one sees of it, and clicks, is its label."""
        self.jobs.locator("label.pf-v6-c-switch", has_text=name).click()
        switch = self.jobs.get_by_role("switch", name=name)
        self.wait_until(lambda: switch.is_checked() == on)

    def text(self) -> str:
        return self.jobs.locator("body").inner_text()

    def become_administrator(self, password: str):
        """Ask for administrative access, as one does in the shell."""
        self.shell.get_by_role("button", name="Limited access").click()
        self.shell.get_by_label("Password").fill(password)
        self.shell.get_by_role("button", name="Authenticate").click()
        self.shell.get_by_text("Administrative access", exact=True).first().wait_for()

    def download(self, part: Part, to: Path, by: tuple = ("click",)) -> str:
        """Click, and save what is downloaded. Returns the name that the browser would give it."""
        return self.ask("download", calls=[*part.calls, by], to=str(to))

    def violations(self) -> list[str]:
        """What is wrong for people who see, hear or move otherwise, as far as axe finds it."""
        return self.ask("axe", frame=FRAME)

    def state(self) -> dict:
        """Its cookies and what pages have stored: what another window needs to be in the same session."""
        return self.ask("chain", calls=[["context"], ["storageState"]])

    def messages(self) -> list[str]:
        """Errors, warnings and dialogs since the last call."""
        return self.ask("messages")


class Browser:
    def __init__(self, machine: Machine):
        self._process = subprocess.Popen(
            [*container.DEFAULT_SIGNALS, "setpriv", "--pdeathsig=TERM", *machine.network(),
             "node", str(_AGENT), str(node.WEB)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "TZ": "UTC"})
        self._count = 0
        self._sessions: dict[str, dict] = {}

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def ask(self, request: str, **arguments):
        print(json.dumps({"request": request, **arguments}), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise BrowserError("the browser has ended")
        answer = json.loads(answer)
        if "error" in answer:
            raise BrowserError(f"{request} {arguments}: {answer['error']}")
        return answer.get("value")

    def window(self, **options) -> Window:
        self._count += 1
        return Window(self, str(self._count), **options)

    def log_in(self, user: str, address: str = "", **options) -> Window:
        """A window with the page of jobs, in a session of its own. The user's password is his name."""
        window = self.window(**options)
        window.go(address)
        window.shell.locator("#login-user-input").fill(user)
        window.shell.locator("#login-password-input").fill(user)
        window.shell.locator("#login-button").click()
        window.jobs.locator("h1").first().wait_for()
        return window

    def open(self, user: str, address: str = "", **options) -> Window:
        """The same in a session that such windows of a user share: most of what a log-in takes is saved.

        The session's first window stays open, and so the session does. Nobody becomes an administrator in it."""
        if user not in self._sessions:
            self._sessions[user] = self.log_in(user).state()
        window = self.window(storage_state=self._sessions[user], **options)
        window.go(address)
        window.jobs.locator("h1").first().wait_for()
        return window


def _call(name: str, arguments: tuple, options: dict) -> list:
    return [_camel(name), *arguments, *([_camel_keys(options)] if options else [])]


def _camel(name: str) -> str:
    first, *others = name.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in others)


def _camel_keys(options: dict) -> dict:
    return {_camel(name): value for name, value in options.items()}
