# SPDX-License-Identifier: LGPL-2.1-or-later
"""Wrong input gets its error, changes nothing, and the daemon goes on."""

import pytest

from person import BusError, Person, job_path

INVALID = "org.freedesktop.DBus.Error.InvalidArgs"
LIMITS = "org.freedesktop.DBus.Error.LimitsExceeded"
NO_JOB = "org.jobsd1.Error.NoSuchJob"
RUN = "asa{sv}t"
TRUE = ["/bin/true"]


@pytest.fixture(scope="module")
def alice(machine):
    with Person(machine, "alice") as alice:
        yield alice


@pytest.fixture(scope="module")
def root(machine):
    with Person(machine, "root") as root:
        yield root


@pytest.fixture(autouse=True)
def nothing_changes(machine, root):
    """Neither the history nor the daemon."""
    def state():
        pid = machine.run(["systemctl", "show", "jobsd", "-p", "MainPID", "-p", "NRestarts"]).stdout
        return root.ids(all=True), pid
    before = state()
    yield
    assert state() == before


def refused(person, name, member, signature, *arguments, **options):
    with pytest.raises(BusError) as caught:
        person.call(member, signature, *arguments, **options)
    assert caught.value.name == name
    assert caught.value.text.endswith(".") and len(caught.value.text) > 15
    return caught.value.text


@pytest.mark.parametrize("command, word", [
    ([], "empty"),
    (["true"], "absolute"),
    (["./true"], "absolute"),
    ([""], "absolute"),
    (["/bin/tr\nue"], "control character"),
    (["/bin/\033[31mtrue"], "control character"),
    (["/" + "x" * 5000], "longer"),
    (["/bin/true", "x" * 131072], "131072"),
    (["/bin/true", *["x" * 100_000] * 4], "400014"),
    (["/bin/true", *["x"] * 5000], "5001"),
])
def test_a_command_that_cannot_be(alice, command, word):
    assert word in refused(alice, INVALID, "RunCommand", RUN, command, {}, 0)


@pytest.mark.parametrize("key, value", [
    ("nonsense", ("s", "x")),
    ("ExecStartPre", ("s", "/bin/sh")),
    ("Slice", ("s", "system.slice")),
    ("timeout", ("x", -1)),
    ("timeout", ("s", "5s")),
    ("memory-max", ("t", 0)),
    ("cpu-quota", ("t", 999)),
    ("tasks-max", ("t", 0)),
    ("output-max", ("t", 0)),
    ("output-max", ("t", (256 << 20) + 1)),     # more than the site has for each job
    ("output-grace", ("t", 999)),
    ("output-grace", ("t", 3600_000_001)),
    ("nice", ("i", -1)),
    ("umask", ("u", 0o1000)),
    ("umask", ("s", "0022")),
    ("nice", ("i", 20)),
    ("name", ("s", "")),
    ("name", ("s", "two\nlines")),
    ("name", ("s", "x" * 256)),
    ("timeout", ("t", 2**64 - 1)),
    ("user", ("s", "")),
    ("user", ("u", 0)),
    ("related", ("s", "no uri")),
    ("related", ("s", "x:" + "y" * 2048)),
    ("origin", ("s", "moon")),
    ("working-directory", ("s", "relative")),
    ("working-directory", ("s", "/usr/../usr")),
    ("environment", ("as", ["1X=y"])),
    ("environment", ("as", ["NOVALUE"])),
    ("environment", ("as", ["A\x01=x"])),
    ("environment", ("as", ["A=" + "x" * 131072])),
    ("environment", ("as", ["A=x"] * 1025)),
])
def test_an_option_that_is_wrong_is_named(alice, key, value):
    assert key in refused(alice, INVALID, "RunCommand", RUN, TRUE, {key: value}, 0)


@pytest.mark.parametrize("member, signature, arguments", [
    ("RunCommand", RUN, (TRUE, {})),
    ("ListJobs", "a{sv}tut", ({}, 0, 0)),
    ("CountJobs", "a{sv}tt", ({}, 0)),
    ("ListSorted", "a{sv}sbsut", ({}, "finished", True, "", 0)),
    ("CancelJob", "tt", (1,)),
    ("ClearJobs", "a{sv}t", ({},)),
    ("OpenOutput", "ta{sv}t", (1, {})),
    ("ListResults", "tt", (1,)),
    ("OpenResult", "tst", (1, "x")),
    ("RetryJob", "tt", (1,)),
    ("ExportHistory", "a{sv}st", ({}, "csv")),
    ("OpenLog", "ta{sv}t", (1, {})),
    ("Subscribe", "t", ()),
])
@pytest.mark.parametrize("flags", [2**20, 2**63])
def test_a_flag_that_is_not_defined(alice, member, signature, arguments, flags):
    assert f"{flags:x}" in refused(alice, INVALID, member, signature, *arguments, flags)


