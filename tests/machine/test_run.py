# SPDX-License-Identifier: LGPL-2.1-or-later
"""A job is a unit of its own, as its user, with the arguments and the limits that it was given."""

import pytest

from person import UNITS, Gate, unit
from waiting import wait_until

# What a shell, systemd or a careless program would change on the way.
STRANGE = ["", " ", "two words", "'", '"', "\\", "\\n", "a\nb\n", "\t", ";", "&&", "$HOME", "${HOME}", "$$",
           "$1", "%n", "%i", "%%", "%h", "*", "~", "-x", "--", "@", "!", "+", ":", "#", "grüße ✓ 漢字",
           "\x01\x1b[31m\x7f", "", "x" * 100_000, ""]


def show(person, id, *names):
    """Properties of a job's unit, as systemctl has them."""
    shown = person.run("systemctl", "show", f"--property={','.join(names)}", unit(id)).stdout
    return dict(line.split("=", 1) for line in shown.splitlines())


def arguments(person, name):
    """What "printf '%s\\0'" wrote to a file."""
    return person.file(name).read_bytes().decode().split("\0")[:-1]


def test_a_job_is_a_transient_unit_in_its_users_slice(alice, gate):
    id = gate.job(name="a name %n")
    job = alice.wait_started(id)
    names = ["Id", "Slice", "ControlGroup", "Transient", "ActiveState", "Description", "InvocationID"]
    assert show(alice, id, *names) == {
        "Id": unit(id), "Slice": "jobs-1001.slice", "Transient": "yes", "ActiveState": "active",
        "ControlGroup": f"/jobs.slice/jobs-1001.slice/{unit(id)}", "Description": "a name %n",
        "InvocationID": job["InvocationID"]}
    assert (job["Unit"], job["User"], job["UID"], job["Status"]) == (unit(id), "alice", 1001, "running")


def test_a_job_has_its_users_ids_groups_home_and_no_input(erin):
    id = erin.sh('id -un; id -gn; id -Gn; pwd; echo "$HOME $USER $JOBSD_JOB_ID"; wc -c')
    assert erin.wait(id)["Result"] == "success"
    user, group, groups, *rest = erin.output(id).decode().splitlines()
    assert (user, group, set(groups.split())) == ("erin", "erin", {"erin", "operators"})
    assert rest == ["/home/erin", f"/home/erin erin {id}", "0"]


def test_a_job_is_as_confined_as_any_unit_of_its_user(alice, root):
    """jobsd's own sandbox, priority and limits are not handed on."""
    script = """grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status; cat /proc/self/oom_score_adj; ulimit -a;
                umask; ls /proc/self/fd; nice"""
    id = alice.sh(script)
    alice.wait(id)
    unit = root.run("systemd-run", "--quiet", "--wait", "--pipe", "--uid=alice", "--", "sh", "-c", script)
    assert alice.output(id).decode() == unit.stdout


def test_on_the_bus_a_job_starts_at_home_and_elsewhere_if_told(alice):
    ids = [alice.submit("/bin/pwd"), alice.submit("/bin/pwd", working_directory="~"),
           alice.submit("/bin/pwd", working_directory="/usr/share")]
    alice.wait_all(ids)
    assert [alice.output(id) for id in ids] == [b"/home/alice\n", b"/home/alice\n", b"/usr/share\n"]
    assert alice.job(ids[2])["WorkingDirectory"] == "/usr/share"


def test_on_the_command_line_a_job_starts_where_its_user_is(alice):
    script = 'mkdir -p "with space %n" && cd "with space %n" && jobsctl run --quiet --follow -- pwd'
    assert alice.run("sh", "-c", script).stdout == "/home/alice/with space %n\n"


