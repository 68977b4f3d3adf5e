# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which tests a change touches: those have to pass at their first try."""

import ast
import os
import re
import subprocess
from pathlib import Path

from . import cache

# What the change is looked at against: the branch that only takes what has passed.
_BASES = ("origin/main", "main")

_HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@")


def tests() -> set[str]:
    """The files below tests/ that differ from the last commit that passed, and FILE::FUNCTION of Python's tests."""
    base = next(filter(_exists, [os.environ.get("JOBSD_TEST_BASE", ""), *_BASES]), None)
    if base is None:
        return set()
    touched = set()
    for file in _git("ls-files", "--others", "--exclude-standard", "--", "tests").splitlines():
        touched |= {file, *(f"{file}::{name}" for name in _functions(cache.SOURCE / file))}
    for file, lines in _changed_lines(_git("diff", "--unified=0", "--no-color", "--no-ext-diff", base, "--", "tests")):
        touched.add(file)
        touched |= {f"{file}::{name}" for name in _functions(cache.SOURCE / file, lines)}
    return touched


def _git(*arguments: str) -> str:
    # CI's clone may belong to somebody else
    return subprocess.run(["git", "-c", f"safe.directory={cache.SOURCE}", "-C", cache.SOURCE, *arguments],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace").stdout


def _exists(revision: str) -> bool:
    return bool(revision and _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"))


def _changed_lines(diff: str):
    """(file, numbers of its lines) of each file that is still there."""
    file, lines = None, set()
    for line in [*diff.splitlines(), "+++ /dev/null"]:
        if line.startswith("+++ "):
            if file:
                yield file, lines
            file, lines = line[6:] if line.startswith("+++ b/") else None, set()
        elif hunk := _HUNK.match(line):
            start, count = int(hunk[1]), int(hunk[2] or 1)
            lines |= set(range(start, start + max(count, 1)))   # a removal is between two lines


def _functions(file: Path, lines: set[int] | None = None) -> list[str]:
    """All functions and classes, or those that have one of these lines."""
    if file.suffix != ".py":
        return []
    return [node.name for node in ast.parse(file.read_text()).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))
            and (lines is None or lines & _lines(node))]


def _lines(node: ast.FunctionDef | ast.ClassDef) -> set[int]:
    first = min(part.lineno for part in [node, *node.decorator_list])
    return set(range(first, node.end_lineno + 1))
