# SPDX-License-Identifier: LGPL-2.1-or-later
"""Starting a job: of a type by its form, and a command."""

import hashlib
import random
import textwrap

import pytest

from browser import Window
from person import Person
from test_everybody import LOOKS

SCRIPT = '<img src=x onerror="alert(1)">'
SECRET = "hush hush"

EVERYTHING = """\
    [Job]
    Description=All that a form can have
    Description[de]=Alles, was ein Formular haben kann
    Command=/bin/sh -c 'for value; do echo "<$value>"; done; wc -c <"$8"' sh {text} {count} {mode} {format} {force} {where} \
{record} {password}
    AllowGroups=operators
    [Parameter text]
    Description=A text
    Description[de]=Ein Text
    Required=yes
    [Parameter count]
    Description=How many
    Type=integer
    Min=1
    Max=10
    Default=3
    [Parameter mode]
    Description=The mode
    Type=choice
    Choices=quick thorough
    Default=quick
    [Parameter format]
    Description=The format
    Type=choice
    Choices=csv json xlsx pdf odt
    [Parameter force]
    Description=Do it anyway
    Type=boolean
    [Parameter where]
    Description=Where it goes
    Type=path
    [Parameter record]
    Description=Which record
    Type=uri
    [Parameter password]
    Description=The password
    Secret=yes
    """

HANDED = """\
    [Job]
    Description=Read a file
    Command=/bin/sh -c 'wc -c <"$1"; sha256sum <"$1"' sh {records}
    AllowGroups=operators
    [Parameter records]
    Description=The records
    Type=file
    SizeMax=16M
    Pattern=.*[.]csv
    Required=yes
    """

SEVERAL = HANDED.replace("{records}", "{records} {more}") + """\
    [Parameter more]
    Type=file
    """

HOSTILE = f"""\
    [Job]
    Description={SCRIPT}
    Command=/bin/echo {{text}} {{choice}}
    AllowGroups=operators
    [Parameter text]
    Description={SCRIPT}
    Default={SCRIPT}
    [Parameter choice]
    Type=choice
    Choices='{SCRIPT}' other
    Default=other
    """

TYPES = {"everything": EVERYTHING, "handed": HANDED, "several": SEVERAL, "hostile": HOSTILE, "denied": EVERYTHING,
         "broken": "[Job]\nCommand=no-path\n", "password": EVERYTHING.replace("AllowGroups=operators", "")}

DENIED = """\
polkit.addRule(function(action, subject) {
    if (action.id == "org.jobsd1.run-command" && subject.user == "bob")
        return polkit.Result.NO;
    if (action.id == "org.jobsd1.run-type" && action.lookup("job.type") == "denied")
        return polkit.Result.NO;
});
"""


def define(root: Person, **types: str):
    for name, text in types.items():
        root.write(f"/etc/jobsd/types.d/{name}.job", textwrap.dedent(text))
    root.run("systemctl", "reload", "jobsd.service")


@pytest.fixture(scope="module", autouse=True)
def types(machine):
    with Person(machine, "root") as root:
        root.write("/etc/polkit-1/rules.d/00-denied.rules", DENIED)
        define(root, **TYPES)


@pytest.fixture(scope="module")
def erins(browser):
    with browser.log_in("erin") as window:
        yield window


@pytest.fixture
def window(erins, erin):
    """Erin's, who is of the group operators, with the page of jobs as she finds it."""
    erin.cancel_all()
    erin.clear()
    erins.start_over()
    return erins


def field(window: Window, name: str):
    return window.jobs.get_by_label(name)


def start(window: Window):
    window.jobs.get_by_role("button", name="Start", exact=True).click()


def started(window: Window, person: Person) -> dict:
    """The job that the page shows, when it has ended."""
    window.jobs.get_by_role("heading", name="Console output").wait_for()
    return person.wait(int(window.address()))


def html(window: Window) -> str:
    return window.jobs.locator("html").evaluate("html => html.outerHTML")


def fill_in(window: Window):
    field(window, "A text").fill("two words")
    field(window, "How many").fill("7")
    window.jobs.get_by_role("radio", name="thorough").check()
    field(window, "The format").select_option("json")
    window.switch("Do it anyway", True)
    field(window, "Where it goes").fill("/srv/a b")
    field(window, "Which record").fill("https://example.org/12")
    field(window, "The password").fill(SECRET)


