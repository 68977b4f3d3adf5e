# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which accounts are the system's: SystemUIDMax= of jobsd.conf, and what holds without it."""

import pytest

from person import MANAGER, PATH, PROPERTIES, BusError, Person
from terminal import Terminal

_CONF = "/etc/jobsd/jobsd.conf"
_LOGIN_DEFS = "/etc/login.defs"


def _account(machine, name, uid):
    machine.run(["useradd", "--create-home", "--shell=/bin/bash", f"--uid={uid}", name])
    return Person(machine, name)


@pytest.fixture(scope="module")
def penny(machine):
    """A person of old, when people began at 500."""
    with _account(machine, "penny", 800) as penny:
        yield penny


@pytest.fixture(scope="module")
def harvest(machine):
    """An account of the site's own for its programs."""
    with _account(machine, "harvest", 1500) as harvest:
        yield harvest


@pytest.fixture(scope="module")
def zoe(machine):
    """A person above all of them."""
    with _account(machine, "zoe", 2001) as zoe:
        yield zoe


@pytest.fixture
def use(machine, root):
    """A function that sets jobsd up with these lines, without a restart, and returns what it told of mistakes."""
    before = {path: machine.path(path).read_text() for path in (_CONF, _LOGIN_DEFS)}

    def use(conf="", login_defs=""):
        machine.path(_CONF).write_text(f"[Manager]\n{conf}\n")
        machine.path(_LOGIN_DEFS).write_text(f"{before[_LOGIN_DEFS]}\n{login_defs}\n")
        return root.call("Reload", "t", 0)[0]

    yield use
    for path, text in before.items():
        machine.path(path).write_text(text)
    root.call("Reload", "t", 0)


@pytest.fixture
def jobs(penny, harvest, zoe, root):
    """An ended job of each, by name, and none of anybody else's."""
    for name in "root", "alice", "dave", "penny", "harvest", "zoe":
        root.clear(user=name)
    jobs = {person.name: person.submit("/bin/true", name=f"of {person.name}") for person in (penny, harvest, zoe)}
    root.wait_all(list(jobs.values()))
    return jobs


def _bound(person) -> int:
    return person.manager()["SystemUIDMax"]


def _shown_as_tasks(person, jobs) -> set[str]:
    """Whose job the list calls a task; the others' names stand alone."""
    lines = person.jobsctl("list", "--all", "--no-legend").stdout.splitlines()
    rows = {int(line.split()[0]): line for line in lines}
    tasks = {name for name, id in jobs.items() if rows[id].endswith(f" {name} (command-line task)")}
    assert all(rows[jobs[name]].endswith(f" {name}") for name in jobs.keys() - tasks)
    return tasks


def _exported(person, *arguments) -> set[str]:
    return set(person.jobsctl("export", *arguments, "--columns=user", "--output=-").stdout.split()[1:])


def test_the_bound_is_the_sites_or_login_defs_or_systemds(use, root, alice):
    assert use() == [] and _bound(alice) == 999
    assert use(login_defs="SYS_UID_MAX\t\t  799") == [] and _bound(alice) == 799
    root.run("systemctl", "restart", "jobsd.service")
    assert _bound(alice) == 799
    assert use("SystemUIDMax=1999", "SYS_UID_MAX 799") == [] and _bound(alice) == 1999
    assert use() == [] and _bound(alice) == 999


def test_what_cannot_be_the_bound_is_told_and_ignored(use, alice):
    of_login_defs, of_conf = use("SystemUIDMax=60001", "SYS_UID_MAX 0")
    assert of_login_defs.startswith(f"{_LOGIN_DEFS}:")
    assert of_login_defs.endswith(': SYS_UID_MAX takes a number from 1 to 60000, not "0"; ignored.')
    assert of_conf == f'{_CONF}:2: SystemUIDMax= takes a number from 1 to 60000, not "60001"; ignored.'
    assert _bound(alice) == 999


