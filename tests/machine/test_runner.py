# SPDX-License-Identifier: LGPL-2.1-or-later
"""The process around each command, by itself: what it writes to the journal, and whom it obeys."""

import json

import pytest

RUNNER = "/usr/libexec/jobsd/jobsd-run"
BYTES = {
    "nothing": b"",
    "empty lines and white space at the end": b"a  \n\n\n \t\nb\t\n",
    "no newline at the end": b"first\nlast",
    "a line longer than an entry": b"x" * 120_000 + b"\nbehind\n",
    "any bytes": bytes(range(256)) * 30 + b"\n",
}


@pytest.fixture
def run_unit(machine):
    """A function that runs a command as a unit of alice's, and waits for its end. Returns the unit's name."""
    def run(*command, name="runner", check=True):
        machine.run(["systemd-run", "--quiet", "--wait", f"--unit={name}", "--uid=alice",
                     "--property=StandardOutput=null", "--property=StandardError=null", RUNNER, *command],
                    check=check)
        return f"{name}.service"
    return run


def entries(machine, unit):
    """The runner's."""
    machine.run(["journalctl", "--namespace=jobs", "--sync"])
    text = machine.run(["journalctl", "--namespace=jobs", "--quiet", "--all", "--output=json",
                        f"_SYSTEMD_UNIT={unit}"]).stdout
    rows = [json.loads(line) for line in text.splitlines()]
    return [row for row in rows if any(field.startswith("JOBSD_") for field in row)]


def as_bytes(message):
    return bytes(message) if isinstance(message, list) else (message or "").encode()


def joined(rows):
    return b"".join(as_bytes(row["MESSAGE"]) + (b"" if "JOBSD_PART" in row else b"\n")
                    for row in rows if "MESSAGE" in row)


@pytest.mark.parametrize("number, what", enumerate(BYTES), ids=BYTES)
def test_what_is_printed_is_in_the_journal(machine, run_unit, number, what):
    machine.path("/tmp/bytes").write_bytes(BYTES[what])
    rows = entries(machine, run_unit("/bin/cat", "/tmp/bytes", name=f"bytes-{number}"))
    assert joined(rows) == BYTES[what]
    assert "JOBSD_START" in rows[0]
    end = rows[-1]
    assert (end["JOBSD_END"], end["JOBSD_EXIT"]) == ("1", "exited 0")
    assert (int(end["JOBSD_BYTES"]), int(end["JOBSD_LINES"])) == (len(BYTES[what]), BYTES[what].count(b"\n"))
    assert len({(row["_PID"], row["_SYSTEMD_INVOCATION_ID"]) for row in rows}) == 1


def test_who_holds_the_pipe_is_not_waited_for_for_ever(machine, run_unit):
    rows = entries(machine, run_unit("/bin/sh", "-c", "echo said; setsid sleep 4322 & exit 3", name="held",
                                     check=False))
    assert joined(rows) == b"said\n"
    assert (rows[-1]["JOBSD_HELD"], rows[-1]["JOBSD_EXIT"]) == ("1", "exited 3")


def test_a_command_cannot_take_hold_of_its_runner(machine, run_unit):
    """Of the same user, and its parent."""
    script = """
import ctypes, os
libc, parent = ctypes.CDLL(None, use_errno=True), os.getppid()
print(open(f"/proc/{parent}/comm").read().strip())
print(libc.ptrace(16, parent, 0, 0), ctypes.get_errno())
for name in "mem", "fd", "environ":
    try:
        os.listdir(f"/proc/{parent}/fd") if name == "fd" else open(f"/proc/{parent}/{name}", "rb").read(1)
        print(name, "is open")
    except PermissionError:
        print(name, "is closed")
"""
    rows = entries(machine, run_unit("/usr/bin/python3", "-c", script, name="hold"))
    assert joined(rows).decode().splitlines() == [
        "jobsd-run", "-1 1", "mem is closed", "fd is closed", "environ is closed"]


def test_a_runner_that_is_killed_has_no_end(machine, run_unit):
    rows = entries(machine, run_unit("/bin/sh", "-c", "echo before; kill -KILL $PPID; sleep 4323", name="killed",
                                     check=False))
    assert "JOBSD_START" in rows[0]
    assert joined(rows) in (b"", b"before\n")
    assert not any("JOBSD_END" in row for row in rows)
    assert machine.run(["pgrep", "-f", "sleep 432[3]"], check=False).stdout == ""
