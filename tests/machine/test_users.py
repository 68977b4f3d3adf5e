# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whose a job is when accounts have names that are numbers."""

import pytest

from person import Person

# bob is 1002.
_NAMED = 5003


@pytest.fixture(scope="module")
def digits(machine):
    """A user whose name is the number of bob."""
    for file, line in [("passwd", f"1002:x:{_NAMED}:{_NAMED}::/home/1002:/bin/bash"), ("group", f"1002:x:{_NAMED}:")]:
        path = machine.path(f"/etc/{file}")
        path.write_text(f"{path.read_text()}{line}\n")
    machine.run(["install", "--directory", f"--owner={_NAMED}", f"--group={_NAMED}", "/home/1002"])
    with Person(machine, str(_NAMED)) as person:
        yield person


def _who(person, id) -> int:
    person.wait(id)
    return int(person.output(id))


def test_a_name_of_digits_is_nobody_elses_number(digits, bob):
    """Also while jobsd still knows who the other one is."""
    assert _who(digits, digits.submit("/usr/bin/id", "--user")) == _NAMED
    assert _who(bob, bob.submit("/usr/bin/id", "--user")) == 1002
    assert _who(digits, digits.submit("/usr/bin/id", "--user")) == _NAMED


def test_digits_are_a_number_wherever_a_user_is_named(digits, bob, dave, root):
    assert _who(dave, dave.submit("/usr/bin/id", "--user", user="1002")) == 1002
    told = root.jobsctl("run", "--wait", "--follow", "--uid=1002", "id", "--user")
    assert told.stdout.endswith("1002\n")
    note = f"1002 is taken for a user's number. The account of that name has the number {_NAMED}."
    assert note in told.stderr

    digits.wait(digits.sh("exit 0", name="of digits"))
    bob.wait(bob.sh("exit 0", name="of bob"))
    listed = root.jobsctl("list", "--user=1002", "--json=short")
    assert '"of bob"' in listed.stdout and '"of digits"' not in listed.stdout and note in listed.stderr
    exported = root.jobsctl("export", "--user=1002", "--output=-")
    assert "of bob" in exported.stdout and "of digits" not in exported.stdout
    assert note in root.jobsctl("clear", "--user=1002").stderr
    assert not bob.ids() and digits.ids()
    assert "is taken" not in root.jobsctl("list", "--user=bob").stderr


def test_who_is_named_by_digits_is_reached_by_his_number(digits, root):
    assert "of digits" in root.jobsctl("list", f"--user={_NAMED}").stdout
    root.jobsctl("clear", f"--user={_NAMED}")
    assert not digits.ids()
