# SPDX-License-Identifier: LGPL-2.1-or-later
"""tools/demo: boots a machine with jobsd, shows what it does, and leaves a shell there."""

import argparse
import contextlib
import os
import signal
import sys
from pathlib import Path

from . import build, cache, forward, image

sys.path.append(str(cache.SOURCE / "tests" / "machine"))
from machine import Machine     # noqa: E402
from several import Site        # noqa: E402

_TOUR = Path(__file__).with_name("tour")
_FAREWELL = """
The machine is yours, as alice: it is thrown away when you leave the shell. There are also bob, carol
(an administrator), dave (an administrator of jobs) and ida (an archivist). Each one's password is the
name.
"""
_PAGE = """
The page is at http://127.0.0.1:{port}/jobs until you leave. Log in as alice (password: alice), who has started
jobs, or as carol (password: carol), who is an administrator and sees everybody's once she has taken
administrative access, at the top of the page.
"""
_WHERE = """[Job]
Description=Say where it runs
Command=/bin/sh -c 'sleep 1; hostname'
User=carol
AllowUsers=alice
AllowGroups=jobsd-gearman
Place=any
"""
_COCKPIT_PORT = 9090


def main() -> int:
    arguments = _parse_arguments()
    built = build.Build(arguments.suite, "web" if arguments.web else "plain")
    built.compile()
    with cache.Scratch("installation") as scratch, contextlib.ExitStack() as stack:
        installation = built.install(scratch.path / "upper")
        with Machine(installation) as machine:
            _accept_limits(machine)
            machine.boot()
            if arguments.hosts:
                status = _tour_of_hosts([machine, *(_boot(stack, installation) for _ in range(arguments.hosts - 1))])
            else:
                status = _tour_of_one(machine)
            with _page(machine) if arguments.web else contextlib.nullcontext():
                if not arguments.no_shell:
                    print(_FAREWELL, flush=True)
                    machine.shell("alice")
                elif arguments.web:
                    signal.pause()      # Ctrl-C ends it
            machine.poweroff()
    return status


def _tour_of_one(machine: Machine) -> int:
    status = _tour(machine, "tour", "alice")
    machine.run(["/usr/libexec/archive/make-catalogue"], user="archive")
    return _tour(machine, "archivist", "ida") or status


def _boot(stack: contextlib.ExitStack, installation) -> Machine:
    machine = stack.enter_context(Machine(installation))
    machine.boot()
    return machine


def _tour_of_hosts(machines: list[Machine]) -> int:
    Site(machines, {"where": _WHERE}, slots=4)
    status = _tour(machines[0], "hosts", "alice")
    print("\n# jobsctl hosts", flush=True)
    print(machines[0].run(["jobsctl", "hosts"]).stdout, flush=True)
    return status


def _accept_limits(machine: Machine):
    """The archive's types have limits, and such a machine may lack what enforces them."""
    conf = machine.path("/etc/jobsd/jobsd.conf")
    conf.parent.mkdir(parents=True)
    conf.write_text("[Manager]\nMissingController=warn\n")


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tools/demo", description="Show jobsd at work in a throwaway machine.")
    parser.add_argument("--web", action="store_true",
                        help="serve the page for browsers on this host, until the shell is left or Ctrl-C")
    parser.add_argument("--hosts", type=int, choices=range(2, Site.MACHINES_MAX + 1), metavar="N",
                        help=f"boot N machines, 2 to {Site.MACHINES_MAX}: the first one has its jobs run on the others")
    parser.add_argument("--no-shell", action="store_true", help="leave no shell in the machine")
    parser.add_argument("--suite", choices=image.SUITES, default=image.host_suite(),
                        help="the machine's Debian release")
    return parser.parse_args()


@contextlib.contextmanager
def _page(machine: Machine):
    """The machine's Cockpit, on the host's loopback."""
    process, port = forward.start(machine.network(), _COCKPIT_PORT)
    try:
        print(_PAGE.format(port=port), flush=True)
        yield
    finally:
        process.terminate()
        process.wait()


def _tour(machine: Machine, name: str, user: str) -> int:
    for script in _TOUR.iterdir():
        machine.run(["install", f"--owner={user}", "--mode=755", "/dev/stdin",
                     f"/home/{user}/{script.name}"], input=script.read_text())
    environment = {"TERM": os.environ.get("TERM", "dumb")}
    with machine.popen([f"/home/{user}/{name}"], user, session=True, env=environment) as tour:
        return tour.wait()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (build.BuildError, image.ImageError) as error:
        sys.exit(f"tools/demo: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
