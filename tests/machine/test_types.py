# SPDX-License-Identifier: LGPL-2.1-or-later
"""Jobs of a type: what an administrator describes in a file, others run with parameters of their own."""

import json
import textwrap

import pytest

from person import MANAGER, BusError, Gate, Person, job_path, unit, variants
from waiting import wait_until

TYPES = "/etc/jobsd/types.d"
INTERACTIVE = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"
ACCESS_DENIED = "org.freedesktop.DBus.Error.AccessDenied"
INVALID = "org.freedesktop.DBus.Error.InvalidArgs"
NO_SUCH_TYPE = "org.jobsd1.Error.NoSuchType"
BROKEN_TYPE = "org.jobsd1.Error.BrokenType"

SHOW = """
    [Job]
    Description=Show what arrives
    Description[de]=Zeigt, was ankommt
    Description[de_AT]=Zagt, wos ankummt
    Command=/usr/bin/printf '<%%s>\\n' --text={text} {mode} --level={level}
    AllowGroups=operators
    [Parameter text]
    Description=Anything
    Description[de]=Irgendwas
    Required=yes
    [Parameter mode]
    Type=choice
    Choices=fast slow
    Default=fast
    [Parameter level]
    Type=integer
    Min=1
    Max=3
""".replace("%%s", "%s")


def put(root, name, text):
    root.write(f"{TYPES}/{name}", textwrap.dedent(text).lstrip())


def reload(root, check=True):
    return root.run("systemctl", "reload", "jobsd.service", check=check)


@pytest.fixture(scope="module")
def root(machine):
    with Person(machine, "root") as root:
        put(root, "show.job", SHOW)
        put(root, "who.job", """
            [Job]
            Command=/bin/sh -c 'id -un; pwd; echo "$$JOBSD_JOB_USER $$JOBSD_JOB_ID $$WORD"'
            User=bob
            AllowGroups=operators alice
            Environment=WORD=x
        """.replace("$$", "$"))
        put(root, "private.job", "[Job]\nCommand=/bin/true\n")
        reload(root)
        yield root


@pytest.fixture(scope="module", autouse=True)
def types(root):
    """They are there before anybody asks."""


def run(person, name, **values):
    id, path = person.call("RunType", "sa{ss}a{sv}t", name, values, {}, 0)
    assert path == job_path(id)
    return id


def error_of(function):
    with pytest.raises(BusError) as caught:
        function()
    return caught.value.name, caught.value.text


def listed(person, *options):
    return {row["name"]: row for row in json.loads(person.jobsctl("types", "--json=short", *options).stdout)}


def test_values_reach_the_program_as_they_are(erin):
    text = "two  words $HOME %n {text} 'q\"\\n\\\n\tü"
    job = erin.wait(run(erin, "show", text=text, level="3"))
    assert (job["Result"], job["Name"], job["Type"], job["User"], job["RunAs"]) == ("success", "show", "show", "erin", "")
    assert job["Command"][2:] == [f"--text={text}", "fast", "--level=3"]
    assert sorted(job["Parameters"]) == sorted([f"text={text}", "level=3"])
    assert erin.output(job["Id"]).decode() == f"<--text={text}>\n<fast>\n<--level=3>\n"


def test_an_argument_about_what_nobody_gave_is_left_out(erin):
    job = erin.wait(run(erin, "show", text="x"))
    assert job["Command"][2:] == ["--text=x", "fast"]


@pytest.mark.parametrize("values, wanted", [
    ({}, 'Parameter "text" is missing.'),
    ({"text": ""}, 'Parameter "text" is empty.'),
    ({"text": "x", "more": "1"}, 'Job type "show" has no parameter "more".'),
    ({"text": "x", "level": "4"}, 'Parameter "level" takes a whole number from 1 to 3, not "4".'),
    ({"text": "x", "mode": "sideways"}, 'Parameter "mode" takes one of fast, slow, not "sideways".'),
    ({"text": "x" * 32769}, 'Parameter "text" has 32769 bytes, at most 32768 are allowed.'),
    ({"text": "\x01"}, 'Parameter "text" contains a control character.'),
    ({"te=xt": "x"}, '"te=xt" is no parameter\'s name.'),
])
def test_a_wrong_parameter_is_named_and_nothing_is_submitted(erin, values, wanted):
    before = erin.ids()
    assert error_of(lambda: run(erin, "show", **values)) == (INVALID, wanted)
    assert erin.ids() == before


