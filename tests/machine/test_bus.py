# SPDX-License-Identifier: LGPL-2.1-or-later
"""The interface on the bus is the one that is documented in dbus/*.xml, and does what is said there."""

import json
import re
import xml.etree.ElementTree as ElementTree

import pytest

from harness.cache import SOURCE
from person import JOB, MANAGER, PATH, PROPERTIES, BusError, Person, job_path

INTROSPECTABLE = "org.freedesktop.DBus.Introspectable"
PEER = "org.freedesktop.DBus.Peer"


def describe(interface):
    """All that an <interface> says, comparable."""
    members = {}
    for element in interface:
        described = dict(element.attrib)
        described["args"] = [dict(argument.attrib) for argument in element.findall("arg")]
        if element.tag == "method":
            for argument in described["args"]:
                argument.setdefault("direction", "in")
        described["annotations"] = [dict(annotation.attrib) for annotation in element.findall("annotation")]
        members[element.tag, element.get("name")] = described
    return members


def documented(name):
    return describe(ElementTree.parse(SOURCE / "dbus" / f"{name}.xml").find("interface"))


def introspect(person, path=PATH):
    text, = person.call("Introspect", interface=INTROSPECTABLE, path=path)
    node = ElementTree.fromstring(text)
    return ({interface.get("name"): describe(interface) for interface in node.findall("interface")},
            [child.get("name") for child in node.findall("node")])


def documented_properties(name):
    return {member[1]: described["type"] for member, described in documented(name).items()
            if member[0] == "property"}


@pytest.fixture(scope="module")
def ended(alice):
    id = alice.submit("/bin/true")
    alice.wait(id)
    return id


@pytest.fixture
def subscribed(alice):
    alice.call("Subscribe", "t", 0)
    alice.signals()
    yield alice
    alice.call("Unsubscribe")


def test_what_is_served_is_what_is_documented(alice, ended):
    interfaces, children = introspect(alice)
    assert interfaces[MANAGER] == documented(MANAGER) and children == ["job"]
    assert set(interfaces) == {MANAGER, PROPERTIES, INTROSPECTABLE, PEER}
    interfaces, children = introspect(alice, job_path(ended))
    assert interfaces[JOB] == documented(JOB) and children == []
    assert set(interfaces) == {JOB, PROPERTIES, INTROSPECTABLE, PEER}


def test_what_is_installed_is_what_is_documented(alice):
    for name in MANAGER, JOB:
        path = f"/usr/share/dbus-1/interfaces/{name}.xml"
        assert alice.run("cat", path).stdout == (SOURCE / "dbus" / f"{name}.xml").read_text()


@pytest.mark.parametrize("name", [MANAGER, JOB])
def test_properties_are_those_documented(alice, ended, name):
    path = PATH if name == MANAGER else job_path(ended)
    properties, = alice.call("GetAll", "s", name, path=path, interface=PROPERTIES)
    assert {key: signature for key, (signature, _) in properties.items()} == documented_properties(name)
    for key, value in properties.items():
        assert alice.call("Get", "ss", name, key, path=path, interface=PROPERTIES) == (value,)
        with pytest.raises(BusError, match="org.freedesktop.DBus.Error.PropertyReadOnly"):
            alice.call("Set", "ssv", name, key, value, path=path, interface=PROPERTIES)


def test_rows_of_a_list_have_the_properties_that_are_documented(alice, ended):
    left_out = {"Parameters", "RunAs", "Retries", "Command", "WorkingDirectory", "Timeout", "MemoryMax", "CPUQuota",
                "TasksMax", "OutputMax", "OutputGrace", "Nice", "Umask"}
    (row,), _, scope = alice.call("ListJobs", "a{sv}tut", {"ids": ("at", [ended])}, 0, 0, 0)
    types = documented_properties(JOB)
    assert {key: signature for key, (signature, _) in row.items()} == {
        key: types[key] for key in types if key not in left_out}
    everything = alice.job(ended)
    assert {key: value for key, (_, value) in row.items()} == {
        key: everything[key] for key in types if key not in left_out}
    assert scope == "own"


