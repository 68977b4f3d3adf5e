# SPDX-License-Identifier: LGPL-2.1-or-later
"""Machines that are joined: a bridge in the first one's network, and a cable to each of the others.

    cables = Cables([head, one, two])       # 10.77.0.1, 10.77.0.2, 10.77.0.3
    cables.cut(one)

Nothing of it is in the host's network, and all of it goes with the machines.
"""

import subprocess

from machine import Machine


class Cables:
    def __init__(self, machines: list[Machine]):
        self._head, *self._others = machines
        self._ip(self._head, "link", "add", "name", "bridge", "type", "bridge")
        self._join(self._head, "bridge", 1)
        for i, machine in enumerate(self._others):
            self._ip(self._head, "link", "add", "name", self._cable(machine), "type", "veth",
                     "peer", "name", "cable", "netns", str(machine.leader))
            self._ip(self._head, "link", "set", self._cable(machine), "master", "bridge", "up")
            self._join(machine, "cable", i + 2)

    def cut(self, machine: Machine):
        """What is sent is lost, and nobody is told."""
        self._ip(self._head, "link", "set", self._cable(machine), "down")

    def mend(self, machine: Machine):
        self._ip(self._head, "link", "set", self._cable(machine), "up")

    def _join(self, machine: Machine, device: str, number: int):
        self._ip(machine, "address", "add", f"10.77.0.{number}/24", "dev", device)
        self._ip(machine, "link", "set", device, "up")

    def _cable(self, machine: Machine) -> str:
        return f"to-{self._others.index(machine) + 1}"

    @staticmethod
    def _ip(machine: Machine, *arguments: str):
        """The host's program: machines have none."""
        subprocess.run([*machine.network(), "ip", *arguments], check=True, stdin=subprocess.DEVNULL)
