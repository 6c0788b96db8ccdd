"""Pack one order: claim it, do its steps, end in the state that is true."""

import logging
import random
import uuid
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from shop.orders.models import Order, State
from shop.orders.states import move
from shop.packing.models import Packing, StepRecord
from shop.packing.outcomes import LeaseLost, Mend, NeedsHuman

logger = logging.getLogger(__name__)

FIRST_WAIT = 10  # seconds before the second try; each later one waits four times as long


def pack(order: Order) -> None:
    """Pack `order` if nobody else has claimed it; whatever happens is in our rows afterwards."""
    record = _claim(order)
    if record is None:
        return
    try:
        _try(order, record)
    except LeaseLost:
        logger.warning("Lost the lease of %s: somebody else works on it.", order)


def give_back(order: Order, record: Packing, *, error: str) -> None:
    """End a try that failed: another one after a growing gap, or a person after the last.

    Raises LeaseLost where the lease is not `record`'s any more.
    """
    if record.attempts >= settings.PACKING_MAX_ATTEMPTS:
        _end(order, record, State.NEED_HUMAN, fault="tries_used_up", error=error)
        return
    wait = FIRST_WAIT * 4 ** (record.attempts - 1) * random.uniform(0.8, 1.2)  # noqa: S311
    next_try = timezone.now() + timedelta(seconds=wait)
    _end(order, record, State.PENDING, error=error, next_try=next_try)


def step_name(path: str) -> str:
    """The name by which a step is recorded and shown: the last part of its dotted path."""
    return path.rpartition(".")[2]


def _claim(order: Order) -> Packing | None:
    now = timezone.now()
    with transaction.atomic():
        if not move(order, State.PACKING, packing_began_at=order.packing_began_at or now):
            return None
        record, _created = Packing.objects.get_or_create(order=order)
        # Counted before the work: a worker that is killed has tried, too.
        record.attempts += 1
        record.lease_token = uuid.uuid4()
        record.lease_until = now + timedelta(seconds=settings.PACKING_LEASE_SECONDS)
        record.next_try = None
        record.save()
    return record


def _try(order: Order, record: Packing) -> None:
    try:
        _do_steps(order, record)
    except LeaseLost:
        raise
    except Mend as outcome:
        _end(order, record, State.HAS_PACKING_ERRORS, fault=outcome.code)
    except NeedsHuman as outcome:
        _end(order, record, State.NEED_HUMAN, fault=outcome.code)
    except Exception as error:
        logger.exception("Packing %s failed.", order)
        give_back(order, record, error=f"{type(error).__name__}: {error}")
    else:
        _end(order, record, State.PACKED)


def _do_steps(order: Order, record: Packing) -> None:
    if order.product.is_manual and not order.approved_at and not order.project_id:
        raise NeedsHuman("manual_tier")
    done = set(StepRecord.objects.filter(order=order).values_list("name", flat=True))
    for path in settings.PACKING_STEPS:
        name = step_name(path)
        if name in done:
            continue
        record.last_step = name
        step: Callable[[Order], None] = import_string(path)
        with transaction.atomic():
            _fence(
                record,
                lease_until=timezone.now() + timedelta(seconds=settings.PACKING_LEASE_SECONDS),
            )
            StepRecord.objects.create(order=order, name=name)
            step(order)


def _fence(record: Packing, **changes: object) -> None:
    """Write `changes` if the lease is still ours. Raises LeaseLost."""
    if not Packing.objects.filter(pk=record.pk, lease_token=record.lease_token).update(**changes):
        raise LeaseLost


def _end(
    order: Order, record: Packing, state: State, *, fault: str = "", error: str = "", **more: object
) -> None:
    with transaction.atomic():
        _fence(
            record,
            lease_token=None,
            lease_until=None,
            last_step=record.last_step,
            last_error=error,
            **more,
        )
        if not move(order, state, fault=fault):
            raise LeaseLost
