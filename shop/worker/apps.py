"""The worker as a Django app: the only room that knows the queue's library."""

from django.apps import AppConfig


class WorkerConfig(AppConfig):
    """The worker: wake-ups, leases, heartbeats."""

    name = "shop.worker"
