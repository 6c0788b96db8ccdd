"""The task of a wake-up, and ticks: a wake-up of each cluster once a second, from the pool itself.

Nobody writes a tick down. It covers wake-ups that were lost or came too early, and since it takes
the way of all tasks through the pool's processes, the heartbeat tells that they work.
"""

import time
from functools import cache

from django.conf import settings
from django.utils import timezone
from django_q.signing import SignedPackage

from shop.worker.time_limit import seconds_of

TICK = 1.0  # seconds


@cache
def wake_up(cluster: str) -> str:
    """The task that wakes the cluster, as django-q2 packs and signs it.

    One and the same for all wake-ups of a cluster: each only says that there may be work.
    """
    signed: str = SignedPackage.dumps(
        {
            "id": f"wake-up-{cluster}",
            "name": cluster,
            "func": "shop.worker.tasks.run_cluster",
            "args": (cluster,),
            "kwargs": {},
            "started": timezone.now(),
            "cluster": cluster,
            "ack_failure": True,
            "timeout": seconds_of(cluster),
        }
    )
    return signed


class Ticks:
    """The ticks of one pool."""

    def __init__(self) -> None:
        self._last = float("-inf")

    def due(self) -> list[tuple[None, str]]:
        """A wake-up of each cluster if the last ones are a second old, as `dequeue` returns them.

        None stands for: nothing to acknowledge.
        """
        now = time.monotonic()
        if now - self._last < TICK:
            return []
        self._last = now
        return [(None, wake_up(cluster)) for cluster in settings.WORKER_CLUSTERS]
