# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compiles jobsd inside a base tree, runs the unit tests there, and installs it on top of it."""

import json
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from . import cache, container, image

_REPORTS = "/var/log/sanitizers"


@dataclass(frozen=True)
class Variant:
    options: list[str]
    # What programs that run in a machine have to have in their environment.
    environment: dict[str, str] = field(default_factory=dict)


VARIANTS = {
    "plain": Variant(["--werror", "--buildtype=debugoptimized"]),
    "sanitized": Variant(
        ["--buildtype=debug", "-Db_sanitize=address,undefined", "-Db_lundef=false"],
        {"ASAN_OPTIONS": f"log_path={_REPORTS}/report:detect_stack_use_after_return=1",
         "UBSAN_OPTIONS": f"log_path={_REPORTS}/report:print_stacktrace=1"}),
}


class BuildError(Exception):
    pass


@dataclass(frozen=True)
class Build:
    """A build directory. It is kept: the next compile() only does what has changed."""
    suite: str
    variant: str

    @property
    def name(self) -> str:
        return f"{self.suite}-{self.variant}"

    @property
    def path(self) -> Path:
        return cache.directory("build", cache.CLONE, self.name)

    def locked(self):
        return cache.locked(f"build-{cache.CLONE}-{self.name}")

    def compile(self, output=None):
        """Compile what has changed. OUTPUT is a file for what the compiler says, or standard output."""
        with self.locked():
            tree = str(image.tree(self.suite))
            stamp = self.path / "tree"
            if stamp.exists() and stamp.read_text() != tree:
                shutil.rmtree(self.path)
            if not (self.path / "build.ninja").exists():
                self._run(["meson", "setup", "--prefix=/usr", "--sysconfdir=/etc", "--localstatedir=/var",
                           "--wrap-mode=nodownload", *VARIANTS[self.variant].options, "/build", "/source"], output)
                stamp.write_text(tree)
            self._run(["ninja", "--quiet", "-C", "/build"], output)

    def unit_tests(self, pattern: str, output=None) -> Path:
        """Run the unit tests whose names contain PATTERN. Returns the JUnit file with what came of them."""
        results = self.path / "meson-logs" / "testlog.junit.xml"
        results.unlink(missing_ok=True)
        known = json.loads((self.path / "meson-info" / "intro-tests.json").read_text())
        names = sorted({test["name"] for test in known if pattern in test["name"]})
        if names:
            self._run(["meson", "test", "-C", "/build", "--no-rebuild", "--print-errorlogs", *names],
                      output, check=False)
        return results

    def install(self, upper: Path, output=None) -> list[Path]:
        """Install into the empty directory UPPER. Returns the trees that make a machine's root, topmost first."""
        tree = image.tree(self.suite)
        upper.mkdir()
        with self.locked():
            self._run(["/install", self.variant], output, upper)
        return [upper, tree]

    def _run(self, command: list[str], output, upper: Path | None = None, check=True):
        environment = VARIANTS[self.variant].environment if upper else {}
        with cache.Scratch("build") as scratch:
            if upper is None:
                upper = scratch.path / "upper"
                upper.mkdir()
            result = container.run(
                [image.tree(self.suite)], upper,
                [f"--bind-ro={cache.SOURCE}:/source", f"--bind={self.path}:/build",
                 f"--bind-ro={Path(__file__).with_name('install')}:/install",
                 *(f"--setenv={name}={value}" for name, value in environment.items()), *command],
                stdout=output, stderr=subprocess.STDOUT if output else None)
        if check and result.returncode != 0:
            raise BuildError(f"{self.name}: {' '.join(command)}: exit status {result.returncode}")


def sanitizer_reports(upper: Path) -> dict[str, str]:
    """What the sanitizers found in the machine whose topmost tree is UPPER: a text for each process."""
    reports = upper / _REPORTS.lstrip("/")
    return {path.name: path.read_text(errors="replace") for path in sorted(reports.glob("report*"))}
