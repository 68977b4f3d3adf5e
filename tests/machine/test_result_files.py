# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files that jobs leave in $JOBSD_RESULTS: who reads them, how much they may be, and when they go."""

import json
import stat

import pytest

from person import BusError, Gate
from waiting import wait_until

FOLDERS = "/var/lib/jobsd-results"
NO_RESULT = "org.jobsd1.Error.NoSuchResult"
LEAVE = 'printf %s "$1" >"$JOBSD_RESULTS/report"'


def leaves(person, script, *arguments, **options):
    """A job that may leave files."""
    return person.sh(script, *arguments, results=True, **options)


def results(person, id):
    found, = person.call("ListResults", "tt", id, 0)
    return {name: size for name, size, _ in found}


def result(person, id, name):
    file, size = person.call("OpenResult", "tst", id, name, 0)
    content = person.read(file)
    assert len(content) == size
    return content


def counted(person, id):
    """Its properties, when its files have been counted."""
    person.wait(id)
    wait_until(lambda: person.job(id)["ResultFiles"] > 0)
    return person.job(id)


def folders(machine):
    """Those that are there, of jobs that run and of others."""
    return set(machine.run(["find", FOLDERS, "-mindepth", "1", "-maxdepth", "2", "-name", "[0-9]*",
                            "-printf", "%P\n"]).stdout.split())


def refused(error, person, *arguments, **options):
    with pytest.raises(BusError) as caught:
        person.call(*arguments, **options)
    assert caught.value.name == error
    return caught.value.text


# ---- the folder ----

def test_a_job_has_a_folder_of_its_own(alice):
    id = leaves(alice, 'cd "$JOBSD_RESULTS" && pwd; stat -c "%U %G %a" .; ls -A | wc -l; echo "${STATE_DIRECTORY-unset}"')
    alice.wait(id)
    assert alice.output(id).decode() == f"{FOLDERS}/{id}\nalice alice 700\n0\nunset\n"


def test_a_job_that_was_not_given_one_has_none(alice, machine):
    """It costs each start something."""
    id = alice.sh('echo "${JOBSD_RESULTS-unset} ${STATE_DIRECTORY-unset}"', environment=["WORD=x"])
    assert alice.wait(id)["Result"] == "success" and alice.output(id) == b"unset unset\n"
    assert results(alice, id) == {}


def test_a_variable_of_the_same_name_is_the_jobs_own(alice):
    id = leaves(alice, 'echo "$STATE_DIRECTORY"; test -d "$JOBSD_RESULTS"',
                  environment=["STATE_DIRECTORY=/mine", "JOBSD_RESULTS=/theirs"])
    assert alice.wait(id)["Result"] == "success"
    assert alice.output(id) == b"/mine\n"


def test_a_retry_has_one_if_the_job_had(alice):
    id = leaves(alice, LEAVE, "x")
    alice.wait(id)
    again, _ = alice.call("RetryJob", "tt", id, 0)
    assert counted(alice, again)["ResultFiles"] == 1


def test_nothing_is_left_of_a_job_that_leaves_nothing(alice, machine):
    id = leaves(alice, "true")
    job = alice.wait(id)
    wait_until(lambda: not any(str(id) in folder for folder in folders(machine)))
    assert (job["ResultFiles"], job["ResultBytes"], results(alice, id)) == (0, 0, {})


def test_what_a_job_leaves_is_read_and_counted(alice):
    id = leaves(alice, 'cd "$JOBSD_RESULTS"; echo hello >greeting; mkdir -p a/b; printf 12345 >a/b/five; : >empty')
    job = counted(alice, id)
    assert (job["ResultFiles"], job["ResultBytes"]) == (3, 11)
    assert results(alice, id) == {"a/b/five": 5, "empty": 0, "greeting": 6}
    assert result(alice, id, "greeting") == b"hello\n"
    assert result(alice, id, "a/b/five") == b"12345"
    assert result(alice, id, "empty") == b""
    assert {"result_files": 3, "result_bytes": 11}.items() <= \
        json.loads(alice.jobsctl("show", "--json=short", str(id)).stdout).items()


def test_of_a_job_that_runs_what_is_there_by_now(alice, gate):
    id = leaves(alice, f'echo begun >"$JOBSD_RESULTS/report"; {gate.wait}; echo done >>"$JOBSD_RESULTS/report"')
    wait_until(lambda: results(alice, id).get("report") == 6)
    assert result(alice, id, "report") == b"begun\n"
    gate.open()
    counted(alice, id)
    assert result(alice, id, "report") == b"begun\ndone\n"


