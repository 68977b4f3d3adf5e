# SPDX-License-Identifier: LGPL-2.1-or-later
"""What changes at the wrong moment, and who pretends to be another, lets nobody in."""

import subprocess
import textwrap

import pytest

from person import BusError, Gate, Person, unit

SPAWN_FAILED = "641257651c1b4ec9a8624d7a40a9e1e7"


def forge(*fields, sockets=("/run/systemd/journal/socket", "/run/systemd/journal.jobs/socket")):
    """A Python program that sends records with these fields to the journals."""
    return textwrap.dedent(f"""
        import socket
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        for path in {sockets!r}:
            s.sendto({"".join(field + chr(10) for field in fields).encode()!r}, path)
        """)


# ---- records of others ----

def test_a_job_cannot_write_into_the_output_of_another(alice, bob):
    """Not by the journal's protocol, and not with the header of a stream, as jobsd sends it."""
    gate = Gate(alice)
    id = gate.job("echo mine")
    alice.wait_started(id)
    name = unit(id)
    program = forge("MESSAGE=forged", f"_SYSTEMD_UNIT={name}", f"UNIT={name}", f"OBJECT_SYSTEMD_UNIT={name}",
                    f"OBJECT_PID={alice.run('systemctl', 'show', '-P', 'MainPID', name).stdout.strip()}",
                    "SYSLOG_IDENTIFIER=sh", "_PID=1", "_UID=1001") + textwrap.dedent(f"""
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        s.connect("/run/systemd/journal.jobs/stdout")
        s.sendall(b"sh\\n{name}\\n6\\n0\\n0\\n0\\n0\\nforged\\n_SYSTEMD_UNIT={name}\\n")
        print("_SYSTEMD_UNIT={name}\\nMESSAGE=forged")
        """)
    forger = bob.submit("/usr/bin/python3", "-c", program)
    assert bob.wait(forger)["Result"] == "success"
    bob.run("python3", "-c", program)
    gate.open()
    assert alice.wait(id)["Info"] == ""
    assert alice.output(id) == b"mine\n"
    # What becomes of his own output is his affair: who writes to this journal himself and ends at once may be
    # known to it without his unit from then on.


@pytest.mark.parametrize("status", [203, 217])
def test_nobody_can_forge_why_the_job_of_another_failed(alice, bob, status):
    """Systemd's own exit statuses are looked up in the journal: in what root or its own user has written."""
    gate = Gate(alice)
    id = gate.job(f"exit {status}")
    alice.wait_started(id)
    program = forge("MESSAGE=forged", f"MESSAGE_ID={SPAWN_FAILED}", f"UNIT={unit(id)}", "ERRNO=2", "_UID=1001", "_PID=1")
    assert bob.wait(bob.submit("/usr/bin/python3", "-c", program))["Result"] == "success"
    gate.open()
    job = alice.wait(id)
    assert (job["Result"], job["ExitStatus"]) == ("exit-code", status)


def test_nobody_can_forge_the_end_of_a_job_while_jobsd_is_down(alice, bob, root):
    """What PID 1 writes is told from what others write."""
    gate = Gate(alice)
    id = gate.job()
    alice.wait_started(id)
    root.run("systemctl", "stop", "jobsd.service")
    for fields in ["UNIT_RESULT=oom-kill", "EXIT_STATUS=9", "MESSAGE_ID=d9b373ed55a64feb8242e02dbe79a49c"], \
            ["MESSAGE_ID=9d1aaa27d60140bd96365438aad20286"]:
        bob.run("python3", "-c", forge("MESSAGE=forged", f"UNIT={unit(id)}", "_PID=1", *fields))
    root.run("systemctl", "stop", unit(id))
    root.run("systemctl", "start", "jobsd.service")
    assert alice.wait(id)["Result"] == "cancelled"


# ---- status texts of others ----

