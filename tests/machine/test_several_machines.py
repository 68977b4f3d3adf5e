# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/several-machines.md, word for word: from one machine to three, through tunnels. And what the demo shows of them."""

import re
import subprocess

import pytest

from cables import Cables
from harness import cache
from several import write
from waiting import wait_until

DOCUMENT = (cache.SOURCE / "docs/several-machines.md").read_text()
TYPE = re.search(r"```ini\n(.*?)```", DOCUMENT, re.DOTALL)[1]
COMMANDS = re.findall(r"^(head|one)# (.*)$", DOCUMENT, re.MULTILINE)
LISTED = re.search(r"```\n(HOST .*?)```", DOCUMENT, re.DOTALL)[1]


@pytest.fixture(scope="module")
def site(new_machine, machine):
    with new_machine() as one, new_machine() as two:
        one.boot()
        two.boot()
        machines = {"head": machine, "one": one, "two": two}
        Cables([*machines.values()])
        for name, each in machines.items():
            each.run(["hostname", name])
            each.run(["sh", "-c", "echo 10.77.0.1 head.example.org >>/etc/hosts"])
            write(each, "/etc/jobsd/types.d/thumbnails.job", TYPE)
        yield machines


def copy(site, name):
    """What the document tells in words."""
    for before, after in [("gearman.key", "gearman.key"), ("tunnel/head.crt", "tunnel/peers.crt"),
                          (f"tunnel/{name}.crt", "tunnel/machine.crt"), (f"tunnel/{name}.key", "tunnel/machine.key")]:
        write(site[name], f"/etc/jobsd/{after}", site["head"].path(f"/etc/jobsd/{before}").read_bytes(), 0o600)


def follow(machine, commands):
    for command in commands:
        machine.run(["bash", "-c", command])


def without_slots(table):
    """They are the machine's processors."""
    return [line.split()[:3] + line.split()[4:] for line in table.splitlines()]


@pytest.mark.limit(180, "three machines, and keys for each")
def test_ten_commands(site, erin):
    of_head = [command for where, command in COMMANDS if where == "head"]
    of_others = [command for where, command in COMMANDS if where == "one"]
    assert len(of_head) + len(of_others) == 10
    *of_head, last = of_head
    follow(site["head"], of_head)
    for name in "one", "two":
        copy(site, name)
        follow(site[name], of_others)
    site["head"].run(["systemctl", "reload", "jobsd.service"])
    wait_until(lambda: without_slots(site["head"].run(["bash", "-c", last]).stdout) == without_slots(LISTED))
    for name in "one", "two":
        write(site[name], f"/srv/scans/of {name}.tif", b"")
    ids = [int(erin.jobsctl("run", "--quiet", "--type=thumbnails", "folder=/srv/scans").stdout) for _ in range(6)]
    assert {row["Result"] for row in erin.wait_all(ids)} == {"success"}
    assert {erin.output(id) for id in ids} == {b"/srv/scans/of one.tif\n", b"/srv/scans/of two.tif\n"}


def test_who_has_no_certificate_does_not_reach_the_server(site):
    """By the network, without a tunnel; and by a tunnel with a certificate that the head does not know."""
    bare = site["one"].run(["bash", "-c", "exec 3<>/dev/tcp/10.77.0.1/4730"], check=False)
    assert bare.returncode != 0
    site["two"].run(["bash", "-c", "openssl req -x509 -nodes -newkey rsa:3072 -subj /CN=two"
                     " -keyout /tmp/strange.key -out /tmp/strange.crt"])
    strange = site["two"].run(["bash", "-c", "printf 'status\\n' | timeout 5 openssl s_client -quiet -connect 10.77.0.1:4731"
                               " -cert /tmp/strange.crt -key /tmp/strange.key"], check=False)
    assert "jobsd.run@" not in strange.stdout
    known = site["two"].run(["bash", "-c", "(printf 'status\\n'; sleep 1) | timeout 5 openssl s_client -quiet"
                             " -connect 10.77.0.1:4731 -cert /etc/jobsd/tunnel/machine.crt"
                             " -key /etc/jobsd/tunnel/machine.key"], check=False)
    assert "jobsd.run@one" in known.stdout


@pytest.mark.limit(240, "compiles, if nobody has, and boots three machines")
def test_the_demo_spreads_thirty_jobs(request):
    if request.config.getoption("variant") != "plain":
        pytest.skip("it shows what is built there")
    demo = subprocess.run(["env", "--default-signal", cache.SOURCE / "tools/demo", "--hosts=3", "--no-shell",
                           f"--suite={request.config.getoption('suite')}"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert demo.returncode == 0, demo.stderr
    counted = dict(reversed(line) for line in re.findall(r"^ +(\d+) (\w+)$", demo.stdout, re.MULTILINE))
    assert counted.keys() == {"one", "two"} and sum(map(int, counted.values())) == 30
