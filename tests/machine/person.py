# SPDX-License-Identifier: LGPL-2.1-or-later
"""Somebody who uses a machine's jobsd: on the command line and on the bus.

    with Person(machine, "alice") as alice:
        id = alice.sh("echo hello")
        assert alice.wait(id)["Result"] == "success"
        assert alice.output(id) == b"hello\n"

On the bus it is one connection, of a process of that user's in the machine, see bus_agent.py.
"""

import ast
import contextlib
import json
import subprocess
from pathlib import Path, PurePosixPath

from machine import Machine

MANAGER = "org.jobsd1.Manager"
JOB = "org.jobsd1.Job"
PROPERTIES = "org.freedesktop.DBus.Properties"
PATH = "/org/jobsd1"

# Where PID 1 has a file of each job's unit, until it forgets the unit.
UNITS = "/run/systemd/transient"

# What a test waits for takes far less. Machines may be slow, and run beside others.
TIMEOUT_SEC = 60

_AGENT = Path(__file__).with_name("bus_agent.py").read_text()

# The types of options and filter keys.
_TYPES = {
    "name": "s", "related": "s", "origin": "s", "environment": "as", "working-directory": "s",
    "timeout": "t", "memory-max": "t", "cpu-quota": "t", "tasks-max": "t", "output-max": "t", "output-grace": "t", "umask": "u", "nice": "i", "results": "b",
    "user": "s", "key": "s",
    "all": "b", "ids": "at", "status": "as", "type": "s", "tasks": "b", "since": "t", "until": "t", "before": "t",
    "follow": "b", "lines": "t", "since-byte": "t",
}


class BusError(Exception):
    def __init__(self, name: str, text: str):
        super().__init__(f"{name}: {text}")
        self.name = name
        self.text = text