def test_a_large_file_is_read_while_its_job_is_cleared(alice, machine):
    id = leaves(alice, 'head -c 20000000 /dev/zero >"$JOBSD_RESULTS/zeros"')
    counted(alice, id)
    file, size = alice.call("OpenResult", "tst", id, "zeros", 0)
    alice.clear(ids=[id])
    wait_until(lambda: not any(str(id) in folder for folder in folders(machine)))
    assert alice.read(file) == bytes(20_000_000) and size == 20_000_000


@pytest.mark.parametrize("name, told", [
    (b"a b", "a b"), ("Übersicht".encode(), "Übersicht"), (b"-rf", "-rf"), (b"$HOME;*", "$HOME;*"),
    (b"back\\slash", "back\\x5cslash"), (b"two\nlines", "two\\x0alines"), (b"\xff\xfe", "\\xff\\xfe"),
    ("\u202egnp.exe".encode(), "\\xe2\\x80\\xaegnp.exe"),
])
def test_any_name_is_told_as_text_and_found_by_it(alice, name, told):
    octal = "".join(f"\\{byte:03o}" for byte in name)
    id = alice.submit("/usr/bin/python3", "-c",
                      "import os, sys; open(os.environb[b'JOBSD_RESULTS'] + b'/' + bytes.fromhex(sys.argv[1]), 'w').write('x')",
                      name.hex(), results=True)
    assert alice.wait(id)["Result"] == "success", octal
    assert results(alice, id) == {told: 1}
    assert result(alice, id, told) == b"x"


# ---- what is no result ----

def test_links_and_what_is_no_file_are_no_results(alice):
    id = leaves(alice, 'cd "$JOBSD_RESULTS"; echo kept >file; ln -s /etc/shadow link; ln -s file other; ln -s /etc dir; '
                  'mkfifo fifo; mkdir folder; python3 -c "import socket; socket.socket(socket.AF_UNIX).bind(\'socket\')"')
    assert (counted(alice, id)["ResultFiles"], results(alice, id)) == (1, {"file": 5})
    for name in ["link", "other", "dir/passwd", "fifo", "socket", "folder", "folder/", ".", "..", "../kept", "/etc/passwd",
                 f"../{id}/file", "missing", "", "x" * 2000, "\\x", "file\\x00"]:
        assert "no result file" in refused(NO_RESULT, alice, "OpenResult", "tst", id, name, 0)


def test_a_file_of_another_account_is_no_result(alice, root):
    """As a hard link to it may be, where the kernel lets everybody make one."""
    id = leaves(alice, LEAVE, "mine")
    counted(alice, id)
    folder = f"{FOLDERS}/kept/{id}"
    root.run("sh", "-c", f"echo secret >{folder}/theirs; chmod 600 {folder}/theirs")
    assert results(alice, id) == {"report": 4}
    refused(NO_RESULT, alice, "OpenResult", "tst", id, "theirs", 0)


def test_folders_in_folders_to_a_bound(alice):
    id = leaves(alice, 'cd "$JOBSD_RESULTS"; for i in $(seq 20); do touch file; mkdir d; cd d; done')
    assert counted(alice, id)["ResultFiles"] == 16
    assert max(name.count("/") for name in results(alice, id)) == 15
    refused(NO_RESULT, alice, "OpenResult", "tst", id, "d/" * 16 + "file", 0)
    alice.clear(ids=[id])


def test_of_many_files_a_thousand_are_told_and_all_are_counted(alice):
    id = leaves(alice, 'cd "$JOBSD_RESULTS"; seq 2500 | xargs touch')
    assert counted(alice, id)["ResultFiles"] == 2500
    names = list(results(alice, id))
    assert len(names) == 1000 and names == sorted(names)
    assert result(alice, id, "2500") == b""


# ---- whose they are ----

def test_nobody_passes_to_them_but_by_jobsd(alice, bob, machine):
    """Neither their owner, who could change them, nor others, who could see whose job it was."""
    id = leaves(alice, LEAVE, "x")
    counted(alice, id)
    assert folders(machine) >= {f"kept/{id}"}
    for person in alice, bob:
        for path in f"{FOLDERS}/kept/{id}/report", f"{FOLDERS}/kept/{id}", f"{FOLDERS}/kept/":
            assert "Permission denied" in person.run("ls", path, check=False).stderr
        assert "Permission denied" in person.run("ls", FOLDERS, check=False).stderr
        assert "No such file" in person.run("ls", f"{FOLDERS}/{id}", check=False).stderr


