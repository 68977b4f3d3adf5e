# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records as a CSV file of AtoM's template for ISAD(G): its columns, and a reader that says where a mistake is."""

import csv
from pathlib import Path

import catalogue

# In the template's order; releases of AtoM differ in the accession and the checksum.
TEMPLATE = """
    legacyId parentId qubitParentSlug accessionNumber identifier title levelOfDescription extentAndMedium repository
    archivalHistory acquisition scopeAndContent appraisal accruals arrangement accessConditions
    reproductionConditions language script languageNote physicalCharacteristics findingAids locationOfOriginals
    locationOfCopies relatedUnitsOfDescription publicationNote digitalObjectPath digitalObjectURI
    digitalObjectChecksum generalNote subjectAccessPoints placeAccessPoints nameAccessPoints genreAccessPoints
    descriptionIdentifier institutionIdentifier rules descriptionStatus levelOfDetail revisionHistory
    languageOfDescription scriptOfDescription sources archivistNote publicationStatus physicalObjectName
    physicalObjectLocation physicalObjectType alternativeIdentifiers alternativeIdentifierLabels eventDates
    eventTypes eventStartDates eventEndDates eventActors eventActorHistories culture
""".split()

_NAMES = ("legacyId", "parentId", "qubitParentSlug", "identifier")
_REQUIRED = ("identifier", "title", "levelOfDescription")
# The catalogue has no place for what the others say.
_READ = (*_NAMES, "title", "levelOfDescription", "scopeAndContent", "eventDates", "publicationStatus")


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
                    yield line, _record(line, header, row)
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
    for column in header:
        if column not in TEMPLATE:
            raise catalogue.Refused(f"line 1: wrong header, {column!r} is no column of the template")
        if header.count(column) > 1:
            raise catalogue.Refused(f"line 1: wrong header, {column} is there twice")
    if missing := [column for column in _REQUIRED if column not in header]:
        raise catalogue.Refused(f"line 1: wrong header, it lacks {', '.join(missing)}")


def _record(line: int, header: list[str], row: list[str]) -> dict[str, str]:
    if len(row) != len(header):
        raise catalogue.Refused(f"line {line}: {len(row)} columns, not {len(header)}")
    given = dict(zip(header, map(str.strip, row)))
    record = {column: given.get(column, "") for column in _READ}
    # They are printed when the record is spoken of.
    for column in _NAMES:
        if not record[column].isprintable():
            raise catalogue.Refused(f"line {line}: {column} has characters that cannot be printed")
    if not record["identifier"]:
        raise catalogue.Refused(f"line {line}: identifier is empty")
    for column, allowed in ("levelOfDescription", catalogue.LEVELS), ("publicationStatus", catalogue.STATUSES):
        _check_term(line, column, record, allowed)
    dates = map(str.strip, record["eventDates"].split("|"))
    # NULL keeps an event without a date in its place among the columns of events.
    record["eventDates"] = ", ".join(date for date in dates if date not in ("", "NULL"))
    return record


def _check_term(line: int, column: str, record: dict[str, str], allowed: tuple[str, ...]):
    """Terms are found in any case, and kept as the catalogue has them."""
    value = record[column]
    record[column] = value.lower()
    if value and value.lower() not in allowed:
        raise catalogue.Refused(f"line {line}: {column} is {value!r}, not {' or '.join(allowed)}")
