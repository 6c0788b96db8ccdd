"""Liveness, readiness and what they rest on, and the icon at its traditional URL."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import Error
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.cache import never_cache

from shop.orders.models import Order, State
from shop.packing.models import Packing
from shop.worker.message_hold import message_hold
from shop.worker.models import Heartbeat, InstanceBeat, WorkerInstance
from shop.worker.presence import SEEN_WITHIN

REPLACED_WITHIN = 60.0  # seconds that a cluster may be quiet beyond its own limit
FORGOTTEN_AFTER = timedelta(hours=1)  # after that a worker that was killed is no news any more


@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """200 while the process runs."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 if all that the shop needs works, else 503 with one line for each fault.

    Below "ok" it says if messages are held back after a restore: the shop works all the same.

    (contract, "Pages": database, migrations, each cluster's heartbeat, age of the oldest due order.)
    """
    facts: list[str] = []
    try:
        problems = [*_migration_problems(), *_quiet_clusters(), *_late_orders()]
        # Its table may be among what is missing.
        facts = [] if problems else list(_hold())
    except Error:
        problems = ["the database does not answer"]
    problems += redis_away()
    status = 503 if problems else 200
    lines = problems or ["ok", *facts]
    response = HttpResponse("\n".join(lines), status=status, content_type="text/plain")
    # The caller is told. Django would log each poll as an error, and report it to Sentry.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response


def _hold() -> Iterator[str]:
    if hold := message_hold():
        since = hold.since.isoformat(timespec="seconds")
        yield f"mails and webhooks are held back since a restore at {since}"


def missing_migrations() -> list[str]:
    """Return the migrations on disk that are not applied, such as "orders.0001_initial"."""
    applied = set(MigrationRecorder.Migration.objects.values_list("app", "name"))
    return [f"{app}.{name}" for app, name in sorted(_migrations_on_disk() - applied)]


def _migration_problems() -> Iterator[str]:
    if missing := missing_migrations():
        yield f"migrations are not applied: {', '.join(missing)}"


@lru_cache(maxsize=1)
def _migrations_on_disk() -> frozenset[tuple[str, str]]:
    # Without a connection: reads the modules only. They do not change while a process runs.
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


@dataclass(frozen=True)
class ClusterBeat:
    """A cluster's row, and the seconds since its last beat at any worker; None if there was none."""

    row: Heartbeat
    quiet: float | None

    @property
    def is_lost(self) -> bool:
        """Tell whether no worker has had a beat for longer than a supervisor takes to replace it."""
        # A supervisor replaces a frozen cluster by itself; this is what it does not mend.
        return self.quiet is None or self.quiet > _longest_quiet(self.row.cluster)


def cluster_beats() -> list[ClusterBeat]:
    """Return the youngest heartbeat of each cluster in the settings, over all workers. One query."""
    now = timezone.now()
    of_cluster = InstanceBeat.objects.filter(cluster=OuterRef("cluster")).order_by("-beat_at")
    youngest = Subquery(of_cluster.values("beat_at")[:1])
    rows: dict[str, Any] = {
        row.cluster: row for row in Heartbeat.objects.annotate(youngest=youngest)
    }
    found = []
    for name in settings.WORKER_CLUSTERS:
        row = rows.get(name)
        # `beat_at` is what a worker of version 1.7 writes.
        beats = [at for at in (row.beat_at, row.youngest) if at] if row else []
        quiet = (now - max(beats)).total_seconds() if beats else None
        found.append(ClusterBeat(row or Heartbeat(cluster=name), quiet))
    return found


class InstanceState(StrEnum):
    """The state of a worker, as its rows show it."""

    RUNNING = "running"
    QUIET = "quiet"  # its supervisor runs, but one of its clusters has had no heartbeat for long
    LOST = "lost"  # seen last within FORGOTTEN_AFTER; it was killed, or has frozen as a whole


def worker_instances() -> list[tuple[WorkerInstance, InstanceState]]:
    """Return the workers that run, and those that were lost lately, each with its state.

    The last seen come first. A lost one is left out once another has started on its host. Two
    queries.
    """
    now = timezone.now()
    lately = WorkerInstance.objects.filter(seen_at__gt=now - FORGOTTEN_AFTER)
    rows = list(lately.order_by("-seen_at"))
    recent = InstanceBeat.objects.filter(beat_at__gt=now - FORGOTTEN_AFTER)
    beats = {(beat.instance, beat.cluster): beat.beat_at for beat in recent}
    found = []
    for row in rows:
        if now - row.seen_at < SEEN_WITHIN:
            quiet = any(
                (now - beats.get((row.token, name), row.started_at)).total_seconds()
                > _longest_quiet(name)
                for name in settings.WORKER_CLUSTERS
                if row.token  # null: of version 1.7, whose heartbeats are not its own
            )
            found.append((row, InstanceState.QUIET if quiet else InstanceState.RUNNING))
        elif not any(row.host == other.host and other.started_at > row.seen_at for other in rows):
            found.append((row, InstanceState.LOST))
    return found


def _longest_quiet(cluster: str) -> float:
    frozen_after: float = settings.WORKER_CLUSTERS[cluster]["frozen_after"]
    return frozen_after + REPLACED_WITHIN


def _quiet_clusters() -> Iterator[str]:
    for beat in cluster_beats():
        if beat.quiet is None:
            yield f"the cluster {beat.row.cluster} has no heartbeat yet"
        elif beat.is_lost:
            yield f"the cluster {beat.row.cluster} has had no heartbeat for {beat.quiet:.0f} s"


def order_lag() -> timedelta:
    """Return for how long the oldest due order has been waiting; nothing if none is due."""
    now = timezone.now()
    since = min(filter(None, (_first_attempt_due(), _retry_due(now))), default=now)
    return max(now - since, timedelta())


def _late_orders() -> Iterator[str]:
    lag = order_lag()
    if lag > timedelta(minutes=settings.LATE_AFTER_MINUTES):
        yield f"the oldest due order has been waiting for {lag.total_seconds() / 60:.0f} min"


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


def redis_away() -> list[str]:
    """Return why Redis is of no use, in one line; none if it answers or is not used."""
    if not settings.REDIS_URL:
        return []
    from shop.access.redis_buckets import redis_problem

    problem = redis_problem()
    return [problem] if problem else []


def favicon(request: HttpRequest) -> HttpResponse:
    """Redirect to the hashed file."""
    return redirect(static("favicon.ico"))
