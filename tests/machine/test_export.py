# SPDX-License-Identifier: LGPL-2.1-or-later
"""The history as a file that other programs read: what one may see, whole or not at all."""

import csv
import datetime
import io
import json
import re
import subprocess

import pytest

from person import BusError, Gate, Person
from waiting import wait_until

TITLE = ["startDate", "endDate", "jobName", "jobStatus", "jobInfo", "jobUser"]

# What a job can be called to break a table. A name is one line, a status text becomes one.
HOSTILE = ['"', '""', 'a "quoted" name', "a,b;c|d", "'", "''", "ends with a quote\"", "back\\slash", "\\n",
           "grüße ✓ 漢字 💾", "ümläut", "N/A", " two  words ", "%n %s", "<b>bold</b>", "1e5", "0012", "#",
           "x" * 255, "$(id)", "NULL", "--", "a=b"]
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1:A9)", "=cmd|'/C calc'!A0", '=HYPERLINK("http://example.org","x")']
# What only readers that divide at semicolons, or that take blanks and quotation marks away, see a formula in.
DIVIDED = ["x;=1+1;y", "x; =1+1", 'x;"=1+1"', 'x;""=1+1', ";;@SUM(A1:A9)", "x;'=1+1", '"=1+1"', "'; -1", "; = ;"]
NAMES = HOSTILE + FORMULAS + DIVIDED
HARMLESS = {**{name: f"'{name}" for name in [*FORMULAS, "--"]},
            "x;=1+1;y": "x;'=1+1;y", "x; =1+1": "x;' =1+1", 'x;"=1+1"': "x;'\"=1+1\"", 'x;""=1+1': "x;'\"\"=1+1",
            ";;@SUM(A1:A9)": ";;'@SUM(A1:A9)", "x;'=1+1": "x;''=1+1", '"=1+1"': "'\"=1+1\"", "'; -1": "';' -1",
            "; = ;": ";' = ;"}

TYPES = {"columns": "as", "raw": "b", "all": "b", "ids": "at", "status": "as", "user": "s", "related": "s",
         "since": "t", "until": "t", "type": "s"}


def open_export(person, format="csv", **filter):
    """The descriptors of the rows and of the status, and the scope."""
    options = {key: (TYPES[key], value) for key, value in filter.items()}
    return person.call("ExportHistory", "a{sv}st", options, format, 0)


def export(person, format="csv", **filter):
    """The rows, after the status has said that these are all."""
    stream, status, _ = open_export(person, format, **filter)
    text = person.read(stream).decode()
    if format == "json":
        rows = [json.loads(line) for line in text.splitlines()]
    else:
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert person.read(status).decode() == f"{len(rows)}\n"
    return rows


def names(rows):
    return [row["jobName"] for row in rows]


@pytest.fixture(scope="module")
def hostile(alice):
    """Jobs with hostile names, and info that their programs made up."""
    ids = [alice.sh('systemd-notify --status="$1"', text, name=text) for text in NAMES]
    alice.wait_all(ids)
    return ids


@pytest.fixture(scope="module")
def everybody(alice, bob, root):
    """A job of alice's that failed, one of bob's, and a command-line task, all about one record."""
    ids = {person.name: person.sh(f"exit {status}", name=f"{person.name}'s", related="urn:everybody")
           for status, person in ((1, alice), (0, bob), (0, root))}
    for person in (alice, bob, root):
        person.wait(ids[person.name])
    return ids


def test_a_file_is_what_the_list_shows_newest_first(alice, hostile):
    stream, status, scope = open_export(alice, ids=hostile)
    text = alice.read(stream).decode()
    assert scope == "own"
    assert text.startswith(",".join(TITLE) + "\r\n") and text.endswith("\r\n")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert alice.read(status) == b"%d\n" % len(rows)
    assert names(rows) == [HARMLESS.get(name, name) for name in reversed(NAMES)]
    for row, job in zip(rows, alice.list_jobs(ids=hostile), strict=True):
        assert (row["jobStatus"], row["jobUser"]) == ("Completed", "alice")
        assert row["jobInfo"] == HARMLESS.get(job["Info"], job["Info"])
        for column, property in (("startDate", "Submitted"), ("endDate", "Finished")):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", row[column])
            assert datetime.datetime.fromisoformat(row[column]).timestamp() == job[property] // 1_000_000


def test_raw_leaves_formulas_as_they_are(alice, hostile):
    assert names(export(alice, ids=hostile, raw=True)) == list(reversed(NAMES))


