# SPDX-License-Identifier: LGPL-2.1-or-later
"""One job: what is known of it, what it prints, and the files that it leaves."""

import pytest

from person import Gate


def field(window, term):
    """What the details have under this title."""
    return window.jobs.locator("dl > div", has_text=term).locator("dd").first()


@pytest.fixture
def open_job(window):
    """A function that goes to a job and returns the window."""
    def open(id):
        window.go(str(id))
        window.jobs.get_by_role("heading", name="Console output").wait_for()
        return window
    return open


def output(window):
    return window.jobs.get_by_role("log", name="Console output")


@pytest.mark.usefixtures("limits_accepted")
def test_every_field_that_says_something(open_job, alice):
    id = alice.submit("/bin/sh", "-c", "exit 3", "it's", name="report", related="https://example.org/12",
                      timeout=90_000_000, memory_max=2**30, output_max=10 * 2**20, output_grace=500_000, nice=5)
    job = alice.wait(id)
    window = open_job(id)
    for term, text in (("Result", "It exited with a status other than 0"), ("Exit status", "3"), ("User", "alice"),
                       ("Command", "/bin/sh -c 'exit 3' 'it'\\''s'"), ("Time limit", "1 min 30 s"),
                       ("Memory limit", "1 GiB"), ("Limit of output", "10 MiB"), ("Wait for output after the end", "0.5 s"),
                       ("Nice level", "5"), ("Unit", job["Unit"]),
                       ("In a terminal", f"jobsctl status {id}")):
        assert text in field(window, term).inner_text(), term
    assert window.jobs.get_by_role("link", name="https://example.org/12").get_attribute("href") == \
        "https://example.org/12"


def test_the_output_grows_while_the_job_runs_and_has_its_colours(open_job, alice, gate):
    id = gate.job(r'printf "\033[31mred\033[0m and plain\n"; printf "caf\303\251\n"')
    alice.wait_started(id)
    window = open_job(id)
    window.jobs.get_by_text("Nothing has been printed so far.").wait_for()
    gate.open()
    output(window).locator(".ansi-1", has_text="red").wait_for()
    output(window).get_by_text("café").wait_for()
    window.jobs.get_by_text("Completed").first().wait_for()


def test_what_is_missing_of_an_output_is_told(open_job, alice):
    id = alice.sh("seq 1000", output_max=1000)
    alice.wait(id)
    window = open_job(id)
    window.jobs.get_by_role("heading", name="Some of the output is missing").wait_for()
    window.jobs.get_by_text("2893 bytes are missing here").wait_for()
    output(window).get_by_text("1000", exact=True).wait_for()


def test_search_in_the_output(open_job, alice):
    id = alice.sh("seq 1 30; echo Thirteen")
    alice.wait(id)
    window = open_job(id)
    window.jobs.get_by_role("textbox", name="Search in the output").fill("13")
    window.wait_until(lambda: output(window).locator("mark").all_inner_texts() == ["13"])
    window.jobs.get_by_role("textbox", name="Search in the output").fill("tHIRT")
    window.wait_until(lambda: output(window).locator("mark").all_inner_texts() == ["Thirt"])


def test_a_long_output_opens_at_its_end_and_is_downloaded_whole(open_job, alice, tmp_path):
    id = alice.sh("seq 1 100000")
    alice.wait(id)
    window = open_job(id)
    output(window).get_by_text("100000", exact=True).wait_for()
    assert output(window).locator(".line").count() == 2000
    window.jobs.get_by_text("The last 2,000 lines").wait_for()
    assert output(window).evaluate("box => box.scrollHeight - box.scrollTop - box.clientHeight < 4")
    name = window.download(window.jobs.get_by_role("button", name="Download output"), tmp_path / "output")
    assert name == f"job-{id}.log"
    assert (tmp_path / "output").read_text() == "".join(f"{i}\n" for i in range(1, 100001))


def test_lines_of_a_megabyte_bytes_that_are_no_text_and_half_a_character(open_job, alice):
    id = alice.submit("/usr/bin/python3", "-c",
                      r"import os; os.write(1, b'x' * 1000000 + b'\n\377\376\001\nend \303\n')")
    alice.wait(id)
    window = open_job(id)
    output(window).get_by_text("end").wait_for()
    output(window).get_by_text("… 996,000 characters more").wait_for()
    output(window).get_by_text("␁").wait_for()


def results(window):
    return window.jobs.get_by_role("region", name="Result files")


def file_names(window):
    return results(window).locator("tbody bdi").all_inner_texts()


