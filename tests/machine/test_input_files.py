# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files that jobs of a type are handed: a parameter of Type=file."""

import json
import os
import textwrap

import pytest

from person import BusError, Gate, Person
from waiting import wait_until

FOLDER = "/var/lib/jobsd-results/inputs"
INVALID = "org.freedesktop.DBus.Error.InvalidArgs"
LIMITS = "org.freedesktop.DBus.Error.LimitsExceeded"

TYPE = textwrap.dedent("""\
    [Job]
    Command=/bin/sh -c '%s' sh {records} {plan}
    AllowGroups=operators
    %s
    [Parameter records]
    Type=file
    SizeMax=1M
    Required=yes
    [Parameter plan]
    Type=file
    """)
READ = 'stat -c "%U %a" "$1"; cat "$@"'


def define(root, name, script, *more):
    root.write(f"/etc/jobsd/types.d/{name}.job", TYPE % (script, "\n".join(more)))
    root.run("systemctl", "reload", "jobsd.service")


@pytest.fixture(scope="module")
def root(machine):
    with Person(machine, "root") as root:
        define(root, "read", READ, "User=daemon")
        define(root, "mine", READ)
        yield root


@pytest.fixture
def gate(root, erin):
    """The type gate has its jobs wait there."""
    gate = Gate(erin)
    define(root, "gate", f'{gate.wait}; cat "$1"')
    yield gate
    gate.open()


@pytest.fixture(scope="module", autouse=True)
def types(root):
    """They are there before anybody asks."""


@pytest.fixture(autouse=True)
def nothing_is_left(machine):
    yield
    wait_until(lambda: folders(machine) == [])


def folders(machine):
    return machine.run(["ls", "-A", FOLDER]).stdout.split()


def hand_over(person, type, names=None, mode="rb", **paths):
    """RunType with these files, whose names are those of the paths unless others are said."""
    files = {key: person.open_file(path, mode) for key, path in paths.items()}
    names = names if names is not None else {key: os.path.basename(path) for key, path in paths.items()}
    try:
        return person.call("RunType", "sa{ss}a{sv}t", type, names, {"files": ("a{sh}", files)}, 0)[0]
    finally:
        for file in files.values():
            person.close_stream(file)


def refused(error, person, *arguments, **options):
    with pytest.raises(BusError) as caught:
        hand_over(person, *arguments, **options)
    assert caught.value.name == error
    return caught.value.text


def private(person, name, text):
    person.run("sh", "-c", 'umask 077; printf %s "$2" >"$1"', "sh", name, text)
    return name


def test_a_service_account_reads_what_it_may_not_open(erin):
    """Erin's home is hers alone, and so is the file."""
    path = private(erin, "records.csv", "a,b\n1,2\n")
    id = hand_over(erin, "read", records=path)
    job = erin.wait(id)
    assert (job["Result"], job["RunAs"], job["Parameters"]) == ("success", "daemon", ["records=records.csv"])
    assert erin.output(id) == b"daemon 400\na,b\n1,2\n"


def test_what_is_changed_later_is_not_what_was_handed_over(erin):
    path = private(erin, "records", "as it was\n")
    id = hand_over(erin, "mine", records=path, plan=private(erin, "plan", "second\n"))
    private(erin, "records", "as it is now\n")
    erin.run("rm", "plan")
    assert erin.wait(id)["Result"] == "success"
    assert erin.output(id) == b"erin 400\nas it was\nsecond\n"


def test_it_is_read_from_its_beginning_and_left_where_it_was(erin):
    path = private(erin, "records", "0123456789")
    file = erin.open_file(path)
    id = erin.call("RunType", "sa{ss}a{sv}t", "mine", {"records": "x"}, {"files": ("a{sh}", {"records": file})}, 0)[0]
    assert erin.wait(id)["Result"] == "success"
    assert erin.output(id) == b"erin 400\n0123456789"
    assert erin.read(file) == b"0123456789"


def test_nobody_else_reads_it(erin, alice, gate, machine):
    id = hand_over(erin, "gate", records=private(erin, "secret", "mine alone"))
    wait_until(lambda: erin.job(id)["Status"] == "running")
    folder, = folders(machine)
    for command in (["ls", FOLDER], ["ls", f"{FOLDER}/{folder}"], ["stat", f"{FOLDER}/{folder}/records"]):
        shown = alice.run(*command, check=False)
        assert shown.returncode != 0 and "Permission denied" in shown.stderr
    gate.open()
    assert erin.wait(id)["Result"] == "success" and erin.output(id) == b"mine alone"


def test_each_try_finds_it_and_a_retry_does_not(erin, root):
    define(root, "fail", f"{READ}; exit 1", "User=daemon", "Retries=1", "RetrySec=1ms")
    id = hand_over(erin, "fail", records=private(erin, "records", "again\n"))
    assert erin.wait(id)["Result"] == "exit-code"
    assert erin.output(id) == 2 * b"daemon 400\nagain\n"
    with pytest.raises(BusError, match=f"Job {id} was handed a file, which was removed when it ended: submit a new job of type"
                                       ' "fail" with it.'):
        erin.call("RetryJob", "tt", id, 0)


def test_one_that_is_cancelled_in_the_queue_leaves_nothing(erin, gate, root, machine):
    define(root, "gate", f'{gate.wait}; cat "$1"', "MaxRunning=1")
    path = private(erin, "records", "x")
    running, waiting = hand_over(erin, "gate", records=path), hand_over(erin, "gate", records=path)
    wait_until(lambda: erin.job(running)["Status"] == "running")
    assert len(folders(machine)) == 2
    erin.cancel(waiting)
    wait_until(lambda: len(folders(machine)) == 1)
    gate.open()
    assert erin.wait(running)["Result"] == "success"


