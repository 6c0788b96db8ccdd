"""The row by which staff see that a worker runs: where, since when, and of which version."""

import os
import socket
import time
from contextlib import suppress
from datetime import timedelta

from django.db import Error, connection
from django.utils import timezone

from shop.version import version
from shop.worker.instance import STARTED_AT, TOKEN
from shop.worker.models import InstanceBeat, WorkerInstance

EVERY = 10.0  # seconds between two signs
SEEN_WITHIN = timedelta(seconds=60)  # a worker that runs was
KEEP = timedelta(days=7)  # rows and heartbeats of workers that were killed


class Presence:
    """Says every few seconds that this supervisor runs."""

    def __init__(self) -> None:
        self.row: WorkerInstance | None = None
        self.last = float("-inf")

    def watch(self) -> None:
        """Write the row if the last sign is old. The database may be away: then there is none."""
        if time.monotonic() - self.last < EVERY:
            return
        self.last = time.monotonic()
        try:
            self._sign()
        except Error:  # the supervisor says so
            connection.close()

    def end(self) -> None:
        """Delete the row: all processes of this worker have ended."""
        if self.row is not None:
            with suppress(Error):
                self.row.delete()

    def _sign(self) -> None:
        now = timezone.now()
        rows = WorkerInstance.objects
        if self.row is not None and rows.filter(pk=self.row.pk).update(seen_at=now):
            return
        rows.filter(seen_at__lt=now - KEEP).delete()
        InstanceBeat.objects.filter(beat_at__lt=now - KEEP).delete()
        self.row = rows.create(
            host=socket.gethostname()[:255],
            pid=os.getpid(),
            version=version(),
            started_at=STARTED_AT,
            seen_at=now,
            token=TOKEN,
        )
