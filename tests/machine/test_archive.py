# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example's jobs do an archive's work: its programs by themselves, and as job types."""

import contextlib
import json
import re
import subprocess

import pytest

from person import Person
from waiting import wait_until

LIBEXEC = "/usr/libexec/archive"
DIRECTORY = "/var/lib/archive"
CATALOGUE = f"{DIRECTORY}/catalogue.db"
# The template's columns that are read: its others may be there, and the order is the file's.
HEADER = ("legacyId,parentId,qubitParentSlug,identifier,title,levelOfDescription,scopeAndContent,eventDates,"
          "publicationStatus\r\n")


# Some of the types have a limit.
pytestmark = pytest.mark.usefixtures("limits_accepted")


@pytest.fixture
def archive(machine):
    """The account that the catalogue belongs to, and a catalogue as make-catalogue makes it."""
    with Person(machine, "archive") as archive:
        for file in machine.path(DIRECTORY).rglob("*.*"):
            if file.is_file():
                file.unlink()
        program(archive, "make-catalogue")
        yield archive


def program(archive, name, **options):
    """What a program prints. OPTIONS are its own."""
    return archive.run(f"{LIBEXEC}/{name}", *arguments(options)).stdout


def refusal(archive, name, **options):
    """What a program says that fails, after which the catalogue has to be as it was."""
    before = dump(archive)
    result = archive.run(f"{LIBEXEC}/{name}", *arguments(options), check=False)
    assert (result.returncode, result.stdout, dump(archive)) == (1, "", before)
    return result.stderr


def arguments(options):
    return [f"--{name}={value}" for name, value in options.items()]


def query(archive, sql):
    rows = json.loads(archive.run("sqlite3", "-json", CATALOGUE, sql).stdout or "[]")
    return [tuple(row.values()) for row in rows]


def dump(archive):
    return archive.run("sqlite3", CATALOGUE, ".dump").stdout


def csv_file(archive, *lines, name="records.csv", header=HEADER):
    """A file that is to be imported. Lines are text or bytes."""
    path = f"{DIRECTORY}/{name}"
    content = b"".join(line if isinstance(line, bytes) else line.encode() for line in (header, *lines))
    archive.machine.path(path).write_bytes(content)
    return path


def statuses(archive):
    return dict(query(archive, "SELECT id, publication_status FROM description"))


def rights(archive):
    """{ID: [RESTRICTION…]} of the descriptions that have rights."""
    rows = query(archive, "SELECT description, json_group_array(restriction) FROM rights GROUP BY description")
    return {id: json.loads(restrictions) for id, restrictions in rows}


def test_a_catalogue_that_is_there_is_not_written_over(archive):
    assert "File exists" in refusal(archive, "make-catalogue")


def test_a_finding_aid_has_a_description_and_all_below_it_each_after_its_parent(archive):
    path = f"{DIRECTORY}/family.pdf"
    assert program(archive, "finding-aid", description="grunwald-family", output=path) == "family.pdf: 8 descriptions\n"
    text = archive.run("pdftotext", "-layout", path, "-").stdout
    headings = re.findall(r"^( *)(GF(?:/\d)*) +(.+)$", text, re.MULTILINE)
    catalogued = query(archive, "SELECT reference_code, title FROM description WHERE reference_code LIKE 'GF%'"
                                " ORDER BY reference_code")
    assert [heading[1:] for heading in headings] == catalogued
    indents = {code.count("/"): len(indent) for indent, code, _ in headings}
    assert [indents[depth] for depth in range(4)] == sorted(set(indents.values()))      # deeper is further right
    assert "in Łódź, Θεσσαλονίκη and Zürich." in text and "“À ma chère Zosia…”" in text
    assert "Harbour" not in text


