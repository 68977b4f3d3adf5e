# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is secret is told to the job and to nobody else: its environment, and parameters with Secret=yes."""

import json
import textwrap

import pytest

from person import BusError, Gate, Person, job_path, unit

SECRET = "sésame \"ouvre\" $toi `x` \\ 'y'\n\tnext line"
MARK = "ouvre"      # a part of it without anything that is written otherwise somewhere
INVALID = "org.freedesktop.DBus.Error.InvalidArgs"
SYSTEMD = ("org.freedesktop.systemd1", "/org/freedesktop/systemd1/unit")


@pytest.fixture(scope="module")
def root(machine):
    with Person(machine, "root") as root:
        root.write("/etc/jobsd/types.d/login.job", textwrap.dedent("""\
            [Job]
            Command=/bin/sh -c 'printf "%s\\n" "$(cat "$3")"; echo "$3 $4"; : <"$1"; exit $2' sh {gate} {status} {password} --key={key}
            AllowGroups=operators
            Retries=1
            [Parameter password]
            Secret=yes
            Required=yes
            Pattern=(.|[[:space:]])*
            [Parameter key]
            Secret=yes
            Pattern=[a-z]*
            [Parameter gate]
            Type=path
            Default=/
            [Parameter status]
            Default=0
            """))
        root.run("systemctl", "reload", "jobsd.service")
        yield root


@pytest.fixture(scope="module", autouse=True)
def types(root):
    """They are there before anybody asks."""


def run(person, **values):
    return person.call("RunType", "sa{ss}a{sv}t", "login", values, {}, 0)[0]


def told_to(person, id):
    """All that somebody can find out about a job that is not his, by systemd and by the file system."""
    name = unit(id)
    path = f"{SYSTEMD[1]}/{name.replace('-', '_2d').replace('.', '_2e')}"
    commands = [
        ["systemctl", "show", "--all", name],
        ["systemctl", "cat", name],
        ["systemctl", "status", "--no-pager", "--full", "--lines=100", name],
        ["busctl", "introspect", "--full", *SYSTEMD[:1], path],
        ["busctl", "call", *SYSTEMD[:1], path, "org.freedesktop.DBus.Properties", "GetAll", "s", ""],
        ["sh", "-c", f"cat /run/systemd/transient/{name}"],
        ["grep", "--recursive", "--text", "--no-messages", MARK, "/run/jobsd", "/run/credentials", "/var/lib/jobsd"],
        ["sh", "-c", "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null"],
        ["jobsctl", "list", "--all", "--json=short"],
        ["journalctl", "--all", "--output=export", "--no-pager"],
        ["journalctl", "--namespace=jobs", "--all", "--output=export", "--no-pager"],
    ]
    results = [person.run(*command, check=False, text=False) for command in commands]
    assert name.encode() in results[0].stdout and b"LoadState=loaded" in results[0].stdout
    return b"".join(result.stdout + result.stderr for result in results)


def log(root):
    root.run("journalctl", "--sync")
    return root.run("journalctl", "--all", "--output=export", "--no-pager", text=False).stdout


def test_an_environment_reaches_the_job_as_it_is_and_nobody_else(alice, bob, root):
    gate = Gate(alice)
    id = gate.job('printf %s "$WORD"; printf "/%s/%s" "$JOBSD_JOB_ID" "$JOBSD_JOB_USER"',
                  environment=[f"WORD={SECRET}", "JOBSD_JOB_ID=0", "EMPTY="])
    alice.wait_started(id)
    shown = told_to(bob, id)
    gate.open()
    assert alice.wait(id)["Result"] == "success"
    assert alice.output(id).decode() == f"{SECRET}/{id}/alice"
    assert MARK.encode() not in shown
    assert MARK not in str(alice.job(id))
    assert MARK.encode() not in log(root)


def test_a_secret_parameter_reaches_the_program_in_a_file_and_nobody_else(bob, dave, erin, root):
    gate = Gate(erin)
    id = run(erin, password=SECRET, key="ouvre", gate=gate.path)
    job = erin.wait_started(id)
    folder = f"/run/credentials/{unit(id)}"
    assert job["Command"][-4:] == ["/home/erin/gate", "0", f"{folder}/password", f"--key={folder}/key"]
    assert sorted(job["Parameters"]) == ["gate=/home/erin/gate", "key", "password"]
    for person in bob, dave:
        assert MARK.encode() not in told_to(person, id)
    assert MARK.encode() not in log(root)
    gate.open()
    assert erin.wait(id)["Result"] == "success"
    assert erin.output(id).decode() == f"{SECRET}\n{folder}/password --key={folder}/key\n"