@pytest.mark.parametrize("member, signature, arguments", [
    ("CountJobs", "a{sv}tt", ({"moon": ("b", True)}, 0, 0)),
    ("ListJobs", "a{sv}tut", ({"moon": ("b", True)}, 0, 0, 0)),
    ("ListJobs", "a{sv}tut", ({"status": ("as", ["done"])}, 0, 0, 0)),
    ("ListJobs", "a{sv}tut", ({"ids": ("at", [])}, 0, 0, 0)),
    ("ListJobs", "a{sv}tut", ({"ids": ("at", [1] * 1001)}, 0, 0, 0)),
    ("ListJobs", "a{sv}tut", ({}, 0, 501, 0)),
    ("ListSorted", "a{sv}sbsut", ({}, "name", False, "", 0, 0)),
    ("ListSorted", "a{sv}sbsut", ({}, "finished", False, "12", 0, 0)),
    ("ListSorted", "a{sv}sbsut", ({}, "finished", False, "", 501, 0)),
    ("ListSorted", "a{sv}sbsut", ({"ids": ("at", [1])}, "finished", False, "", 0, 0)),
    ("ClearJobs", "a{sv}t", ({"moon": ("b", True)}, 0)),
    ("ClearJobs", "a{sv}t", ({"all": ("b", True)}, 0)),
    ("OpenOutput", "ta{sv}t", (1, {"moon": ("b", True)}, 0)),
    ("OpenOutput", "ta{sv}t", (1, {"lines": ("s", "few")}, 0)),
    ("OpenOutput", "ta{sv}t", (1, {"follow": ("s", "yes")}, 0)),
    ("RunCommand", "asa{sv}", (TRUE, {})),
    ("RunCommand", "sa{sv}t", ("/bin/true", {}, 0)),
    ("CancelJob", "t", (1,)),
    ("CancelJob", "st", ("one", 0)),
])
def test_arguments_that_are_wrong(alice, member, signature, arguments):
    refused(alice, INVALID, member, signature, *arguments)


@pytest.mark.parametrize("bytes", [b"a\xffb", b"a\xc3b", b"a\0b", b"\xed\xa0\x80"])
def test_text_that_is_none_does_not_reach_the_daemon(machine, bytes):
    """Not UTF-8, or with a NUL within: the bus itself cuts the connection of whoever sends that."""
    with Person(machine, "alice") as alice:
        alice.send_changed(b"abc", bytes, "RunCommand", RUN, ["/bin/echo", "abc"], {}, 0)
        with pytest.raises((RuntimeError, ConnectionError)):
            alice.call("Unsubscribe")


def test_a_message_of_many_megabytes(alice):
    assert "at most" in refused(alice, INVALID, "RunCommand", RUN, ["/bin/true", *["x" * 100_000] * 200], {}, 0)


@pytest.mark.parametrize("id", [0, 999_999, 2**63, 2**64 - 1])
def test_an_id_that_never_was(alice, id):
    refused(alice, NO_JOB, "CancelJob", "tt", id, 0)
    refused(alice, NO_JOB, "OpenOutput", "ta{sv}t", id, {}, 0)
    refused(alice, NO_JOB, "ListResults", "tt", id, 0)
    refused(alice, NO_JOB, "OpenResult", "tst", id, "x", 0)
    refused(alice, NO_JOB, "ClearJobs", "a{sv}t", {"ids": ("at", [id])}, 0)


@pytest.mark.parametrize("path", ["/org/jobsd1/job/abc", "/org/jobsd1/job/0", "/org/jobsd1/job/01",
                                  "/org/jobsd1/job/99999999999999999999", "/org/jobsd1/moon"])
def test_a_path_that_is_no_job(alice, path):
    with pytest.raises(BusError):
        alice.call("Cancel", "t", 0, path=path, interface="org.jobsd1.Job")


def test_a_user_that_does_not_exist(root):
    text = refused(root, "org.jobsd1.Error.NoSuchUser", "RunCommand", RUN, TRUE,
                   {"user": ("s", "nobody-of-this-name")}, 0)
    assert "nobody-of-this-name" in text


@pytest.mark.parametrize("user", ["-1", "--help", "4294967295"])
def test_a_user_name_that_looks_like_something_else(root, user):
    with pytest.raises(BusError):
        root.call("RunCommand", RUN, TRUE, {"user": ("s", user)}, 0)


@pytest.mark.parametrize("status, arguments", [
    (2, ["show", "abc"]),
    (2, ["show", "0"]),
    (2, ["show", "-1"]),
    (2, ["cancel", "18446744073709551616"]),
    (1, ["show", "999999"]),
    (1, ["output", "999999"]),
    (1, ["wait", "999999"]),
    (2, ["run"]),
    (2, ["run", "--timeout=-5", "true"]),
    (2, ["run", "--memory-max=lots", "true"]),
    (2, ["run", "--nonsense", "true"]),
    (2, ["nonsense"]),
    (2, ["list", "-n", "few"]),
    (1, ["run", "--uid=nobody-of-this-name", "true"]),
])
def test_the_command_line_says_what_is_wrong(alice, status, arguments):
    result = alice.jobsctl(*arguments, check=False)
    assert result.returncode == status
    assert result.stdout == "" and len(result.stderr) > 15


@pytest.mark.parametrize("argument", ["$'\\xff'", "$(head -c 3000000 /dev/zero | tr '\\0' x | fold -w 100000)"])
def test_an_argument_that_the_bus_does_not_carry(alice, argument):
    """The bus would cut the connection: jobsctl says which argument it is."""
    result = alice.run("bash", "-c", f"ulimit -s 65536; jobsctl run -- true {argument}", check=False)
    assert result.returncode == 2 and result.stdout == "" and "argument" in result.stderr.lower()