def formulas(text, divider):
    """What begins as one where a reader divides there, if it takes white space and quotation marks away."""
    return [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=divider) for cell in row
            if cell.lstrip(' \t\r\n\v\f"').startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("divider", [",", ";", "\t"])
def test_no_reader_finds_a_formula_wherever_it_divides(alice, hostile, divider):
    columns = "--columns=jobName,jobInfo,command"
    for options in ((), (columns,)):
        assert formulas(alice.jobsctl("export", "-o", "-", *options).stdout, divider) == []
    assert (formulas(alice.jobsctl("export", "-o", "-", "--raw").stdout, divider) == []) == (divider == "\t")


def test_sqlite_imports_what_was_exported(alice, hostile):
    alice.jobsctl("export", "--raw", "-o", "import.csv", "--columns=id,jobName,jobInfo")
    shown = alice.run("sqlite3", "-json", ":memory:", ".import --csv import.csv jobs",
                      "SELECT jobName FROM jobs ORDER BY CAST(id AS INTEGER)").stdout
    imported = [row["jobName"] for row in json.loads(shown)]
    assert imported == [row["Name"] for row in reversed(alice.list_jobs())]
    assert set(NAMES) <= set(imported)


def test_json_lines_are_the_rows_of_the_command_lines_json(alice, hostile):
    lines = alice.jobsctl("export", "--format=json", "--output=-").stdout.splitlines()
    assert [json.loads(line) for line in lines] == json.loads(
        alice.jobsctl("list", "--json=short", "--lines=all").stdout)


def test_columns_are_chosen_and_ordered(alice):
    id = alice.sh("exit 7", name="columns", related="urn:x")
    alice.wait(id)
    columns = ["exit_status", "jobName", "id", "command", "related", "timeout", "result"]
    expected = {"exit_status": 7, "jobName": "columns", "id": id, "command": ["/bin/sh", "-c", "exit 7", "sh"],
                "related": "urn:x", "timeout": None, "result": "exit-code"}
    row, = export(alice, "json", ids=[id], columns=columns)
    assert row == expected and list(row) == columns
    row, = export(alice, ids=[id], columns=columns)
    assert row == {**{name: str(value) for name, value in expected.items()}, "timeout": "",
                   "command": '["/bin/sh","-c","exit 7","sh"]'}


def test_a_job_that_runs_has_no_end_date(alice):
    gate = Gate(alice)
    id = gate.job(name="runs")
    alice.wait_started(id)
    row, = export(alice, ids=[id])
    assert (row["endDate"], row["jobStatus"]) == ("N/A", "Running")
    gate.open()
    alice.wait(id)


def test_everybody_exports_what_he_may_see(alice, bob, carol, dave, root, everybody):
    def seen(person, **filter):
        scope = open_export(person, **filter)[2]
        rows = export(person, **filter, related="urn:everybody")
        return scope, {row["jobUser"] for row in rows}

    assert seen(alice) == seen(alice, all=True) == ("own", {"alice"})
    assert seen(bob, all=True) == ("own", {"bob"})
    assert seen(carol, all=True) == ("own", set())      # nobody is there to type the password
    assert seen(root) == ("own", {"root"})
    assert seen(dave) == ("own", set())
    assert seen(dave, all=True) == seen(root, all=True) == ("all", {"alice", "bob", "root"})
    assert seen(alice, ids=list(everybody.values())) == ("own", {"alice"})
    assert seen(alice, all=True, user="bob") == ("own", set())


def test_filters_are_those_of_a_list(dave, alice, everybody):
    def exported(**filter):
        return {row["id"] for row in export(dave, "json", all=True, **filter)}

    mine = everybody["alice"]
    submitted = alice.job(mine)["Submitted"]
    for filter in ({"status": ["error"]}, {"user": "alice"}, {"related": "urn:everybody"}, {"since": submitted},
                   {"until": submitted + 1}, {"ids": [mine, everybody["bob"]]}):
        assert exported(**filter) == set(dave.ids(all=True, **filter)) and mine in exported(**filter)
    for filter in ({"status": ["queued"]}, {"until": submitted}, {"since": submitted + 1}, {"type": "none"}):
        assert mine not in exported(**filter)