def test_who_may_run_it(alice, bob, carol, dave, erin, root):
    """Members of its groups, and administrators: root and jobs-admin at once, sudo with a password."""
    everybody = {"alice": alice, "bob": bob, "carol": carol, "dave": dave, "erin": erin, "root": root}

    def outcomes(name, **values):
        def outcome(person):
            try:
                return person.wait(run(person, name, **values))["Result"]
            except BusError as error:
                return error.name
        return {name: outcome(person) for name, person in everybody.items()}

    no, yes = INTERACTIVE, "success"
    assert outcomes("show", text="x") == {"alice": no, "bob": no, "carol": no, "dave": yes, "erin": yes, "root": yes}
    assert outcomes("who") == {"alice": yes, "bob": no, "carol": no, "dave": yes, "erin": yes, "root": yes}
    assert outcomes("private") == {"alice": no, "bob": no, "carol": no, "dave": yes, "erin": no, "root": yes}
    assert set(outcomes("no-such-type").values()) == {NO_SUCH_TYPE}
    assert set(outcomes("../show").values()) == {NO_SUCH_TYPE}


def test_a_job_belongs_to_who_started_it_whoever_it_runs_as(alice, bob, erin):
    job = alice.wait(run(alice, "who"))
    assert (job["User"], job["RunAs"], job["UID"]) == ("alice", "bob", 1001)
    assert alice.output(job["Id"]).decode() == f"bob\n/\nalice {job['Id']} x\n"
    assert job["Id"] in alice.ids()
    for person in bob, erin:
        assert job["Id"] not in person.ids(all=True)
        assert error_of(lambda: person.job(job["Id"]))[0] == "org.jobsd1.Error.NoSuchJob"
    shown = alice.jobsctl("status", str(job["Id"])).stdout
    assert "Runs as: bob" in shown and "User: alice" in shown


def test_its_owner_cancels_what_runs_as_another_account(alice, root):
    put(root, "long.job", "[Job]\nCommand=/bin/sleep 1000\nUser=bob\nAllowGroups=alice\n")
    reload(root)
    id = run(alice, "long")
    alice.wait_started(id)
    assert root.run("systemctl", "show", "--value", "--property=User", unit(id)).stdout == "1002\n"
    assert root.run("systemctl", "show", "--value", "--property=Slice", unit(id)).stdout == "jobs-1001.slice\n"
    alice.cancel(id)
    assert alice.wait(id)["Result"] == "cancelled"


def test_what_there_is_to_be_run(alice, bob, erin, dave):
    assert {name for name in listed(erin)} == {"show", "who"}
    assert {name for name in listed(alice)} >= {"who"} and "show" not in listed(alice)
    assert listed(bob) == {}
    everything = listed(bob, "--all")
    assert set(everything) >= {"show", "who", "private"}
    assert {row["allowed"] for row in everything.values()} == {"auth"}
    assert listed(dave)["private"]["allowed"] == "yes"
    show = listed(erin)["show"]
    assert show["descriptions"] == {"de": "Zeigt, was ankommt", "de_AT": "Zagt, wos ankummt"}
    assert (show["description"], show["path"], show["groups"], show["mistake"]) == \
        ("Show what arrives", f"{TYPES}/show.job", ["operators"], "")
    assert show["parameters"] == [
        {"name": "text", "description": "Anything", "descriptions": {"de": "Irgendwas"}, "type": "string",
         "required": True, "secret": False},
        {"name": "mode", "description": "", "descriptions": {}, "type": "choice", "required": False, "secret": False,
         "choices": ["fast", "slow"], "default": "fast"},
        {"name": "level", "description": "", "descriptions": {}, "type": "integer", "required": False, "secret": False,
         "min": 1, "max": 3}]


def test_the_command_line(erin, bob):
    ran = erin.jobsctl("run", "--wait", "--type=show", "text=a=b", "--related=urn:x", "level=2")
    id = int(ran.stdout)
    assert erin.job(id)["Parameters"] == ["text=a=b", "level=2"] and erin.job(id)["Related"] == "urn:x"
    assert erin.job(id)["Origin"] == "command-line"
    assert [row["id"] for row in json.loads(erin.jobsctl("list", "--type=show", "--related=urn:x", "-j").stdout)] == [id]
    status = erin.jobsctl("status", str(id)).stdout
    assert "Type: show" in status and "Parameter: text=a=b" in status
    table = erin.jobsctl("types").stdout
    assert table.splitlines()[0].split() == ["TYPE", "DESCRIPTION"] and "Show what arrives" in table
    one = erin.jobsctl("types", "show")
    assert "integer from 1 to 3" in one.stdout and "fast|slow" in one.stdout and "(required)" in one.stdout
    assert "run --type=show text=…" in one.stderr
    assert "no job type that you may run" in bob.jobsctl("types").stderr
    for arguments, status, words in (
            (["run", "--type=show"], 1, 'Parameter "text" is missing.'),
            (["run", "--type=show", "text"], 2, "KEY=VALUE"),
            (["run", "--type=show", "--timeout=5", "text=x"], 2, "the type says it"),
            (["run", "--type=nonsense"], 1, "no job type"),
            (["types", "nonsense"], 1, "no job type"),
            (["types", "a", "b"], 2, "has no use"),
            (["run"], 2, "What is missing")):
        failed = erin.jobsctl(*arguments, check=False)
        assert failed.returncode == status and words in failed.stderr, arguments