def test_a_type_with_each_kind_of_parameter(window, erin):
    window.jobs.get_by_role("link", name="Start a job").click()
    window.wait_for_address("start")
    window.jobs.get_by_role("link", name="everything").click()
    window.wait_for_address("start?type=everything")
    assert field(window, "How many").input_value() == "3"
    assert window.jobs.get_by_role("radio", name="quick").is_checked()
    window.jobs.get_by_text("A whole number from 1 to 10.").wait_for()
    assert field(window, "The password").get_attribute("type") == "password"
    fill_in(window)
    assert window.violations() == []
    start(window)
    job = started(window, erin)
    assert (job["User"], job["Type"], job["Origin"], job["Result"]) == ("erin", "everything", "web", "success")
    assert erin.output(job["Id"]).decode().splitlines()[:7] == [
        "<two words>", "<7>", "<thorough>", "<json>", "<yes>", "</srv/a b>", "<https://example.org/12>"]
    assert erin.output(job["Id"]).endswith(b"\n%d\n" % len(SECRET))
    assert SECRET not in html(window)
    window.back()
    field(window, "The password").wait_for()
    assert SECRET not in html(window) + window.address() and field(window, "The password").input_value() == ""


def test_what_is_not_given_is_left_out(window, erin):
    window.go("start?type=everything")
    field(window, "A text").fill("x")
    field(window, "The password").fill("y")
    start(window)
    assert started(window, erin)["Parameters"] == ["text=x", "count=3", "mode=quick", "force=no", "password"]


def test_an_error_is_said_at_its_field_and_all_that_was_typed_stays(window, erin):
    window.go("start?type=everything")
    fill_in(window)
    field(window, "How many").fill("11")
    start(window)
    window.jobs.get_by_text('Parameter "count" takes a whole number from 1 to 10, not "11".').wait_for()
    window.wait_until(lambda: field(window, "How many").evaluate("field => field === document.activeElement"))
    assert field(window, "How many").get_attribute("aria-invalid") == "true"
    assert window.violations() == []
    assert erin.ids() == []
    field(window, "How many").fill("10")
    field(window, "A text").fill("")
    start(window)
    window.jobs.get_by_text('Parameter "text" is missing.').wait_for()
    field(window, "A text").fill("two words")
    field(window, "A text").press("Enter")
    job = started(window, erin)
    assert job["Parameters"] == ["text=two words", "count=10", "mode=thorough", "format=json", "force=yes",
                                 "where=/srv/a b", "record=https://example.org/12", "password"]
    assert erin.output(job["Id"]).endswith(b"\n%d\n" % len(SECRET))


def test_a_file_goes_as_it_is_with_its_name(window, erin, tmp_path):
    data = random.Random(1).randbytes(9 * 2**20 + 7)
    file = tmp_path / "ships of 1912.csv"
    file.write_bytes(data)
    window.go("start?type=handed")
    field(window, "The records").set_input_files(str(file))
    start(window)
    job = started(window, erin)
    assert (job["Parameters"], job["User"], job["Origin"]) == (["records=ships of 1912.csv"], "erin", "web")
    assert erin.output(job["Id"]).decode() == f"{len(data)}\n{hashlib.sha256(data).hexdigest()}  -\n"


@pytest.mark.parametrize("name, size, text", [
    ("large.csv", 16 * 2**20 + 1, "This file has 16 MiB, which is too much."),
    ("ships.txt", 3, 'Parameter "records" takes what matches .*[.]csv, not "ships.txt".'),
    (None, 0, 'Parameter "records" is missing.'),
])
def test_a_file_that_is_refused(window, erin, tmp_path, name, size, text):
    window.go("start?type=handed")
    field(window, "The records").wait_for()
    if name:
        (tmp_path / name).write_bytes(bytes(size))
        field(window, "The records").set_input_files(str(tmp_path / name))
    start(window)
    window.jobs.get_by_text(text).wait_for()
    assert window.violations() == []
    assert erin.ids() == []


