# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the other tests take for granted about a machine."""

import pytest


def test_boots_without_a_failed_unit(machine):
    state = machine.run(["systemctl", "is-system-running"], check=False).stdout.strip()
    failed = machine.run(["systemctl", "list-units", "--failed", "--no-legend", "--plain"]).stdout
    assert (state, failed) == ("running", "")


@pytest.mark.parametrize("user, groups", [
    ("alice", {"alice"}), ("bob", {"bob"}), ("carol", {"carol", "sudo"}), ("erin", {"erin", "operators"}),
])
def test_a_command_runs_as_the_user_at_home(machine, user, groups):
    shown = machine.run(["sh", "-c", "id -un; pwd; id -Gn"], user=user).stdout.splitlines()
    assert shown[:2] == [user, f"/home/{user}"]
    assert set(shown[2].split()) == groups


def test_a_session_is_known_to_logind(machine):
    shown = machine.run(["sh", "-c", 'loginctl show-session -P Name "$XDG_SESSION_ID"'], user="alice", session=True)
    assert shown.stdout == "alice\n"


def test_polkit_answers(machine):
    result = machine.run(["pkcheck", "--action-id", "org.freedesktop.systemd1.manage-units", "--process", "1"])
    assert result.returncode == 0


def test_the_job_journal_loses_nothing(machine):
    machine.path("/etc/systemd/journald@test.conf").write_text("[Journal]\nRateLimitIntervalSec=0\n")
    machine.run(["systemd-run", "--wait", "--property=LogNamespace=test", "--unit=chatter", "seq", "30000"])
    machine.run(["journalctl", "--namespace=test", "--sync"])
    shown = machine.run(["journalctl", "--namespace=test", "--unit=chatter", "--output=cat", "--quiet"])
    assert len(shown.stdout.splitlines()) == 30000


def test_a_crash_can_dump_core(machine):
    result = machine.run(["systemd-run", "--wait", "--property=LimitCORE=infinity", "--property=WorkingDirectory=/tmp",
                          "--unit=dumper", "sh", "-c", "kill -s SEGV 0"], check=False)
    assert "core-dump" in result.stderr


def test_what_was_written_survives_a_crash_and_a_power_off(fresh_machine):
    boot_ids = set()
    for stop in (fresh_machine.crash, fresh_machine.poweroff, lambda: None):
        boot_ids.add(fresh_machine.run(["cat", "/proc/sys/kernel/random/boot_id"]).stdout)
        fresh_machine.run(["sh", "-c", "echo kept >>/var/lib/kept && sync"])
        stop()
        if not fresh_machine.running:
            fresh_machine.boot()
    assert fresh_machine.path("/var/lib/kept").read_text() == "kept\n" * 3
    assert len(boot_ids) == 3


def test_two_machines_share_nothing(new_machine, machine):
    with new_machine() as other:
        other.boot()
        assert other.run(["hostname"]).stdout != machine.run(["hostname"]).stdout
        assert "journald" in other.run(["systemctl", "status", "--no-pager"]).stdout