@pytest.mark.parametrize("name", [MANAGER, JOB])
def test_each_documented_method_is_there(alice, root, gate, name):
    """It takes the arguments and gives the results that are documented, and nothing else."""
    root.write("/etc/jobsd/types.d/documented.job", "[Job]\nCommand=/bin/true\nAllowGroups=alice\n")
    root.call("Reload", "t", 0)
    ended = alice.sh('echo hello >"$JOBSD_RESULTS/greeting"', results=True)
    alice.wait(ended)
    running = gate.job()
    alice.wait_started(running)
    root.file("empty").touch()
    good = {
        "RunCommand": (["/bin/true"], {}, 0), "ListJobs": ({}, 0, 0, 0), "CountJobs": ({}, 0, 0), "ListSorted": ({}, "finished", True, "", 0, 0), "CancelJob": (running, 0),
        "ClearJobs": ({"ids": ("at", [ended])}, 0), "OpenOutput": (ended, {}, 0), "Subscribe": (0,),
        "Unsubscribe": (), "RetryJob": (ended, 0), "ExportHistory": ({}, "csv", 0),
        "RunType": ("documented", {}, {}, 0), "ListTypes": (0,), "Reload": (0,), "OpenLog": (0, {}, 0),
        "ListResults": (ended, 0), "OpenResult": (ended, "greeting", 0),
        "ImportHistory": (root.open_file("empty"), root.open_file("report", "wb"), "json", 0),
    } if name == MANAGER else {"OpenOutput": ({}, 0), "ListResults": (0,), "OpenResult": ("greeting", 0), "Clear": (0,), "Cancel": (0,), "Retry": (0,)}
    methods = {member[1]: described for member, described in documented(name).items()
               if member[0] == "method"}
    assert set(good) == set(methods)
    # "Clear" comes last, and "Cancel" is for another job.
    for method in sorted(methods, key=lambda method: method.startswith("Clear")):
        path = PATH if name == MANAGER else job_path(running if method == "Cancel" else ended)
        expected = {direction: "".join(argument["type"] for argument in methods[method]["args"]
                                       if argument["direction"] == direction) for direction in ("in", "out")}
        person = root if method in ("Reload", "ImportHistory") else alice
        assert person.signature_of(method, expected["in"], *good[method], path=path,
                                   interface=name) == expected["out"]
        with pytest.raises(BusError) as error:
            person.call(method, expected["in"] + "y", *good[method], 0, path=path, interface=name)
        assert error.value.name == "org.freedesktop.DBus.Error.InvalidArgs"
    assert alice.wait(running)["Result"] == "cancelled"


@pytest.mark.parametrize("path, interface, member, arguments, error", [
    (PATH, MANAGER, "NoSuchMethod", (), "UnknownMethod"),
    (PATH, JOB, "Cancel", ("t", 0), "UnknownMethod"),
    (PATH, "org.example.Interface", "Subscribe", ("t", 0), "UnknownMethod"),
    (PATH, PROPERTIES, "Get", ("ss", MANAGER, "NoSuchProperty"), "UnknownProperty"),
    (PATH, PROPERTIES, "Get", ("ss", JOB, "Id"), "UnknownInterface"),
    (PATH, PROPERTIES, "GetAll", ("s", JOB), "UnknownInterface"),
    (PATH + "/nothing", INTROSPECTABLE, "Introspect", (), "UnknownObject"),
    (PATH + "/job/x", INTROSPECTABLE, "Introspect", (), "UnknownObject"),
    (PATH + "/job/0", INTROSPECTABLE, "Introspect", (), "UnknownObject"),
    (PATH + "/job/01", INTROSPECTABLE, "Introspect", (), "UnknownObject"),
    (PATH + "/job/18446744073709551616", INTROSPECTABLE, "Introspect", (), "UnknownObject"),
    (PATH + "/job/1/x", INTROSPECTABLE, "Introspect", (), "UnknownObject"),
    (PATH + "/job/999999", INTROSPECTABLE, "Introspect", (), "NoSuchJob"),
    (PATH + "/job/9223372036854775807", INTROSPECTABLE, "Introspect", (), "NoSuchJob"),
    (PATH + "/job/999999", PROPERTIES, "GetAll", ("s", JOB), "NoSuchJob"),
    (PATH + "/job/999999", JOB, "Cancel", ("t", 0), "NoSuchJob"),
])
def test_what_is_not_there(alice, path, interface, member, arguments, error):
    with pytest.raises(BusError) as caught:
        alice.call(member, *arguments, path=path, interface=interface)
    assert caught.value.name.rsplit(".", 1)[1] == error and caught.value.text


