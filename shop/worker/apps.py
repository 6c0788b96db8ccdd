"""The worker as a Django app: the only room that knows the queue's library."""

from django.apps import AppConfig

from shop.worker.processes import name_worker, tie_to_supervisor


class WorkerConfig(AppConfig):
    """The worker: wake-ups, leases, heartbeats."""

    name = "shop.worker"

    def ready(self) -> None:
        """Tie the supervisor's processes to it, and name those that run tasks."""
        from django_q.signals import post_spawn

        tie_to_supervisor()
        post_spawn.connect(name_worker)
