"""Pack a claimed batch: the local steps of several orders, and their ends, in one transaction.

A commit is what an order costs most, and on SQLite one process writes at a time: what is written
together is written faster. An order with which anything goes wrong is undone alone, and then packed
by itself, step by step, as `runner.py` does.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from time import monotonic, thread_time

from django.conf import settings
from django.db import transaction

from shop.access.measurements import Metric, observe
from shop.log_context import about_order, milestones
from shop.orders.models import State
from shop.packing.attempts import finish_all, reload
from shop.packing.delivered import delivered_keys, save_delivered
from shop.packing.models import Packing, StepRecord
from shop.packing.runner import run_steps
from shop.packing.step_names import Step, configured_steps
from shop.packing.step_runner import StepOutcome
from shop.tracing import work_on
from shop.worker.leases import LeaseLostError, lease_end

logger = logging.getLogger(__name__)

# Orders in one transaction.
TOGETHER = 10
# Seconds of work after which a transaction takes no further order: meanwhile nobody else writes on
# SQLite, and on PostgreSQL nobody changes the users and projects of its orders. Of CPU, as small
# transactions would make a starved machine slower still.
HOLD = 0.05
# Seconds after which an order is packed by itself: nothing tells meanwhile that the worker is well.
TOO_LONG = 1.0


class TakesLongError(Exception):
    """The steps of an order take long for a transaction that others wait for."""


def run_batch(records: Iterable[Packing], beat: Callable[[], None]) -> None:
    """Pack claimed orders, all of one claim, calling `beat` between two transactions.

    Does not raise: the outcomes are in the rows afterwards. No step may call another system.
    """
    waiting: deque[Packing] = deque()
    by_itself: list[Packing] = []
    for record in sorted(records, key=_by_shared_rows):
        (by_itself if record.alone else waiting).append(record)
    while waiting:
        beat()
        by_itself += _pack_some(waiting)
    for record in by_itself:
        beat()
        try:
            # As it was claimed: a step that was undone may have set something on the order.
            run_steps(reload(record), beat)
        except LeaseLostError:
            logger.warning("Lost the lease of %s: somebody else works on it.", record.order)


def _by_shared_rows(record: Packing) -> tuple[int, str, int]:
    """Sort orders by the rows that they may share with others: their project, and their user.

    So two batches mostly lock these in the same order. Where they deadlock all the same, PostgreSQL
    ends one of the two orders, which is then packed by itself.
    """
    order = record.order
    return order.project_id or 0, order.user_email or "", order.pk


def _pack_some(waiting: deque[Packing]) -> list[Packing]:
    """Take orders from `waiting` and pack them in one transaction; return those that it undid."""
    some = list(islice(waiting, TOGETHER))
    taken: list[Packing] = []
    try:
        with transaction.atomic():
            _fence(some)
            undone = _pack_together(some, taken)
    except Exception as error:  # noqa: BLE001 -- told when it happens again, to one of them
        undone = taken = taken or some
        logger.info("%d orders are packed one by one: %s", len(undone), error)
    for record in taken:
        waiting.popleft()
        if record not in undone:
            with about_order(record.order):
                milestones.info("%s is %s.", record.order, State.PACKED)
    return undone


def _pack_together(records: Sequence[Packing], taken: list[Packing]) -> list[Packing]:
    steps = configured_steps()
    done = _done(records)
    packed: list[Packing] = []
    undone: list[Packing] = []
    until = thread_time() + HOLD
    for record in records:
        if taken and thread_time() > until:
            break
        taken.append(record)
        try:
            with work_on(record.order, "pack"), transaction.atomic():
                _run_steps(record, steps, done.get(record.pk, set()))
        except Exception:  # noqa: BLE001 -- told when it happens again, to this order alone
            undone.append(record)
        else:
            packed.append(record)
    if packed:
        StepRecord.objects.bulk_create(
            StepRecord(order=record.order, name=step.name)
            for record in packed
            for step in steps
            if not step.gate and step.name not in done.get(record.pk, set())
        )
        finish_all(packed, "" if steps[-1].gate else steps[-1].name)
    return undone


def _run_steps(record: Packing, steps: Sequence[Step], done: set[str]) -> None:
    order, until = record.order, monotonic() + TOO_LONG
    before = delivered_keys(order)
    took: dict[str, float] = {}
    for step in steps:
        if step.gate or step.name not in done:
            began = monotonic()
            step.run(order)
            if not step.gate:
                took[step.name] = monotonic() - began
            if monotonic() > until:
                raise TakesLongError
    save_delivered(order, before)
    for name, seconds in took.items():
        observe(Metric.STEPS, seconds, name, StepOutcome.DONE)


def _fence(records: Sequence[Packing]) -> None:
    """Hold the leases of `records` until the transaction ends. Raises LeaseLostError."""
    ours = Packing.objects.filter(
        pk__in=[record.pk for record in records], lease_token=records[0].lease_token
    )
    if ours.update(lease_until=lease_end(settings.PACKING_LEASE_SECONDS)) < len(records):
        raise LeaseLostError


def _done(records: Iterable[Packing]) -> dict[int, set[str]]:
    """The names of the steps that are recorded for each order."""
    done: dict[int, set[str]] = {}
    rows = StepRecord.objects.filter(order__in=[record.pk for record in records]).order_by()
    for pk, name in rows.values_list("order", "name"):
        done.setdefault(pk, set()).add(name)
    return done