@pytest.mark.parametrize("directory, shown", [
    (".", "/home/alice/a/b"), ("./", "/home/alice/a/b"), ("..", "/home/alice/a"), ("../../a//b/", "/home/alice/a/b"),
    ("/home/alice/../../usr", "/usr"), ("../to-usr/..", "/"),
])
def test_a_directory_is_named_as_in_a_shell(alice, directory, shown):
    """From where its user is, and up again; behind a symbolic link to where that leads."""
    script = 'mkdir -p a/b && ln -sfn /usr a/to-usr && cd a/b && jobsctl run --quiet --follow "$1" -- pwd'
    result = alice.run("sh", "-c", script, "sh", f"--working-directory={directory}")
    assert result.stdout == f"{shown}\n"


@pytest.mark.parametrize("command", ["./x", "true"])
def test_in_a_directory_that_is_gone_it_is_said_so(alice, command):
    script = f"mkdir -p gone; cd gone; rmdir ../gone; jobsctl run -- {command}"
    result = alice.run("sh", "-c", script, check=False)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "Failed to find the current directory: No such file or directory\n"


def test_a_directory_that_leads_nowhere_is_no_job(alice):
    before = alice.ids()
    result = alice.jobsctl("run", "--working-directory=../nowhere/..", "true", check=False)
    assert result.returncode == 1 and "../nowhere/..: No such file or directory" in result.stderr
    assert alice.ids() == before


def test_arguments_arrive_byte_for_byte(alice):
    id = alice.sh('printf "%s\\0" "$@" >arguments', *STRANGE)
    assert alice.wait(id)["Result"] == "success"
    assert arguments(alice, "arguments") == STRANGE
    assert alice.job(id)["Command"][4:] == STRANGE


def test_arguments_arrive_byte_for_byte_from_the_command_line(alice):
    alice.jobsctl("run", "--wait", "--", "/bin/sh", "-c", 'printf "%s\\0" "$@" >arguments', "sh", *STRANGE)
    assert arguments(alice, "arguments") == STRANGE


def test_the_programs_path_is_as_strange_as_it_may_be(alice):
    alice.run("sh", "-c", "cp /bin/true 'a $HOME %n \"b\"'")
    id = alice.submit('/home/alice/a $HOME %n "b"')
    job = alice.wait(id)
    assert (job["Result"], job["Name"]) == ("success", 'a $HOME %n "b"')


def test_a_daemon_reload_changes_nothing(alice, root):
    """Neither for a job that is queued nor for one that runs."""
    gate = Gate(alice)
    full = root.manager()["MaxRunning"]
    running = [gate.job("seq 3") for _ in range(full)]
    queued = alice.sh('printf "%s\\0" "$@" >arguments', *STRANGE, environment=["X=$HOME %n"])
    alice.wait_all_started(running)
    assert alice.job(queued)["Status"] == "queued"
    root.run("systemctl", "daemon-reload")
    gate.open()
    assert {row["Result"] for row in alice.wait_all([*running, queued])} == {"success"}
    assert arguments(alice, "arguments") == STRANGE
    assert alice.output(running[0]) == b"1\n2\n3\n"


def test_a_daemon_reload_while_a_job_runs_keeps_its_arguments(alice, root, gate):
    id = alice.sh(gate.wait + '; printf "%s\\0" "$@" >arguments', *STRANGE)
    alice.wait_started(id)
    root.run("systemctl", "daemon-reload")
    root.run("systemctl", "daemon-reload")
    assert show(alice, id, "ActiveState", "Slice", "User", "RemainAfterExit", "NotifyAccess") == {
        "ActiveState": "active", "Slice": "jobs-1001.slice", "User": "1001", "RemainAfterExit": "yes",
        "NotifyAccess": "main"}
    gate.open()
    assert alice.wait(id)["Result"] == "success"
    assert arguments(alice, "arguments") == STRANGE


