# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whose jobs are whose: everybody, with everything that can be done, to everybody's jobs, as docs/permissions.md says.

A cell is denied as if there was no such job: by the same error with the same words.
"""

import contextlib
import json
import re
import subprocess
from pathlib import Path

import pytest

from person import BusError, Person, job_path, variants

NEVER = 999_999
NO_SUCH_JOB = "org.jobsd1.Error.NoSuchJob"
WORDS = {
    NO_SUCH_JOB: "no job", "org.jobsd1.Error.NoSuchUser": "no user", "org.jobsd1.Error.NoSuchType": "no type",
    "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired": "password",
}

# What a job does that has ended.
GREET = 'echo hello | tee "$JOBSD_RESULTS/greeting"'

UNNAMED = "a person's jobs are cleared by others only when that person is named."

# Types a password whenever it is asked for one: the agent of one process.
AGENT = """
import os, pty, sys, termios, time
pid, terminal = pty.fork()
if pid == 0:
    os.execvp("pkttyagent", ["pkttyagent", "--process", sys.argv[1], "--notify-fd", "1"])
shown = b""
while True:
    try:
        shown = (shown + os.read(terminal, 4096))[-200:]
    except OSError:
        break
    if shown.endswith(b"assword: "):
        while termios.tcgetattr(terminal)[3] & termios.ECHO:
            time.sleep(0.05)
        os.write(terminal, sys.argv[2].encode() + b"\\n")
        shown = b""
