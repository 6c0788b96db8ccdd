"""The page on which an order is mended."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.backoffice.doors import for_staff
from portal.backoffice.forms import ByHandForm
from shop.orders.faults import fault_text
from shop.orders.models import Order, State
from shop.packing.mending import approve, done_by_hand, retry
from shop.packing.outcomes import Mend
from shop.tenancy.models import User

STUCK = (State.NEED_HUMAN, State.HAS_PACKING_ERRORS)


@for_staff
@require_safe
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """What to do, and what happened."""
    return _show(request, _find(pk), ByHandForm(initial=_delivered_so_far(_find(pk))))


@for_staff
@require_POST
def retry_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the worker try again."""
    return _acted(request, pk, retry(_find(pk), _staff(request)), _("The order is tried again."))


@for_staff
@require_POST
def approve_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve an order that waits for a person."""
    return _acted(request, pk, approve(_find(pk), _staff(request)), _("The order is approved."))


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def finish_by_hand(request: HttpRequest, pk: int) -> HttpResponse:
    """Name the client and project that were delivered by hand."""
    if request.method != "POST":
        # Where switching the language after a refused form leads.
        return redirect("staff_order", pk)
    found = _find(pk)
    form = ByHandForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form, status=422)
    project, note = form.cleaned_data["project"], form.cleaned_data["note"]
    try:
        done = done_by_hand(found, project, _staff(request), note=note)
    except Mend as outcome:
        form.add_error(None, fault_text(outcome.code))
        return _show(request, _find(pk), form, status=422)
    return _acted(request, pk, done, _("The order is done; the invitation goes out."))


def _find(pk: int) -> Order:
    related = (
        "product",
        "packing",
        "delivered_client",
        "delivered_project",
        "member",
        "approved_by",
        "basket__terms",
    )
    return get_object_or_404(Order.objects.exclude(state=State.NEW).select_related(*related), pk=pk)


def _show(request: HttpRequest, order: Order, form: ByHandForm, status: int = 200) -> HttpResponse:
    context = {
        "order": order,
        "form": form,
        "events": order.events.select_related("actor"),
        "steps": order.steps.all(),
        "mails": order.messages.all(),
        "can_retry": order.state in STUCK,
        "can_approve": order.state == State.NEED_HUMAN,
    }
    return render(request, "backoffice/order.html", context, status=status)


def _delivered_so_far(order: Order) -> dict[str, int | None]:
    return {"client": order.delivered_client_id, "project": order.delivered_project_id}


def _acted(request: HttpRequest, pk: int, won: bool, success: str) -> HttpResponse:
    if won:
        messages.success(request, success)
    else:
        messages.warning(request, _("Somebody else was faster: here is how the order stands now."))
    return redirect("staff_order", pk)


def _staff(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- for_staff saw to it
    return request.user
