"""Pack an order that is claimed: do its steps, end in the state that is true."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils.module_loading import import_string

from shop.orders.models import Order, State
from shop.packing.attempts import claim, fence, finish, lease_end, retry_later
from shop.packing.models import Packing, StepRecord
from shop.packing.outcomes import LeaseLost, NeedsCorrection, NeedsHuman, RetryLater
from shop.packing.step_names import step_key, step_name

logger = logging.getLogger(__name__)

Step = Callable[..., None]  # `outcomes` says what it gets and what it may say

TRANSIENT = (OSError, OperationalError, InterfaceError)


def pack(pk: int) -> None:
    """Pack the order `pk` if it is due and nobody else has claimed it."""
    for record in claim([pk]):
        run_steps(record)


def run_steps(record: Packing, beat: Callable[[], None] = lambda: None) -> None:
    """Do what is left to do for a claimed order, calling `beat` before each step.

    Whatever happens is in our rows afterwards.
    """
    try:
        _attempt(record, beat)
    except LeaseLost:
        logger.warning("Lost the lease of %s: somebody else works on it.", record.order)


def calls_out(step: Step) -> bool:
    """Whether a step calls another system."""
    return bool(getattr(step, "calls_out", False))


def _attempt(record: Packing, beat: Callable[[], None]) -> None:
    try:
        _run_steps(record, beat)
    except LeaseLost:
        raise
    except NeedsCorrection as outcome:
        finish(
            record,
            State.HAS_PACKING_ERRORS,
            fault=outcome.code,
            error=outcome.staff or outcome.code,
            kind=Packing.ErrorKind.PERSON,
            customer_text=outcome.customer,
            mendable=list(outcome.members),
        )
    except NeedsHuman as outcome:
        # To wait for a decision is no error.
        finish(record, State.NEED_HUMAN, fault=outcome.code, error=outcome.staff)
    except RetryLater as outcome:
        kind = Packing.ErrorKind.PASSING
        retry_later(record, error=outcome.reason, kind=kind, wait=outcome.seconds)
    except Exception as error:
        logger.exception("Packing %s failed.", record.order)
        kind = Packing.ErrorKind.PASSING if isinstance(error, TRANSIENT) else Packing.ErrorKind.BUG
        retry_later(record, error=f"{type(error).__name__}: {error}", kind=kind)
    else:
        finish(record, State.PACKED)


def _run_steps(record: Packing, beat: Callable[[], None]) -> None:
    order = record.order
    if order.product.is_manual and not order.approved_at and not order.project_id:
        raise NeedsHuman("manual_tier")
    done = set(StepRecord.objects.filter(order=order).values_list("name", flat=True))
    for path in settings.PACKING_STEPS:
        name = step_name(path)
        if name in done:
            continue
        beat()
        record.last_step = name
        _run_step(record, import_string(path), name)


def _run_step(record: Packing, step: Step, name: str) -> None:
    order = record.order
    begun: dict[str, Any] = {"lease_until": lease_end(), "last_step": name}
    if calls_out(step):
        # No transaction is open while another system answers: it would hold up everybody.
        fence(record, **begun)
        step(order, step_key(order, name))
        with transaction.atomic():
            fence(record, lease_until=lease_end())
            _record_step(order, name)
        return
    with transaction.atomic():
        fence(record, **begun)
        _record_step(order, name)
        step(order)


def _record_step(order: Order, name: str) -> None:
    try:
        StepRecord.objects.create(order=order, name=name)
    except IntegrityError as error:
        # The fence comes first; should it ever fail, this is what keeps a step from counting twice.
        raise LeaseLost from error