def test_after_a_kill_who_waits_has_it_and_what_nobody_waits_for_goes(erin, gate, root, machine):
    id = hand_over(erin, "gate", records=private(erin, "records", "still here"))
    root.run("mkdir", f"{FOLDER}/{'0' * 32}")
    root.run("systemctl", "kill", "--signal=KILL", "jobsd.service")
    root.run("systemctl", "start", "jobsd.service")
    wait_until(lambda: len(folders(machine)) == 1)
    assert erin.job(id)["Status"] == "running"
    gate.open()
    assert erin.wait(id)["Result"] == "success" and erin.output(id) == b"still here"


def test_one_that_is_too_large(erin):
    erin.run("truncate", "-s", "1048577", "large")
    assert refused(INVALID, erin, "mine", records="large") == 'Parameter "records" takes a file of at most 1048576 bytes.'
    erin.run("truncate", "-s", "1048576", "large")
    assert erin.wait(hand_over(erin, "mine", records="large"))["Result"] == "success"


def test_what_is_no_file(erin):
    for path in "/dev/null", "/proc/self/status":
        assert refused(INVALID, erin, "mine", records=path) == (
            'Parameter "records" takes a regular file: a folder, a pipe, a device or one of the kernel\'s is none.')


@pytest.mark.parametrize("names, paths, text", [
    ({}, {"records": "it"}, 'Parameter "records" is missing.'),
    ({"records": "it"}, {}, 'Parameter "records" takes a file, and none was handed over.'),
    ({"records": "it", "plan": "x"}, {"records": "it"}, 'Parameter "plan" takes a file, and none was handed over.'),
    ({"records": "it"}, {"records": "it", "plan": "it"},
     'Parameter "plan": its file was handed over, and what it is called is missing.'),
    ({"records": "it"}, {"records": "it", "more": "it"}, 'Job type "mine" has no parameter "more".'),
    ({"records": "../it"}, {"records": "it"}, 'Parameter "records" takes a file that is handed over, and its name without a'
                                              ' folder, of at most 255 bytes in one line, not "../it".'),
])
def test_names_and_files_belong_together(erin, names, paths, text):
    private(erin, "it", "x")
    assert refused(INVALID, erin, "mine", names, **paths) == text


def test_what_is_open_for_writing_alone(erin):
    private(erin, "it", "x")
    assert refused(INVALID, erin, "mine", mode="ab", records="it") == (
        'Parameter "records" takes a file that is open for reading.')


def test_how_much_a_user_may_hand_over(erin, gate, root):
    erin.run("truncate", "-s", "60000", "large")
    erin.run("truncate", "-s", "40000", "small")
    with root.jobsd_conf(InputsMaxPerUser="100000"):
        ids = [hand_over(erin, "gate", records="large")]
        assert refused(LIMITS, erin, "gate", records="large") == (
            "The files that active jobs of erin were handed would take more than 100000 bytes with this one"
            " (InputsMaxPerUser= in jobsd.conf). Wait until some have run, or cancel some.")
        assert refused(LIMITS, erin, "mine", records="small", plan="small")
        ids.append(hand_over(erin, "gate", records="small"))
        gate.open()
        assert [erin.wait(id)["Result"] for id in ids] == 2 * ["success"]
        assert erin.wait(hand_over(erin, "mine", records="large"))["Result"] == "success"


def test_on_the_command_line_it_is_a_path(erin):
    private(erin, "records.csv", "a,b\n")
    followed = erin.jobsctl("run", "--quiet", "--follow", "--type=read", "records=records.csv")
    assert followed.stdout == "daemon 400\na,b\n"
    followed = erin.jobsctl("run", "--quiet", "--follow", "--type=mine", "records=-", input="from a pipe\n")
    assert followed.stdout == "erin 400\nfrom a pipe\n"
    newest = erin.jobsctl("list", "-n", "1", "--json=short").stdout
    assert '"type":"mine"' in newest
    id = int(erin.jobsctl("run", "--quiet", "--type=mine", "--stdin-name=ships.csv", "--origin=web", "records=-",
                          "plan=records.csv", input="from a page\n").stdout)
    job = erin.wait(id)
    assert (job["Parameters"], job["Origin"]) == (["records=ships.csv", "plan=records.csv"], "web")
    wrong = erin.jobsctl("run", "--type=read", "records=no-such.csv", check=False)
    assert (wrong.returncode, wrong.stderr) == (1, "Failed to submit the job: Parameter \"records\" takes a file, and none was"
                                                   " handed over.\n")
    wrong = erin.jobsctl("run", "--type=read", "--stdin-name=../x", "records=-", check=False, input="x")
    assert wrong.returncode == 1 and 'Parameter "records" takes a file that is handed over, and its name' in wrong.stderr
    for options in ["--stdin-name=x", "true"], ["--type=read", "--origin=x", "records=-"]:
        assert erin.jobsctl("run", *options, check=False).returncode == 2
    unreadable = erin.jobsctl("run", "--type=read", "records=/etc/shadow", check=False)
    assert unreadable.returncode == 1 and unreadable.stderr == "Failed to open /etc/shadow: Permission denied\n"


def test_its_type_says_what_it_takes(erin):
    shown = erin.jobsctl("types", "read").stdout
    assert "file of at most 1.0M" in shown
    shown = json.loads(erin.jobsctl("types", "read", "--json=short").stdout)["parameters"]
    assert [(parameter["type"], parameter.get("size_max")) for parameter in shown] == [("file", 1048576), ("file", None)]