def test_the_status_of_a_job_is_that_of_its_own_processes(alice, bob):
    """Whoever sends STATUS= speaks for the unit that he runs in."""
    gate = Gate(alice)
    id = gate.job("exit 3")
    alice.wait_started(id)
    pid = alice.run("systemctl", "show", "-P", "MainPID", unit(id)).stdout.strip()
    script = (f"systemd-notify --status=forged; systemd-notify --pid={pid} --status=forged; "
              f"systemd-notify MAINPID={pid} STATUS=forged; ")
    outside = "export NOTIFY_SOCKET=/run/systemd/notify; " + script
    alice.run("sh", "-c", outside, check=False)
    bob.run("sh", "-c", outside, check=False)
    forger = Gate(bob)
    other = forger.job()    # whose process says it, while its own
    talker = bob.sh(f"{script} {forger.wait}")
    bob.wait_for(talker, Info="forged")
    bob.wait_started(other)
    assert (alice.job(id)["Info"], bob.job(other)["Info"]) == ("", "")
    forger.open()
    gate.open()
    assert bob.wait(talker)["Result"] == "success"
    assert (alice.wait(id)["Result"], alice.job(id)["ExitStatus"]) == ("exit-code", 3)


def test_a_process_cannot_move_into_the_job_of_another(alice, bob):
    """Nor into another one of one's own: what it says and what it uses is that of the job that started it."""
    gate = Gate(alice)
    id = gate.job()
    alice.wait_started(id)
    group = f"/sys/fs/cgroup/jobs.slice/jobs-1001.slice/{unit(id)}"
    assert alice.run("cat", f"{group}/cgroup.procs").stdout.split()
    for person in alice, bob:
        mover = person.sh(f"echo $$ >{group}/cgroup.procs && systemd-notify --status=moved")
        assert person.wait(mover)["Result"] == "exit-code"
    assert alice.job(id)["Info"] == ""
    gate.open()
    alice.wait(id)


# ---- who asks ----

