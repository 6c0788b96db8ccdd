"""Issue the invoices that are due: the worker's job.

An invoice, its number, what is left to do for it and the subscription's next period are written in
one transaction, which begins with a filtered UPDATE of that period: of two workers one wins, and
a process killed at any moment has issued it wholly or not at all.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import partial

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from shop.access.measurements import Metric, count
from shop.billing.applied_changes import apply_planned_change
from shop.billing.holds import Ready, Selling, ready_or_hold
from shop.billing.invoice_document import InvoiceDocument
from shop.billing.invoice_texts import invoice_document
from shop.billing.models import Invoice, InvoiceDispatch, Subscription
from shop.billing.numbering import next_number
from shop.billing.periods import next_start, period_end
from shop.billing.price_changes import apply_price_change
from shop.billing.signals import invoice_issued
from shop.compiled_queries import CompiledQuery, Parameter
from shop.log_context import about_order, milestones

logger = logging.getLogger(__name__)

# Subscriptions in one run; the next run, a second later, goes on.
AT_ONCE = 100

due: CompiledQuery[tuple[int]] = CompiledQuery(
    lambda: (
        Subscription.objects.filter(waits_for="", next_period_on__lte=Parameter("day"))
        .order_by("next_period_on", "pk")
        .values_list("pk")[:AT_ONCE]
    )
)


def issue_due(beat: Callable[[], None]) -> None:
    """Issue what is due and, as far as we know, waits for nothing; call `beat` between two."""
    today = timezone.localdate()
    if found := due.all(day=today):
        issue_all([pk for (pk,) in found], today, beat)


def issue_waiting(beat: Callable[[], None]) -> None:
    """Look again at all that is due and waits; hourly, in case nobody said what has changed."""
    today = timezone.localdate()
    waiting = Subscription.objects.exclude(waits_for="").filter(next_period_on__lte=today)
    issue_all(list(waiting.order_by("pk").values_list("pk", flat=True)), today, beat)
    if number := waiting.filter(waits_for=Subscription.WaitsFor.SELLER).count():
        logger.error("The seller is incomplete: %s invoices wait for it.", number)


def issue_all(pks: Iterable[int], today: date, beat: Callable[[], None]) -> None:
    """Issue all invoices of these subscriptions that are due by `today`."""
    selling = Selling.now()
    for pk in pks:
        beat()
        try:
            while issue_next(pk, selling, today):
                beat()
        except (OperationalError, InterfaceError):  # the database is away
            raise
        except Exception:  # one that fails must not keep the others from being issued
            logger.exception("The invoice of subscription %s failed.", pk)
            _wait(pk, Subscription.WaitsFor.ERROR, today)


def issue_next(pk: int, selling: Selling, today: date) -> bool:
    """Issue the next invoice of a subscription; False where none is due or something holds it back.

    A period that costs nothing, as the discount takes it all, passes without an invoice.
    """
    this = Subscription.objects.filter(pk=pk)
    # Also of one that has ended: what waited for data is still owed (contract, "Invoices").
    runs = this.filter(next_period_on__lte=today)
    seen = runs.only("anchor_on", "interval", "next_period_on").first()
    if seen is None or (start := seen.next_period_on) is None:
        return False
    following = next_start(seen.anchor_on, seen.interval, start)
    with transaction.atomic():
        if not runs.filter(next_period_on=start).update(next_period_on=following):
            return False
        subscription = _load(pk)
        if subscription.ends_on and start > subscription.ends_on:
            this.update(next_period_on=None)
            return False
        if apply_planned_change(subscription, start):
            if subscription.next_period_on is None:  # it is free from now on
                return False
            following = next_start(subscription.anchor_on, subscription.interval, start)
            this.update(next_period_on=following)
        ready = ready_or_hold(subscription, selling, today)
        if not isinstance(ready, Ready):
            this.update(next_period_on=start)
            _wait(pk, ready, today)
            return False
        if subscription.waits_for:
            this.update(waits_for="", waits_since=None)
        apply_price_change(subscription, start)
        if subscription.net_cents_on(start):
            dispatch(new_invoice(subscription, ready, start, today))
        else:
            logger.info("Nothing is to be paid for subscription %s from %s on.", pk, start)
    return True


def dispatch(invoice: Invoice) -> None:
    """Save an invoice or credit note with what is left to do for it, and tell that it is issued."""
    invoice.save(force_insert=True)
    InvoiceDispatch.objects.create(invoice=invoice, next_attempt_at=timezone.now())
    invoice_issued.send(sender=Invoice, invoice=invoice)
    transaction.on_commit(partial(_told, invoice))


def _told(invoice: Invoice) -> None:
    count(Metric.INVOICES, invoice.kind)
    with about_order(invoice.subscription.order):
        milestones.info("%s is issued.", invoice)


def kept_until(issued_on: date) -> date:
    """The last day on which an invoice is kept: the end of a year (contract, "Invoices")."""
    return date(issued_on.year + settings.KEEP_INVOICES_YEARS, 12, 31)


def new_invoice(subscription: Subscription, ready: Ready, start: date, today: date) -> Invoice:
    """An invoice of the period that begins on `start`, with the next number, to be dispatched."""
    end = period_end(subscription.anchor_on, subscription.interval, start)
    document = invoice_document(subscription, ready, start, end)
    return invoice_of(subscription, ready, document, start=start, end=end, today=today)


def invoice_of(
    subscription: Subscription,
    ready: Ready,
    document: InvoiceDocument,
    *,
    start: date,
    end: date,
    today: date,
) -> Invoice:
    """An invoice with the next number, to be dispatched; both days of its period are inclusive."""
    number, issued_on = next_number(today)
    (total,) = document.totals
    return Invoice(
        number=number,
        client=subscription.client,
        subscription=subscription,
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=ready.selling.seller.due_days),
        period_start=start,
        period_end=end,
        language=subscription.order.language,
        recipient=ready.profile.email or subscription.client.client_admin.email,
        currency=subscription.currency,
        net_cents=total.net_cents,
        vat_cents=total.vat_cents,
        gross_cents=total.net_cents + total.vat_cents,
        document=document.model_dump(mode="json"),
        keep_until=kept_until(issued_on),
    )


def _load(pk: int) -> Subscription:
    related = ("order", "client__client_admin", "client__billing_profile", "project", "product")
    return Subscription.objects.select_related(*related).get(pk=pk)


def _wait(pk: int, reason: Subscription.WaitsFor, today: date) -> None:
    """Write why the subscription waits, and since when it does so for this reason."""
    others = Subscription.objects.filter(pk=pk).exclude(waits_for=reason)
    others.update(waits_for=reason, waits_since=today)
