# SPDX-License-Identifier: LGPL-2.1-or-later
"""A history that was exported comes back: checked row by row, once, and all of it or nothing."""

import contextlib
import json
import signal
import subprocess
import time

import pytest

from person import JOB, BusError, Person, job_path
from test_export import NAMES, export
from waiting import wait_for_another_jobsd, wait_until

pytestmark = pytest.mark.limit(120, "large files")

TITLE = "startDate,endDate,jobName,jobStatus,jobInfo,jobUser\n"
ROW = "2026-11-24T10:00:00+01:00,2026-11-24T10:00:05+01:00,{},Completed,,alice\n"
DATABASE = "/var/lib/jobsd/jobs.db"
# What an imported record has of its own.
OWN = ("id", "unit", "invocation_id", "boot_id", "imported")


def write(person, text, name="history.csv"):
    person.file(name).write_bytes(text if isinstance(text, bytes) else text.encode())


def jobsctl_import(person, text, *options, name="history.csv"):
    """Import a file with this content."""
    write(person, text, name)
    return person.jobsctl("import", name, *options, check=False)


def counts(person, text, *options, **others):
    """What an import has counted: imported, known and refused."""
    done = jobsctl_import(person, text, "--json=short", *options, **others)
    assert done.stdout, done.stderr
    result = json.loads(done.stdout)
    assert done.returncode == (1 if result["refused"] else 0)
    return result["imported"], result["known"], result["refused"]


def sql(machine, query):
    return machine.run(["sqlite3", "-quote", "-cmd", ".timeout 10000", DATABASE, query]).stdout.strip()


def everything(machine):
    """All that is stored, but for the ids that were given away."""
    return sql(machine, "SELECT * FROM jobs; SELECT * FROM unfinished_import")


def wait_tidied(machine):
    wait_until(lambda: sql(machine, "SELECT count(*) FROM unfinished_import") == "0")


@pytest.fixture
def empty(machine, alice, bob, root):
    """No job is in the history."""
    for user in ("alice", "bob", "root", "65534"):
        root.clear(user=user)
    assert root.list_jobs(all=True) == []


@pytest.fixture
def hostile(empty, alice):
    """Ended jobs with names and infos that break tables, some of which failed or were cancelled."""
    ids = [alice.sh('systemd-notify --status="$1"', text, name=text) for text in [*NAMES, "'=1", "''"]]
    ids += [alice.sh("exit 3", name="failed", related="urn:x", origin="web"), alice.sh("kill -9 $$", name="killed")]
    cancelled = alice.sh("sleep 1000", name="cancelled")
    alice.wait_started(cancelled)
    alice.cancel(cancelled)
    alice.wait_all([*ids, cancelled])


@pytest.mark.parametrize("format, name", [("csv", "all.csv"), ("json", "all.jsonl")])
def test_what_was_cleared_comes_back_as_it_was(root, alice, hostile, format, name):
    """In the same order, whatever its names: an export afterwards is the one before."""
    before = alice.jobsctl("export", f"--format={format}", "-o", "-", text=False).stdout
    rows = export(alice, format)
    assert alice.clear() == (len(rows), 0)
    assert counts(root, before, name=name) == (len(rows), 0, 0)
    if format == "csv":
        assert alice.jobsctl("export", "-o", "-", text=False).stdout == before
    for old, new in zip(rows, export(alice, format), strict=True):
        assert {key: old[key] for key in old if key not in OWN} == {key: new[key] for key in new if key not in OWN}
    assert all(job["Imported"] > 0 for job in alice.list_jobs())


def test_all_columns_come_back(root, alice, hostile):
    columns = ["startDate", "endDate", "jobName", "jobStatus", "jobInfo", "jobUser", "submitted", "started", "finished",
               "result", "exit_status", "origin", "related", "cpu_usage_nsec", "attempt", "progress", "uid", "command"]
    file = alice.jobsctl("export", f"--columns={','.join(columns)}", "-o", "-", text=False).stdout
    before = alice.list_jobs()
    alice.clear()
    assert counts(root, file) == (len(before), 0, 0)
    for old, new in zip(before, alice.list_jobs(), strict=True):
        for key in ("Name", "User", "UID", "Submitted", "Started", "Finished", "Status", "Result", "ExitStatus", "Info",
                    "Origin", "Related", "CPUUsageNSec", "Progress"):
            assert (key, old[key]) == (key, new[key])
        assert alice.job(new["Id"])["Command"] == []