def test_a_type_that_no_browser_can_start_says_how(window):
    window.go("start?type=several")
    window.jobs.get_by_text("This is started in a terminal: jobsctl run --type=several").wait_for()


def cards(window: Window) -> list[str]:
    window.jobs.get_by_role("link", name="Run a command").wait_for()
    return window.jobs.locator(".start-card h2").all_inner_texts()


def test_only_what_one_may_run_is_offered(window):
    window.go("start")
    window.wait_until(lambda: cards(window)[:5] == ["everything", "handed", "hostile", "several", "Run a command"])
    assert "password" in cards(window) and not {"denied", "broken"} & set(cards(window))
    window.jobs.get_by_text('It needs administrative access: in a terminal, "jobsctl run --type=password" asks').wait_for()
    assert window.jobs.get_by_role("link", name="password").count() == 0
    for name in "denied", "broken", "no-such":
        window.go(f"start?type={name}")
        window.jobs.get_by_text(f"There is no job type {name} that you may run").wait_for()


def test_who_may_run_no_command_is_offered_none(browser):
    with browser.log_in("bob", "start") as window:
        window.jobs.locator("#type-handed").wait_for()
        for name in "Run a command", "handed":
            assert window.jobs.get_by_role("link", name=name).count() == 0
        window.go("start/command")
        window.jobs.get_by_role("textbox", name="Command").fill("/bin/true")
        start(window)
        window.jobs.get_by_text("The job could not be started").wait_for()
        window.jobs.get_by_text("This needs administrative access").wait_for()


def test_an_administrator_starts_own_jobs(browser, carol):
    with browser.log_in("carol") as window:
        window.become_administrator("carol")
        window.go("start/command")
        window.jobs.get_by_role("textbox", name="Command").fill("/usr/bin/id -un")
        start(window)
        job = started(window, carol)
        assert (job["User"], carol.output(job["Id"])) == ("carol", b"carol\n")


def test_many_types_are_searched(window, root):
    root_types = {f"task-{i}": HANDED.replace("Read a file", f"Number {i}") for i in range(9)}
    define(root, **root_types)
    try:
        window.go("start")
        window.jobs.get_by_role("textbox", name="Search job types").fill("number 7")
        window.wait_until(lambda: cards(window) == ["task-7", "Run a command"])
        assert window.violations() == []
    finally:
        root.run("rm", *(f"/etc/jobsd/types.d/{name}.job" for name in root_types))
        root.run("systemctl", "reload", "jobsd.service")


def test_a_command_arrives_as_the_words_that_it_was(window, erin):
    window.go("start")
    window.jobs.get_by_role("link", name="Run a command").click()
    window.wait_for_address("start/command")
    line = window.jobs.get_by_role("textbox", name="Command")
    line.fill("printf '")
    window.jobs.get_by_role("status", name="Words of the command").get_by_text("A quotation has no end.").wait_for()
    line.fill("printf '<%s>\\n' x")
    start(window)
    window.jobs.locator('#line[aria-invalid="true"]').wait_for()
    line.fill(r"""/usr/bin/printf '<%s>\n' 'a  b' "it's \"so\"" c\ d $HOME * '' """)
    window.jobs.get_by_role("status", name="Words of the command").get_by_text("8 words:").wait_for()
    field(window, "Name").fill("words")
    field(window, "Time limit").fill("soon")
    start(window)
    window.jobs.get_by_text("This is no time, as in 90s, 30min or 2h.").wait_for()
    assert window.violations() == []
    field(window, "Time limit").fill("1h 30min")
    field(window, "Working directory").fill("/tmp")
    field(window, "Related record").fill("https://example.org/12")
    window.switch("Keep result files", True)
    start(window)
    job = started(window, erin)
    assert job["Command"] == ["/usr/bin/printf", r"<%s>\n", "a  b", 'it\'s "so"', "c d", "$HOME", "*", ""]
    assert (job["Name"], job["Timeout"], job["WorkingDirectory"], job["Related"], job["Origin"]) == (
        "words", 5_400_000_000, "/tmp", "https://example.org/12", "web")
    assert erin.output(job["Id"]) == b"<a  b>\n<it's \"so\">\n<c d>\n<$HOME>\n<*>\n<>\n"


