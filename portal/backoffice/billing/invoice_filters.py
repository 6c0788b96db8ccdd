"""Filters of the list of invoices: parsed from a query string, with totals."""

from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from portal.backoffice.row_pages import read_key
from shop.billing.balances import with_balance
from shop.billing.models import Invoice
from shop.tenancy.models import Client

# By name: label. An overdue invoice is open as well; this is what staff look for.
STATES: dict[str, StrOrPromise] = {
    "open": pgettext_lazy("invoices", "not due yet"),
    "overdue": _("overdue"),
    "paid": _("paid"),
    "cancelled": pgettext_lazy("invoice", "cancelled"),
}
KINDS: dict[str, StrOrPromise] = {
    "invoice": _("Invoices"),
    "credit_note": _("Credit notes"),
}
FILES: dict[str, StrOrPromise] = {"failing": _("could not be created")}
CHOICES = {"state": STATES, "kind": KINDS, "files": FILES}


class Totals(NamedTuple):
    """The sums of a list of invoices, in cents of one currency; credit notes are taken off."""

    currency: str
    number: int
    net_cents: int
    vat_cents: int
    gross_cents: int
    open_cents: int


@dataclass(frozen=True)
class InvoiceFilter:
    """A filter of the list of invoices; all of them by default."""

    q: str = ""  # a number, or how the client's name goes
    state: str = ""
    kind: str = ""
    files: str = ""
    client: str = ""  # its primary key
    since: str = ""  # days of issue, as ISO 8601
    until: str = ""

    def invoices(self) -> QuerySet[Any]:
        """Return the filtered invoices with their balance, in no order."""
        found = with_balance(Invoice.objects.filter(self._where())).order_by()
        if self.state:
            found = found.filter(kind=Invoice.Kind.INVOICE, state=self.state)
        return found

    def totals(self) -> list[Totals]:
        """Return what the filtered invoices add up to, by currency."""
        sign = Case(When(kind=Invoice.Kind.CREDIT_NOTE, then=Value(-1)), default=Value(1))
        rows = self.invoices().values("currency").annotate(
            number=Count("pk"),
            net=Sum(F("net_cents") * sign),
            vat=Sum(F("vat_cents") * sign),
            gross=Sum(F("gross_cents") * sign),
            to_pay=Sum("open_cents"),
        )  # fmt: skip
        names = ("currency", "number", "net", "vat", "gross", "to_pay")
        return [Totals(*row) for row in rows.order_by("currency").values_list(*names)]

    @property
    def is_narrowed(self) -> bool:
        """Return whether not all invoices are wanted."""
        return any(getattr(self, name) for name in NAMES)

    @cached_property
    def client_row(self) -> Client | None:
        """The client whose invoices are listed, if they are one client's."""
        return Client.objects.filter(pk=int(self.client)).first() if self.client else None

    def as_query(self, **changes: str) -> str:
        """Return the filter as a query string, with `changes`."""
        given = {name: getattr(self, name) for name in NAMES} | changes
        return urlencode([(name, text) for name, text in given.items() if text])

    def _where(self) -> Q:
        where = Q()
        if self.q:
            where &= Q(number__istartswith=self.q) | Q(client__name__icontains=self.q)
        if self.kind:
            where &= Q(kind=self.kind)
        if self.files:
            where &= Q(dispatch__filed_at=None) & ~Q(dispatch__last_error="")
        if self.client:
            where &= Q(client=int(self.client))
        if self.since:
            where &= Q(issued_on__gte=self.since)
        if self.until:
            where &= Q(issued_on__lte=self.until)
        return where


NAMES = tuple(field.name for field in fields(InvoiceFilter))


def parse_invoice_filter(data: QueryDict) -> InvoiceFilter:
    """Parse the filter from a query string, ignoring unknown values."""
    chosen = {name: data.get(name, "") for name in CHOICES if data.get(name) in CHOICES[name]}
    days = {name: read_day(data.get(name, "")) for name in ("since", "until")}
    text = data.get("q", "").replace("\0", "").strip()[:200]
    given: dict[str, Any] = {**chosen, **days, "client": read_key(data.get("client", ""))}
    return InvoiceFilter(q=text, **given)


def read_day(text: str) -> str:
    """Return `text` if it is a day in ISO 8601, else ""."""
    try:
        found: date | None = parse_date(text.strip())
    except ValueError:  # such as the 30th of February
        return ""
    return found.isoformat() if found else ""