def test_busctl_is_enough(alice):
    """For a person with nothing but systemd's tool."""
    call = ["busctl", "--json=short", "call", "org.jobsd1", PATH, MANAGER]
    answer = json.loads(alice.run(*call, "RunCommand", "asa{sv}t", "2", "/bin/echo", "by busctl", "1", "name",
                                  "s", "by hand", "0").stdout)
    id, path = answer["data"]
    assert (answer["type"], path) == ("to", job_path(id))
    assert alice.wait(id)["Result"] == "success"
    get = ["busctl", "get-property", "org.jobsd1", path, JOB, "Name", "Status", "ExitStatus", "Command"]
    assert alice.run(*get).stdout.splitlines() == [
        's "by hand"', 's "completed"', "i 0", 'as 2 "/bin/echo" "by busctl"']
    listed = json.loads(alice.run(*call, "ListJobs", "a{sv}tut", "1", "ids", "at", "1", str(id), "0", "0",
                                  "0").stdout)
    assert listed["data"][0][0]["Name"]["data"] == "by hand"
    shown = alice.run("busctl", "introspect", "org.jobsd1", PATH).stdout
    assert re.search(r"\.RunCommand +method +asa\{sv\}t +to ", shown)
    assert re.search(r'\.Version +property +s +"0', shown)
    assert alice.run(*call, "ClearJobs", "a{sv}t", "1", "ids", "at", "1", str(id), "0").stdout == \
        '{"type":"ttt","data":[1,0,0]}\n'


def test_only_live_jobs_are_in_the_tree(alice, bob, root, gate, ended):
    """And only those that the caller may see."""
    id = gate.job()
    alice.wait_started(id)
    other = bob.sh("sleep 1000")
    bob.wait_started(other)
    _, children = introspect(alice, f"{PATH}/job")
    assert children == [str(id)]
    assert set(introspect(root, f"{PATH}/job")[1]) == {str(id), str(other)}
    assert job_path(id) in alice.run("busctl", "tree", "--list", "org.jobsd1").stdout.split()
    bob.cancel(other)
    gate.open()
    alice.wait_all([id])
    bob.wait(other)
    assert introspect(alice, f"{PATH}/job")[1] == []


def test_the_managers_properties(alice, root, gate):
    before = alice.manager()
    assert before["Version"] == re.search(r"version : '(.*)'", (SOURCE / "meson.build").read_text()).group(1)
    n_cores = int(alice.run("nproc").stdout)
    assert (before["MaxRunning"], before["MaxQueuedPerUser"]) == (4 * n_cores, 100_000)
    assert (before["Queued"], before["Running"]) == (0, 0)
    ids = [gate.job() for _ in range(before["MaxRunning"] + 3)]
    alice.wait_started(ids[before["MaxRunning"] - 1])
    now = alice.manager()
    assert (now["Queued"], now["Running"]) == (3, before["MaxRunning"])
    gate.open()
    alice.wait_all(ids)