@pytest.mark.parametrize("format, name", [("csv", "all.csv"), ("json", "all.json")])
def test_what_is_there_does_not_come_in_again(machine, root, alice, hostile, format, name):
    """Neither what ran here, nor what was imported."""
    file = alice.jobsctl("export", f"--format={format}", "-o", "-", text=False).stdout
    n, before = len(alice.ids()), everything(machine)
    assert counts(root, file, name=name) == (0, n, 0)
    assert everything(machine) == before
    alice.clear(ids=alice.ids()[3:5])
    assert counts(root, file, name=name) == (2, n - 2, 0)
    assert counts(root, file, name=name) == (0, n, 0)


def test_equal_rows_of_a_file_are_so_many_jobs(root, alice, empty):
    assert counts(root, TITLE + 2 * ROW.format("x")) == (2, 0, 0)
    assert counts(root, TITLE + 3 * ROW.format("x") + ROW.format("y")) == (2, 2, 0)
    assert counts(root, TITLE + ROW.format("x") + ROW.format("y")) == (0, 2, 0)
    assert sorted(job["Name"] for job in alice.list_jobs()) == ["x", "x", "x", "y"]


def test_older_records_have_smaller_ids(root, alice, empty):
    row = "2026-11-2{0}T10:00:00+00:00,2026-11-2{0}T11:00:00+00:00,{0},Completed,,alice\n"
    assert counts(root, TITLE + "".join(row.format(day) for day in (3, 1, 4, 2))) == (4, 0, 0)
    assert [job["Name"] for job in alice.list_jobs()] == ["4", "3", "2", "1"]


def test_a_record_belongs_to_whom_it_names(root, alice, bob, empty):
    others = ROW.replace("alice", "no-such-user").format("lost")
    assert counts(root, TITLE + ROW.format("hers") + others) == (2, 0, 0)
    assert [(job["Name"], job["UID"]) for job in alice.list_jobs(all=True)] == [("hers", 1001)]
    assert bob.list_jobs(all=True) == []
    with pytest.raises(BusError, match="NoSuchJob"):
        bob.job(alice.ids()[0])
    assert sorted((job["Name"], job["User"], job["UID"]) for job in root.list_jobs(all=True)) == [
        ("hers", "alice", 1001), ("lost", "no-such-user", 65534)]
    assert root.clear(user="65534") == (1, 0)


def test_only_administrators_import(machine, alice, bob, dave, empty):
    for person in (alice, bob):
        done = jobsctl_import(person, TITLE + ROW.format("x"), "--no-ask-password")
        assert (done.returncode, done.stdout) == (1, "") and "administrator" in done.stderr
    assert everything(machine) == ""
    assert counts(dave, TITLE + ROW.format("x")) == (1, 0, 0)


def test_a_record_is_like_others_but_for_what_it_ran(root, alice, dave, empty):
    row = ROW.format("record").replace("Completed,", "Error,Exited with status 3")
    assert counts(root, TITLE + row) == (1, 0, 0)
    id, = alice.ids()
    job = alice.job(id)
    assert (job["Status"], job["Info"], job["Unit"], job["Command"]) == ("error", "Exited with status 3", "", [])
    assert abs(job["Imported"] / 1e6 - time.time()) < 60
    shown = alice.jobsctl("status", str(id)).stdout
    assert "Imported: " in shown and "Exited with status 3" in shown
    assert alice.output(id) == alice.output(id, follow=True) == b""
    done = alice.jobsctl("retry", str(id), check=False)
    assert done.returncode == 1 and "imported record: what it ran is not known" in done.stderr
    with pytest.raises(BusError) as error:
        alice.call("Retry", "t", 0, path=job_path(id), interface=JOB)
    assert error.value.name == "org.freedesktop.DBus.Error.NotSupported"
    with pytest.raises(BusError, match="NotActive"):
        alice.cancel(id)
    assert alice.ids(status=["error"]) == alice.ids(user="alice") == [id]
    assert alice.ids(status=["completed"]) == []
    assert alice.clear(status=["error"]) == (1, 0)
    assert alice.ids() == []


