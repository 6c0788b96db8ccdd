"""The page of one order: what to do, what happened."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.backoffice import forms
from portal.backoffice.advice import advice_on, way_in
from portal.backoffice.available_actions import available_actions
from portal.backoffice.staff_access import permission_required, staff_user
from portal.backoffice.timeline import timeline_of
from shop.orders.models import Order, State
from shop.packing.recovery import rerunnable_steps
from shop.view_types import View

LOOK, MEND = "orders.view_order", "orders.mend_order"
RELATED = (
    "product",
    "packing",
    "application",
    "placed_by",
    "token_user",
    "delivered_client__client_admin",
    "delivered_project",
    "member",
    "invitation",
    "approved_by",
    "taken_by",
    "basket__terms",
    "basket__application",
)
Action = Callable[..., HttpResponse]  # of the request, the order, and what else its address names


@permission_required(LOOK)
@require_safe
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """What to do, and what happened."""
    return show(request, find_order(pk))


def action(permission: str = MEND) -> Callable[[Action], View]:
    """Something that is done to an order, by POST.

    A GET leads to the order's page: switching the language after a refused form asks for it.
    """

    def make(act: Action) -> View:
        @permission_required(permission)
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(act)
        def view(request: HttpRequest, pk: int, **which: int) -> HttpResponse:
            if request.method != "POST":
                return redirect("staff_order", pk)
            return act(request, find_order(pk), **which)

        return view

    return make


def find_order(pk: int) -> Order:
    """The placed order of this number. Raises Http404."""
    placed = Order.objects.exclude(state=State.NEW).select_related(*RELATED)
    return get_object_or_404(placed, pk=pk)


def show(
    request: HttpRequest, order: Order, refused: forms.ActionForm | None = None
) -> HttpResponse:
    """The order's page; with a form that was `refused` as it was typed, and 422."""
    may_do = available_actions(order, staff_user(request))
    again = rerunnable_steps(order) if "steps" in may_do else []
    entries = timeline_of(order)
    context = {
        "order": order,
        "offered": may_do,
        "forms": _forms(order, refused),
        "refused": refused,
        "again": again,
        "advice": advice_on(order),
        "way_in": way_in(order),
        "entries": entries,
        "seen": max((entry.event for entry in entries), default=0),
        "mails": order.messages.all(),
        "deliveries": order.deliveries.all(),
    }
    return render(request, "backoffice/order.html", context, status=422 if refused else 200)


def acted(request: HttpRequest, order: Order, won: Any, success: str) -> HttpResponse:
    """Back to the order's page, which says what was done, or who was faster."""
    if won:
        messages.success(request, success)
    else:
        messages.warning(request, _too_late(request, order))
    return redirect("staff_order", order.pk)


def _too_late(request: HttpRequest, order: Order) -> str:
    seen = request.POST.get("seen", "")
    since = order.events.filter(pk__gt=int(seen) if seen.isdecimal() and len(seen) < 19 else 0)
    last = since.filter(actor__is_staff=True).select_related("actor").last()
    if last is None or last.actor is None:
        return _("The order went on meanwhile: here is how it stands now.")
    if last.actor == request.user:
        return _("You have done this already: here is how the order stands now.")
    sentence = _("%(who)s was faster: here is how the order stands now.")
    return sentence % {"who": last.actor.get_full_name() or last.actor.email}


def _forms(order: Order, refused: forms.ActionForm | None) -> dict[str, forms.ActionForm]:
    client = order.delivered_client
    fresh: list[forms.ActionForm] = [
        forms.ByHandForm(
            initial={"client": order.delivered_client_id, "project": order.delivered_project_id}
        ),
        forms.CorrectForm(order),
        forms.EmailChangeForm(initial={"user_email": order.user_email}),
        forms.CancelForm(),
        forms.NoteForm(),
        forms.FollowUpForm(initial={"on": order.follow_up_on}),
        forms.ClientAdminForm(initial={"instead_of": client.client_admin_id if client else None}),
    ]
    return {form.name: form for form in [*fresh, *([refused] if refused else [])]}
