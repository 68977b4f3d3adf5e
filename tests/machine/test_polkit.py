# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may do what is polkit's decision, by rules that a site changes."""

import contextlib
import re
import textwrap

import pytest

from person import BusError, Gate, Person, variants
from waiting import wait_until

ACCESS_DENIED = "org.freedesktop.DBus.Error.AccessDenied"
INTERACTIVE = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"
NO_SUCH_JOB = "org.jobsd1.Error.NoSuchJob"


@pytest.fixture(scope="module")
def people(alice, bob, carol, dave, erin, root):
    return {person.name: person for person in (alice, bob, carol, dave, erin, root)}


@pytest.fixture(autouse=True)
def nothing_left_running(people):
    yield
    for person in people.values():
        person.cancel_all()


@contextlib.contextmanager
def site_rule(root, text):
    """A rule of the machine's administrator, and when it is gone again the rules as shipped."""
    path = root.machine.path("/etc/polkit-1/rules.d/40-site.rules")
    path.write_text(f"polkit.addRule(function(action, subject) {{ {text} }});\n")
    try:
        yield
    finally:
        path.unlink()


def eventually(function):
    """polkit sees a change of its rules a moment later."""
    def result():
        with contextlib.suppress(BusError):
            return None if (value := function()) is None else [value]

    return wait_until(result)[0]


def outcome(function):
    try:
        function()
        return "yes"
    except BusError as error:
        assert error.text
        return error.name


def ended_job(person, **options):
    id = person.submit("/bin/true", **options)
    person.wait(id)
    return id


def running_job(person):
    id = person.submit("/bin/sleep", "1000")
    person.wait_started(id)
    return id


def import_nothing(person, alice):
    person.file("empty").touch()
    report = person.run("mktemp").stdout.strip()
    person.call("ImportHistory", "hhst", person.open_file("empty"), person.open_file(report, "wb"), "json", 0)


# For each action and person what comes of it. carol and, for some, everybody could type a password.
OWN = dict.fromkeys(["alice", "bob", "carol", "dave", "root"], "yes")
TABLE = {
    "view": (lambda person, alice: person.output(ended_job(person)), OWN),
    "run-command": (lambda person, alice: person.wait(person.submit("/bin/true")), OWN),
    "run-command by name": (lambda person, alice: person.submit("/bin/true", user=str(
        person.job(ended_job(person))["UID"])), OWN),
    "cancel": (lambda person, alice: person.cancel(running_job(person)), OWN),
    "clear": (lambda person, alice: person.clear(ids=[ended_job(person)]), OWN),
    "clear by name": (lambda person, alice: person.clear(user=person.name, ids=[ended_job(person)]), OWN),
    "view-others": (lambda person, alice: person.output(ended_job(alice)),
                    {"bob": NO_SUCH_JOB, "carol": NO_SUCH_JOB, "dave": "yes", "root": "yes"}),
    "run-as": (lambda person, alice: person.submit("/bin/true", user="alice"),
               {"bob": INTERACTIVE, "carol": INTERACTIVE, "dave": "yes", "root": "yes"}),
    "run-as root": (lambda person, alice: person.submit("/bin/true", user="root"),
                    {"alice": INTERACTIVE, "carol": INTERACTIVE, "dave": "yes", "root": "yes"}),
    "run-as nobody known": (lambda person, alice: person.submit("/bin/true", user="no-such-user"),
                            {"bob": INTERACTIVE, "dave": "org.jobsd1.Error.NoSuchUser",
                             "root": "org.jobsd1.Error.NoSuchUser"}),
    "retry": (lambda person, alice: person.call("RetryJob", "tt", ended_job(person), 0), OWN),
    "retry-others": (lambda person, alice: person.call("RetryJob", "tt", ended_job(alice), 0),
                     {"bob": NO_SUCH_JOB, "carol": NO_SUCH_JOB, "dave": "yes", "root": "yes"}),
    "export": (lambda person, alice: person.call("ExportHistory", "a{sv}st", {}, "csv", 0), OWN),
    "import": (import_nothing, {"alice": INTERACTIVE, "carol": INTERACTIVE, "dave": "yes", "root": "yes"}),
    "cancel-others": (lambda person, alice: person.cancel(running_job(alice)),
                      {"bob": NO_SUCH_JOB, "carol": NO_SUCH_JOB, "dave": "yes", "root": "yes"}),
    "clear-tasks": (lambda person, alice: person.clear(user="root"),
                    {"bob": INTERACTIVE, "carol": INTERACTIVE, "dave": "yes", "root": "yes"}),
    "clear-tasks, all": (lambda person, alice: person.clear(tasks=True),
                         {"bob": INTERACTIVE, "carol": INTERACTIVE, "dave": "yes", "root": "yes"}),
    "clear-others": (lambda person, alice: person.clear(user="alice"),
                     {"bob": ACCESS_DENIED, "carol": ACCESS_DENIED, "dave": ACCESS_DENIED, "root": "yes"}),
    "clear-others by id": (lambda person, alice: person.clear(ids=[ended_job(alice)]),
                           {"bob": NO_SUCH_JOB, "dave": NO_SUCH_JOB, "root": NO_SUCH_JOB}),
}


