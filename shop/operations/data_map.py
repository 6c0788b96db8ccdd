"""The data map: what the database holds about people, where, what for, and for how long.

`manage.py data_map` prints it, as docs/operators/privacy.md has it. A test places an order, has it
delivered, billed and asked about, then searches every column of every table for the people.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.apps import apps

from shop.operations.kept_rows import KEPT
from shop.operations.retention_periods import PERIODS
from shop.operations.retention_table import Period

# Legal bases, by the letters of Art. 6 (1) GDPR.
CONTRACT, LAW, INTEREST = "b", "c", "f"


@dataclass(frozen=True)
class PersonalData:
    """Personal data in one table.

    `people` says whose, `columns` which, `purpose` what for. `bases` are letters of Art. 6 (1) GDPR.
    """

    table: str  # the label of the model, such as "orders.order"
    people: str
    columns: tuple[str, ...]
    purpose: str
    bases: str = CONTRACT

    @property
    def kept(self) -> str:
        """The periods of the retention table for the rows of this one."""
        return "; ".join(dict.fromkeys(_kept(self.table)))


def described(rows: Iterable[PersonalData]) -> str:
    """Return the map as a table in Markdown."""
    lines = [
        "| what | whose | columns | what for | basis | kept |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for each in rows:
        model = apps.get_model(each.table)
        columns = ", ".join(f"`{name}`" for name in each.columns)
        bases = ", ".join(each.bases)
        lines.append(
            f"| {model._meta.verbose_name!s} (`{model._meta.db_table}`) | {each.people} "  # noqa: SLF001 -- documented
            f"| {columns} | {each.purpose} | {bases} | {each.kept} |"
        )
    return "\n".join(lines)


def _kept(table: str) -> Iterator[str]:
    for period in PERIODS:
        if table in period.tables:
            yield _of_period(period)
    if any(table in kept.tables for kept in KEPT):
        yield "[no fixed period](retention.md)"


def _of_period(period: Period) -> str:
    is_duration = period.length[0].isdigit()
    return f"{period.length} from {period.counted_from}" if is_duration else period.length