def test_the_life_of_a_job_is_told_by_signals(alice, subscribed, gate):
    alice.call("Subscribe", "t", 0)     # twice is no error, and no signal comes twice
    id = alice.sh(f"systemd-notify --status=50%; {gate.wait}; exit 4")
    signals = alice.signals("PropertiesChanged")
    while signals[-1][3][1]["Info"][1] != "50%":
        signals += alice.signals("PropertiesChanged")
    gate.open()
    signals += alice.signals("JobRemoved", id)
    path = job_path(id)
    assert signals[0] == (PATH, MANAGER, "JobNew", (id, path))
    assert signals[-1] == (PATH, MANAGER, "JobRemoved", (id, path, "error"))
    changes = signals[1:-1]
    assert {signal[:3] for signal in changes} == {(path, PROPERTIES, "PropertiesChanged")}
    assert {signal[3][0] for signal in changes} == {JOB}
    types = documented_properties(JOB)
    for _, _, _, (_, changed, invalidated) in changes:
        assert {name: types[name] for name in changed} == {name: value[0] for name, value in changed.items()}
        assert invalidated == []
    assert any(changed["Info"] == ("s", "50%") and changed["Progress"] == ("d", 0.5)
               for _, _, _, (_, changed, _) in changes)
    last = {name: value for name, (_, value) in changes[-1][3][1].items()}
    job = alice.job(id)
    assert last == {name: job[name] for name in last}
    assert (last["Status"], last["Result"], last["ExitStatus"]) == ("error", "exit-code", 4)

    alice.clear(ids=[id])
    assert alice.signals() == [(PATH, MANAGER, "JobRemoved", (id, path, "cleared"))]

    alice.call("Unsubscribe")
    alice.call("Unsubscribe")           # no error
    alice.wait(alice.submit("/bin/true"))
    assert alice.signals() == []


def test_nobody_gets_a_signal_without_a_subscription(alice, bob):
    alice.signals(), bob.signals()
    alice.wait(alice.submit("/bin/true"))
    assert alice.signals() == [] == bob.signals()


def test_nothing_is_broadcast(alice, subscribed, root):
    """Not even to somebody who asks the bus for everything that jobsd sends."""
    with Person(root.machine, "bob") as listener:
        listener.call("AddMatch", "s", "type='signal',sender='org.jobsd1'", path="/org/freedesktop/DBus",
                      interface="org.freedesktop.DBus", destination="org.freedesktop.DBus")
        id = alice.submit("/bin/true")
        alice.signals("JobRemoved", id)
        assert listener.signals() == []


def test_changes_are_told_ten_times_a_second_and_the_last_one_always(alice, subscribed):
    id = alice.submit("/usr/bin/python3", "-c", """
import os, socket, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect(os.environ["NOTIFY_SOCKET"].replace("@", "\\0", 1))
begin = time.monotonic()
n = 0
while time.monotonic() < begin + 2:
    n += 1
    s.send(b"STATUS=%d of many" % n)
    time.sleep(0.002)
s.send(b"STATUS=the last one")
s.send(b"BARRIER=1")
""")
    signals = [signal for signal in alice.signals("JobRemoved", id) if signal[2] == "PropertiesChanged"]
    job = alice.job(id)
    seconds = (job["Finished"] - job["Started"]) / 1e6
    assert 2 < len(signals) <= 10 * seconds + 5
    changed = signals[-1][3][1]
    assert (changed["Info"], changed["Status"]) == (("s", "the last one"), ("s", "completed"))


def test_a_list_has_pages(alice):
    alice.clear()
    ids = sorted(alice.submit_many([("/bin/true",)] * 25))
    alice.wait_all(ids)
    found, before, pages = [], 0, 0
    while True:
        rows, before, _ = alice.call("ListJobs", "a{sv}tut", {}, before, 10, 0)
        found += [row["Id"][1] for row in rows]
        pages += 1
        assert len(rows) <= 10
        if before == 0:
            break
    assert found == sorted(ids, reverse=True) and pages <= 4
    rows, _, _ = alice.call("ListJobs", "a{sv}tut", {}, ids[5], 0, 0)
    assert [row["Id"][1] for row in rows] == sorted(ids[:5], reverse=True)
    rows, next, _ = alice.call("ListJobs", "a{sv}tut", {}, ids[0], 0, 0)
    assert (rows, next) == ([], 0)


