"""The retention table: how long each kind of row is kept, from when on, and why.

The worker's hourly jobs delete what is past its period; `manage.py retention` counts what they have
left. A test holds this table together with the models, the jobs and docs/operators/retention.md.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings

from shop.operations.counted_words import counted


@dataclass(frozen=True)
class Period:
    """A time for which rows are kept that a job deletes; `past` counts those that are past it.

    `setting` names the period, in days or years as its name says; "" where it is `fixed`. `tables`
    are the labels of the models.
    """

    what: str
    tables: tuple[str, ...]
    setting: str
    counted_from: str
    job: str
    reason: str
    past: Callable[[], int]
    fixed: str = ""

    @property
    def length(self) -> str:
        """The period as people read it, such as "90 days"."""
        if self.fixed:
            return self.fixed
        value = getattr(settings, self.setting)
        unit = "year" if self.setting.endswith("_YEARS") else "day"
        return counted(value, unit, f"{unit}s")


@dataclass(frozen=True)
class Kept:
    """Rows that no job deletes, and why."""

    what: str
    tables: tuple[str, ...]
    reason: str


def described(periods: Iterable[Period], kept: Iterable[Kept]) -> str:
    """Return both tables in Markdown, as docs/operators/retention.md has them."""
    lines = [
        "| what | kept for | counted from | setting | why |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {each.what} | {each.length} | {each.counted_from} "
        f"| {f'`{each.setting}`' if each.setting else 'fixed'} | {each.reason} |"
        for each in periods
    ]
    lines += ["", "| kept without a period | why |", "| --- | --- |"]
    lines += [f"| {each.what} | {each.reason} |" for each in kept]
    return "\n".join(lines)
