"""Wake-ups in the queue: a table of our database, or Redis (setting BROKER).

Either may lose what it holds: a wake-up only says that there may be work, and the supervisor sends
one each second.
"""

import logging

from django.conf import settings
from django.db import transaction
from django_q.brokers import get_broker
from django_q.tasks import async_task

logger = logging.getLogger(__name__)


def wake(cluster: str) -> None:
    """Have the cluster look for work, unless a wake-up is waiting already.

    Call it inside the transaction that writes the work. Where the queue is a table, both are
    committed together or not at all. Redis gets it after the commit, and may be away.
    """
    if settings.BROKER == "redis":
        transaction.on_commit(lambda: _wake_if_possible(cluster))
    else:
        _wake(cluster)


def _wake_if_possible(cluster: str) -> None:
    try:
        _wake(cluster)
    except Exception as error:  # noqa: BLE001 -- the work is committed, whatever the broker raises
        logger.warning("The cluster %s cannot be woken up: %s", cluster, error)


def _wake(cluster: str) -> None:
    broker = get_broker(cluster)
    # A wake-up taken just before this transaction commits misses its rows; the supervisor's tick
    # finds them a second later.
    if not broker.queue_size():
        # Always pass the cluster: without it django-q2 uses Q_CLUSTER["name"]. It also leaves
        # ack_failure to the caller.
        to = {"cluster": cluster, "broker": broker, "ack_failure": True}
        async_task("shop.worker.tasks.run_cluster", cluster, **to)


def clear_queue(cluster: str) -> None:
    """Delete a cluster's wake-ups: those that a killed process took would stay locked for long."""
    try:
        get_broker(cluster).delete_queue()
    except Exception as error:
        if settings.BROKER != "redis":
            raise
        # Start the cluster all the same: its own processes wait for Redis.
        logger.warning("The queue of %s cannot be emptied: %s", cluster, error)
