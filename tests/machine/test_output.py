# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a job printed comes back from the journal: whole, in order, to its owner alone."""

import hashlib
import random
import re
import subprocess

import pytest

from person import BusError, Gate, Person, unit
from waiting import wait_until

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


# Each as a shell's command: what it is called for, and what it prints into a pipe is what the job has printed.
COMMANDS = {
    "empty lines and white space at the end": r"printf 'a  \n\n\nb\t\n \n'",
    "half lines of two processes": "printf 'half '; echo line; printf 1; sh -c 'printf 2'; echo 3",
    "a line of 48 KiB and the next": "head -c 49152 /dev/zero | tr '\\0' x; echo; echo next",
    "/dev/stderr and /dev/stdout": "echo out >/dev/stdout; echo err >/dev/stderr; echo 1 >>/proc/self/fd/1",
    "a filter of its own output": "exec > >(tr a-z A-Z; echo the end); seq 1000; echo last words",
    "many filters": "for i in 1 2 3; do exec > >(sed s/^/$i/); done; seq 300",
    "a prompt": "printf 'Password: '",
    "an end by SIGPIPE": "yes | head -n 2; echo ${PIPESTATUS[@]}",
    "an output that is closed": "echo before; exec >&- 2>&-; sleep 0.1",
    "a child that goes on": "(sleep 0.3; echo after its parent) & echo first",
    "a trap at the end": "trap 'echo bye' EXIT; echo hello",
}


def in_a_pipe(person, *command):
    """What a command prints into one, which is his own."""
    return person.run("sh", "-c", '"$@" 2>&1 | cat', "sh", *command, text=False).stdout


@pytest.mark.parametrize("what", COMMANDS)
def test_a_command_prints_what_it_prints_into_a_pipe(alice, what):
    command = ["/bin/bash", "-c", COMMANDS[what]]
    id = alice.submit(*command)
    assert alice.wait(id)["Result"] == "success"
    assert digest(alice.output(id)) == digest(in_a_pipe(alice, *command))


def test_what_another_user_prints_for_a_job(root):
    """su and runuser take the output along, and open it anew where a program opens /dev/stderr."""
    id = root.sh("su - bob -c 'echo as bob; echo again >/dev/stderr'; su - bob <<'END'\necho a shell of $USER\nEND\n"
                 "runuser -u bob -- sh -c 'echo by runuser >/dev/stdout'")
    assert root.wait(id)["Result"] == "success"
    assert root.output(id) == b"as bob\nagain\na shell of bob\nby runuser\n"


LAST_WORDS = """
import signal, sys
def end(number, frame):
    print(*range(1, 20001), "bye", sep="\\n")
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
signal.pause()"""


def test_last_words(alice):
    """Of a job that is told to end."""
    id = alice.submit("/usr/bin/python3", "-c", LAST_WORDS)
    assert alice.read_until(alice.open_output(id, follow=True), b"ready\n") == b"ready\n"
    alice.cancel(id)
    assert alice.wait(id)["Result"] == "cancelled"
    assert digest(alice.output(id)) == digest(b"ready\n" + lines(20_000) + b"bye\n")


def test_last_words_at_a_shutdown(fresh_machine):
    """Of jobs that are told to end with the machine: the journal stays until they have."""
    with Person(fresh_machine, "alice") as alice:
        ids = [alice.submit("/usr/bin/python3", "-c", LAST_WORDS) for _ in range(3)]
        for id in ids:
            alice.read_until(alice.open_output(id, follow=True), b"ready\n")
    fresh_machine.poweroff()
    fresh_machine.boot()
    with Person(fresh_machine, "alice") as alice:
        assert {row["Result"] for row in alice.wait_all(ids)} == {"interrupted"}
        for id in ids:
            assert digest(alice.output(id)) == digest(b"ready\n" + lines(20_000) + b"bye\n")


# Prints by a seed: pieces of any bytes or of lines, of any size, by several processes, at once or after a while.
PRINTER = """
import os, random, sys, time
chance = random.Random(int(sys.argv[1]))
for _ in range(chance.randrange(1, 8)):
    size = int(2 ** chance.uniform(0, float(sys.argv[2]))) * chance.randrange(2)
    kind = chance.randrange(4)
    piece = chance.randbytes(size)
    if kind == 1:
        piece = piece.translate(bytes(10 if byte < 8 else 32 if byte < 16 else byte for byte in range(256)))
    elif kind == 2:
        piece = piece.hex().encode() + b"\\n" * chance.randrange(3)
    elif kind == 3:
        piece = b"".join(line + b"\\n" for line in piece.split(b" "))
    time.sleep(chance.choice([0, 0, 0.002, 0.15]))
    by_another = chance.randrange(2)
    if by_another and os.fork():
        os.wait()
        continue
    out = chance.randrange(1, 3)
    while piece:
        piece = piece[os.write(out, piece):]
    if by_another:
        os._exit(0)
"""


