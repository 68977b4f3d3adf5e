# SPDX-License-Identifier: LGPL-2.1-or-later
"""Trees of Debian packages. Those of the recipe "base" have all that is needed to build jobsd and to boot a machine.

Nothing writes to a tree once it is made. Any number of builds and machines use it at the same time.
"""

import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

from . import cache

SUITES = ("bookworm", "trixie", "forky")

# The one that is not released yet. Its Release files are valid for a week, and a mirror may be a copy of an older day:
# their signatures are checked as any other's.
_TESTING = "forky"

# A recipe is a folder: "packages", one a line, and perhaps for mmdebstrap "customize", a hook, "variant", which one of
# its variants to make, and "options". A line "@OTHER" stands for all of another recipe.
_RECIPES = Path(__file__).parent
_KEEP_UNUSED_SEC = 14 * 24 * 60 * 60


class ImageError(Exception):
    pass


def host_suite() -> str:
    """The suite that the host runs, or else the oldest."""
    release = Path("/etc/os-release").read_text()
    return next((suite for suite in SUITES if f"VERSION_CODENAME={suite}\n" in release), SUITES[0])


def tree(suite: str, recipe: str = "base") -> Path:
    """The tree of SUITE and RECIPE. Making it takes a minute, once for each change of the recipe."""
    path = cache.directory("images") / f"{suite}-{recipe}-{_hash(recipe)}"
    with cache.locked(f"image-{suite}-{recipe}"):
        if not path.exists():
            _remove_unused()
            _make(suite, recipe, path)
        os.utime(path)
    return path


def _hash(recipe: str) -> str:
    files = [file for name in _with_others(recipe) for file in sorted((_RECIPES / name).iterdir())]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _lines(recipe: str) -> list[str]:
    lines = (_RECIPES / recipe / "packages").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _with_others(recipe: str) -> list[str]:
    """The recipe after those that it stands on."""
    others = [line.removeprefix("@") for line in _lines(recipe) if line.startswith("@")]
    return [*(name for other in others for name in _with_others(other)), recipe]


def _remove_unused():
    for path in cache.directory("images").iterdir():
        if path.stat().st_mtime < time.time() - _KEEP_UNUSED_SEC:
            shutil.rmtree(path, ignore_errors=True)


def _make(suite: str, recipe: str, path: Path):
    print(f"Making the {recipe} tree of {suite}…", flush=True)
    names = _with_others(recipe)
    packages = [line for name in names for line in _lines(name) if not line.startswith("@")]
    kind = _read(recipe, "variant").strip() or "minbase"
    step = "extract" if kind == "extract" else "customize"     # the last one that there is
    scripts = [_RECIPES / name / "customize" for name in names]
    hooks = [f"--{step}-hook={script}" for script in scripts if script.exists()]
    with cache.Scratch(f"image-{suite}") as scratch:
        made = scratch.path / "tree"
        result = subprocess.run(
            ["mmdebstrap", "--quiet", "--mode=root", f"--variant={kind}",
             f"--include={','.join(packages)}", *hooks, *_read(recipe, "options").splitlines(),
             suite, made, *_sources(suite)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if result.returncode != 0:
            raise ImageError(f"mmdebstrap {suite} failed:\n{result.stdout}")
        os.rename(made, path)


def _read(recipe: str, name: str) -> str:
    file = _RECIPES / recipe / name
    return file.read_text() if file.exists() else ""


def _sources(suite: str) -> list[str]:
    """Lines for sources.list: SUITE from the mirrors that the host is set up to use."""
    mirrors = _mirrors()
    if not mirrors:
        subprocess.run(["apt-get", "--quiet=2", "update"], stdin=subprocess.DEVNULL, check=True)
        mirrors = _mirrors()
    if "Debian" not in mirrors:
        raise ImageError("the host's apt sources name no Debian mirror")

    deb = "deb [check-valid-until=no]" if suite == _TESTING else "deb"
    sources = [f"{deb} {mirrors['Debian']} {suite} main",
               f"{deb} {mirrors['Debian']} {suite}-updates main"]
    if "Debian-Security" in mirrors:
        sources.append(f"{deb} {mirrors['Debian-Security']} {suite}-security main")
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
