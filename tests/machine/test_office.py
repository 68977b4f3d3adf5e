# SPDX-License-Identifier: LGPL-2.1-or-later
"""An exported history goes through a spreadsheet and comes out as it was."""

import csv
import io
import subprocess

import pytest

from harness import cache, container, image
from test_export import FORMULAS, HOSTILE, TITLE

pytestmark = pytest.mark.limit(900, "the first time, a tree with LibreOffice is made")

# Of LibreOffice's CSV filter: comma, double quote, UTF-8, from line 1 on. Then how cells are taken: as text (2), the
# choice of who opens a table of texts; and for what it writes: quote all text.
_READ = "44,34,76,1,{}"
_WRITE = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true"
_AS_TEXT = "/".join(f"{column}/2" for column in range(1, 7))


@pytest.fixture(scope="module")
def exported(alice):
    """A history as people get it, with what names and infos can be made of to break a table."""
    ids = [alice.sh('systemd-notify --status="$1"', text, name=text) for text in HOSTILE + FORMULAS]
    alice.wait_all(ids)
    text = alice.jobsctl("export", "--output=-", "--quiet").stdout
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == TITLE and len(rows) == len(ids) + 1
    return text, rows


def through_the_spreadsheet(text: str, how: str) -> list[list[str]]:
    """Opened by LibreOffice, and saved by it."""
    with cache.Scratch("office") as scratch:
        upper = scratch.path / "upper"
        (upper / "work").mkdir(parents=True)
        (upper / "work" / "history.csv").write_text(text, newline="")
        result = container.run(
            [image.tree(image.host_suite(), "office")], upper,
            ["--setenv=HOME=/work", "soffice", "--headless", f"--infilter=CSV:{_READ.format(how)}",
             "--convert-to", _WRITE, "--outdir", "/work/saved", "/work/history.csv"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
        saved = upper / "work" / "saved" / "history.csv"
        assert saved.exists(), result.stdout
        with open(saved, newline="", encoding="utf-8") as file:
            return list(csv.reader(file))


def test_every_cell_survives(exported):
    text, rows = exported
    assert through_the_spreadsheet(text, _AS_TEXT) == rows


def test_no_cell_becomes_a_formula(exported):
    """Also for who opens it without a thought: a name is shown as it stands there, apostrophe and all."""
    text, rows = exported
    saved = {row[2] for row in through_the_spreadsheet(text, "")}
    for formula in FORMULAS:
        assert f"'{formula}" in saved