class Person:
    def __init__(self, machine: Machine, name: str):
        self.machine = machine
        self.name = name
        self._agent: subprocess.Popen | None = None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        """Leave the bus."""
        if self._agent is not None:
            with contextlib.suppress(BrokenPipeError):
                self._agent.stdin.close()
            self._agent.kill()
            self._agent.wait()
            self._agent.stdout.close()
            self._agent = None

    # On the command line

    def run(self, *argv: str, **options) -> subprocess.CompletedProcess:
        """Run a command as Machine.run() does."""
        return self.machine.run(list(argv), user=self.name, **options)

    def popen(self, *argv: str, **options) -> subprocess.Popen:
        return self.machine.popen(list(argv), self.name, **options)

    def jobsctl(self, *arguments: str, **options) -> subprocess.CompletedProcess:
        return self.run("jobsctl", *arguments, **options)

    @property
    def home(self) -> str:
        return "/root" if self.name == "root" else f"/home/{self.name}"

    def file(self, name: str) -> Path:
        """A file in the home directory."""
        return self.machine.path(f"{self.home}/{name}")

    def write(self, path: str, text: str):
        """Write a file anywhere, as root does."""
        file = self.machine.path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    @contextlib.contextmanager
    def jobsd_conf(self, **settings):
        """A jobsd with these settings in jobsd.conf, as root sets it up, and as it was afterwards."""
        conf = self.machine.path("/etc/jobsd/jobsd.conf")
        before = conf.read_text()
        conf.write_text("".join(["[Manager]\n", *(f"{key}={value}\n" for key, value in settings.items())]))
        self.run("systemctl", "restart", "jobsd.service")
        try:
            yield
        finally:
            conf.write_text(before)
            self.run("systemctl", "restart", "jobsd.service")

    @contextlib.contextmanager
    def paused(self, unit: str):
        """A service that does nothing meanwhile: root stops its main process."""
        self.run("systemctl", "start", unit)
        pid = self.run("systemctl", "show", unit, "--property=MainPID", "--value").stdout.strip()
        assert pid != "0"       # which is a whole group of processes
        self.run("kill", "-STOP", pid)
        try:
            yield
        finally:
            self.run("kill", "-CONT", pid)

    # On the bus

    @property
    def unique_name(self) -> str:
        return self._ask("name")

    def pid_in_machine(self) -> int:
        """The process that calls, as the machine counts."""
        return self._ask("pid")

    def call(self, member: str, signature: str = "", *arguments, timeout: float = TIMEOUT_SEC,
             **options) -> tuple:
        """Call a method, of the manager if OPTIONS (path, interface, …) do not say otherwise."""
        call = _call(member, signature, arguments, **options)
        return _result(self._ask("call", timeout=timeout, **call))

    def signature_of(self, member: str, signature: str = "", *arguments, **options) -> str:
        """Call a method. Returns the type of what it answers."""
        answer = self._ask("call", timeout=TIMEOUT_SEC, **_call(member, signature, arguments, **options))
        _result(answer)
        return answer[1]

    def call_many(self, calls: list[tuple], timeout: float = TIMEOUT_SEC) -> list:
        """Methods of the manager, each (MEMBER, SIGNATURE, ARGUMENT…), without waiting between them.

        Returns what each answered: a tuple or a BusError.
        """
        made = [_call(member, signature, arguments) for member, signature, *arguments in calls]
        return [_result_or_error(answer)
                for answer in self._ask("call_many", timeout=timeout, calls=made)]

    def send(self, member: str, signature: str = "", *arguments, **options) -> int:
        """Call a method and do not wait. Returns what reply() takes."""
        return self._ask("send", **_call(member, signature, arguments, **options))

    def reply(self, serial: int, timeout: float = TIMEOUT_SEC) -> tuple:
        return _result(self._ask("reply", serial=serial, timeout=timeout))

    def send_changed(self, old: bytes, new: bytes, member: str, signature: str, *arguments):
        """Call a method with OLD replaced by NEW in the bytes of the message, and do not wait."""
        self._ask("send_changed", old=old, new=new, **_call(member, signature, arguments))

    def signals(self, member: str | None = None, *start, timeout: float = TIMEOUT_SEC) -> list:
        """The signals since the last call as (PATH, INTERFACE, MEMBER, BODY).

        Waits until one is MEMBER with arguments that begin as START; without a MEMBER for those that
        jobsd has sent by now.
        """
        return self._ask("signals", member=member, start=start, timeout=timeout)

    def read(self, fd: int) -> bytes:
        """Read a stream to its end, and close it."""
        return self._ask("read", fd=fd)

    def read_until(self, fd: int, text: bytes) -> bytes:
        return self._ask("read_until", fd=fd, text=text)

    def open_file(self, path: str, mode: str = "rb") -> int:
        """A file to pass in a call, open until close_stream()."""
        return self._ask("open", path=path, mode=mode)

    def close_stream(self, fd: int):
        self._ask("close", fd=fd)

    # Jobs, on the bus

    def submit(self, *argv: str, **options) -> int:
        """RunCommand. OPTIONS are written with underscores. Returns the id."""
        id, path = self.call("RunCommand", "asa{sv}t", list(argv), variants(options), 0)
        assert path == job_path(id)
        return id

    def submit_many(self, commands: list[tuple], **options) -> list[int]:
        calls = [("RunCommand", "asa{sv}t", list(argv), variants(options), 0) for argv in commands]
        return [answer[0] for answer in map(_unless_error, self.call_many(calls))]

    def sh(self, script: str, *arguments: str, **options) -> int:
        """Submit a shell script, whose $1 and so on are ARGUMENTS."""
        return self.submit("/bin/sh", "-c", script, "sh", *arguments, **options)

    def wait(self, id: int, timeout: float = TIMEOUT_SEC) -> dict:
        """The job's properties when it has ended."""
        self._ask("wait", ids=[id], timeout=timeout)
        return self.job(id)

    def wait_all(self, ids: list[int], timeout: float = TIMEOUT_SEC) -> list[dict]:
        """The rows of ListJobs when all of these jobs have ended."""
        return [_plain(row) for row in self._ask("wait", ids=ids, timeout=timeout)]

    def wait_for(self, id: int, timeout: float = TIMEOUT_SEC, **expected) -> dict:
        """The job's properties once some are as expected; None is anything but 0 and empty."""
        self._ask("wait_for", ids=[id], expected=expected, timeout=timeout)
        return self.job(id)

    def wait_started(self, id: int) -> dict:
        """The job's properties once its process has been started."""
        return self.wait_for(id, Started=None)

    def wait_all_started(self, ids: list[int], timeout: float = TIMEOUT_SEC):
        self._ask("wait_for", ids=ids, expected={"Started": None}, timeout=timeout)

    def wait_until(self, condition, timeout: float = TIMEOUT_SEC):
        """Waits until CONDITION() is true, and returns what it said.

        It is asked again whenever jobsd tells this person that something is new of a job.
        """
        self._ask("subscribe", timeout=timeout)
        try:
            while not (value := condition()):
                self._ask("wait_for_news")
            return value
        finally:
            self._ask("unsubscribe")

    def job(self, id: int) -> dict:
        """All properties of a job."""
        return _plain(self.call("GetAll", "s", JOB, path=job_path(id), interface=PROPERTIES)[0])

    def manager(self) -> dict:
        """All properties of the manager."""
        return _plain(self.call("GetAll", "s", MANAGER, interface=PROPERTIES)[0])

    def list_jobs(self, before: int = 0, limit: int = 500, **filter) -> list[dict]:
        """One page of ListJobs."""
        rows, _, _ = self.call("ListJobs", "a{sv}tut", variants(filter), before, limit, 0)
        return [_plain(row) for row in rows]

    def ids(self, **filter) -> list[int]:
        return [row["Id"] for row in self.list_jobs(**filter)]

    def count(self, **filter) -> tuple[int, str]:
        """CountJobs, to the end: how many, and the scope."""
        total, before = 0, 0
        while True:
            count, before, scope = self.call("CountJobs", "a{sv}tt", variants(filter), before, 0)
            total += count
            if before == 0:
                return total, scope

    def cancel(self, id: int):
        self.call("CancelJob", "tt", id, 0)

    def cancel_all(self):
        """Cancel all of one's own jobs, and wait for their ends."""
        ids = self.ids(status=["queued", "running"])
        self.call_many([("CancelJob", "tt", id, 0) for id in ids])      # some may have ended meanwhile
        self.wait_all(ids)

    def clear(self, **filter) -> tuple[int, int]:
        """Returns how many were cleared and how many were kept."""
        return self.call("ClearJobs", "a{sv}t", variants(filter), 0)[:2]

    def read_log(self, id: int = 0, **options) -> list[dict]:
        stream, status, _ = self.call("OpenLog", "ta{sv}t", id, variants(options), 0)
        self.close_stream(status)
        return [json.loads(line) for line in self.read(stream).splitlines()]

    def open_output(self, id: int, **options) -> int:
        """A stream for read()."""
        stream, status = self.call("OpenOutput", "ta{sv}t", id, variants(options), 0)
        self.close_stream(status)
        return stream

    def output(self, id: int, **options) -> bytes:
        return self.read(self.open_output(id, **options))

    def output_and_notes(self, id: int, **options) -> tuple[bytes, list[str]]:
        stream, status = self.call("OpenOutput", "ta{sv}t", id, variants(options), 0)
        return self.read(stream), self.read(status).decode().splitlines()

    def _ask(self, method: str, **arguments):
        if self._agent is None:
            self._agent = self.machine.popen(["python3", "-c", _AGENT], self.name, lasting=True, text=True,
                                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        print(repr((method, arguments)), file=self._agent.stdin, flush=True)
        answer = self._agent.stdout.readline()
        if not answer:
            raise ConnectionError(f"{self.name}'s program has ended")
        succeeded, value = ast.literal_eval(answer)
        if not succeeded:
            raise RuntimeError(f"{self.name}: {method}: {value}")
        return value


class Gate:
    """Holds jobs of one person until open() is called: gate.job() is submitted.

    Any other script waits there with gate.wait. What a test has not opened is opened when it is over.
    """

    def __init__(self, person: Person, name: str = "gate"):
        """NAME is one in the home directory, or a whole path."""
        self._person = person
        self.path = str(PurePosixPath(person.home, name))
        person.machine.close_gate(self.path)

    @property
    def wait(self) -> str:
        """A command of the shell, without quotes: it fits between any."""
        return f": <{self.path}"

    def job(self, then: str = "", **options) -> int:
        """Submit a job that waits before the gate, and does THEN behind it."""
        return self._person.sh(f"{self.wait}; {then}", **options)

    def open(self):
        self._person.machine.open_gate(self.path)


def job_path(id: int) -> str:
    return f"{PATH}/job/{id}"


def unit(id: int) -> str:
    return f"jobsd-{id}.service"


def variants(options: dict) -> dict:
    """{timeout: 1} as the a{sv} that the bus wants."""
    keys = {name.replace("_", "-"): value for name, value in options.items()}
    return {key: (_TYPES[key], value) for key, value in keys.items()}


def _call(member, signature, arguments, path=PATH, interface=MANAGER, **others) -> dict:
    return {"path": path, "interface": interface, "member": member, "signature": signature or None,
            "body": tuple(arguments), **others}


def _result_or_error(answer):
    kind, signature_or_name, body_or_text = answer
    return BusError(signature_or_name, body_or_text) if kind == "error" else body_or_text


def _unless_error(result):
    if isinstance(result, BusError):
        raise result
    return result


def _result(answer):
    return _unless_error(_result_or_error(answer))


def _plain(properties: dict) -> dict:
    return {name: value for name, (_, value) in properties.items()}
