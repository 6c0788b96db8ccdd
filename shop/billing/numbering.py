"""Numbers of invoices and credit notes: without gaps, in the transaction that issues."""

from datetime import date

from django.db.models import F

from shop.billing.models import Invoice, NumberSeries
from shop.row_locks import lock_rows


def next_number(today: date) -> tuple[str, date]:
    """The next number, and the day of issue by whose year it counts (contract, "Invoices").

    Call it in the transaction that issues: rolled back, the number is not taken. Until then others
    wait here. The day is today, but never before that of the last invoice: where a clock was set
    back, numbers and days still go the same way.
    """
    if not lock_rows(NumberSeries.objects.all()):
        # The first number of all. Two at once: one row is written, and the second waits for it.
        _begin_series(today.year)
        lock_rows(NumberSeries.objects.all())
    newest = Invoice.objects.order_by("-issued_on", "-pk").values_list("issued_on", flat=True)
    issued_on = max(today, newest.first() or today)
    of_year = NumberSeries.objects.filter(year=issued_on.year)
    if not of_year.update(last=F("last") + 1):
        # The first of its year. Two at once: one row is written, and both count in it.
        NumberSeries.objects.bulk_create([NumberSeries(year=issued_on.year)], ignore_conflicts=True)
        of_year.update(last=F("last") + 1)
    return f"{issued_on.year}-{of_year.get().last:06d}", issued_on


def _begin_series(year: int) -> None:
    NumberSeries.objects.bulk_create([NumberSeries(year=year)], ignore_conflicts=True)