@pytest.mark.parametrize("options, format, flags, text", [
    ({"columns": ("as", ["jobName", "environment"])}, "csv", 0, 'no column "environment"'),
    ({"columns": ("as", [])}, "csv", 0, "1 to 64"),
    ({"columns": ("as", ["id"] * 65)}, "csv", 0, "1 to 64"),
    ({"raw": ("s", "yes")}, "csv", 0, '"raw" takes a value of type b'),
    ({"before": ("t", 1)}, "csv", 0, 'Unknown key "before"'),
    ({}, "xml", 0, 'csv or json, not "xml"'),
    ({}, "csv", 1, "flags"),
])
def test_a_mistake_is_named(alice, options, format, flags, text):
    with pytest.raises(BusError, match=text) as error:
        alice.call("ExportHistory", "a{sv}st", options, format, flags)
    assert error.value.name.endswith(".InvalidArgs")


def test_the_file_is_named_after_the_day_and_never_replaced_unasked(alice, everybody):
    alice.run("mkdir", "day")

    def run(*arguments):
        return alice.run("sh", "-c", 'cd day && exec jobsctl export "$@"', "sh", *arguments, check=False)

    today = alice.run("date", "+%F").stdout.strip()
    done = run("--related=urn:everybody")
    file = alice.file(f"day/jobs-history-{today}.csv")
    first = file.read_bytes()
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"Exported 1 job to {file.name}.\n"
    again = run()
    assert (again.returncode, again.stderr) == (
        1, f"{file.name} exists. Choose another name with -o, or replace it with --force.\n")
    assert file.read_bytes() == first
    assert run("--force").returncode == 0 and len(file.read_bytes()) > len(first)
    assert run("--format=json").returncode == 0
    assert alice.run("ls", "-A", "day").stdout.split() == [file.name, f"jobs-history-{today}.jsonl"]
    assert alice.run("stat", "-c", "%a %U", f"day/{file.name}").stdout == "644 alice\n"


def test_what_is_no_file_is_not_replaced(root, alice):
    for path in ("/dev/null", "/tmp"):
        done = root.jobsctl("export", "--force", "-o", path, check=False)
        assert done.returncode == 1 and "not an ordinary file" in done.stderr
    assert root.run("stat", "-c", "%F", "/dev/null").stdout == "character special file\n"
    for path, text in (("/nowhere/file", "No such file"), ("/etc/file", "Permission denied")):
        done = alice.jobsctl("export", "-o", path, check=False)
        assert done.returncode == 1 and text in done.stderr


def test_a_file_system_without_unnamed_files_will_do(root, machine):
    """A file with a name of its own is made where open(2) knows no O_TMPFILE: on ramfs."""
    machine.run(["mkdir", "-p", "/mnt/plain"])
    if machine.run(["mount", "-t", "ramfs", "ramfs", "/mnt/plain"], check=False).returncode != 0:
        pytest.skip("no ramfs here")
    for options in ((), ("--force",)):
        root.jobsctl("export", "-o", "/mnt/plain/file", *options)
    assert root.jobsctl("export", "-o", "/mnt/plain/file", check=False).returncode == 1
    assert root.run("ls", "-A", "/mnt/plain").stdout == "file\n"


@pytest.fixture(scope="module")
def small_disk(machine):
    machine.run(["mkdir", "-p", "/mnt/small"])
    machine.run(["mount", "-t", "tmpfs", "-o", "size=4k,mode=777", "tmpfs", "/mnt/small"])
    yield "/mnt/small"
    machine.run(["umount", "/mnt/small"])


def test_a_full_disk_leaves_nothing_behind(alice, hostile, small_disk):
    export = ["export", "--format=json", "-o", f"{small_disk}/file"]
    done = alice.jobsctl(*export, check=False)
    assert (done.returncode, done.stderr) == (
        1, f"Failed to write {small_disk}/file: No space left on device\n")
    assert alice.run("ls", "-A", small_disk).stdout == ""
    alice.run("sh", "-c", f"echo old >{small_disk}/file")
    assert alice.jobsctl(*export, "--force", check=False).returncode == 1
    assert alice.run("sh", "-c", f"ls -A {small_disk}; cat {small_disk}/file").stdout == "file\nold\n"
    done = alice.run("sh", "-c", "jobsctl export -o - >/dev/full", check=False)
    assert done.returncode == 1 and "No space left on device" in done.stderr


