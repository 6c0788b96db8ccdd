"""Buckets of rate limits, as rows: one statement counts a call, however many run at once."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from django.db import OperationalError, connection

from shop.access.models import RateLimitBucket
from shop.access.outages import Outage
from shop.compiled_queries import repeating_cursor

# One statement in every database: the row's lock is held for its own length, or to the end of the
# caller's transaction. No row comes back where there is no room.
SPEND = """
    INSERT INTO access_ratelimitbucket AS bucket ("key", full_at)
    VALUES (%(key)s, %(first)s + {ahead})
    ON CONFLICT ("key") DO UPDATE SET full_at = %(cost)s +
        CASE WHEN bucket.full_at > %(now)s + {ahead} THEN bucket.full_at ELSE %(now)s + {ahead} END
    WHERE bucket.full_at <= %(latest)s + {ahead}
    RETURNING full_at - {ahead}
"""
FULL_AT = 'SELECT full_at - {ahead} FROM access_ratelimitbucket WHERE "key" = %(key)s'
# Rows hold times by the clock of the database, which is ahead of ours by so much: two machines whose
# clocks differ would refuse each other's callers. On SQLite all processes are on one machine.
AHEAD = {
    "postgresql": "(extract(epoch FROM statement_timestamp())::float8 - %(sent_at)s)",
    "sqlite": "0",
}
PATIENCE = 5_000  # milliseconds that a frequent limit waits for SQLite's other writers

table = Outage("The table of rate limits", "Calls of the API are not counted meanwhile.")


@dataclass(frozen=True)
class Spent:
    """A call that was counted or refused. Times are Unix time by the clock of this process."""

    allowed: bool
    full_at: float  # the time at which the bucket is full again


@dataclass(frozen=True)
class Charge:
    """A call to be counted: it takes `cost` out of a bucket that holds `room`, in seconds.

    A bucket is its one number, `full_at`: the time at which it will be full again if nobody calls.
    """

    key: str
    now: float
    cost: float
    room: float

    @property
    def latest(self) -> float:
        """The latest `full_at` that leaves room. A thousandth more: sums of fractions are inexact."""
        return self.now + self.room - self.cost * 0.999


def charge_row(charge: Charge) -> Spent:
    """Count a call in the database."""
    first, ahead = charge.now + charge.cost, AHEAD[connection.vendor]
    values = asdict(charge) | {"first": first, "latest": charge.latest}
    with repeating_cursor() as cursor:
        cursor.execute(SPEND.format(ahead=ahead), values | {"sent_at": time.time()})
        if row := cursor.fetchone():
            return Spent(allowed=True, full_at=row[0])
        cursor.execute(FULL_AT.format(ahead=ahead), {"key": charge.key, "sent_at": time.time()})
        row = cursor.fetchone()
    return Spent(allowed=False, full_at=row[0] if row else first)


def charge_row_if_possible(charge: Charge) -> Spent | None:
    """Count a call in the database; None, which allows it, while nothing can be written there.

    For calls that may only read: they go on while the disk is full or another writer is slow.
    """
    if table.is_on():
        return None
    try:
        with _short_wait():
            spent = charge_row(charge)
    except OperationalError as error:
        if connection.in_atomic_block:
            raise
        table.begin(error)
        return None
    table.end()
    return spent


def delete_full_buckets(beat: Callable[[], None]) -> None:
    """Delete the buckets that are full: a missing one is full, too. Called every hour."""
    beat()
    RateLimitBucket.objects.filter(full_at__lt=time.time()).delete()


@contextmanager
def _short_wait() -> Iterator[None]:
    """Wait for SQLite's other writers for PATIENCE, not for as long as an order would."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    driver = connection.connection
    usual = driver.execute("PRAGMA busy_timeout").fetchone()[0]
    driver.execute(f"PRAGMA busy_timeout = {min(usual, PATIENCE)}")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA busy_timeout = {usual}")
