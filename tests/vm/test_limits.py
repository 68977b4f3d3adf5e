# SPDX-License-Identifier: LGPL-2.1-or-later
"""On a machine with all controllers of control groups limits hold, and the job's record says which one ended it."""

import pytest

from person import Person

MIB = 1 << 20
PROCESSORS = 1      # see tools/harness/vm.py


@pytest.fixture(scope="module")
def alice(vm):
    with Person(vm, "alice") as alice:
        yield alice


def test_a_job_that_takes_more_memory_than_it_may_is_killed_and_its_record_names_the_limit(alice):
    job = alice.wait(alice.submit("/usr/bin/tail", "/dev/zero", memory_max=32 * MIB))
    assert (job["Status"], job["Result"], job["Info"]) == ("error", "oom-kill", "Out of memory: limit 32 M")
    assert 16 * MIB < job["MemoryPeak"] <= 32 * MIB


def test_a_job_within_its_limits_does_not_notice_them(alice):
    job = alice.wait(alice.submit("/bin/echo", memory_max=64 * MIB, cpu_quota=1_000_000, tasks_max=10))
    assert (job["Result"], job["Info"]) == ("success", "")
    assert 0 < job["MemoryPeak"] < 64 * MIB


def test_a_job_gets_no_more_of_a_processor_than_its_share(alice):
    """Two that both want one for as long as they run. The limited one may need its time to end, too."""
    ids = [alice.submit("/usr/bin/sha256sum", "/dev/zero", timeout=5_000_000, **limits)
           for limits in ({}, {"cpu_quota": 100_000})]
    free, limited = alice.wait_all(ids)
    assert (free["Result"], limited["Result"]) == ("timeout", "timeout")
    shares = [job["CPUUsageNSec"] / (job["Finished"] - job["Started"]) for job in (free, limited)]
    assert 0 < 2 * shares[1] < shares[0]    # ten times, if nothing disturbs: such a machine is slow, and its clock jumps


def test_a_job_has_no_more_processes_than_it_may(alice):
    script = 'for i in 1 2 3 4 5 6 7 8; do sleep 1h & done; echo "all of them"'
    refused, allowed = (alice.wait(alice.sh(script, tasks_max=n)) for n in (4, 20))
    assert refused["Result"] == "exit-code" and "Cannot fork" in alice.output(refused["Id"]).decode()
    assert allowed["Result"] == "success" and alice.output(allowed["Id"]) == b"all of them\n"
