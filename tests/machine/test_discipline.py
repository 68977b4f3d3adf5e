# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tests are held to, tried with tests that are made for it, and most of them without a machine."""

import subprocess
import textwrap
from pathlib import Path

import pytest

from harness import build, cache, runner, suite, touched
from harness.result import Failure, Result

_FOLDER = Path(__file__).parent


@pytest.fixture
def folder(tmp_path):
    """A folder of tests, with what holds ours to it."""
    (tmp_path / "pytest.ini").write_text(
        f"[pytest]\naddopts = -p no:cacheprovider --strict-markers\npythonpath = {cache.SOURCE}/tools {_FOLDER}\n")
    (tmp_path / "conftest.py").write_text(
        "pytest_plugins = ['discipline']\n"
        "def pytest_addoption(parser):\n"
        "    for name in 'suite', 'variant', 'installation':\n"
        "        parser.addoption('--' + name)\n"
        "    parser.addoption('--long', action='store_true')\n")
    return tmp_path


class _NoInstallations:
    def get(self, build, output=None):
        return "/nowhere"


def _run(folder: Path, tests: str) -> Result:
    (folder / "test_made.py").write_text(textwrap.dedent(tests))
    module = suite.Module(build.Build("bookworm", "plain"), _NoInstallations(), folder, "test_made.py", root=folder)
    with open(folder / "log", "w") as log:
        return module.run(log)


def test_what_fails_is_told_by_name_and_reason(folder):
    result = _run(folder, """
        def test_good(): pass
        def test_bad(): assert 1 + 1 == 3
    """)
    assert (result.passed, len(result.failures)) == (1, 1)
    failure = result.failures[0]
    assert failure.name == "bookworm-plain test_made.py::test_bad" and failure.place == "test_made.py::test_bad"
    assert failure.reason.startswith("AssertionError: assert (1 + 1) == 3")


def test_what_fails_once_has_a_second_try_and_is_told(folder, monkeypatch):
    monkeypatch.setattr(touched, "tests", set)
    result = _run(folder, f"""
        from pathlib import Path
        def test_by_chance():
            tried = Path("{folder}/tried")
            first = not tried.exists()
            tried.touch()
            assert not first, "too slow"
        def test_never(): assert False
    """)
    assert [failure.name.split("::")[1] for failure in result.failures] == ["test_by_chance", "test_never"]
    total, flaky = runner.second_tries(result)
    assert (total.passed, [failure.name.split("::")[1] for failure in total.failures]) == (1, ["test_never"])
    assert [(failure.name.split("::")[1], failure.reason) for failure in flaky] == [
        ("test_by_chance", "AssertionError: too slow")]


def test_those_of_a_class_have_their_second_try_together(folder, monkeypatch):
    monkeypatch.setattr(touched, "tests", set)
    result = _run(folder, f"""
        from pathlib import Path
        tried = Path("{folder}/tried")
        class TestInTheirOrder:
            made = []
            def test_first(self): self.made.append(tried.exists())
            def test_second(self):
                tried.touch()
                assert self.made == [True]
    """)
    total, flaky = runner.second_tries(result)
    assert total.good and [failure.name.split("::")[1:] for failure in flaky] == [["TestInTheirOrder", "test_second"]]


def test_what_the_change_touches_has_no_second_try(monkeypatch):
    monkeypatch.setattr(touched, "tests", lambda: {"tests/machine/test_x.py::test_new"})
    result = Result(0, [Failure("new", "", "tests/machine/test_x.py::test_new", lambda: True),
                        Failure("old", "", "tests/machine/test_x.py::test_old", lambda: True)])
    total, flaky = runner.second_tries(result)
    assert [failure.name for failure in total.failures] == ["new"]
    assert [failure.name for failure in flaky] == ["old"]