@pytest.mark.parametrize("action", TABLE)
def test_the_rules_as_shipped(people, action):
    do, expected = TABLE[action]
    assert {name: outcome(lambda: do(people[name], people["alice"])) for name in expected} == expected


def test_all_where_one_may_only_see_ones_own(bob, dave):
    """Gives one's own, and says so."""
    assert bob.call("ListJobs", "a{sv}tut", variants({"all": True}), 0, 0, 0)[2] == "own"
    assert dave.call("ListJobs", "a{sv}tut", variants({"all": True}), 0, 0, 0)[2] == "all"
    told = bob.jobsctl("list", "--all")
    assert "own" in told.stderr or "your" in told.stderr


def test_who_did_it_is_in_the_journal(alice, dave, root):
    """Of a start, a cancel and a clear, whoever owns the job."""
    id = dave.sh("sleep 1000", user="alice")
    alice.wait_started(id)
    dave.cancel(id)
    alice.wait(id)
    alice.clear(ids=[id])
    root.run("journalctl", "--sync")
    shown = root.run("journalctl", "--unit=jobsd.service", f"JOBSD_ID={id}", "--output=verbose",
                     "--output-fields=JOBSD_ACTOR,JOBSD_USER,MESSAGE,MESSAGE_ID").stdout
    actors = [line.split("=")[1] for line in shown.splitlines() if "JOBSD_ACTOR=" in line]
    assert actors[0] == "1004" and "1004" in actors[1:-1] and actors[-1] == "1001"
    explained = root.run("journalctl", "--unit=jobsd.service", f"JOBSD_ID={id}", "--catalog").stdout
    for subject in "was submitted", "has started", "is being cancelled", "has ended", "was cleared":
        assert f"Subject: Job {id} {subject}" in explained


def test_a_site_lets_operators_cancel(alice, erin, bob, root):
    """Without a restart of anything, and taken back as easily."""
    assert outcome(lambda: erin.cancel(running_job(alice))) == NO_SUCH_JOB
    with site_rule(root, """
            if (action.id == "org.jobsd1.cancel-others" && subject.isInGroup("operators"))
                return polkit.Result.YES;"""):
        id = running_job(alice)
        eventually(lambda: erin.cancel(id) or True)
        assert alice.wait(id)["Result"] == "cancelled"
        assert outcome(lambda: bob.cancel(running_job(alice))) == NO_SUCH_JOB
        assert erin.output(id) == b""       # who may cancel may see what came of it
        assert outcome(lambda: erin.submit("/bin/true", user="alice")) == INTERACTIVE
    id = running_job(alice)
    assert eventually(lambda: True if outcome(lambda: erin.output(id)) == NO_SUCH_JOB else None)
    assert outcome(lambda: erin.cancel(id)) == NO_SUCH_JOB


def shown_rules(root):
    """What the shipped file shows as comments: {TITLE: RULE}."""
    lines = root.machine.path("/usr/share/polkit-1/rules.d/50-org.jobsd1.rules").read_text().splitlines()
    text = "\n".join(line.removeprefix("//   ") for line in lines if line.startswith("//   "))
    return {rule.partition("\n")[0]: rule for rule in re.split(r"^// (?=\w)", text, flags=re.MULTILINE)[1:]}


@contextlib.contextmanager
def shown_rule(root, title, change=lambda rule: rule):
    rules = {each: rule for each, rule in shown_rules(root).items() if title in each}
    (rule,) = rules.values()
    path = root.machine.path("/etc/polkit-1/rules.d/40-site.rules")
    path.write_text(f"// {change(rule)}\n")
    try:
        yield
    finally:
        path.unlink()


