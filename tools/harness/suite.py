# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs pytest's modules, each in a process of its own: on machines with one build of jobsd."""

import contextlib
import json
import subprocess
import sys
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from . import cache, container
from .build import Build
from .result import Failure, Result, passed

# For one module: it takes minutes at the most, on a machine that is busy with something else, too.
_TIMEOUT_SEC = 20 * 60
_TIMEOUT_LONG_SEC = 12 * 60 * 60
_TEARDOWN_SEC = 120

# pytest's exit statuses that its files tell enough about: all passed, some failed, none ran.
_FINISHED = (0, 1, 5)


class Installations:
    """Trees with jobsd installed, one for each build, which any number of machines use."""

    def __init__(self):
        self._lock = threading.Lock()
        self._exit = contextlib.ExitStack()
        self._made: dict[Build, Path] = {}

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._exit.close()

    def get(self, build: Build, output=None) -> Path:
        with self._lock:
            if build not in self._made:
                build.compile(output)
                upper = self._exit.enter_context(cache.Scratch("installation")).path / "upper"
                build.install(upper, output)
                self._made[build] = upper
            return self._made[build]


@dataclass(frozen=True)
class Module:
    """One file of tests, or all of a folder that a pattern chooses from."""
    build: Build
    installations: Installations
    folder: Path
    tests: str              # what pytest is told: a file, or one test of it; "" for all
    arguments: tuple[str, ...] = ()
    long: bool = False
    root: Path = cache.SOURCE       # what places are relative to

    @property
    def name(self) -> str:
        return Path(self.tests).stem or "all"

    def run(self, output=None) -> Result:
        installation = self.installations.get(self.build, output)
        with cache.Scratch("pytest") as scratch:
            junit, failures = scratch.path / "junit.xml", scratch.path / "failures"
            command = [
                *container.DEFAULT_SIGNALS, "setpriv", "--pdeathsig=TERM", sys.executable, "-B", "-m", "pytest", "--quiet",
                f"--suite={self.build.suite}", f"--variant={self.build.variant}",
                f"--installation={installation}", f"--junit-xml={junit}", f"--failures={failures}",
                "--durations=5", *self.arguments, *(["--long"] if self.long else []),
                *([self.tests] if self.tests else [])]
            status = self._call(command, output)
            result = Result(passed(junit) if junit.exists() else 0, self._failures(failures))
        if status not in _FINISHED:
            result.failures.append(Failure(f"{self.name} as a whole", status if isinstance(status, str)
                                           else f"pytest ended with {status}"))
        return result

    def _call(self, command: list[str], output) -> int | str:
        """Pytest's exit status, or what was wrong."""
        limit = _TIMEOUT_LONG_SEC if self.long else _TIMEOUT_SEC
        with subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=output,
                              stderr=subprocess.STDOUT if output else None) as pytest:
            try:
                return pytest.wait(limit)
            except subprocess.TimeoutExpired:
                pytest.terminate()      # it says where it was, and tears its machines down
                with contextlib.suppress(subprocess.TimeoutExpired):
                    pytest.wait(_TEARDOWN_SEC)
                return f"not done after {limit // 60} minutes"
            finally:
                pytest.kill()

    def _failures(self, file: Path) -> list[Failure]:
        lines = map(json.loads, file.read_text().splitlines()) if file.exists() else []
        found = {}
        for line in lines:
            known = found.setdefault(line["test"], line)
            known["final"] |= line["final"]
        return [self._failure(**line) for line in found.values()]

    def _failure(self, test: str, reason: str, final: bool) -> Failure:
        # tests of a class are one after another: alone they mean nothing
        whole = "::".join(test.split("::")[:2])
        place = str((self.folder / whole.split("[")[0]).relative_to(self.root))
        alone = replace(self, tests=whole, arguments=tuple(a for a in self.arguments if not a.startswith("-k")))
        return Failure(f"{self.build.name} {test}", reason, place, None if final else lambda: alone.run_again(test))

    def run_again(self, test: str) -> bool:
        log = cache.directory("logs", cache.CLONE, "again") / f"{self.build.name}-{test.replace('/', '_')[:100]}.log"
        with open(log, "w") as output:
            return self.run(output).good


def modules(build: Build, installations: Installations, kind: str, pattern: str, long: bool) -> list[Module]:
    """The modules of a kind of tests: all, one that PATTERN names, or one for all that it chooses from, as pytest's -k.

    The tests of faults are machine tests with a kind of their own, whose figures are shown.
    """
    folder = cache.SOURCE / "tests" / ("machine" if kind == "faults" else kind)
    where = "faults" if kind == "faults" else "."
    shown = ("-rP",) if kind == "faults" else ()
    files = sorted((folder / where).glob("test_*.py"))
    if pattern and not any(file.stem == pattern for file in files):
        ignored = ("--ignore=faults",) if kind == "machine" else ()
        return [Module(build, installations, folder, where, (f"-k{pattern}", *shown, *ignored), long)]
    return [Module(build, installations, folder, str(file.relative_to(folder)), shown, long) for file in files
            if pattern in ("", file.stem)]

