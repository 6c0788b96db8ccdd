"""The room's start."""

from django.apps import AppConfig

from shop.worker.parent_death import tie_to_supervisor
from shop.worker.processes import name_worker


class WorkerConfig(AppConfig):
    """The worker: the only room that knows the queue's library."""

    name = "shop.worker"

    def ready(self) -> None:
        """Tie the supervisor's processes to it, and name those that run tasks."""
        from django_q.signals import post_spawn

        tie_to_supervisor()
        post_spawn.connect(name_worker)
