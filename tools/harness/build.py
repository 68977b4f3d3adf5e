# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compiles jobsd inside a base tree, runs the unit tests there, and installs it on top of it."""

import json
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
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
    target: str = "all"
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
    # With the Cockpit page; the rest is the plain one's.
    "web": Variant(["--werror", "--buildtype=debugoptimized", "-Dweb=enabled", "-Dtests=false"], "web"),
    "fuzz": Variant(["--buildtype=debugoptimized", "-Dfuzz=enabled"], "clang", "clang", target="fuzz"),
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
            self._run(["ninja", "--quiet", "-C", "/build", variant.target], output)

    def unit_tests(self, pattern: str) -> list[str]:
        """The names of the unit tests that contain PATTERN."""
        known = json.loads((self.path / "meson-info" / "intro-tests.json").read_text())
        return sorted({test["name"] for test in known if pattern in test["name"]})

    def run_unit_tests(self, names: list[str], output=None) -> tuple[Path, list[str]]:
        """Run these unit tests. Returns the JUnit file with what came of them, and the names of those that failed.

        A program that fails beside its tests (a leak that a sanitizer found) has no failure in the file.
        """
        logs = self.path / "meson-logs"
        results, log = logs / "testlog.junit.xml", logs / "testlog.json"
        results.unlink(missing_ok=True)
        log.unlink(missing_ok=True)
        meson = self._run(["meson", "test", "-C", "/build", "--no-rebuild", "--print-errorlogs",
                           *names], output, check=False)
        entries = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        failed = [entry["name"].split(" / ")[-1].split(":")[-1] for entry in entries
                  if entry["result"] not in ("OK", "SKIP", "EXPECTEDFAIL")]
        return results, failed or (["meson test"] if meson.returncode != 0 else [])

    def install(self, upper: Path, output=None) -> list[Path]:
        """Install into the new directory UPPER. Returns trees(UPPER)."""
        upper.mkdir()
        with self._locked():
            self._run(["/install", self.variant], output, upper)
        return self.trees(upper)

    def trees(self, upper: Path) -> list[Path]:
        """The read-only trees of a machine's root, topmost first: UPPER is where it was installed."""
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


def show_unit_failures(junit: Path, output):
    """Meson keeps what a test printed on standard output, cmocka's assertions, to itself."""
    if not junit.exists():
        return
    for suite in ElementTree.parse(junit).iter("testsuite"):
        if suite.find("testcase/failure") is not None or suite.find("testcase/error") is not None:
            print(f"{suite.get('name')}:\n{suite.findtext('system-out')}", file=output, flush=True)


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
