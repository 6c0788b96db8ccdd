"""The room's start."""

from django.apps import AppConfig

from shop.worker.parent_death import tie_to_supervisor


class WorkerConfig(AppConfig):
    """The worker: the only room that knows the queue's library."""

    name = "shop.worker"

    def ready(self) -> None:
        """In a process that the supervisor started: end when it ends."""
        tie_to_supervisor()
