# SPDX-License-Identifier: LGPL-2.1-or-later
"""jobsctl watch: jobs as they are now, on the whole terminal, without looking again and again."""

import subprocess

import pytest

from history import multiply
from person import Gate, Person
from terminal import Terminal

HOME, END, UP, DOWN, PAGE_UP, PAGE_DOWN = "\033OH", "\033OF", "\033OA", "\033OB", "\033[5~", "\033[6~"
ALTERNATE, NORMAL = b"\033[?1049h", b"\033[?1049l"


def watch(person, *arguments, **options):
    terminal = Terminal(person, "jobsctl", "watch", *arguments, **options)
    terminal.wait_for(lambda: "All " in terminal.text or "Active " in terminal.text or "Failed " in terminal.text)
    return terminal


def test_a_job_appears_starts_and_ends_without_a_key(empty, gate):
    with watch(empty) as terminal:
        assert " none" in terminal.lines[0]
        id = gate.job(name="backup")
        terminal.wait_for(lambda: "Running" in terminal.row("backup"))
        assert terminal.row("backup").split()[0] == str(id) and "N/A" in terminal.row("backup")
        assert "All 1" in terminal.lines[0] and "Active 1" in terminal.lines[0]
        gate.open()
        terminal.wait_for(lambda: "Completed" in terminal.row("backup"))
        assert "N/A" not in terminal.row("backup") and "Active 0" in terminal.lines[0]
        empty.clear()
        terminal.wait_for(lambda: "backup" not in terminal.text)
        terminal.type("q")
        assert terminal.wait_for_end() == 0


def test_the_bar_of_a_running_job_moves(empty):
    gates = {percent: Gate(empty, f"at-{percent}") for percent in (10, 50)}
    with watch(empty) as terminal:
        empty.sh("; ".join(f"systemd-notify --status='{percent}% of it'; {gate.wait}"
                           for percent, gate in gates.items()), name="moving")
        for percent, bar in (10, "█░░░░░░░░░"), (50, "█████░░░░░"):
            terminal.wait_for(lambda: f"{bar} {percent}% of it" in terminal.row("moving"))
            gates[percent].open()
        terminal.wait_for(lambda: "Completed" in terminal.row("moving"))
        assert "█" not in terminal.row("moving")


def test_the_views_on_keys_and_options(empty, gate):
    good, bad = empty.sh("exit 0", name="good"), empty.sh("exit 3", name="bad")
    empty.wait_all([good, bad])
    empty.wait_started(gate.job(name="busy"))

    def shows(*names):
        return lambda: [name for name in ("busy", "bad", "good") if terminal.row(name)] == list(names)

    with watch(empty) as terminal:
        terminal.wait_for(shows("busy", "bad", "good"))
        assert [f"{view} {count}" in terminal.lines[0] for view, count in
                (("All", 3), ("Active", 1), ("Failed", 1))] == [True] * 3
        assert "1-3 of 3" in terminal.lines[0] and "Quit" in terminal.lines[-1]
        assert terminal.colour_of("Error") == "red" and terminal.colour_of("Running") == "green"
        for key, names in (("2", ["busy"]), ("3", ["bad"]), ("1", ["busy", "bad", "good"]), ("c", ["busy"]),
                           ("f", ["bad"]), ("a", ["busy", "bad", "good"]), ("\033OC", ["busy"]),
                           ("\033OC", ["bad"]), ("\033OD", ["busy"])):
            terminal.type(key)
            terminal.wait_for(shows(*names))
        gate.open()
        terminal.wait_for(shows())      # it is not active any more
        terminal.type("1")
        terminal.wait_for(shows("busy", "bad", "good"))
    with watch(empty, "--failed") as terminal:
        terminal.wait_for(shows("bad"))
        empty.wait(failing := empty.sh("exit 1", name="good"))
        terminal.wait_for(shows("bad", "good"))
        assert terminal.row("good").split()[0] == str(failing)
    gate = Gate(empty, "second-gate")
    with watch(empty, "--active", "--no-legend", NO_COLOR="1") as terminal:
        terminal.wait_for(shows())
        empty.wait_started(gate.job(name="busy"))
        terminal.wait_for(shows("busy"))
        assert "Quit" not in terminal.text and "JOB NAME" not in terminal.text
        assert terminal.colour_of("Running") == "default"
        gate.open()


