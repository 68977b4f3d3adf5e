# SPDX-License-Identifier: LGPL-2.1-or-later
"""Under much of everything at once jobsd answers others soon, takes little memory, and loses no output."""

import heavy

# jobsd keeps a few hundred bytes of a job that runs, and none of one that waits.
_MEMORY_KIB = 64 * 1024


def test_much_of_everything(fresh_machine, long):
    """Jobs that run, jobs that wait, clients, and a job that prints much beside others."""
    measured = heavy.measure(fresh_machine, heavy.LONG if long else heavy.SHORT)
    assert all(waits.is_soon(measured.idle) for waits in measured.waits), measured.figures
    assert measured.peak < _MEMORY_KIB
