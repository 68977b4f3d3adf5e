# SPDX-License-Identifier: LGPL-2.1-or-later
"""Jobs that programs ask for which are no jobsd, by a Gearman function of their own, with clients of others."""

import json

import pytest

from person import Person
from waiting import wait_until

FUNCTION = "5d41402abc4b2a76b9719d911017c592-arFindingAidJob"
RECEIPTS = "/var/lib/jobsd-gearman"
CONF = f"""[Gearman]
Name=one
Slots=0
Function={FUNCTION} aid
Function=chosen aid id
Function=of-nobody no-such-type
"""
TYPE = """[Job]
Command=/bin/echo {id} {slug}
User=carol
AllowGroups=jobsd-gearman
Related=https://archive.example.org/{slug}
[Parameter id]
Type=integer
Required=yes
[Parameter slug]
"""


@pytest.fixture(scope="module", autouse=True)
def site(machine):
    with Person(machine, "root") as root:
        root.run("sh", "-c", "umask 027; head -c 32 /dev/urandom >/etc/jobsd/gearman.key;"
                             "chgrp jobsd-gearman /etc/jobsd/gearman.key")
        root.write("/etc/jobsd/gearman.conf", CONF)
        root.write("/etc/jobsd/types.d/aid.job", TYPE)
        root.run("systemctl", "start", "gearman-job-server.service", "jobsd-gearman.service")


@pytest.fixture(scope="module")
def worker(machine):
    """Whose the jobs are."""
    with Person(machine, "jobsd-gearman") as worker:
        yield worker


def log(root):
    return root.run("journalctl", "--unit=jobsd-gearman.service", "--output=cat").stdout


PERL = 'use Gearman::Client; print ${Gearman::Client->new(job_servers => ["127.0.0.1"])->do_task($ARGV[0], $ARGV[1])}'
PHP = '$client = new GearmanClient(); $client->addServer("127.0.0.1"); echo $client->doNormal($argv[1], $argv[2]);'
CLIENTS = {
    "gearman": ["gearman", "-f", FUNCTION],
    "perl": ["perl", "-e", PERL, FUNCTION],
    "php": ["php", "-r", PHP, FUNCTION],
}


@pytest.mark.parametrize("client", CLIENTS)
def test_other_peoples_clients_start_jobs(alice, worker, client):
    """Who may talk to the server may ask: it has no accounts. He gets the id, and nothing else."""
    answer = alice.run(*CLIENTS[client], '{"id":1042,"slug":"grünwald family"}').stdout
    id = json.loads(answer)["id"]
    job = worker.wait(id)
    assert (job["Type"], job["Result"], job["Origin"], job["User"]) == ("aid", "success", "gearman", "jobsd-gearman")
    assert job["Related"] == "https://archive.example.org/gr%C3%BCnwald%20family"
    assert worker.output(id) == "1042 grünwald family\n".encode()


@pytest.mark.parametrize("payload, output", [
    ("id=7\nslug=a=b", "7 a=b\n"), ("id=8", "8\n"), ('{"id":"9","slug":null}', "9\n")])
def test_payloads(root, worker, payload, output):
    id = json.loads(root.run("gearman", "-f", FUNCTION, payload).stdout)["id"]
    assert worker.wait(id)["Result"] == "success"
    assert worker.output(id).decode() == output


def test_what_a_site_does_not_pass_on(root, worker):
    id = json.loads(root.run("gearman", "-f", "chosen", '{"id":1,"slug":"left out","user":{"id":3}}').stdout)["id"]
    assert worker.wait(id)["Parameters"] == ["id=1"]


@pytest.mark.parametrize("payload, why", [
    ("[1]", "The payload is neither a JSON object nor lines"),
    ('{"id":', "The payload is no JSON object"),
    ('{"id":{"a":1}}', '"id" is neither a text nor a number'),
    ('{"id":"seven"}', 'Parameter "id"'),
    ('{"slug":"x"}', 'Parameter "id" is missing'),
    ('{"id":1,"user":"root"}', 'Job type "aid" has no parameter "user".')])
def test_a_wrong_payload_is_refused(root, worker, payload, why):
    before = worker.ids()
    result = root.run("gearman", "-f", FUNCTION, payload, check=False)
    assert result.returncode != 0 and "id" not in result.stdout.replace(why, "")
    assert f"Refused a job of type aid from outside: {why}" in log(root)
    assert worker.ids() == before


def receipts(root):
    return root.run("ls", RECEIPTS).stdout.splitlines()


def test_the_same_again_is_another_job(root, worker):
    """A key of Gearman's makes one job of those that wait or run, and not of all that ever were."""
    before = len(worker.ids())
    ids = [json.loads(root.run("gearman", "-f", FUNCTION, "-u", "nightly", "id=1").stdout)["id"] for _ in range(2)]
    assert ids[0] != ids[1] and len(worker.ids()) == before + 2
    wait_until(lambda: receipts(root) == [])


@pytest.mark.limit(120, "jobsd and the worker are stopped and killed")
@pytest.mark.parametrize("unique", ["", "-u 17-a"])
def test_what_was_taken_is_started_once(root, worker, unique):
    """The worker is killed when it has asked jobsd, and has had no answer."""
    before = len(worker.ids())
    root.run("systemctl", "kill", "--signal=STOP", "jobsd.service")
    root.run("sh", "-c", f"gearman -b -f {FUNCTION} {unique} id=17")
    wait_until(lambda: len(receipts(root)) == 1)
    root.run("systemctl", "kill", "--signal=KILL", "jobsd-gearman.service")
    root.run("systemctl", "start", "jobsd-gearman.service")
    root.run("systemctl", "kill", "--signal=CONT", "jobsd.service")
    wait_until(lambda: receipts(root) == [])
    assert len(worker.ids()) == before + 1
    assert worker.wait(worker.ids()[0])["Result"] == "success"


def test_what_nobody_takes_waits_in_the_server(root, worker):
    """A function of a type that is not there, and then is."""
    before = len(worker.ids())
    root.run("gearman", "-b", "-f", "of-nobody", "id=5")
    root.write("/etc/jobsd/types.d/no-such-type.job", TYPE)
    wait_until(lambda: len(worker.ids()) == before + 1)
    assert worker.wait(worker.ids()[0])["Type"] == "no-such-type"
    root.run("rm", "/etc/jobsd/types.d/no-such-type.job")
