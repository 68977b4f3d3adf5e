# SPDX-License-Identifier: LGPL-2.1-or-later
"""tools/demo: boots a machine with jobsd, shows what it does, and leaves a shell there."""

import argparse
import os
import sys
from pathlib import Path

from . import build, cache, image

sys.path.append(str(cache.SOURCE / "tests" / "machine"))
from machine import Machine     # noqa: E402

_TOUR = Path(__file__).with_name("tour")
_FAREWELL = """
The machine is yours, as alice: it is thrown away when you leave the shell. There are also bob, carol
(an administrator) and dave (an administrator of jobs). Each one's password is the name.
"""


def main() -> int:
    arguments = _parse_arguments()
    built = build.Build(arguments.suite, "plain")
    built.compile()
    with cache.Scratch("installation") as scratch:
        with Machine(built.install(scratch.path / "upper")) as machine:
            machine.boot()
            status = _tour(machine)
            if not arguments.no_shell:
                print(_FAREWELL, flush=True)
                machine.shell("alice")
            machine.poweroff()
    return status


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tools/demo", description="Show jobsd at work in a throwaway machine.")
    parser.add_argument("--no-shell", action="store_true", help="leave no shell in the machine")
    parser.add_argument("--suite", choices=image.SUITES, default=image.host_suite(),
                        help="the machine's Debian release")
    return parser.parse_args()


def _tour(machine: Machine) -> int:
    for script in _TOUR.iterdir():
        machine.run(["install", "--owner=alice", "--mode=755", "/dev/stdin",
                     f"/home/alice/{script.name}"], input=script.read_text())
    environment = {"TERM": os.environ.get("TERM", "dumb")}
    with machine.popen(["/home/alice/tour"], "alice", session=True, env=environment) as tour:
        return tour.wait()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (build.BuildError, image.ImageError) as error:
        sys.exit(f"tools/demo: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
