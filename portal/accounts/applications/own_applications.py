"""The applications that a member owns, and the overview of one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from portal.accounts import member_access as access
from shop.access.call_statistics import CallStatistics, WeekOfCalls, weeks_of_calls
from shop.access.models import Application
from shop.access.rate_limits import limit_of
from shop.notifications.webhooks.models import WebhookEndpoint


@access.member_required
@require_safe
def applications(request: HttpRequest) -> HttpResponse:
    """List the member's applications; one who owns a single one is sent to its page."""
    owned = list(access.applications_of(access.member(request)).order_by("name", "pk"))
    if len(owned) == 1:
        return redirect("portal_application", owned[0].pk)
    keys = [each.pk for each in owned]
    calls = weeks_of_calls(keys)
    endpoints: dict[int, list[WebhookEndpoint]] = {}
    for endpoint in WebhookEndpoint.objects.filter(application__in=keys):
        endpoints.setdefault(endpoint.application_id, []).append(endpoint)
    rows = [
        (each, calls.get(each.pk, WeekOfCalls()), len(endpoints.get(each.pk, []))) for each in owned
    ]
    return render(request, "accounts/applications/applications.html", {"rows": rows})


@access.member_required
@require_safe
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one application: what it may do, and its calls of the last days."""
    found = find_application(request, pk)
    client = found.oauth_client
    context = {
        "application": found,
        "scopes": client.get_scopes(),
        "redirect_uris": client.get_redirect_uris(),
        "rate": limit_of(found),
        "week": weeks_of_calls([pk]).get(pk, WeekOfCalls()),
        "calls": CallStatistics(found),
    }
    return render(request, "accounts/applications/application.html", context)


def find_application(request: HttpRequest, pk: int) -> Application:
    """Return the member's application `pk`. Raises Http404 for anybody else's."""
    return get_object_or_404(access.applications_of(access.member(request)), pk=pk)