"""


class Caller:
    """Somebody who makes calls that may ask for a password."""

    def __init__(self, person):
        self.person = person

    def call(self, *arguments, **options):
        return self.person.call(*arguments, interactive=True, **options)

    def job_call(self, member, id):
        return self.call(member, "t", 0, path=job_path(id), interface="org.jobsd1.Job")


@contextlib.contextmanager
def typing(machine, person, password):
    """While PERSON's program calls somebody is there who types PASSWORD."""
    pid = person.pid_in_machine()
    agent = machine.popen(["python3", "-c", AGENT, str(pid), password], person.name,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        agent.kill()
        agent.wait()


@pytest.fixture(scope="module")
def callers(machine, alice, bob, carol, dave, root):
    """The people by what they are. Carol is an administrator of polkit's: once with somebody who types her
    password, and once without."""
    root.write("/etc/jobsd/types.d/erins.job", "[Job]\nCommand=/usr/local/bin/greet\nAllowGroups=erin\nResults=yes\n")
    root.write("/usr/local/bin/greet", "#!/bin/sh\n" + GREET)
    root.run("chmod", "755", "/usr/local/bin/greet")
    root.write("/etc/jobsd/types.d/erins-long.job", "[Job]\nCommand=/bin/sleep 1000\nAllowGroups=erin\n")
    root.write("/etc/jobsd/types.d/nobodys.job", "[Job]\nCommand=/bin/true\n")
    for name, argv in ("shared", "/usr/local/bin/greet"), ("shared-long", "/bin/sleep 1000"):
        root.write(f"/etc/jobsd/types.d/{name}.job",
                   f"[Job]\nCommand={argv}\nShare=group\nResults=yes\nAllowGroups=erin alice bob carol daemon\n")
    for name in "alice", "bob", "carol", "dave", "root", "daemon":
        root.write(f"/etc/jobsd/types.d/{name}s.job", f"[Job]\nCommand=/bin/true\nAllowGroups={name}\n")
    root.call("Reload", "t", 0)
    with Person(machine, "carol") as carol_at_her_desk, Person(machine, "daemon") as daemon, \
            typing(machine, carol_at_her_desk, "carol"):
        yield {kind: Caller(person) for kind, person in {
            "owner": alice, "other user": bob, "administrator": carol_at_her_desk, "jobs-admin": dave,
            "root": root, "system account": daemon, "administrator without agent": carol}.items()}


class OfType:
    """A person whose jobs are jobs of a type."""

    def __init__(self, person, type):
        self._person = person
        self._type = type
        self.name = person.name

    def __getattr__(self, name):
        return getattr(self._person, name)

    def submit(self, *argv, **options):
        type = f"{self._type}-long" if argv[0] == "/bin/sleep" else self._type
        return self._person.call("RunType", "sa{ss}a{sv}t", type, {}, {}, 0)[0]


@pytest.fixture(scope="module")
def others(machine, erin):
    """Whose jobs the rows are about: another person, and an account behind which there is none."""
    with Person(machine, "games") as games:
        yield {"other": erin, "typed": OfType(erin, "erins"), "shared": OfType(erin, "shared"), "task": games}


def owner_of(target, caller, others):
    return caller.person if target == "own" else others[target]


def new_job(person, *argv, ended, **options):
    id = person.submit(*argv, **options)
    if ended:
        person.wait(id)
    else:
        person.wait_started(id)
    return id


def ended(person):
    return new_job(person, "/bin/sh", "-c", GREET, ended=True, results=True)


def running(person):
    return new_job(person, "/bin/sleep", "1000", ended=False)


# What is done. Each takes the caller, whose job it is (None for no such job), and returns what came of it.

def by_id(make, do):
    def cell(caller, owner):
        id = make(owner) if owner else NEVER
        try:
            return do(caller, id)
        except BusError as error:
            if error.text == f"Job {id} is {owner and owner.name}'s: {UNNAMED}":
                return "unnamed"
            assert re.sub(rf"\b{id}\b", "ID", error.text) == "There is no job ID that you may see." or \
                error.name != NO_SUCH_JOB, error.text
            raise
        finally:
            if owner and make is running:
                owner.cancel_all()
    return cell


def is_there(rows, id):
    return "yes" if id in rows else "absent"


def in_list(caller, id):
    rows, next, scope = caller.call("ListJobs", "a{sv}tut", variants({"all": True}), 0, 500, 0)
    return is_there([row["Id"][1] for row in rows], id)


def in_export(caller, id):
    options = {"all": ("b", True), "columns": ("as", ["id"])}
    stream, status, _ = caller.call("ExportHistory", "a{sv}st", options, "csv", 0)
    caller.person.close_stream(status)
    return is_there(caller.person.read(stream).decode().split(), str(id))


def in_log(caller, id):
    stream, status, _ = caller.call("OpenLog", "ta{sv}t", id, {}, 0)
    caller.person.close_stream(status)
    steps = [json.loads(line) for line in caller.person.read(stream).splitlines()]
    assert all(step["id"] == id for step in steps)
    return is_there([step["id"] for step in steps], id)


def shown(caller, id):
    caller.call("GetAll", "s", "org.jobsd1.Job", path=job_path(id), interface="org.freedesktop.DBus.Properties")
    caller.call("Introspect", path=job_path(id), interface="org.freedesktop.DBus.Introspectable")
    return "yes"


def output(**options):
    def do(caller, id):
        stream, status = caller.call("OpenOutput", "ta{sv}t", id, variants(options), 0)
        caller.person.close_stream(status)
        assert caller.person.read(stream) == b"hello\n"
        return "yes"
    return do


def listed_results(caller, id):
    results, = caller.call("ListResults", "tt", id, 0)
    assert [name for name, size, _ in results] == ["greeting"] and results[0][1] == 6
    return "yes"


def result_at_the_job(caller, id):
    file, size = caller.call("OpenResult", "st", "greeting", 0, path=job_path(id), interface="org.jobsd1.Job")
    assert caller.person.read(file) == b"hello\n" and size == 6
    return "yes"


def told(caller, owner):
    """A subscriber of a job's whole life."""
    caller.call("Subscribe", "t", 0)
    caller.person.signals()
    id = owner.submit("/bin/true") if owner else NEVER
    if owner:
        owner.wait(id)
        owner.clear(ids=[id])
    signals = caller.person.signals()
    caller.call("Unsubscribe")
    assert owner or all(path != job_path(NEVER) for path, *_ in signals)
    return is_there([path if member == "PropertiesChanged" else body[1] for path, _, member, body in signals],
                    job_path(id))


def cancelled(caller, id):
    caller.call("CancelJob", "tt", id, 0)
    return "yes"


def cancelled_at_the_job(caller, id):
    caller.job_call("Cancel", id)
    return "yes"


def retried(caller, id):
    caller.call("RetryJob", "tt", id, 0)
    return "yes"


def cleared(caller, id):
    in_list(caller, id)     # who may see it has said so to polkit: for a word about it nobody is asked
    assert caller.call("ClearJobs", "a{sv}t", variants({"ids": [id]}), 0)[:2] == (1, 0)
    return "yes"


def cleared_at_the_job(caller, id):
    in_list(caller, id)
    caller.job_call("Clear", id)
    return "yes"


def retried_at_the_job(caller, id):
    caller.job_call("Retry", id)
    return "yes"


def by_command(verb):
    def do(caller, id):
        done = caller.person.jobsctl(verb, str(id), check=False)
        if done.returncode == 0:
            assert verb != "output" or done.stdout == "hello\n"
            assert verb != "results" or "greeting" in done.stdout
            return "yes"
        told = done.stderr.replace(str(id), "ID")
        return next((word for text, word in (("There is no job ID that you may see.", "no job"), (UNNAMED, "unnamed"),
                                         ("needs an administrator's password", "password"))
                     if text in told), told)
    return do


def run_as(caller, owner):
    name = owner.name if owner else "no-such-user"
    caller.call("RunCommand", "asa{sv}t", ["/bin/true"], variants({"user": name}), 0)
    return "yes"


def run_a_type(caller, owner):
    name = "no-such-type" if owner is None else "nobodys" if owner.name == "games" else f"{owner.name}s"
    caller.call("RunType", "sa{ss}a{sv}t", name, {}, {}, 0)
    return "yes"


DO = {
    "list": by_id(ended, in_list), "export": by_id(ended, in_export), "subscribe": told,
    "log": by_id(ended, in_log),
    "show": by_id(ended, shown), "output": by_id(ended, output()), "follow": by_id(ended, output(follow=True)),
    "results": by_id(ended, listed_results), "result at the job": by_id(ended, result_at_the_job),
    "cancel": by_id(running, cancelled), "cancel at the job": by_id(running, cancelled_at_the_job),
    "retry": by_id(ended, retried), "retry at the job": by_id(ended, retried_at_the_job),
    "clear": by_id(ended, cleared), "clear at the job": by_id(ended, cleared_at_the_job),
    **{f"jobsctl {verb}": by_id(running if verb == "cancel" else ended, by_command(verb))
       for verb in ("show", "output", "results", "cancel", "retry", "clear")},
    "run as": run_as, "run a type": run_a_type,
}
ONLY_OWN = ["owner", "other user", "system account", "administrator without agent"]
EVERYBODYS = ["administrator", "jobs-admin", "root"]


def expected() -> dict[str, dict[str, list[str]]]:
    """The tables of the page, by heading and by what is done."""
    page = (Path(__file__).parents[2] / "docs" / "permissions.md").read_text()
    tables = {}
    for section in page.split("\n## ")[1:]:
        heading, *lines = section.splitlines()
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
        tables[heading] = {what: cells for what, *cells in rows if what and not what.startswith("-")}
    return tables


EXPECTED = expected()


def test_the_page_is_about_all_that_can_be_done():
    assert list(DO) == list(EXPECTED["With one's own rights"]) == list(EXPECTED["As an administrator"])


@pytest.mark.parametrize("who", ONLY_OWN + EVERYBODYS)
@pytest.mark.parametrize("what", DO)
def test_row(callers, others, what, who):
    if who == "administrator" and what.startswith("jobsctl"):
        pytest.skip("who types the password sits at another program")
    caller = callers[who]
    cells = EXPECTED["As an administrator" if who in EVERYBODYS else "With one's own rights"][what]
    row = []
    for target in ("own", "other", "typed", "shared", "task", None) if len(cells) == 6 else ("own", "other", "task", None):
        try:
            row.append(DO[what](caller, target and owner_of(target, caller, others)))
        except BusError as error:
            row.append(WORDS.get(error.name, str(error)))
    assert row == cells
