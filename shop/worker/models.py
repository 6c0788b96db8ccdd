"""The worker's heartbeat, its instances, and the hold on what it sends."""

from typing import ClassVar

from django.db import models


class Heartbeat(models.Model):
    """One per cluster: when it last did something, and how often it was restarted."""

    cluster = models.CharField(max_length=50, unique=True)
    beat_at = models.DateTimeField(null=True)  # null until its first wake-up ran
    restarts = models.PositiveIntegerField(default=0)
    # The last hourly run that came to its end, and the functions that failed in it, one per line.
    hourly_at = models.DateTimeField(null=True)
    hourly_failures = models.TextField(blank=True, default="", db_default="")


class WorkerInstance(models.Model):
    """A supervisor that runs, or that was killed: one that ends by itself deletes its row."""

    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    version = models.CharField(max_length=50)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.host} {self.pid}"


class MessageHold(models.Model):
    """While there is one, no webhook leaves, nor any mail but new ones for signing in.

    `manage.py restore` writes it: what the backup holds as unsent may have been sent since.
    `manage.py release_messages --send` deletes it.
    """

    since = models.DateTimeField()
    backup_made_at = models.DateTimeField()
