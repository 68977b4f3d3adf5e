# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a command, or boots a system, in systemd-nspawn on an overlay of read-only trees.

Everything happens in mount and PID namespaces of its own, below a process that dies with the thread
that started it: however this ends, no mount and no process stay. There is no network but loopback.
"""

import subprocess
from pathlib import Path

from . import cache

# To put before a command. What a shell runs in the background ignores these signals, and no program that is tested
# shall. (SIGHUP is as it was: who says nohup means it.)
DEFAULT_SIGNALS = ["env", "--default-signal=INT,QUIT,PIPE"]

# Runs as PID 1 of the namespaces. systemd-nspawn leaves sockets and locks in /run/systemd/nspawn.
_ENTER = """
echo 0 >"$CGROUP/cgroup.procs"
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$UPPER,workdir=$STATE/work" "$STATE/root"
mkdir -p /run/systemd/nspawn
mount -t tmpfs tmpfs /run/systemd/nspawn
exec systemd-nspawn --quiet --directory="$STATE/root" --keep-unit --register=no \
        --private-network --link-journal=no --resolv-conf=off --timezone=off "$@"
"""


def command(state: Path, lower: list[Path], upper: Path, arguments: list[str]) -> list[str]:
    """The command line of "systemd-nspawn ARGUMENTS" on a root of UPPER over LOWER, topmost first.

    STATE is an empty directory, or one used by an earlier command that has ended, on the file
    system of UPPER.
    """
    for name in ("root", "work"):
        (state / name).mkdir(exist_ok=True)
    environment = {
        "CGROUP": _make_cgroup(state),
        "LOWER": ":".join(map(str, lower)),
        "UPPER": upper,
        "STATE": state,
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1",
    }
    return [
        *DEFAULT_SIGNALS, *(f"{name}={value}" for name, value in environment.items()),
        "setpriv", "--pdeathsig=KILL",
        "unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc",
        "sh", "-euc", _ENTER, "sh", *arguments,
    ]


def run(lower: list[Path], upper: Path, arguments: list[str],
        **options) -> subprocess.CompletedProcess:
    """Run one command, not a system: ARGUMENTS are systemd-nspawn's, OPTIONS subprocess.run()'s."""
    with cache.Scratch("command") as scratch:
        return subprocess.run(
            command(scratch.path, lower, upper, ["--as-pid2", "--console=pipe", *arguments]),
            stdin=subprocess.DEVNULL, **options)


def child(pid: int) -> int | None:
    """The first child of process PID."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return None
    return int(children[0]) if children else None


def _make_cgroup(state: Path) -> Path:
    # systemd-nspawn takes the control group that it is in: two machines must not share one.
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    hierarchy = next((fields[1] for fields in mounts if fields[2] == "cgroup2"), None)
    if hierarchy is None:
        raise RuntimeError("the host has not mounted the unified control group hierarchy (cgroup2)")
    memberships = Path("/proc/self/cgroup").read_text().splitlines()
    own = next(line for line in memberships if line.startswith("0::")).removeprefix("0::/")
    cgroup = Path(hierarchy, own, f"jobsd-{state.name}")
    cgroup.mkdir(exist_ok=True)
    (state / "cgroup").write_text(str(cgroup))
    return cgroup
