"""Give out what is stored about a person, and erase it."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from portal.backoffice.audit_log import Act, record
from portal.backoffice.confirmation import ask_first
from portal.backoffice.order.forms import confirmed
from portal.backoffice.people.persons import ERASE, Person, find_person, find_placed_order
from portal.backoffice.staff_access import (
    permission_required,
    recent_factor_required,
    staff_user,
)
from shop.data_export import export, export_of_address
from shop.orders.states import FINISHED
from shop.tenancy.erasure import (
    NotErasableError,
    StillAdministersError,
    erase_address,
    erase_user,
)
from shop.tenancy.models import User
from shop.tenancy.needed_clients import needed_clients
from shop.theme import download_name


class EraseForm(forms.Form):
    """Confirms that a person is to be erased."""

    confirm = confirmed(gettext_lazy("Yes, erase this person. This cannot be undone."))


@permission_required(ERASE)
@require_safe
@recent_factor_required
def data(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Download what is stored about a person, as the person would get it in the portal."""
    found, staff = find_person(kind, pk), staff_user(request)
    if found.user:
        held = export(found.user)
        record(staff, found.user, Act.GIVEN_OUT)
    else:
        held = export_of_address(found.email)
        record(staff, find_placed_order(pk), Act.GIVEN_OUT)
    return JsonResponse(
        held,
        json_dumps_params={"indent": 2, "ensure_ascii": False},
        headers={
            "Content-Disposition": f'attachment; filename="{download_name("personal-data.json")}"'
        },
    )


@permission_required(ERASE)
@require_http_methods(["GET", "HEAD", "POST"])
@recent_factor_required
def erase(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Ask before a person is erased; POST erases them in every room."""
    found = find_person(kind, pk)
    if reason := _refusal(found):
        messages.warning(request, reason)
        return redirect(found.url("staff_person"))
    form = EraseForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _ask_to_erase(request, found, form)
    under_way = found.orders.exclude(state__in=FINISHED).count()
    try:
        _erase(found, staff_user(request))
    except (StillAdministersError, NotErasableError):
        # Somebody else was faster; the page gives the reason.
        return redirect("staff_people")
    _tell_erased(request, under_way)
    return redirect("staff_people")


def _tell_erased(request: HttpRequest, under_way: int) -> None:
    if under_way:
        left = ngettext(
            "Erased, except in %(number)s order that is under way. Erase the person again once it "
            "is finished.",
            "Erased, except in %(number)s orders that are under way. Erase the person again once "
            "they are finished.",
            under_way,
        )
        messages.warning(request, left % {"number": under_way})
    else:
        done = _(
            "The person has been erased. Their finished orders hold nothing about them any more."
        )
        messages.success(request, done)


def _erase(person: Person, staff: User) -> None:
    if user := person.user:
        erase_user(user, lambda: record(staff, user, Act.ERASED))
        return
    orders = [*person.orders.filter(state__in=FINISHED), *person.archived_orders]

    def log() -> None:
        for order in orders:
            record(staff, order, Act.ERASED)

    erase_address(person.email, log)


def _refusal(person: Person) -> str:
    """Return why the person cannot be erased now, and what to do about it; "" if they can."""
    user = person.user
    if user and user.is_staff:
        return _("This is a colleague: end their access to the back office first.")
    if user and needed_clients(user):
        return _("A client still needs this person. The page says for what.")
    return ""


def _ask_to_erase(request: HttpRequest, person: Person, form: EraseForm) -> HttpResponse:
    under_way = person.orders.exclude(state__in=FINISHED).count()
    finished = person.orders.filter(state__in=FINISHED).count() + len(person.archived_orders)
    names = ngettext(
        "%(number)s finished order loses names, e-mail and display name; tier, price and dates "
        "stay.",
        "%(number)s finished orders lose names, e-mail and display name; tier, price and dates "
        "stay.",
        finished,
    )
    waiting = ngettext(
        "%(number)s order is under way and keeps what it was placed with: cancel it first, or "
        "erase the person again once it is finished.",
        "%(number)s orders are under way and keep what they were placed with: cancel them first, "
        "or erase the person again once they are finished.",
        under_way,
    )
    account = _("Their account, memberships, invitations, sessions, tokens and passkeys are ended.")
    return ask_first(
        request,
        _("Erase %(email)s?") % {"email": person.email},
        [
            account if person.user else "",
            names % {"number": finished} if finished else "",
            _("Mails to them are deleted."),
            waiting % {"number": under_way} if under_way else "",
        ],
        button=_("Erase this person"),
        back=person.url("staff_person"),
        form=form,
        destroys=True,
    )
