"""The end of subscriptions, at 00:00 of the day after their last one: the worker's job.

The end, the credit of what was paid beyond it and the news of it commit together, and begin with a
filtered UPDATE: of two workers one wins, and a process killed at any moment has ended a subscription
wholly or not at all.
"""

import logging
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from shop.billing.balances import with_balance
from shop.billing.contract_cancellation import cancel_contract, write
from shop.billing.holds import has_joined, is_strangers
from shop.billing.models import Invoice, Subscription
from shop.billing.rest_credits import credit_rest
from shop.billing.signals import contract_ends_soon, subscription_ended
from shop.billing.subscription_events import RELATED, record_event
from shop.billing.tier_change_rows import SubscriptionEvent
from shop.compiled_queries import CompiledQuery, Now, Parameter
from shop.tenancy.models import Client, Project, User
from shop.worker.row_failures import RowFailures

logger = logging.getLogger(__name__)

# Subscriptions in one run; the next run, a second later, goes on.
AT_ONCE = 100
RETRY_AFTER = timedelta(hours=1)

due: CompiledQuery[tuple[int]] = CompiledQuery(
    lambda: (
        Subscription.objects.filter(
            Q(end_retry_at=None) | Q(end_retry_at__lte=Now()),
            ended_at=None,
            ends_on__lt=Parameter("day"),
        )
        .order_by("ends_on", "pk")
        .values_list("pk")[:AT_ONCE]
    )
)


def end_due(beat: Callable[[], None]) -> None:
    """End what has had its last day: credit the rest, tell it; its steps follow. Calls `beat`.

    One that fails is tried again each RETRY_AFTER, by whichever worker comes first.
    """
    today = timezone.localdate()
    for (pk,) in due.all(day=today):
        beat()
        try:
            end(pk, today)
        except (OperationalError, InterfaceError):  # the database is away
            raise
        except Exception:  # one that fails must not keep the others from ending
            logger.exception("The end of subscription %s failed.", pk)
            retry_at = timezone.now() + RETRY_AFTER
            Subscription.objects.filter(pk=pk).update(end_retry_at=retry_at)


def failed_ends() -> QuerySet[Subscription]:
    """Subscriptions whose end has failed and is tried again, in no order."""
    over = Subscription.objects.filter(ended_at=None, ends_on__lt=timezone.localdate())
    return over.filter(end_retry_at__isnull=False).order_by()


def end(pk: int, today: date) -> bool:
    """End a subscription whose last day is over; False where it has ended, or goes on after all."""
    with transaction.atomic():
        over = Subscription.objects.filter(pk=pk, ended_at=None, ends_on__lt=today)
        if not over.update(ended_at=timezone.now()):
            return False
        subscription = Subscription.objects.select_related(*RELATED).get(pk=pk)
        if not _owes_an_invoice(subscription):
            write(subscription, next_period_on=None, waits_for="", waits_since=None)
        credit_rest(subscription)
        subscription_ended.send(sender=Subscription, subscription=subscription)
        record_event(subscription, SubscriptionEvent.Kind.ENDED)
    return True


def end_now(
    subscription: Subscription, staff: User, reason: str, *, on: date | None = None
) -> bool:
    """Have a subscription end with today, or with another day, by staff's decision.

    What is owed stays owed, and what was paid for later days is credited. The client cannot take it
    back. False where it has ended.
    """
    last_day = on or timezone.localdate()
    return cancel_contract(subscription, by=staff, ends_on=last_day, for_good=True, reason=reason)


def remind_of_ends(beat: Callable[[], None]) -> None:
    """Tell of contracts that end END_REMINDER_DAYS from now; hourly, each once. Calls `beat`.

    One that was cancelled later than that has just been told of its end. Raises RowsFailedError once
    all had their turn.
    """
    today, failures = timezone.localdate(), RowFailures()
    for days in sorted(settings.END_REMINDER_DAYS):
        ending = Subscription.objects.filter(
            Q(end_told_days=None) | Q(end_told_days__gt=days),
            ended_at=None,
            ends_on__gte=today,
            ends_on__lte=today + timedelta(days=days),
        )
        for subscription in ending.select_related(*RELATED).order_by("pk"):
            beat()
            with failures.logged("The end of subscription %s could not be told.", subscription.pk):
                _remind(subscription, days, today)
    failures.tell()


def _remind(subscription: Subscription, days: int, today: date) -> None:
    ends_on, cancelled_at = subscription.ends_on, subscription.cancelled_at
    if ends_on is None or cancelled_at is None:
        return
    with transaction.atomic():
        untold = Subscription.objects.filter(
            Q(end_told_days=None) | Q(end_told_days__gt=days),
            pk=subscription.pk,
            ended_at=None,
            ends_on=ends_on,
        )
        told_by_cancelling = timezone.localdate(cancelled_at) > ends_on - timedelta(days=days)
        if untold.update(end_told_days=days) and not told_by_cancelling:
            contract_ends_soon.send(
                sender=Subscription, subscription=subscription, days=(ends_on - today).days
            )


def still_needed(client: Client) -> list[str]:
    """The reasons for which a client still needs its client_admin; none: it needs them no more.

    They are "running", "export" and "owed" (contract, "Who is who").
    """
    found = {
        "running": client.subscriptions.filter(ended_at=None).exists(),
        "export": _to_be_exported(client).exists(),
        "owed": _open_invoices(client).exists() or _owed_periods(client).exists(),
    }
    return [reason for reason, holds in found.items() if holds]


def _owes_an_invoice(subscription: Subscription) -> bool:
    """Tell if a period that has begun by the last day waits to be invoiced.

    A stranger's order that nobody has joined by then is not invoiced: nobody can join any more.
    """
    start, ends_on = subscription.next_period_on, subscription.ends_on
    if start is None or (ends_on and start > ends_on):
        return False
    return not is_strangers(subscription) or has_joined(subscription)


def _to_be_exported(client: Client) -> QuerySet[Project]:
    """Projects whose contract has ended, but not the time in which they can be exported."""
    ended = SubscriptionEvent.objects.filter(
        kind=SubscriptionEvent.Kind.ENDED, subscription__project=OuterRef("pk")
    )
    to_be_closed = Q(Exists(ended), export_until=None, erased_at=None)
    in_time = Q(export_until__gte=timezone.localdate())
    return Project.objects.filter(to_be_closed | in_time, client=client)


def _open_invoices(client: Client) -> QuerySet[Any]:
    return with_balance(Invoice.objects.filter(client=client)).filter(state__in=("open", "overdue"))


def _owed_periods(client: Client) -> QuerySet[Subscription]:
    """Subscriptions that have ended, a period of which still waits to be invoiced."""
    return client.subscriptions.filter(ended_at__isnull=False, next_period_on__lte=F("ends_on"))
