# SPDX-License-Identifier: LGPL-2.1-or-later
"""A long history in no time."""

from machine import Machine


def multiply(machine: Machine, id: int, n: int):
    """N more jobs in the history, as if this one had run again and again: running them takes long."""
    machine.run(["systemctl", "stop", "jobsd.service"])
    machine.run(["sh", "-c", f"""
        columns=$(sqlite3 /var/lib/jobsd/jobs.db "SELECT group_concat(name) FROM pragma_table_info('jobs')
                                                  WHERE name != 'id'")
        sqlite3 /var/lib/jobsd/jobs.db "INSERT INTO jobs ($columns) WITH RECURSIVE count(i) AS
            (SELECT 1 UNION ALL SELECT i + 1 FROM count WHERE i < {n}) SELECT $columns FROM jobs, count
            WHERE id = {id}" """])
    machine.run(["systemctl", "start", "jobsd.service"])