def check_printers(alice, seeds, bits):
    """By the same program in a pipe, of which both outputs are one."""
    command = ["/usr/bin/python3", "-c", PRINTER]
    ids = alice.submit_many([(*command, str(seed), str(bits)) for seed in seeds])
    wanted = [in_a_pipe(alice, *command, str(seed), str(bits)) for seed in seeds]
    assert {row["Result"] for row in alice.wait_all(ids)} == {"success"}
    for seed, id, output in zip(seeds, ids, wanted):
        assert digest(alice.output(id)) == digest(output), f"seed {seed}, job {id}"


def test_what_is_printed_by_chance(request, alice):
    first = random.randrange(2**32)
    check_printers(alice, range(first, first + (200 if request.config.getoption("long") else 25)), 18)


def test_much_that_is_printed_by_chance(request, alice):
    check_printers(alice, [random.randrange(2**32)], 26.6 if request.config.getoption("long") else 23)


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


def test_who_follows_before_the_journal_has_a_folder(alice, root, gate, machine):
    """As with the first job of a machine: the folder of the namespace is made when that prints."""
    alice.wait(alice.sh("echo before"))
    root.run("systemctl", "stop", SOCKET, JOURNALD)
    root.run("sh", "-c", "mv /var/log/journal/$(cat /etc/machine-id).jobs /var/log/before")
    id = alice.sh(f"echo first; {gate.wait}")
    alice.wait_started(id)
    stream = alice.open_output(id, follow=True)
    wait_until(lambda: any("inotify" in root.run("ls", "-l", f"/proc/{pid}/fd").stdout
                           for pid in machine.pids("jobsd-stream output")))
    start_socket_anew(root)
    assert alice.read_until(stream, b"first\n") == b"first\n"
    gate.open()
    assert alice.wait(id)["Result"] == "success"


NEVER_READY = "/etc/systemd/system/systemd-journald@jobs.service.d/never-ready.conf"
SOCKET, JOURNALD = "systemd-journald@jobs.socket", "systemd-journald@jobs.service"
VARLINK_SOCKET = "systemd-journald-varlink@jobs.socket"


@pytest.mark.parametrize("what", [["kill", "--signal=KILL", JOURNALD], ["restart", JOURNALD],
                                  ["restart", SOCKET, JOURNALD], ["stop", SOCKET, JOURNALD]], ids=" ".join)
def test_a_job_goes_on_printing_when_journald_is_back(alice, root, gate, what):
    """Before, meanwhile, and after it: nothing is missing, and nothing is there twice."""
    id = alice.sh(f"echo before; {gate.wait}; seq 20000; echo after")
    stream = alice.open_output(id, follow=True)
    assert alice.read_until(stream, b"before\n") == b"before\n"
    root.run("systemctl", *what)
    gate.open()
    start_socket_anew(root)
    assert digest(alice.read(stream)) == digest(lines(20_000) + b"after\n")
    assert alice.job(id)["Result"] == "success"
    output, notes = alice.output_and_notes(id)
    assert digest(output) == digest(b"before\n" + lines(20_000) + b"after\n")
    assert notes == [f"end {len(output)}"]


def test_journald_is_away_while_much_is_printed(alice, root):
    """Its socket is closed with what is unread in it: that is sent again."""
    alice.run("mkfifo", "feed")
    id = alice.sh('exec 3<>feed; seq 1000; while read -r line <&3 && [ "$line" != end ]; do echo "$line"; done; seq 1000')
    alice.read_until(alice.open_output(id, follow=True), b"1000\n")
    for _ in range(3):
        root.run("systemctl", "stop", SOCKET, JOURNALD)
        alice.run("sh", "-c", "seq 3000 >feed")
        start_socket_anew(root)
    alice.run("sh", "-c", "echo end >feed")
    assert alice.wait(id)["Result"] == "success"
    output, notes = alice.output_and_notes(id)
    assert digest(output) == digest(lines(1000) + 3 * lines(3000) + lines(1000))
    assert notes == [f"end {len(output)}"]


def test_what_was_in_the_socket_of_a_journald_that_is_stopped(alice, root):
    """PID 1 throws it away, and closes the socket a moment later."""
    alice.run("mkfifo", "room")
    id = alice.sh("read -r go <room; seq 30000; : >printed; read -r go <room; echo end")
    alice.wait_for(id, Status="running")
    root.run("systemctl", "stop", SOCKET, JOURNALD)
    root.write(NEVER_READY, "[Service]\nExecStartPre=sleep infinity\n")
    start_socket_anew(root)
    alice.run("sh", "-c", "echo go >room")
    wait_until(alice.file("printed").exists)
    root.run("systemctl", "stop", SOCKET, JOURNALD)
    root.run("rm", NEVER_READY)
    start_socket_anew(root)
    alice.run("sh", "-c", "echo go >room")
    assert alice.wait(id)["Result"] == "success"
    output, notes = alice.output_and_notes(id)
    assert notes == [f"end {len(output)}"]
    assert digest(output) == digest(lines(30000) + b"end\n")


