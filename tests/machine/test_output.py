# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a job printed comes back from the journal: whole, in order, to its owner alone."""

import hashlib
import subprocess

import pytest

from person import Gate, unit
from waiting import wait_for_log, wait_until

def lines(n):
    return b"".join(b"%d\n" % number for number in range(1, n + 1))


def digest(data):
    """Of what differs in a megabyte nobody wants to read the difference."""
    return len(data), hashlib.sha256(data).hexdigest()


@pytest.mark.limit(120, "what journald stores takes its time")
def test_200000_lines_and_gone(alice):
    """Whole and in order: by a reader that follows, and by one who only reads when all is over."""
    id = alice.submit("/usr/bin/seq", "200000")
    followed, late = alice.open_output(id, follow=True), alice.open_output(id, follow=True)
    assert digest(alice.read(followed)) == digest(lines(200_000))
    assert alice.job(id)["Status"] == "completed"
    assert digest(alice.read(late)) == digest(lines(200_000))


def test_what_is_read_as_soon_as_the_job_has_ended_is_whole(alice):
    alice.call("Subscribe", "t", 0)
    id = alice.submit("/usr/bin/seq", "30000")
    alice.signals("JobRemoved", id)
    assert digest(alice.output(id)) == digest(lines(30_000))
    alice.call("Unsubscribe")


def test_what_is_followed_on_the_command_line_is_whole(alice):
    run = alice.jobsctl("run", "--quiet", "--follow", "--", "seq", "30000", text=False)
    assert digest(run.stdout) == digest(lines(30_000))


def test_one_line_and_gone(alice):
    """Many times over, each read as soon as the job has ended."""
    ids = alice.submit_many([("/bin/echo", f"line of {number}") for number in range(30)])
    for number, id in enumerate(ids):
        alice.wait(id)
        assert alice.output(id) == f"line of {number}\n".encode()


def test_one_line_and_gone_followed(alice):
    for number in range(15):
        id = alice.submit("/bin/echo", f"line of {number}")
        assert alice.output(id, follow=True) == f"line of {number}\n".encode()
        assert alice.job(id)["Status"] == "completed"


def test_standard_output_and_error_in_their_order(alice):
    id = alice.sh("for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done")
    alice.wait(id)
    assert alice.output(id).decode().split("\n") == [
        f"{stream} {number}" for number in range(1, 6) for stream in ("out", "err")] + [""]


def test_many_processes_of_a_job(alice):
    id = alice.sh("for i in 1 2 3 4 5 6 7 8; do (echo from $i) & done; wait")
    alice.wait(id)
    assert sorted(alice.output(id).split(b"\n")) == [b""] + [b"from %d" % n for n in range(1, 9)]


BYTES = {
    "a long line": b"x" * 100_000 + b"\n",
    "a line longer than 1 MiB": b"0123456789abcdef" * 100_000 + b"\nbehind\n",
    "lines as long as journald's": b"".join(b"y" * (48 * 1024 + n) + b"\n" for n in (-2, -1, 1, 2)),
    "no newline at the end": b"first\nlast",
    "no newline at all": b"only",
    "a long line without a newline": b"z" * 150_000,
    "NUL bytes": b"a\0b\0c\nd\0",
    "not UTF-8": b"\xff\xfe\x80 latin1: \xe4\xf6\xfc\n\xc3\n",
    "control characters": b"\x1b[31mred\x1b[0m\x07\b\r50%\r100%\n",
    "prefixes of syslog levels": b"<3>an error?\n<7>debug\n<0>\n<3\n",
    "spaces and tabs in front": b"  two\n\tone\n \t x\n",
    "what looks like fields": b"MESSAGE=x\n_UID=0\nPRIORITY=0\n",
    "UTF-8": "grüße ✓ 漢字 🎉\n".encode(),
}


@pytest.mark.parametrize("what", BYTES)
def test_bytes_come_back_as_they_were(alice, what):
    alice.file("bytes").write_bytes(BYTES[what])
    id = alice.submit("/bin/cat", "bytes")
    assert alice.wait(id)["Result"] == "success"
    assert alice.output(id) == BYTES[what]


def test_none_of_what_was_printed_before(alice):
    """Who follows from now on, and nothing comes any more."""
    alice.run("mkfifo", "end")
    id = alice.sh("echo before; : <end")
    alice.wait_started(id)
    followed = alice.open_output(id, follow=True)
    assert alice.read_until(followed, b"before\n")
    late = alice.open_output(id, follow=True, lines=0)
    alice.run("sh", "-c", ": >end")
    assert (alice.read(followed), alice.read(late)) == (b"", b"")


def test_nothing_at_all(alice):
    id = alice.submit("/bin/true")
    assert alice.output(id, follow=True) == b""
    assert alice.output(id) == b""


