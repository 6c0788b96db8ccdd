"""Requests of client_admins: to appoint somebody in their place, to delete their account."""

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.backoffice.audit_log import Act
from portal.backoffice.contracts.contract_decisions import decide
from portal.backoffice.contracts.contract_queue import kept_wishes
from portal.backoffice.order.hidden_hashes import hide_hashes
from portal.backoffice.order.offered_action import MEND
from portal.backoffice.staff_access import permission_required, staff_user
from shop.tenancy.appointment_requests import open_requests
from shop.tenancy.departure_rows import AppointmentRequest
from shop.tenancy.models import Client

SHOWN = 100  # rows of each list


@permission_required("orders.view_order")
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """List open requests to appoint somebody, wishes to be deleted, and the latest requests done."""
    clients = Prefetch("user__administered_clients", Client.objects.order_by("pk"))
    done = AppointmentRequest.objects.exclude(done_at=None).order_by("-done_at", "-pk")
    context = {
        "requests": open_requests().select_related("client", "asked_by").order_by("pk")[:SHOWN],
        "wishes": kept_wishes().select_related("user").prefetch_related(clients)[:SHOWN],
        "done": done.select_related("client", "done_by")[:SHOWN],
    }
    return hide_hashes(request, render(request, "backoffice/requests.html", context))


@permission_required(MEND)
@require_http_methods(["GET", "HEAD", "POST"])
def finish_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a request to appoint somebody as done, on POST."""
    found = get_object_or_404(AppointmentRequest, pk=pk)
    if request.method != "POST":
        return redirect("staff_requests")
    finished = {"done_at": timezone.now(), "done_by": staff_user(request)}
    return decide(
        request,
        lambda: AppointmentRequest.objects.filter(pk=pk, done_at=None).update(**finished),
        about=found,
        what=Act.REQUEST_DONE,
        done=_("The request is marked as done."),
        back=reverse("staff_requests"),
    )
