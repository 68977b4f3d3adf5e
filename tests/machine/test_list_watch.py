# SPDX-License-Identifier: LGPL-2.1-or-later
"""jobsctl list --watch: a line for each change, for logs and scripts."""

import json
import os
import select
import signal
import subprocess

import pytest

from person import TIMEOUT_SEC, Gate


class Lines:
    """What "jobsctl list --watch" prints, line by line."""

    def __init__(self, person, *arguments):
        self._process = person.popen("jobsctl", "list", "--watch", *arguments,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.lines = []
        self._data = b""

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._process.kill()
        self._process.communicate()

    def wait_for(self, *words):
        """The next line in which all of these are, and what came before it."""
        while True:
            while b"\n" not in self._data:
                assert select.select([self._process.stdout], [], [], TIMEOUT_SEC)[0], self.lines
                self._data += (data := os.read(self._process.stdout.fileno(), 65536))
                assert data, self._process.stderr.read()
            line, _, self._data = self._data.partition(b"\n")
            self.lines.append(line.decode())
            if all(word in self.lines[-1] for word in words):
                return self.lines[-1]

    def events(self, id):
        objects = [json.loads(line) for line in self.lines]
        return [(each["event"], each["status"]) for each in objects if each["id"] == id]

    def interrupt(self):
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(60)

    def told(self):
        return self._process.stderr.readline().decode()


def test_list_watch_prints_the_list_and_then_each_change(empty, gate):
    empty.wait(old := empty.sh("exit 3", name="old"))
    with Lines(empty) as lines:
        assert lines.wait_for("old").split()[0] == str(old) and "JOB NAME" in lines.lines[0]
        last_gate = Gate(empty, "last-gate")
        id = gate.job(f"systemd-notify --status='50% of it'; {last_gate.wait}; exit 4", name="fresh")
        assert lines.wait_for(f"new     {id} fresh: alice, ")
        lines.wait_for(f"started {id} fresh: alice, Running")
        gate.open()
        lines.wait_for(f"changed {id} fresh: alice, Running: 50% of it")
        last_gate.open()
        lines.wait_for(f"ended   {id} fresh: alice, Error: Exited with status 4")
        empty.clear()
        lines.wait_for(f"cleared {id} fresh")
        lines.wait_for(f"cleared {old} old") if f"cleared {old} old" not in "\n".join(lines.lines) else None
        assert lines.interrupt() == 130


def test_list_watch_as_json(empty, gate):
    empty.wait(old := empty.submit("/bin/true"))
    with Lines(empty, "--json=short") as lines:
        lines.wait_for('"listed"')
        id = gate.job("exit 4", name="fresh")
        lines.wait_for(f'"id":{id},', '"started"')
        gate.open()
        lines.wait_for(f'"id":{id},', '"ended"')
        assert lines.events(old) == [("listed", "completed")]
        assert [event for event, _ in lines.events(id)] == ["new", "started", "ended"]
        last, row = json.loads(lines.lines[-1]), json.loads(empty.jobsctl("list", "--json=short").stdout)[0]
        assert last == {**row, "event": "ended"} and row["exit_status"] == 4
        assert lines.interrupt() == 130


def test_list_watch_prints_what_fits_the_filter_now_or_did_before(empty, gate):
    empty.wait(old := empty.sh("exit 2"))
    with Lines(empty, "--failed", "--json=short") as failed, Lines(empty, "--active", "--json=short") as active:
        failed.wait_for(f'"id":{old},')     # it watches from here on
        first = gate.job("exit 0")
        active.wait_for(f'"id":{first},', '"started"')
        gate.open()
        active.wait_for(f'"id":{first},', '"ended"')
        empty.wait(second := empty.sh("exit 1"))
        failed.wait_for(f'"id":{second},', '"ended"')
        assert failed.events(first) == [] and {status for _, status in failed.events(second)} == {"error"}
        empty.clear()
        failed.wait_for(f'"id":{second},', '"cleared"')


def test_list_watch_loses_no_end_while_jobsd_is_away(empty, root):
    """Nor a job that comes and goes before it is asked again; each end is told once."""
    gates = [Gate(empty, f"gate-{n}") for n in range(3)]
    with Lines(empty, "--json=short") as lines:
        ids = [gate.job(f"exit {n}") for n, gate in enumerate(gates)]
        empty.wait_all_started(ids)
        lines.wait_for(f'"id":{max(ids)},', '"started"')
        root.run("systemctl", "stop", "jobsd.service")
        assert "jobsd has stopped" in lines.told()
        for gate in gates[:2]:
            gate.open()
        for id in ids[:2]:
            root.run("systemctl", "start", f"jobsd-{id}.service", check=False)      # it is there still
        root.run("systemctl", "start", "jobsd.service")
        empty.close()
        empty.wait_all(ids[:2])
        quick = empty.submit("/bin/true")
        empty.wait(quick)
        gates[2].open()
        empty.wait(ids[2])
        last = empty.submit("/bin/true")
        lines.wait_for(f'"id":{last},', '"ended"')
        for id in [*ids, quick, last]:
            assert [event for event, _ in lines.events(id)].count("ended") == 1
        for id in quick, last:
            assert [event for event, _ in lines.events(id)][0] == "new"
        assert lines.interrupt() == 130


@pytest.mark.limit(120, "many jobs")
def test_list_watch_of_many_jobs_at_once(empty):
    """Each is new once and ends once, in the order of their ids."""
    empty.wait(empty.submit("/bin/true"))
    with Lines(empty, "--json=short") as lines:
        lines.wait_for('"listed"')
        ids = sorted(empty.submit_many([("/bin/true",)] * 300))
        ended = set()
        while ended < set(ids):
            ended.add(json.loads(lines.wait_for('"ended"'))["id"])
        objects = [json.loads(line) for line in lines.lines]
        for event in "new", "ended":
            told = [each["id"] for each in objects if each["event"] == event and each["id"] in ids]
            assert sorted(told) == ids
        assert [each["id"] for each in objects if each["event"] == "new" and each["id"] in ids] == ids


def test_list_watch_ends_when_nobody_reads(empty):
    """Also while nothing happens."""
    empty.wait(empty.submit("/bin/true"))
    script = "jobsctl list --watch | head -n 1; echo over"
    assert empty.run("sh", "-c", script).stdout.splitlines()[-1] == "over"


def test_list_watch_is_private(empty, bob, dave):
    people = empty, bob, dave
    for person in people:
        person.wait(person.submit("/bin/true"))
    with Lines(empty, "--all", "--json=short") as hers, Lines(dave, "--json=short") as daves, \
            Lines(dave, "--all", "--json=short") as all:
        for lines in hers, daves, all:
            lines.wait_for('"listed"')
        ids = [person.submit("/bin/true", name=f"of-{person.name}") for person in (bob, empty, dave)]
        hers.wait_for("of-alice", '"ended"')
        daves.wait_for("of-dave", '"ended"')
        for id in ids:
            all.wait_for(f'"id":{id},', '"new"')
        assert not [line for line in hers.lines if "of-bob" in line or "of-dave" in line]
        assert not [line for line in daves.lines if "of-bob" in line or "of-alice" in line]
    bob.clear()


def test_list_watch_masks_what_steers_a_terminal(empty):
    with Lines(empty) as lines:
        empty.sh("systemd-notify --status=\"$(printf 'a\\033[31mb')\"; exec sleep 1000", name="noisy")
        lines.wait_for("noisy", "a", "b")
        assert "\033" not in "".join(lines.lines)
