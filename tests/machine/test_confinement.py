# SPDX-License-Identifier: LGPL-2.1-or-later
"""The process that reads journals, exports and accounts for jobsd can read, and nothing else."""

from pathlib import Path

import pytest

from person import Gate

STREAM = "/usr/libexec/jobsd/jobsd-stream"
BOOT = "0" * 32
INPUT = {
    "import": "startDate,endDate,jobName,jobStatus,jobInfo,jobUser\n"
              "2026-01-01T10:00:00+00:00,2026-01-01T10:00:01+00:00,old,Completed,,alice\n",
    "export": "format=json\0",
    "output": "A",      # jobsd's word: all is stored
}
# What is left to a helper, by what it is started for.
LEFT = {
    ("user", "alice"): {"read the history", "talk to the bus"},
    ("group", "operators"): {"read the history", "talk to the bus"},
    ("output", "1", "1", "any", "", "any", "no", "any", "0", "snapshot"): {"read the history"},
    ("output", "1", "1", "any", "", "any", "no", "any", "0", "follow"): {"read the history"},
    ("output", "1", "1", "any", "", "any", "no", "any", "0", "await"): {"read the history"},
    ("outcome", "jobsd-1.service", BOOT, "1001"): {"read the history"},
    ("import", "/var/lib/jobsd/jobs.db", "csv"): {"read the history", "talk to the bus"},
    ("export", "/var/lib/jobsd/jobs.db"): {"read the history"},
}


@pytest.fixture(scope="module")
def trespass(machine):
    source = Path(__file__).with_name("trespass.c").read_text()
    machine.run(["gcc", "-shared", "-fPIC", "-o", "/root/trespass.so", "-x", "c", "-"], input=source)
    return "/root/trespass.so"


@pytest.mark.parametrize("arguments", LEFT, ids="-".join)
def test_a_helper_that_is_taken_over_can_read_and_nothing_else(machine, trespass, arguments):
    """Without the confinement of the service, with all of root's capabilities: by what it has given up itself."""
    result = machine.run(["env", f"LD_PRELOAD={trespass}", "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0",
                          "sh", "-c", 'exec "$0" "$@" 3>/dev/null', STREAM, *arguments],
                         input=INPUT.get(arguments[0], ""), check=False)
    tried = dict(line.split(": ") for line in result.stdout.splitlines())
    assert len(tried) == 20, result
    assert {what for what, outcome in tried.items() if outcome == "possible"} == LEFT[arguments]
    assert set(tried.values()) == {"possible", "refused"}
    assert machine.run(["find", "/tmp", "-name", "trespassed"]).stdout == ""


def test_a_helper_has_less_than_the_daemon(alice, machine):
    gate = Gate(alice)
    id = gate.job()
    alice.wait_started(id)
    stream = alice.open_output(id, follow=True)
    daemon = machine.run(["systemctl", "show", "-P", "MainPID", "jobsd.service"]).stdout.strip()
    helper = machine.run(["pgrep", "--parent", daemon, "jobsd-stream"]).stdout.strip()

    def status(pid):
        lines = machine.run(["cat", f"/proc/{pid}/status"]).stdout.splitlines()
        return dict(line.split(":\t", 1) for line in lines if ":\t" in line)

    assert all(int(value, 16) == 0 for key, value in status(helper).items() if key.startswith("Cap"))
    assert status(helper)["NoNewPrivs"] == "1"
    assert int(status(helper)["Seccomp_filters"]) > int(status(daemon)["Seccomp_filters"])
    gate.open()
    assert alice.wait(id)["Result"] == "success"
    alice.close_stream(stream)