def test_a_terminal_of_any_size(empty, gate):
    id = gate.job(name="a-name-that-is-long-enough-to-be-cut")
    empty.wait_started(id)
    with watch(empty, lines=5, columns=20) as terminal:
        terminal.wait_for(lambda: "Running" in terminal.text and "Quit" in terminal.lines[4])
        assert terminal.lines[0].split() == ["All", "1", "1-1", "of", "1"]
        assert terminal.lines[1].split()[:3] == ["ID", "JOB", "NA"]
        assert terminal.lines[2].split()[0] == str(id) and "a-name" in terminal.lines[2]
        for lines, columns in (24, 160), (1, 20), (2, 10), (3, 1), (50, 20), (3, 300), (1, 1):
            terminal.resize(lines, columns)
            if columns >= 10:
                terminal.wait_for(lambda: str(id) in terminal.text)
        terminal.resize(24, 160)
        terminal.wait_for(lambda: "a-name-that-is-long-enough-to-be-cut" in terminal.text)
        assert terminal.row("Running").split()[1].count("-") == 2 and "JOB STATUS" in terminal.lines[1]
        terminal.type("q")
        assert terminal.wait_for_end() == 0


def ids_shown(terminal):
    return [int(line.split()[0]) for line in terminal.lines[2:-1] if line]


def test_scrolling_fetches_what_is_scrolled_to(empty):
    ids = empty.submit_many([("/bin/true",)] * 180)
    empty.wait_all(ids)
    ids = empty.ids()
    with watch(empty, lines=13) as terminal:        # ten rows
        terminal.wait_for(lambda: ids_shown(terminal) == ids[:10])
        assert "All 50+" in terminal.lines[0] and "1-10 of 50+" in terminal.lines[0]
        for key, first in (("j", 1), (DOWN, 2), ("k", 1), (UP, 0), (PAGE_DOWN, 10), (PAGE_DOWN, 20), (PAGE_UP, 10),
                           (HOME, 0), (UP, 0)):
            terminal.type(key)
            terminal.wait_for(lambda: ids_shown(terminal) == ids[first:first + 10])
        terminal.type(PAGE_DOWN)
        terminal.wait_for(lambda: ids_shown(terminal) == ids[10:20])
        new = empty.submit("/bin/true")
        # what is read stays where it is
        terminal.wait_for(lambda: "12-21 of " in terminal.lines[0] and ids_shown(terminal) == ids[10:20])
        terminal.type(HOME)
        terminal.wait_for(lambda: ids_shown(terminal)[0] == new)
        terminal.type(20 * PAGE_DOWN)       # before there can be as many rows
        terminal.wait_for(lambda: "172-181 of 181" in terminal.lines[0] and ids_shown(terminal)[-1] == ids[-1])
        empty.wait(new)
        empty.clear()
        terminal.wait_for(lambda: " none" in terminal.lines[0])


def test_a_long_history_is_not_held_whatever_is_scrolled_to(empty, machine):
    """The newest 500 are; of more than that the list tells."""
    empty.wait(first := empty.sh("exit 1"))
    multiply(machine, first, 1200)
    empty.close()
    newest = first + 1200
    with watch(empty, lines=13) as terminal:
        terminal.wait_for(lambda: "All 50+" in terminal.lines[0] and "Failed 50+" in terminal.lines[0])
        terminal.type(END)
        terminal.wait_for(lambda: "491-500 of 500+" in terminal.lines[0] and ids_shown(terminal)[-1] == newest - 499)
        terminal.type(HOME)
        terminal.wait_for(lambda: ids_shown(terminal)[0] == newest)
        empty.wait(newer := empty.submit("/bin/true"))
        terminal.wait_for(lambda: ids_shown(terminal)[:2] == [newer, newest] and " of 500+" in terminal.lines[0])
        empty.clear()
        terminal.wait_for(lambda: " none" in terminal.lines[0])


