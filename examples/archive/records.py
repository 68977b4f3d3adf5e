# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records as a CSV file: its columns, and a reader that says in which line a mistake is."""

import csv
from pathlib import Path

import catalogue

COLUMNS = ("referenceCode", "parentReferenceCode", "level", "title", "dates", "scopeAndContent",
           "publicationStatus")


def read(path: Path):
    """Each record as (LINE, {COLUMN: VALUE}). A mistake is Refused, with the line where its record begins."""
    with open(path, "rb") as file:
        rows = csv.reader(_lines(file), strict=True)
        line, header = 1, None
        try:
            header = next(rows, [])
            _check_header(header)
            line = rows.line_num + 1
            for row in rows:
                # An empty line is no record.
                if row:
                    yield line, _record(line, row)
                line = rows.line_num + 1
        except csv.Error as error:
            reason = "a quote is opened and never closed" if "unexpected end" in str(error) else error
            raise catalogue.Refused(f"line {line}: {reason}") from None


def _lines(file):
    for number, line in enumerate(file, 1):
        try:
            # Spreadsheets put a byte order mark before the first.
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise catalogue.Refused(f"line {number}: not UTF-8 text, byte {error.start + 1} is "
                                    f"0x{line[error.start]:02x}") from None


def _check_header(header: list[str]):
    if missing := [column for column in COLUMNS if column not in header]:
        raise catalogue.Refused(f"line 1: wrong header, it lacks {', '.join(missing)}; "
                                f"it has to be {','.join(COLUMNS)}")
    if tuple(header) != COLUMNS:
        raise catalogue.Refused(f"line 1: wrong header, it has to be {','.join(COLUMNS)}")


def _record(line: int, row: list[str]) -> dict[str, str]:
    if len(row) != len(COLUMNS):
        raise catalogue.Refused(f"line {line}: {len(row)} columns, not {len(COLUMNS)}")
    record = dict(zip(COLUMNS, map(str.strip, row)))
    for column, allowed in ("level", catalogue.LEVELS), ("publicationStatus", catalogue.STATUSES):
        if record[column] and record[column] not in allowed:
            raise catalogue.Refused(f"line {line}: {column} is '{record[column]}', not {' or '.join(allowed)}")
    # It is printed when the record is spoken of.
    code = record["referenceCode"]
    if not code or not code.isprintable():
        raise catalogue.Refused(f"line {line}: referenceCode is empty, or has characters that cannot be printed")
    return record
