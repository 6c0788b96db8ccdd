"""Figures about invoices and subscriptions, for staff."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import Case, Count, F, Q, Sum, Value, When

from shop.billing.models import Invoice, Subscription
from shop.billing.periods import MONTHS, add_months
from shop.catalogue.intervals import Interval


@dataclass(frozen=True)
class MonthTotals:
    """The sums issued in a month, in cents of one currency; credit notes are taken off."""

    invoices: int
    credit_notes: int
    net_cents: int
    vat_cents: int
    gross_cents: int


def monthly_recurring_revenue(day: date) -> dict[str, int]:
    """The net cents a month, by currency, of the paid subscriptions that run on `day`.

    Of a yearly price it is the twelfth part; discounts that count on the day are taken off.
    """
    discounted = Q(discount_ends_on=None) | Q(discount_ends_on__gt=day)
    net = F("list_cents") - Case(When(discounted, then=F("discount_cents")), default=Value(0))
    running = Subscription.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=day), started_on__lte=day, ended_at=None
    )
    sums = running.order_by().values_list("currency", "interval").annotate(cents=Sum(net))
    revenue: defaultdict[str, Fraction] = defaultdict(Fraction)
    for currency, interval, cents in sums.filter(list_cents__gt=0):
        revenue[currency] += Fraction(cents, MONTHS[Interval(interval)])
    return {currency: round(cents) for currency, cents in sorted(revenue.items())}


def net_by_day(first: date, last: date) -> dict[tuple[date, str], int]:
    """The net cents issued from `first` to `last`, by day and currency; credit notes taken off."""
    sign = Case(When(kind=Invoice.Kind.CREDIT_NOTE, then=Value(-1)), default=Value(1))
    issued = Invoice.objects.filter(issued_on__gte=first, issued_on__lte=last).order_by()
    sums = issued.values_list("issued_on", "currency").annotate(net=Sum(F("net_cents") * sign))
    return {(day, currency): cents for day, currency, cents in sums}


def month_totals(year: int, month: int) -> dict[str, MonthTotals]:
    """The totals of what was issued in a month, by currency."""
    first = date(year, month, 1)
    issued = Invoice.objects.filter(issued_on__gte=first, issued_on__lt=add_months(first, 1))
    note = Q(kind=Invoice.Kind.CREDIT_NOTE)
    sign = Case(When(note, then=Value(-1)), default=Value(1))
    rows = issued.order_by("currency").values_list("currency")
    return {
        currency: MonthTotals(*numbers)
        for currency, *numbers in rows.annotate(
            invoices=Count("pk", filter=~note),
            notes=Count("pk", filter=note),
            net=Sum(F("net_cents") * sign),
            vat=Sum(F("vat_cents") * sign),
            gross=Sum(F("gross_cents") * sign),
        )
    }
