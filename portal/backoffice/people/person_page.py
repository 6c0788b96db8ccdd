"""A person's data: find it by e-mail address, give it out, erase it.

A person is a user, or somebody who ordered without an account, known by the address of an order. No
URL holds an address.
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from portal.backoffice.audit_log import Act, history_of, record
from portal.backoffice.confirmation import ask_first
from portal.backoffice.order.forms import confirmed
from portal.backoffice.staff_access import (
    permission_required,
    recent_factor_required,
    staff_user,
)
from shop.data_export import export, export_of_address
from shop.email_fields import EmailField, EmailInput
from shop.notifications.emails.models import Message
from shop.orders.models import Order, OrderEvent, State
from shop.orders.order_erasure import orders_for
from shop.orders.pasted_text import find_email
from shop.orders.states import FINISHED
from shop.tenancy.email_addresses import user_by_email
from shop.tenancy.erasure import (
    NotErasableError,
    StillAdministersError,
    emails_of,
    erase_address,
    erase_user,
    spellings,
)
from shop.tenancy.models import Membership, User
from shop.tenancy.needed_clients import needed_clients
from shop.theme import download_name

ERASE = "tenancy.erase_person"
SHOWN = 200  # rows of each kind


class PastedEmailField(EmailField):
    """An address as people paste it: bare, `Name <address>` or `mailto:…`."""

    def to_python(self, value: Any) -> str:
        """Return the address alone, if there is one in `value`."""
        text = str(super().to_python(value) or "")
        return find_email(text) or text


class FindPersonForm(forms.Form):
    """Ask for the e-mail address of a person."""

    email = PastedEmailField(
        widget=EmailInput({"autocomplete": "off"}),
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("The full address, as in an account or an order."),
    )


class EraseForm(forms.Form):
    """Confirms that a person is to be erased."""

    confirm = confirmed(gettext_lazy("Yes, erase this person. This cannot be undone."))


@dataclass(frozen=True)
class Person:
    """A user, or the address of somebody without an account."""

    kind: str
    pk: int  # of the user, or of an order with the address
    email: str
    user: User | None

    @property
    def emails(self) -> frozenset[str]:
        """The addresses that are this person's, in the spellings that are stored."""
        return emails_of(self.user) if self.user else spellings(self.email)

    @property
    def orders(self) -> QuerySet[Order]:
        """The placed orders for this person."""
        return orders_for(self.user, self.emails).order_by("-pk")

    @property
    def mails(self) -> QuerySet[Message]:
        """The mails to this person."""
        theirs = Q(recipient__in=self.emails)
        found = Message.objects.filter(theirs | Q(user=self.user) if self.user else theirs)
        return found.order_by("-pk")

    def url(self, name: str) -> str:
        """Return the URL of one of this person's pages."""
        return reverse(name, kwargs={"kind": self.kind, "pk": self.pk})


@permission_required(ERASE)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Find a person by e-mail address."""
    form = FindPersonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        found = _search(form.cleaned_data["email"])
        if found:
            return redirect(found.url("staff_person"))
        form.add_error("email", _("Neither an account nor an order has this address."))
    status = 422 if form.errors else 200
    return render(request, "backoffice/people.html", {"form": form}, status=status)


@permission_required(ERASE)
@require_safe
def person(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Show what is stored about a person."""
    found = _find(kind, pk)
    user, orders = found.user, found.orders
    of_user = Membership.objects.filter(user=user) if user else Membership.objects.none()
    context = {
        "person": found,
        "orders": orders[:SHOWN],
        "mails": found.mails[:SHOWN],
        "memberships": of_user.select_related("project__client")[:SHOWN],
        "held": needed_clients(user) if user else [],
        "events": OrderEvent.objects.filter(order__in=orders.order_by()).count(),
        "history": history_of(user) if user else [],
        "data_url": found.url("staff_person_data"),
        "erase_url": found.url("staff_person_erase"),
    }
    return render(request, "backoffice/person.html", context)


@permission_required(ERASE)
@require_safe
@recent_factor_required
def data(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Download what is stored about a person, as the person would get it in the portal."""
    found, staff = _find(kind, pk), staff_user(request)
    if found.user:
        held = export(found.user)
        record(staff, found.user, Act.GIVEN_OUT)
    else:
        held = export_of_address(found.email)
        record(staff, Order.objects.get(pk=pk), Act.GIVEN_OUT)
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
    found = _find(kind, pk)
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
    orders = list(person.orders.filter(state__in=FINISHED))

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
    finished = person.orders.filter(state__in=FINISHED).count()
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
    )


def _search(email: str) -> Person | None:
    if user := user_by_email(email):
        return Person("accounts", user.pk, user.email, user)
    order = orders_for(None, [email]).order_by("-pk").first()
    return Person("orders", order.pk, email, None) if order else None


def _find(kind: str, pk: int) -> Person:
    if kind == "accounts":
        user = get_object_or_404(User, pk=pk)
        if user.is_erased:
            raise Http404
        return Person(kind, pk, user.email, user)
    placed: QuerySet[Any] = Order.objects.exclude(state=State.NEW)
    email = get_object_or_404(placed, pk=pk).user_email
    if not email:
        raise Http404
    return Person(kind, pk, email, user_by_email(email))
