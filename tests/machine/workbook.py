# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads an Excel workbook as strictly as Excel does, with what Python has: what is no good XML is an error."""

import datetime
import io
import re
import zipfile
from dataclasses import dataclass
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_EPOCH = datetime.datetime(1899, 12, 30)

Value = str | float | datetime.datetime | None


@dataclass(frozen=True)
class Sheet:
    name: str
    rows: list[list[Value]]
    frozen_rows: int
    filter: str
    widths: list[float]


def read(data: bytes) -> list[Sheet]:
    """The sheets, with dates as local time. Fails at formulas, links and all else that an export has not."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        parts = {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}
    formats = _formats(parts["xl/styles.xml"])
    targets = {relation.get("Id"): relation.get("Target") for relation in parts["xl/_rels/workbook.xml.rels"]}
    return [_sheet(sheet.get("name"), parts[f"xl/{targets[sheet.get(_RELATION)]}"], formats)
            for sheet in parts["xl/workbook.xml"].iter(f"{_MAIN}sheet")]


def _formats(styles: ElementTree.Element) -> list[str]:
    """The format of numbers of each style of cells."""
    codes = {element.get("numFmtId"): element.get("formatCode") for element in styles.iter(f"{_MAIN}numFmt")}
    return [codes.get(style.get("numFmtId"), style.get("numFmtId"))
            for style in styles.find(f"{_MAIN}cellXfs")]


def _sheet(name: str, root: ElementTree.Element, formats: list[str]) -> Sheet:
    assert not list(root.iter(f"{_MAIN}f")) and not list(root.iter(f"{_MAIN}hyperlink"))
    pane, autofilter = root.find(f".//{_MAIN}pane"), root.find(f"{_MAIN}autoFilter")
    columns = list(root.iter(f"{_MAIN}col"))
    rows = [_row(row, formats) for row in root.iter(f"{_MAIN}row")]
    return Sheet(name, rows, int(pane.get("ySplit")), autofilter.get("ref"), [float(c.get("width")) for c in columns])


def _row(row: ElementTree.Element, formats: list[str]) -> list[Value]:
    values = []
    for cell in row:
        letters = re.match("[A-Z]+", cell.get("r")).group()
        index = sum((ord(letter) - 64) * 26 ** power for power, letter in enumerate(reversed(letters))) - 1
        values += [None] * (index - len(values)) + [_value(cell, formats)]
    return values


def _value(cell: ElementTree.Element, formats: list[str]) -> Value:
    if cell.get("t") == "inlineStr":
        return _unescape("".join(text.text or "" for text in cell.iter(f"{_MAIN}t")))
    assert cell.get("t") in (None, "n")
    value = cell.find(f"{_MAIN}v")
    if value is None:
        return None
    number = float(value.text)
    if formats[int(cell.get("s", 0))].startswith("yyyy"):
        return _EPOCH + datetime.timedelta(seconds=round(number * 86400))
    return number


def _unescape(text: str) -> str:
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)
