# SPDX-License-Identifier: LGPL-2.1-or-later
"""kill -9 of jobsd: an accepted job runs exactly once, and its end is recorded as it was."""

import time

from checker import check
from daemon import kill


def test_nothing_is_lost_and_nothing_runs_twice_however_often_jobsd_is_killed(load, chance, long):
    with load:
        for _ in range(500 if long else 20):
            time.sleep(chance.uniform(0, 0.5))  # the moment is what varies: nothing is waited for
            kill(load.machine)
    check(load)