@pytest.mark.parametrize("environment, words, of_text", [
    ({"LANG": "de_DE.UTF-8"}, "Zeigt, was ankommt", "Irgendwas"),
    ({"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "de_AT.UTF-8@euro"}, "Zagt, wos ankummt", "Irgendwas"),
    ({"LC_MESSAGES": "de", "LC_ALL": "it_IT"}, "Show what arrives", "Anything"),
    ({"LANG": "C.UTF-8"}, "Show what arrives", "Anything"),
])
def test_a_type_is_described_in_the_language_of_who_asks(erin, environment, words, of_text):
    """If it says something in that language, and programs get all of them."""
    def ask(*options):
        names = ("--unset=LC_ALL", "--unset=LC_MESSAGES", "--unset=LANG")
        return erin.run("env", *names, *(f"{name}={value}" for name, value in environment.items()), "jobsctl", "types",
                        *options).stdout
    assert words in ask()
    one = ask("show")
    assert words in one and of_text in one
    assert json.loads(ask("show", "--json=short"))["description"] == "Show what arrives"


def test_a_description_in_no_language_is_a_mistake(erin, root):
    put(root, "lost.job", "[Job]\nCommand=/bin/true\nDescription[de_AT.UTF-8]=x\nAllowGroups=operators\n")
    mistakes, = root.call("Reload", "t", 0)
    erin.file("lost.job").write_text(root.machine.path(f"{TYPES}/lost.job").read_text())
    root.machine.path(f"{TYPES}/lost.job").unlink()
    root.call("Reload", "t", 0)
    assert mistakes == [f"{TYPES}/lost.job:3: Description[de_AT.UTF-8]= names no language: Description[...]= takes one as "
                        "de, de_AT, sr@latin or sr_RS@latin."]
    told = erin.jobsctl("types", "--check", "lost.job", check=False)
    assert (told.returncode, told.stderr) == (1, mistakes[0].removeprefix(f"{TYPES}/") + "\n")


def test_a_type_runs_no_more_jobs_at_once_than_it_says(erin, root):
    """Others of the same person overtake them."""
    gate = Gate(erin)
    put(root, "one.job", f"""
        [Job]
        Command=/bin/sh -c '{gate.wait}'
        AllowGroups=operators alice
        MaxRunning=1
    """)
    reload(root)
    first, second, third = [run(erin, "one") for _ in range(3)]
    erin.wait_started(first)
    other = erin.sh("true")
    assert erin.wait(other)["Result"] == "success"
    assert [erin.job(id)["Status"] for id in (first, second, third)] == ["running", "queued", "queued"]
    gate.open()
    rows = erin.wait_all([first, second, third])
    for before, after in zip(rows, rows[1:]):
        assert before["Finished"] <= after["Started"]


def test_a_retry_is_one_of_the_type_as_it_is_now(erin, dave, root):
    put(root, "changing.job", "[Job]\nCommand=/bin/echo old {x}\nAllowGroups=operators\n[Parameter x]\n")
    reload(root)
    old = erin.wait(run(erin, "changing", x="1"))["Id"]
    put(root, "changing.job", "[Job]\nCommand=/bin/echo new {x}\nAllowGroups=operators\n[Parameter x]\n")
    reload(root)
    again = erin.wait(erin.call("RetryJob", "tt", old, 0)[0])
    assert (again["RetryOf"], again["Parameters"], again["Type"]) == (old, ["x=1"], "changing")
    assert erin.output(again["Id"]) == b"new 1\n" and erin.output(old) == b"old 1\n"
    put(root, "changing.job", "[Job]\nCommand=/bin/echo new {x}\nAllowGroups=alice\n[Parameter x]\n")
    reload(root)
    assert error_of(lambda: erin.call("RetryJob", "tt", old, 0))[0] == INTERACTIVE
    by_dave = dave.call("RetryJob", "tt", old, 0)[0]
    assert erin.wait(by_dave)["User"] == "erin"
    root.machine.path(f"{TYPES}/changing.job").unlink()
    reload(root)
    assert error_of(lambda: erin.call("RetryJob", "tt", old, 0))[0] == NO_SUCH_TYPE


def test_a_reload_changes_nothing_for_jobs_that_are_there(erin, root):
    gate = Gate(erin)
    put(root, "steady.job", f"""
        [Job]
        Command=/bin/sh -c '{gate.wait}; echo {{x}}'
        AllowGroups=operators
        MaxRunning=1
        [Parameter x]
    """)
    reload(root)
    running, queued = run(erin, "steady", x="1"), run(erin, "steady", x="2")
    erin.wait_started(running)
    root.machine.path(f"{TYPES}/steady.job").unlink()
    reload(root)
    gate.open()
    assert [row["Result"] for row in erin.wait_all([running, queued])] == ["success", "success"]
    assert erin.output(queued) == b"2\n"
    assert error_of(lambda: run(erin, "steady", x="3"))[0] == NO_SUCH_TYPE


def test_a_mistake_names_its_line_and_the_other_types_stay(erin, dave, root):
    put(root, "broken.job", "[Job]\nCommand=/bin/true\nFrobnicate=1\nAllowGroups=operators\n")
    told = reload(root)
    mistakes, = root.call("Reload", "t", 0)
    assert len(mistakes) == 1 and f"{TYPES}/broken.job:3: Unknown key Frobnicate=" in mistakes[0]
    assert f"{TYPES}/broken.job:3" in root.run("journalctl", "--unit=jobsd.service", "--lines=50").stdout
    name, text = error_of(lambda: run(erin, "broken"))
    assert name == BROKEN_TYPE and "broken.job:3" in text
    assert "broken" not in listed(erin)
    assert "broken.job:3" in listed(erin, "--all")["broken"]["mistake"]
    assert "mistake" in erin.jobsctl("types", "--all").stdout
    assert erin.wait(run(erin, "show", text="x"))["Result"] == "success"
    put(root, "broken.job", "[Job]\nCommand=/nonexistent/program\nAllowGroups=operators\n")
    mistakes, = root.call("Reload", "t", 0)
    assert mistakes == [f"{TYPES}/broken.job: Command= begins with /nonexistent/program: No such file or directory."]
    root.machine.path(f"{TYPES}/broken.job").unlink()
    assert root.call("Reload", "t", 0) == ([],)


def test_a_file_is_read_when_it_has_changed(erin, dave, root, machine):
    """Without a reload: one that comes, its drop-in, one that goes, and one in a folder that is not there yet."""
    put(root, "by-itself.job", "[Job]\nCommand=/bin/echo one\nAllowGroups=operators\n")
    wait_until(lambda: "by-itself" in listed(erin))
    running = run(erin, "by-itself")
    root.write(f"{TYPES}/by-itself.job.d/10-more.conf", "[Job]\nDescription=more\n")
    wait_until(lambda: listed(erin)["by-itself"]["description"] == "more")
    root.write(f"{TYPES}/by-itself.job.d/10-more.conf", "[Job]\nDescription=still more\n")
    wait_until(lambda: listed(erin)["by-itself"]["description"] == "still more")
    root.run("rm", "-r", f"{TYPES}/by-itself.job", f"{TYPES}/by-itself.job.d")
    wait_until(lambda: "by-itself" not in listed(erin))
    assert erin.wait(running)["Result"] == "success"
    root.run("rm", "-rf", "/run/jobsd/types.d")
    root.write("/run/jobsd/types.d/of-run.job", "[Job]\nCommand=/bin/true\nAllowGroups=operators\n")
    wait_until(lambda: "of-run" in listed(erin))
    root.run("sh", "-c", "echo 'Frobnicate=1' >>/run/jobsd/types.d/of-run.job")
    wait_until(lambda: "of-run.job:4" in listed(erin, "--all")["of-run"]["mistake"])
    assert "of-run.job:4: Unknown key" in root.run("journalctl", "--unit=jobsd.service", "--lines=50").stdout
    root.run("rm", "/run/jobsd/types.d/of-run.job")
    wait_until(lambda: "of-run" not in listed(erin, "--all"))


def test_who_has_subscribed_is_told_that_there_are_other_types(alice, bob, root):
    alice.call("Subscribe", "t", 0)
    for read_anew in lambda: put(root, "told.job", "[Job]\nCommand=/bin/true\n"), lambda: reload(root):
        read_anew()
        assert [(signal[2], signal[3]) for signal in alice.signals("TypesChanged")] == [("TypesChanged", ())]
    assert bob.signals() == []
    alice.call("Unsubscribe")


def test_users_may_run_it_by_their_names(alice, bob, carol, root):
    put(root, "named.job", "[Job]\nCommand=/bin/true\nAllowUsers=alice operators\n")
    reload(root)
    assert alice.wait(run(alice, "named"))["Result"] == "success"
    for person in bob, carol:
        assert error_of(lambda: run(person, "named"))[0] == INTERACTIVE
    assert listed(alice)["named"]["users"] == ["alice", "operators"]
    assert "Users: alice, operators" in alice.jobsctl("types", "named").stdout


def test_the_group_that_it_runs_with(erin, root):
    put(root, "grouped.job", "[Job]\nCommand=/bin/sh -c 'id -un; id -gn; id -Gn'\nUser=carol\nGroup=operators\n"
                             "AllowGroups=operators\n")
    put(root, "own-group.job", "[Job]\nCommand=/usr/bin/id -gn\nGroup=carol\nAllowGroups=operators\n")
    put(root, "no-group.job", "[Job]\nCommand=/bin/true\nGroup=no-such-group\nAllowGroups=operators\n")
    reload(root)
    user, group, groups = erin.output(erin.wait(run(erin, "grouped"))["Id"]).decode().splitlines()
    assert (user, group) == ("carol", "operators") and "sudo" in groups.split()
    id = run(erin, "own-group")
    assert erin.output(erin.wait(id)["Id"]) == b"carol\n"
    again, _ = erin.call("RetryJob", "tt", id, 0)
    assert erin.output(erin.wait(again)["Id"]) == b"carol\n"
    before = erin.ids()
    assert error_of(lambda: run(erin, "no-group")) == (
        "org.jobsd1.Error.NoSuchGroup", 'There is no group "no-such-group".')
    assert erin.ids() == before
    assert "With group: operators" in erin.jobsctl("types", "grouped").stdout


def test_a_job_is_about_what_its_type_says(erin, root):
    put(root, "about.job", "[Job]\nCommand=/bin/echo {slug}\nRelated=https://archive.example.org/{slug}\n"
                           "AllowGroups=operators\n[Parameter slug]\n")
    reload(root)
    about = lambda id: erin.job(id)["Related"]      # noqa: E731
    first = run(erin, "about", slug="grunwald family/1")
    assert about(first) == "https://archive.example.org/grunwald%20family%2F1"
    assert about(run(erin, "about")) == ""
    other, _ = erin.call("RunType", "sa{ss}a{sv}t", "about", {"slug": "x"}, variants({"related": "urn:x:1"}), 0)
    assert about(other) == "urn:x:1"
    erin.wait(first)
    again, _ = erin.call("RetryJob", "tt", first, 0)
    assert about(again) == about(first)
    assert "About: https://archive.example.org/{slug}" in erin.jobsctl("types", "about").stdout


def test_a_file_is_checked_before_it_is_installed(alice, root):
    """By whoever writes it, and in the words that jobsd will have for it."""
    alice.file("import.job").write_text("[Job]\nCommand=/bin/true\nFrobnicate=1\nNice=99\n")
    told = alice.jobsctl("types", "--check", "import.job", check=False)
    put(root, "import.job", alice.file("import.job").read_text())
    mistakes, = root.call("Reload", "t", 0)
    root.machine.path(f"{TYPES}/import.job").unlink()
    root.call("Reload", "t", 0)
    assert (told.returncode, told.stderr.splitlines()) == (1, [mistake.replace(f"{TYPES}/", "") for mistake in mistakes])
    alice.file("import.job").write_text("[Job]\nCommand=/bin/true\n")
    told = alice.jobsctl("types", "--check", "import.job")
    assert (told.stdout, told.stderr) == ("", "import.job has no mistake.\n")
    missing = alice.jobsctl("types", "--check", "no-such.job", check=False)
    assert missing.returncode == 1 and missing.stderr == "no-such.job: No such file or directory\n"
    assert alice.jobsctl("types", "--check", check=False).returncode == 2


def test_only_administrators_of_the_machine_reload(alice, dave, root):
    for person in alice, dave:
        assert error_of(lambda: person.call("Reload", "t", 0))[0] == INTERACTIVE
    assert root.call("Reload", "t", 0) == ([],)


def test_a_reload_reads_the_configuration_too(alice, root):
    conf = root.machine.path("/etc/jobsd/jobsd.conf")
    before = conf.read_text()
    conf.write_text("[Manager]\nMaxRunning=3\nNonsense=1\n")
    try:
        mistakes, = root.call("Reload", "t", 0)
        assert "jobsd.conf:3: Unknown key Nonsense=" in mistakes[0]
        assert alice.manager()["MaxRunning"] == 3
    finally:
        conf.write_text(before)
        reload(root)


def test_drop_ins_and_folders(erin, root):
    """/etc over /run over /usr/lib, and drop-ins over all of them."""
    root.write("/usr/lib/jobsd/types.d/layered.job", "[Job]\nCommand=/bin/echo usr\nAllowGroups=operators\n")
    root.write("/run/jobsd/types.d/layered.job", "[Job]\nCommand=/bin/echo run\nAllowGroups=operators\n")
    put(root, "layered.job.d/50-x.conf", "[Job]\nDescription=dropped in\n")
    reload(root)
    assert erin.output(erin.wait(run(erin, "layered"))["Id"]) == b"run\n"
    assert listed(erin)["layered"]["description"] == "dropped in"
    put(root, "layered.job", "")
    reload(root)
    assert error_of(lambda: run(erin, "layered"))[0] == NO_SUCH_TYPE


@pytest.fixture
def shared(root, erin):
    """Operators, of whom erin is one, and alice share the jobs of a type."""
    gate = Gate(erin)

    def put_shared(share, groups="operators alice"):
        put(root, "shared.job", f"""
            [Job]
            Command=/bin/sh -c '[ "$1" = done ] || {gate.wait}; echo "$1"' sh {{word}}
            AllowGroups={groups}
            Share={share}
            [Parameter word]
            Default=done
        """)
        reload(root)
    put_shared("group")
    yield gate, put_shared
    root.machine.path(f"{TYPES}/shared.job").unlink()
    reload(root)


def list_all(person, **filter):
    rows, _, scope = person.call("ListJobs", "a{sv}tut", variants({"all": True, **filter}), 0, 500, 0)
    return {row["Id"][1] for row in rows}, scope


def test_a_type_shares_its_jobs_with_its_groups(alice, bob, erin, dave, shared):
    """On every way on which a job can be seen, and to nobody else."""
    assert listed(erin)["shared"]["share"] == "group" and listed(erin)["show"]["share"] == "private"
    gate, _ = shared
    ended, private = erin.wait(run(erin, "shared"))["Id"], erin.wait(run(erin, "show", text="x"))["Id"]
    running = run(erin, "shared", word="later")
    erin.wait_started(running)
    for sort in "ListJobs", "ListSorted":
        place = (0,) if sort == "ListJobs" else ("submitted", True, "")
        signature = "a{sv}tut" if sort == "ListJobs" else "a{sv}sbsut"
        rows, _, scope = alice.call(sort, signature, variants({"all": True}), *place, 500, 0)
        ids = {row["Id"][1] for row in rows}
        assert ended in ids and running in ids and private not in ids and scope == "shared"
    assert {ended, running} <= list_all(alice, type="shared")[0] and not list_all(alice, type="show")[0] & {private}
    assert not list_all(alice, ids=[private])[0] and list_all(alice, ids=[ended])[0] == {ended}
    assert ended not in alice.ids()     # which are one's own
    assert ended not in list_all(bob)[0] and list_all(bob)[1] == "own" and list_all(dave)[1] == "all"
    counted = [person.call("CountJobs", "a{sv}tt", variants({"all": True, "type": "shared"}), 0, 0)[0]
               for person in (alice, erin, bob, dave)]
    assert counted[0] == counted[1] == counted[3] >= 2 and counted[2] == 0
    assert alice.manager()["Running"] == erin.manager()["Running"] == 1 and bob.manager()["Running"] == 0
    children = alice.call("Introspect", path="/org/jobsd1/job", interface="org.freedesktop.DBus.Introspectable")[0]
    assert f'"{running}"' in children
    assert alice.job(ended)["User"] == "erin" and alice.output(ended) == b"done\n"
    assert error_of(lambda: alice.job(private))[0] == error_of(lambda: bob.job(ended))[0] == "org.jobsd1.Error.NoSuchJob"
    stream = alice.open_output(running, follow=True)
    gate.open()
    assert alice.read(stream) == b"later\n"
    assert [step["event"] for step in alice.read_log(ended)] == ["submitted", "started", "ended"]
    logged = {step["id"] for step in alice.read_log(all=True)}
    assert ended in logged and private not in logged
    assert not alice.read_log(private) and not bob.read_log(ended)
    assert "shared with you" in alice.jobsctl("list", "--all").stderr
    assert "shared with you" not in alice.jobsctl("list", "--all", "--type=shared").stderr
    exported = alice.jobsctl("export", "--all", "--quiet", "--format=json", "-o", "-").stdout
    assert {ended} <= {json.loads(line)["id"] for line in exported.splitlines()}
    assert "see everybody's jobs" in alice.jobsctl("types", "shared").stdout


def test_who_sees_a_job_by_its_type_cannot_touch_it(alice, erin, shared):
    gate, _ = shared
    id = run(erin, "shared", word="later")
    erin.wait_started(id)
    assert error_of(lambda: alice.cancel(id))[0] == INTERACTIVE
    gate.open()
    erin.wait(id)
    assert error_of(lambda: alice.call("RetryJob", "tt", id, 0))[0] == INTERACTIVE
    name, text = error_of(lambda: alice.clear(ids=[id]))
    assert name == "org.jobsd1.Error.NoSuchJob" and "erin's" in text
    assert erin.job(id)["Status"] == "completed"


def test_what_is_shared_is_as_the_file_is_now(alice, erin, shared, root):
    """For who asks, and for who has subscribed before."""
    _, put_shared = shared
    alice.call("Subscribe", "t", 0)

    def is_told():
        alice.signals()
        id = erin.wait(run(erin, "shared"))["Id"]
        own = alice.wait(alice.sh("true"))["Id"]
        told = {path for path, *_ in alice.signals("JobRemoved", own)}
        return job_path(id) in told, id in list_all(alice)[0]

    assert is_told() == (True, True)
    put_shared("private")
    assert is_told() == (False, False)
    put_shared("group", "operators")
    assert is_told() == (False, False)
    put_shared("group")
    wait_until(lambda: is_told() == (True, True))
    put_shared("group\nNonsense=1")
    id = list_all(erin, type="shared")[0].pop()
    assert id not in list_all(alice)[0] and error_of(lambda: alice.job(id))[0] == "org.jobsd1.Error.NoSuchJob"
    put_shared("group")
    assert alice.job(id)["Type"] == "shared"
    alice.call("Unsubscribe")


def test_a_rule_says_who_else_sees_the_jobs_of_a_type(bob, erin, shared, root):
    id = erin.wait(run(erin, "shared"))["Id"]
    rule = root.machine.path("/etc/polkit-1/rules.d/10-shared.rules")
    assert id not in list_all(bob)[0]
    rule.write_text("""polkit.addRule(function(action, subject) {
        if (action.id == "org.jobsd1.view-shared" && action.lookup("job.type") == "shared" && subject.user == "bob")
            return polkit.Result.YES;
    });""")
    try:
        wait_until(lambda: id in list_all(bob)[0])
        assert bob.output(id) == b"done\n"
    finally:
        rule.unlink()
    wait_until(lambda: id not in list_all(bob)[0])


@pytest.fixture(scope="module")
def flaky(root):
    put(root, "flaky.job", """
        [Job]
        Command=/bin/sh -c 'echo "try $(wc -l <"$HOME/tries")"; echo x >>"$HOME/tries"; [ "$(wc -l <"$HOME/tries")" -ge {n} ]'
        AllowGroups=operators
        Retries=2
        RetrySec=100ms
        [Parameter n]
        Type=integer
        Required=yes
    """)
    reload(root)


@pytest.fixture
def no_tries(erin):
    """The file that counts them, empty."""
    erin.run("sh", "-c", ">tries")


def test_a_job_that_fails_is_tried_again(erin, flaky, no_tries):
    erin.call("Subscribe", "t", 0)
    erin.signals()
    id = run(erin, "flaky", n="3")
    job = erin.wait(id)
    assert (job["Result"], job["Attempt"], job["Retries"], job["NextTry"]) == ("success", 3, 2, 0)
    assert job["Unit"] == f"jobsd-{id}-3.service"
    assert erin.output(id) == b"try 0\ntry 1\ntry 2\n"
    assert erin.jobsctl("output", str(id)).stdout == "try 0\ntry 1\ntry 2\n"
    signals = erin.signals("JobRemoved", id)
    erin.call("Unsubscribe")
    assert [member for path, _, member, body in signals if member in ("JobNew", "JobRemoved")] == ["JobNew", "JobRemoved"]
    waiting = [body[1] for path, _, member, body in signals
               if member == "PropertiesChanged" and body[1]["Status"][1] == "queued"]
    assert [(row["Attempt"][1], row["Info"][1]) for row in waiting] == \
        [(2, "Exited with status 1; try 2 follows"), (3, "Exited with status 1; try 3 follows")]
    assert all(row["NextTry"][1] > 0 for row in waiting)


def test_a_follower_sees_all_tries(erin, flaky, no_tries):
    stream = erin.open_output(run(erin, "flaky", n="2"), follow=True)
    assert erin.read(stream) == b"try 0\ntry 1\n"


def test_tries_come_to_an_end(erin, flaky, no_tries):
    job = erin.wait(run(erin, "flaky", n="9"))
    assert (job["Result"], job["ExitStatus"], job["Attempt"], job["Info"]) == \
        ("exit-code", 1, 3, "Exited with status 1")
    assert erin.output(job["Id"]) == b"try 0\ntry 1\ntry 2\n"


def test_a_job_that_waits_for_its_next_try_can_be_cancelled(erin, root):
    put(root, "later.job", "[Job]\nCommand=/bin/false\nAllowGroups=operators\nRetries=1\nRetrySec=1h\n")
    reload(root)
    id = run(erin, "later")
    waiting = erin.wait_for(id, Status="queued", Attempt=2)
    assert waiting["NextTry"] > waiting["Submitted"] + 3_000_000_000
    assert "Not before" in erin.jobsctl("status", str(id)).stdout
    assert erin.wait(erin.sh("true"))["Result"] == "success"      # it is in nobody's way
    root.run("systemctl", "restart", "jobsd.service")
    assert erin.job(id)["Status"] == "queued" and erin.job(id)["NextTry"] == waiting["NextTry"]
    assert erin.manager()["Queued"] == 0
    erin.cancel(id)
    assert erin.wait(id)["Status"] == "cancelled"
    root.run("journalctl", "--sync")
    explained = root.run("journalctl", "--unit=jobsd.service", f"JOBSD_ID={id}", "--catalog").stdout
    assert f"Subject: Job {id} failed and is tried again" in explained


def test_what_is_due_is_tried_after_a_restart(erin, root):
    put(root, "due.job", "[Job]\nCommand=/bin/false\nAllowGroups=operators\nRetries=1\nRetrySec=2s\n")
    reload(root)
    id = run(erin, "due")
    erin.wait_for(id, Status="queued", Attempt=2)
    root.run("systemctl", "restart", "jobsd.service")
    assert erin.wait(id)["Attempt"] == 2


def test_without_polkit_no_type_runs(machine, root):
    root.run("systemctl", "mask", "--now", "polkit.service")
    try:
        with Person(machine, "erin") as erin:
            name, text = error_of(lambda: run(erin, "show", text="x"))
            assert name == ACCESS_DENIED and "polkit" in text
            assert {row["Allowed"][1] for row in erin.call("ListTypes", "t", 0)[0]} == {"no"}
    finally:
        root.run("systemctl", "unmask", "polkit.service")
        root.run("systemctl", "start", "polkit.service")
    with Person(machine, "erin") as erin:
        assert erin.wait(run(erin, "show", text="x"))["Result"] == "success"


def test_a_restartable_job_is_started_again_after_a_crash(fresh_machine):
    with Person(fresh_machine, "root") as root, Person(fresh_machine, "erin") as erin:
        gate = Gate(erin)
        for name, restartable in ("again", "yes"), ("once", "no"):
            put(root, f"{name}.job", f"""
                [Job]
                Command=/bin/sh -c 'echo x | tee -a "$HOME/{name}"; {gate.wait}'
                AllowGroups=operators
                Restartable={restartable}
            """)
        reload(root)
        again, once = run(erin, "again"), run(erin, "once")
        for id in again, once:
            assert erin.read_until(erin.open_output(id, follow=True), b"\n") == b"x\n"
    fresh_machine.crash()
    fresh_machine.boot()
    with Person(fresh_machine, "erin") as erin:
        assert erin.wait(once)["Result"] == "interrupted"
        assert erin.wait_for(again, Status="running", Attempt=2)["Unit"] == f"jobsd-{again}-2.service"
        gate.open()
        assert erin.wait(again)["Result"] == "success"
        assert erin.file("again").read_text() == "x\nx\n" and erin.file("once").read_text() == "x\n"


def test_a_try_that_was_interrupted_is_none_of_those_that_may_fail(fresh_machine):
    """It fails as often as Retries= says, however often the machine went down before."""
    with Person(fresh_machine, "root") as root, Person(fresh_machine, "erin") as erin:
        gate = Gate(erin)
        put(root, "again.job", f"""
            [Job]
            Command=/bin/sh -c 'echo x | tee -a "$HOME/again"; {gate.wait}; exit 7'
            AllowGroups=operators
            Retries=1
            Restartable=yes
        """)
        reload(root)
        id = run(erin, "again")
        assert erin.read_until(erin.open_output(id, follow=True), b"\n") == b"x\n"
    for n_interrupted in 1, 2:
        fresh_machine.crash()
        fresh_machine.boot()
        with Person(fresh_machine, "erin") as erin:
            erin.wait_for(id, Status="running", Attempt=1 + n_interrupted)
            assert erin.job(id)["Retries"] == 1 + n_interrupted
            wait_until(lambda: erin.file("again").read_text() == "x\n" * (1 + n_interrupted))
    with Person(fresh_machine, "erin") as erin:
        gate.open()
        job = erin.wait(id)
        assert (job["Result"], job["ExitStatus"], job["Attempt"]) == ("exit-code", 7, 4)
        assert erin.file("again").read_text() == "x\n" * 4
        assert "4 of at most 4" in erin.jobsctl("status", str(id)).stdout
