# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where trees, build directories and running machines are kept: outside of the clone.

The place is /var/cache/jobsd-tests, or $JOBSD_TEST_CACHE. It has to be on a file system that can be
the upper layer of an overlay (not an overlay itself). All of it may be deleted while no test runs.
"""

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
ROOT = Path(os.environ.get("JOBSD_TEST_CACHE", "/var/cache/jobsd-tests"))

# One name for each clone, so that clones have build directories and logs of their own.
CLONE = f"{SOURCE.name}-{hashlib.sha256(bytes(SOURCE)).hexdigest()[:12]}"


def directory(*parts: str) -> Path:
    path = ROOT.joinpath(*parts)
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def locked(name: str):
    """Hold the lock NAME, against threads of this process and against other processes."""
    with open(directory("lock") / name, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Scratch:
    """A directory that lives as long as its owner.

    It is locked while in use. The kernel drops the lock of a process that was killed, and whoever
    makes the next Scratch removes what that one left.
    """

    def __init__(self, prefix: str):
        with locked("scratch"):
            parent = directory("scratch")
            for stale in parent.iterdir():
                if (fd := _try_lock(stale)) is not None:
                    # What cannot be removed yet goes next time.
                    with contextlib.suppress(OSError):
                        _remove(stale)
                    os.close(fd)

            self.path = parent / f"{prefix}-{secrets.token_hex(4)}"
            self.path.mkdir()
            self._fd = _try_lock(self.path)

    def close(self):
        if self._fd is not None:
            _remove(self.path)
            os.close(self._fd)
            self._fd = None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


def _try_lock(path: Path) -> int | None:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None     # its owner was faster
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    return fd


def _remove(path: Path):
    # A control group is not a file in the directory: it was noted there by whoever made it.
    note = path / "cgroup"
    if note.exists():
        for group, _, _ in os.walk(note.read_text(), topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(group)
    shutil.rmtree(path)
