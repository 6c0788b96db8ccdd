"""Run the steps of an order that is claimed, and end in the state that follows from them."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils.module_loading import import_string

from shop.orders.models import Order, State
from shop.packing.attempts import finish, lease_end, retry_later
from shop.packing.models import Packing, StepRecord
from shop.packing.outcomes import NeedsCorrection, NeedsHuman, RetryLater
from shop.packing.step_names import Step, calls_out, is_gate, step_key, step_name
from shop.worker.leases import LeaseLostError, fence

logger = logging.getLogger(__name__)

TRANSIENT = (OSError, OperationalError, InterfaceError)


def run_steps(record: Packing, beat: Callable[[], None] = lambda: None) -> None:
    """Run the remaining steps of a claimed order, calling `beat` before each.

    Does not raise: the outcome is in the rows afterwards.
    """
    try:
        _attempt(record, beat)
    except LeaseLostError:
        logger.warning("Lost the lease of %s: somebody else works on it.", record.order)


def _attempt(record: Packing, beat: Callable[[], None]) -> None:
    try:
        _run_steps(record, beat)
    except LeaseLostError:
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
        # Waiting for a decision is not an error: no kind.
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
    done = set(StepRecord.objects.filter(order=order).values_list("name", flat=True))
    for path in settings.PACKING_STEPS:
        step, name = import_string(path), step_name(path)
        if is_gate(step):
            record.last_step = ""
            step(order)
        elif name not in done:
            beat()
            record.last_step = name
            _run_step(record, step, name)


def _run_step(record: Packing, step: Step, name: str) -> None:
    order = record.order
    begun: dict[str, Any] = {"lease_until": lease_end(), "last_step": name}
    if calls_out(step):
        # No transaction is open while another system answers: it would block every writer.
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
        # The fence comes first; should it ever fail, this keeps a step from counting twice.
        raise LeaseLostError from error
