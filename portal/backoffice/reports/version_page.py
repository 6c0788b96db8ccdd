"""Versions: of this web process, of the workers, and of what they run on."""

import platform

import django
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.backoffice.staff_access import permission_required
from shop.health import InstanceState, missing_migrations, worker_instances
from shop.version import version

LOADED_AT = timezone.now()  # when this process, or the one it was forked from, loaded the shop


@permission_required("orders.view_order")
@require_safe
def version_page(request: HttpRequest) -> HttpResponse:
    """Show which version runs where, and whether the processes differ."""
    running = [row for row, state in worker_instances() if state != InstanceState.LOST]
    context = {
        "version": version(),
        "loaded_at": LOADED_AT,
        "django": django.get_version(),
        "python": platform.python_version(),
        "database": _database(),
        "missing": missing_migrations(),
        "workers": running,
        "differ": any(row.version != version() for row in running),
    }
    return render(request, "backoffice/reports/version.html", context)


@permission_required("orders.view_order")
@require_safe
def to_version_page(request: HttpRequest) -> HttpResponse:
    """Lead to the page of versions, from the path at which operators look for it."""
    return redirect("staff_version")


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version"
        )
        number = str(cursor.fetchone()[0]).partition(" ")[0]
    return f"{connection.display_name} {number}"