def test_the_files_that_a_job_left_are_downloaded_as_they_are(open_job, alice, tmp_path):
    id = alice.sh('mkdir "$JOBSD_RESULTS/a"; echo hello >"$JOBSD_RESULTS/a/b.txt"; '
                  'touch --date="2026-11-24 12:00:05 UTC" "$JOBSD_RESULTS/a/b.txt"; '
                  'printf x >"$JOBSD_RESULTS/<i>n.txt"; head -c 20000000 /dev/zero >"$JOBSD_RESULTS/big"', results=True)
    alice.wait(id)
    window = open_job(id)
    window.wait_until(lambda: file_names(window) == ["<i>n.txt", "a/b.txt", "big"])
    for name, size in ("<i>n.txt", "1 B"), ("a/b.txt", "6 B"), ("big", "19.1 MiB"):
        assert window.row(name).locator('td[data-label="Size"]').inner_text() == size
    assert "Nov 24, 2026, 12:00:05" in window.row("a/b.txt").locator('td[data-label="Modified"]').inner_text()
    assert results(window).locator("i").count() == 0
    assert window.violations() == []

    download = results(window).get_by_role("button", name="Download <i>n.txt")
    window.download(download, tmp_path / "markup")
    assert (tmp_path / "markup").read_bytes() == b"x"
    download = results(window).get_by_role("button", name="Download big")
    assert window.download(download, tmp_path / "big") == "big"
    assert (tmp_path / "big").read_bytes() == bytes(20_000_000)
    download = results(window).get_by_role("button", name="Download a/b.txt")
    assert window.download(download, tmp_path / "text", by=("press", "Enter")) == "b.txt"
    assert (tmp_path / "text").read_bytes() == b"hello\n"


@pytest.mark.parametrize("name", ["Größe 5% (1).csv", "it's.txt", "-rf", "a b;c=d,e.txt", "-- $(id) `id` &|.txt"],
                         ids=["letters", "apostrophe", "option", "separators", "shell"])
def test_a_file_keeps_its_name(open_job, alice, tmp_path, name):
    id = alice.sh('echo kept >"$JOBSD_RESULTS/$1"', name, results=True)
    alice.wait(id)
    window = open_job(id)
    button = results(window).get_by_role("button", name=f"Download {name}", exact=True)
    saved = window.download(button, tmp_path / "file")
    # What is a sign for a shell, browsers may replace.
    assert saved == name or "|" in name
    assert (tmp_path / "file").read_text() == "kept\n"


def test_a_name_that_turns_around_does_not_look_like_another(open_job, alice, tmp_path):
    id = alice.sh('echo kept >"$JOBSD_RESULTS/$1"', "bill\u202efdp.csv", results=True)
    alice.wait(id)
    window = open_job(id)
    window.wait_until(lambda: len(file_names(window)) == 1)
    assert "\u202e" not in window.text()
    saved = window.download(results(window).get_by_role("button", name="Download bill"), tmp_path / "file")
    assert "\u202e" not in saved and saved.endswith("fdp.csv")
    assert (tmp_path / "file").read_text() == "kept\n"


def test_files_are_listed_while_the_job_runs_and_when_it_ends(open_job, alice, gate):
    later = Gate(alice, "later")
    id = alice.sh(f'echo 1 >"$JOBSD_RESULTS/one"; systemd-notify --status=waits; {gate.wait}; '
                  f'echo 2 >"$JOBSD_RESULTS/two"; rm "$JOBSD_RESULTS/one"; echo written; {later.wait}; '
                  'echo 3 >"$JOBSD_RESULTS/three"', results=True)
    alice.wait_for(id, Info="waits")
    window = open_job(id)
    window.wait_until(lambda: file_names(window) == ["one"])
    gate.open()
    output(window).get_by_text("written").wait_for()
    results(window).get_by_role("button", name="Refresh").click()
    window.wait_until(lambda: file_names(window) == ["two"])
    later.open()
    window.wait_until(lambda: file_names(window) == ["three", "two"])


def test_most_jobs_leave_no_files_and_have_no_section_of_them(open_job, alice):
    id = alice.sh("echo only this")
    alice.wait(id)
    window = open_job(id)
    output(window).get_by_text("only this").wait_for()
    assert results(window).count() == 0


def test_cancel_and_retry(open_job, alice, gate):
    id = gate.job(name="long")
    alice.wait_started(id)
    window = open_job(id)
    window.jobs.get_by_role("button", name="Cancel job").click()
    window.jobs.get_by_text("Cancelled", exact=True).first().wait_for()
    assert alice.wait(id)["Result"] == "cancelled"
    window.jobs.get_by_role("button", name="Retry").click()
    window.jobs.get_by_text("Running").wait_for()
    retried = int(window.address())
    assert retried > id and alice.job(retried)["RetryOf"] == id
    assert field(window, "Retry of").inner_text() == str(id)


def test_a_job_that_is_cleared_elsewhere(open_job, alice):
    id = alice.sh("echo kept")
    alice.wait(id)
    window = open_job(id)
    alice.clear(ids=[id])
    window.jobs.get_by_text("This job was cleared").wait_for()
    assert "kept" in window.text()
    assert window.jobs.get_by_role("button", name="Retry").count() == 0
    window.reload()
    window.jobs.get_by_text(f"There is no job {id}").wait_for()


@pytest.mark.parametrize("kind", ["somebody else's", "none"])
def test_what_is_not_there_for_me(window, bob, kind):
    id = bob.sh("echo secret") if kind == "somebody else's" else 10**9
    window.go(str(id))
    window.jobs.get_by_text(f"There is no job {id}").wait_for()
    assert "secret" not in window.text()
