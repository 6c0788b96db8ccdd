"""The task that a wake-up enqueues: run what a cluster has to do."""

import logging
import time

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from shop.worker.models import Heartbeat

logger = logging.getLogger(__name__)

HOUR = 3600.0

# When this process last did its hourly work. Several processes may do it; that is harmless.
_last_hour: dict[str, float] = {}


class Beat:
    """Called between two pieces of work; writes the heartbeat at most once a second."""

    def __init__(self, cluster: str) -> None:
        self.cluster = cluster
        self.last = float("-inf")

    def __call__(self) -> None:
        """Write the heartbeat if the last one is a second old."""
        now = time.monotonic()
        if now - self.last < 1:
            return
        # One statement: two workers of a cluster may write the first heartbeat at once.
        Heartbeat.objects.bulk_create(
            [Heartbeat(cluster=self.cluster, beat_at=timezone.now())],
            update_conflicts=True,
            unique_fields=["cluster"],
            update_fields=["beat_at"],
        )
        self.last = now


def run_cluster(cluster: str) -> None:
    """Run the cluster's functions: each looks in our rows for its own work and does it.

    Each gets a `Beat` and calls it between two pieces of work, so that the supervisor can tell a
    long run from a frozen one.
    """
    options = settings.WORKER_CLUSTERS[cluster]
    paths = [*options["tasks"]]
    now = time.monotonic()
    if now - _last_hour.get(cluster, float("-inf")) >= HOUR:
        _last_hour[cluster] = now
        paths += options.get("hourly", [])
    beat = Beat(cluster)
    beat()
    for path in paths:
        try:
            import_string(path)(beat)
        except Exception:  # one that fails must not keep the others from running
            logger.exception("%s failed.", path)
        beat()