def test_lists_name_the_tasks_as_soon_as_the_bound_is_another(use, jobs, root):
    pid = root.run("systemctl", "show", "jobsd", "--property=MainPID").stdout
    use()
    assert _shown_as_tasks(root, jobs) == {"penny"}
    use("SystemUIDMax=799")
    assert _shown_as_tasks(root, jobs) == set()
    assert "User: penny (800)\n" in root.jobsctl("status", str(jobs["penny"])).stdout
    use("SystemUIDMax=1999")
    assert _shown_as_tasks(root, jobs) == {"penny", "harvest"}
    assert "User: harvest (command-line task)\n" in root.jobsctl("status", str(jobs["harvest"])).stdout
    assert root.run("systemctl", "show", "jobsd", "--property=MainPID").stdout == pid


def test_the_filter_takes_the_tasks_of_now(use, jobs, dave):
    for conf, tasks in ("", {"penny"}), ("SystemUIDMax=799", set()), ("SystemUIDMax=1999", {"penny", "harvest"}):
        use(conf)
        assert set(dave.ids(all=True, tasks=True)) == {jobs[name] for name in tasks}
        assert dave.count(all=True, tasks=True) == (len(tasks), "all")
        assert _exported(dave, "--tasks") == tasks
        assert _exported(dave, "--all") == jobs.keys()


def test_an_administrator_clears_the_tasks_of_now_and_nobody_elses(use, jobs, dave, root):
    use("SystemUIDMax=799")
    assert dave.clear(tasks=True) == (0, 0) and dave.clear() == (0, 0)
    with pytest.raises(BusError) as caught:
        dave.clear(user="penny")
    assert caught.value.name.endswith(".AccessDenied")
    assert set(root.ids(all=True)) == set(jobs.values())

    use("SystemUIDMax=1999")
    assert dave.clear(user="harvest") == (1, 0)
    assert dave.jobsctl("clear", "--tasks").stderr == "Cleared 1 job.\n"
    assert root.ids(all=True) == [jobs["zoe"]]


def test_who_is_no_administrator_sees_and_clears_no_more_than_before(use, jobs, zoe):
    for conf in "SystemUIDMax=799", "SystemUIDMax=1999":
        use(conf)
        assert zoe.ids(all=True) == [jobs["zoe"]] and zoe.ids(all=True, tasks=True) == []
        with pytest.raises(BusError):
            zoe.clear(tasks=True)
        with pytest.raises(BusError) as caught:
            zoe.clear(ids=[jobs["penny"]])
        assert caught.value.name.endswith(".NoSuchJob")


def test_subscribers_are_told_of_another_bound(use, alice, bob):
    use()
    alice.signals()
    alice.call("Subscribe", "t", 0)
    try:
        use("SystemUIDMax=799")
        use("SystemUIDMax=799")
        told = [signal for signal in alice.signals() if signal[2] != "TypesChanged"]
        assert told == [(PATH, PROPERTIES, "PropertiesChanged", (MANAGER, {"SystemUIDMax": ("u", 799)}, []))]
        assert bob.signals() == []
    finally:
        alice.call("Unsubscribe")


def test_who_watches_sees_the_tasks_of_now(use, jobs, root):
    use()
    with Terminal(root, "jobsctl", "watch", "--all") as terminal:
        terminal.wait_for(lambda: "penny (task)" in terminal.row("of penny"))
        use("SystemUIDMax=799")
        terminal.wait_for(lambda: "penny" in terminal.row("of penny") and "task" not in terminal.row("of penny"))
        use("SystemUIDMax=1999")
        terminal.wait_for(lambda: "harvest (task)" in terminal.row("of harvest"))


def test_tasks_are_named_apart_when_they_go(dave, root):
    """For an administrator who has jobs of his own, too."""
    ids = [str(person.wait(person.submit("/bin/true"))["Id"]) for person in (dave, root, root)]
    for how, words in (["--dry-run"], "Would clear"), ([], "Cleared"):
        told = dave.jobsctl("clear", *how, *ids).stderr
        assert told.splitlines()[0] == f"{words} 3 jobs, of which 2 command-line tasks."
