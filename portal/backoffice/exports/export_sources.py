"""Sources of exports: the rows of a filter, read in batches that can be gone on with later."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from portal.backoffice.billing.billing_access import HANDLE
from portal.backoffice.billing.invoice_filters import parse_invoice_filter
from portal.backoffice.exports import invoice_columns, order_columns
from portal.backoffice.exports.invoice_columns import lines_of
from portal.backoffice.exports.order_columns import RELATED, rows_of
from portal.backoffice.exports.spreadsheets import Cell, Column
from portal.backoffice.models import Export
from portal.backoffice.queue.filters import parse
from portal.backoffice.queue.keyset_paging import positions
from portal.backoffice.row_pages import read_key
from shop.orders.cursors import read_cursor, write_cursor
from shop.orders.models import Order
from shop.tenancy.models import User

AT_ONCE = 500  # rows of one batch; no cursor stays open between batches
SMALL = 5_000  # rows that are written while the browser waits

Format = Export.Format


class ExportSource(ABC):
    """The rows that a user exports, by a filter's query string."""

    permission: ClassVar[str]
    formats: ClassVar[tuple[Format, ...]]
    # By name: a choice of columns for a purpose.
    sets: ClassVar[Mapping[str, tuple[StrOrPromise, Sequence[str]]]]
    # The parameters of the filter that name a span of days, both inclusive, and its label.
    span: ClassVar[tuple[str, str]]
    span_label: ClassVar[StrOrPromise]
    title: ClassVar[StrOrPromise]
    columns: ClassVar[Sequence[Any]]
    for_programs: ClassVar[Sequence[Any]] = ()
    query: str

    def __init__(self, query: str, user: User) -> None:
        self.user = user

    @abstractmethod
    def batch(self, place: str, keys: Sequence[str]) -> tuple[list[Any], str]:
        """Return up to AT_ONCE items after `place`, and the place to go on from.

        Both are "" at the ends of the list. `keys` are the columns that will be read.
        """

    @abstractmethod
    def is_small(self) -> bool:
        """Return whether there are at most SMALL rows, without counting further."""

    @abstractmethod
    def count(self) -> int:
        """Return the number of orders or invoices: reads all of them."""

    def allowed(self) -> list[Any]:
        """Return the columns that the user may export."""
        return [
            column
            for column in self.columns
            if not column.permission or self.user.has_perm(column.permission)
        ]

    def chosen(self, file_format: str, keys: Sequence[str]) -> list[Any]:
        """Return the columns `keys` as far as they are allowed; for programs all of theirs."""
        if file_format == Format.JSON_LINES:
            return list(self.for_programs)
        return [column for column in self.allowed() if column.key in keys]

    def cells(self, columns: Sequence[Any], items: Sequence[Any]) -> list[list[Cell]]:
        """Return the cells of `items` in `columns`."""
        return [[column.value(item) for column in columns] for item in items]

    def rows(self, columns: Sequence[Column]) -> Iterator[list[Cell]]:
        """Yield all rows, each once, even if others change meanwhile."""
        keys, place = [column.key for column in columns], ""
        while True:
            items, place = self.batch(place, keys)
            yield from self.cells(columns, items)
            if not place:
                return


class OrderExport(ExportSource):
    """The orders of a filter of the queue, oldest first."""

    permission = "orders.export_order"
    formats = (Format.XLSX, Format.CSV, Format.JSON_LINES)
    sets: ClassVar = {
        "accounting": (
            _("Accounting: prices, VAT, billing details, invoices"),
            order_columns.ACCOUNTING,
        ),
        "support": (_("Support: person, project, state, attempts"), order_columns.SUPPORT),
        "all": (_("All columns"), tuple(order_columns.BY_KEY)),
    }
    span = ("from", "to")
    span_label = _("Placed")
    title = _("Orders")
    columns = order_columns.COLUMNS
    for_programs = order_columns.FOR_PROGRAMS

    def __init__(self, query: str, user: User) -> None:
        super().__init__(query, user)
        wanted = parse(QueryDict(query), user)
        # The group is spelt out: days alone would find orders of all groups.
        self.query = wanted.as_query(show=wanted.group, sort="", columns="", view="")
        self.wanted = replace(parse(QueryDict(self.query), user), sort="oldest")

    def batch(self, place: str, keys: Sequence[str]) -> tuple[list[Any], str]:
        """Return the next orders with what belongs to them."""
        found = positions(self.wanted, read_cursor(place), AT_ONCE)
        pks = [pk for _when, pk in found]
        there = Order.objects.select_related(*RELATED).in_bulk(pks)
        rows = rows_of([there[pk] for pk in pks if pk in there], keys)
        return rows, write_cursor(found[-1]) if len(found) == AT_ONCE else ""

    def is_small(self) -> bool:
        """Read at most SMALL + 1 positions, by the filter's index."""
        return len(positions(self.wanted, None, SMALL + 1)) <= SMALL

    def count(self) -> int:
        """Return the number of orders."""
        return self.wanted.orders().count()


class InvoiceExport(ExportSource):
    """The lines of the filtered invoices and credit notes, oldest first."""

    permission = HANDLE
    formats = (Format.XLSX, Format.CSV)
    sets: ClassVar = {
        "all": (
            _("All columns, a line for each invoice and rate"),
            tuple(column.key for column in invoice_columns.COLUMNS),
        )
    }
    span = ("since", "until")
    span_label = _("Issued")
    title = _("Invoices")
    columns = invoice_columns.COLUMNS

    def __init__(self, query: str, user: User) -> None:
        super().__init__(query, user)
        wanted = parse_invoice_filter(QueryDict(query))
        self.query = wanted.as_query()
        self.found = wanted.invoices().select_related("corrects")

    def batch(self, place: str, keys: Sequence[str]) -> tuple[list[Any], str]:
        """Return the lines of the next invoices."""
        last = read_key(place) or "0"
        invoices = list(self.found.filter(pk__gt=last).order_by("pk")[:AT_ONCE])
        after = str(invoices[-1].pk) if len(invoices) == AT_ONCE else ""
        return list(lines_of(invoices)), after

    def is_small(self) -> bool:
        """Read at most SMALL + 1 keys."""
        return self.found.order_by("pk").values("pk")[: SMALL + 1].count() <= SMALL

    def count(self) -> int:
        """Return the number of invoices."""
        return int(self.found.count())