def test_a_list_has_filters(alice, root, gate):
    alice.clear()
    good = alice.submit("/bin/true", related="urn:record:1")
    bad = alice.submit("/bin/false", related="urn:record:2")
    alice.wait_all([good, bad])
    gone = alice.sh("sleep 1000")
    alice.wait_started(gone)
    alice.cancel(gone)
    alice.wait(gone)
    running = gate.job(related="urn:record:1")
    alice.wait_started(running)
    everything = [running, gone, bad, good]
    assert alice.ids() == everything
    assert alice.ids(status=["completed"]) == [good]
    assert alice.ids(status=["error", "cancelled"]) == [gone, bad]
    assert alice.ids(status=["queued", "running"]) == [running]
    assert alice.ids(status=[]) == everything
    assert alice.ids(related="urn:record:1") == [running, good]
    assert alice.ids(ids=[good, gone, 10**15]) == [gone, good]
    assert alice.ids(type="nothing") == []
    submitted = {id: alice.job(id)["Submitted"] for id in everything}
    assert alice.ids(since=submitted[bad]) == [running, gone, bad]
    assert alice.ids(until=submitted[bad]) == [good]
    assert alice.ids(since=submitted[bad], until=submitted[running]) == [gone, bad]
    assert alice.ids(user="alice") == alice.ids(user="1001") == everything
    assert alice.ids(user="nobody-at-all") == []
    assert root.ids(all=True, user="alice", status=["error"]) == [bad]
    assert root.ids(all=True, user="1001", related="urn:record:1") == [running, good]


def test_only_root_may_have_the_name(alice):
    with pytest.raises(BusError, match="AccessDenied"):
        alice.call("RequestName", "su", "org.jobsd1", 0, path="/org/freedesktop/DBus",
                   interface="org.freedesktop.DBus", destination="org.freedesktop.DBus")


def test_a_call_that_wants_no_reply_gets_none(alice, subscribed):
    """But is done."""
    serial = alice.send("RunCommand", "asa{sv}t", ["/bin/true"], {}, 0, no_reply=True)
    failing = alice.send("CancelJob", "tt", 999_999, 0, no_reply=True)
    id, = [body[0] for _, _, member, body in alice.signals("JobNew") if member == "JobNew"]
    assert alice.wait(id)["Result"] == "success"
    for sent in serial, failing:
        with pytest.raises(RuntimeError, match="TimeoutError"):
            alice.reply(sent, timeout=0)


def test_a_caller_that_leaves_before_its_answer_harms_nobody(alice, root):
    """Its jobs run, as with any other submission that arrived."""
    pid = root.run("systemctl", "show", "--property=MainPID", "jobsd.service").stdout
    for _ in range(5):
        with Person(root.machine, "erin") as erin:
            for _ in range(20):
                erin.send("RunCommand", "asa{sv}t", ["/bin/true"], {}, 0)
                erin.send("ListJobs", "a{sv}tut", {"all": ("b", True)}, 0, 0, 0)
                erin.send("Subscribe", "t", 0)
    with Person(root.machine, "erin") as erin:
        assert {row["Result"] for row in erin.wait_all(erin.ids())} <= {"success"}
    assert root.run("systemctl", "show", "--property=MainPID", "jobsd.service").stdout == pid


def test_a_count_is_as_many_as_the_list_has(alice):
    alice.wait_all([alice.sh(f"exit {status}", name=f"Count {status}") for status in (0, 0, 3)])
    for filter in {}, {"name": "cOUNT"}, {"name": "count", "status": ["error"]}, {"name": "nobody's"}, {"all": True}:
        assert alice.count(**filter) == (len(alice.ids(**filter)), "own"), filter
    assert alice.count(name="count", status=["error"])[0] == 1
    listed = alice.jobsctl("list", "--name=coUNt 0", "--json=short").stdout
    assert [job["name"] for job in json.loads(listed)] == ["Count 0"] * 2
