# SPDX-License-Identifier: LGPL-2.1-or-later
"""The history as a workbook: what Excel shows is what the list shows, whole or not at all."""

import contextlib
import datetime
import re
import signal
import subprocess
import zipfile

import pytest

import workbook
from terminal import Terminal
from test_export import NAMES, TITLE
from waiting import wait_until


def exported(person, *options, **environment):
    """The only sheet of a new workbook, its rows below the title, and what was told."""
    person.run("rm", "-f", "history.xlsx")
    told = person.run("env", *(f"{name}={value}" for name, value in environment.items()),
                      "jobsctl", "export", "-o", "history.xlsx", *options).stderr
    sheet, = workbook.read(person.file("history.xlsx").read_bytes())
    return sheet, sheet.rows[1:], told


def local(usec, hours=0):
    return datetime.datetime.fromtimestamp(usec // 1_000_000 + hours * 3600, datetime.timezone.utc).replace(tzinfo=None)


@pytest.fixture(scope="module")
def hostile(alice):
    """Jobs with hostile names and infos, as they are listed."""
    names = [*NAMES, "_x0041_", "http://example.org", "12", "2026-11-24", "TRUE"]
    ids = [alice.sh('systemd-notify --status="$1"', name, name=name, related="urn:hostile") for name in names]
    alice.wait_all(ids)
    return alice.list_jobs(ids=ids)


@pytest.fixture(scope="module")
def many(machine, alice):
    """20,000 ended jobs of alice's, each with a long name."""
    machine.run(["systemctl", "stop", "jobsd.service"])
    machine.run(["sqlite3", "/var/lib/jobsd/jobs.db", """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
        INSERT INTO jobs (name, uid, user, submitter, origin, related, command, environment, timeout, memory_max,
                          cpu_quota, tasks_max, nice, submitted, finished, status, result, info)
        SELECT 'many ' || i || ' ' || hex(zeroblob(40)), 1001, 'alice', 1001, 1, 'urn:many',
               x'2f62696e2f7472756500', x'', 0, 0, 0, 0, 0, 1000000 * i, 1000000 * i, 2, 1, 'an info' FROM n"""])
    machine.run(["systemctl", "start", "jobsd.service"])


def test_a_workbook_is_what_the_list_shows(alice, hostile):
    """A text is a text, whatever it looks like, and a date is one."""
    sheet, rows, told = exported(alice, "--related=urn:hostile")
    assert told == f"Exported {len(hostile)} jobs to history.xlsx.\n"
    assert (sheet.name, sheet.rows[0]) == ("Jobs", TITLE)
    for row, job in zip(rows, hostile, strict=True):
        assert row == [local(job["Submitted"]), local(job["Finished"]), job["Name"], "Completed", job["Info"], "alice"]


def test_a_job_that_runs_has_no_end_date(alice, gate):
    id = gate.job(name="runs")
    alice.wait_started(id)
    _, (row,), _ = exported(alice, "--name=runs")
    assert row == [local(alice.job(id)["Submitted"]), None, "runs", "Running", None, "alice"]
    gate.open()


def test_it_is_made_to_be_looked_at(alice, hostile):
    sheet, rows, _ = exported(alice, "--related=urn:hostile")
    assert (sheet.frozen_rows, sheet.filter) == (1, f"A1:F{len(rows) + 1}")
    assert len(sheet.widths) == 6 and min(sheet.widths) >= 10


def test_dates_are_in_the_time_of_who_exports(alice, hostile):
    _, rows, _ = exported(alice, "--related=urn:hostile", TZ="XYZ-3")
    assert [row[0] for row in rows] == [local(job["Submitted"], 3) for job in hostile]


def test_columns_are_chosen_and_have_values_of_their_kinds(alice):
    id = alice.sh("systemd-notify --status='25% done'; exit 7", name="columns", timeout=3_600_000_000)
    job = alice.wait(id)
    columns = {"id": id, "exit_status": 7, "endDate": local(job["Finished"]), "started": local(job["Started"]),
               "progress": 0.25, "result": "exit-code", "related": None, "timeout": 3_600_000_000, "nice": 0,
               "command": '["/bin/sh","-c","systemd-notify --status=\'25% done\'; exit 7","sh"]', "jobUser": "alice"}
    sheet, rows, _ = exported(alice, "--name=columns", f"--columns={','.join(columns)}")
    assert sheet.rows[0] == list(columns)
    assert rows == [list(columns.values())]
    wrong = alice.jobsctl("export", "-o", "wrong.xlsx", "--columns=environment", check=False)
    assert wrong.returncode == 1 and 'no column "environment"' in wrong.stderr
    assert not alice.file("wrong.xlsx").exists()


def test_a_text_that_no_cell_takes_is_cut_and_told(alice):
    alice.wait(alice.submit("/bin/true", "x" * 40_000, name="long"))
    _, ((command,),), told = exported(alice, "--name=long", "--columns=command")
    assert len(command) == 32_767 and command.startswith('["/bin/true","xxx')
    assert told.splitlines()[0] == "Cut to the 32767 characters that a cell takes: 1 text."


def test_a_large_history_comes_whole(alice, many):
    sheet, rows, told = exported(alice, "--related=urn:many")
    assert told == "Exported 20000 jobs to history.xlsx.\n" and sheet.filter == "A1:F20001"
    assert [int(row[2].split()[1]) for row in rows] == list(range(20_000, 0, -1))


def test_nothing_is_a_workbook_too(alice):
    sheet, rows, _ = exported(alice, "--name=no such job")
    assert (sheet.rows, sheet.filter) == ([TITLE], "A1:F1")


def test_the_format_is_what_is_said_or_what_the_name_ends_in(alice, root):
    alice.run("sh", "-c", "mkdir names; cd names; jobsctl export --format=xlsx; jobsctl export -o a.jsonl;"
              " jobsctl export --format=csv -o b.xlsx")
    today = alice.run("date", "+%F").stdout.strip()
    assert alice.run("ls", "names").stdout.split() == ["a.jsonl", "b.xlsx", f"jobs-history-{today}.xlsx"]
    workbook.read(alice.file(f"names/jobs-history-{today}.xlsx").read_bytes())
    assert alice.file("names/a.jsonl").read_text().startswith("{")
    assert alice.file("names/b.xlsx").read_text().startswith("startDate,")
    for options in (["names/b.xlsx"], ["--format=xlsx", "names/a.jsonl"]):
        refused = root.jobsctl("import", *options, check=False)
        assert refused.returncode == 2 and refused.stderr.startswith("An import takes csv or json, not ")


def test_a_pipe_gets_one_and_a_terminal_does_not(alice, hostile):
    piped = alice.run("sh", "-c", "jobsctl export -q --format=xlsx --related=urn:hostile -o - | cat", text=False)
    _, rows, _ = exported(alice, "--related=urn:hostile")
    assert workbook.read(piped.stdout)[0].rows[1:] == rows and piped.stderr == b""
    with Terminal(alice, "jobsctl", "export", "--format=xlsx", "-o", "-") as terminal:
        assert terminal.wait_for_end() == 1
        assert terminal.text.strip() == "A workbook is no text for a terminal. Write it to a file with -o."
    nowhere = alice.run("env", "TMPDIR=/no/where", "jobsctl", "export", "--format=xlsx", "-o", "-", check=False)
    assert (nowhere.returncode, nowhere.stdout) == (1, "")
    assert nowhere.stderr == "Failed to write a file in /no/where: No such file or directory\n"
    full = alice.run("sh", "-c", "jobsctl export --format=xlsx -o - >/dev/full", check=False)
    assert full.returncode == 1
    assert full.stderr == "Failed to write the history to standard output: No space left on device\n"


@pytest.mark.parametrize("step", ["rows", "sheet", "file"])
def test_a_full_disk_leaves_nothing_behind(machine, alice, many, step):
    """Wherever it fills: with the rows, with the sheet that is made of them, or with the file."""
    alice.jobsctl("export", "--related=urn:many", "-o", "good.xlsx", "--force")
    with zipfile.ZipFile(alice.file("good.xlsx")) as archive:
        sheet = archive.getinfo("xl/worksheets/sheet1.xml")
    size = {"rows": sheet.file_size // 2, "sheet": sheet.file_size * 3 // 2,
            "file": 2 * sheet.file_size + sheet.compress_size // 2}[step]
    machine.run(["mkdir", "-p", "/mnt/small"])
    machine.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=777", "tmpfs", "/mnt/small"])
    try:
        alice.run("sh", "-c", "echo old >/mnt/small/old")
        done = alice.jobsctl("export", "--related=urn:many", "-o", "/mnt/small/file.xlsx", check=False)
        assert (done.returncode, done.stderr) == (
            1, "Failed to write /mnt/small/file.xlsx: No space left on device\n")
        assert alice.run("ls", "-A", "/mnt/small").stdout == "old\n"
    finally:
        machine.run(["umount", "/mnt/small"])


@contextlib.contextmanager
def helper(machine, script):
    """Exports that are what a shell script prints."""
    path = "/usr/libexec/jobsd/jobsd-stream"
    machine.run(["mv", path, f"{path}.real"])
    try:
        machine.path(path).write_text(f"#!/bin/sh\n{script}\n")
        machine.run(["chmod", "755", path])
        yield
    finally:
        machine.run(["mv", f"{path}.real", path])


def test_an_export_that_breaks_off_is_not_kept(machine, alice):
    alice.run("mkdir", "broken")
    for printed in ('{"submitted":1000000}\\n', '{"submitted":1000000}\\n{"subm', "no JSON"):
        with helper(machine, f"printf '{printed}'"):
            for output in ("broken/file.xlsx", "-"):
                done = alice.jobsctl("export", "--format=xlsx", "-o", output, check=False)
                assert (done.returncode, done.stdout) == (1, "")
                assert done.stderr == "The export broke off before its end. See: journalctl -u jobsd.service\n"
    assert alice.run("ls", "-A", "broken").stdout == ""


def test_ctrl_c_leaves_nothing_behind(machine, alice):
    alice.run("mkdir", "interrupted")
    machine.run(["mkfifo", "-m", "666", "/run/held"])
    with helper(machine, "exec cat /run/held"), \
         alice.popen("jobsctl", "export", "-o", "interrupted/file.xlsx", stderr=subprocess.PIPE) as process:
        # SIGINT is what it waits for, too, once it is blocked
        wait_until(lambda: any(re.search("(?m)^SigBlk:\t0*2$", machine.path(f"/proc/{pid}/status").read_text())
                               for pid in machine.pids("jobsctl")))
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        machine.run(["sh", "-c", "echo >/run/held"])
    assert alice.run("ls", "-A", "interrupted").stdout == ""


def test_what_writes_workbooks_may_be_missing(machine, alice):
    module = machine.path("/usr/lib/jobsd/jobsctl-workbook.so")
    away = module.rename(module.with_suffix(".away"))
    try:
        done = alice.jobsctl("export", "-o", "missing.xlsx", check=False)
        assert done.returncode == 1 and done.stderr.startswith("What writes workbooks is not installed: /usr/lib/jobsd/")
        assert alice.run("ls").stdout.find("missing") < 0
        alice.jobsctl("export", "-o", "there.csv")
    finally:
        away.rename(module)


def test_a_file_is_not_replaced_unasked(alice):
    alice.run("sh", "-c", "echo old >there.xlsx")
    again = alice.jobsctl("export", "-o", "there.xlsx", check=False)
    assert again.returncode == 1 and again.stderr.startswith("there.xlsx exists.")
    assert alice.file("there.xlsx").read_text() == "old\n"
    alice.jobsctl("export", "-o", "there.xlsx", "--force")
    workbook.read(alice.file("there.xlsx").read_bytes())
    assert alice.run("stat", "-c", "%a %U", "there.xlsx").stdout == "644 alice\n"
