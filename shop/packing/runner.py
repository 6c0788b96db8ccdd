"""Run the steps of one order that is claimed, and end in the state that follows from them.

`batches.py` is the faster way, for orders with which nothing has gone wrong.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from shop.log_context import milestones
from shop.orders.models import State
from shop.packing.approvals import is_approved
from shop.packing.attempts import finish, pause, retry_later
from shop.packing.delivered import delivered_keys, save_delivered
from shop.packing.models import Packing, StepRecord
from shop.packing.outcomes import NeedsCorrection, NeedsHuman
from shop.packing.step_names import Step, configured_steps, recorded_steps, step_key
from shop.packing.step_runner import Attempt, run_attempt
from shop.tracing import work_on
from shop.worker.leases import LeaseLostError, fence

logger = logging.getLogger(__name__)


def run_steps(record: Packing, beat: Callable[[], None] = lambda: None) -> None:
    """Run the remaining steps of a claimed order, calling `beat` before each.

    Does not raise: the outcome is in the rows afterwards.
    """
    with work_on(record.order, "pack"):
        try:
            if not record.last_step:
                # Committed first: if the worker dies at this order, it counts as an attempt.
                fence(record, last_step=next(iter(recorded_steps()), ""))
            run_attempt(OrderAttempt(record), beat)
        except LeaseLostError:
            logger.warning("Lost the lease of %s: somebody else works on it.", record.order)
        else:
            milestones.info("%s is %s.", record.order, record.order.state)


class OrderAttempt(Attempt[Packing]):
    """An attempt at packing an order."""

    def __init__(self, record: Packing) -> None:
        self.row, self.subject, self.steps = record, record.order, configured_steps()

    def done(self) -> set[str]:
        """Return the names of the steps that are recorded for the order."""
        return set(StepRecord.objects.filter(order=self.subject).values_list("name", flat=True))

    def record(self, name: str) -> None:
        """Record a step of the order."""
        StepRecord.objects.create(order=self.subject, name=name)

    def key(self, name: str) -> str:
        """Return the idempotency key of a step of the order."""
        return step_key(self.subject, name)

    def is_approved(self, code: str) -> bool:
        """Tell whether staff have approved the order for this code."""
        return is_approved(self.subject, code)

    def run_local(self, step: Step) -> None:
        """Run a step, and save what it has delivered."""
        before = delivered_keys(self.subject)
        step.run(self.subject)
        save_delivered(self.subject, before)

    def finish(self) -> None:
        """Have the order packed."""
        finish(self.row, State.PACKED)

    def stop(self, outcome: NeedsCorrection | NeedsHuman) -> None:
        """Have the order wait for a correction, or for a decision."""
        if isinstance(outcome, NeedsHuman):
            # Waiting for a decision is not an error: no kind.
            finish(self.row, State.NEED_HUMAN, fault=outcome.code, error=outcome.staff)
            return
        finish(
            self.row,
            State.HAS_PACKING_ERRORS,
            fault=outcome.code,
            error=outcome.staff or outcome.code,
            kind=Packing.ErrorKind.PERSON,
            customer_text=outcome.customer,
            mendable=list(outcome.members),
        )

    def retry(self, *, error: str, kind: str, wait: float | None = None) -> None:
        """Have the order tried again."""
        retry_later(self.row, error=error, kind=kind, wait=wait)

    def pause(self, until: datetime) -> None:
        """Have the order wait for a moment."""
        pause(self.row, until)
