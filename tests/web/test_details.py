# SPDX-License-Identifier: LGPL-2.1-or-later
"""One job: what is known of it, and what it prints."""

import pytest


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
