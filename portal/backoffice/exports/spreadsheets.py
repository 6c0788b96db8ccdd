"""Files of rows: CSV and Excel workbooks by the reader's conventions, JSON Lines for programs."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from io import StringIO
from typing import IO, Any, assert_never

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise
from xlsxwriter import Workbook

from shop.languages import page_language

# Text that spreadsheets take for a formula, also where they part cells by another separator than the
# file does, or with full-width characters. A leading apostrophe makes it text.
FORMULA = re.compile(r"""(\A|[;,\t]"*)(?=[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])""")
LONGEST_CELL = 32_767  # characters that Excel takes
# A cell as JSON can hold it: cents, a decimal as text, days and times in ISO 8601.
Cell = str | int | bool | None


class CellKind(StrEnum):
    """The meaning of a column's cells, by which they are written."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"  # in cents
    PERCENT = "percent"
    DAY = "day"
    TIME = "time"
    FLAG = "flag"


@dataclass(frozen=True)
class Column:
    """A column of a file: its name for programs, its heading, the meaning of its cells."""

    key: str
    label: StrOrPromise
    kind: CellKind = CellKind.TEXT


@dataclass(frozen=True)
class Conventions:
    """The way in which spreadsheets of a language write numbers and dates."""

    delimiter: str
    decimal: str
    day: str
    time: str
    excel_day: str
    excel_time: str


CONVENTIONS = {
    "de": Conventions(";", ",", "%d.%m.%Y", "%d.%m.%Y %H:%M", "dd.mm.yyyy", "dd.mm.yyyy hh:mm"),
    "en": Conventions(",", ".", "%Y-%m-%d", "%Y-%m-%d %H:%M", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"),
}


def empty_cell(_row: object) -> Cell:
    """Return the cell of a column that was given no value."""
    return None


WIDTHS = {
    CellKind.TEXT: 24,
    CellKind.NUMBER: 10,
    CellKind.MONEY: 12,
    CellKind.PERCENT: 10,
    CellKind.DAY: 12,
    CellKind.TIME: 17,
    CellKind.FLAG: 8,
}


def csv_lines(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield the lines of a CSV file in the active language, its byte order mark first."""
    written = CONVENTIONS[page_language()]

    def line(values: Iterable[object]) -> str:
        text = StringIO()
        csv.writer(text, delimiter=written.delimiter).writerow(values)
        return text.getvalue()

    yield "\ufeff"  # else spreadsheets guess another encoding
    yield line(_safe(str(column.label)) for column in columns)
    kinds = [column.kind for column in columns]
    for row in rows:
        yield line(
            _as_text(value_of(kind, cell), written) for kind, cell in zip(kinds, row, strict=True)
        )


def json_lines(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield an object for each row, by the names of its columns."""
    keys = [column.key for column in columns]
    for row in rows:
        yield json.dumps(dict(zip(keys, row, strict=True)), ensure_ascii=False) + "\n"


def write_workbook(
    file: IO[bytes], columns: Sequence[Column], rows: Iterable[Sequence[Cell]], title: str
) -> None:
    """Write an Excel workbook of one sheet in the active language, row by row.

    Text is never a formula or a link; the heading stays in sight, and can filter.
    """
    written = CONVENTIONS[page_language()]
    # Rows that are written are not kept in memory.
    book = Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet(title[:31])
    bold = book.add_format({"bold": True, "bottom": 1})
    formats = {
        CellKind.MONEY: book.add_format({"num_format": "#,##0.00"}),
        CellKind.PERCENT: book.add_format({"num_format": "0.00"}),
        CellKind.DAY: book.add_format({"num_format": written.excel_day}),
        CellKind.TIME: book.add_format({"num_format": written.excel_time}),
    }
    for place, column in enumerate(columns):
        label = str(column.label)
        sheet.set_column(place, place, max(WIDTHS[column.kind], len(label) + 3))
        sheet.write_string(0, place, label, bold)
    sheet.freeze_panes(1, 0)
    last = 0
    for last, row in enumerate(rows, start=1):
        for place, (column, cell) in enumerate(zip(columns, row, strict=True)):
            _write(sheet, (last, place), value_of(column.kind, cell), formats.get(column.kind))
    sheet.autofilter(0, 0, last, len(columns) - 1)
    book.close()


def value_of(kind: CellKind, cell: Cell) -> Any:
    """Return the value that `cell` stands for; times in the active time zone, without it."""
    if cell is None or cell == "":
        return None
    match kind:
        case CellKind.TEXT:
            return str(cell)
        case CellKind.NUMBER:
            return int(cell)
        case CellKind.MONEY:
            return Decimal(cell) / 100
        case CellKind.PERCENT:
            return Decimal(cell)
        case CellKind.DAY:
            return date.fromisoformat(str(cell))
        case CellKind.TIME:
            return localtime(datetime.fromisoformat(str(cell))).replace(tzinfo=None)
        case CellKind.FLAG:
            return _("yes") if cell else _("no")
        case unknown:
            assert_never(unknown)


def _as_text(value: object, written: Conventions) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return f"{value:{written.time}}"
        case date():
            return f"{value:{written.day}}"
        case Decimal():
            return f"{value:.2f}".replace(".", written.decimal)
        case _number_or_text:
            return _safe(value) if isinstance(value, str) else str(value)


def _safe(text: str) -> str:
    return FORMULA.sub(r"\1'", text)


def _write(sheet: Any, place: tuple[int, int], value: object, style: Any) -> None:
    match value:
        case None:
            return
        case date():  # a datetime is one, too
            sheet.write_datetime(*place, value, style)
        case Decimal() | int():
            sheet.write_number(*place, value, style)
        case _text:
            sheet.write_string(*place, str(value)[:LONGEST_CELL])
