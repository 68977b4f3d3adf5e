# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command line: what is asked for on standard output, all else beside it, and a true exit status."""

import json
import re
import signal
import subprocess

import pytest

from history import multiply
from person import JOB, PROPERTIES, BusError, job_path, unit
from terminal import Terminal
from waiting import wait_until


def ran(result):
    return result.returncode, result.stdout


def key(name):
    """A bus property's name in snake_case. NSec is a unit, one word."""
    return re.sub("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name.replace("NSec", "Nsec")).lower()


def test_run_prints_the_id_alone_and_a_hint_beside_it(alice):
    result = alice.jobsctl("run", "true")
    id = int(result.stdout)
    assert result.stdout == f"{id}\n"
    assert f"jobsctl status {id}" in result.stderr and f"jobsctl output -f {id}" in result.stderr
    quiet = alice.jobsctl("run", "--quiet", "true")
    assert int(quiet.stdout) > id and quiet.stderr == ""


@pytest.mark.parametrize("script, status, told", [
    ("exit 0", 0, "completed"), ("exit 1", 1, "Exited with status 1"), ("exit 254", 254, "Exited with status 254"),
    ("kill -s KILL $$", 255, "SIGKILL"), ("kill -s TERM $$", 255, "SIGTERM"),
])
@pytest.mark.parametrize("how", ["run --wait", "run --follow", "wait"])
def test_the_exit_status_is_the_jobs(alice, script, status, told, how):
    if how == "wait":
        result = alice.jobsctl("wait", str(alice.sh(script)), check=False)
    else:
        result = alice.jobsctl(*how.split(), "sh", "-c", script, check=False)
    assert result.returncode == status and told in result.stderr


def test_the_exit_status_of_a_job_that_could_not_start_or_was_stopped(alice):
    assert alice.jobsctl("run", "--wait", "/nonexistent", check=False).returncode == 255
    assert alice.jobsctl("run", "--wait", "--timeout=200ms", "sleep", "1000", check=False).returncode == 255
    id = alice.sh("sleep 1000")
    with alice.popen("jobsctl", "wait", str(id), stderr=subprocess.PIPE, text=True) as waiting:
        alice.cancel(id)
        assert "cancelled" in waiting.stderr.read()
    assert waiting.returncode == 255


def test_waiting_for_several_returns_the_first_status_that_is_not_0(alice):
    ids = [str(alice.sh(f"exit {status}")) for status in (0, 7, 3, 0)]
    assert alice.jobsctl("wait", *ids, check=False).returncode == 7
    assert alice.jobsctl("wait", ids[0], ids[3]).returncode == 0


def test_follow_prints_what_the_job_prints_and_nothing_else(alice):
    result = alice.jobsctl("run", "--follow", "sh", "-c", "echo out; echo err >&2")
    assert result.stdout == "out\nerr\n" and "Following job" in result.stderr


@pytest.mark.parametrize("how", [["run", "--wait"], ["run", "--follow"], ["wait"]])
def test_ctrl_c_leaves_the_job_running(machine, alice, how):
    """And says how to stop it."""
    known = set(alice.ids())
    what = ["sleep", "1000"] if how[0] == "run" else [str(alice.sh("sleep 1000"))]
    with alice.popen("jobsctl", *how, *what, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                     text=True) as waiting:
        # SIGINT is what it waits for, too, once it is blocked. (A sanitizer blocks all for a moment.)
        wait_until(lambda: any(re.search("(?m)^SigBlk:\t0*2$", machine.path(f"/proc/{pid}/status").read_text())
                               for pid in machine.pids("jobsctl")))
        waiting.send_signal(signal.SIGINT)
        told = waiting.stderr.read()
    id, = set(alice.ids()) - known
    assert waiting.returncode == 130 and f"jobsctl cancel {id}" in told
    assert alice.job(id)["Status"] in ("queued", "running")
    alice.cancel_all()


def test_ctrl_c_ends_the_reading_of_an_output(alice):
    id = alice.sh("echo ready; sleep 1000")
    with alice.popen("jobsctl", "output", "--follow", str(id), stdout=subprocess.PIPE) as reading:
        assert reading.stdout.readline() == b"ready\n"
        reading.send_signal(signal.SIGINT)
        assert reading.stdout.read() == b""
    assert reading.returncode != 0 and alice.job(id)["Status"] == "running"
    alice.cancel_all()


def test_what_a_reader_does_not_want_any_more_is_no_failure(alice):
    id = alice.submit("/usr/bin/seq", "100000")
    alice.wait(id)
    shown = alice.run("bash", "-c", f"jobsctl output {id} | head -n 1; echo ${{PIPESTATUS[0]}}")
    assert shown.stdout.splitlines()[0] == "1" and shown.stdout.splitlines()[1] in ("0", "141")
    full = alice.run("bash", "-c", f"jobsctl output {id} >/dev/full", check=False)
    assert full.returncode == 1 and "No space left" in full.stderr


def test_a_disk_that_is_full_is_told(alice):
    """Also where something else was to be said before the end."""
    prints, silent = alice.sh("echo output"), alice.submit("/bin/true")
    alice.wait_all([prints, silent])
    for verb in "list", f"show {silent}", f"status {silent}", f"status {prints}", f"output {prints}", "help":
        full = alice.run("bash", "-c", f"jobsctl {verb} >/dev/full", check=False)
        assert full.returncode == 1 and "ailed to" in full.stderr and "ioctl" not in full.stderr


def on_terminal(person, command, columns=80, **environment):
    """What a terminal of so many columns gets."""
    shown = person.run("script", "-qec", f"stty cols {columns}; {command}", "/dev/null",
                       env={"TERM": "xterm", **environment})
    return shown.stdout.replace("\r\n", "\n")


def test_a_terminal_has_colours_unless_they_are_not_wanted(alice):
    id = alice.sh("exit 3")
    alice.wait(id)
    for command in "jobsctl list --no-pager", f"jobsctl status --no-pager {id}":
        assert "31mError" in on_terminal(alice, command)
        assert "\x1b" not in on_terminal(alice, command, NO_COLOR="1")
        assert "\x1b" not in on_terminal(alice, command, SYSTEMD_COLORS="0")
        assert "\x1b" not in alice.run("sh", "-c", command).stdout


def test_a_list_fits_a_terminal_of_usual_width(empty):
    alice = empty
    alice.wait(alice.submit("/nonexistent/" + "x" * 100))
    shown = on_terminal(alice, "jobsctl list --no-pager", NO_COLOR="1").splitlines()
    assert len(shown) == 2 and all(len(line) <= 80 for line in shown) and shown[1].endswith("alice")


def test_a_pager_is_read_before_a_hint(alice):
    id = alice.sh("echo output")
    alice.wait(id)
    alice.run("sh", "-c", "printf '#!/bin/sh\\ncat; sleep 0.3; echo END' >pager; chmod +x pager")
    shown = on_terminal(alice, f"jobsctl status {id}", SYSTEMD_PAGER="/home/alice/pager")
    assert re.search(f"output\\nEND\\n\\n.*jobsctl output {id}", shown)
    assert "END" not in on_terminal(alice, f"jobsctl status --no-pager {id}", SYSTEMD_PAGER="/home/alice/pager")
    assert "END" not in alice.jobsctl("status", str(id), env={"SYSTEMD_PAGER": "/home/alice/pager"}).stdout


def test_a_list_for_people(empty, gate):
    alice = empty
    nothing = alice.jobsctl("list")
    assert nothing.stdout == "" and nothing.stderr != ""
    failed = alice.submit("/bin/sh", "-c", "exit 3", name="import")
    alice.wait(failed)
    running = gate.job(name="backup")
    alice.wait_started(running)
    lines = alice.jobsctl().stdout.splitlines()
    assert lines[0].split() == "ID START DATE END DATE JOB NAME JOB STATUS INFO USER".split()
    assert re.fullmatch(fr" *{running} [-0-9]+ [:0-9]+ +N/A +backup +Running +alice", lines[1])
    assert re.fullmatch(
        fr" *{failed} [-0-9]+ [:0-9]+ [-0-9]+ [:0-9]+ +import +Error +Exited with status 3 +alice", lines[2])
    assert [line.split() for line in alice.jobsctl("list", "--no-legend").stdout.splitlines()] == [
        line.split() for line in lines[1:]]
    assert "\x1b" not in "".join(lines)
    assert "\x1b" in alice.jobsctl("list", env={"SYSTEMD_COLORS": "1"}).stdout


def test_a_list_is_filtered(empty, gate, root):
    alice = empty
    good = alice.submit("/bin/true", related="urn:a")
    alice.wait(good)
    bad = alice.submit("/bin/false")
    alice.wait(bad)
    running = gate.job()
    alice.wait_started(running)

    def ids(*arguments, person=alice):
        return [row["id"] for row in json.loads(person.jobsctl("list", "--json=short", *arguments).stdout)]

    assert ids() == [running, bad, good]
    assert ids("-n", "1") == ids("--lines=1") == [running]
    assert ids("-n", "all") == [running, bad, good]
    assert ids("--active") == [running]
    assert ids("--failed") == ids("--status=error") == [bad]
    assert ids("--status=completed,running") == [running, good]
    assert ids("--related=urn:a") == [good]
    assert ids("--since=today") == [running, bad, good] == ids("--until=tomorrow")
    assert ids("--since=tomorrow") == [] == ids("--until=yesterday")
    submitted = alice.job(bad)["Submitted"]
    assert ids(f"--since=@{submitted // 10**6 + 10}") == []
    assert ids("-u", "alice") == ids("--user=1001") == [running, bad, good]
    assert {running, bad, good} <= set(ids("--all", "-n", "all", person=root))
    assert ids("-a", "-u", "alice", "--failed", person=root) == [bad]
    assert not {running, bad, good} & set(ids(person=root))


def test_a_long_list_is_whole(machine, empty):
    """Longer than a page of the bus, and shown by the newest hundred if nothing else is wanted."""
    first = empty.submit("/bin/true")
    empty.wait(first)
    multiply(machine, first, 1200)
    assert len(empty.jobsctl("list", "--no-legend").stdout.splitlines()) == 100
    rows = json.loads(empty.jobsctl("list", "-n", "all", "--json=short").stdout)
    assert [row["id"] for row in rows] == list(range(first + 1200, first - 1, -1))
    assert len(json.loads(empty.jobsctl("list", "-n", "510", "--json=short").stdout)) == 510
    assert ran(empty.jobsctl("clear", "--all-ended", "--json=short")) == (0, '{"cleared":1201,"kept":0,"tasks":0}\n')


def test_json_has_the_properties_of_the_bus(alice):
    """In snake_case; what is not known is null."""
    id = alice.sh("exit 3", name="a \"name\" \\ grüße", related="urn:x", environment=["A=b"], timeout=10**9)
    alice.wait(id)
    properties = alice.call("GetAll", "s", JOB, path=job_path(id), interface=PROPERTIES)[0]
    short, pretty = (alice.jobsctl("show", f"--json={mode}", str(id)).stdout for mode in ("short", "pretty"))
    shown = json.loads(short)
    assert shown == json.loads(pretty) == json.loads(alice.jobsctl("status", "-j", str(id)).stdout)
    assert short.count("\n") == 1 < pretty.count("\n")
    assert set(shown) == {key(name) for name in properties}
    for name, (type, value) in properties.items():
        unknown = value in ("", 0, -1.0) and name not in ("Nice", "Retries", "Umask")
        assert shown[key(name)] == (None if unknown else value), name
    row = json.loads(alice.jobsctl("list", "--json=short", "-n", "1").stdout)[0]
    assert row == {name: shown[name] for name in row}
    assert set(shown) - set(row) == {"command", "working_directory", "timeout", "memory_max", "cpu_quota",
                                     "tasks_max", "output_max", "output_grace", "nice", "umask", "parameters", "run_as", "retries"}
    several = json.loads(alice.jobsctl("show", "--json=short", str(id), str(id)).stdout)
    assert several == [shown, shown]
    assert set(json.loads(alice.jobsctl("run", "--json=short", "true").stdout)) == {"id"}


def test_show_is_for_programs(alice):
    id = alice.submit("/bin/echo", "it's", "a\nb", "", "$x", name="say it")
    alice.wait(id)
    shown = dict(line.split("=", 1) for line in alice.jobsctl("show", str(id)).stdout.splitlines())
    assert (shown["Id"], shown["Name"], shown["Status"], shown["Timeout"]) == (
        str(id), "say it", "completed", "infinity")
    documented = alice.call("GetAll", "s", JOB, path=job_path(id), interface=PROPERTIES)[0]
    assert set(shown) == set(documented)
    words = alice.run("bash", "-c", f"printf '%s|' {shown['Command']}").stdout
    assert words == "/bin/echo|it's|a\nb||$x|"
    assert alice.jobsctl("show", "-p", "Status,Id", str(id)).stdout == f"Status=completed\nId={id}\n"
    assert alice.jobsctl("show", "--property=Id", "--value", str(id)).stdout == f"{id}\n"


def test_status_is_for_people(alice, gate):
    id = alice.sh(f"seq 20; printf 'esc \\033[31m\\n'; {gate.wait}; exit 3",
                  name="import")
    stream = alice.open_output(id, follow=True)
    alice.read_until(stream, b"[31m\n")
    shown = alice.jobsctl("status", str(id)).stdout
    assert f"{id} - import" in shown and "Running since" in shown and unit(id) in shown
    assert "\n12\n" in shown and "\n11\n" not in shown and "\x1b" not in shown     # its last ten lines
    gate.open()
    alice.wait(id)
    ended = alice.jobsctl("status", "-n", "0", str(id)).stdout
    assert "Exited with status 3" in ended and "\n20\n" not in ended


def test_output(alice):
    id = alice.submit("/usr/bin/seq", "5")
    alice.wait(id)
    assert ran(alice.jobsctl("output", str(id))) == (0, "1\n2\n3\n4\n5\n")
    assert ran(alice.jobsctl("output", "-n", "2", str(id))) == (0, "4\n5\n")
    assert ran(alice.jobsctl("output", "-n", "0", str(id))) == (0, "")
    assert ran(alice.jobsctl("output", "-n", "all", "-f", str(id))) == (0, "1\n2\n3\n4\n5\n")


def test_cancel(alice):
    first, second = (alice.sh("sleep 1000") for _ in range(2))
    alice.wait_all_started([first, second])
    result = alice.jobsctl("cancel", str(first), "999999", str(second), check=False)
    assert result.returncode == 1 and "999999" in result.stderr
    assert alice.job(first)["Result"] == alice.job(second)["Result"] == "cancelled"    # it has waited for that
    again = alice.jobsctl("cancel", str(first), check=False)
    assert again.returncode == 1 and "ended already" in again.stderr
    third = alice.sh("sleep 1000")
    assert alice.jobsctl("cancel", "--no-block", str(third)).returncode == 0
    assert alice.wait(third)["Result"] == "cancelled"


def test_clear(empty, gate, root):
    alice = empty

    def jobs(*scripts):
        ids = [alice.sh(script) for script in scripts]
        alice.wait_all(ids)
        return ids

    good, bad, other = jobs("exit 0", "exit 1", "exit 0")
    running = gate.job()
    alice.wait_started(running)
    failing = alice.jobsctl("clear", str(good), str(running), check=False)
    assert failing.returncode == 1 and "not ended" in failing.stderr
    failing = alice.jobsctl("clear", str(good), "999999", check=False)
    assert failing.returncode == 1 and "999999" in failing.stderr
    assert alice.ids() == [running, other, bad, good]      # all or none
    assert "1 job" in alice.jobsctl("clear", "--failed").stderr
    assert alice.ids() == [running, other, good]
    assert alice.jobsctl("clear", str(other)).returncode == 0
    assert alice.jobsctl("clear", "--before=yesterday").returncode == 0
    assert alice.ids() == [running, good]
    alice.jobsctl("clear", "--before=tomorrow")
    assert alice.ids() == [running]
    good, = jobs("exit 0")
    told = alice.jobsctl("clear", "--all-ended", "--json=short")
    assert told.stdout == '{"cleared":1,"kept":1,"tasks":0}\n'
    assert alice.ids() == [running]


def test_clear_tells_what_went_and_what_stayed_and_why(empty, gate, root):
    """Whoever sees other people's jobs hears that they are not meant unless they are named."""
    alice = empty
    running = gate.job()
    root.wait_all([alice.submit("/bin/true"), alice.submit("/bin/true"), root.submit("/bin/true")])
    assert alice.jobsctl("clear", "--all-ended").stderr == "Cleared 2 jobs.\nKept 1 job: queued or running, not ended yet.\n"
    assert alice.jobsctl("clear", "--all-ended", "--quiet").stderr == ""
    others = "Other people's jobs were not touched: name the person with --user=NAME.\n"
    assert others in root.jobsctl("clear", "--all-ended").stderr
    assert others not in root.jobsctl("clear", "--user=alice").stderr
    gate.open()
    alice.wait(running)
    assert others not in root.jobsctl("clear", "--user=alice", str(running)).stderr


def test_a_dry_run_says_what_would_go_and_clears_nothing(empty, bob, gate, root):
    alice = empty
    running, ended = gate.job(), [alice.submit("/bin/true") for _ in range(3)]
    alice.wait_all(ended)
    before = alice.ids()
    told = alice.jobsctl("clear", "--dry-run")      # it needs no option that says which: nothing can go
    assert told.stderr == "Would clear 3 jobs.\nWould keep 1 job: queued or running, not ended yet.\n"
    assert alice.jobsctl("clear", "--dry-run", "--json=short", *map(str, ended[:2])).stdout == '{"cleared":2,"kept":0,"tasks":0}\n'
    assert "people's jobs are not touched" in root.jobsctl("clear", "--all-ended", "--dry-run").stderr
    for person, options in (alice, [str(running)]), (bob, [str(ended[0])]), (bob, ["--user=alice"]):
        refused, dry = (person.jobsctl("clear", *options, *dry, check=False) for dry in ([], ["--dry-run"]))
        assert refused.returncode == 1 and refused.stderr == dry.stderr
    assert alice.ids() == before
    with pytest.raises(BusError, match="known are 0x1"):
        alice.call("ClearJobs", "a{sv}t", {}, 2)
    assert alice.call("ClearJobs", "a{sv}t", {}, 1) == (3, 1, 0)
    gate.open()
    alice.wait(running)


def test_nothing_is_cleared_when_nothing_says_what(empty):
    """As by "… | xargs jobsctl clear", when there is nothing in the pipe."""
    ids = [empty.submit("/bin/true"), empty.submit("/bin/true")]
    empty.wait_all(ids)
    told = empty.run("sh", "-c", "printf '' | xargs jobsctl clear", check=False)
    assert told.returncode == 123 and "jobsctl clear --all-ended" in told.stderr     # xargs(1): it failed
    assert ran(empty.jobsctl("clear", check=False))[0] == 2
    assert empty.jobsctl("clear", "--all-ended", str(ids[0]), check=False).returncode == 2
    assert sorted(empty.ids()) == ids


@pytest.mark.parametrize("answer, cleared", [("y", True), ("n", False), ("", False)])
def test_on_a_terminal_clear_asks(empty, answer, cleared):
    id = empty.submit("/bin/true")
    empty.wait(id)
    with Terminal(empty, "jobsctl", "clear") as terminal:
        terminal.wait_for(lambda: "[y/N]" in terminal.text)
        terminal.type(f"{answer}\n")
        assert terminal.wait_for_end() == (0 if cleared else 1)
        assert ("Cleared 1 job." if cleared else "Nothing was cleared.") in terminal.text
    assert (id in empty.ids()) != cleared


def test_jobs_without_a_person_are_shown_as_tasks(alice, root):
    """To people. What programs read has the plain name."""
    own, task = alice.submit("/bin/true"), root.submit("/bin/true")
    daemons = root.submit("/bin/true", user="daemon", working_directory="/")
    root.wait_all([own, task, daemons])
    rows = {int(line.split()[0]): line for line in root.jobsctl("list", "--all", "--no-legend").stdout.splitlines()}
    assert rows[own].endswith(" alice") and rows[task].endswith(" root (command-line task)")
    assert rows[daemons].endswith(" daemon (command-line task)")
    assert "User: root (command-line task)\n" in root.jobsctl("status", str(task)).stdout
    assert "User: alice (1001)\n" in root.jobsctl("status", str(own)).stdout
    users = {row["id"]: row["user"] for row in json.loads(root.jobsctl("list", "--all", "--json=short").stdout)}
    assert (users[own], users[task], users[daemons]) == ("alice", "root", "daemon")
    assert ",root\n" in root.jobsctl("export", "--output=-").stdout


def test_root_clears_nobodys_jobs_by_accident(empty, bob, dave, root):
    """Without a name root's own and those of system accounts go; another person's when he is named."""
    alice = empty
    hers, his = alice.submit("/bin/true"), bob.submit("/bin/true")
    task, daemon = root.submit("/bin/true"), root.submit("/bin/true", user="daemon", working_directory="/")
    root.wait_all([hers, his, task, daemon])
    named = root.jobsctl("clear", str(hers), str(task), check=False)
    assert named.stderr == (f"Failed to clear jobs: Job {hers} is alice's: a person's jobs are cleared by others only when"
                            " that person is named.\n")
    root.jobsctl("clear", "--all-ended")
    assert {hers, his} <= set(root.ids(all=True)) and not {task, daemon} & set(root.ids(all=True))
    root.jobsctl("clear", "--user=alice")
    assert hers not in root.ids(all=True) and his in root.ids(all=True)
    own, task = dave.submit("/bin/true"), root.submit("/bin/true")
    root.wait_all([own, task])
    dave.jobsctl("clear", "--all-ended")
    assert not {own, task} & set(root.ids(all=True)) and his in root.ids(all=True)
    refused = dave.jobsctl("clear", "--user=bob", check=False)
    assert refused.returncode == 1 and his in root.ids(all=True)
    other = root.jobsctl("clear", "--user=alice", str(his), check=False)
    assert other.stderr == f"Failed to clear jobs: Job {his} is not one of those that are to be cleared.\n"
    unseen = [alice.jobsctl("clear", str(id), check=False).stderr.replace(str(id), "ID") for id in (his, 10**9)]
    assert unseen == ["Failed to clear jobs: There is no job ID that you may see.\n"] * 2


def test_command_line_tasks_alone(empty, dave, root):
    """An administrator lists, counts, exports and clears what root and system accounts ran, and nothing else."""
    alice = empty
    root.clear()
    dave.clear()
    tasks = [root.submit("/bin/true", name="backup"),
             root.submit("/bin/true", name="rotate", user="daemon", working_directory="/")]
    others = [dave.submit("/bin/true"), alice.submit("/bin/true")]
    root.wait_all([*tasks, *others])
    assert sorted(dave.ids(all=True, tasks=True)) == tasks
    assert dave.count(all=True, tasks=True) == (2, "all")
    assert dave.ids(tasks=True) == []       # of his own there are none
    listed = dave.jobsctl("list", "--tasks", "--json=short").stdout
    assert [job["name"] for job in json.loads(listed)] == ["rotate", "backup"]
    exported = dave.jobsctl("export", "--tasks", "--columns=name", "--output=-").stdout
    assert exported.split() == ["name", "rotate", "backup"]
    told = dave.jobsctl("clear", "--tasks")
    assert told.stderr == "Cleared 2 jobs.\n"
    assert set(others) <= set(root.ids(all=True)) and not set(tasks) & set(root.ids(all=True))
    failing = dave.jobsctl("clear", "--tasks", str(others[0]), check=False)
    assert failing.returncode != 0 and others[0] in dave.ids()


def test_running_as_somebody_else_needs_an_administrator(alice, root):
    assert ran(root.jobsctl("run", "--quiet", "--follow", "--uid=alice", "id", "-un")) == (0, "alice\n")
    refused = alice.jobsctl("run", "--uid=root", "true", check=False)
    assert refused.returncode == 1 and refused.stdout == "" and len(refused.stderr) > 15


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"], ["run", "--help"], ["list", "-h"]])
def test_help(alice, arguments):
    result = alice.jobsctl(*arguments)
    for word in "list", "run", "show", "status", "output", "wait", "cancel", "clear", "--json", "--follow":
        assert word in result.stdout
    assert result.stderr == ""


def test_help_needs_no_jobsd_and_failures_are_told(machine, alice, root):
    root.run("systemctl", "mask", "--runtime", "--now", "jobsd.service")
    try:
        assert alice.jobsctl("--version").stdout == f"jobsctl {alice.jobsctl('version').stdout.split()[1]}\n"
        assert alice.jobsctl("--help").returncode == 0
        for arguments in ["list"], ["run", "true"], ["wait", "1"], ["output", "1"], ["clear", "1"], \
                ["list", "--watch"]:
            result = alice.jobsctl(*arguments, check=False)
            assert (result.returncode, result.stdout) == (1, "") and "systemctl status jobsd" in result.stderr
    finally:
        root.run("systemctl", "unmask", "--runtime", "jobsd.service")
        root.run("systemctl", "start", "jobsd.service")


@pytest.mark.parametrize("arguments, named", [
    (["nonsense"], "nonsense"), (["list", "7"], "7"), (["show"], "ID"), (["show", "seven"], "seven"),
    (["show", "1.5"], "1.5"), (["show", "0x10"], "0x10"), (["output", "1", "2"], "2"),
    (["output", "1", "-n", "x"], "x"), (["cancel", "1", "x"], "x"), (["run"], "COMMAND"), (["run", "--wait"], "COMMAND"),
    (["run", "--name=", "true"], "name"), (["run", "--name=a\nb", "true"], "name"), (["run", "--nice=20", "true"], "nice"),
    (["run", "--cpu-quota=x", "true"], "x"), (["run", "--tasks-max=0", "true"], "tasks-max"),
    (["run", "--output-max=much", "true"], "much"), (["run", "--output-grace=2h", "true"], "output-grace"),
    (["run", "--umask=888", "true"], "888"), (["run", "--umask=01000", "true"], "umask"),
    (["run", "--timeout=soon", "true"], "soon"), (["run", "-E", "1A=x", "true"], "1A"),
    (["list", "--status=done"], "done"),
    (["list", "--since=whenever"], "whenever"), (["list", "--json=xml"], "xml"), (["list", "--follow"], "follow"),
    (["show", "--property=Moon", "1"], "Moon"), (["list", "-n", "-1"], "-1"), (["-Z"], "Z"), (["clear", "x"], "x"),
])
def test_wrong_usage(alice, arguments, named):
    """Exit status 2, a sentence, and nothing done."""
    before = alice.ids()
    result = alice.jobsctl(*arguments, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert named in result.stderr and len(result.stderr) > 15
    assert alice.ids() == before


def test_a_program_is_looked_up_in_the_path(alice):
    missing = alice.jobsctl("run", "no-such-program", check=False)
    assert missing.returncode == 1 and "no-such-program" in missing.stderr and "PATH" in missing.stderr
    alice.run("sh", "-c", "mkdir -p bin; printf '#!/bin/sh\\necho mine $0\\n' >bin/mine; chmod +x bin/mine")
    found = alice.jobsctl("run", "-q", "-f", "mine", env={"PATH": "/home/alice/bin:/usr/bin:/bin"})
    assert found.stdout == "mine /home/alice/bin/mine\n"
    assert alice.jobsctl("run", "-q", "-f", "bin/mine").stdout == "mine /home/alice/bin/mine\n"


def test_options_behind_the_command_are_the_commands(alice):
    id = int(alice.jobsctl("run", "-q", "echo", "--wait", "-n", "--", "-f").stdout)
    assert alice.wait(id)["Command"] == ["/bin/echo", "--wait", "-n", "--", "-f"] or \
        alice.job(id)["Command"] == ["/usr/bin/echo", "--wait", "-n", "--", "-f"]


def test_a_job_outlives_the_session_that_submitted_it(alice, gate):
    id = int(alice.jobsctl("run", "sh", "-c", f"{gate.wait}; echo survived", session=True).stdout.split()[0])
    gate.open()
    assert alice.wait(id)["Result"] == "success"
    assert alice.output(id) == b"survived\n"
