"""Files of exports: written from rows, whether the browser waits or the worker does it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import IO, assert_never

from portal.backoffice.exports.export_sources import ExportSource
from portal.backoffice.exports.spreadsheets import (
    Cell,
    Column,
    csv_lines,
    json_lines,
    write_workbook,
)
from portal.backoffice.models import Export

MOST_IN_WORKBOOK = 200_000  # rows: Excel takes a million, but nobody's patience does
TYPES = {
    Export.Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Export.Format.CSV: "text/csv; charset=utf-8",
    Export.Format.JSON_LINES: "application/x-ndjson",
}


class CountedRows:
    """Rows that are counted as they are read."""

    def __init__(self, rows: Iterable[Sequence[Cell]]) -> None:
        self.rows = rows
        self.number = 0

    def __iter__(self) -> Iterator[Sequence[Cell]]:
        for row in self.rows:
            self.number += 1
            yield row


def write_export(
    file: IO[bytes],
    file_format: str,
    source: ExportSource,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
) -> int:
    """Write `rows` into `file`, in the active language and time zone; return their number."""
    counted = CountedRows(rows)
    match Export.Format(file_format):
        case Export.Format.XLSX:
            write_workbook(file, columns, counted, str(source.title))
        case Export.Format.CSV:
            file.writelines(line.encode() for line in csv_lines(columns, counted))
        case Export.Format.JSON_LINES:
            file.writelines(line.encode() for line in json_lines(columns, counted))
        case unknown:
            assert_never(unknown)
    return counted.number


def file_name(export: Export) -> str:
    """Return the name under which the file of `export` is downloaded."""
    return f"{export.subject}-{export.at:%Y-%m-%d-%H%M}.{export.format}"