def test_a_finding_aid_has_chinese_japanese_and_korean_within_its_margins(archive):
    title = "漢口からの手紙 (Übersee) 인천 항구"
    word = "Dampfschifffahrtsgesellschaft"
    # Stops and long words at each place of a line.
    text = "".join(f"{'檔案' * n}。{'カ' * n}、{word} " for n in range(1, 40))
    query(archive, f"UPDATE description SET title = '{title}', scope_and_content = '{text}' WHERE id = 10")
    path = f"{DIRECTORY}/ho.pdf"
    assert program(archive, "finding-aid", description=9, output=path) == "ho.pdf: 2 descriptions\n"

    printed = archive.run("pdftotext", "-nopgbrk", path, "-").stdout
    assert f"HO/1 {title}" in printed and printed.count(word) == text.count(word)
    # What is not printed are page numbers.
    assert re.sub(r"\s", "", text) in re.sub(r"\s|^\d+$", "", printed, flags=re.MULTILINE)
    fonts = archive.run("pdffonts", path).stdout
    assert re.search(r"^[A-Z]{6}\+DroidSansFallback +TrueType +\S+ +yes yes yes ", fonts, re.MULTILINE)
    boxes = archive.run("pdftotext", "-bbox", path, "-").stdout
    assert max(float(right) for right in re.findall(r'<word .*xMax="([\d.]+)"', boxes)) <= 595.28 - 20 / 25.4 * 72


def test_a_finding_aid_says_which_characters_its_fonts_lack(archive):
    query(archive, "UPDATE description SET title = 'Letters from 漢口, ไทย', dates = '१९०४' WHERE id = 10")
    printed = program(archive, "finding-aid", description=9, output=f"{DIRECTORY}/ho.pdf")
    assert printed.splitlines()[0] == "HO/1: no font has ० १ ४ ९ ท ย ไ"


def test_a_finding_aid_that_fails_leaves_the_old_one(archive):
    archive.run("mkdir", f"{DIRECTORY}/aids")
    old = archive.machine.path(f"{DIRECTORY}/aids/old.pdf")
    old.write_text("old")
    assert refusal(archive, "finding-aid", description="nobody", output=f"{DIRECTORY}/aids/old.pdf") == (
        "finding-aid: there is no description nobody\n")
    assert "Permission denied" in refusal(archive, "finding-aid", description=1, output="/etc/aid.pdf")
    assert old.read_text() == "old" and list(old.parent.iterdir()) == [old]


def test_descendants_inherit_rights_where_they_have_none(archive):
    printed = program(archive, "inherit-rights", description="grunwald-family", mode="where-none")
    assert printed == "grunwald-family: 2 rights applied to 6 descriptions\n"
    inherited = ["allow", "conditional"]
    assert rights(archive) == {**{id: inherited for id in (1, 2, 3, 4, 5, 7, 8)}, 6: ["disallow"]}


def test_inherited_rights_overwrite_if_told(archive):
    printed = program(archive, "inherit-rights", description=1, mode="overwrite")
    assert printed == "grunwald-family: 2 rights applied to 7 descriptions\n"
    assert rights(archive) == {id: ["allow", "conditional"] for id in range(1, 9)}


def test_rights_that_are_not_there_overwrite_nothing(archive):
    assert refusal(archive, "inherit-rights", description="correspondence", mode="overwrite") == (
        "inherit-rights: correspondence has no rights that others could inherit\n")


def test_a_description_moves_with_all_below_it(archive):
    printed = program(archive, "move-description", description="letters-to-zofia", parent="photographs")
    assert printed == "letters-to-zofia moved to photographs, with 2 below it\n"
    assert query(archive, "SELECT id, parent FROM description WHERE id BETWEEN 2 AND 7") == [
        (2, 1), (3, 7), (4, 3), (5, 3), (6, 2), (7, 1)]


@pytest.mark.parametrize("parent", ["correspondence", "letter-from-lodz"])
def test_a_description_is_not_moved_below_itself(archive, parent):
    assert refusal(archive, "move-description", description="correspondence", parent=parent) == (
        f"move-description: correspondence cannot be moved to {parent}, which is itself or below it\n")


def test_a_publication_status_is_that_of_all_below(archive):
    before = statuses(archive)
    printed = program(archive, "publication-status", description="correspondence", status="published")
    assert printed == "correspondence: 3 of 5 descriptions changed to published\n"
    assert statuses(archive) == {**before, **{id: "published" for id in range(2, 7)}}
    program(archive, "publication-status", description=1, status="draft")
    assert set(statuses(archive).values()) == {"draft"}


