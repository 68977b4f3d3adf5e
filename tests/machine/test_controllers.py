# SPDX-License-Identifier: LGPL-2.1-or-later
"""A limit that nothing on the machine enforces is refused, or warned of where a site wants that."""

import json

import pytest

from person import BusError, Person, unit

NOT_SUPPORTED = "org.freedesktop.DBus.Error.NotSupported"
EVERY_LIMIT = {"memory_max": 512 << 20, "cpu_quota": 500_000, "tasks_max": 20}


class Controllers:
    """What jobsd finds, whatever the machine has: a file in the place of the kernel's."""

    def __init__(self, root: Person):
        self._root = root
        self.are()
        root.run("mount", "--bind", "/run/controllers", "/sys/fs/cgroup/cgroup.controllers")
        root.run("systemctl", "restart", "jobsd.service")   # its namespace has the mounts of its start

    def are(self, *names: str):
        self._root.write("/run/controllers", f"{' '.join(names)}\n")

    def close(self):
        self._root.run("umount", "/sys/fs/cgroup/cgroup.controllers")


@pytest.fixture(scope="module")
def changed(root):
    controllers = Controllers(root)
    yield controllers
    controllers.close()


@pytest.fixture
def controllers(changed):
    """None, until a test says otherwise."""
    changed.are()
    return changed


def refusal(function, *arguments, **options):
    with pytest.raises(BusError) as caught:
        function(*arguments, **options)
    assert caught.value.name == NOT_SUPPORTED
    assert "MissingController=warn in jobsd.conf" in caught.value.text
    return caught.value.text


def warnings(root, id):
    """The records of a job's limits that have no effect."""
    root.run("journalctl", "--sync")
    text = root.run("journalctl", "--output=json", "MESSAGE_ID=3c3c9df6ac9b4e27a3bd4b6da3f0a111", f"JOBSD_ID={id}").stdout
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("limit, lacking, others", [
    ("memory_max", "MemoryMax= (memory)", ["cpuset", "cpu", "pids"]),
    ("cpu_quota", "CPUQuota= (cpu)", ["cpuset", "memory", "pids"]),
    ("tasks_max", "TasksMax= (pids)", ["cpu", "memory"]),
])
def test_a_limit_without_its_controller_is_refused(alice, controllers, limit, lacking, others):
    before = alice.ids()
    controllers.are(*others)
    assert f"no controller for {lacking}:" in refusal(alice.submit, "/bin/true", **{limit: EVERY_LIMIT[limit]})
    assert alice.ids() == before
    assert alice.wait(alice.submit("/bin/true", **{key: value for key, value in EVERY_LIMIT.items() if key != limit}))


def test_all_that_lack_theirs_are_named(alice, controllers):
    assert "no controller for MemoryMax= (memory), CPUQuota= (cpu), TasksMax= (pids):" in refusal(
        alice.submit, "/bin/true", **EVERY_LIMIT)


def test_limits_that_need_no_controller_are_none_of_it(alice, controllers):
    assert alice.wait(alice.submit("/bin/true", timeout=60_000_000, nice=5))["Result"] == "success"


def test_with_the_controllers_limits_reach_the_unit_and_nothing_is_warned_of(alice, root, gate, controllers):
    controllers.are("cpuset", "cpu", "io", "memory", "pids")
    id = gate.job(**EVERY_LIMIT)
    alice.wait_started(id)
    assert alice.run("systemctl", "show", "--property=TasksMax", "--value", unit(id)).stdout == "21\n"     # with jobsd-run
    gate.open()
    alice.wait(id)
    assert warnings(root, id) == []


def test_the_command_line_says_why(alice, controllers):
    refused = alice.jobsctl("run", "--memory-max=1G", "true", check=False)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "no controller for MemoryMax= (memory):" in refused.stderr


def test_a_job_of_a_type_with_such_a_limit_is_refused(alice, root, controllers):
    root.write("/etc/jobsd/types.d/limited.job", "[Job]\nCommand=/bin/true\nAllowGroups=alice\nTasksMax=50\n")
    root.run("systemctl", "reload", "jobsd.service")
    refused = alice.jobsctl("run", "--type=limited", check=False)
    assert refused.returncode == 1 and "no controller for TasksMax= (pids):" in refused.stderr
    controllers.are("pids")
    assert alice.jobsctl("run", "--wait", "--type=limited").returncode == 0


def test_a_retry_is_refused_where_the_controllers_are_gone(alice, controllers):
    controllers.are("memory")
    id = alice.submit("/bin/true", memory_max=1 << 30)
    alice.wait(id)
    controllers.are()
    assert "no controller for MemoryMax= (memory):" in refusal(alice.call, "RetryJob", "tt", id, 0)


def test_where_a_site_wants_that_such_a_job_runs_and_the_log_says_it(alice, root, gate, controllers):
    controllers.are("cpu")
    with root.jobsd_conf(MissingController="warn"):
        id = gate.job(**EVERY_LIMIT)
        alice.wait_started(id)
        assert alice.run("systemctl", "show", "--property=MemoryMax", "--value", unit(id)).stdout == f"{512 << 20}\n"
        gate.open()
        assert alice.wait(id)["Result"] == "success"
    warning, = warnings(root, id)
    assert (warning["JOBSD_LIMITS"], warning["JOBSD_UNIT"]) == ("MemoryMax= (memory), TasksMax= (pids)", unit(id))
    assert warning["PRIORITY"] == "4"
    assert "MissingController=warn" in root.run("journalctl", "--catalog", f"JOBSD_ID={id}", "PRIORITY=4").stdout