BAD_ROWS = TITLE + "".join([
    ROW.format("good"),                                                              # 2
    "a,b\n",                                                                         # 3
    ROW.format('"two\r\nlines"'),                                                    # 4, 5
    ROW.format("queued").replace("Completed", "Queued"),                             # 6
    "\n",                                                                            # 7
    ROW.format("running").replace("2026-11-24T10:00:05+01:00", "N/A"),               # 8
    ROW.format("no date").replace("2026-11-24T10:00:00+01:00", "yesterday"),         # 9
    ROW.format("backwards").replace("10:00:05", "09:59:59"),                         # 10
    ROW.format("far").replace("2026-11-24T10:00:05", "2126-11-24T10:00:05"),         # 11
    ROW.format(""),                                                                  # 12
    ROW.format("x" * 256),                                                           # 13
    ROW.format("status").replace("Completed", "Done"),                               # 14
    ROW.format("nobody").replace("alice", ""),                                       # 15
    ROW.format("also good").replace("\n", "\r\n"),                                   # 16
])
REPORT = [
    "3: it has 2 cells, and the title 6",
    "4: jobName has a control character",
    "6: jobStatus is Queued: the job has not ended",
    "8: endDate is N/A: the job has not ended",
    '9: startDate is "yesterday", not a date from 1970 on as 2026-11-24T10:00:00+01:00',
    "10: it ended before it started",
    "11: its end lies in the future",
    "12: it has no name",
    "13: jobName has 256 bytes, more than 255",
    '14: jobStatus is "Done", not Completed, Error or Cancelled',
    "15: it has no user",
]


def test_bad_rows_are_reported_with_line_and_reason_and_the_others_go_in(root, alice, empty):
    done = jobsctl_import(root, BAD_ROWS)
    assert done.stderr.splitlines() == [f"history.csv:{line}" for line in REPORT] + [
        f"2 imported, 0 known already, {len(REPORT)} refused"]
    assert (done.returncode, done.stdout) == (1, "")
    assert sorted(job["Name"] for job in alice.list_jobs()) == ["also good", "good"]
    done = jobsctl_import(root, BAD_ROWS, "--json=short", "--quiet")
    assert done.stderr.splitlines() == [f"history.csv:{line}" for line in REPORT]
    assert json.loads(done.stdout) == {"imported": 0, "known": 2, "refused": len(REPORT)}


GOOD = TITLE + ROW.format("good")
BAD_FILES = {
    "nothing": (b"", "there is no title"),
    "another table": (b"name;date\n1;2\n", 'column "name;date", which no export has'),
    "an unknown column": (TITLE.replace("jobInfo", "jobInfo,colour"), 'Line 1: the title names the column "colour"'),
    "a missing column": (TITLE.replace(",jobUser", ""), "Line 1: the title lacks the column jobUser."),
    "a quote not closed": (GOOD + '"' + ROW.format("x"), "Line 3: a quotation mark is opened, and never closed."),
    "a quote within": (GOOD + ROW.format('a"b'), "Line 3: a quotation mark is in the middle of a cell:"),
    "many columns": ("id," * 100_000 + "id\n", "Line 1: a file has at most 64 columns."),
    "a NUL byte": (GOOD + ROW.format("a\0b"), "Line 3: a NUL byte is no text."),
    "Latin 1": ((GOOD + ROW.format("ü")).encode("latin-1"), "Line 3: a cell is not UTF-8 text."),
    "UTF-16": (GOOD.encode("utf-16"), "Line 1: a NUL byte is no text."),
    "a long cell": (GOOD + ROW.format("x" * 70_000), "Line 3: a cell has more than 65536 bytes."),
    "many rows": (TITLE + 1_000_001 * "x\n", "Line 1000002: a file has at most 1000000 rows."),
    "JSON": ('{"name":"x"}\n', "Line 1: a quotation mark"),
}


@pytest.mark.parametrize("what", BAD_FILES)
def test_a_file_that_cannot_be_taken_changes_nothing(machine, root, alice, what):
    text, mistake = BAD_FILES[what]
    before = everything(machine)
    done = jobsctl_import(root, text, "--json=short")
    assert (done.returncode, done.stdout) == (1, "")
    told = done.stderr.splitlines()[-1]
    assert told.startswith("Failed to import history.csv: Line ") and mistake in told and len(told) < 300
    assert everything(machine) == before