def test_records_that_match_are_skipped_and_each_is_named(archive):
    path = csv_file(archive,
                    '1,,harbour-office,2,"Logbooks\nof the harbour",Series,,1900|NULL|1910–1912,Published\r\n',
                    ",,harbour-office,1,Another title,Series,,,published\r\n", "2,1,,1,Kölln,File,,,\r\n")
    before = query(archive, "SELECT * FROM description")
    assert program(archive, "import-records", file=path) == (
        "line 4: record HO/1 exists already, skipped\n"
        "3 records: 2 imported, 0 updated, 1 skipped\n")
    assert query(archive, "SELECT * FROM description WHERE id <= 10") == before
    assert query(archive, "SELECT parent, slug, reference_code, level, title, dates, publication_status"
                          " FROM description WHERE id > 10") == [
        (9, "ho-2", "HO/2", "series", "Logbooks\nof the harbour", "1900, 1910–1912", "published"),
        (11, "ho-2-1", "HO/2/1", "file", "Kölln", "", "draft")]


def test_records_that_match_are_updated_by_what_the_file_has(archive):
    path = csv_file(archive, "\ufeff".encode() + HEADER.encode(), ",,,HO/1,New title,,,,published\n",
                    ",,harbour-office,2,Logbooks,series,,,\n", header="")
    assert program(archive, "import-records", file=path, mode="match-and-update") == (
        "2 records: 1 imported, 1 updated, 0 skipped\n")
    assert query(archive, "SELECT parent, level, title, dates, publication_status FROM description WHERE id >= 10") == [
        (9, "series", "New title", "1870–1955", "published"), (9, "series", "Logbooks", "", "draft")]


def test_an_update_does_not_move_a_record(archive):
    path = csv_file(archive, ",,correspondence,1,Letters,,,,\n")
    program(archive, "move-description", description="letters-to-zofia", parent="photographs")
    assert refusal(archive, "import-records", file=path, mode="match-and-update") == (
        "import-records: line 2: record GF/1/1 is not below GF/1 in the catalogue: move it first\n")


def test_a_parents_slug_goes_before_its_legacy_id(archive):
    path = csv_file(archive, "2,7,photographs,2,Prints,file,,,\n")
    program(archive, "import-records", file=path)
    assert query(archive, "SELECT parent, reference_code FROM description WHERE id > 10") == [(7, "GF/2/2")]


def test_the_template_needs_few_of_its_columns(archive):
    path = csv_file(archive, "culture,title,levelOfDescription,rules,identifier\n", "en,Mill,fonds,ISAD(G),M\n",
                    header="")
    program(archive, "import-records", file=path)
    assert query(archive, "SELECT parent, reference_code, level, title FROM description WHERE id > 10") == [
        (None, "M", "fonds", "Mill")]


def test_records_that_match_are_replaced_with_all_below_them(archive):
    path = csv_file(archive, "1,,grunwald-family,1,Letters,series,,,\n", "2,1,,1,To Zofia,file,,,\n",
                    "3,,correspondence,2,From Odesa,file,,,\n")     # a slug that the first has taken away
    assert program(archive, "import-records", file=path, mode="delete-and-replace") == (
        "5 records deleted: those that the file replaces, and what was below them\n"
        "3 records: 3 imported, 0 updated, 0 skipped\n")
    assert query(archive, "SELECT reference_code, title, dates FROM description WHERE reference_code LIKE 'GF/1%'") == [
        ("GF/1", "Letters", ""), ("GF/1/1", "To Zofia", ""), ("GF/1/2", "From Odesa", "")]
    assert set(rights(archive)) == {1}


