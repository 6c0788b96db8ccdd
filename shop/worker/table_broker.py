"""The queue in a table of our database: one INSERT to put, one DELETE to take."""

import time
from contextlib import suppress
from functools import cache

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ

from shop.compiled_queries import repeating_cursor
from shop.worker.ticks import TICK, Ticks, wake_up

TABLE: str = OrmQ._meta.db_table  # noqa: SLF001 -- documented by Django
INSERT = (
    f"INSERT INTO {TABLE} (key, payload, lock) SELECT %s, %s, %s"  # noqa: S608 -- no values
    f" WHERE NOT EXISTS (SELECT 1 FROM {TABLE} WHERE key = %s)"
)


def put(cluster: str) -> None:
    """Write a wake-up, unless one is waiting already."""
    lock = connection.ops.adapt_datetimefield_value(timezone.now())  # unused, and NOT NULL
    with repeating_cursor() as cursor:
        cursor.execute(INSERT, [cluster, wake_up(cluster), lock, cluster])


class TableBroker(ORM):  # type: ignore[misc]  # django-q2 is not typed
    """The library's broker, taking the wake-ups of all clusters, and ticks.

    A wake-up is deleted when it is taken: one that dies with its process is replaced by the tick.
    """

    def __init__(self, list_key: str | None = None) -> None:
        super().__init__(list_key)
        self.ticks = Ticks()

    def dequeue(self) -> list[tuple[None, str]] | None:
        """Take what is there, or look again after a while."""
        if ticks := self.ticks.due():
            with suppress(Error):  # away: ticks go on, so that work does once it is back
                self.get_connection()  # closes ours where it is old or broken
            return ticks
        try:
            if taken := _take():
                return taken
        except Error:  # the library would make no tick for ten seconds, then start a new process
            connection.close()
            time.sleep(TICK)
        time.sleep(Conf.POLL)
        return None


def _take() -> list[tuple[None, str]]:
    with connection.cursor() as cursor:
        # Reading first: on SQLite, a DELETE that finds nothing waits for other writers, too.
        cursor.execute(_select(), list(settings.WORKER_CLUSTERS))
        found = cursor.fetchall()
        if not found:
            return []
        places = ", ".join(["%s"] * len(found))
        cursor.execute(
            f"DELETE FROM {TABLE} WHERE id IN ({places}) RETURNING payload",  # noqa: S608 -- places for values alone
            [pk for (pk,) in found],
        )
        return [(None, payload) for (payload,) in cursor.fetchall()]


@cache
def _select() -> str:
    places = ", ".join(["%s"] * len(settings.WORKER_CLUSTERS))
    return f"SELECT id FROM {TABLE} WHERE key IN ({places}) ORDER BY id LIMIT 10"  # noqa: S608 -- places for values alone
