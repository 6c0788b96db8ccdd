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
from shop.packing.naming import step_name
from shop.packing.outcomes import LeaseLost, Mend, NeedsHuman

logger = logging.getLogger(__name__)

# A step that calls another system says so: `step.calls_out = True`. It may be called twice for
# one order, so it hands on a key that stays the same, such as the order's hash.
Step = Callable[[Order], None]


def pack(pk: int) -> None:
    """Pack the order `pk` if it is due and nobody else has claimed it.

    Whatever happens is in our rows afterwards.
    """
    claimed = _claim(pk)
    if claimed is None:
        return
    order, record = claimed
    try:
        _try(order, record)
    except LeaseLost:
        logger.warning("Lost the lease of %s: somebody else works on it.", order)


def give_back(order: Order, record: Packing, *, error: str) -> None:
    """End an attempt that failed: another one after a growing gap, or a person after the last.

    Raises LeaseLost where the lease is not `record`'s any more.
    """
    if record.attempts >= settings.PACKING_MAX_ATTEMPTS:
        _end(order, record, State.NEED_HUMAN, fault="tries_used_up", error=error)
        return
    growth = 4 ** (record.attempts - 1)
    wait = settings.PACKING_RETRY_SECONDS * growth * random.uniform(0.8, 1.2)  # noqa: S311
    next_try = timezone.now() + timedelta(seconds=wait)
    _end(order, record, State.PENDING, error=error, next_try=next_try)


def take_back(record: Packing) -> None:
    """End the attempt of a worker that died: its lease is over, and nobody has renewed it."""
    with transaction.atomic():
        over = Packing.objects.filter(
            pk=record.pk, lease_token=record.lease_token, lease_until__lt=timezone.now()
        )
        if not over.update(last_step=next_step(record.order)):
            return
        record.refresh_from_db()
        give_back(record.order, record, error="The worker stopped in the middle.")


def next_step(order: Order) -> str:
    """The first step of `order` that is not done; empty where all are."""
    done = set(StepRecord.objects.filter(order=order).values_list("name", flat=True))
    names = map(step_name, settings.PACKING_STEPS)
    return next((name for name in names if name not in done), "")


def _claim(pk: int) -> tuple[Order, Packing] | None:
    orders = Order.objects.select_related(
        "product", "token_user", "member", "delivered_client", "delivered_project__product"
    )
    order = orders.filter(pk=pk, state=State.PENDING, complete=True).first()
    if order is None:
        return None
    now = timezone.now()
    with transaction.atomic():
        if not move(order, State.PACKING, packing_began_at=order.packing_began_at or now):
            return None
        record, _created = Packing.objects.get_or_create(order=order)
        if record.next_try and record.next_try > now:
            # Another worker has tried since we read the order, and it is to wait.
            transaction.set_rollback(True)
            return None
        # Counted before the work: a worker that is killed has tried, too.
        record.attempts += 1
        record.lease_token = uuid.uuid4()
        record.lease_until = now + timedelta(seconds=settings.PACKING_LEASE_SECONDS)
        record.next_try = None
        record.save()
        # Anew, now that it is ours: what was delivered meanwhile must be seen.
        order = orders.get(pk=pk)
    return order, record


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
        _do_step(order, record, import_string(path), name)


def _do_step(order: Order, record: Packing, step: Step, name: str) -> None:
    lease_until = timezone.now() + timedelta(seconds=settings.PACKING_LEASE_SECONDS)
    if getattr(step, "calls_out", False):
        # No transaction is open while another system answers: it would hold up everybody.
        _fence(record, lease_until=lease_until)
        step(order)
        with transaction.atomic():
            _fence(record, lease_until=lease_until)
            StepRecord.objects.create(order=order, name=name)
        return
    with transaction.atomic():
        _fence(record, lease_until=lease_until)
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
