"""Wake-ups in the queue: a table of our database, or Redis (setting BROKER).

Either may lose what it holds: a wake-up only says that there may be work, and each second a tick
says the same.
"""

import logging

from django.conf import settings
from django.db import transaction
from django_q.brokers import get_broker

from shop.worker import table_broker
from shop.worker.ticks import wake_up

logger = logging.getLogger(__name__)


def wake(cluster: str) -> None:
    """Have the cluster look for work, unless a wake-up is waiting already.

    Call it inside the transaction that writes the work. Where the queue is a table, both are
    committed together or not at all. Redis gets it after the commit, and may be away.

    A wake-up taken just before this transaction commits misses its rows; the next tick finds them.
    """
    if settings.BROKER == "redis":
        transaction.on_commit(lambda: _put_in_redis(cluster))
    else:
        table_broker.put(cluster)


def _put_in_redis(cluster: str) -> None:
    try:
        broker = get_broker(cluster)
        if not broker.queue_size():
            broker.enqueue(wake_up(cluster))
    except Exception as error:  # noqa: BLE001 -- the work is committed, whatever the broker raises
        logger.warning("The cluster %s cannot be woken up: %s", cluster, error)