def test_a_descriptor_is_for_reading(alice):
    id = leaves(alice, LEAVE, "x")
    counted(alice, id)
    file, _ = alice.call("OpenResult", "tst", id, "report", 0)
    flags = int(alice.run("sh", "-c", f"grep flags: /proc/{alice.pid_in_machine()}/fdinfo/{file}").stdout.split()[1], 8)
    assert stat.S_IMODE(flags) & 3 == 0
    alice.close_stream(file)


def test_the_files_of_a_service_account_are_its_submitters(alice, bob, root):
    """Who has no other right on that account, and does not see others' of the same."""
    root.write("/etc/jobsd/types.d/leave.job", "[Job]\nCommand=/bin/sh -c 'echo \"{word}\" >\"$JOBSD_RESULTS/word\"; id -un'\n"
               "User=games\nAllowGroups=alice bob\nResults=yes\n[Parameter word]\nType=string\n")
    root.call("Reload", "t", 0)
    ids = {person.name: person.call("RunType", "sa{ss}a{sv}t", "leave", {"word": person.name}, {}, 0)[0]
           for person in (alice, bob)}
    for person in alice, bob:
        assert person.wait(ids[person.name])["Result"] == "success"
        assert person.output(ids[person.name]) == b"games\n"
        assert result(person, ids[person.name], "word") == f"{person.name}\n".encode()
    refused("org.jobsd1.Error.NoSuchJob", bob, "OpenResult", "tst", ids["alice"], "word", 0)
    assert result(root, ids["alice"], "word") == b"alice\n"


# ---- how much they may be ----

def test_who_has_too_much_of_them_submits_no_more(erin, root):
    waiting = Gate(erin)
    with root.jobsd_conf(ResultsMaxPerUser="1000"):
        queued = leaves(erin, f'{waiting.wait}; {LEAVE}', "y" * 10)
        id = leaves(erin, LEAVE, "x" * 1000)
        counted(erin, id)
        text = refused("org.freedesktop.DBus.Error.LimitsExceeded", erin, "RunCommand", "asa{sv}t", ["/bin/true"], {}, 0)
        assert "1000" in text and "ResultsMaxPerUser=" in text and "Clear" in text
        refused("org.freedesktop.DBus.Error.LimitsExceeded", erin, "RetryJob", "tt", id, 0)
        waiting.open()      # what was promised runs
        assert counted(erin, queued)["ResultBytes"] == 10
        erin.clear(ids=[id])
        assert erin.wait(erin.submit("/bin/true"))["Result"] == "success"


# ---- when they go ----

def test_they_go_with_the_job(alice, machine):
    ids = [leaves(alice, 'mkdir -p "$JOBSD_RESULTS/a/b"; chmod 0 "$JOBSD_RESULTS/a/b"; echo >"$JOBSD_RESULTS/f"') for _ in range(3)]
    for id in ids:
        counted(alice, id)
    assert folders(machine) >= {f"kept/{id}" for id in ids}
    alice.clear(ids=ids)
    wait_until(lambda: not any(str(id) in folder for id in ids for folder in folders(machine)))


def test_a_further_try_finds_what_the_one_before_left(alice, root, machine):
    root.write("/etc/jobsd/types.d/again.job",
               "[Job]\nCommand=/bin/sh -c 'echo >>\"$JOBSD_RESULTS/tries\"; test $(wc -l <\"$JOBSD_RESULTS/tries\") = 2'\n"
               "AllowGroups=alice\nRetries=1\nResults=yes\n")
    root.call("Reload", "t", 0)
    id, _ = alice.call("RunType", "sa{ss}a{sv}t", "again", {}, {}, 0)
    assert alice.wait(id)["Result"] == "success"
    assert result(alice, id, "tries") == b"\n\n"
    again, _ = alice.call("RetryJob", "tt", id, 0)
    alice.wait(again)
    assert result(alice, again, "tries") == b"\n\n"     # it had a folder of its own, and two tries


