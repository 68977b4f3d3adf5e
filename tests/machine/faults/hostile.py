# SPDX-License-Identifier: LGPL-2.1-or-later
"""Somebody who does his worst to a machine's jobsd.

    with Hostile(machine, "alice", "open_outputs", id, 10_000) as hostile:
        …       # he has done it, and keeps what he has
    …           # his process has ended

What he can do is in hostile_agent.py.
"""

import ast
import subprocess
from pathlib import Path

_AGENT = Path(__file__).with_name("hostile_agent.py").read_text()


class Hostile:
    def __init__(self, machine, user: str, deed: str, *arguments):
        self._process = machine.popen(["python3", "-c", _AGENT, deed, *map(str, arguments)], user, text=True,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self):
        said = self._process.stdout.readline()
        assert said, "it broke off"
        self.told = ast.literal_eval(said)
        return self

    def __exit__(self, *exception):
        self._process.kill()
        self._process.communicate()
