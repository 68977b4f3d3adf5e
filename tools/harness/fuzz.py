# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lets libFuzzer's targets, tests/fuzz, look for inputs that a parser does not stand."""

import os
import re
from concurrent.futures import ThreadPoolExecutor

from . import cache
from .build import Build
from .result import Failure, Result

# The short form is the same each time: what is new is looked for in the long one.
_SHORT = ["-seed=1", "-runs=10000", "-max_total_time=30"]
_LONG = ["-max_total_time=600"]

# For one input: of time, memory, and bytes.
_LIMITS = ["-timeout=20", "-rss_limit_mb=2048", "-max_len=4096"]


def run(build: Build, pattern: str, long: bool, output) -> Result:
    """Run the targets with PATTERN in their names, some at once. What they find has no second try."""
    targets = [name for name in build.unit_tests(pattern) if name.startswith("fuzz-")]
    options = _LONG if long else _SHORT
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        passed = list(pool.map(lambda target: _run_target(build, target, options, output), targets))
    return Result(passed.count(True), [Failure(name) for name, well in zip(targets, passed) if not well])


def _run_target(build: Build, target: str, options: list[str], output) -> bool:
    folder = cache.directory("fuzz", cache.CLONE, target)
    for finding in folder.glob("finding-*"):
        finding.unlink()
    log = folder / "log"
    with open(log, "w") as file:
        passed = build.fuzz(target, folder, [*options, "-print_final_stats=1", *_LIMITS], file)
    text = log.read_text(errors="replace")
    runs = re.search(r"number_of_executed_units: (\d+)", text)
    print(f"{target}: {runs[1] if runs else 'no'} inputs"
          if passed else f"{text}{target}: FAILED, see {folder}", file=output, flush=True)
    return passed
