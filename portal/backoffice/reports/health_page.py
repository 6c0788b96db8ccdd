"""Health: whether the worker runs, and whether it keeps up with what there is to do."""

import hashlib
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.backoffice.reports.health_lines import (
    HealthGroup,
    HealthLine,
    Verdict,
    more_system_lines,
    worst,
)
from portal.backoffice.reports.work_health import billing_lines, message_lines, order_lines
from portal.backoffice.reports.worker_health import system_lines, worker_lines
from portal.backoffice.staff_access import permission_required


@permission_required("orders.view_order")
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Show each part of the shop with a verdict and what to do.

    htmx asks for the lines alone, and gets the news if the verdicts are others (`?seen=`).
    """
    groups = [
        HealthGroup(_("Worker"), list(worker_lines())),
        HealthGroup(_("Orders"), list(order_lines())),
        HealthGroup(_("E-mails and webhooks"), list(message_lines())),
        HealthGroup(_("Invoices and files"), list(billing_lines())),
        HealthGroup(_("Systems"), [*system_lines(), *_lines_from_above()]),
    ]
    version = _version(groups)
    context = {
        "groups": groups,
        "verdict": worst(groups),
        "acute": [line for group in groups for line in group.lines if line.verdict != Verdict.FINE],
        "version": version,
        "is_news": request.GET.get("seen", version) != version,
        "at": timezone.now(),
    }
    if request.headers.get("HX-Request"):
        return render(request, "backoffice/reports/health_lines.html", context)
    return render(request, "backoffice/reports/health.html", context)


def _lines_from_above() -> Iterator[HealthLine]:
    for look in more_system_lines:
        yield from look()


def _version(groups: list[HealthGroup]) -> str:
    """Return a string that changes with the verdicts."""
    lines = [f"{line.key}:{line.verdict}" for group in groups for line in group.lines]
    return hashlib.sha256(" ".join(lines).encode()).hexdigest()[:12]
