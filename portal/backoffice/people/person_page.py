"""The page of a person: their places, orders, mails and sign-in, and the end of their sessions."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.backoffice.audit_log import Act, history_of, record
from portal.backoffice.confirmation import ask_first
from portal.backoffice.order.hidden_hashes import hide_hashes
from portal.backoffice.order.offered_action import MEND
from portal.backoffice.people.persons import ERASE, LOOK, Person, find_person
from portal.backoffice.people.sign_in_facts import sign_in_facts
from portal.backoffice.staff_access import permission_required, staff_user
from shop.factor_removal import end_sessions
from shop.orders.models import Order, OrderEvent
from shop.tenancy.colleagues import may_help
from shop.tenancy.departure_rows import DeletionWish
from shop.tenancy.factor_resets import open_resets
from shop.tenancy.models import Client, Membership, User
from shop.tenancy.needed_clients import needed_clients
from shop.typed_text import isolated

SHOWN = 50  # rows of each kind
LOOKED_AT = 20  # clients, for what needs their client_admin: queries for each
MANAGE = "tenancy.manage_staff"


@permission_required(LOOK, ERASE)
@require_safe
def person(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Show a person: what is stored about them, and what can be done for them."""
    found = find_person(kind, pk)
    orders = list(found.orders.select_related("delivered_client", "delivered_project")[:SHOWN])
    archived = found.archived_orders
    every = (*orders, *archived)
    named = next((each for each in every if each.user_first_name or each.user_last_name), None)
    events = OrderEvent.objects.filter(order__in=found.orders.order_by()).count()
    context = {
        "person": found,
        "name": found.name if found.user else _ordered_name(named),
        "orders": orders,
        "archived": archived[:SHOWN],
        "mails": found.mails.select_related("order")[:SHOWN],
        "events": events + sum(each.events.count() for each in archived),
        "shown": SHOWN,
        "data_url": found.url("staff_person_data"),
        "erase_url": found.url("staff_person_erase"),
        **(_of_user(found.user, staff_user(request)) if found.user else {}),
    }
    return hide_hashes(request, render(request, "backoffice/people/person.html", context))


@permission_required(MEND, MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest, kind: str, pk: int, session: int | None = None) -> HttpResponse:
    """Ask before a person's sessions end, all of them or one; POST ends them."""
    found, staff = find_person(kind, pk), staff_user(request)
    user = found.user
    if user is None:
        raise Http404
    if not may_help(staff, user):
        raise PermissionDenied
    if request.method != "POST":
        return _ask_to_sign_out(request, found, session)
    with transaction.atomic():
        ended = end_sessions(user, session)
        if ended:
            record(staff, user, Act.SIGNED_OUT, str(ended))
    if ended:
        text = _("%(who)s is signed out.")
        messages.success(request, text % {"who": isolated(found.name)})
    else:
        messages.warning(request, _("They were signed out already. This is the current state."))
    return redirect(found.url("staff_person"))


def _ask_to_sign_out(request: HttpRequest, person: Person, session: int | None) -> HttpResponse:
    if session is None:
        scope = _("All of their sessions end, in every browser.")
    elif UserSession.objects.filter(pk=session, user=person.user).exists():
        scope = _("This session ends; others continue.")
    else:
        messages.warning(request, _("They were signed out already. This is the current state."))
        return redirect(person.url("staff_person"))
    return ask_first(
        request,
        _("Sign %(who)s out?") % {"who": isolated(person.name)},
        [
            scope,
            _("What they have typed and not saved is lost. They can sign in again at once."),
            _("Password, passkeys and tokens of programs stay as they are."),
        ],
        button=_("Sign out"),
        back=person.url("staff_person"),
    )


def _of_user(user: User, staff: User) -> dict[str, Any]:
    seats = Membership.objects.filter(user=user).select_related("project__client")
    administered = Client.objects.filter(client_admin=user).annotate(number=Count("projects"))
    return {
        "memberships": seats.order_by("-pk")[:SHOWN],
        "administered": administered.order_by("name", "pk")[:SHOWN],
        "held": needed_clients(user, LOOKED_AT) if staff.has_perm(ERASE) else [],
        "wish": DeletionWish.objects.filter(user=user).first(),
        "sign_in": sign_in_facts(user),
        "may_help": may_help(staff, user),
        "reset": open_resets().filter(user=user).select_related("asked_by").first(),
        "history": history_of(user),
    }


def _ordered_name(order: Order | None) -> str:
    if order is None:
        return ""
    return f"{order.user_first_name or ''} {order.user_last_name or ''}".strip()
