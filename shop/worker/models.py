"""The worker's instances and heartbeats, and the hold on what it sends after a restore."""

from typing import ClassVar

from django.db import models
from django.db.models import UniqueConstraint


class Heartbeat(models.Model):
    """One per cluster, over all workers: its restarts and its hourly work."""

    cluster = models.CharField(max_length=50, unique=True)
    # Version 1.7 writes and reads it; ours only keep it from looking old to that version. Once no
    # process of 1.7 can run any more, it can go: `InstanceBeat` says the same and more.
    beat_at = models.DateTimeField(null=True)
    restarts = models.PositiveIntegerField(default=0)
    # The last hourly run that came to its end, the functions that failed in it, one per line, and
    # the version of the worker that did it.
    hourly_at = models.DateTimeField(null=True)
    hourly_failures = models.TextField(blank=True, default="", db_default="")
    hourly_version = models.CharField(max_length=50, blank=True, default="", db_default="")
    # The lease of the run under way.
    hourly_token = models.UUIDField(null=True)
    hourly_until = models.DateTimeField(null=True)


class WorkerInstance(models.Model):
    """A supervisor that runs, or that was killed: one that ends by itself deletes its row."""

    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    version = models.CharField(max_length=50)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    token = models.UUIDField(null=True)  # null: of version 1.7

    class Meta:
        ordering: ClassVar = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.host} {self.pid}"


class InstanceBeat(models.Model):
    """The moment at which a cluster of one instance last did something."""

    # Not a foreign key: an instance beats also while nobody could write its row, or has deleted it.
    instance = models.UUIDField()
    cluster = models.CharField(max_length=50)
    beat_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(fields=["instance", "cluster"], name="one_beat_per_instance_cluster")
        ]

    def __str__(self) -> str:
        return f"{self.cluster} of {self.instance}"


class MessageHold(models.Model):
    """While there is one, no webhook leaves, nor any mail but new ones for signing in.

    `manage.py restore` writes it: what the backup holds as unsent may have been sent since.
    `manage.py release_messages --send` deletes it.
    """

    since = models.DateTimeField()
    backup_made_at = models.DateTimeField()
