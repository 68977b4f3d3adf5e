# SPDX-License-Identifier: LGPL-2.1-or-later
"""An exported history goes through a spreadsheet and comes out as it was."""

import csv
import io
import subprocess
from xml.etree import ElementTree

import pytest

from harness import cache, container, image
from test_export import HARMLESS, NAMES, TITLE

pytestmark = pytest.mark.limit(900, "the first time, a tree with LibreOffice is made")

# Of LibreOffice's CSV filter: where it divides, double quote, UTF-8, from line 1 on. Then how cells are taken: as text
# (2), the choice of who opens a table of texts.
_READ = "CSV:{},34,76,1,{}"
_AS_TEXT = "/".join(f"{column}/2" for column in range(1, 7))
# What makes the most of a file: blanks are taken away, and formulas are read as such.
_AS_ANYTHING = ",,false,true,,true,,true"
# For what it writes: quote all text.
_WRITE = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true"

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


@pytest.fixture(scope="module")
def exported(alice):
    """A history as people get it, with what names and infos can be made of to break a table."""
    ids = [alice.sh('systemd-notify --status="$1"', text, name=text) for text in NAMES]
    alice.wait_all(ids)
    text = alice.jobsctl("export", "--output=-", "--quiet").stdout
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == TITLE and len(rows) == len(ids) + 1
    return text, rows


def converted(data: bytes, name: str, to: str, *options: str) -> bytes:
    """A file of this name, opened by LibreOffice, and saved as something else."""
    with cache.Scratch("office") as scratch:
        upper = scratch.path / "upper"
        (upper / "work").mkdir(parents=True)
        (upper / "work" / name).write_bytes(data)
        result = container.run(
            [image.tree(image.host_suite(), "office")], upper,
            ["--setenv=HOME=/work", "soffice", "--headless", *options,
             "--convert-to", to, "--outdir", "/work/saved", f"/work/{name}"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
        saved = list((upper / "work" / "saved").glob("*"))
        assert len(saved) == 1, result.stdout
        return saved[0].read_bytes()


def through_the_spreadsheet(text: str, how: str) -> list[list[str]]:
    saved = converted(text.encode(), "history.csv", _WRITE, f"--infilter={_READ.format(ord(','), how)}")
    return list(csv.reader(io.StringIO(saved.decode(), newline="")))


def formulas(document: bytes) -> list[str]:
    """Those in a flat OpenDocument file."""
    cells = ElementTree.fromstring(document).iter(f"{_TABLE}table-cell")
    return [cell.get(f"{_TABLE}formula") for cell in cells if cell.get(f"{_TABLE}formula")]


def paragraph(element: ElementTree.Element) -> str:
    """Its text, in which an element stands for several blanks."""
    return (element.text or "") + "".join(
        (" " * int(child.get(f"{_TEXT}c", 1)) if child.tag == f"{_TEXT}s" else paragraph(child)) + (child.tail or "")
        for child in element)


def sheet_rows(document: bytes) -> list[list[str]]:
    """What a flat OpenDocument file has in its cells: texts, and dates in ISO 8601. Equal neighbours are one element."""
    rows = [[cell.get(f"{_OFFICE}date-value") or "\n".join(map(paragraph, cell.iter(f"{_TEXT}p")))
             for cell in row.iter(f"{_TABLE}table-cell")
             for _ in range(min(int(cell.get(f"{_TABLE}number-columns-repeated", 1)), 100))]
            for row in ElementTree.fromstring(document).iter(f"{_TABLE}table-row")]
    return [row for row in rows if any(row)]


def test_every_cell_survives(exported):
    text, rows = exported
    assert through_the_spreadsheet(text, _AS_TEXT) == rows


def test_no_cell_becomes_a_formula(exported):
    """Also for who opens it without a thought: a name is shown as it stands there, apostrophe and all."""
    text, rows = exported
    saved = {row[2] for row in through_the_spreadsheet(text, "")}
    assert set(HARMLESS.values()) <= saved


@pytest.mark.parametrize("divider", [",", ";", "\t"])
def test_no_divider_makes_formulas(alice, exported, divider):
    read = f"--infilter={_READ.format(ord(divider), _AS_ANYTHING)}"
    assert formulas(converted(exported[0].encode(), "history.csv", "fods", read)) == []
    raw = alice.jobsctl("export", "--raw", "--output=-", "--quiet").stdout
    assert bool(formulas(converted(raw.encode(), "history.csv", "fods", read))) == (divider != "\t")


def test_a_workbook_has_texts_and_dates(alice, exported):
    """LibreOffice opens what jobsctl has made for Excel, and sees what the CSV file has."""
    _, rows = exported
    alice.jobsctl("export", "--output=history.xlsx")
    document = converted(alice.file("history.xlsx").read_bytes(), "history.xlsx", "fods")
    assert formulas(document) == []
    shown = sheet_rows(document)
    assert [row[2] for row in shown] == ["jobName", *(job["Name"] for job in alice.list_jobs())]
    for row, (start, end, *_) in zip(shown[1:], rows[1:], strict=True):
        assert row[:2] == [start[:19], end[:19]]
