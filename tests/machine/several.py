# SPDX-License-Identifier: LGPL-2.1-or-later
"""Machines that run jobs of each other, joined by cables, with a server of Gearman on the first one.

    site = Site([head, one, two], {"where": "[Job]\\nCommand=..."}, slots=4)
"""

import secrets

from cables import Cables
from machine import Machine

_NAMES = ("head", "one", "two", "three", "four", "five", "six", "seven", "eight")


class Site:
    MACHINES_MAX = len(_NAMES)

    def __init__(self, machines: list[Machine], types: dict[str, str], slots: int):
        """They are running. Without a tunnel: nobody else is in their network."""
        self.head, *self.others = machines
        self.cables = Cables(machines)
        key = secrets.token_hex(32)
        for machine, name in zip(machines, _NAMES, strict=False):
            machine.run(["hostname", name])
            write(machine, "/etc/jobsd/gearman.key", key, 0o640)
            machine.run(["chgrp", "jobsd-gearman", "/etc/jobsd/gearman.key"])
            write(machine, "/etc/jobsd/gearman.conf",
                  f"[Gearman]\nServer=10.77.0.1:4730\nName={name}\nSlots={slots}\n")
            for type, text in types.items():
                write(machine, f"/etc/jobsd/types.d/{type}.job", text)
            machine.run(["systemctl", "reload", "jobsd.service"])
        write(self.head, "/etc/default/gearman-job-server", 'PARAMS="--daemon --listen=10.77.0.1 '
              '--log-file=/var/log/gearman-job-server/gearmand.log"\n')
        self.head.run(["systemctl", "start", "gearman-job-server.service"])
        for machine in self.others:
            machine.run(["systemctl", "start", "jobsd-gearman.service"])


def write(machine: Machine, path: str, text: str | bytes, mode: int = 0o644):
    file = machine.path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    file.chmod(mode)
