# SPDX-License-Identifier: LGPL-2.1-or-later
"""No id is given twice on a machine, whatever becomes of its history: an id is whose output and whose unit it is."""

import pytest

from person import BusError

HISTORY = "/var/lib/jobsd/jobs.db"


@pytest.fixture
def secret(alice):
    """The id of a job of alice's that has printed something."""
    id = alice.sh("echo SECRET")
    alice.wait(id)
    assert alice.output(id) == b"SECRET\n"
    return id


def _without_jobsd(root, script):
    with root.machine.without("jobsd.service"):
        root.run("sh", "-euc", script)


def _assert_new(bob, known):
    """What bob gets now is new, and he sees nothing of what was there."""
    id = bob.sh("echo mine")
    bob.wait(id)
    assert id > known
    assert bob.output(id) == b"mine\n"
    with pytest.raises(BusError, match="NoSuchJob"):
        bob.output(known)


def test_a_history_that_is_moved_away(secret, bob, root):
    _without_jobsd(root, f"mkdir -p /root/aside; mv {HISTORY}* /root/aside; mv /root/aside/*.last-id /var/lib/jobsd")
    _assert_new(bob, secret)
    root.run("journalctl", "--sync")
    assert f"this machine has given ids up to {secret}" in root.run("journalctl", "--unit=jobsd.service").stdout


def test_an_older_history_that_is_put_back(alice, bob, root):
    first = alice.sh("echo first")
    alice.wait(first)
    root.run("sqlite3", HISTORY, ".backup /root/backup")
    later = alice.sh("echo SECRET")
    alice.wait(later)
    _without_jobsd(root, f"rm -f {HISTORY}-wal {HISTORY}-shm; cp /root/backup {HISTORY}")
    assert later not in alice.ids() and alice.output(first) == b"first\n"
    _assert_new(bob, later)


def test_an_older_folder_that_is_put_back(alice, bob, root):
    """With what stands beside the history: the journal knows."""
    alice.wait(alice.sh("echo first"))
    _without_jobsd(root, "rm -rf /root/folder; cp -a /var/lib/jobsd /root/folder")
    later = alice.sh("echo SECRET")
    alice.wait(later)
    _without_jobsd(root, "rm -r /var/lib/jobsd/*; cp -a /root/folder/* /var/lib/jobsd")
    _assert_new(bob, later)


def test_an_older_folder_that_is_copied_over_the_other(alice, bob, root):
    """So that each file is the one that it was, but for what is in it."""
    alice.wait(alice.sh("echo first"))
    _without_jobsd(root, "rm -rf /root/folder; cp -a /var/lib/jobsd /root/folder")
    later = alice.sh("echo SECRET")
    alice.wait(later)
    _without_jobsd(root, f"rm -f {HISTORY}-wal {HISTORY}-shm; cp /root/folder/* /var/lib/jobsd")
    _assert_new(bob, later)


def test_all_is_gone(secret, bob, root):
    _without_jobsd(root, "rm -r /var/lib/jobsd/*")
    _assert_new(bob, secret)


def test_only_a_unit_is_left(alice, bob, root):
    """It runs on, and nobody gets hold of it by its number."""
    running = alice.sh("exec sleep infinity")
    alice.wait_started(running)
    _without_jobsd(root, "rm -r /var/lib/jobsd/*; journalctl --sync; journalctl --rotate; journalctl --vacuum-time=1s")
    _assert_new(bob, running)
    with pytest.raises(BusError, match="NoSuchJob"):
        bob.cancel(running)
    assert root.run("systemctl", "is-active", f"jobsd-{running}.service").stdout == "active\n"
    root.run("systemctl", "stop", f"jobsd-{running}.service")


def test_imported_records_have_used_ids_too(alice, bob, root):
    row = '{"name": "old", "user": "alice", "status": "completed", "submitted": 1000000, "finished": 2000000}'
    root.jobsctl("import", "--format=json", "-", input=f"{row}\n")
    imported = max(alice.ids(name="old"))
    _without_jobsd(root, "rm -r /var/lib/jobsd/*")
    _assert_new(bob, imported)


def test_ids_go_on_where_they_were(alice, root):
    """A restart is no reason for a gap."""
    first = alice.sh("exit 0")
    log = "journalctl", "--unit=jobsd.service"
    cursor = root.run(*log, "--lines=1", "--show-cursor").stdout.split("-- cursor: ")[1].strip()
    root.run("systemctl", "restart", "jobsd.service")
    assert alice.sh("exit 0") == first + 1
    root.run("journalctl", "--sync")
    said = root.run(*log, f"--after-cursor={cursor}").stdout
    assert "Started" in said and "given ids up to" not in said