@pytest.mark.usefixtures("limits_accepted")
def test_options_reach_the_unit(alice, gate):
    id = gate.job(name="limited", related="https://example.org/record/12", origin="web",
                  environment=["A=1", "B=two words", "C=$A %n \"q\" '", "_D="], timeout=3600_000_000,
                  memory_max=512 << 20, cpu_quota=1_500_000, tasks_max=20,
                  output_max=1 << 20, output_grace=500_000, nice=7,
                  working_directory="/usr")
    job = alice.wait_started(id)
    assert show(alice, id, "RuntimeMaxUSec", "MemoryMax", "CPUQuotaPerSecUSec", "TasksMax", "Nice",
                "WorkingDirectory") == {
        "RuntimeMaxUSec": "1h", "MemoryMax": str(512 << 20), "CPUQuotaPerSecUSec": "1.500000s",
        "TasksMax": "21", "Nice": "7", "WorkingDirectory": "/usr"}      # one is jobsd-run
    command = alice.run("systemctl", "show", "--property=ExecStart", "--value", unit(id)).stdout
    assert " --output-max=1048576 --output-grace=500 " in command
    shown = {name: job[name] for name in (
        "Name", "Related", "Origin", "Timeout", "MemoryMax", "CPUQuota", "TasksMax", "OutputMax", "OutputGrace",
        "Nice", "WorkingDirectory")}
    assert shown == {
        "Name": "limited", "Related": "https://example.org/record/12", "Origin": "web",
        "Timeout": 3600_000_000, "MemoryMax": 512 << 20, "CPUQuota": 1_500_000, "TasksMax": 20,
        "OutputMax": 1 << 20, "OutputGrace": 500_000, "Nice": 7,
        "WorkingDirectory": "/usr"}


def test_the_environment_arrives_and_nothing_of_jobsds(alice):
    values = {"A": "1", "B": "two words", "C": "$A %n \"q\" 'x' \\", "_D": "", "E": "a\nb\tc", "PATH": "/bin",
              "F": "grüße", "G": "\033[1m\a\r", "H": "".join(map(chr, [*range(1, 32), 127, 0x85, 0x202e]))}
    id = alice.sh("env -0 >environment", environment=[f"{name}={value}" for name, value in values.items()])
    assert alice.wait(id)["Result"] == "success"
    found = dict(line.split("=", 1) for line in alice.file("environment").read_bytes().decode().split("\0")[:-1])
    assert {name: found[name] for name in values} == values
    assert "NOTIFY_SOCKET" in found and "JOBSD_BOOT_ID" not in found and "STATE_DIRECTORY" not in found


def test_a_job_has_the_umask_of_who_submits_it(alice, root):
    for mask in "0077", "0022", "0":
        made = alice.run("sh", "-c", f"umask {mask}; jobsctl run --wait --follow -q -- sh -c umask").stdout
        assert made == f"{mask:0>4}\n"
    id = alice.submit("/bin/sh", "-c", "umask", umask=0o27)
    assert alice.wait(id)["Umask"] == 0o27
    assert alice.output(id) == b"0027\n"
    assert alice.jobsctl("show", "-p", "Umask", "--value", str(id)).stdout == "0027\n"
    assert alice.jobsctl("run", "--follow", "-q", "--umask=7", "--", "sh", "-c", "umask").stdout == "0007\n"
    assert root.run("sh", "-c", "umask 0077; jobsctl run --follow -q --uid=alice -- sh -c umask").stdout == "0022\n"


def test_a_job_finds_its_users_service_manager(alice, root):
    """Where there is one: of somebody who is logged in, or lingers."""
    script = 'echo "${XDG_RUNTIME_DIR-none}"; systemctl --user is-active basic.target'
    root.run("systemctl", "start", "user@1001.service")
    try:
        id = alice.sh(script)
        alice.wait(id)
        assert alice.output(id) == b"/run/user/1001\nactive\n"
    finally:
        root.run("systemctl", "stop", "user@1001.service", "user-runtime-dir@1001.service")
    id = alice.sh(script)
    alice.wait(id)
    assert alice.output(id).startswith(b"none\n")


