"""Liveness, readiness, and the icon at its traditional URL."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.db import Error
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.cache import never_cache

from shop.orders.models import Order, State
from shop.packing.models import Packing
from shop.worker.models import Heartbeat

REPLACED_WITHIN = 60.0  # seconds that a cluster may be quiet beyond its own limit


@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """200 while the process runs."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 if all that the shop needs works, else 503 with one line for each fault.

    (contract, "Pages": database, migrations, each cluster's heartbeat, age of the oldest due order.)
    """
    try:
        problems = [*_missing_migrations(), *_quiet_clusters(), *_late_orders()]
    except Error:
        problems = ["the database does not answer"]
    problems += _redis_away()
    status = 503 if problems else 200
    return HttpResponse("\n".join(problems) or "ok", status=status, content_type="text/plain")


def _missing_migrations() -> Iterator[str]:
    applied = set(MigrationRecorder.Migration.objects.values_list("app", "name"))
    if missing := sorted(_migrations_on_disk() - applied):
        names = ", ".join(f"{app}.{name}" for app, name in missing)
        yield f"migrations are not applied: {names}"


@lru_cache(maxsize=1)
def _migrations_on_disk() -> frozenset[tuple[str, str]]:
    # Without a connection: reads the modules only. They do not change while a process runs.
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _quiet_clusters() -> Iterator[str]:
    beats = dict(Heartbeat.objects.values_list("cluster", "beat_at"))
    now = timezone.now()
    for cluster, options in settings.WORKER_CLUSTERS.items():
        beat = beats.get(cluster)
        if beat is None:
            yield f"the cluster {cluster} has no heartbeat yet"
        # The supervisor replaces a frozen cluster by itself; this is what it does not mend.
        elif (quiet := (now - beat).total_seconds()) > options["frozen_after"] + REPLACED_WITHIN:
            yield f"the cluster {cluster} has had no heartbeat for {quiet:.0f} s"


def _late_orders() -> Iterator[str]:
    now = timezone.now()
    since = min(filter(None, (_first_attempt_due(), _retry_due(now))), default=now)
    if now - since > timedelta(minutes=settings.LATE_AFTER_MINUTES):
        minutes = (now - since).total_seconds() / 60
        yield f"the oldest due order has been waiting for {minutes:.0f} min"


def _first_attempt_due() -> datetime | None:
    """Return since when the oldest order waits that was never tried, or that staff released."""
    waiting = Order.objects.filter(state=State.PENDING, complete=True)
    waiting = waiting.filter(packing__next_attempt_at=None)
    since: datetime | None = waiting.aggregate(since=Min("updated_at"))["since"]
    return since


def _retry_due(now: datetime) -> datetime | None:
    """Return since when the oldest retry is due."""
    retries = Packing.objects.filter(order__state=State.PENDING, next_attempt_at__lte=now)
    since: datetime | None = retries.aggregate(since=Min("next_attempt_at"))["since"]
    return since


def _redis_away() -> list[str]:
    if not settings.REDIS_URL:
        return []
    from shop.access.redis_buckets import redis_problem

    problem = redis_problem()
    return [problem] if problem else []


def favicon(request: HttpRequest) -> HttpResponse:
    """Redirect to the hashed file."""
    return redirect(static("favicon.ico"))
