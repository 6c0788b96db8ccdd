"""Runs of steps at the end of a contract and at a change of its tier: the worker's loop, and staff.

ENDING_STEPS and CHANGING_STEPS name the steps. The runs of one subscription follow each other; one
that waits for staff holds up the later ones.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from shop.log_context import milestones
from shop.packing.contract_attempts import (
    RELATED,
    ContractAttempt,
    State,
    claim,
    due,
    reclaim,
    steps_of,
)
from shop.packing.models import ContractRun, ContractStep
from shop.packing.step_names import step_title
from shop.packing.step_runner import run_attempt
from shop.tenancy.models import User
from shop.tracing import work_on
from shop.worker.leases import LeaseLostError
from shop.worker.shutdown import is_shutting_down
from shop.worker.wake_up import wake

logger = logging.getLogger(__name__)

BATCH = 10
AT_MOST = 20  # seconds; then another wake-up goes on


@dataclass(frozen=True)
class ShownStep:
    """A step of a run as pages show it."""

    name: str
    title: str
    record: ContractStep | None  # None: still to be done, or a gate
    current: bool  # the run has come to it


def run_due(beat: Callable[[], None]) -> None:
    """Work on the runs that are due, calling `beat` between two steps."""
    until = monotonic() + AT_MOST
    while runs := list(due()[:BATCH]):
        for run in runs:
            beat()
            _work_on(run, beat)
            if monotonic() > until or is_shutting_down():
                wake("packing")
                return


def stuck_runs() -> QuerySet[ContractRun]:
    """Runs that wait for staff, the oldest first."""
    found = ContractRun.objects.filter(state=State.NEED_HUMAN)
    return found.select_related(*RELATED, "change").order_by("pk")


def shown_steps(run: ContractRun) -> list[ShownStep]:
    """The steps of a run in order, with what is done."""
    records = {record.name: record for record in run.steps.all()}
    ahead = next((step.name for step in steps_of(run.kind) if step.name not in records), "")
    current = "" if run.state == State.DONE else run.last_step or ahead
    return [
        ShownStep(step.name, step_title(step.name), records.get(step.name), step.name == current)
        for step in steps_of(run.kind)
    ]


def retry_run(run: ContractRun, staff: User) -> bool:
    """Have a run that waits for staff, or for its next attempt, tried again at once.

    Attempts are counted from zero. False where it does neither (any more).
    """
    waiting = ContractRun.objects.filter(pk=run.pk, state__in=(State.NEED_HUMAN, State.WAITING))
    with transaction.atomic():
        now = timezone.now()
        again = {"state": State.WAITING, "attempts": 0, "next_attempt_at": now}
        if not waiting.update(**again, handled_by=staff):
            return False
        wake("packing")
    return True


def skip_step(run: ContractRun, name: str, staff: User) -> bool:
    """Record the step that a run is stuck at as done, without running it, and go on behind it.

    False where the run does not wait for staff at this step (any more), or the step is a gate.
    """
    if name not in [step.name for step in steps_of(run.kind) if not step.gate]:
        return False
    stuck = ContractRun.objects.filter(pk=run.pk, state=State.NEED_HUMAN, last_step=name)
    with transaction.atomic():
        if not stuck.update(last_step="") or not retry_run(run, staff):
            return False
        ContractStep.objects.create(run=run, name=name, skipped_by=staff)
    return True


def _work_on(run: ContractRun, beat: Callable[[], None]) -> None:
    if run.state == State.RUNNING:
        with suppress(LeaseLostError):
            reclaim(run)
        return
    claimed = claim(run)
    if claimed is None:
        return
    with work_on(claimed.subscription.order, f"run of {claimed.kind} steps"):
        try:
            run_attempt(ContractAttempt(claimed), beat)
        except LeaseLostError:
            logger.warning("Lost the lease of %s: somebody else works on it.", claimed)
        else:
            milestones.info("%s is %s.", claimed, claimed.state)
