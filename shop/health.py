"""Liveness, readiness, and the icon at its traditional URL."""

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.cache import never_cache

from shop.worker.models import Heartbeat

REPLACED_WITHIN = 60.0  # seconds that a cluster may be quiet beyond its own limit


@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """200 while the process runs."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 if the database answers and each cluster of the worker beats, else 503 and why."""
    try:
        problems = _quiet_clusters()
    except Error:
        problems = ["the database does not answer"]
    status = 503 if problems else 200
    return HttpResponse("\n".join(problems) or "ok", status=status, content_type="text/plain")


def _quiet_clusters() -> list[str]:
    beats = dict(Heartbeat.objects.values_list("cluster", "beat_at"))
    now = timezone.now()
    problems = []
    for cluster, options in settings.WORKER_CLUSTERS.items():
        beat = beats.get(cluster)
        if beat is None:
            problems.append(f"the cluster {cluster} has no heartbeat yet")
        # The supervisor replaces a frozen cluster by itself; this is what it does not mend.
        elif (quiet := (now - beat).total_seconds()) > options["frozen_after"] + REPLACED_WITHIN:
            problems.append(f"the cluster {cluster} has had no heartbeat for {quiet:.0f} s")
    return problems


def favicon(request: HttpRequest) -> HttpResponse:
    """Redirect to the hashed file."""
    return redirect(static("favicon.ico"))
