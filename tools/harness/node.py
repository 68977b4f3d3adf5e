# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the Cockpit page is made and tested with: the packages of web/package-lock.json, and programs that use them."""

import hashlib
import subprocess
from pathlib import Path

from . import cache

WEB = cache.SOURCE / "web"


class NodeError(Exception):
    pass


def install_modules(output=None):
    """Have in web/node_modules what the lockfile names. No package may run a program to be installed."""
    stamp = WEB / "node_modules" / ".installed"
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    with cache.locked(f"node-{cache.CLONE}"):
        if not stamp.exists() or stamp.read_text() != wanted:
            _run(["npm", "ci", "--ignore-scripts", "--no-progress"], output)
            stamp.write_text(wanted)


def check(results: Path, output=None) -> bool:
    """Check the types, and run the tests of the page's parts that need no browser, which are counted in RESULTS."""
    install_modules(output)
    try:
        _run(["npx", "--no-install", "tsc", "--noEmit"], output)
        _run(["npx", "--no-install", "vitest", "run", "--reporter=default", "--reporter=junit",
              f"--outputFile.junit={results}"], output)
    except NodeError:
        return False
    return True


def _run(command: list[str], output):
    result = subprocess.run(command, cwd=WEB, stdin=subprocess.DEVNULL, stdout=output,
                            stderr=subprocess.STDOUT if output else None)
    if result.returncode != 0:
        raise NodeError(f"{' '.join(command)}: exit status {result.returncode}")
