# SPDX-License-Identifier: LGPL-2.1-or-later
"""The journal of job output changes under its readers: they get what is left of it, and jobsd does not notice."""

import subprocess
import time

import pytest

from daemon import main_pid
from person import Gate, Person, unit
from waiting import wait_until

_LINES = 100_000
_WHOLE = b"".join(b"%d\n" % number for number in range(1, _LINES + 1))
_DAMAGED = b"jobsctl: the rest cannot be read, the journal is damaged\n"


@pytest.fixture(autouse=True)
def _unmoved_jobsd(machine, alice):
    """jobsd goes on, and what is printed next is there."""
    before = main_pid(machine)
    yield
    id = alice.submit("/bin/echo", "next")
    alice.wait(id)
    assert alice.output(id) == b"next\n"
    assert main_pid(machine) == before


def journalctl(machine, *arguments):
    machine.run(["journalctl", "--namespace=jobs", *arguments])


@pytest.fixture
def printed(machine, alice) -> int:
    """A job that has ended, whose output is in files that journald does not write to any more."""
    id = alice.submit("/usr/bin/seq", str(_LINES))
    alice.wait(id)
    assert alice.output(id) == _WHOLE
    journalctl(machine, "--rotate")
    return id


# What is used of a file ends with its last object, whose offset is in the header; the rest is set aside.
_CUT = """
import glob, os, struct, sys
for path in glob.glob("/var/log/journal/*.jobs/*@*.journal"):
    with open(path, "rb") as file:
        last, = struct.unpack_from("<Q", file.read(208), 136)
    os.truncate(path, last // int(sys.argv[1]))
"""


def cut_archives(machine, parts: int = 2):
    machine.run(["python3", "-c", _CUT, str(parts)])


