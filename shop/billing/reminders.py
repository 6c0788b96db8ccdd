"""Reminders of overdue invoices, in three levels: the worker's hourly job, and its preview."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, QuerySet
from django.utils import timezone

from shop.billing.balances import lock_invoice, with_balance
from shop.billing.bank_statements import proposals_for, unassigned
from shop.billing.models import Invoice
from shop.billing.overdue_cases import LAST_LEVEL, open_case, resolve_paid_cases
from shop.billing.refunds import due_refunds
from shop.billing.reminder_rows import OverdueCase, Reminder
from shop.billing.signals import reminder_due
from shop.worker.row_failures import RowFailures


@dataclass(frozen=True)
class NextReminder:
    """An invoice (with balance) that is reminded of, and the level."""

    invoice: Any
    level: int


def next_reminders(day: date) -> list[NextReminder]:
    """The reminders that a run on `day` writes, the longest overdue first."""
    named = _named_by_entries()
    return [
        NextReminder(invoice, level)
        for invoice in _remindable(day)
        if invoice.pk not in named and (level := _level(invoice, day))
    ]


def remind_due(beat: Callable[[], None]) -> None:
    """Write the reminders that are due, and tell; hourly. Calls `beat` between two."""
    resolve_paid_cases()
    remind_on(timezone.localdate(), beat)


def remind_on(today: date, beat: Callable[[], None]) -> None:
    """Write the reminders of a day, at most one for each invoice.

    Raises RowsFailedError once all had their turn.
    """
    failures = RowFailures()
    for each in next_reminders(today):
        beat()
        failure = failures.logged("The reminder of invoice %s failed.", each.invoice)
        with failure, transaction.atomic():
            lock_invoice(each.invoice)  # of two workers, the second sees what the first wrote
            invoice = _remindable(today).filter(pk=each.invoice.pk).first()
            if invoice is None or _level(invoice, today) != each.level:
                continue
            reminder = Reminder.objects.create(invoice=invoice, level=each.level, sent_on=today)
            reminder_due.send(sender=Reminder, reminder=reminder)
            if each.level == LAST_LEVEL:
                open_case(invoice.client, today)
    failures.tell()


def _remindable(day: date) -> QuerySet[Any]:
    """Overdue invoices that were mailed, of clients whom staff do not spare.

    Nobody is reminded to whom a refund is due.
    """
    spared = OverdueCase.objects.filter(resolved_at=None, wait_until__gte=day)
    overdue = with_balance(
        Invoice.objects.filter(
            kind=Invoice.Kind.INVOICE, due_on__lt=day, dispatch__filed_at__isnull=False
        )
    ).filter(state__in=("open", "overdue"))  # as of today; `day` may be a later one
    last = Reminder.objects.filter(invoice=OuterRef("pk")).order_by("-level")
    remindable: QuerySet[Any] = (
        overdue.exclude(client__billing_profile__reminders_exempt=True)
        .exclude(client__in=spared.values("client"))
        .exclude(client__in=due_refunds().order_by().values("invoice__client"))
        .annotate(reminded=last.values("level")[:1], reminded_on=last.values("sent_on")[:1])
        .select_related("client")
        .order_by("due_on", "pk")
    )
    return remindable


def _level(invoice: Any, day: date) -> int | None:
    """The level that is due on `day`, if any.

    After an outage the levels keep their distance: the client has the time to answer each.
    """
    after = settings.REMIND_INVOICES_AFTER_DAYS
    level = (invoice.reminded or 0) + 1
    if level > len(after):
        return None
    due_on = invoice.due_on + timedelta(days=after[level - 1])
    if invoice.reminded:
        distance = timedelta(days=after[level - 1] - after[level - 2])
        due_on = max(due_on, invoice.reminded_on + distance)
    return level if due_on <= day else None


def _named_by_entries() -> set[int]:
    """Invoices that money names which staff have not assigned yet: it may be paid."""
    return {
        invoice.pk
        for proposal in proposals_for(list(unassigned()))
        for invoice in proposal.invoices
    }