def test_a_line_for_the_shell(window, erin):
    window.go("start/command")
    window.jobs.get_by_role("textbox", name="Command").fill("echo shell | tr a-z A-Z; echo \"$0\"")
    window.switch("Run in a shell", True)
    start(window)
    assert erin.output(started(window, erin)["Id"]) == b"SHELL\n/bin/sh\n"


def test_markup_in_what_a_type_says_is_text(window, erin):
    window.go("start")
    window.jobs.get_by_text(SCRIPT).wait_for()
    window.go("start?type=hostile")
    field(window, SCRIPT).first().wait_for()
    assert window.jobs.locator("#parameter-text").input_value() == SCRIPT
    assert window.jobs.locator("img, #page script").count() == 0
    start(window)
    assert erin.output(started(window, erin)["Id"]).decode() == f"{SCRIPT} other\n"
    window.go("start?type=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    window.jobs.get_by_text("There is no job type <img src=x onerror=alert(1)> that you may run").wait_for()
    assert window.jobs.locator("img, #page script").count() == 0
    assert not [message for message in window.messages() if "alert" in message or "dialog" in message]


def test_nothing_is_lost_when_jobsd_is_away_or_the_type_is(window, root, erin):
    window.go("start?type=everything")
    fill_in(window)
    with root.machine.without("jobsd.service"):
        window.jobs.get_by_text("jobsd is not running").wait_for()
        start(window)
        window.jobs.get_by_text("The job could not be started").wait_for()
    window.jobs.get_by_text("jobsd is not running").wait_for(state="detached")
    root.run("rm", "/etc/jobsd/types.d/everything.job")
    root.run("systemctl", "reload", "jobsd.service")
    try:
        start(window)
        window.jobs.get_by_role("alert").get_by_text('There is no job type "everything"').wait_for()
    finally:
        define(root, everything=EVERYTHING)
    assert field(window, "The password").input_value() == SECRET
    start(window)
    assert started(window, erin)["Parameters"][0] == "text=two words"


def test_a_reload_and_the_way_back(window):
    window.go("start?type=everything")
    field(window, "A text").wait_for()
    window.reload()
    field(window, "A text").wait_for()
    window.jobs.get_by_role("link", name="Start a job").click()
    window.wait_for_address("start")
    window.back()
    field(window, "A text").wait_for()
    window.jobs.get_by_role("link", name="Jobs").click()
    window.jobs.get_by_role("heading", name="Manage jobs").wait_for()


def test_with_the_keyboard_alone(window, erin):
    window.go("start")
    card = window.jobs.get_by_role("link", name="everything")
    card.focus()
    card.press("Enter")
    field(window, "A text").fill("x")
    window.jobs.get_by_role("radio", name="quick").focus()
    window.jobs.get_by_role("radio", name="quick").press("ArrowDown")
    window.jobs.get_by_role("switch", name="Do it anyway").focus()
    window.jobs.get_by_role("switch", name="Do it anyway").press("Space")
    field(window, "The password").fill("y")
    field(window, "The password").press("Enter")
    assert started(window, erin)["Parameters"] == ["text=x", "count=3", "mode=thorough", "force=yes", "password"]


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(browser, screenshot, look):
    with browser.open("erin", "start", **LOOKS[look]) as window:
        window.jobs.locator("#type-everything").wait_for()
        for name, address, part in (("types", "start", "#type-everything"),
                                    ("type", "start?type=everything", "#parameter-text"),
                                    ("command", "start/command", "#line")):
            window.go(address)
            window.jobs.locator(part).wait_for()
            if name == "command":
                window.jobs.locator(part).fill("/usr/bin/tar czf 'my files.tar.gz' Documents")
            screenshot(window, f"start-{name}-{look}")
            assert window.violations() == []
            assert window.jobs.locator("html").evaluate("html => html.scrollWidth <= html.clientWidth")


def test_german_descriptions(browser):
    with browser.open("erin", "start?type=everything", **LOOKS["german"]) as window:
        window.jobs.get_by_text("Alles, was ein Formular haben kann").wait_for()
        window.jobs.get_by_label("Ein Text").wait_for()
        window.jobs.get_by_label("How many").wait_for()     # it is in no other language
