"""The worker as a Django app."""

from django.apps import AppConfig

from shop.worker.parent_death import tie_to_supervisor


class WorkerConfig(AppConfig):
    """The worker: the only room that imports the queue's library."""

    name = "shop.worker"

    def ready(self) -> None:
        """Have a process that the supervisor started end with the supervisor."""
        tie_to_supervisor()