@pytest.mark.usefixtures("limits_accepted")
def test_options_of_the_command_line_reach_the_unit(alice, gate):
    id = int(alice.run(
        "env", "HANDED=on %n", "jobsctl", "run", "--name=by hand", "--related=urn:x:1", "--timeout=1h 30min",
        "--memory-max=1G", "--cpu-quota=50%", "--tasks-max=30", "--output-max=10M", "--output-grace=10s", "--nice=5", "-E", "HANDED",
        "--setenv=A=b c", "--working-directory=/usr", "--", "sh", "-c",
        f"{gate.wait}; echo $A $HANDED").stdout)
    job = alice.wait_started(id)
    assert show(alice, id, "RuntimeMaxUSec", "MemoryMax", "CPUQuotaPerSecUSec", "TasksMax", "Nice",
                "WorkingDirectory", "Environment") == {     # that is not told, see test_secrets.py
        "RuntimeMaxUSec": "1h 30min", "MemoryMax": str(1 << 30), "CPUQuotaPerSecUSec": "500ms",
        "TasksMax": "31", "Nice": "5", "WorkingDirectory": "/usr",      # one is jobsd-run
        "Environment": ""}
    assert (job["OutputMax"], job["OutputGrace"]) == (10 << 20, 10_000_000)
    assert (job["Name"], job["Related"], job["Origin"]) == ("by hand", "urn:x:1", "command-line")
    gate.open()
    alice.wait(id)
    assert alice.output(id) == b"b c on %n\n"


def test_systemctl_works_on_a_job(alice, root):
    id = alice.sh("echo said; exec sleep 1000")
    job = alice.wait_started(id)
    pid = alice.run("systemctl", "show", "--property=MainPID", "--value", unit(id)).stdout.strip()
    wait_until(lambda: pid in alice.machine.pids("sleep 1000"))     # it is there before it is the program
    status = alice.run("systemctl", "status", "--no-pager", unit(id)).stdout
    assert f"{unit(id)} - sh" in status and "active (running)" in status and "sleep 1000" in status
    root.run("systemctl", "stop", unit(id))
    ended = alice.wait(id)
    assert (ended["Status"], ended["Result"], ended["Info"]) == ("cancelled", "cancelled", "Cancelled: somebody stopped its unit")
    assert ended["Finished"] >= ended["Started"] == job["Started"]
    assert alice.output(id) == b"said\n"


def test_a_unit_is_gone_when_its_end_is_recorded(machine, alice):
    ids = [alice.sh("exit 0"), alice.sh("exit 1"), alice.submit("/nonexistent"), alice.sh("kill -9 $$")]
    alice.wait_all(ids)
    for id in ids:
        wait_until(lambda: not machine.path(f"{UNITS}/{unit(id)}").exists())


def test_an_administrator_runs_as_somebody_else(machine, root, dave):
    for person in root, dave:
        for name in "alice", "1001":
            id = person.sh("id -un; pwd; id -Gn", user=name)
            assert person.wait(id)["User"] == "alice"
            assert person.output(id) == b"alice\n/home/alice\nalice\n"
    assert root.jobsctl("run", "--quiet", "--follow", "--uid=bob", "--", "id", "-un").stdout == "bob\n"


def test_root_and_system_accounts_have_jobs(root):
    ids = [root.sh("id -un; pwd"), root.sh("id -un", user="daemon", working_directory="/")]
    assert {row["Result"] for row in root.wait_all(ids)} == {"success"}
    assert [root.output(id) for id in ids] == [b"root\n/root\n", b"daemon\n"]


def test_costs_are_recorded(alice):
    id = alice.sh("i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done")
    job = alice.wait(id)
    assert 0 < job["CPUUsageNSec"] < 100 * 10**9
    assert job["Submitted"] <= job["Started"] <= job["Finished"]
    assert job["Attempt"] == 1
