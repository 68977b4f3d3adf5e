# SPDX-License-Identifier: LGPL-2.1-or-later
"""What "meson install" puts into a machine is there, and is what the service promises."""

import re

import pytest

from person import Person
from waiting import wait_for_another_jobsd

INSTALLED = """
/usr/bin/jobsctl
/usr/libexec/jobsd/jobsd
/usr/libexec/jobsd/jobsd-gearman
/usr/libexec/jobsd/jobsd-hosts
/usr/libexec/jobsd/jobsd-place
/usr/libexec/jobsd/jobsd-results
/usr/libexec/jobsd/jobsd-run
/usr/libexec/jobsd/jobsd-stream
/usr/lib/jobsd/jobsctl-workbook.so
/usr/share/dbus-1/system.d/org.jobsd1.conf
/usr/share/dbus-1/system-services/org.jobsd1.service
/usr/share/dbus-1/interfaces/org.jobsd1.Manager.xml
/usr/share/dbus-1/interfaces/org.jobsd1.Job.xml
/usr/share/polkit-1/actions/org.jobsd1.policy
/usr/share/polkit-1/rules.d/50-org.jobsd1.rules
/usr/lib/systemd/system/jobsd.service
/usr/lib/systemd/system/jobsd-results.socket
/usr/lib/systemd/system/jobsd-results@.service
/usr/lib/systemd/system/jobs.slice
/usr/lib/systemd/system/jobsd-gearman.service
/usr/lib/systemd/system/jobsd-tunnel.service
/usr/lib/sysusers.d/jobsd.conf
/usr/lib/sysusers.d/jobsd-gearman.conf
/usr/lib/tmpfiles.d/jobsd.conf
/usr/lib/systemd/catalog/jobsd.catalog
/etc/systemd/journald@jobs.conf
/etc/jobsd/gearman.conf
/etc/jobsd/jobsd.conf
/usr/share/doc/jobsd/tunnel-head.conf
/usr/share/doc/jobsd/tunnel-machine.conf
/usr/share/man/man1/jobsctl.1
/usr/share/man/man8/jobsd.8
/usr/share/man/man8/jobsd-gearman.8
/usr/share/man/man8/jobsd-run.8
/usr/share/man/man5/jobsd-gearman.conf.5
/usr/share/man/man5/jobsd.conf.5
/usr/share/man/man5/org.jobsd1.5
/usr/share/bash-completion/completions/jobsctl
""".split()


@pytest.mark.parametrize("path", INSTALLED)
def test_is_installed(machine, path):
    assert machine.path(path).stat().st_size > 0


@pytest.mark.parametrize("service, exposure_max", [("jobsd", 1.5), ("jobsd-gearman", 1.5), ("jobsd-tunnel", 2.0), ("jobsd-results@", 1.8)])
def test_the_services_are_confined_from_the_first_day(machine, service, exposure_max):
    # By another name, because a sanitized build has a drop-in that opens some of it.
    installed = machine.path(f"/usr/lib/systemd/system/{service}.service").read_text()
    machine.path("/run/as-installed.service").write_text(installed)
    report = machine.run(["systemd-analyze", "security", "--no-pager", "--offline=yes",
                          "/run/as-installed.service"]).stdout
    exposure = re.search(r"exposure level for as-installed.service: ([0-9.]+)", report)
    assert float(exposure[1]) <= exposure_max


def test_the_service_tells_when_it_is_ready_and_is_watched(machine):
    shown = machine.run(["systemctl", "show", "jobsd", "-p", "Type", "-p", "WatchdogUSec",
                         "-p", "ActiveState", "-p", "UnitFileState", "-p", "StatusText"]).stdout
    assert {"Type=notify", "ActiveState=active", "UnitFileState=enabled"} <= set(shown.splitlines())
    assert "WatchdogUSec=30s" in shown and "StatusText=Ready" in shown


def test_a_hung_daemon_is_replaced(machine):
    """The watchdog is not only configured: a daemon that does not answer is ended and started again."""
    machine.run(["sh", "-c", "mkdir -p /run/systemd/system/jobsd.service.d;"
                 " printf '[Service]\\nWatchdogSec=2s\\nWatchdogSignal=SIGKILL\\n' >/run/systemd/system/jobsd.service.d/test.conf;"
                 " systemctl daemon-reload; systemctl restart jobsd"])
    pid = machine.run(["systemctl", "show", "jobsd", "-p", "MainPID", "--value"]).stdout.strip()
    machine.run(["kill", "-STOP", pid])
    wait_for_another_jobsd(machine, pid)
    with Person(machine, "alice") as alice:
        assert alice.jobsctl("run", "--wait", "true").returncode == 0
    machine.run(["sh", "-c", "rm -r /run/systemd/system/jobsd.service.d; systemctl daemon-reload;"
                 " systemctl restart jobsd"])


def test_the_first_call_starts_the_service(machine):
    machine.run(["systemctl", "stop", "jobsd"])
    assert machine.run(["jobsctl", "run", "--wait", "true"], "alice").returncode == 0
    assert machine.run(["systemctl", "is-active", "jobsd"]).stdout == "active\n"


def test_the_log_explains_itself(machine):
    id = machine.run(["jobsctl", "run", "--wait", "sh", "-c", "exit 5"], "alice", check=False).stdout.strip()
    machine.run(["journalctl", "--sync"])
    log = machine.run(["journalctl", "-x", "-u", "jobsd", f"JOBSD_ID={id}"]).stdout
    assert f"Job {id} was submitted" in log and f"Job {id} has ended" in log
    assert "exit-code" in log and "alice" in log


@pytest.mark.parametrize("words, offered", [
    (["ca"], ["cancel"]), (["list", "--fa"], ["--failed"]), (["--json", "p"], ["pretty"]), (["--machine", ""], []),
    (["export", "--format", "x"], ["xlsx"]), (["import", "--format", ""], ["csv", "json"]),
])
def test_completion_offers_what_fits(machine, words, offered):
    script = ("source /usr/share/bash-completion/bash_completion;"
              " source /usr/share/bash-completion/completions/jobsctl;"
              " COMP_WORDS=(jobsctl \"$@\"); COMP_CWORD=$#; COMP_LINE=${COMP_WORDS[*]}; COMP_POINT=${#COMP_LINE};"
              " $(complete -p jobsctl | sed 's/.*-F \\([^ ]*\\).*/\\1/') jobsctl \"${COMP_WORDS[-1]}\" \"${COMP_WORDS[-2]}\";"
              " echo ${COMPREPLY[@]}")
    assert machine.run(["bash", "-c", script, "bash", *words], "alice").stdout.split() == offered