@pytest.mark.parametrize("lines, says", [
    (["a,b\n"], "line 1: wrong header, 'a' is no column of the template"),
    ([], "line 1: wrong header, it lacks identifier, title, levelOfDescription"),
    ([HEADER.replace("legacyId", "title")], "line 1: wrong header, title is there twice"),
    ([HEADER.replace("parentId", "parentID")], "line 1: wrong header, 'parentID' is no column of the template"),
    ([HEADER.replace(",levelOfDescription", "")], "line 1: wrong header, it lacks levelOfDescription"),
    ([HEADER, "1,,,A,Title,fonds,,,\n", "2,1,,B,Title,file,,\n"], "line 3: 8 columns, not 9"),
    ([HEADER, "1,,,A,Title,fonds,,,\n", '2,1,,B,"Title,file,,,\n', "3,1,,C,Title,file,,,\n"],
     "line 3: a quote is opened and never closed"),
    ([HEADER, '1,,,A,"Title"x,fonds,,,\n'], "line 2: ',' expected after '\"'"),
    ([HEADER, '1,,,A,"two\nlines",fonds,,,\n', b"2,1,,B,K\xf6ln,file,,,\n"], "line 4: not UTF-8 text, byte 9 is 0xf6"),
    ([HEADER, "1,,,A,Title,fonds,,,\n", "2,1,,B,Title,Folder,,,\n"],
     "line 3: levelOfDescription is 'Folder', not fonds or series or "),
    ([HEADER, "1,,,A,Title,fonds,,,Public\n"], "line 2: publicationStatus is 'Public', not draft or published"),
    ([HEADER, "1,,,A,Title,fonds,,,\n", "\n", "2,,,A,Title,fonds,,,\n"], "line 4: record A is in line 2 already"),
    ([HEADER, ",,grunwald-family,1,Title,file,,,\n", ",,,GF/1,Title,file,,,\n"],
     "line 3: record GF/1 is in line 2 already"),
    ([HEADER, "1,,,A,Title,fonds,,,\n", "1,,,B,Title,fonds,,,\n"], "line 3: legacyId 1 is in line 2 already"),
    ([HEADER, "1,,,A,,fonds,,,\n"], "line 2: title is empty, and record A is new"),
    ([HEADER, "1,,,,Title,fonds,,,\n"], "line 2: identifier is empty"),
    ([HEADER, "1,,,A\x1b[2J,Title,fonds,,,\n"], "line 2: identifier has characters that cannot be printed"),
    ([HEADER, "1,,,A,Title,fonds,,,\n", "3,2,,C,Title,file,,,\n", "2,1,,B,Title,file,,,\n"],
     "line 3: there is no record with the legacyId 2, the parent of C: "),
    ([HEADER, "1,,attic,A,Title,file,,,\n"], "line 2: there is no record with the slug attic, the parent of A: "),
])
def test_a_broken_file_is_refused_with_the_line_and_imports_nothing(archive, lines, says):
    path = csv_file(archive, *lines, header="")
    assert refusal(archive, "import-records", file=path).startswith(f"import-records: {says}")


@pytest.mark.parametrize("mode", ["match-and-update", "skip-matched", "delete-and-replace"])
def test_an_import_that_fails_half_way_is_undone(archive, mode):
    path = csv_file(archive, "1,,,HO,New,fonds,,,\n", "2,1,,9,New,series,,,\n", "3,2,,1,,file,,,\n")
    before = dump(archive)
    result = archive.run(f"{LIBEXEC}/import-records", f"--file={path}", f"--mode={mode}", check=False)
    assert result.returncode == 1 and result.stderr.startswith("import-records: line 4: title is empty, ")
    assert dump(archive) == before


_RECEIVER = """
import os, socket, subprocess, sys, time
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
    notify.bind("\\0test")
    start = time.monotonic()
    with subprocess.Popen(sys.argv[1:], env=os.environ | {"NOTIFY_SOCKET": "@test"}, stdout=subprocess.DEVNULL):
        told = []
        while not told or not told[-1].startswith("STATUS=100%"):
            told.append(notify.recv(4096).decode())
    print(time.monotonic() - start, *told, sep="\\n")
"""


def test_an_import_tells_its_progress_but_not_too_often(archive):
    path = csv_file(archive, program(archive, "make-records", number=500), header="")
    seconds, *told = archive.run("python3", "-c", _RECEIVER, f"{LIBEXEC}/import-records", f"--file={path}",
                                 "--pace=1000").stdout.splitlines()
    assert 1 < len(told) <= 10 * float(seconds) + 2     # the first and the last
    percents = [int(re.fullmatch(r"STATUS=(\d+)% \d+ of 500 records", line)[1]) for line in told]
    assert percents == sorted(percents)


def has_opened_catalogue(machine, command) -> bool:
    for pid in machine.pids(command):
        with contextlib.suppress(FileNotFoundError):    # a file was closed, or the process has ended
            if any(file.readlink().name == "catalogue.db" for file in machine.path(f"/proc/{pid}/fd").iterdir()):
                return True
    return False


