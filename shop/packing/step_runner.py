"""Run the steps of a row that is claimed, and end the attempt as they say.

Orders (`runner.py`) and runs of a contract's steps (`contract_attempts.py`) share this. Each step
commits by itself, as soon as it is done.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from random import uniform
from time import monotonic
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone

from shop.access.measurements import Metric, observe
from shop.packing.models import StepWork
from shop.packing.outcomes import NeedsCorrection, NeedsHuman, NotBefore, RetryLater
from shop.packing.step_names import Step
from shop.worker.leases import LeaseLostError, backoff, fence, lease_end

logger = logging.getLogger(__name__)

TRANSIENT = (OSError, OperationalError, InterfaceError)
STOPPED = "The worker stopped in the middle."
ASK_AGAIN = timedelta(days=1)  # about a moment that a step waits for

Row = TypeVar("Row", bound=StepWork)


class StepOutcome(StrEnum):
    """The outcomes by which `/metrics` counts steps."""

    DONE = "done"
    WAITS = "waits"  # for a moment; nothing is wrong
    PASSING = "passing"
    BUG = "bug"
    PERSON = "person"  # somebody must act
    LOST = "lost"  # another worker has taken over


class Attempt(ABC, Generic[Row]):
    """An attempt at a claimed row: its steps, their records, and how it may end."""

    row: Row
    subject: Any  # the steps get it
    steps: Sequence[Step]

    @abstractmethod
    def done(self) -> set[str]:
        """Return the names of the steps that are recorded."""

    @abstractmethod
    def record(self, name: str) -> None:
        """Record a step as done. Raises IntegrityError where it is recorded."""

    @abstractmethod
    def key(self, name: str) -> str:
        """Return the idempotency key of a step that calls another system."""

    def is_approved(self, code: str) -> bool:
        """Tell whether staff have approved what a gate asks by this code."""
        return False

    def run_local(self, step: Step) -> None:
        """Run a step that writes to our database only."""
        step.run(self.subject)

    @abstractmethod
    def finish(self) -> None:
        """End the attempt: all steps are done. Raises LeaseLostError, as all ends do."""

    @abstractmethod
    def stop(self, outcome: NeedsCorrection | NeedsHuman) -> None:
        """End the attempt: a person must act."""

    @abstractmethod
    def retry(self, *, error: str, kind: str, wait: float | None = None) -> None:
        """End the attempt: another one follows, or a person after the last; see `retry_delay`."""

    @abstractmethod
    def pause(self, until: datetime) -> None:
        """End the attempt without counting it: the next one follows at a moment."""


def run_attempt(attempt: Attempt[Any], beat: Callable[[], None]) -> None:
    """Run the remaining steps, calling `beat` before each, and end the attempt.

    Raises LeaseLostError alone: the outcome is in the rows afterwards.
    """
    try:
        _run_steps(attempt, beat)
    except LeaseLostError:
        raise
    except (NeedsCorrection, NeedsHuman) as outcome:
        attempt.stop(outcome)
    except NotBefore as outcome:
        attempt.pause(min(outcome.moment, timezone.now() + ASK_AGAIN))
    except RetryLater as outcome:
        kind = StepWork.ErrorKind.PASSING
        attempt.retry(error=outcome.reason, kind=kind, wait=outcome.seconds)
    except Exception as error:
        logger.exception("The steps of %s failed.", attempt.subject)
        kinds = StepWork.ErrorKind
        kind = kinds.PASSING if isinstance(error, TRANSIENT) else kinds.BUG
        attempt.retry(error=f"{type(error).__name__}: {error}", kind=kind)
    else:
        attempt.finish()


def retry_delay(attempts: int, wait: float | None = None) -> timedelta | None:
    """The time to wait after the last of `attempts` has failed; None: a person is asked.

    It is `wait` seconds or up to a fifth more; without `wait` PACKING_RETRY_SECONDS, and four times
    as long after each further attempt.
    """
    retries = range(settings.PACKING_MAX_ATTEMPTS - 1)
    delay = backoff(attempts, [settings.PACKING_RETRY_SECONDS * 4**n for n in retries])
    if delay is None or wait is None:
        return delay
    return timedelta(seconds=max(wait, 1) * uniform(1, 1.2))  # noqa: S311 -- no secret


def _run_steps(attempt: Attempt[Any], beat: Callable[[], None]) -> None:
    done = attempt.done()
    for step in attempt.steps:
        if step.gate:
            attempt.row.last_step = ""
            _pass_gate(attempt, step)
        elif step.name not in done:
            beat()
            attempt.row.last_step = step.name
            _run_step(attempt, step)


def _pass_gate(attempt: Attempt[Any], gate: Step) -> None:
    try:
        gate.run(attempt.subject)
    except NeedsHuman as question:
        if not attempt.is_approved(question.code):
            raise


def _run_step(attempt: Attempt[Any], step: Step) -> None:
    began, outcome = monotonic(), StepOutcome.DONE
    try:
        _do_step(attempt, step)
    except NotBefore:
        outcome = StepOutcome.WAITS
        raise
    except (RetryLater, *TRANSIENT):
        outcome = StepOutcome.PASSING
        raise
    except (NeedsCorrection, NeedsHuman):
        outcome = StepOutcome.PERSON
        raise
    except LeaseLostError:
        outcome = StepOutcome.LOST
        raise
    except Exception:
        outcome = StepOutcome.BUG
        raise
    finally:
        observe(Metric.STEPS, monotonic() - began, step.name, outcome)


def _do_step(attempt: Attempt[Any], step: Step) -> None:
    row, seconds = attempt.row, settings.PACKING_LEASE_SECONDS
    if step.calls_out:
        # No transaction is open while another system answers: it would block every writer.
        fence(row, lease_until=lease_end(seconds), last_step=step.name)
        step.run(attempt.subject, attempt.key(step.name))
    with transaction.atomic():
        fence(row, lease_until=lease_end(seconds), last_step=step.name)
        try:
            attempt.record(step.name)
        except IntegrityError as error:
            # The fence comes first; should it ever fail, this keeps a step from counting twice.
            raise LeaseLostError from error
        if not step.calls_out:
            attempt.run_local(step)