def test_a_rule_that_is_shown_lets_operators_cancel(alice, erin, root):
    with shown_rule(root, "operators may cancel"):
        id = running_job(alice)
        eventually(lambda: erin.cancel(id) or True)
        assert alice.wait(id)["Result"] == "cancelled"


def test_a_rule_that_is_shown_lets_nobody_clear(alice, dave, root):
    ids = {person: ended_job(person) for person in (alice, dave)}
    with shown_rule(root, "nobody may clear"):
        for person, id in ids.items():
            # without flags it would be gone before polkit has seen the rule
            assert eventually(lambda: True if outcome(lambda: person.call("ClearJobs", "a{sv}t", variants({"ids": [id]}), 1))
                              == ACCESS_DENIED else None)
            assert outcome(lambda: person.clear(ids=[id])) == ACCESS_DENIED
            assert person.job(id)["Id"] == id


@pytest.mark.parametrize("now, answer", [("hour < 25", ACCESS_DENIED), ("hour < 0", "yes")], ids=["by day", "at night"])
def test_a_rule_that_is_shown_lets_a_type_run_only_at_night(erin, root, now, answer):
    root.write("/etc/jobsd/types.d/reindex.job", "[Job]\nCommand=/bin/true\nAllowGroups=operators\n")
    root.run("systemctl", "reload", "jobsd.service")
    with shown_rule(root, "only at night", lambda rule: rule.replace("hour >= 6 && hour < 22", f"hour >= 0 && {now}")):
        run = lambda: erin.call("RunType", "sa{ss}a{sv}t", "reindex", {}, {}, 0)    # noqa: E731
        assert eventually(lambda: True if outcome(run) == answer else None)


def test_what_is_read_of_another_persons_job_breaks_off_with_the_right(alice, dave, root):
    """Without "end", as when jobsd goes: who may see it again goes on where it broke off. (Who may cancel others' jobs
    may see them, too.)"""
    gate = Gate(alice)
    id = alice.sh(f"echo begun; {gate.wait}; echo done")
    readers = {person.name: (person, *person.call("OpenOutput", "ta{sv}t", id, variants({"follow": True}), 0))
               for person in (alice, dave, root)}
    for person, stream, _ in readers.values():
        person.read_until(stream, b"begun\n")
    with site_rule(root, """
            if (/others$|run-as$/.test(action.id) && subject.user == "dave") return polkit.Result.NO;"""):
        dave, stream, status = readers.pop("dave")
        assert (dave.read(stream), dave.read(status)) == (b"", b"")
        assert outcome(lambda: dave.output(id)) == NO_SUCH_JOB
        gate.open()
        for person, stream, status in readers.values():
            assert (person.read(stream), person.read(status)) == (b"done\n", b"end 11\n")
    assert eventually(lambda: dave.output(id)) == b"begun\ndone\n"


def test_a_rule_knows_the_job(alice, bob, root):
    """Its id, user, origin, type and unit."""
    with site_rule(root, """
            if (action.id == "org.jobsd1.view-others" && subject.user == "bob" &&
                action.lookup("job.user") == "alice" && action.lookup("job.origin") == "web" &&
                action.lookup("job.unit") == "jobsd-" + action.lookup("job.id") + ".service" &&
                action.lookup("job.type") == "")
                return polkit.Result.YES;"""):
        web = alice.submit("/bin/echo", "shared", origin="web")
        other = alice.submit("/bin/echo", "not shared")
        alice.wait_all([web, other])
        assert eventually(lambda: bob.output(web)) == b"shared\n"
        assert outcome(lambda: bob.output(other)) == NO_SUCH_JOB


@pytest.mark.parametrize("action, do", [
    ("view", lambda alice, id: alice.list_jobs()),
    ("view", lambda alice, id: alice.output(id)),
    ("view", lambda alice, id: alice.call("Subscribe", "t", 0)),
    ("view", lambda alice, id: alice.call("ExportHistory", "a{sv}st", {}, "csv", 0)),
    ("run-command", lambda alice, id: alice.submit("/bin/true")),
    ("cancel", lambda alice, id: alice.cancel(id)),
    ("clear", lambda alice, id: alice.clear()),
    ("clear", lambda alice, id: alice.clear(ids=[id])),
])
def test_a_site_takes_rights_away(alice, root, action, do):
    """From an owner, too; he is told that the rules do not allow it."""
    id = ended_job(alice)
    with site_rule(root, f"""
            if (action.id == "org.jobsd1.{action}" && subject.user == "alice") return polkit.Result.NO;"""):
        assert eventually(lambda: ACCESS_DENIED if outcome(lambda: do(alice, id)) == ACCESS_DENIED else None)
    eventually(lambda: alice.list_jobs())
    again = eventually(lambda: ended_job(alice))    # the first may be cleared: polkit saw the rule a moment later
    eventually(lambda: alice.clear(ids=[again]))