def test_a_json_file_with_an_unknown_key_changes_nothing(machine, root):
    before = everything(machine)
    done = jobsctl_import(root, '{}\n{"nmae":"x"}\n', name="history.json")
    assert done.stderr.splitlines() == [
        "history.json:1: it has no name",
        'Failed to import history.json: Line 2: the object has the key "nmae", which no export has.']
    assert everything(machine) == before


def test_a_large_file_is_refused(machine, root):
    """As soon as too much of it is read."""
    write(root, GOOD)
    blanks = "yes '' | tr '\\n' ' ' | fold -w 10000"
    done = root.run("sh", "-c", f"(cat history.csv; {blanks}) | jobsctl import -", check=False)
    assert "a file has at most 1 GiB." in done.stderr and done.returncode == 1


def test_the_format_is_the_names_or_what_is_said(root, alice, empty):
    row = json.dumps({"name": "x", "user": "alice", "submitted": 1764000000_000000, "finished": 1764000001_000000,
                      "status": "cancelled"}) + "\n"
    assert counts(root, row, name="history.jsonl") == (1, 0, 0)
    assert counts(root, row, "--format=json", name="history") == (0, 1, 0)
    assert counts(root, GOOD, name="history.txt") == (1, 0, 0)
    done = jobsctl_import(root, GOOD, "--format=xml")
    assert done.returncode == 2 and "csv or json" in done.stderr
    assert root.jobsctl("import", check=False).returncode == 2
    assert "No such file" in root.jobsctl("import", "missing.csv", check=False).stderr
    assert "neither an ordinary file nor a pipe" in root.jobsctl("import", "/", check=False).stderr


def test_standard_input_is_imported(root, alice, empty):
    done = root.jobsctl("import", "-", input=GOOD + "bad\n", check=False)
    assert done.stderr.splitlines() == ["<stdin>:3: it has 1 cell, and the title 6",
                                        "1 imported, 0 known already, 1 refused"]
    root.jobsctl("clear", "--user=alice")
    root.run("sh", "-c", "jobsctl import - <history.csv")
    again = root.run("sh", "-c", "jobsctl export --all -o - | jobsctl import -").stderr
    assert again.splitlines()[-1] == "0 imported, 1 known already, 0 refused"


@pytest.mark.parametrize("file, report, mistake", [
    (("history.csv", "ab"), ("report", "wb"), "The file is not open for reading."),
    (("history.csv", "rb"), ("report", "rb"), "The report is not open for writing."),
    (("/dev/null", "rb"), ("report", "wb"), "It is neither an ordinary file nor a pipe."),
])
def test_descriptors_that_do_not_fit(root, file, report, mistake):
    write(root, GOOD)
    root.file("report").touch()
    fds = [root.open_file(*file), root.open_file(*report)]
    with pytest.raises(BusError) as error:
        root.call("ImportHistory", "hhst", *fds, "csv", 0)
    assert (error.value.name, error.value.text) == ("org.freedesktop.DBus.Error.InvalidArgs", mistake)
    for arguments in (("xml", 0), ("csv", 1)):
        with pytest.raises(BusError, match="InvalidArgs"):
            root.call("ImportHistory", "hhst", *fds, *arguments)
    for fd in fds:
        root.close_stream(fd)


def test_who_imported_is_in_the_journal_and_a_list_is_told_once(root, dave, alice, erin, empty):
    """Not to whom may see none of the records."""
    for person in alice, erin:
        person.call("Subscribe", "t", 0)
        person.signals()
    assert counts(dave, BAD_ROWS) == (2, 0, len(REPORT))
    told = alice.signals("HistoryChanged")
    assert [(signal[2], signal[3]) for signal in told + alice.signals()] == [("HistoryChanged", ())]
    assert counts(dave, BAD_ROWS) == (0, 2, len(REPORT))
    assert alice.signals() == [] and erin.signals() == []
    for person in alice, erin:
        person.call("Unsubscribe")
    root.run("journalctl", "--sync")
    records = root.run("journalctl", "--unit=jobsd.service", "MESSAGE_ID=3c3c9df6ac9b4e27a3bd4b6da3f0a110", "--output=json",
                       "--output-fields=JOBSD_ACTOR,JOBSD_IMPORTED,JOBSD_KNOWN,JOBSD_REFUSED").stdout.splitlines()
    last = json.loads(records[-2])
    assert [last[f"JOBSD_{key}"] for key in ("ACTOR", "IMPORTED", "KNOWN", "REFUSED")] == [
        "1004", "2", "0", str(len(REPORT))]
    explained = root.run("journalctl", "--unit=jobsd.service", "--catalog", "--lines=3").stdout
    assert "records were imported into the history" in explained and "uid 1004" in explained