def test_a_change_waits_for_another_to_be_whole(machine, archive):
    with archive.popen("sqlite3", CATALOGUE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        print("BEGIN IMMEDIATE; SELECT 'held';", file=other.stdin, flush=True)
        assert other.stdout.readline() == "held\n"
        with archive.popen(f"{LIBEXEC}/move-description", "--description=photographs",
                           "--parent=harbour-office", stdout=subprocess.PIPE, text=True) as mover:
            wait_until(lambda: has_opened_catalogue(machine, "move-description"))
            print("UPDATE description SET title = 'Prints' WHERE id = 7; COMMIT;", file=other.stdin, flush=True)
            other.stdin.close()
            assert mover.stdout.read() == "photographs moved to harbour-office, with 1 below it\n"
    assert query(archive, "SELECT parent, title FROM description WHERE id = 7") == [(9, "Prints")]


def test_each_change_is_noted_with_who_started_the_job(archive):
    archive.run("env", "JOBSD_JOB_ID=12", "JOBSD_JOB_USER=ida", f"{LIBEXEC}/publication-status",
                "--description=photographs", "--status=published")
    assert query(archive, "SELECT job, user, what FROM change") == [(12, "ida", "photographs is published")]


# The same as job types.

def run_type(person, type, *parameters):
    """The id of a new job."""
    return int(person.jobsctl("run", f"--type={type}", *parameters).stdout)


def run_to_its_end(person, type, *parameters):
    """The job's properties when it has ended, and its output."""
    id = run_type(person, type, *parameters)
    job = person.wait(id)
    return job, person.jobsctl("output", str(id)).stdout


def wait_for_progress(person, id):
    """The job's properties while it runs and has said how far it is."""
    person.wait_for(id, Info=None)
    job = person.job(id)
    assert job["Status"] == "running" and 0 <= job["Progress"] < 1
    return job


def test_an_archivist_sees_the_types(archive, ida):
    shown = json.loads(ida.jobsctl("types", "--json=short").stdout)
    assert {"finding-aid", "inherit-rights", "move-description", "publication-status", "import-records"} <= {
        type["name"] for type in shown}


def test_what_leaves_files_says_so(archive, ida):
    shown = {type["name"]: type["results"] for type in json.loads(ida.jobsctl("types", "--json=short").stdout)}
    assert shown["finding-aid"] and not shown["import-records"]
    assert "Results: files" in ida.jobsctl("types", "finding-aid").stdout
    assert "Results" not in ida.jobsctl("types", "import-records").stdout


def test_an_archivist_generates_a_finding_aid(archive, ida, alice):
    """It is hers, and has no address that others could guess."""
    job, output = run_to_its_end(ida, "finding-aid", "description=grunwald-family")
    id, name = str(job["Id"]), "grunwald-family.pdf"
    assert (job["Result"], job["User"], job["Type"]) == ("success", "ida", "finding-aid")
    assert output == f"{name}: 8 descriptions\n"
    assert [file["name"] for file in json.loads(ida.jobsctl("results", "--json=short", id).stdout)] == [name]
    ida.jobsctl("results", id, name, "-o", "family.pdf", "--force")
    assert "Листи з Одеси" in ida.run("pdftotext", "family.pdf", "-").stdout
    refused = alice.jobsctl("results", id, name, check=False)
    assert refused.returncode == 1 and f"There is no job {id} that you may see." in refused.stderr


def test_an_archivist_has_rights_inherited(archive, ida):
    job, output = run_to_its_end(ida, "inherit-rights", "description=grunwald-family")
    assert (job["Result"], output) == ("success", "grunwald-family: 2 rights applied to 6 descriptions\n")
    assert set(rights(archive)) == set(range(1, 9))
    job, output = run_to_its_end(ida, "inherit-rights", "description=grunwald-family", "mode=overwrite")
    assert (job["Result"], output) == ("success", "grunwald-family: 2 rights applied to 7 descriptions\n")


def test_an_archivist_moves_a_description_but_not_below_itself(archive, ida):
    job, _ = run_to_its_end(ida, "move-description", "description=photographs", "parent=harbour-office")
    assert job["Result"] == "success"
    job, output = run_to_its_end(ida, "move-description", "description=harbour-office", "parent=wedding-album")
    assert (job["Status"], job["ExitStatus"]) == ("error", 1)
    assert output == ("move-description: harbour-office cannot be moved to wedding-album, "
                      "which is itself or below it\n")
    assert query(archive, "SELECT id, parent FROM description WHERE id IN (7, 9)") == [(7, 9), (9, None)]


def test_an_archivist_publishes_a_description_and_all_below_it(archive, ida):
    job, output = run_to_its_end(ida, "publication-status", "description=1", "status=published")
    assert (job["Result"], output) == ("success", "grunwald-family: 5 of 8 descriptions changed to published\n")
    assert query(archive, "SELECT job, user, what FROM change") == [(job["Id"], "ida", "1 is published")]


def test_an_archivist_imports_5000_records_and_sees_how_far_it_is(archive, ida):
    path = csv_file(archive, program(archive, "make-records", number=5000), header="")
    id = run_type(ida, "import-records", f"file={path}", "pace=1000")
    job = wait_for_progress(ida, id)
    assert re.fullmatch(r"\d+% \d+ of 5000 records", job["Info"])
    shown, = json.loads(ida.jobsctl("list", "--active", "--json=short").stdout)
    assert shown["id"] == id and 0 <= shown["progress"] < 1
    job = ida.wait(id)
    what = "5000 records: 4998 imported, 0 updated, 2 skipped"
    assert (job["Result"], job["ExitStatus"], job["Info"]) == ("success", 0, f"100% {what}")
    assert ida.jobsctl("output", str(id)).stdout == (
        "line 2: record HO exists already, skipped\n"
        "line 3: record HO/1 exists already, skipped\n"
        f"{what}\n")
    assert query(archive, "SELECT COUNT(*) FROM description") == [(10 + 4998,)]


def test_a_broken_file_is_a_failed_job_with_the_line_and_changes_nothing(archive, ida):
    path = csv_file(archive, archive.run(f"{LIBEXEC}/make-records", "--broken").stdout, header="")
    before = dump(archive)
    job, output = run_to_its_end(ida, "import-records", f"file={path}", "mode=delete-and-replace")
    assert (job["Status"], job["Result"], job["ExitStatus"]) == ("error", "exit-code", 1)
    mistake = "line 7498: levelOfDescription is 'Book', not fonds or series or file or item"
    assert output == f"import-records: {mistake}\n" and mistake in job["Info"]
    failed = json.loads(ida.jobsctl("list", "--failed", "--json=short").stdout)
    assert failed[0]["id"] == job["Id"]
    assert dump(archive) == before


def test_an_import_that_is_cancelled_changes_nothing(archive, ida):
    path = csv_file(archive, program(archive, "make-records", number=5000), header="")
    before = dump(archive)
    id = run_type(ida, "import-records", f"file={path}", "pace=100", "mode=delete-and-replace")
    wait_for_progress(ida, id)
    ida.jobsctl("cancel", str(id))
    assert ida.job(id)["Status"] == "cancelled" and dump(archive) == before


def test_two_imports_at_once_run_one_after_another(archive, ida):
    paths = [csv_file(archive, program(archive, "make-records", number=1000), header="", name=name)
             for name in ("first.csv", "second.csv")]
    first, second = (run_type(ida, "import-records", f"file={path}", "pace=1000") for path in paths)
    ida.wait_started(first)
    assert ida.job(second)["Status"] == "queued"
    assert {row["Result"] for row in ida.wait_all([first, second])} == {"success"}
    assert ida.job(first)["Finished"] <= ida.job(second)["Started"]
    assert ida.jobsctl("output", str(second)).stdout.endswith("1000 records: 0 imported, 0 updated, 1000 skipped\n")


@pytest.mark.parametrize("type, parameters", [
    ("finding-aid", ["description=9"]),
    ("inherit-rights", ["description=1"]),
    ("move-description", ["description=2", "parent=9"]),
    ("publication-status", ["description=1", "status=draft"]),
    ("import-records", ["file=/etc/hostname"]),
])
def test_nobody_but_archivists_runs_the_archives_jobs(archive, alice, type, parameters):
    before = alice.ids()
    refused = alice.jobsctl("run", f"--type={type}", *parameters, check=False)
    assert refused.returncode == 1 and refused.stdout == "" and refused.stderr
    assert alice.ids() == before


def test_an_archivist_is_the_archive_in_its_jobs_alone(archive, ida):
    refused = ida.jobsctl("run", "--no-ask-password", "--uid=archive", "--", "true", check=False)
    assert refused.returncode == 1 and refused.stdout == "" and "administrator" in refused.stderr
    assert ida.run("sqlite3", CATALOGUE, "SELECT 1 FROM change", check=False).returncode != 0
