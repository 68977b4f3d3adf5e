# SPDX-License-Identifier: LGPL-2.1-or-later
"""Base trees: a Debian release with all that is needed to build jobsd and to boot a machine.

Nothing writes to a tree once it is made. Any number of builds and machines use it at the same time.
"""

import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

from . import cache

SUITES = ("bookworm", "trixie")

_RECIPE = Path(__file__).with_name("base")
_KEEP_UNUSED_SEC = 14 * 24 * 60 * 60


class ImageError(Exception):
    pass


def host_suite() -> str:
    """The suite that the host runs, or else the oldest."""
    release = Path("/etc/os-release").read_text()
    return next((suite for suite in SUITES if f"VERSION_CODENAME={suite}\n" in release), SUITES[0])


def tree(suite: str) -> Path:
    """The base tree of SUITE. Making it takes a minute, once for each change of the recipe."""
    path = cache.directory("images") / f"{suite}-{_recipe_hash()}"
    with cache.locked(f"image-{suite}"):
        if not path.exists():
            _remove_unused()
            _make(suite, path)
        os.utime(path)
    return path


def _recipe_hash() -> str:
    contents = b"\0".join(file.read_bytes() for file in sorted(_RECIPE.iterdir()))
    return hashlib.sha256(contents).hexdigest()[:12]


def _remove_unused():
    for path in cache.directory("images").iterdir():
        if path.stat().st_mtime < time.time() - _KEEP_UNUSED_SEC:
            shutil.rmtree(path, ignore_errors=True)


def _make(suite: str, path: Path):
    print(f"Making the base tree of {suite}…", flush=True)
    lines = (_RECIPE / "packages").read_text().splitlines()
    packages = [line for line in lines if line and not line.startswith("#")]
    with cache.Scratch(f"image-{suite}") as scratch:
        made = scratch.path / "tree"
        result = subprocess.run(
            ["mmdebstrap", "--quiet", "--mode=root", "--variant=minbase",
             f"--include={','.join(packages)}", f"--customize-hook={_RECIPE / 'customize'}",
             suite, made, *_sources(suite)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if result.returncode != 0:
            raise ImageError(f"mmdebstrap {suite} failed:\n{result.stdout}")
        os.rename(made, path)


def _sources(suite: str) -> list[str]:
    """Lines for sources.list: SUITE from the mirrors that the host is set up to use."""
    mirrors = _mirrors()
    if not mirrors:
        subprocess.run(["apt-get", "--quiet=2", "update"], stdin=subprocess.DEVNULL, check=True)
        mirrors = _mirrors()
    if "Debian" not in mirrors:
        raise ImageError("the host's apt sources name no Debian mirror")

    sources = [f"deb {mirrors['Debian']} {suite} main",
               f"deb {mirrors['Debian']} {suite}-updates main"]
    if "Debian-Security" in mirrors:
        sources.append(f"deb {mirrors['Debian-Security']} {suite}-security main")
    return sources


def _mirrors() -> dict[str, str]:
    """The mirror of each of Debian's archives, by the label that its Release file carries."""
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format=$(ORIGIN)|$(LABEL)|$(REPO_URI)",
         "Created-By: Packages"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True)
    mirrors = {}
    for line in targets.stdout.splitlines():
        origin, label, uri = line.split("|")
        if origin == "Debian":
            mirrors.setdefault(label, uri)
    return mirrors
