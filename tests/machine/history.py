# SPDX-License-Identifier: LGPL-2.1-or-later
"""A history as it takes long, or a crash at the right moment, to come to."""

from machine import Machine


def multiply(machine: Machine, id: int, n: int):
    """N more jobs in the history, as if this one had run again and again: running them takes long."""
    with machine.without("jobsd.service"):
        machine.run(["sh", "-c", f"""
            columns=$(sqlite3 /var/lib/jobsd/jobs.db "SELECT group_concat(name) FROM pragma_table_info('jobs')
                                                      WHERE name != 'id'")
            sqlite3 /var/lib/jobsd/jobs.db "INSERT INTO jobs ($columns) WITH RECURSIVE count(i) AS
                (SELECT 1 UNION ALL SELECT i + 1 FROM count WHERE i < {n}) SELECT $columns FROM jobs, count
                WHERE id = {id}" """])


def before_its_start(machine: Machine, id: int):
    """Make a queued job one that jobsd was killed over right before it asked PID 1 for the unit.

    jobsd is stopped, and another job runs."""
    machine.run(["sqlite3", "/var/lib/jobsd/jobs.db", f"""
        UPDATE jobs SET status = 1, unit = 'jobsd-{id}.service',
                        boot_id = (SELECT boot_id FROM jobs WHERE status = 1) WHERE id = {id}"""])
