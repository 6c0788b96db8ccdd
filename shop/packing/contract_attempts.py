"""Attempts at a run of a contract's steps, and how they end."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, assert_never

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from shop.packing.attempt_records import EXHAUSTED, Outcome, record_attempt
from shop.packing.models import ContractRun, ContractStep
from shop.packing.outcomes import NeedsCorrection, NeedsHuman
from shop.packing.step_names import Step, load_step
from shop.packing.step_runner import STOPPED, Attempt, retry_delay
from shop.worker import leases
from shop.worker.leases import release

Kind, State, ErrorKind = ContractRun.Kind, ContractRun.State, ContractRun.ErrorKind
RELATED = ("subscription__client", "subscription__project", "subscription__order")
OF_CHANGE = ("change__subscription__project", "change__product", "change__old_product")


def steps_of(kind: str) -> list[Step]:
    """The steps of a kind of run, in order."""
    match Kind(kind):
        case Kind.ENDING:
            paths: Sequence[str] = settings.ENDING_STEPS
        case Kind.CHANGING:
            paths = settings.CHANGING_STEPS
        case never:
            assert_never(never)
    return [load_step(path) for path in paths]


def in_turn() -> QuerySet[ContractRun]:
    """Runs before which no other of their subscription is to be done: one follows the other."""
    before = ContractRun.objects.filter(
        subscription=OuterRef("subscription"), pk__lt=OuterRef("pk")
    )
    return ContractRun.objects.exclude(Exists(before.exclude(state=State.DONE)))


def due() -> QuerySet[ContractRun]:
    """Runs to work on now, the longest due first; also those whose worker has died."""
    now = timezone.now()
    # All of them are in one small index; a run under a lease was due when it was claimed.
    found = in_turn().filter(state__in=(State.WAITING, State.RUNNING), next_attempt_at__lte=now)
    free = Q(state=State.WAITING) | Q(lease_until__lt=now)
    return found.filter(free).order_by("next_attempt_at", "pk")


def claim(run: ContractRun) -> ContractRun | None:
    """Claim a waiting run for PACKING_LEASE_SECONDS; None where somebody else was faster."""
    free = in_turn().filter(state=State.WAITING, next_attempt_at__lte=timezone.now())
    seconds = settings.PACKING_LEASE_SECONDS
    claimed = leases.claim(free, [run.pk], seconds=seconds, state=State.RUNNING, last_step="")
    return claimed.select_related(*RELATED, *OF_CHANGE).first()


def reclaim(run: ContractRun) -> None:
    """End the attempt of a worker that died, if its lease has expired. Raises LeaseLostError."""
    with transaction.atomic():
        if leases.reclaim(run):
            run.refresh_from_db()
            ContractAttempt(run).retry(error=STOPPED, kind=ErrorKind.PASSING)


class ContractAttempt(Attempt[ContractRun]):
    """An attempt at a run over a subscription that ends, or over a change of its tier."""

    def __init__(self, run: ContractRun) -> None:
        self.row, self.steps = run, steps_of(run.kind)
        self.subject = run.change if run.kind == Kind.CHANGING else run.subscription

    def done(self) -> set[str]:
        """Return the names of the run's steps that are recorded."""
        return set(ContractStep.objects.filter(run=self.row).values_list("name", flat=True))

    def record(self, name: str) -> None:
        """Record a step of the run."""
        ContractStep.objects.create(run=self.row, name=name)

    def key(self, name: str) -> str:
        """Return the idempotency key of a step: the same at each call of this run."""
        order_hash = uuid.UUID(self.row.subscription.order.order_hash)
        # No step of packing has such a name, so their keys differ.
        return str(uuid.uuid5(order_hash, f"{self.row.kind} {self.row.pk} {name}"))

    def finish(self) -> None:
        """Have the run done."""
        now, failed_before = timezone.now(), self.row.attempts > 1 or self.row.last_error
        with transaction.atomic():
            release(self.row, state=State.DONE, done_at=now, last_error="", last_error_kind="")
            if failed_before:
                record_attempt(self.row, Outcome.DONE, step=self.row.last_step)

    def stop(self, outcome: NeedsCorrection | NeedsHuman) -> None:
        """Have the run wait for staff."""
        ended = Outcome.DECISION if isinstance(outcome, NeedsHuman) else Outcome.CORRECTION
        error = outcome.staff or outcome.code
        self._wait_for_staff(ended, error, ErrorKind.PERSON, outcome.code)

    def retry(self, *, error: str, kind: str, wait: float | None = None) -> None:
        """Have the run tried again; after the last attempt it waits for staff."""
        delay = retry_delay(self.row.attempts, wait)
        if delay is None:
            self._wait_for_staff(Outcome.GIVEN_UP, error, kind, EXHAUSTED)
        else:
            self._wait(delay, Outcome.RETRY, error, kind, EXHAUSTED)

    def pause(self, until: datetime) -> None:
        """Have the run wait for a moment; all that it has done so far went well."""
        self._wait(until - timezone.now(), Outcome.WAITS, attempts=0)

    def _wait(
        self,
        delay: timedelta,
        ended: Outcome,
        error: str = "",
        kind: str = "",
        fault: str = "",
        **more: Any,
    ) -> None:
        more |= {"state": State.WAITING, "next_attempt_at": timezone.now() + delay}
        self._end(ended, error, kind, fault, **more)

    def _wait_for_staff(self, ended: Outcome, error: str, kind: str, fault: str) -> None:
        self._end(ended, error, kind, fault, state=State.NEED_HUMAN)

    def _end(self, ended: Outcome, error: str, kind: str, fault: str = "", **changes: Any) -> None:
        told = {"last_error": error, "last_error_kind": kind, "last_step": self.row.last_step}
        with transaction.atomic():
            release(self.row, **told, **changes)
            record_attempt(
                self.row,
                ended,
                step=self.row.last_step,
                fault=fault,
                error=error,
                kind=kind,
                by_another=error == STOPPED,
            )
