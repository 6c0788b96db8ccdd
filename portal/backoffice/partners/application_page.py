"""The page of an application: who it is, its calls, webhooks, orders, tokens and secrets."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.backoffice.audit_log import history_of
from portal.backoffice.partners.application_forms import TokenForm
from portal.backoffice.partners.call_chart import ChartedCalls
from portal.backoffice.partners.delivery_statistics import DeliveryStatistics
from portal.backoffice.staff_access import permission_required
from shop.access.models import Application
from shop.access.rate_limits import limit_of
from shop.access.signing_secrets import OVERLAP
from shop.access.tokens import last_used, tokens_of
from shop.orders.attention import STUCK
from shop.orders.models import PLACED_STATES, Order

LOOK, CHANGE = "access.view_application", "access.change_application"
LONGEST_LIST = 200
NEWEST = 10  # orders
MOST = 1000  # counted of a state


@permission_required(LOOK)
@require_safe
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one application and all that hangs on it."""
    return show_application(request, find_application_row(pk))


def listed_applications() -> QuerySet[Application]:
    """Return the applications that staff see: those of the demo in the demo alone."""
    found = Application.objects.select_related("oauth_client__owner")
    return found if settings.DEMO else found.filter(demo=False)


def find_application_row(pk: int) -> Application:
    """Return the application `pk`. Raises Http404."""
    return get_object_or_404(listed_applications(), pk=pk)


def show_application(
    request: HttpRequest,
    application: Application,
    *,
    refused: TokenForm | None = None,
    shown: Sequence[tuple[str, str]] = (),
) -> HttpResponse:
    """Render an application's page; names and values in `shown` appear this once."""
    client = application.oauth_client
    context = {
        "application": application,
        "here": "overview",
        "scopes": client.get_scopes(),
        "redirect_uris": client.get_redirect_uris(),
        "form": refused or TokenForm(scopes=client.get_scopes()),
        "shown": shown,
        "now": timezone.now(),
        "tokens": [(each, last_used(each)) for each in tokens_of(application)[:LONGEST_LIST]],
        "signing_secret": application.signing_secrets.first(),
        "history": history_of(application),
        "overlap_hours": OVERLAP // timedelta(hours=1),
        "calls": ChartedCalls(application),
        "deliveries": DeliveryStatistics(application),
        "orders": _newest_orders(application),
        "stuck": _stuck_orders(application),
        "rate": limit_of(application),
    }
    status = 422 if refused else 200
    return render(request, "backoffice/partners/application.html", context, status=status)


def _newest_orders(application: Application) -> list[Order]:
    orders = Order.objects.filter(application=application, state__in=PLACED_STATES)
    columns = ("order_number", "state", "fault", "tier_name", "client_name", "created_at")
    return list(orders.only(*columns).order_by("-created_at", "-pk")[:NEWEST])


def _stuck_orders(application: Application) -> list[dict[str, Any]]:
    """Count the orders that need staff, by state, MOST of each at most."""
    found = []
    for part in STUCK:
        orders = Order.objects.filter(application=application, state=part.state)
        if number := orders.order_by()[: MOST + 1].count():
            shown = f"{MOST}+" if number > MOST else str(number)
            found.append({"state": part.state, "number": shown})
    return found