def test_empty_lines_and_white_space_at_the_end_are_what_is_not_kept(alice):
    id = alice.sh("printf 'a  \\n\\n\\nb\\t\\n'")
    alice.wait(id)
    assert alice.output(id) == b"a\nb\n"


@pytest.mark.parametrize("n", [0, 1, 2, 9, 10, 11, 1000])
def test_the_last_lines(alice, ten_lines, n):
    assert alice.output(ten_lines, lines=n).splitlines() == lines(10).splitlines()[10 - min(n, 10):]


@pytest.fixture(scope="module")
def ten_lines(alice):
    id = alice.submit("/usr/bin/seq", "10")
    alice.wait(id)
    return id


def test_a_long_line_is_one_of_the_last_lines(alice):
    alice.file("long").write_bytes(b"first\n" + b"x" * 120_000 + b"\nlast\n")
    id = alice.submit("/bin/cat", "long")
    alice.wait(id)
    assert digest(alice.output(id, lines=2)) == digest(b"x" * 120_000 + b"\nlast\n")


def test_the_last_lines_are_followed_by_what_comes(alice, gate):
    id = alice.sh(f"seq 5; {gate.wait}; seq 6 8")
    first = alice.open_output(id, follow=True)
    assert alice.read_until(first, b"\n5\n") == b"1\n2\n3\n4\n5\n"
    last = alice.open_output(id, follow=True, lines=2)
    assert alice.read_until(last, b"5\n") == b"4\n5\n"
    gate.open()
    assert alice.read(first) == b"6\n7\n8\n"
    assert alice.read(last) == b"6\n7\n8\n"


def test_a_running_job_without_following(alice, gate):
    """What it has printed so far, and then the end: the reader does not wait for the job."""
    id = alice.sh(f"echo so far; {gate.wait}; echo later")
    assert alice.read_until(alice.open_output(id, follow=True), b"\n") == b"so far\n"
    assert alice.output(id) == b"so far\n"
    assert alice.output(id, lines=1) == b"so far\n"
    gate.open()
    alice.wait(id)
    assert alice.output(id) == b"so far\nlater\n"


def test_a_job_that_prints_without_a_pause(alice):
    """Its output so far has an end, too."""
    id = alice.submit("/usr/bin/yes", "more and more")
    assert alice.read_until(alice.open_output(id, follow=True, lines=1), b"\n")
    for _ in range(5):
        assert digest(alice.output(id, lines=3)) == digest(b"more and more\n" * 3)
    assert alice.output(id, lines=0) == b""
    alice.cancel(id)
    assert alice.wait(id)["Result"] == "cancelled"


def test_whoever_floods_the_journal_holds_nobody_else_up(alice, bob):
    before = alice.submit("/bin/echo", "before")
    alice.wait(before)
    flood = bob.submit("/usr/bin/yes", "a flood")
    bob.close_stream(bob.open_output(flood, follow=True))
    assert bob.output(flood, lines=1) in (b"a flood\n", b"")
    assert alice.output(before) == b"before\n"
    assert alice.output(alice.submit("/bin/echo", "meanwhile"), follow=True) == b"meanwhile\n"
    assert alice.jobsctl("run", "-q", "--follow", "echo", "by hand").stdout == "by hand\n"
    assert bob.job(flood)["Status"] == "running"
    bob.cancel(flood)
    bob.wait(flood)


def test_a_queued_job_is_followed_from_its_start(alice, root):
    with root.jobsd_conf(MaxRunning=1):
        gate = Gate(alice)
        alice.wait_started(gate.job())
        id = alice.submit("/usr/bin/seq", "3")
        cancelled = alice.submit("/usr/bin/seq", "3")
        streams = alice.open_output(id, follow=True), alice.open_output(cancelled, follow=True)
        assert alice.output(id) == b""
        assert alice.job(id)["Status"] == "queued"
        alice.cancel(cancelled)
        assert alice.read(streams[1]) == b""
        gate.open()
        assert alice.read(streams[0]) == b"1\n2\n3\n"


def test_many_followers_at_once(alice, gate):
    id = alice.sh(f"{gate.wait}; seq 1000")
    streams = [alice.open_output(id, follow=True) for _ in range(30)]
    gate.open()
    assert {digest(alice.read(stream)) for stream in streams} == {digest(lines(1000))}


def test_following_on_the_command_line_ends_with_the_job(alice, gate):
    id = gate.job("echo done; exit 3")
    with alice.popen("jobsctl", "output", "--follow", str(id), stdout=subprocess.PIPE, text=True) as follower:
        alice.wait_started(id)
        gate.open()
        assert follower.stdout.read() == "done\n"
    assert follower.returncode == 0


