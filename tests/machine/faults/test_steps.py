# SPDX-License-Identifier: LGPL-2.1-or-later
"""kill -9 of jobsd at each step of a job's life: whatever step it was, the job runs exactly once."""

import re
import secrets

import pytest

from checker import check
from daemon import wait_until_idle
from load import JOB, Work
from person import Person
from steps import Tracer

# The call that is not done any more when jobsd is killed there: which one of those with this text.
_STEPS = {
    "the row is written and not committed": (0, "fdatasync", ""),
    "it is committed and not acknowledged": (0, "sendmsg", "/org/jobsd1/job/"),
    "its start is committed and systemd not asked for it": (0, "sendmsg", "StartTransientUnit"),
    "its end is known and not committed": (-1, "fdatasync", ""),
    "its end is committed and its unit not removed": (-1, "sendmsg", "StopUnit|ResetFailedUnit"),
}


class Life:
    """One job from its submission until nothing is left of it, and jobsd killed once in between."""

    def __init__(self, work: Work, root: Person, ending: str, of_type: bool):
        self._work = work
        self._root = root
        self._ending = ending
        self._of_type = of_type

    def live(self, point=None) -> Tracer:
        with Tracer(self._work.machine, point) as tracer:
            self._attend()
            wait_until_idle(self._root)
        return tracer

    def _attend(self):
        """Its owner waits for it. Where jobsd was killed over the submission, nobody does."""
        token = secrets.token_hex(8)
        how = ["--type=faults", f"token={token}", "seconds=0", f"ending={self._ending}"] if self._of_type else \
              [f"--name={token}", "--", JOB, token, "0", self._ending]
        run = Person(self._work.machine, "alice").jobsctl("run", "--wait", *how, check=False)
        self._work.records.append({
            "act": "attended", "token": token, "ending": self._ending, "how": "--wait", "status": run.returncode,
            "output": run.stdout, "error": run.stderr, "tries": 3 if self._of_type else 1})
        # asked a second time, jobsd answers: it was killed once
        assert run.returncode != 1 or not run.stdout, run.stderr


@pytest.fixture(scope="module")
def work(machine):
    return Work(machine)


@pytest.mark.parametrize("ending, of_type", [("0", False), ("7", False), ("flaky", True)])
def test_a_job_runs_once_whichever_call_jobsd_was_killed_at(work, root, chance, long, ending, of_type):
    """At the named steps, and at all other calls of its life, or, in the short form, some of them."""
    life = Life(work, root, ending, of_type)
    for step in _STEPS:
        _kill_at_step(life, step)
    calls = life.live().calls()
    points = [point for point, _ in calls] if long else chance.sample([point for point, _ in calls], 6)
    killed = sum(life.live(point).has_killed for point in points)
    print(f"{len(_STEPS)} steps, {killed} kills at {len(calls)} calls")
    # what belongs to no job, as news of other units, is not there each time
    assert killed >= len(points) // 2
    check(work)


def _kill_at_step(life: Life, step: str):
    """Where a life took fewer calls than the one before, the step is looked for in that one."""
    index, name, text = _STEPS[step]
    tracer = life.live()
    for _ in range(5):
        found = [point for point, line in tracer.calls() if point.call == name and re.search(text, line)]
        tracer = life.live(found[index])
        if tracer.has_killed:
            return
    raise AssertionError(f"jobsd was never killed when {step}")