def start_socket_anew(root):
    root.run("systemctl", "daemon-reload")
    for unit in SOCKET, VARLINK_SOCKET, JOURNALD:       # which may start no more than so often in ten seconds
        root.run("systemctl", "reset-failed", unit, check=False)        # it may not be loaded
    root.run("systemctl", "start", SOCKET)


def test_a_runner_that_is_killed_leaves_an_output_that_may_lack_its_end(alice):
    id = alice.sh("echo before; kill -KILL $PPID; sleep infinity")
    assert alice.wait(id)["Result"] == "signal"
    output, notes = alice.output_and_notes(id)
    notes[0] = re.sub("^gone 0 .*", "gone 0", notes[0])
    said = {f"unfinished {len(output)}": "the last that was printed may be missing here",
            "gone 0": "nothing of this output is in the journal"}       # journald did not know whose it was
    assert output in (b"", b"before\n") and notes[0] in said and notes[1:] == [f"end {len(output)}"]
    assert output == b"" or notes[0] != "gone 0"
    shown = alice.jobsctl("output", "--strict", str(id), check=False)
    assert shown.returncode == 1 and shown.stderr.startswith(f"jobsctl: {said[notes[0]]}")
    assert alice.jobsctl("output", "--follow", str(id)).stdout == output.decode()


@pytest.mark.parametrize("how", ["cancel", "limit"])
def test_the_last_words_of_a_job_that_does_not_end_when_it_is_stopped(alice, root, how):
    """PID 1 kills it, and all of its unit: what it has printed until then is there, and nobody doubts it."""
    root.write("/etc/systemd/system/jobsd-.service.d/stop.conf", "[Service]\nTimeoutStopSec=2s\n")
    root.run("systemctl", "daemon-reload")
    id = alice.sh("trap 'echo bye; printf \"and more\"' TERM; echo before; while :; do sleep infinity & wait; done",
                  **({"timeout": 1_000_000} if how == "limit" else {}))
    alice.read_until(alice.open_output(id, follow=True), b"before\n")
    if how == "cancel":
        alice.cancel(id)
    assert alice.wait(id)["Result"] == {"cancel": "cancelled", "limit": "timeout"}[how]
    assert alice.output_and_notes(id) == (b"before\nbye\nand more", ["end 19"])
    root.run("rm", "/etc/systemd/system/jobsd-.service.d/stop.conf")
    root.run("systemctl", "daemon-reload")


def test_who_holds_an_output_open_is_told_of(alice):
    id = alice.sh("setsid sleep infinity & echo bye")
    assert alice.wait(id)["Result"] == "success"
    assert alice.output_and_notes(id) == (b"bye\n", ["held 4", "end 4"])
    shown = alice.jobsctl("output", "--strict", str(id))
    assert shown.stderr == "jobsctl: somebody held this output open when the command had ended\n"


def test_what_is_left_behind_may_print_for_as_long_as_is_said(alice, gate):
    id = alice.sh(f"(: >waits; {gate.wait}; echo late) & echo early", output_grace=3600_000_000)
    wait_until(alice.file("waits").exists)
    assert alice.job(id)["Status"] == "running"
    gate.open()
    assert alice.wait(id)["Result"] == "success"
    assert alice.output_and_notes(id) == (b"early\nlate\n", ["end 11"])


def test_of_a_flood_the_beginning_and_the_end_are_kept(alice):
    printed, kept, tail = lines(100_000), 200_000, 65_536
    head, missing = kept - tail, len(printed) - kept
    id = alice.sh("seq 100000", output_max=kept)
    assert alice.wait(id)["Result"] == "success"
    output, notes = alice.output_and_notes(id)
    assert digest(output) == digest(printed[:head] + printed[-tail:])
    assert notes == [f"missing {head} {missing}", f"end {kept}"]
    assert alice.output(id, lines=3) == lines(100_000)[-19:]
    shown = alice.jobsctl("output", "--strict", str(id), check=False)
    assert (shown.returncode, shown.stderr) == (1, f"jobsctl: {missing} bytes are missing here\n")
    assert digest(shown.stdout.encode()) == digest(output)


def test_an_output_of_as_much_as_is_kept_is_whole(alice):
    id = alice.sh("seq 1000", output_max=len(lines(1000)))
    alice.wait(id)
    assert alice.output_and_notes(id) == (lines(1000), ["end 3893"])


