# SPDX-License-Identifier: LGPL-2.1-or-later
"""tools/test: builds jobsd, runs its tests, and counts what came of them."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from . import build, cache, fuzz, image, node, suite, touched
from .result import Failure, Result, failed, passed

# In this order: what is built is built first, and the longest modules do not come last. Each release is there once, of
# Debian 13 the build with the sanitizers; the page with the Cockpit of the first.
_EVERYTHING = [
    ("unit", "bookworm", "plain"),
    ("unit", "forky", "plain"),
    ("unit", "trixie", "sanitized"),
    ("fuzz", "bookworm", "fuzz"),
    ("faults", "bookworm", "plain"),
    ("page", "bookworm", "plain"),
    ("vm", "trixie", "web"),
    ("web", "bookworm", "web"),
    ("machine", "bookworm", "plain"),
    ("machine", "trixie", "sanitized"),
    ("machine", "forky", "plain"),
]

# Modules about jobsd's own files and words, about how the page looks, and about the tests themselves: they ask nothing of a
# release that unit tests do not ask there, too. They run once, as the parsers do that are tried with the sanitizers by
# unit tests and by the fuzzer; on a further release, and with the sanitizers, only the others do.
_PORTABLE = {"test_archive", "test_discipline", "test_everybody", "test_export", "test_fuzz_bus", "test_ids", "test_import",
             "test_jobsctl", "test_list_watch", "test_office", "test_rebuild", "test_selection", "test_sorted", "test_store"}
_FURTHER = [("machine", "trixie"), ("machine", "forky")]

# More failures than these are no matter of chance.
_MOST_SECOND_TRIES = 12


@dataclass(frozen=True)
class Part:
    """What runs by itself, beside others."""
    name: str
    run: Callable[..., Result]      # with a file for what is said, or None for standard output


@dataclass(frozen=True)
class Step:
    """Tests of one kind, on one suite with one variant of jobsd."""
    kind: str
    build: build.Build
    pattern: str
    long: bool
    portable: bool      # with the modules that are so

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.build.name}"

    def parts(self, installations: suite.Installations) -> list[Part]:
        if self.kind == "unit":
            return [Part("unit", self._unit)]
        if self.kind == "fuzz":
            return [Part("fuzz", self._fuzz)]
        if self.kind == "page":
            return [Part("page", self._page)]
        modules = suite.modules(self.build, installations, self.kind, self.pattern, self.long)
        return [Part(module.name, module.run) for module in modules if self.portable or module.name not in _PORTABLE]

    def _unit(self, output) -> Result:
        self.build.compile(output)
        names = self.build.unit_tests(self.pattern)
        return self._unit_tests(names, output) if names else Result()

    def _unit_tests(self, names: list[str], output) -> Result:
        junit, programs = self.build.run_unit_tests(names, output)
        build.show_unit_failures(junit, output)
        return Result(passed(junit) if junit.exists() else 0, [
            Failure(f"{self.build.name} {name}", "", f"tests/unit/test-{name}.c",
                    lambda name=name: self._unit_tests([name], None).good) for name in programs])

    def _fuzz(self, output) -> Result:
        self.build.compile(output)
        return fuzz.run(self.build, self.pattern, self.long, output)

    def _page(self, output) -> Result:
        """The tests of the page that need neither a browser nor a release."""
        junit = cache.directory("logs", cache.CLONE, self.name) / "page.xml"
        junit.unlink(missing_ok=True)
        all_well = node.check(junit, output)
        names = failed(junit) if junit.exists() else []
        if not all_well and not names:
            names = ["the page's checks"]
        return Result(passed(junit) if junit.exists() else 0, [Failure(name) for name in names])


def main() -> int:
    arguments = _parse_arguments()
    chosen = _chosen(arguments)
    steps = [Step(kind, build.Build(release, variant), arguments.pattern, arguments.long,
                  portable=chosen is not _EVERYTHING or (kind, release) not in _FURTHER)
             for kind, release, variant in chosen]

    with suite.Installations() as installations:
        total = _run({step: step.parts(installations) for step in steps})
        total, flaky = second_tries(total)

    for failure in flaky:
        print(f"flaky: {failure.name} (first failure: {failure.reason})")
    for failure in total.failures:
        print(f"FAILED {failure.name}: {failure.reason}")
    print(total)
    return 0 if total.good else 1


def _chosen(arguments) -> list[tuple[str, str, str]]:
    if arguments.kind == "all" and not (arguments.suite or arguments.sanitize):
        return _EVERYTHING
    parts = ["unit", "machine"] if arguments.sanitize else ["unit", "machine", "faults"]
    kinds = parts if arguments.kind == "all" else [arguments.kind]
    return [(kind, arguments.suite or image.host_suite(), _variant(kind, arguments.sanitize)) for kind in kinds]


def _variant(kind: str, sanitize: bool) -> str:
    if kind in ("fuzz", "web"):
        return kind         # fuzz has the sanitizers in it
    return "sanitized" if sanitize else "plain"


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tools/test",
        description="Build and test jobsd. Without arguments: everything, on every suite.")
    parser.add_argument("kind", nargs="?", default="all",
                        choices=["all", "unit", "fuzz", "machine", "faults", "vm", "page", "web"])
    parser.add_argument(
        "pattern", nargs="?", default="",
        help="only this module (test_run), or tests with this in their name (but for unit tests an expression of pytest's -k)")
    parser.add_argument("--suite", choices=image.SUITES, help="the Debian release (the host's)")
    parser.add_argument("--sanitize", action="store_true",
                        help="build with the address and undefined behaviour sanitizers")
    parser.add_argument("--long", action="store_true",
                        help="the full counts of docs/reliability.md: for an hour or more")
    return parser.parse_intermixed_args()


def _run(plan: dict[Step, list[Part]]) -> Result:
    """Run all parts in their order, one for each processor at a time; a single one says all it has to say at once.

    Never in the main thread: Ctrl-C is for the programs below, which then clean up and end.
    """
    alone = sum(map(len, plan.values())) == 1
    begun: dict[Step, float] = {}
    results = {step: Result() for step in plan}
    left = {step: len(parts) for step, parts in plan.items()}
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        futures = {pool.submit(_run_part, step, part, alone, begun): step for step, parts in plan.items()
                   for part in parts}
        for future in as_completed(futures):
            step = futures[future]
            results[step] += future.result()
            left[step] -= 1
            if left[step] == 0:
                print(f"{step.name}: {results[step]} ({time.monotonic() - begun[step]:.0f} s,"
                      f" logs: {cache.directory('logs', cache.CLONE, step.name)})", flush=True)
    finally:
        pool.shutdown(cancel_futures=True)
    return sum(results.values(), Result())


def _run_part(step: Step, part: Part, alone: bool, begun: dict[Step, float]) -> Result:
    """Run it; its log is shown if something failed. How long each part took is kept beside the logs."""
    start = time.monotonic()
    begun.setdefault(step, start)
    logs = cache.directory("logs", cache.CLONE, step.name)
    log = logs / f"{part.name}.log"
    if alone:
        return _guarded(step, part, None)
    with open(log, "w") as output:
        result = _guarded(step, part, output)
    if result.failures:
        print(log.read_text(errors="replace"), flush=True)
    (logs / f"{part.name}.seconds").write_text(f"{time.monotonic() - start:.0f}\n")
    return result


def _guarded(step: Step, part: Part, output) -> Result:
    try:
        return part.run(output)
    except (build.BuildError, image.ImageError, node.NodeError) as error:
        print(error, file=output, flush=True)
        return Result(0, [Failure(f"{step.name} {part.name}", str(error).splitlines()[0])])


def second_tries(total: Result) -> tuple[Result, list[Failure]]:
    """Run what failed once more, alone. What passes then counts as passed, and is told."""
    of_the_change = touched.tests()
    chosen = [failure for failure in total.failures if failure.again and failure.place not in of_the_change]
    if not chosen or len(chosen) > _MOST_SECOND_TRIES:
        return total, []
    with ThreadPoolExecutor(1) as pool:     # not in the main thread, as above
        again = list(pool.map(lambda failure: failure.again(), chosen))
    flaky = [failure for failure, well in zip(chosen, again) if well]
    return Result(total.passed + len(flaky), [failure for failure in total.failures if failure not in flaky]), flaky


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
