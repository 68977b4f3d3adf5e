# SPDX-License-Identifier: LGPL-2.1-or-later
"""tools/test: builds jobsd, runs its tests, and counts what came of them."""

import argparse
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import build, cache, fuzz, image, node

_EVERYTHING = [
    ("unit", "bookworm", "plain"),
    ("unit", "trixie", "plain"),
    ("unit", "trixie", "sanitized"),
    ("unit", "forky", "plain"),
    ("fuzz", "bookworm", "fuzz"),
    ("machine", "bookworm", "plain"),
    ("machine", "trixie", "plain"),
    ("machine", "trixie", "sanitized"),
    ("machine", "forky", "plain"),
    ("faults", "bookworm", "plain"),
    ("vm", "trixie", "plain"),
    ("web", "bookworm", "web"),
    ("web", "trixie", "web"),
]

# Where pytest runs, and what it is told beside its options. The tests of faults are machine tests with a kind of
# their own.
_PYTEST_FOLDERS = {"machine": "machine", "faults": "machine", "vm": "vm", "web": "web"}
_PYTEST_ARGUMENTS = {
    "machine": ["--ignore=faults"],
    "faults": ["faults", "-rP"],
    "vm": [],
    "web": [],
}

# pytest's exit statuses that its JUnit file tells enough about: all passed, some failed, none ran.
_PYTEST_FINISHED = (0, 1, 5)


@dataclass
class Result:
    passed: int
    failed: int


@dataclass(frozen=True)
class Step:
    """Tests of one kind, on one suite with one variant of jobsd."""
    kind: str
    build: build.Build
    pattern: str
    long: bool

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.build.name}"

    def run(self, output=None) -> Result:
        """Build and test. OUTPUT is a file for what is said, or else standard output."""
        print(f"# {self.name}", file=output, flush=True)
        try:
            self.build.compile(output)
        except (build.BuildError, image.ImageError, node.NodeError) as error:
            print(error, file=output, flush=True)
            return Result(0, 1)
        if self.kind == "unit":
            return self._unit(output)
        if self.kind == "fuzz":
            return Result(*fuzz.run(self.build, self.pattern, self.long, output))
        if self.kind == "web" and not self.pattern:
            return _sum([self._page(output), self._pytest(output)])
        return self._pytest(output)

    def _unit(self, output) -> Result:
        names = self.build.unit_tests(self.pattern)
        if not names:
            return Result(0, 0)
        results, all_well = self.build.run_unit_tests(names, output)
        _show_failures(results, output)
        result = _count(results)
        if not all_well and result.failed == 0:
            result.failed = 1
        return result

    def _page(self, output) -> Result:
        """The tests of the page that need no browser."""
        results = self._results("page")
        all_well = node.check(results, output)
        result = _count(results)
        if not all_well and result.failed == 0:
            result.failed = 1
        return result

    def _results(self, name: str) -> Path:
        """A JUnit file that is not there yet."""
        results = cache.directory("logs", cache.CLONE) / f"{name}-{self.build.name}.xml"
        results.unlink(missing_ok=True)
        return results

    def _pytest(self, output) -> Result:
        tests = cache.SOURCE / "tests" / _PYTEST_FOLDERS[self.kind]
        results = self._results(self.kind)
        pytest = subprocess.run(
            ["setpriv", "--pdeathsig=TERM", sys.executable, "-B", "-m", "pytest", "--quiet",
             f"--suite={self.build.suite}", f"--variant={self.build.variant}",
             f"--junit-xml={results}", "--durations=5", "-k", self.pattern,
             *_PYTEST_ARGUMENTS[self.kind], *(["--long"] if self.long else [])],
            cwd=tests, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT if output else None)
        result = _count(results)
        if pytest.returncode not in _PYTEST_FINISHED:
            result.failed += 1
        return result


def main() -> int:
    arguments = _parse_arguments()
    if arguments.kind == "all" and not (arguments.suite or arguments.sanitize):
        chosen = _EVERYTHING
    else:
        parts = ["unit", "machine"] if arguments.sanitize else ["unit", "machine", "faults"]
        kinds = parts if arguments.kind == "all" else [arguments.kind]
        suite = arguments.suite or image.host_suite()
        chosen = [(kind, suite, _variant(kind, arguments.sanitize)) for kind in kinds]
    steps = [Step(kind, build.Build(suite, variant), arguments.pattern, arguments.long)
             for kind, suite, variant in chosen]

    results = _run(steps)

    total = _sum(results)
    print(f"{total.passed} passed, {total.failed} failed")
    return 0 if total.passed > 0 and total.failed == 0 else 1


def _sum(results: list[Result]) -> Result:
    return Result(sum(result.passed for result in results), sum(result.failed for result in results))


def _variant(kind: str, sanitize: bool) -> str:
    if kind in ("fuzz", "web"):
        return kind         # fuzz has the sanitizers in it
    return "sanitized" if sanitize else "plain"


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tools/test",
        description="Build and test jobsd. Without arguments: everything, on every suite.")
    parser.add_argument("kind", nargs="?", choices=["all", "unit", "fuzz", "machine", "faults", "vm", "web"],
                        default="all")
    parser.add_argument(
        "pattern", nargs="?", default="",
        help="only tests with this in their name (but for unit tests an expression of pytest's -k)")
    parser.add_argument("--suite", choices=image.SUITES, help="the Debian release (the host's)")
    parser.add_argument("--sanitize", action="store_true",
                        help="build with the address and undefined behaviour sanitizers")
    parser.add_argument("--long", action="store_true",
                        help="the full counts of docs/reliability.md: for an hour or more")
    return parser.parse_intermixed_args()


def _run(steps: list[Step]) -> list[Result]:
    """Run steps side by side, one for each processor; a single one says all it has to say at once.

    Never in the main thread: Ctrl-C is for the programs below, which then clean up and end.
    """
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        return list(pool.map(Step.run if len(steps) == 1 else _run_logged, steps))
    finally:
        pool.shutdown(cancel_futures=True)


def _run_logged(step: Step) -> Result:
    """One line for a step that went well, all that it said for one that did not."""
    log = cache.directory("logs", cache.CLONE) / f"{step.name}.log"
    start = time.monotonic()
    with open(log, "w") as output:
        result = step.run(output)
    text = log.read_text(errors="replace") if result.failed or not result.passed else ""
    print(f"{text}{step.name}: {result.passed} passed, {result.failed} failed"
          f" ({time.monotonic() - start:.0f} s, log: {log})", flush=True)
    return result


def _show_failures(junit: Path, output):
    """Meson keeps what a test printed on standard output, cmocka's assertions, to itself."""
    if not junit.exists():
        return
    for suite in ElementTree.parse(junit).iter("testsuite"):
        if suite.find("testcase/failure") is not None or suite.find("testcase/error") is not None:
            print(f"{suite.get('name')}:\n{suite.findtext('system-out')}", file=output, flush=True)


def _count(junit: Path) -> Result:
    """Count the tests in a JUnit file. Where there is none the run itself has failed."""
    if not junit.exists():
        return Result(0, 1)
    cases = list(ElementTree.parse(junit).iter("testcase"))
    failed = sum(case.find("failure") is not None or case.find("error") is not None
                 for case in cases)
    skipped = sum(case.find("skipped") is not None for case in cases)
    return Result(len(cases) - failed - skipped, failed)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
