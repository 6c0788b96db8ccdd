"""The heartbeats as version 1.7 sees them while both run: it looks at one row per cluster.

Its web servers answer `/readyz` from it. Its supervisor judges its own clusters by it, too, and would
take our beats for theirs; so nothing is written while they beat.
"""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from shop.worker.models import Heartbeat

EVERY = 5.0  # seconds
OLD = timedelta(
    seconds=15
)  # above `frozen_after` of packing, below what the health page calls quiet


class PreviousVersion:
    """Shows it the heartbeats of one worker."""

    def __init__(self) -> None:
        self.shown = float("-inf")

    def show(self, beats: Mapping[str, datetime]) -> None:
        """Make the rows of clusters whose last beat is recent look so, where they are OLD."""
        if time.monotonic() - self.shown < EVERY:
            return
        self.shown = time.monotonic()
        now = timezone.now()
        beating = [cluster for cluster, beat_at in beats.items() if beat_at > now - OLD]
        old = Q(beat_at=None) | Q(beat_at__lt=now - OLD)
        Heartbeat.objects.filter(old, cluster__in=beating).update(beat_at=now)
