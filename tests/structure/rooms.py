#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""rooms.py NM ARCHIVE…: of the daemon's rooms, the lowest first, none calls one above it, and no files call in a circle.

Reads the symbols of the objects, so that what is only declared does not count. Speaks TAP.
"""

import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path


def symbols(nm: str, archive: str):
    """(file, symbol, whether it is defined there) of all that have a name outside of their file."""
    listed = subprocess.run([nm, "--print-file-name", "--extern-only", archive],
                            check=True, capture_output=True, text=True).stdout
    for line in listed.splitlines():
        place, _, rest = line.rpartition(":")
        *_, kind, symbol = rest.split()
        yield Path(place.rpartition(":")[2]).name.removesuffix(".o"), symbol, kind not in "Uw"


def report(number: int, name: str, faults: list[str]):
    print("not ok" if faults else "ok", number, "-", name)
    for fault in faults:
        print("#", fault)


def main(nm: str, *archives: str):
    home: dict[str, tuple[int, str]] = {}
    uses: list[tuple[int, str, str]] = []
    for room, archive in enumerate(archives):
        for file, symbol, is_defined in symbols(nm, archive):
            if is_defined:
                home[symbol] = (room, file)
            else:
                uses.append((room, file, symbol))
    known = [(room, file, symbol, *home[symbol]) for room, file, symbol in uses if symbol in home]

    print("1..3")
    report(1, "there is something to be looked at", [] if len(known) > 100 else [f"{len(known)} calls"])
    report(2, "no file calls a room above its own",
           [f"{file} uses {symbol} of {of}" for room, file, symbol, above, of in known if above > room])
    calls: dict[str, set[str]] = {}
    for _, file, _, _, of in known:
        if file != of:
            calls.setdefault(file, set()).add(of)
    try:
        TopologicalSorter(calls).prepare()
        circle = []
    except CycleError as error:
        circle = [" <- ".join(error.args[1])]
    report(3, "no files call each other in a circle", circle)


if __name__ == "__main__":
    main(*sys.argv[1:])