@pytest.fixture(scope="module")
def many(machine, alice, bob):
    """20,000 ended jobs of alice's, each with a long name, and one of bob's among them."""
    machine.run(["systemctl", "stop", "jobsd.service"])
    machine.run(["sqlite3", "/var/lib/jobsd/jobs.db", """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
        INSERT INTO jobs (name, uid, user, submitter, origin, related, command, environment, timeout, memory_max,
                          cpu_quota, tasks_max, nice, submitted, finished, status, result, info)
        SELECT 'many ' || i || ' ' || hex(zeroblob(40)), iif(i = 10000, 1002, 1001), 'alice', 1001, 1, 'urn:many',
               x'2f62696e2f7472756500', x'', 0, 0, 0, 0, 0, 1000000 * i, 1000000 * i, 2, 1, 'an info' FROM n"""])
    machine.run(["systemctl", "start", "jobsd.service"])


def wait_for_helpers(machine, count):
    """The ids of the processes that export, once these are so many."""
    found = []

    def are_there():
        found[:] = machine.pids("jobsd-stream export")
        return len(found) == count

    wait_until(are_there)
    return found


def test_a_large_history_comes_whole(alice, many):
    rows = export(alice, related="urn:many")
    assert len(rows) == 19_999
    assert [int(row["jobName"].split()[1]) for row in rows] == [i for i in range(20_000, 0, -1) if i != 10_000]
    done = alice.jobsctl("export", "--related=urn:many", "-o", "many.csv")
    assert done.stderr == "Exported 19999 jobs to many.csv.\n"
    with open(alice.file("many.csv"), newline="") as file:
        assert list(csv.DictReader(file)) == rows


def test_an_export_that_nobody_reads_holds_nobody_up(machine, alice, many):
    streams = [open_export(alice) for _ in range(3)]
    wait_for_helpers(machine, 3)
    id = alice.submit("/bin/true")
    assert alice.wait(id)["Result"] == "success"
    checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)"      # is busy as long as somebody reads; jobsd writes in moments
    assert machine.run(["sqlite3", "-cmd", ".timeout 10000", "/var/lib/jobsd/jobs.db", checkpoint]).stdout == "0|0|0\n"
    for stream, status, _ in streams:
        alice.close_stream(stream)
        assert alice.read(status) == b""
    wait_for_helpers(machine, 0)


def test_streams_are_counted_with_outputs(machine, alice, many):
    streams = [open_export(alice) for _ in range(32)]
    with pytest.raises(BusError, match="32 outputs and exports open") as error:
        open_export(alice)
    assert error.value.name.endswith(".LimitsExceeded")
    for stream, status, _ in streams:
        alice.close_stream(stream)
        alice.close_stream(status)
    wait_for_helpers(machine, 0)
    export(alice, related="urn:many")


def test_an_export_that_breaks_off_is_not_kept(machine, alice, many):
    alice.run("mkdir", "broken")
    alice.run("mkfifo", "full")
    # nobody reads before the helper is killed in the middle
    gate = Gate(alice)
    process = machine.popen(["sh", "-c", f"jobsctl export -o - | ({gate.wait}; cat >/dev/null)"], "alice",
                            stderr=subprocess.PIPE, text=True)
    machine.run(["kill", "-KILL", *wait_for_helpers(machine, 1)])
    gate.open()
    assert "The export broke off before its end." in process.communicate(timeout=60)[1]
    machine.run(["chmod", "0", "/usr/libexec/jobsd/jobsd-stream"])
    try:
        done = alice.jobsctl("export", "-o", "broken/file", check=False)
    finally:
        machine.run(["chmod", "755", "/usr/libexec/jobsd/jobsd-stream"])
    assert done.returncode == 1
    assert alice.run("ls", "-A", "broken").stdout == ""


def test_nobody_else_sees_in_proc_what_is_exported(machine, alice, bob, many):
    stream, status, _ = open_export(alice, related="urn:many", user="alice")
    wait_for_helpers(machine, 1)
    shown = bob.run("pgrep", "--full", "--list-full", "jobsd-stream").stdout
    assert shown.split()[1:] == ["jobsd-stream", "export", "/var/lib/jobsd/jobs.db"]
    alice.close_stream(stream)
    alice.close_stream(status)


def test_a_home_that_jobsd_cannot_write_to_is_the_clients_matter(machine):
    """The helper runs below the service's sandbox, and opens nothing but the database."""
    with Person(machine, "erin") as erin:
        assert erin.jobsctl("export").stderr.startswith("Exported 0 jobs to ")
        assert erin.run("sh", "-c", "cat jobs-history-*.csv").stdout == ",".join(TITLE) + "\n"
