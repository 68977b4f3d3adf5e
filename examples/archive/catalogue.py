# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the archive's programs share: the catalogue, how it is changed, and how progress is told."""

import argparse
import contextlib
import os
import socket
import sqlite3
import sys
import time
from pathlib import Path

DIRECTORY = Path("/var/lib/archive")

LEVELS = ("fonds", "series", "file", "item")
STATUSES = ("draft", "published")

# Several jobs want to write at once, and the largest takes minutes.
_BUSY_SEC = 600

# A description and all below it. In the order of their paths each stands after its parent, and siblings in the
# order of their reference codes.
TREE = """
    WITH RECURSIVE tree(id, depth, path) AS (
        SELECT id, 0, reference_code FROM description WHERE id = :root
        UNION ALL
        SELECT d.id, depth + 1, path || char(10) || d.reference_code
        FROM description d JOIN tree ON d.parent = tree.id)
"""


class Refused(Exception):
    """What was asked for cannot be done: the message is for whoever asked."""


def arguments(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--catalogue", type=Path, default=DIRECTORY / "catalogue.db",
                        help="the catalogue's file (%(default)s)")
    return parser


def run(main):
    """Call MAIN, and tell what came of it: what it returns or, with exit status 1, what was refused.

    That is the output's last line, and what lists of jobs show.
    """
    # Who follows the job's output sees each line when it is written.
    sys.stdout.reconfigure(line_buffering=True)
    try:
        result = main()
    except (Refused, OSError, sqlite3.Error) as error:
        notify(str(error))
        sys.exit(f"{Path(sys.argv[0]).name}: {error}")
    notify(f"100% {result}")
    print(result)


@contextlib.contextmanager
def opened(path: Path):
    if not path.exists():
        raise Refused(f"there is no catalogue {path}: make-catalogue makes one")
    with contextlib.closing(sqlite3.connect(path, timeout=_BUSY_SEC, isolation_level=None)) as db:
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA foreign_keys = ON")
        yield db


@contextlib.contextmanager
def changed(path: Path, what: str):
    """The catalogue in one transaction, which leaves a note of who did WHAT; all is undone by an exception."""
    with opened(path) as db:
        # Immediate: whoever reads first and writes later may find that another has written meanwhile.
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.execute("INSERT INTO change(job, user, what) VALUES (?, ?, ?)",
                       (os.environ.get("JOBSD_JOB_ID"), os.environ.get("JOBSD_JOB_USER"), what))
            db.execute("COMMIT")
        finally:
            if db.in_transaction:
                db.execute("ROLLBACK")


def find(db: sqlite3.Connection, name: str) -> sqlite3.Row:
    """The description with this slug or, if there is none, with this id."""
    row = db.execute("SELECT * FROM description WHERE slug = ?1 OR CAST(id AS TEXT) = ?1 ORDER BY slug = ?1 DESC",
                     (name,)).fetchone()
    if row is None:
        raise Refused(f"there is no description {name}")
    return row


def notify(status: str):
    """Tell jobsd, if it is there, how the work is: with the status that every service has, see sd_notify(3)."""
    if address := os.environ.get("NOTIFY_SOCKET", "").replace("@", "\0", 1):
        # Work does not fail because nobody listens.
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager, contextlib.suppress(OSError):
            manager.sendto(f"STATUS={status}".encode(), address)


class Progress:
    """Tells how far the work is, ten times a second at most."""

    _INTERVAL_SEC = 0.1

    def __init__(self, total: int, what: str):
        self._total = total
        self._what = what
        self._next = 0.0

    def tell(self, done: int):
        """The last is always told."""
        now = time.monotonic()
        if now >= self._next or done == self._total:
            self._next = now + self._INTERVAL_SEC
            notify(f"{100 * done // self._total}% {done} of {self._total} {self._what}")
