"""Run the steps of one order that is claimed, and end in the state that follows from them.

Each step commits by itself, as soon as it is done. `batches.py` is the faster way, for orders with
which nothing has gone wrong.
"""

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from shop.orders.models import State
from shop.packing.attempts import finish, retry_later
from shop.packing.delivered import delivered_keys, save_delivered
from shop.packing.models import Packing, StepRecord
from shop.packing.outcomes import NeedsCorrection, NeedsHuman, RetryLater
from shop.packing.step_names import Step, configured_steps, recorded_steps, step_key
from shop.worker.leases import LeaseLostError, fence, lease_end

logger = logging.getLogger(__name__)

TRANSIENT = (OSError, OperationalError, InterfaceError)


def run_steps(record: Packing, beat: Callable[[], None] = lambda: None) -> None:
    """Run the remaining steps of a claimed order, calling `beat` before each.

    Does not raise: the outcome is in the rows afterwards.
    """
    try:
        if not record.last_step:
            # Committed first: if the worker dies at this order, it counts as an attempt.
            fence(record, last_step=next(iter(recorded_steps()), ""))
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
    for step in configured_steps():
        if step.gate:
            record.last_step = ""
            step.run(order)
        elif step.name not in done:
            beat()
            record.last_step = step.name
            _run_step(record, step)


def _run_step(record: Packing, step: Step) -> None:
    order, seconds = record.order, settings.PACKING_LEASE_SECONDS
    if step.calls_out:
        # No transaction is open while another system answers: it would block every writer.
        fence(record, lease_until=lease_end(seconds), last_step=step.name)
        step.run(order, step_key(order, step.name))
    with transaction.atomic():
        fence(record, lease_until=lease_end(seconds), last_step=step.name)
        try:
            StepRecord.objects.create(order=order, name=step.name)
        except IntegrityError as error:
            # The fence comes first; should it ever fail, this keeps a step from counting twice.
            raise LeaseLostError from error
        if not step.calls_out:
            before = delivered_keys(order)
            step.run(order)
            save_delivered(order, before)