def test_what_is_never_chance_has_no_second_try(folder):
    result = _run(folder, """
        import pytest
        from discipline import Found
        @pytest.fixture
        def sanitized():
            yield
            raise Found("the sanitizers found: a leak")
        def test_that_leaks(sanitized): pass
    """)
    assert [(failure.reason, failure.again) for failure in result.failures] == [
        ("discipline.Found: the sanitizers found: a leak", None)]


def test_a_test_that_waits_for_ever_is_ended_and_says_where_it_was(folder):
    result = _run(folder, """
        import pytest, subprocess
        @pytest.mark.limit(1, "to see it pass")
        def test_waits(): subprocess.run(["sleep", "infinity"])
        def test_after_it(): pass
    """)
    assert result.passed == 1 and result.failures[0].reason == "TimeoutError: not done after 1 s"
    assert 'subprocess.run(["sleep", "infinity"])' in (folder / "log").read_text()


def test_after_a_failure_all_of_the_module_is_new(folder):
    result = _run(folder, """
        import pytest
        made = []
        @pytest.fixture(scope="module")
        def shared():
            made.append("made")
            yield len(made)
            made.append("gone")
        def test_first(shared): assert shared == 1
        def test_bad(shared): assert False
        def test_new(shared): assert shared == 3 and made == ["made", "gone", "made"]
        def test_shared(shared): assert shared == 3
    """)
    assert result.passed == 3 and len(result.failures) == 1


def test_a_module_that_cannot_be_read_is_a_failure(folder):
    result = _run(folder, "import nothing_that_is_there")
    assert not result.good and result.passed == 0


class TestAProcessThatATestForgot:
    lasting = []

    def test_runs(self, machine):
        for number, lasting in (4711, False), (4712, True):
            process = machine.popen(["sh", "-c", f"echo; exec sleep {number}"], lasting=lasting, stdout=subprocess.PIPE)
            assert process.stdout.readline() == b"\n"
        self.lasting.append(process)

    def test_is_gone_after_it_unless_it_is_to_last(self, machine):
        running = machine.run(["pgrep", "--full", "--list-full", "sleep 471"], check=False).stdout
        assert "4711" not in running and "4712" in running
        self.lasting[0].kill()
        self.lasting[0].communicate()


class TestJobsThatATestForgot:
    def test_run(self, alice):
        for id in alice.submit_many([("/bin/sleep", "infinity")] * 3):
            alice.wait_started(id)

    def test_are_cancelled_after_it(self, alice):
        assert {job["Result"] for job in alice.wait_all(alice.ids())} == {"cancelled"}


def test_the_functions_that_a_change_touches(tmp_path, monkeypatch):
    def git(*arguments):
        subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *arguments], cwd=tmp_path,
                       check=True, capture_output=True)

    file = tmp_path / "tests" / "test_x.py"
    file.parent.mkdir()
    file.write_text("def test_one():\n    pass\n\n\n@decorated(1)\ndef test_two():\n    a = 1\n    b = 2\n\n\nOTHER = 1\n")
    git("init", "--initial-branch=main")
    git("add", ".")
    git("commit", "--message=first")
    monkeypatch.setattr(cache, "SOURCE", tmp_path)
    assert touched.tests() == set()
    file.write_text(file.read_text().replace("    b = 2\n", ""))
    assert touched.tests() == {"tests/test_x.py", "tests/test_x.py::test_two"}
    file.write_text(file.read_text().replace("decorated(1)", "decorated(2)").replace("OTHER = 1", "OTHER = 2"))
    assert touched.tests() == {"tests/test_x.py", "tests/test_x.py::test_two"}
    git("checkout", ".")
    file.write_text(file.read_text().replace("OTHER = 1", "OTHER = 2"))
    assert touched.tests() == {"tests/test_x.py"}
    git("checkout", ".")
    (tmp_path / "tests" / "test_new.py").write_text("def test_three(): pass\n")
    assert touched.tests() == {"tests/test_new.py", "tests/test_new.py::test_three"}