def test_readers_that_go_away_free_their_streams(machine, alice, gate):
    """Neither a pipe that was closed nor a client that was killed counts for ever."""
    id = gate.job()
    for _ in range(3):
        for stream in [alice.open_output(id, follow=True) for _ in range(25)]:
            alice.close_stream(stream)
        wait_until(lambda: not machine.pids("jobsd-stream output"))
    with alice.popen("jobsctl", "output", "-f", str(id)) as follower:
        wait_until(lambda: machine.pids("jobsd-stream output"))
        follower.kill()
    wait_until(lambda: not machine.pids("jobsd-stream output"))
    assert alice.job(id)["Status"] == "running"


def test_a_restart_of_jobsd_loses_no_output(alice, root, gate):
    id = alice.sh(f"echo before; {gate.wait}; echo after")
    assert alice.read_until(alice.open_output(id, follow=True), b"\n") == b"before\n"
    root.run("systemctl", "restart", "jobsd.service")
    gate.open()
    assert alice.wait(id)["Result"] == "success"
    assert alice.output(id) == b"before\nafter\n"



def test_the_owner_reads_the_journal_himself_and_nobody_else(alice, bob, root):
    id = alice.sh("echo for alice alone")
    alice.wait(id)
    assert alice.output(id) == b"for alice alone\n"
    journalctl = ["journalctl", "--namespace=jobs", "--quiet", "--output=cat", f"--unit={unit(id)}"]
    assert alice.run(*journalctl).stdout == "for alice alone\n"
    assert root.run(*journalctl).stdout == "for alice alone\n"
    assert bob.run(*journalctl, check=False).stdout == ""
    assert "for alice alone" not in bob.run("journalctl", "--namespace=jobs", "--output=cat", check=False).stdout


def test_the_systems_journal_is_spared(alice, root):
    """Output goes to the namespace jobs and nowhere else."""
    id = alice.sh("echo a line for the namespace")
    alice.wait(id)
    assert alice.output(id) == b"a line for the namespace\n"
    root.run("journalctl", "--sync")
    assert root.run("journalctl", "--quiet", "--output=cat", f"_SYSTEMD_UNIT={unit(id)}").stdout == ""


def test_fields_cannot_be_forged(alice, bob):
    """What somebody sends to the journal in the name of a job is no output of it."""
    id = alice.sh("echo true")
    alice.wait(id)
    forge = f"""
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
for path in "/run/systemd/journal.jobs/socket", "/run/systemd/journal/socket":
    try:
        s.sendto(b"MESSAGE=forged\\nUNIT={unit(id)}\\n_SYSTEMD_UNIT={unit(id)}\\nSYSLOG_IDENTIFIER=sh\\n", path)
    except OSError as e:
        print(e)
"""
    bob.run("python3", "-c", forge)
    bob.wait(bob.submit("/usr/bin/python3", "-c", forge))
    assert alice.output(id) == b"true\n"


@pytest.mark.limit(120, "what journald stores takes its time")
def test_following_ends_after_the_last_line_is_stored(alice):
    """Many jobs end at once, each with a burst as its last words, while their outputs are being opened."""
    for attempt in range(5):
        ids = [alice.sh("seq 3000") for _ in range(12)]
        streams = [alice.open_output(id, follow=True) for id in ids]
        assert [digest(alice.read(stream)) for stream in streams] == [digest(lines(3000))] * len(ids)


def test_a_restart_of_the_journal_loses_no_job(alice, root):
    """Of its output what was printed before is there; jobs that come later print as ever."""
    id = alice.sh("echo before")
    alice.wait(id)
    assert alice.output(id) == b"before\n"
    root.run("systemctl", "restart", "systemd-journald@jobs.service")
    later = alice.sh("echo later")
    assert alice.wait(later)["Result"] == "success"
    assert alice.output(later) == b"later\n"
    assert alice.output(id) == b"before\n"


def test_without_its_journal_a_job_waits_and_can_be_cancelled(alice, root):
    """The log names what it waits for."""
    socket = "systemd-journald@jobs.socket"
    root.run("systemctl", "stop", socket, "systemd-journald@jobs.service")
    try:
        ids = [alice.sh("echo later") for _ in range(2)]
        wait_for_log(root.machine, f"Job {ids[0]} waits for {socket}")
        alice.cancel(ids[0])
        assert alice.wait(ids[0])["Result"] == "cancelled"
        at_once = alice.sh("echo never")
        alice.cancel(at_once)
        assert alice.wait(at_once)["Result"] == "cancelled"
        assert alice.job(ids[1])["Started"] == 0
    finally:
        root.run("systemctl", "start", socket)
    assert alice.wait(ids[1])["Result"] == "success"
    assert alice.output(ids[1]) == b"later\n"
