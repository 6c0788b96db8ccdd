"""Changes of the APIs, for partners: entries by day, newest first.

`changelog.json` holds them. An id is the entry's anchor and its name in the feed: never change one.
"""

import json
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

KINDS = ("added", "changed", "deprecated", "removed", "fixed")


@dataclass(frozen=True)
class Change:
    """A change, in one English sentence. Names of the wire stand between backticks."""

    id: str
    day: date
    area: str
    kind: str
    text: str

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """The text in pieces, each with True for a name of the wire."""
        return [(piece, bool(n % 2)) for n, piece in enumerate(self.text.split("`")) if piece]

    @property
    def title(self) -> str:
        """The change in one line of plain text."""
        return f"{self.area}, {self.kind}: {self.text.replace('`', '')}"


def _read() -> tuple[Change, ...]:
    rows = json.loads(Path(__file__).with_name("changelog.json").read_text(encoding="utf-8"))
    return tuple(
        Change(row["id"], date.fromisoformat(row["date"]), row["area"], row["kind"], row["text"])
        for row in rows
    )


CHANGES = _read()


def latest() -> date:
    """The day of the newest change: the version of the APIs' description."""
    return CHANGES[0].day


def by_day() -> list[tuple[date, list[Change]]]:
    """The changes of each day, newest first."""
    return [(day, list(changes)) for day, changes in groupby(CHANGES, lambda each: each.day)]
