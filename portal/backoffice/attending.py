"""Who sees to an order, and what they write down."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from portal.backoffice.forms import ClientAdminForm, FollowUpForm, NoteForm
from portal.backoffice.order_page import acted, action, show
from portal.backoffice.staff_access import staff_user
from shop.orders.assignment import (
    add_note,
    appoint_client_admin,
    assign,
    set_follow_up,
    unassign,
)
from shop.orders.models import Order


@action()
def take(request: HttpRequest, order: Order) -> HttpResponse:
    """See to the order, in place of whoever the page showed."""
    shown = request.POST.get("taken_by", "")
    staff = staff_user(request)
    as_shown = shown == str(order.taken_by_id or "")
    won = as_shown and assign(order, staff, actor=staff)
    return acted(request, order, won, _("The order is yours."))


@action()
def give_back(request: HttpRequest, order: Order) -> HttpResponse:
    """Leave the order to others."""
    won = unassign(order, staff_user(request))
    return acted(request, order, won, _("The order is open to everybody again."))


@action()
def note(request: HttpRequest, order: Order) -> HttpResponse:
    """Write something down for colleagues."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        return show(request, order, form)
    add_note(order, staff_user(request), form.cleaned_data["text"])
    return acted(request, order, True, _("The note is kept."))


@action()
def look_again(request: HttpRequest, order: Order) -> HttpResponse:
    """Choose the day on which somebody looks again."""
    form = FollowUpForm(request.POST)
    if not form.is_valid():
        return show(request, order, form)
    won = set_follow_up(order, staff_user(request), form.cleaned_data["on"])
    return acted(request, order, won, _("The day is kept."))


@action("tenancy.change_client")
def client_admin(request: HttpRequest, order: Order) -> HttpResponse:
    """Appoint another client_admin for the client that was delivered."""
    form = ClientAdminForm(request.POST)
    if not form.is_valid():
        return show(request, order, form)
    client, user = order.delivered_client, form.cleaned_data["user"]
    as_shown = client is not None and client.client_admin_id == form.cleaned_data["instead_of"]
    won = as_shown and appoint_client_admin(order, user, staff_user(request))
    sentence = _("%(who)s administers the client now.") % {"who": user}
    return acted(request, order, won, sentence)
