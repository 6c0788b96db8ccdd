"""The worker's heartbeat."""

from django.db import models


class Heartbeat(models.Model):
    """One per cluster: when it last did something, and how often it was restarted."""

    cluster = models.CharField(max_length=50, unique=True)
    beat_at = models.DateTimeField(null=True)  # null until its first wake-up ran
    restarts = models.PositiveIntegerField(default=0)
