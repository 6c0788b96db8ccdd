"""The activity as a file: the lines that its page shows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.backoffice.activity.activity_filters import kind_labels, parse_activity_filter
from portal.backoffice.activity.activity_rows import (
    filtered_tables,
    read_place,
    rows_after,
    write_place,
)
from portal.backoffice.activity.activity_words import Line, lines_of
from portal.backoffice.exports import export_sources
from portal.backoffice.exports.export_sources import ExportSource
from portal.backoffice.exports.spreadsheets import Cell, CellKind, Column, empty_cell
from portal.backoffice.models import Export


@dataclass(frozen=True)
class LineColumn(Column):
    """A column whose cells are read from a line of the activity."""

    value: Callable[[Line], Cell] = empty_cell
    permission: str = ""


def _changes(line: Line) -> Cell:
    return "\n".join(f"{label}: {old} → {new}" for label, old, new in line.changes)


COLUMNS = (
    LineColumn("at", _("When"), CellKind.TIME, lambda line: line.at.isoformat()),
    LineColumn("who", _("Who"), CellKind.TEXT, lambda line: line.who),
    LineColumn("kind", _("Kind"), CellKind.TEXT, lambda line: str(kind_labels()[line.kind])),
    LineColumn("what", _("What"), CellKind.TEXT, lambda line: line.what),
    LineColumn("about", _("About"), CellKind.TEXT, lambda line: line.about),
    LineColumn("note", _("Details"), CellKind.TEXT, lambda line: line.note),
    LineColumn("changes", _("Changes"), CellKind.TEXT, _changes),
)


class ActivityExport(ExportSource):
    """The activity that the user may see, the newest first."""

    permission = "orders.export_order"
    formats = (Export.Format.XLSX, Export.Format.CSV)
    sets: ClassVar = {"all": (_("All columns"), tuple(column.key for column in COLUMNS))}
    span = ("from", "to")
    span_label = _("When")
    title = _("Activity")
    columns = COLUMNS

    def __init__(self, query: str, user: Any) -> None:
        super().__init__(query, user)
        self.wanted = parse_activity_filter(QueryDict(query), user)
        self.query = self.wanted.as_query()

    def batch(self, place: str, keys: Sequence[str]) -> tuple[list[Any], str]:
        """Return the next lines."""
        found = rows_after(self.wanted, read_place(place), export_sources.AT_ONCE)
        lines = lines_of([row for _place, row in found], self.user)
        is_full = len(found) == export_sources.AT_ONCE
        return lines, write_place(found[-1][0]) if is_full else ""

    def is_small(self) -> bool:
        """Read at most SMALL + 1 rows of each table."""
        most = export_sources.SMALL + 1
        return sum(rows[:most].count() for rows in filtered_tables(self.wanted).values()) < most

    def count(self) -> int:
        """Return the number of lines."""
        return sum(rows.count() for rows in filtered_tables(self.wanted).values())
