# SPDX-License-Identifier: LGPL-2.1-or-later
"""A terminal that somebody sits at: what is on its screen, keys, its size.

    with Terminal(alice, "jobsctl", "watch") as terminal:
        terminal.wait_for(lambda: "backup" in terminal.text)
        terminal.type("q")
        assert terminal.wait_for_end() == 0
"""

import ast
import subprocess
import time
import unicodedata
from pathlib import Path

from person import TIMEOUT_SEC

_AGENT = Path(__file__).with_name("terminal_agent.py").read_text()


class Terminal:
    def __init__(self, person, *argv, lines=24, columns=100, session=False, **env):
        self._process = person.popen("python3", "-c", _AGENT, str(lines), str(columns), *argv,
                                     env={"TERM": "xterm", **env}, text=True, session=session,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._state = None
        self._ask("drain")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(TIMEOUT_SEC)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._state["lines"]]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def raw(self) -> bytes:
        """All that was written to the terminal."""
        return self._state["raw"]

    @property
    def modes(self) -> str:
        """What stty(1) shows."""
        return self._state["modes"]

    @property
    def status(self):
        """None while the program runs."""
        return self._state["status"]

    def row(self, text: str) -> str:
        """The line with this text, or nothing."""
        return next((line for line in self.lines if text in line), "")

    def colour_of(self, text: str) -> str:
        y = next(y for y, line in enumerate(self.lines) if text in line)
        return self._state["colours"][y][self.lines[y].index(text)]

    @staticmethod
    def column_of(line: str, text: str) -> int:
        """Where a text stands in a line, by the terminal's columns."""
        return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
                   for c in line[:line.index(text)])

    def type(self, keys: str):
        self._ask("type", keys.encode())

    def type_secret(self, text: str):
        """A line, when the terminal does not show what is typed: before, it would be thrown away."""
        self._ask("type_secret", text.encode())

    def resize(self, lines: int, columns: int):
        self._ask("resize", lines, columns)

    def look(self):
        """Take in what has been written by now."""
        self._ask("drain")

    def wait_for(self, condition):
        """Wait until a condition on what the screen shows holds; it is looked at whenever that changes."""
        deadline = time.monotonic() + TIMEOUT_SEC
        while not condition():
            left = deadline - time.monotonic()
            assert left > 0 and self.status is None, f"not seen:\n{self.text}\nstatus {self.status}"
            self._ask("next", left)

    def wait_for_end(self) -> int:
        """The program's exit status, negative for a signal."""
        self.wait_for(lambda: self.status is not None)
        return self.status

    def _ask(self, *request):
        print(repr(request), file=self._process.stdin, flush=True)
        self._state = ast.literal_eval(self._process.stdout.readline())
