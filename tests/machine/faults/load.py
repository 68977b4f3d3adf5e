# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many clients of jobsd at work, and what they leave behind for the checker.

    load = Load(machine, seed)
    with load:
        ...                         # break something
    violations = check(load)
"""

import contextlib
import json
import subprocess
from pathlib import Path

from person import Person
from waiting import wait_until

_CLIENT = Path(__file__).with_name("client.py").read_text()

# Who is at work. Only erin and carol may run the type, which is for their group.
CLIENTS = [("alice", "bus"), ("alice", "cli"), ("bob", "bus"), ("erin", "bus"), ("erin", "cli")]
USERS = sorted({name for name, _ in CLIENTS})
# As many as an emulated machine stands.
FEW_CLIENTS = [("alice", "bus"), ("erin", "bus"), ("erin", "cli")]

JOB = "/usr/local/bin/faults-job"

# Each start leaves its mark: appended at once, so that a second one would be seen. A try of the
# flaky ending fails twice.
_SCRIPT = """#!/bin/sh
mark() { echo "$1 $token $JOBSD_JOB_ID $INVOCATION_ID $(date +%s%6N)" >>"$HOME/marks"; }
token=$1
mark begin
echo "$token begins"
sleep "$2"
case $3 in
endless) exec sleep infinity ;;
esac
echo "$token ends"
mark end
case $3 in
KILL) kill -KILL $$ ;;
flaky) [ "$(grep -c "^begin $token " "$HOME/marks")" -ge 3 ] ;;
*) exit "$3" ;;
esac
"""

_TYPE = """[Job]
Command=/usr/local/bin/faults-job {{token}} {{seconds}} {{ending}}
AllowGroups=alice bob operators
{again}

[Parameter token]
Required=yes

[Parameter seconds]
Required=yes

[Parameter ending]
Required=yes
"""


# What is said of further tries.
_TYPES = {"faults": "Retries=2\nRetrySec=50ms", "restartable": "Restartable=yes\nRetries=2"}


class Work:
    """A machine on which jobs leave marks, and what clients were told there."""

    def __init__(self, machine):
        self.machine = machine
        self.records: list[dict] = []
        root = Person(machine, "root")
        root.write(JOB, _SCRIPT)
        machine.run(["chmod", "755", JOB])
        for name, again in _TYPES.items():
            root.write(f"/etc/jobsd/types.d/{name}.job", _TYPE.format(again=again))
        machine.run(["systemctl", "reload", "jobsd"])

    def told(self, act: str) -> list[dict]:
        """What jobsd answered to clients, of one kind."""
        return [record for record in self.records if record["act"] == act]

    def marks(self) -> list[tuple[str, str, int, str, int]]:
        """(begin or end, TOKEN, ID, INVOCATION ID, µs) as the jobs themselves left them."""
        lines = [line.split() for name in USERS for line in _lines(Person(self.machine, name).file("marks"))]
        return [(what, token, int(id), invocation, int(usec)) for what, token, id, invocation, usec in lines]


class Load(Work):
    """Clients at work from __enter__() to __exit__(); they keep what they are told in files."""

    def __init__(self, machine, seed: int, clients=CLIENTS):
        super().__init__(machine)
        self._seed = seed
        self._kinds = clients
        self._clients: list[subprocess.Popen] = []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exception):
        """Lets each client finish what it is about."""
        self._end()
        errors = [client.stderr.read() for client in self._clients]
        assert self._statuses() == [0] * len(self._kinds), "\n".join(errors)

    def start(self):
        """Also after the machine went down with those of before."""
        before = self._count_acknowledged()
        for number, (name, kind) in enumerate(self._kinds):
            person = Person(self.machine, name)
            command = ["python3", "-c", _CLIENT, kind, f"{self._seed}-{number}-{before}"]
            self._clients.append(person.popen(*command, text=True, stdin=subprocess.PIPE,
                                              stderr=subprocess.PIPE))
        self.wait_for(10)

    def wait_for(self, n: int):
        """Until so many more submissions were acknowledged."""
        before = self._count_acknowledged()
        wait_until(lambda: self._count_acknowledged() >= before + n)

    def forget(self):
        """The machine is down, and the clients with it."""
        self._end()
        self._statuses()

    def _end(self):
        for client in self._clients:
            with contextlib.suppress(BrokenPipeError):
                client.stdin.close()

    def _statuses(self) -> list[int]:
        statuses = [client.wait(timeout=120) for client in self._clients]
        for client in self._clients:
            client.stderr.close()
        self._clients.clear()
        return statuses

    def _count_acknowledged(self) -> int:
        """Far cheaper than told()."""
        pattern = '^{"act": "submit".*"id": .*}$'
        return int(self.machine.run(["sh", "-c", 'cat /home/*/told.* | grep -c "$1"', "sh", pattern],
                                    check=False).stdout)

    def told(self, act: str) -> list[dict]:
        lines = [line for name, kind in self._kinds for line in _lines(Person(self.machine, name).file(f"told.{kind}"))]
        return [record for record in map(json.loads, lines) if record["act"] == act]


def _lines(path: Path) -> list[str]:
    """The lines that are complete: somebody may be writing the next one."""
    if not path.exists():
        return []
    return path.read_text().rpartition("\n")[0].splitlines()