def test_polkit_is_asked_about_a_connection_and_never_about_a_process(alice, root):
    """A process's number can be another's by the time of the answer, the name of a connection never."""
    monitor = root.machine.popen(["stdbuf", "--output=L", "busctl", "monitor", "org.freedesktop.PolicyKit1"], text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        while "Monitoring bus message stream" not in monitor.stdout.readline():
            assert monitor.poll() is None
        alice.wait(alice.submit("/bin/true"))
        text = ""
        # the question of this submission, as a whole: answers to earlier ones may come before
        while "Member=CheckAuthorization" not in text or f'STRING "{alice.unique_name}"' not in text:
            text += monitor.stdout.readline()
    finally:
        monitor.kill()
        monitor.wait()
        monitor.stdout.close()
    assert '"system-bus-name"' in text and f'STRING "{alice.unique_name}"' in text
    assert "unix-process" not in text and "start-time" not in text


# ---- accounts that come and go ----

@pytest.fixture
def guest(root):
    """A function that makes an account of this name with a number, or takes it away."""
    def change(uid):
        root.run("sh", "-c", "! id guest >/dev/null 2>&1 || userdel --force --remove guest >/dev/null 2>&1; ! id guest 2>/dev/null")
        if uid:
            root.run("useradd", "--create-home", f"--uid={uid}", "guest")

    yield change
    change(None)


def run_until(gate, person):
    """A job of this person's whose program has begun, and goes on to the end when the gate is opened.

    When PID 1 says that it is started, it is not in its directory yet.
    """
    id = person.sh(f"echo begun; {gate.wait}; echo done")
    assert person.read_until(person.open_output(id, follow=True), b"\n") == b"begun\n"
    return id


def test_the_job_of_a_user_who_is_removed_runs_to_its_end(guest, root):
    guest(2001)
    gate = Gate(root, "/tmp/gate")
    with Person(root.machine, "guest") as person:
        id = run_until(gate, person)
    guest(None)
    gate.open()
    job = root.wait(id)
    assert (job["Result"], job["User"], job["UID"]) == ("success", "guest", 2001)
    assert root.output(id) == b"begun\ndone\n"
    root.call("ClearJobs", "a{sv}t", {"user": ("s", "guest")}, 0)
    assert id not in root.ids(all=True)


def test_a_name_that_is_somebody_elses_now_gives_nobody_the_jobs_of_the_former(guest, root):
    """The new account sees none of them, and what waited does not run as it."""
    guest(2002)
    with Person(root.machine, "guest") as former, root.jobsd_conf(MaxRunning=1):
        gate = Gate(root, "/tmp/gate")
        running = run_until(gate, former)
        queued = former.sh("id -u")
        former.close()
        guest(2003)
        with Person(root.machine, "guest") as new:
            assert new.ids(all=True, user="guest") == []
            for id in running, queued:
                with pytest.raises(BusError, match="There is no job"):
                    new.job(id)
            own = new.sh("id -u")
            gate.open()
            assert root.wait(running)["Result"] == "success"
            assert new.wait(own)["Result"] == "success"
            assert new.output(own) == b"2003\n"
            assert new.ids(all=True) == [own]
        job = root.wait_for(queued, NextTry=None)      # his account may come back
        assert (job["Status"], job["UID"]) == ("queued", 2002) and "guest: the account could not" in job["Info"]
        assert root.output(queued) == b""
        root.cancel(queued)
        root.wait(queued)


# ---- types that change ----

@pytest.mark.limit(180, "as many reloads as it takes to meet a submission")
def test_a_job_is_wholly_of_one_version_of_its_type(erin, root):
    """However often the file is replaced while jobs of it are submitted."""
    versions = ["one", "two"]
    for nice, word in enumerate(versions):
        root.write(f"/etc/jobsd/{word}", f"[Job]\nCommand=/bin/true {word} {{n}} {word}\nAllowGroups=operators\n"
                                         f"Nice={nice}\nRetries={nice}\n[Parameter n]\nDescription={word}\n")

    def use(word):
        root.run("sh", "-c", f"mkdir -p /etc/jobsd/types.d; cp /etc/jobsd/{word} /etc/jobsd/types.d/new;"
                             " mv /etc/jobsd/types.d/new /etc/jobsd/types.d/swapped.job")
        return root.send("Reload", "t", 0)

    root.reply(use("one"))
    ids = []
    for turn in range(30):
        calls = [erin.send("RunType", "sa{ss}a{sv}t", "swapped", {"n": str(turn)}, {}, 0) for _ in range(10)]
        reload = use(versions[turn % 2])
        ids += [erin.reply(serial)[0] for serial in calls]
        assert root.reply(reload) == ([],)
    erin.wait_all(ids)
    found = {(*job["Command"][1::2], job["Nice"], job["Retries"]) for job in map(erin.job, ids)}
    assert found == {("one", "one", 0, 0), ("two", "two", 1, 1)}


# ---- links ----

WRITTEN = ["/var/lib/jobsd", "/etc/jobsd", "/run/jobsd", "/run/jobsd/units", "/run/systemd/transient"]


def test_nobody_but_root_can_put_anything_where_root_writes(alice, dave, root):
    """Each folder on the way belongs to root, who alone may write to it: to a job's process as to anybody."""
    journal = root.run("sh", "-c", "echo /var/log/journal/$(cat /etc/machine-id).jobs").stdout.strip()
    for path in [*WRITTEN, journal]:
        way = [path.rsplit("/", n)[0] or "/" for n in range(path.count("/") + 1)]
        for folder in way:
            owner, mode = root.run("stat", "--format=%u %a", folder).stdout.split()
            assert (owner, int(mode, 8) & 0o002) == ("0", 0), folder
        script = f"ln -s /etc/passwd {path}/jobs.db-wal || ln -s /etc/passwd {path}/jobsd-1.service"
        assert dave.run("sh", "-c", script, check=False).returncode != 0
        assert alice.wait(alice.sh(script))["Result"] == "exit-code"


@pytest.mark.parametrize("name", ["jobs.db-wal", "jobs.db-shm"])
def test_a_link_beside_the_history_is_not_written_through(alice, root, name):
    """As somebody may have put it into a copy that is restored."""
    root.run("sh", "-c", "echo precious >/root/precious")
    root.run("systemctl", "stop", "jobsd.service")
    root.run("ln", "-s", "/root/precious", f"/var/lib/jobsd/{name}")
    root.run("systemctl", "start", "jobsd.service", check=False)
    assert root.run("cat", "/root/precious").stdout == "precious\n"
    root.run("rm", "-f", f"/var/lib/jobsd/{name}")
    root.run("systemctl", "restart", "jobsd.service")
    assert alice.wait(alice.submit("/bin/true"))["Result"] == "success"


def test_a_link_in_place_of_what_a_unit_is_handed_is_not_followed(alice, root):
    root.run("sh", "-c", "mkdir -p /root/victim; echo precious >/root/victim/environment")
    next = alice.submit("/bin/true") + 1
    alice.wait(next - 1)
    root.run("ln", "-s", "/root/victim", f"/run/jobsd/units/{unit(next)}")
    id = alice.sh('echo "$WORD"', environment=["WORD=said"])
    assert (id, alice.wait(id)["Result"]) == (next, "success")
    assert alice.output(id) == b"said\n"
    assert root.run("cat", "/root/victim/environment").stdout == "precious\n"
    assert root.run("ls", "/run/jobsd/units").stdout == ""