# What goes on while many rows come in

N_MANY = 100_000


@pytest.fixture(scope="module")
def many(root):
    """A file of root's with 100,000 rows of alice's."""
    row = "2026-11-{:02}T10:{:02}:{:02}+00:00,2026-11-24T11:00:00+00:00,many {},Error,Exited with status 3,alice\n"
    with open(root.file("many.csv"), "w") as file:
        file.write(TITLE)
        file.writelines(row.format(1 + i % 20, i // 60 % 60, i % 60, i) for i in range(N_MANY))
    return "many.csv"


@contextlib.contextmanager
def import_in_the_middle(machine, root, many):
    """An import that has stored some of its rows, and stands still."""
    process = root.popen("jobsctl", "import", many, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        wait_until(lambda: int(sql(machine, "SELECT count(*) FROM jobs WHERE imported > 0")) > 0)
        helper = machine.pids("jobsd-stream import")
        machine.run(["kill", "-STOP", *helper])
        yield process, helper
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def assert_nothing_is_left(machine, root):
    wait_tidied(machine)
    assert everything(machine) == ""
    assert root.list_jobs(all=True) == []


def test_nobody_sees_an_import_that_is_not_finished(machine, root, alice, empty, many):
    """Nor clears it, nor is held up; and a second one is told so."""
    older = alice.submit("/bin/true")
    alice.wait(older)
    with import_in_the_middle(machine, root, many) as (process, helper):
        newer = alice.sh("exit 1")
        alice.wait(newer)
        assert newer > older + N_MANY
        for filter, ids in (({}, [newer, older]), ({"status": ["error"]}, [newer]), ({"all": True}, [newer, older]),
                            ({"all": True, "status": ["error"]}, [newer]), ({"ids": [older + 1, older]}, [older])):
            assert alice.ids(**filter) == ids
            assert root.ids(**{"user": "alice", **filter, "all": True}) == ids
        with pytest.raises(BusError, match="NoSuchJob"):
            root.job(older + 1)
        with pytest.raises(BusError, match="NoSuchJob"):
            alice.clear(ids=[older + 1])
        assert [row["id"] for row in export(root, "json", all=True)] == [newer, older]
        assert alice.clear() == (2, 0)
        second = jobsctl_import(root, GOOD)
        assert second.returncode == 1 and "Another import goes on" in second.stderr
        machine.run(["kill", "-CONT", *helper])
        assert process.wait(60) == 0
        assert process.stderr.read() == f"{N_MANY} imported, 0 known already, 0 refused\n"
    assert len(export(alice)) == N_MANY
    assert sql(machine, "SELECT count(*) FROM jobs WHERE imported > 0") == str(N_MANY)


def test_a_killed_jobsd_leaves_nothing_and_the_next_try_works(machine, root, alice, empty, many):
    with import_in_the_middle(machine, root, many) as (process, helper):
        pid = machine.run(["systemctl", "show", "--property=MainPID", "--value", "jobsd"]).stdout.strip()
        machine.run(["kill", "-KILL", pid])
        assert process.wait(60) == 1
        assert process.stderr.read().startswith(f"Failed to import {many}: jobsd did not answer.")
    wait_for_another_jobsd(machine, pid)
    with Person(machine, "root") as again:      # whose connection the old jobsd has not seen
        assert again.list_jobs(all=True) == []
        # while the leftovers are being removed
        assert counts(again, GOOD) == (1, 0, 0)
        assert sql(machine, "SELECT count(*) FROM jobs") == "1"
        assert again.clear(user="alice") == (1, 0)
        assert_nothing_is_left(machine, again)


def test_a_killed_helper_leaves_nothing(machine, root, empty, many):
    with import_in_the_middle(machine, root, many) as (process, helper):
        machine.run(["kill", "-KILL", *helper])
        assert process.wait(60) == 1
        assert "The import broke off" in process.stderr.read()
    assert_nothing_is_left(machine, root)


def test_a_helper_that_does_not_go_holds_nobody_up(machine, root, alice, empty, many):
    """One that is traced does not go before its tracer lets it, whoever kills it."""
    with import_in_the_middle(machine, root, many) as (process, helper):
        status = machine.path(f"/proc/{helper[0]}/status")
        machine.run(["sh", "-c", f"strace --quiet --attach {helper[0]} >/dev/null 2>&1 & echo $! >/run/tracer"])
        tracer = machine.path("/run/tracer").read_text().strip()
        wait_until(lambda: "TracerPid:\t0\n" not in status.read_text())
        machine.run(["kill", "-STOP", tracer])
        try:
            process.kill()
            process.wait()
            wait_tidied(machine)
            assert "tracing stop" in status.read_text() and alice.list_jobs() == []
        finally:
            machine.run(["kill", "-KILL", tracer])
    wait_until(lambda: not machine.pids("jobsd-stream import"))
    assert_nothing_is_left(machine, root)


@pytest.mark.parametrize("signal", [signal.SIGINT, signal.SIGKILL])
def test_a_client_that_leaves_takes_its_import_with_it(machine, root, empty, many, signal):
    with import_in_the_middle(machine, root, many) as (process, helper):
        process.send_signal(signal)
        assert process.wait(60) != 0
        assert_nothing_is_left(machine, root)
        assert not machine.pids("jobsd-stream import")
    # and one that never gives its file
    with root.popen("jobsctl", "import", "-", stdin=subprocess.PIPE) as process:
        wait_until(lambda: machine.pids("jobsd-stream import"))
        process.send_signal(signal)
        wait_until(lambda: not machine.pids("jobsd-stream import"))
    assert counts(root, GOOD) == (1, 0, 0)


def test_others_do_not_notice(root, bob, empty, many):
    """While 100,000 rows come in, bob's list and submissions take about as long as on a quiet machine."""
    def measure():
        begin = time.monotonic()
        bob.list_jobs()
        bob.submit("/bin/true")
        return time.monotonic() - begin

    quiet = sorted(measure() for _ in range(50))
    begin = time.monotonic()
    process = root.popen("jobsctl", "import", many, text=True, stderr=subprocess.PIPE)
    busy = []
    while process.poll() is None:
        busy.append(measure())
    assert process.stderr.read() == f"{N_MANY} imported, 0 known already, 0 refused\n"
    took = time.monotonic() - begin
    busy.sort()
    print(f"took {took:.1f} s; of {len(busy)}: median {busy[len(busy) // 2]:.4f} s, worst {busy[-1]:.4f} s;"
          f" quiet: median {quiet[25]:.4f} s, worst {quiet[-1]:.4f} s")
    assert len(busy) >= 10
    assert busy[len(busy) // 2] < 10 * quiet[25] + 0.1
    assert busy[-1] < took / 3      # nobody waits until it is over
    bob.wait_all(bob.ids())


def test_a_disk_is_never_filled_by_an_import(fresh_machine):
    """Which leaves nothing, and others go on submitting."""
    machine = fresh_machine
    machine.run(["systemctl", "stop", "jobsd"])
    machine.run(["mount", "-t", "tmpfs", "-o", "size=48m,mode=700", "tmpfs", "/var/lib/jobsd"])
    machine.run(["systemctl", "start", "jobsd"])
    with Person(machine, "root") as root:
        assert counts(root, GOOD) == (1, 0, 0)
        write(root, TITLE + "".join(ROW.format(i).replace("Completed,", f"Completed,{'x' * 4000}") for i in range(10_000)))
        done = root.jobsctl("import", "history.csv", check=False)
        assert done.returncode == 1 and "nearly full: an import leaves 16 MiB free. Nothing was changed." in done.stderr
        assert root.ids(all=True) == [1]
        assert root.wait(root.submit("/bin/true"))["Result"] == "success"
        wait_tidied(machine)
        assert sql(machine, "SELECT count(*) FROM jobs") == "2"


def test_old_records_are_retired_as_others_are(root, alice, empty):
    """Not before all of them are there."""
    row = "2026-10-{0:02}T10:00:00+00:00,2026-10-{0:02}T11:00:00+00:00,{0},Completed,,alice\n"
    assert counts(root, TITLE + "".join(row.format(day) for day in range(1, 21))) == (20, 0, 0)
    with root.jobsd_conf(KeepHistoryMax=10), Person(root.machine, "alice") as alice:
        alice.wait_until(lambda: len(alice.ids()) == 10)
        assert [job["Name"] for job in alice.list_jobs()] == [str(day) for day in range(20, 10, -1)]
