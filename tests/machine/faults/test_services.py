# SPDX-License-Identifier: LGPL-2.1-or-later
"""What jobsd stands on goes away and comes back: jobsd recovers by itself, no job is lost or run twice."""

import time

import pytest

from checker import check
from daemon import kill
from load import Load

_FAULTS = {
    "daemon-reload": ["systemctl", "daemon-reload"],
    "daemon-reexec": ["systemctl", "daemon-reexec"],
    "journald": ["systemctl", "restart", "systemd-journald.service"],
    "journald@jobs": ["systemctl", "restart", "systemd-journald@jobs.service"],
    "polkit": ["systemctl", "restart", "polkit.service"],
    "dbus": ["systemctl", "restart", "dbus.service"],
}


@pytest.mark.parametrize("what", _FAULTS)
def test_nothing_is_lost_while_it_goes_and_comes_back(load, chance, long, what):
    with load:
        for _ in range(50 if long else 4):
            time.sleep(chance.uniform(0, 1))    # the moment is what varies: nothing is waited for
            load.machine.run(_FAULTS[what])
    check(load, has_all_records=what != "journald")


def test_no_line_is_lost_when_jobs_end_while_their_journald_is_away(machine, alice, long):
    ids = [alice.submit("/bin/sh", "-c", "echo begins; echo ends") for _ in range(1500 if long else 200)]
    while alice.job(ids[-1])["Status"] == "queued":
        machine.run(["systemctl", "reset-failed", "systemd-journald@jobs.service", "systemd-journald@jobs.socket"])
        machine.run(["systemctl", "restart", "systemd-journald@jobs.service"])
    alice.wait_all(ids)
    assert {alice.output(id) for id in ids} == {b"begins\nends\n"}


def test_nothing_is_lost_with_dbus_broker_in_the_place_of_dbus_daemon(new_machine, seed, chance, long):
    with new_machine() as machine:
        enabled = machine.upper / "etc/systemd/system/dbus.service"
        enabled.parent.mkdir(parents=True)
        enabled.symlink_to("/lib/systemd/system/dbus-broker.service")
        machine.boot()
        assert "dbus-broker" in machine.run(["systemctl", "show", "--property=Id", "dbus.service"]).stdout
        with (load := Load(machine, seed)):
            for _ in range(20 if long else 2):
                for command in (["systemctl", "daemon-reexec"], ["systemctl", "restart", "dbus.service"]):
                    time.sleep(chance.uniform(0, 1))
                    machine.run(command)
                kill(machine)
        check(load)
