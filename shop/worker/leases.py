"""Leases: one process at a time works on a row, in attempts that may fail and be made again.

A process claims a row by a filtered UPDATE, so of several only one succeeds. Each later write is
fenced by its token, so one that was too slow notices that another took over, and writes no more.
"""

import random
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import models
from django.db.models import F, QuerySet
from django.utils import timezone


class LeaseLostError(Exception):
    """Another process works on the row now: write nothing more."""


class Leased(models.Model):
    """A row that is worked on in attempts, each under a lease."""

    # Counted before the work: an attempt whose process is killed counts, too.
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


Row = TypeVar("Row", bound=Leased)


def lease_end(seconds: float) -> datetime:
    """The moment at which a lease of `seconds` that begins now expires."""
    return timezone.now() + timedelta(seconds=seconds)


def claim(
    free: QuerySet[Row],
    pks: Collection[int],
    *,
    seconds: float,
    token: uuid.UUID | None = None,
    **changes: object,
) -> QuerySet[Row]:
    """Claim those of `pks` that are `free` for `seconds`; count the attempt and write `changes`.

    `free` must exclude claimed rows: of two processes at once, that condition lets one win. The
    rows that were claimed have `token`, if the caller has drawn one to find them by.
    """
    token = token or uuid.uuid4()
    free.filter(pk__in=pks).update(
        attempts=F("attempts") + 1, lease_token=token, lease_until=lease_end(seconds), **changes
    )
    return free.model._default_manager.filter(pk__in=pks, lease_token=token)


def fence(row: Leased, **changes: object) -> None:
    """Write `changes` to `row` if its lease is still ours. Raises LeaseLostError."""
    # A row without a token belongs to nobody; the filter would look for NULL.
    ours = type(row)._default_manager.filter(pk=row.pk, lease_token=row.lease_token)
    if row.lease_token is None or not ours.update(**changes):
        raise LeaseLostError


def release(row: Leased, **changes: object) -> None:
    """End the attempt at `row`: give the lease back and write `changes`. Raises LeaseLostError."""
    fence(row, lease_token=None, lease_until=None, **changes)


def expired(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Those of `rows` whose lease has expired without having been released."""
    return rows.filter(lease_until__lt=timezone.now()).order_by("lease_until")


def reclaim(row: Leased) -> bool:
    """Take over the expired lease of `row`, to `release` it; False where somebody was faster."""
    token, abandoned = uuid.uuid4(), expired(type(row)._default_manager.all())
    if not abandoned.filter(pk=row.pk, lease_token=row.lease_token).update(lease_token=token):
        return False
    row.lease_token = token
    return True


def backoff(
    attempts: int, waits: Sequence[float], *, jitter: tuple[float, float] = (0.8, 1.2)
) -> timedelta | None:
    """The time to wait after the last of `attempts` has failed; None: give up.

    `waits` are the seconds after the first attempt, the second and so on, each times a random
    number between the two of `jitter`: what failed together does not come back together.
    """
    if attempts > len(waits):
        return None
    return timedelta(seconds=waits[attempts - 1] * random.uniform(*jitter))  # noqa: S311 -- no secret
