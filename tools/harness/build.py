# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compiles jobsd inside a base tree, runs the unit tests there, and installs it on top of it."""

import json
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from . import cache, container, image, node

_REPORTS = "/var/log/sanitizers"


@dataclass(frozen=True)
class Variant:
    options: list[str]
    # The tree that it is built in, and the compiler there.
    recipe: str = "base"
    compiler: str = "cc"
    # What programs that run in a machine have to have in their environment.
    environment: dict[str, str] = field(default_factory=dict)


VARIANTS = {
    "plain": Variant(["--werror", "--buildtype=debugoptimized"]),
    "sanitized": Variant(
        ["--buildtype=debug", "-Db_sanitize=address,undefined", "-Db_lundef=false"],
        # libubsan writes to standard error, whatever its log_path (which libasan wants to be the
        # same). So it aborts, and libasan reports that.
        environment={"ASAN_OPTIONS": f"log_path={_REPORTS}/report:handle_abort=1"
                                     ":detect_stack_use_after_return=1",
                     "UBSAN_OPTIONS": f"log_path={_REPORTS}/report:halt_on_error=1:abort_on_error=1"
                                      ":print_stacktrace=1"}),
    # With the Cockpit page.
    "web": Variant(["--werror", "--buildtype=debugoptimized", "-Dweb=enabled"], "web"),
    # Of this one only the fuzz targets are run.
    "fuzz": Variant(["--buildtype=debugoptimized", "-Dfuzz=enabled"], "clang", "clang"),
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

    def compile(self, output=None):
        """Compile what has changed. OUTPUT is a file for what is said, or else standard output."""
        variant = VARIANTS[self.variant]
        tree = str(self._tree())
        if self.variant == "web":
            node.install_modules(output)
        with self._locked():
            stamp = self.path / "tree"
            if not stamp.exists() or stamp.read_text() != tree:
                shutil.rmtree(self.path)
                _remove_orphans()
                (self.path.parent / "source").write_text(str(cache.SOURCE))
                self._run(["env", f"CC={variant.compiler}", "meson", "setup", "--prefix=/usr",
                           "--sysconfdir=/etc", "--localstatedir=/var", "--wrap-mode=nodownload", "-Dexamples=true",
                           *variant.options, "/build", "/source"], output)
                stamp.write_text(tree)
            self._run(["ninja", "--quiet", "-C", "/build"], output)

    def unit_tests(self, pattern: str) -> list[str]:
        """The names of the unit tests that contain PATTERN."""
        known = json.loads((self.path / "meson-info" / "intro-tests.json").read_text())
        return sorted({test["name"] for test in known if pattern in test["name"]})

    def run_unit_tests(self, names: list[str], output=None) -> tuple[Path, bool]:
        """Run these unit tests. Returns the JUnit file with what came of them, and if all was well.

        A program that fails beside its tests (a leak that a sanitizer found) has none in the file.
        """
        results = self.path / "meson-logs" / "testlog.junit.xml"
        results.unlink(missing_ok=True)
        meson = self._run(["meson", "test", "-C", "/build", "--no-rebuild", "--print-errorlogs",
                           *names], output, check=False)
        return results, meson.returncode == 0

    def install(self, upper: Path, output=None) -> list[Path]:
        """Install into the new directory UPPER.

        Returns the read-only trees of a machine's root, topmost first.
        """
        upper.mkdir()
        with self._locked():
            self._run(["/install", self.variant], output, upper)
        return [upper, self._tree()]

    def fuzz(self, target: str, folder: Path, options: list[str], output) -> bool:
        """Run a fuzz target until its time is up, or until it finds something, which is put into FOLDER.

        FOLDER also keeps the inputs that reached more of the code, for the next time.
        """
        (folder / "corpus").mkdir(exist_ok=True)
        seeds = f"/source/tests/fuzz/corpus/{target.removeprefix('fuzz-')}"
        with cache.Scratch("fuzz") as scratch:
            upper = scratch.path / "upper"
            upper.mkdir()
            run = container.run(
                [self._tree()], upper,
                [f"--bind-ro={cache.SOURCE}:/source", f"--bind-ro={self.path}:/build",
                 f"--bind={folder}:/fuzz", f"/build/tests/fuzz/{target}", *options,
                 "-artifact_prefix=/fuzz/finding-", "/fuzz/corpus", seeds],
                stdout=output, stderr=subprocess.STDOUT)
        return run.returncode == 0

    def _tree(self) -> Path:
        return image.tree(self.suite, VARIANTS[self.variant].recipe)

    def _locked(self):
        return cache.locked(f"build-{cache.CLONE}-{self.name}")

    def _run(self, command: list[str], output, upper: Path | None = None,
             check=True) -> subprocess.CompletedProcess:
        environment = VARIANTS[self.variant].environment if upper else {}
        with cache.Scratch("build") as scratch:
            if upper is None:
                upper = scratch.path / "upper"
                upper.mkdir()
            result = container.run(
                [self._tree()], upper,
                [f"--bind-ro={cache.SOURCE}:/source", f"--bind={self.path}:/build",
                 f"--bind-ro={Path(__file__).with_name('install')}:/install",
                 *(f"--setenv={name}={value}" for name, value in environment.items()), *command],
                stdout=output, stderr=subprocess.STDOUT if output else None)
        if check and result.returncode != 0:
            raise BuildError(
                f"{self.name}: {' '.join(command)}: exit status {result.returncode}")
        return result


def sanitizer_reports(upper: Path) -> list[str]:
    """What the sanitizers found in the machine whose topmost tree is UPPER."""
    reports = upper / _REPORTS.lstrip("/")
    return [path.read_text(errors="replace") for path in sorted(reports.glob("report*"))]


def _remove_orphans():
    """Remove the build directories of clones that are no more."""
    for path in cache.directory("build").iterdir():
        source = path / "source"
        if source.exists() and not Path(source.read_text()).exists():
            shutil.rmtree(path, ignore_errors=True)