def test_a_secret_is_in_no_list_and_no_export(erin, root):
    id = run(erin, password=SECRET, key="ouvre")
    erin.wait(id)
    columns = ",".join(json.loads(erin.jobsctl("show", "--json=short", str(id)).stdout))
    texts = [str(person.job(id)) + str(person.list_jobs(all=True)) for person in (erin, root)]
    for person in erin, root:
        for arguments in ["show", str(id)], ["status", "--lines=0", str(id)], ["list", "--all", "--json=short"], \
                ["export", "--all", "--format=csv", f"--columns={columns}"], ["export", "--all", "--format=json"]:
            texts.append(person.jobsctl(*arguments).stdout)
    assert [text for text in texts if MARK in text] == []
    assert "password" in texts[2]


def test_a_secret_waits_with_its_job_and_is_forgotten_at_its_end(erin, root):
    """It survives restarts of jobsd, and further tries get it."""
    with root.jobsd_conf(MaxRunning=1):
        gate = Gate(erin)
        first = gate.job()
        erin.wait_started(first)
        id = run(erin, password="kept until the end", status="3")
        root.run("systemctl", "kill", "--signal=KILL", "jobsd.service")
        root.run("systemctl", "restart", "jobsd.service")   # returns when it is back
        assert erin.job(id)["Status"] == "queued"
        gate.open()
        job = erin.wait(id)
    assert (job["Result"], job["Attempt"]) == ("exit-code", 2)
    output = erin.output(id).decode()
    assert output.count("kept until the end\n") == 2 and f"/run/credentials/jobsd-{id}-2.service/password" in output
    root.run("systemctl", "stop", "jobsd.service")
    found = root.run("grep", "--recursive", "--text", "--count", "kept until the end", "/var/lib/jobsd", "/run/jobsd", "/run/systemd",
                     check=False).stdout
    assert found and all(line.endswith(":0") for line in found.splitlines()), found
    assert root.run("find", "/run/jobsd/units", "-mindepth", "1").stdout == ""
    root.run("systemctl", "start", "jobsd.service")


def test_a_secret_stands_in_no_command_line(erin):
    """jobsctl reads it from a file, or from its standard input."""
    erin.file("secret").write_text("from a file\n")
    run = ["run", "--wait", "--follow", "--type=login", "--parameter-file=password:secret"]
    assert erin.jobsctl(*run).stdout.startswith("from a file\n")
    run[-1] = "--parameter-file=password:-"
    assert erin.jobsctl(*run, input="typed").stdout.startswith("typed\n")
    for file, said in ("missing", "Failed to read missing: No such file"), ("/bin/true", "/bin/true is not UTF-8 text."):
        failed = erin.jobsctl("run", "--type=login", f"--parameter-file=password:{file}", check=False)
        assert (failed.returncode, failed.stdout) == (1, "") and said in failed.stderr
    twice = erin.jobsctl("run", "--type=login", "password=x", "--parameter-file=password:secret", check=False)
    assert twice.returncode == 1 and 'Parameter "password" is given twice.' in twice.stderr
    for wrong in ["run", "--parameter-file=a:b", "true"], ["run", "--type=login", "--parameter-file=password"]:
        assert erin.jobsctl(*wrong, check=False).returncode == 2


def test_a_job_with_a_forgotten_secret_is_not_repeated(erin):
    id = run(erin, password=SECRET)
    erin.wait(id)
    with pytest.raises(BusError) as caught:
        erin.call("RetryJob", "tt", id, 0)
    assert caught.value.name == INVALID
    assert caught.value.text == (f'Parameter "password" is secret and was forgotten when job {id} ended: submit a new'
                                 ' job of type "login" with it.')


def test_what_is_wrong_with_a_secret_is_said_without_it(erin, root):
    with pytest.raises(BusError) as caught:
        run(erin, password="x", key="OUVRE")
    assert (caught.value.name, caught.value.text) == (INVALID, 'Parameter "key" takes what matches [a-z]*.')
    with pytest.raises(BusError, match="The secret parameters|has [0-9]+ bytes"):
        run(erin, password="x" * 40000)
    assert b"OUVRE" not in log(root)


def test_files_of_units_that_are_gone_are_removed(alice, root):
    """When jobsd was killed it comes back to the folders of jobs that run, and to no others."""
    gate = Gate(alice)
    id = gate.job(environment=["A=1"])
    alice.wait_started(id)
    root.run("sh", "-c", "mkdir /run/jobsd/units/jobsd-999999.service; touch /run/jobsd/units/jobsd-999999.service/environment")
    root.run("systemctl", "restart", "jobsd.service")
    assert root.run("ls", "/run/jobsd/units").stdout.split() == [unit(id)]
    gate.open()
    alice.wait(id)
    assert root.run("ls", "/run/jobsd/units").stdout.split() == []


def test_a_crash_of_jobsd_leaves_no_core(root):
    pid = root.run("systemctl", "show", "--property=MainPID", "--value", "jobsd.service").stdout.strip()
    limits = root.run("cat", f"/proc/{pid}/limits").stdout.splitlines()
    assert next(line.split()[4:6] for line in limits if line.startswith("Max core")) == ["0", "0"]
