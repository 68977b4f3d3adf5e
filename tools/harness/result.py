# SPDX-License-Identifier: LGPL-2.1-or-later
"""What came of tests."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Failure:
    name: str
    reason: str = ""
    # Where it stands, relative to the source: FILE, or FILE::FUNCTION.
    place: str = ""
    # Runs it once more, alone, and says whether it passed; None if it may not have a second try.
    again: Callable[[], bool] | None = None


@dataclass
class Result:
    passed: int = 0
    failures: list[Failure] = field(default_factory=list)

    def __add__(self, other: "Result") -> "Result":
        return Result(self.passed + other.passed, self.failures + other.failures)

    @property
    def good(self) -> bool:
        return self.passed > 0 and not self.failures

    def __str__(self) -> str:
        return f"{self.passed} passed, {len(self.failures)} failed"


def passed(junit: Path) -> int:
    """How many tests of a JUnit file passed."""
    cases = list(ElementTree.parse(junit).iter("testcase"))
    return sum(all(case.find(what) is None for what in ("failure", "error", "skipped")) for case in cases)


def failed(junit: Path) -> list[str]:
    """The names of those that did not."""
    cases = list(ElementTree.parse(junit).iter("testcase"))
    return [f"{case.get('classname')}.{case.get('name')}" for case in cases
            if case.find("failure") is not None or case.find("error") is not None]
