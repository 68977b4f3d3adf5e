# SPDX-License-Identifier: LGPL-2.1-or-later
"""What README tells to do, word for word, on a Debian that has nothing of it yet."""

import re
import shutil

import pytest

from harness import cache, image
from machine import Machine

DOWNLOADS = cache.SOURCE / "tools/harness/fresh/downloads"


@pytest.fixture
def debian(request):
    if request.config.getoption("variant") != "plain":
        pytest.skip("it is about what is built there")
    with Machine([image.tree(request.config.getoption("suite"), "fresh")]) as machine:
        machine.boot()
        yield machine


def block(title: str) -> str:
    """The first block of commands below a title."""
    return re.search(rf"^## {title}\n.*?^```\n(.*?)^```$", (cache.SOURCE / "README.md").read_text(), re.M | re.S)[1]


def test_it_names_the_packages_that_the_next_test_has():
    packages = re.search(r"apt-get install (.*?)\n(?! )", block("Install it"), re.S)[1].replace("\\\n", " ").split()
    assert sorted(packages) == sorted(DOWNLOADS.read_text().split())


@pytest.mark.limit(420, "installs a compiler, and compiles all of it")
def test_who_does_what_it_says_has_a_jobsd_that_runs_jobs(debian):
    shutil.copytree(cache.SOURCE, debian.path("/root/jobsd"),
                    ignore=shutil.ignore_patterns(".git", "node_modules"))
    debian.run(["bash", "-euxc", f"cd jobsd\n{block('Install it')}"], timeout=400)
    debian.run(["useradd", "--create-home", "somebody"])
    run = debian.run(["jobsctl", "run", "--wait", "--", "sh", "-c", "echo hello; exit 7"], "somebody", check=False)
    assert run.returncode == 7
    assert debian.run(["jobsctl", "output", "1"], "somebody").stdout == "hello\n"