class TestWhateverHappensMeanwhile:
    """jobsd, its service or its socket are away; and come back."""

    def test_what_was_not_counted_is_when_jobsd_comes_back(self, alice, root, machine):
        root.run("systemctl", "stop", "jobsd-results.socket")
        id = leaves(alice, LEAVE, "12345")
        assert alice.wait(id)["Result"] == "success"
        assert "jobsd-results.socket" in refused("org.freedesktop.DBus.Error.Failed", alice, "ListResults", "tt", id, 0)
        refused("org.freedesktop.DBus.Error.Failed", alice, "OpenResult", "tst", id, "report", 0)
        assert alice.job(id)["ResultFiles"] == 0
        root.run("systemctl", "restart", "jobsd.service")
        wait_until(lambda: alice.job(id)["ResultFiles"] == 1)
        assert alice.job(id)["ResultBytes"] == 5
        assert result(alice, id, "report") == b"12345"

    def test_what_was_not_removed_is_when_jobsd_comes_back(self, alice, root, machine):
        id = leaves(alice, LEAVE, "x")
        counted(alice, id)
        root.run("systemctl", "stop", "jobsd-results.socket")
        alice.clear(ids=[id])
        assert f"kept/{id}.cleared" in folders(machine)
        root.run("systemctl", "restart", "jobsd.service")
        wait_until(lambda: not any(str(id) in folder for folder in folders(machine)))

    def test_what_belongs_to_a_job_is_put_back(self, alice, root, machine):
        """jobsd was killed between the rename and the commit."""
        id = leaves(alice, LEAVE, "x")
        counted(alice, id)
        root.run("systemctl", "stop", "jobsd.service")
        root.run("mv", f"{FOLDERS}/kept/{id}", f"{FOLDERS}/kept/{id}.cleared")
        root.run("systemctl", "start", "jobsd.service")
        assert result(alice, id, "report") == b"x"

    def test_what_no_job_knows_stays(self, alice, root, machine):
        """An older history was put back: the files are somebody's."""
        root.run("mkdir", f"{FOLDERS}/kept/999999")
        root.run("systemctl", "restart", "jobsd.service")
        alice.wait(alice.submit("/bin/true"))
        assert "kept/999999" in folders(machine)
        root.run("rmdir", f"{FOLDERS}/kept/999999")


# ---- on the command line ----

class TestOnTheCommandLine:
    @pytest.fixture(scope="class")
    def job(self, alice):
        id = leaves(alice, 'cd "$JOBSD_RESULTS"; echo hello >a.txt; mkdir sub; head -c 3000 /dev/zero >sub/zeros')
        counted(alice, id)
        return str(id)

    def test_who_wants_them_says_so(self, alice):
        id = alice.jobsctl("run", "--wait", "--results", "--", "sh", "-c", 'echo hello >"$JOBSD_RESULTS/x"').stdout.strip()
        assert alice.jobsctl("results", id, "x").stdout == "hello\n"
        refused = alice.jobsctl("run", "--type=x", "--results", check=False)
        assert refused.returncode == 2 and "--results" in refused.stderr

    def test_the_list(self, alice, job):
        done = alice.jobsctl("results", job)
        assert [line.split()[:2] for line in done.stdout.splitlines()] == [["NAME", "SIZE"], ["a.txt", "6B"],
                                                                          ["sub/zeros", "2.9K"]]
        assert f"jobsctl results {job} NAME -o FILE" in done.stderr
        listed = json.loads(alice.jobsctl("results", "--json=short", job).stdout)
        assert [(file["name"], file["size"]) for file in listed] == [("a.txt", 6), ("sub/zeros", 3000)]
        assert all(file["modified"] > 0 for file in listed)

    def test_in_the_status(self, alice, job):
        assert "Results: 2 files, 2.9K" in alice.jobsctl("status", job).stdout

    def test_one_of_them(self, alice, job):
        assert alice.jobsctl("results", job, "a.txt").stdout == "hello\n"
        assert alice.jobsctl("results", job, "a.txt", "-o", "-").stdout == "hello\n"

    def test_into_a_file(self, alice, job):
        alice.run("rm", "-rf", "got", "folder")
        alice.jobsctl("results", job, "sub/zeros", "-o", "got")
        assert alice.file("got").read_bytes() == bytes(3000)
        done = alice.jobsctl("results", job, "a.txt", "-o", "got", check=False)
        assert done.returncode == 1 and "got exists" in done.stderr
        alice.jobsctl("results", job, "a.txt", "-o", "got", "--force")
        assert alice.file("got").read_text() == "hello\n"
        alice.run("mkdir", "folder")
        alice.jobsctl("results", job, "sub/zeros", "-o", "folder")
        assert alice.file("folder/zeros").read_bytes() == bytes(3000)

    def test_what_is_not_there(self, alice, bob, job):
        done = alice.jobsctl("results", job, "none", check=False)
        assert done.returncode == 1 and f'Job {job} has no result file "none"' in done.stderr
        done = bob.jobsctl("results", job, check=False)
        assert done.returncode == 1 and f"There is no job {job} that you may see." in done.stderr
        nothing = str(alice.submit("/bin/true"))
        alice.wait(int(nothing))
        assert f"Job {nothing} has left no files." in alice.jobsctl("results", nothing).stderr

    def test_wrong_usage(self, alice, job):
        for arguments in ["one"], [job, "-o", "x"], [job, "a", "b"], []:
            assert alice.jobsctl("results", *arguments, check=False).returncode == 2
