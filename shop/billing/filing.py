"""Make the files of invoices that were issued, each under a lease on its row."""

import logging
import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from time import monotonic

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from shop.billing.invoice_files import keep_originals
from shop.billing.models import Invoice, InvoiceDispatch
from shop.billing.rendering import Rendered, RenderingError, render, render_all
from shop.billing.signals import invoice_filed
from shop.worker.leases import LeaseLostError, backoff, claim, release
from shop.worker.shutdown import is_shutting_down

logger = logging.getLogger(__name__)

BATCH = 10  # invoices, made by one process
AT_MOST = 15  # seconds; the next wake-up, a second later, goes on
WAITS = [30.0, 120.0, 600.0, 3600.0]  # seconds; the last one for ever, as an invoice must go out


def make_files(beat: Callable[[], None]) -> None:
    """Make the files of all invoices that are due, the longest waiting first."""
    until = monotonic() + AT_MOST
    while batch := _claim():
        beat()
        for dispatch, made in zip(batch, _render(batch, beat), strict=True):
            beat()
            _end(dispatch, made)
        if monotonic() > until or is_shutting_down():
            return


def try_now(invoice: Invoice) -> bool:
    """Have the files of an invoice made at once; False where they are made, or are being made."""
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    waiting = InvoiceDispatch.objects.filter(free, invoice=invoice, filed_at=None)
    return bool(waiting.update(next_attempt_at=now, attempts=0))


def _due() -> QuerySet[InvoiceDispatch]:
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    return InvoiceDispatch.objects.filter(free, next_attempt_at__lte=now, filed_at=None)


def _claim() -> list[InvoiceDispatch]:
    pks = list(_due().order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:BATCH])
    if not pks:
        return []
    token = uuid.uuid4()
    claimed = claim(_due(), pks, seconds=settings.INVOICE_FILES_LEASE_SECONDS, token=token)
    return list(claimed.select_related("invoice").order_by("pk"))


def _render(
    batch: Sequence[InvoiceDispatch], beat: Callable[[], None]
) -> list[Rendered | RenderingError]:
    try:
        return render_all([dispatch.invoice for dispatch in batch], beat=beat)
    except RenderingError as error:
        if len(batch) == 1:
            return [error]
    # One of them stopped the process: make each in one of its own.
    made: list[Rendered | RenderingError] = []
    for dispatch in batch:
        beat()
        try:
            made.append(render(dispatch.invoice))
        except RenderingError as error:
            made.append(error)
    return made


def _end(dispatch: InvoiceDispatch, made: Rendered | RenderingError) -> None:
    """Store what was made and say so; or note the error, and when to try again."""
    if isinstance(made, RenderingError):
        text = "Making the files of %s failed: %s"
        logger.error(text, dispatch.invoice, made, exc_info=made.__cause__)
        _try_again(dispatch, made)
        return
    try:
        keep_originals(dispatch.invoice, made)
        with transaction.atomic():
            release(dispatch, filed_at=timezone.now(), next_attempt_at=None, last_error="")
            invoice_filed.send(InvoiceDispatch, invoice=dispatch.invoice)
    except LeaseLostError:
        logger.warning("Lost the lease of the files of %s.", dispatch.invoice)
    except Exception as error:
        # The invoice is issued all the same; staff see the error.
        logger.exception("Storing the files of %s failed.", dispatch.invoice)
        _try_again(dispatch, error)


def _try_again(dispatch: InvoiceDispatch, error: Exception) -> None:
    wait = backoff(min(dispatch.attempts, len(WAITS)), WAITS) or timedelta()
    said = f"{type(error).__name__}: {error}"
    try:
        release(dispatch, next_attempt_at=timezone.now() + wait, last_error=said)
    except LeaseLostError:
        logger.warning("Lost the lease of the files of %s.", dispatch.invoice)
