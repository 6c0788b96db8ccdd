"""`manage.py worker`: the worker and its supervisor."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from shop.worker.processes import Stop
from shop.worker.supervisor import supervise


class Command(BaseCommand):
    """Runs the clusters of the setting WORKER_CLUSTERS until it is told to stop."""

    help = "Runs the worker: packs orders and sends messages. Several may share a database."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGTERM or Ctrl-C."""
        supervise(settings.WORKER_CLUSTERS, Stop())