def test_who_leaves_before_polkit_looks_gets_no_right(machine, alice, bob, root):
    """polkit knows nobody who is not on the bus: its error is a refusal, also of what is one's own."""
    before = alice.ids()
    with root.paused("polkit.service"):
        with Person(machine, "alice") as hasty:
            name = hasty.unique_name
            hasty.send("RunCommand", "asa{sv}t", ["/bin/true"], {}, 0)
            hasty.signals()     # jobsd has the call
        wait_until(lambda: not root.call("NameHasOwner", "s", name, path="/org/freedesktop/DBus",
                                         interface="org.freedesktop.DBus", destination="org.freedesktop.DBus")[0])
    ended_job(bob)      # polkit answers in the order of the questions
    assert alice.ids() == before


TYPIST = textwrap.dedent("""
    # Runs a command on a terminal, and types the first argument when it asks for a password.
    import os, pty, sys, termios, time
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(sys.argv[2], sys.argv[2:])
    shown = b""
    while True:
        try:
            shown += os.read(terminal, 4096)
        except OSError:     # nobody has the terminal open any more
            break
        if shown.endswith(b"assword: "):
            # What was typed before the echo went off would be thrown away.
            while termios.tcgetattr(terminal)[3] & termios.ECHO:
                time.sleep(0.05)
            os.write(terminal, sys.argv[1].encode() + b"\\n")
            shown += b"\\n"
    sys.stdout.buffer.write(shown)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
""")


def type_password(person, password, *command):
    return person.run("python3", "-c", TYPIST, password, *command, check=False, session=True)


def test_an_administrator_types_a_password(alice, carol):
    """jobsctl starts the agent that asks for it; with a wrong one nothing is done."""
    id = running_job(alice)
    wrong = type_password(carol, "wrong", "jobsctl", "cancel", str(id))
    assert wrong.returncode == 1 and "AUTHENTICATION FAILED" in wrong.stdout
    assert alice.job(id)["Status"] == "running"
    right = type_password(carol, "carol", "jobsctl", "cancel", str(id))
    assert right.returncode == 0 and "AUTHENTICATION COMPLETE" in right.stdout
    assert alice.wait(id)["Result"] == "cancelled"


def test_nobody_is_asked_who_does_not_want_to_be(alice, carol):
    id = running_job(alice)
    told = type_password(carol, "carol", "jobsctl", "--no-ask-password", "cancel", str(id))
    assert told.returncode == 1 and "AUTHENTICATING" not in told.stdout
    assert alice.job(id)["Status"] == "running"


def test_without_polkit_ones_own_jobs_are_ones_own(machine, alice, bob, dave, root):
    """The rest is refused, with what is missing."""
    before = ended_job(alice)
    root.run("systemctl", "mask", "--now", "polkit.service")
    alice.close()
    try:
        with Person(machine, "alice") as alice:
            alice.call("Subscribe", "t", 0)
            id = alice.submit("/bin/sleep", "1000")
            alice.wait_started(id)
            assert alice.output(before) == b""
            assert alice.ids()[:2] == [id, before]
            assert alice.manager()["Running"] == 1
            alice.cancel(id)
            alice.signals("JobRemoved", id)
            assert alice.job(id)["Result"] == "cancelled"
            assert alice.clear(ids=[id]) == (1, 0)
            for person in bob, dave, root:
                for do in (lambda: person.output(before), lambda: person.cancel(before), lambda: person.job(before),
                           lambda: person.output(999_999), lambda: person.submit("/bin/true", user="alice"),
                           lambda: person.clear(user="alice"), lambda: person.clear(user="daemon")):
                    with pytest.raises(BusError) as caught:
                        do()
                    assert caught.value.name == ACCESS_DENIED and "polkit" in caught.value.text
                assert person.call("ListJobs", "a{sv}tut", variants({"all": True}), 0, 0, 0)[2] == "own"
                person.wait(person.submit("/bin/true"))
            told = bob.jobsctl("output", str(before), check=False)
            assert told.returncode == 1 and "polkit" in told.stderr
    finally:
        root.run("systemctl", "unmask", "polkit.service")
        root.run("systemctl", "start", "polkit.service")
    assert eventually(lambda: dave.output(before)) == b""