def slow_reader(alice: Person, id: int) -> subprocess.Popen:
    """Has the first line, and reads on when its communicate() is called."""
    reader = alice.popen("jobsctl", "output", str(id), bufsize=0, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert reader.stdout.read(2) == b"1\n"
    return reader


def assert_in_order(output: bytes):
    """What is left: numbers that grow, and the last one may be cut."""
    lines = output.splitlines()
    numbers = [int(line) for line in lines[:-1]]
    assert numbers == sorted(set(numbers))


def test_a_follower_sees_all_when_the_journal_is_rotated_under_it(machine, alice):
    gate = Gate(alice)
    id = gate.job(then=f"seq {_LINES}")
    alice.wait_started(id)
    follower = alice.popen("jobsctl", "output", "--follow", str(id), stdout=subprocess.PIPE)
    journalctl(machine, "--rotate")
    gate.open()
    journalctl(machine, "--rotate")
    assert follower.communicate(timeout=60)[0] == _WHOLE


# Changes how many entries can be found by the unit $1, in the file that journald writes to, by $2. The number is the last
# of a data object's header, but for 8 bytes in a compact file: https://systemd.io/JOURNAL_FILE_FORMAT.
_COUNT = """
import glob, mmap, struct, sys
found = b"_SYSTEMD_UNIT=" + sys.argv[1].encode()
for path in glob.glob("/var/log/journal/*.jobs/*.journal"):
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0) as journal:
        is_compact = struct.unpack_from("<I", journal, 12)[0] & 16
        offset = journal.find(found) - (16 if is_compact else 8)
        if "@" not in path and offset > 0:
            count, = struct.unpack_from("<Q", journal, offset)
            struct.pack_into("<Q", journal, offset, count + int(sys.argv[2]))
            break
else:
    sys.exit("no entry of the unit")
"""


def count_entries(machine, id: int, change: int):
    machine.run(["python3", "-c", _COUNT, unit(id), str(change)])


def waits(machine, pid: str) -> int | None:
    """How often a process has begun to wait, while it waits."""
    status = dict(line.split(":", 1) for line in machine.path(f"/proc/{pid}/status").read_text().splitlines())
    return int(status["voluntary_ctxt_switches"]) if status["State"].split()[0] in "ST" else None


def test_a_follower_sees_the_last_line_though_it_looks_while_journald_stores_it(machine, alice):
    """Between the two steps that journald takes for an entry: it counts, and cannot be found yet."""
    alice.run("mkfifo", "second", "end")
    id = alice.sh("echo first; : <second; echo second; : <end")
    follower = alice.popen("jobsctl", "output", "--follow", str(id), bufsize=0, stdout=subprocess.PIPE)
    assert follower.stdout.read(6) == b"first\n"
    helper = machine.run(["pgrep", "--full", f"^jobsd-stream output {id} "]).stdout.strip()

    machine.run(["kill", "-STOP", helper])
    alice.run("sh", "-c", ": >second")
    wait_until(lambda: alice.output(id) == b"first\nsecond\n")
    count_entries(machine, id, -1)
    before = wait_until(lambda: waits(machine, helper))
    machine.run(["kill", "-CONT", helper])
    wait_until(lambda: (waits(machine, helper) or 0) > before)
    count_entries(machine, id, 1)

    alice.run("sh", "-c", ": >end")
    assert follower.communicate(timeout=60)[0] == b"second\n"


def test_a_reader_ends_when_the_journal_is_vacuumed_under_it(machine, alice, printed):
    reader = slow_reader(alice, printed)
    journalctl(machine, "--vacuum-files=1")
    output, error = reader.communicate(timeout=60)
    assert reader.returncode == 0, error
    assert_in_order(output)


def test_what_was_vacuumed_is_not_there_and_that_is_told(machine, alice, printed):
    journalctl(machine, "--vacuum-files=1")
    output, (gone, end) = alice.output_and_notes(printed)
    since = int(gone.removeprefix("gone 0 "))
    assert (output, end) == (b"", "end 0") and since > alice.job(printed)["Finished"]
    assert alice.job(printed)["Result"] == "success"
    output = alice.jobsctl("output", "--strict", str(printed), check=False)
    told = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(since // 1_000_000))
    assert (output.returncode, output.stderr) == (
        1, f"jobsctl: nothing of this output is in the journal, which goes back to {told}\n")
    assert alice.jobsctl("output", str(printed)).stdout == ""


def test_a_beginning_that_was_vacuumed_is_told_with_its_size(machine, alice):
    alice.run("mkfifo", "more")
    id = alice.sh("seq 1000; : <more; echo rest")
    wait_until(lambda: alice.output(id).endswith(b"\n1000\n"))
    journalctl(machine, "--rotate")
    alice.run("sh", "-c", ": >more")
    alice.wait(id)
    assert alice.output_and_notes(id) == (b"".join(b"%d\n" % n for n in range(1, 1001)) + b"rest\n", ["end 3898"])
    journalctl(machine, "--vacuum-files=1")
    assert alice.output_and_notes(id) == (b"rest\n", ["missing 0 3893", "end 5"])
    # nobody knows whether that is a whole line
    assert alice.output_and_notes(id, lines=1) == (b"rest\n", ["missing 0 3893", "end 5"])
    output = alice.jobsctl("output", str(id), env={"LC_ALL": "C.UTF-8"})
    assert (output.stdout, output.stderr) == ("rest\n", "jobsctl: 3893 bytes are missing here\n")


def test_a_reader_gets_what_is_left_of_a_file_that_was_cut_in_half(machine, alice, printed):
    cut_archives(machine)
    output = alice.output(printed)
    assert len(output) < len(_WHOLE)
    assert_in_order(output)


def test_a_reader_gets_what_is_left_of_a_file_that_is_cut_in_half_under_it(machine, alice, printed):
    reader = slow_reader(alice, printed)
    cut_archives(machine)
    output, error = reader.communicate(timeout=60)
    assert (reader.returncode, error) in ((0, b""), (1, _DAMAGED))      # whether it had read beyond the cut by then
    assert 0 < len(output) < len(_WHOLE) - 2
    assert_in_order(output)


def test_a_reader_is_told_when_a_file_is_cut_where_it_reads(machine, alice, printed):
    reader = slow_reader(alice, printed)
    cut_archives(machine, parts=5)
    output, error = reader.communicate(timeout=60)
    assert (reader.returncode, error) == (1, _DAMAGED)
    assert_in_order(output)