HOSTILE = {
    "escapes": "\033]0;owned\007\033[2J\033[31mred\033[0m\033c",
    "controls": "a\rb\bc\x0b\x7f",
    "c1": "\u009b31mred\u0090q\u009c",
    "turned": "abc\u202edcba\u2066\u200f",
    "wide": "日本語テスト",
    "combining": "\u0301e\u0301\u0301",
    "tab": "a\tb",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_of_a_jobs_steers_the_terminal(empty, name):
    """Neither its name nor what it says of itself."""
    script = 'systemd-notify --status="$1"; systemd-notify --ready; exec sleep 1000'
    try:
        id = empty.sh(script, HOSTILE[name], name=f"<{HOSTILE[name]}>")
    except Exception:       # control characters are refused at the door: then by its info
        id = empty.sh(script, HOSTILE[name], name="<plain>")
    other = empty.sh("exec sleep 1000", name="<neighbour>")
    with watch(empty) as terminal:
        terminal.wait_for(lambda: f"{id} " in terminal.text and "<neighbour>" in terminal.row(f"{other} "))
        terminal.wait_for(lambda: "Running" in terminal.row(f"{id} "))
        row = terminal.row(f"{id} ")
        assert row.endswith("alice") and row.split()[0] == str(id)
        for column in "Running", "alice":       # nothing has been moved
            assert terminal.column_of(row, column) == terminal.column_of(terminal.row("<neighbour>"), column)
        for bad in b"owned\007", b"\033[31mred", b"\033c", b"\x9b31m", b"\xc2\x9b", "\u202e".encode(), b"\x0b":
            assert bad not in terminal.raw
        if name == "wide":
            assert HOSTILE[name] in row
        terminal.type("q")
        assert terminal.wait_for_end() == 0


def test_a_locale_without_unicode(empty, gate):
    """What it does not have is a question mark, and bars are of signs that it has."""
    empty.wait_started(gate.job(name="müde"))
    moving = empty.sh("systemd-notify --status='50% of it'; exec sleep 1000", name="moving")
    with watch(empty, LANG="C", LC_ALL="C") as terminal:
        terminal.wait_for(lambda: "#####-----" in terminal.row("moving"))
        assert "m??de" in terminal.text and "j k" in terminal.lines[-1]
        assert max(terminal.raw) < 0x80
    empty.cancel(moving)


def test_jobsd_stops_and_comes_back(empty, gate, root):
    """That is told, and when it is back all is shown that happened meanwhile."""
    gate.job(name="survivor")
    with watch(empty) as terminal:
        terminal.wait_for(lambda: "Running" in terminal.row("survivor"))
        root.run("systemctl", "stop", "jobsd.service")
        terminal.wait_for(lambda: "jobsd has stopped" in terminal.lines[-1])
        assert "Running" in terminal.row("survivor")
        terminal.resize(5, 20)
        terminal.wait_for(lambda: "jobsd has stopped" in terminal.lines[-1])
        terminal.resize(24, 100)
        gate.open()
        root.run("systemctl", "start", "jobsd.service")
        terminal.wait_for(lambda: "Completed" in terminal.row("survivor") and "Quit" in terminal.lines[-1])
        empty.close()       # of the jobsd before
        empty.wait(empty.submit("/bin/true", name="afterwards"))
        terminal.wait_for(lambda: "Completed" in terminal.row("afterwards"))
        n_told = terminal.raw.count(b"jobsd has stopped")
        root.run("systemctl", "kill", "--signal=KILL", "--kill-who=main", "jobsd.service")
        terminal.wait_for(lambda: terminal.raw.count(b"jobsd has stopped") > n_told and "Quit" in terminal.lines[-1])
        empty.close()
        empty.wait(empty.submit("/bin/true", name="after-a-crash"))
        terminal.wait_for(lambda: "Completed" in terminal.row("after-a-crash"))
        terminal.type("q")
        assert terminal.wait_for_end() == 0


def test_q_works_while_jobsd_is_stuck(empty, root):
    with watch(empty) as terminal:
        root.run("systemctl", "kill", "--signal=STOP", "--kill-who=main", "jobsd.service")
        try:
            terminal.type("q")
            assert terminal.wait_for_end() == 0
        finally:
            root.run("systemctl", "kill", "--signal=CONT", "--kill-who=main", "jobsd.service")


def shell(person):
    """A shell that does not touch the terminal's modes itself."""
    terminal = Terminal(person, "sh", "-i", PS1="> ")
    terminal.wait_for(lambda: terminal.lines[0] == ">")
    return terminal


def started(terminal):
    n = terminal.raw.count(ALTERNATE)
    terminal.type("jobsctl watch\n")
    terminal.wait_for(lambda: terminal.raw.count(ALTERNATE) > n and "All " in terminal.lines[0])


def is_normal(terminal):
    return terminal.raw.rfind(NORMAL) > terminal.raw.rfind(ALTERNATE)


@pytest.mark.parametrize("how, status", [("q", 0), ("\x03", 0), ("TERM", 143), ("HUP", 129), ("QUIT", 131)])
def test_the_terminal_is_as_it_was(empty, how, status):
    """Whatever ended the watch."""
    with shell(empty) as terminal:
        modes = terminal.modes
        started(terminal)
        assert terminal.modes != modes
        if len(how) == 1:
            terminal.type(how)
        else:
            empty.run("pkill", f"-{how}", "-x", "jobsctl")
        terminal.wait_for(lambda: is_normal(terminal))
        terminal.type("echo status=$?\n")
        terminal.wait_for(lambda: f"status={status}" in terminal.text)
        assert terminal.modes == modes
        assert b"\033[?25h" in terminal.raw[terminal.raw.rfind(ALTERNATE):] or b"\033[?12l\033[?25h" in terminal.raw


def test_the_terminal_is_as_it_was_when_the_bus_goes_away(fresh_machine):
    with Person(fresh_machine, "alice") as alice, Person(fresh_machine, "root") as root, shell(alice) as terminal:
        modes = terminal.modes
        started(terminal)
        root.run("systemctl", "kill", "--signal=KILL", "--kill-who=main", "dbus.service")
        terminal.wait_for(lambda: is_normal(terminal) and "Failed to follow the jobs" in terminal.text)
        terminal.type("echo status=$?\n")
        terminal.wait_for(lambda: "status=1" in terminal.text)
        assert terminal.modes == modes


def test_suspend_and_continue(empty, gate):
    with shell(empty) as terminal:
        modes = terminal.modes
        started(terminal)
        terminal.type("\x1a")
        terminal.wait_for(lambda: is_normal(terminal) and "topped" in terminal.text)
        terminal.type("echo mine\n")
        terminal.wait_for(lambda: "mine" in terminal.lines)
        assert terminal.modes == modes
        gate.job(name="meanwhile")
        terminal.resize(30, 90)
        terminal.type("fg\n")
        terminal.wait_for(lambda: not is_normal(terminal) and "meanwhile" in terminal.text)
        assert "Quit" in terminal.lines[29]
        terminal.type("q")
        terminal.wait_for(lambda: is_normal(terminal))
        terminal.type("echo status=$?\n")
        terminal.wait_for(lambda: "status=0" in terminal.text)


def test_ones_own_jobs_only(empty, bob, dave, root):
    """Unless one is an administrator and asks for all: then nobody's come without that, either."""
    own, his = [person.sh("exec sleep 1000", name=f"of-{person.name}") for person in (empty, bob)]
    task = root.sh("exec sleep 1000", name="of-root")
    with watch(empty, "--all") as hers, watch(dave, "--all", columns=160) as all, watch(dave) as daves:
        hers.wait_for(lambda: "of-alice" in hers.text)
        assert "own jobs only" in hers.lines[0]
        all.wait_for(lambda: "of-alice" in all.text and "of-bob" in all.text)
        assert all.row("of-root").endswith(" root (command-line task)")
        all.resize(24, 100)
        all.wait_for(lambda: all.row("of-root").endswith(" root (task)"))
        for person, id in (bob, his), (root, task), (empty, own):
            person.cancel(id)
        all.wait_for(lambda: "Cancelled" in all.row("of-alice"))
        hers.wait_for(lambda: "Cancelled" in hers.row("of-alice"))
        dave.wait(dave.submit("/bin/true", name="of-dave"))
        daves.wait_for(lambda: "Completed" in daves.row("of-dave"))
        for terminal in hers, daves:
            assert b"of-bob" not in terminal.raw and b"of-root" not in terminal.raw
        assert b"of-alice" not in daves.raw
    bob.clear()


def test_a_password_is_asked_for_before_there_is_a_screen(empty, carol, gate):
    gate.job(name="of-alice")
    with Terminal(carol, "jobsctl", "watch", "--all", session=True) as terminal:
        terminal.wait_for(lambda: "assword:" in terminal.text)
        assert ALTERNATE not in terminal.raw
        terminal.type_secret("carol")
        terminal.wait_for(lambda: "Running" in terminal.row("of-alice"))
        assert b"assword" not in terminal.raw[terminal.raw.rfind(ALTERNATE):]
        terminal.type("q")
        assert terminal.wait_for_end() == 0


def test_the_filters_of_list(empty):
    gates = [Gate(empty, "related-gate"), Gate(empty, "plain-gate")]
    with watch(empty, "--related=urn:x") as terminal:
        wanted, other = gates[0].job(name="wanted", related="urn:x"), gates[1].job(name="unwanted")
        terminal.wait_for(lambda: "Running" in terminal.row("wanted"))
        for gate in reversed(gates):
            gate.open()
        empty.wait_all([wanted, other])
        terminal.wait_for(lambda: "Completed" in terminal.row("wanted"))
        assert b"unwanted" not in terminal.raw
    with watch(empty, "--since=tomorrow") as terminal:
        assert " none" in terminal.lines[0]


def test_forged_signals_are_not_believed(empty, bob, gate):
    """Anybody on the bus may send anybody a signal that looks like jobsd's."""
    id = gate.job(name="genuine")
    with watch(empty) as terminal:
        terminal.wait_for(lambda: "Running" in terminal.row("genuine"))
        names = bob.call("ListNames", path="/org/freedesktop/DBus", interface="org.freedesktop.DBus",
                         destination="org.freedesktop.DBus")[0]
        for name in [name for name in names if name.startswith(":")]:
            bob.run("busctl", "emit", f"--destination={name}", "/org/jobsd1", "org.jobsd1.Manager", "JobRemoved",
                    "tos", str(id), f"/org/jobsd1/job/{id}", "cleared", check=False)
            bob.run("busctl", "emit", f"--destination={name}", f"/org/jobsd1/job/{id}",
                    "org.freedesktop.DBus.Properties", "PropertiesChanged", "sa{sv}as", "org.jobsd1.Job", "1",
                    "Info", "s", "forged", "0", check=False)
        empty.wait(empty.submit("/bin/true", name="later"))
        terminal.wait_for(lambda: "Completed" in terminal.row("later"))
        assert terminal.row("genuine") and b"forged" not in terminal.raw


def test_nothing_is_asked_while_nothing_happens(empty, root, gate):
    """A watch that was told of no change calls nobody; of a change it was told, it needs not ask."""
    id = gate.job('systemd-notify --status="50% of it"; exec sleep 1000', name="quiet")
    with root.popen("dbus-monitor", "--system", "type=method_call,destination=org.jobsd1", text=True,
                    stdout=subprocess.PIPE) as monitor:
        try:
            with watch(empty) as terminal:
                terminal.wait_for(lambda: "Running" in terminal.row("quiet"))
                root.run("busctl", "call", "org.jobsd1", "/mark", "x.y", "Begin", check=False)
                gate.open()
                terminal.wait_for(lambda: "50% of it" in terminal.row("quiet"))
                empty.run("busctl", "call", "org.jobsd1", "/mark", "x.y", "End", check=False)
                called = []
                while "member=End" not in (line := monitor.stdout.readline()):
                    called.append(line)
                called = "".join(called)
                assert called.count("member=ListJobs") == 3      # the first page of each view
                assert "member=" not in called.partition("member=Begin")[2]
        finally:
            monitor.terminate()
    empty.cancel(id)


@pytest.mark.parametrize("arguments", [(), ("--json=short",), ("--status=error",), ("--lines=3",), ("1",)])
def test_wrong_usage_of_watch(alice, arguments):
    result = alice.jobsctl("watch", *arguments, check=False)
    assert result.returncode == 2 and result.stdout == ""
    if not arguments or "--json" in arguments[0]:
        assert "jobsctl list --watch" in result.stderr


def test_a_terminal_that_cannot_show_a_screen(alice):
    for term in "dumb", "no-such-terminal":
        with Terminal(alice, "jobsctl", "watch", TERM=term) as terminal:
            assert terminal.wait_for_end() == 1
            assert "jobsctl list --watch" in terminal.text


def test_a_narrow_list_has_the_short_label(empty, root):
    root.wait(root.submit("/bin/true", name="a-task"))
    for columns, label in (100, "root (task)"), (140, "root (command-line task)"):
        with Terminal(root, "jobsctl", "list", "--no-pager", columns=columns) as terminal:
            terminal.wait_for_end()
            assert terminal.row("a-task").endswith(label)


def test_imported_records_appear(empty, dave):
    record = ("startDate,endDate,jobName,jobStatus,jobInfo,jobUser\r\n"
              "2020-01-01T10:00:00+00:00,2020-01-01T11:00:00+00:00,long ago,Completed,,alice\r\n")
    with watch(empty) as terminal:
        dave.run("jobsctl", "import", "-", input=record)
        terminal.wait_for(lambda: "2020-01-01" in terminal.row("long ago"))
