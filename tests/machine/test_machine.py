# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the other tests take for granted about a machine."""

import re
import signal
import subprocess
import time

import pytest

from harness import cache


def test_boots_without_a_failed_unit(machine):
    state = machine.run(["systemctl", "is-system-running"], check=False).stdout.strip()
    failed = machine.run(["systemctl", "list-units", "--failed", "--no-legend", "--plain"]).stdout
    assert (state, failed) == ("running", "")


@pytest.mark.parametrize("user, groups", [
    ("alice", {"alice"}),
    ("bob", {"bob"}),
    ("carol", {"carol", "sudo"}),
    ("dave", {"dave", "jobs-admin"}),
    ("erin", {"erin", "operators"}),
    ("ida", {"ida", "archivists"}),
])
def test_a_command_runs_as_the_user_at_home(machine, user, groups):
    shown = machine.run(["sh", "-c", "id -un; pwd; id -Gn"], user=user).stdout.splitlines()
    assert shown[:2] == [user, f"/home/{user}"]
    assert set(shown[2].split()) == groups


def test_a_command_gets_input_and_gives_bytes(machine):
    assert machine.run(["cat"], input=b"\0\xff", text=False).stdout == b"\0\xff"


def test_a_signal_reaches_a_command(machine):
    trap = "trap 'kill $!; echo caught; exit 3' INT; sleep infinity & echo ready; wait"
    with machine.popen(["sh", "-c", trap], "alice", stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "caught\n"
    assert process.returncode == 3


@pytest.mark.parametrize("session", [False, True])
def test_a_command_ignores_no_signal(machine, session):
    """Whatever is ignored where the tests were started, as what a shell runs in the background does."""
    before = {number: signal.signal(number, signal.SIG_IGN)
              for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE)}
    try:
        ignored = machine.run(["grep", "SigIgn", "/proc/self/status"], "alice", session=session).stdout
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert int(ignored.split()[1], 16) == 0


def test_a_command_that_takes_too_long_is_killed(machine):
    with pytest.raises(subprocess.TimeoutExpired):
        machine.run(["sleep", "4242"], user="alice", timeout=0.5)
    assert machine.run(["pgrep", "-f", "sleep 4242"], check=False).stdout == ""


def test_a_hundred_jobs_at_a_gate_take_nothing_of_the_processors(machine, alice, root, gate):
    with root.jobsd_conf(MaxRunning=100):
        ids = [gate.job() for _ in range(100)]
        alice.wait_all_started(ids)
        taken = []
        for _ in range(5):      # in one of them nothing else happens
            before = machine.cpu_usec()
            time.sleep(1)
            taken.append(machine.cpu_usec() - before)
        assert min(taken) < 20_000, taken
        gate.open()
        assert {row["Result"] for row in alice.wait_all(ids)} == {"success"}


def test_no_script_waits_in_a_loop():
    """Which starts twenty processes a second, each of a hundred jobs: a gate, a signal or wait_until() starts none."""
    for file in [*(cache.SOURCE / "tests").rglob("*.py"), *(cache.SOURCE / "tools").rglob("*")]:
        if file.is_file():
            loops = re.findall(r"\bsleep [\d.]+;?\s+done\b|\bdo\s+:[;\s]", file.read_text(errors="replace"))
            assert not loops, file


def test_a_session_is_known_to_logind(machine):
    show = 'loginctl show-session --property=Name --value "$XDG_SESSION_ID"'
    assert machine.run(["sh", "-c", show], user="alice", session=True).stdout == "alice\n"


def test_polkit_answers(machine):
    action = "org.freedesktop.systemd1.manage-units"
    machine.run(["pkcheck", "--action-id", action, "--process", "1"])


def test_a_journal_namespace_without_a_rate_limit_loses_nothing(machine):
    conf = machine.path("/etc/systemd/journald@test.conf")
    conf.write_text("[Journal]\nRateLimitIntervalSec=0\n")
    machine.run(["systemd-run", "--quiet", "--wait", "--property=LogNamespace=test",
                 "--unit=chatter", "seq", "30000"])
    machine.run(["journalctl", "--namespace=test", "--sync"])
    shown = machine.run(["journalctl", "--namespace=test", "--unit=chatter", "--output=cat"])
    assert shown.stdout.split() == [str(number) for number in range(1, 30001)]


def test_a_process_can_dump_core(machine):
    result = machine.run(
        ["systemd-run", "--wait", "--property=LimitCORE=infinity",
         "--property=WorkingDirectory=/tmp", "sh", "-c", "kill -s SEGV 0"], check=False)
    assert "Finished with result: core-dump" in result.stderr


@pytest.mark.limit(120, "several boots")
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


@pytest.mark.limit(120, "several boots")
def test_two_machines_share_nothing(new_machine, machine):
    with new_machine() as other:
        other.boot()
        assert other.run(["hostname"]).stdout == f"{other.name}\n"
        machine.run(["systemctl", "stop", "dbus.socket", "dbus.service"])
        machine.crash()
        assert other.run(["systemctl", "is-system-running"]).stdout == "running\n"
        machine.boot()
