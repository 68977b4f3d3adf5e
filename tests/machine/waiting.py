# SPDX-License-Identifier: LGPL-2.1-or-later
"""Waiting for what a test needs, however loaded the machine is.

What is announced is listened to: jobs by a Person, the log here, the end of a process by whoever started it.
"""

import subprocess
import time

TIMEOUT_SEC = 240    # emulated machines are slow
_PAUSE_SEC, _PAUSE_SEC_MAX = 0.02, 0.3


def wait_until(condition, timeout: float = TIMEOUT_SEC):
    """Waits until CONDITION() is true, and returns what it said.

    It asks again and again, less and less often, and is for what nobody announces: the processes of others, what they
    have written to files, when polkit has read its rules.
    """
    deadline, pause = time.monotonic() + timeout, _PAUSE_SEC
    while not (value := condition()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(pause)
        pause = min(1.5 * pause, _PAUSE_SEC_MAX)
    return value


def wait_for_another_jobsd(machine, pid: str):
    """Waits until systemd has started one that is not this process, and may not be ready yet."""
    wait_until(lambda: machine.pids("/usr/libexec/jobsd/jobsd") not in ([], [pid]))


def wait_until_active(machine, unit: str = "jobsd.service"):
    wait_until(lambda: machine.run(["systemctl", "is-active", unit], check=False).stdout == "active\n")


def wait_until_indexed(machine, n: int):
    """The names of N jobs are in the index, which is made behind them: some thousand each second."""
    indexed = ["sqlite3", "/var/lib/jobsd/jobs.db", "SELECT n FROM names_indexed"]
    wait_until(lambda: int(machine.run(indexed).stdout) == n, timeout=600)


def wait_until_over(machine, unit: str):
    """The process of a job's unit has ended, and PID 1 knows: jobsd may be away, and others are not told."""
    show = ["systemctl", "show", "--property=SubState", "--value", unit]
    wait_until(lambda: machine.run(show).stdout.strip() in ("exited", "failed", "dead"))


def wait_for_log(machine, text: str, n: int = 1, unit: str = "jobsd.service"):
    """Waits until a unit has said this for the N-th time."""
    follow = ["journalctl", "--follow", "--lines=all", "--output=cat", f"--unit={unit}"]
    with machine.popen(follow, stdout=subprocess.PIPE, text=True) as journal:
        found = (line for line in journal.stdout if text in line)
        for _ in range(n):
            assert next(found, None), "the journal has ended"
        journal.kill()