def test_a_site_says_how_much_is_kept(root):
    """Of every job, and at most; a type may have more."""
    with root.jobsd_conf(OutputMax=1000, OutputGraceSec="1ms"), Person(root.machine, "alice") as alice:
        root.write("/etc/jobsd/types.d/talks.job",
                   "[Job]\nCommand=/usr/bin/seq 1000\nAllowGroups=alice\nOutputMax=1M\n")
        root.call("Reload", "t", 0)
        flood = alice.sh("seq 1000; setsid sleep infinity &")
        assert alice.wait(flood)["Result"] == "success"
        assert alice.output_and_notes(flood) == (
            lines(1000)[:500] + lines(1000)[-500:], ["missing 500 2893", "held 1000", "end 1000"])
        with pytest.raises(BusError, match="takes 1 to 1000 here, not 1001: see OutputMax= in jobsd.conf"):
            alice.submit("/bin/true", output_max=1001)
        id, _ = alice.call("RunType", "sa{ss}a{sv}t", "talks", {}, {}, 0)
        alice.wait(id)
        assert alice.output(id) == lines(1000)


def test_an_output_goes_on_where_an_earlier_one_broke_off(alice):
    """At every byte, in the middle of lines, and behind the end."""
    id = alice.sh(r"printf 'one\n\ntwo and\nno end'")
    alice.wait(id)
    whole = alice.output(id)
    for n in range(len(whole) + 2):
        assert alice.output_and_notes(id, since_byte=n) == (whole[n:], [f"end {len(whole[n:])}"]), n
    assert alice.jobsctl("output", "--since-byte=5", str(id)).stdout == "two and\nno end"
    with pytest.raises(BusError, match='"lines" counts from the end, "since-byte" from the beginning: use one.'):
        alice.open_output(id, lines=1, since_byte=1)
    both = alice.jobsctl("output", "--since-byte=5", "-n", "1", str(id), check=False)
    assert both.returncode == 2 and "--since-byte=" in both.stderr


def test_what_is_missing_counts_where_an_output_goes_on(alice):
    printed = lines(1000)       # of which 3093 bytes from the 400th on are dropped
    id = alice.sh("seq 1000", output_max=800)
    alice.wait(id)
    size, head, tail = len(printed), 400, 400
    for since, bytes_missing in ((399, size - 800), (400, size - 800), (401, size - 801), (size - tail, 0)):
        expected = printed[since:head] + printed[max(since, size - tail):]
        notes = [f"missing {max(head - since, 0)} {bytes_missing}"] if bytes_missing else []
        assert alice.output_and_notes(id, since_byte=since) == (expected, [*notes, f"end {len(expected)}"]), since


def test_bytes_are_counted_through_all_tries(alice, root):
    root.write("/etc/jobsd/types.d/tries.job",
               "[Job]\nCommand=/bin/sh -c \"echo try; exit 1\"\nAllowGroups=alice\nRetries=2\n")
    root.call("Reload", "t", 0)
    id, _ = alice.call("RunType", "sa{ss}a{sv}t", "tries", {}, {}, 0)
    alice.wait(id)
    assert [alice.output(id, since_byte=n) for n in (0, 4, 6, 11)] == [b"try\n" * 3, b"try\n" * 2, b"y\ntry\n", b"\n"]


def test_a_whole_output_has_no_notes(alice):
    """Neither has one that goes on, nor its last lines."""
    id = alice.submit("/usr/bin/seq", "30000")
    alice.wait(id)
    assert alice.output_and_notes(id)[1] == ["end 168894"]
    assert alice.output_and_notes(id, lines=2) == (b"29999\n30000\n", ["end 12"])
    assert alice.jobsctl("output", "--strict", str(id)).stderr == ""
    running = alice.sh("echo so far; exec sleep infinity")
    wait_until(lambda: alice.output(running))
    assert alice.output_and_notes(running) == (b"so far\n", ["end 7"])


def test_without_its_journal_a_job_waits_and_can_be_cancelled(alice, root):
    socket = "systemd-journald@jobs.socket"
    root.run("systemctl", "stop", socket, "systemd-journald@jobs.service")
    try:
        ids = [alice.sh("echo later; touch ran") for _ in range(2)]
        for id in ids:
            alice.wait_started(id)
        alice.cancel(ids[0])
        assert alice.wait(ids[0])["Result"] == "cancelled"
        at_once = alice.sh("echo never")
        alice.cancel(at_once)
        assert alice.wait(at_once)["Result"] == "cancelled"
        assert not alice.file("ran").exists()
    finally:
        root.run("systemctl", "start", socket)
    assert alice.wait(ids[1])["Result"] == "success"
    assert alice.output(ids[1]) == b"later\n"
