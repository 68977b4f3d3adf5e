# SPDX-License-Identifier: LGPL-2.1-or-later
"""Waiting for a condition, however loaded the machine is."""

import time

TIMEOUT_SEC = 240    # emulated machines are slow


def wait_until(condition, timeout: float = TIMEOUT_SEC):
    """Waits until CONDITION() is true, and returns what it said."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)
    return value
