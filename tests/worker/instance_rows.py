"""Rows of workers, as they leave them on the database that they share."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from shop.worker.models import InstanceBeat, WorkerInstance

SECOND = timedelta(seconds=1)


def make_instance(
    host: str, *, seen: float = 0, quiet: float = 0, started: float = 3600
) -> WorkerInstance:
    """A worker that was seen, and whose clusters have been quiet, for so many seconds."""
    now, token = timezone.now(), uuid.uuid4()
    row = WorkerInstance.objects.create(
        host=host,
        pid=42,
        version="1.8.0",
        started_at=now - started * SECOND,
        seen_at=now - seen * SECOND,
        token=token,
    )
    for cluster in settings.WORKER_CLUSTERS:
        beat_at = now - quiet * SECOND
        InstanceBeat.objects.create(instance=token, cluster=cluster, beat_at=beat_at)
    return row
