"""The pool: django-q2's processes, forked from one that has loaded everything.

Its main process starts the others and starts them again; one fetches wake-ups, one writes results
down (there are none), and the workers run tasks.
"""

import logging
import threading
import uuid
from contextlib import suppress
from importlib import import_module

from django.conf import settings
from django.db import Error, connection
from django.utils import translation
from django.utils.module_loading import import_string
from django_q.cluster import Sentinel
from django_q.signals import post_spawn

from shop.process_starts import process_starts, report_errors
from shop.worker import hourly_work, tasks
from shop.worker.http_client import tls
from shop.worker.processes import Stop, name_process, tie_children
from shop.worker.slots import slots_of

logger = logging.getLogger(__name__)


def load() -> None:
    """Load what the pool's processes need, so that they share its memory."""
    import_module(settings.ROOT_URLCONF)  # mails link to pages
    for cluster in settings.WORKER_CLUSTERS.values():
        for path in [*cluster["tasks"], *cluster.get("hourly", [])]:
            import_string(path)
    for path in settings.PACKING_STEPS:
        import_string(path)
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            translation.gettext("")
    tls()
    with suppress(Error):  # away: the supervisor says so, and waits for it
        connection.ensure_connection()  # with it, the database's library


def run_pool() -> None:
    """Run the pool's processes, as its main process, until SIGTERM. Raises SystemExit if it fails."""
    stop = Stop()
    tie_children()
    name_process("shop-pool")
    try:
        # What died with its pool is taken up at once.
        hourly_work.questions = hourly_work.Questions()
        sentinel = Sentinel(stop, threading.Event(), uuid.uuid4(), start=False)
        # As many as may be busy at once, so that one is free for any cluster that may have another.
        sentinel.pool_size = sum(map(slots_of, settings.WORKER_CLUSTERS))
        post_spawn.connect(name_worker)
        stop.listen()  # the sentinel has set handlers of its own
        sentinel.start()
    except Exception:
        report_errors("pool")  # only now: it begins a thread, and nothing is forked any more
        logger.exception("The main process of the pool failed.")
        raise SystemExit(1) from None


def name_worker(**_kwargs: object) -> None:
    """Name a process that begins to wait for tasks, and have it tell of itself."""
    name_process(tasks.IDLE)
    process_starts("worker")
