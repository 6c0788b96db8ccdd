"""The tasks of a client_admin: what of their companies needs them, each with the link to do it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.billing.models import Subscription
from shop.billing.open_invoices import Open
from shop.catalogue.templatetags.money import money
from shop.email_spellings import shown_email
from shop.orders.models import Order, State
from shop.tenancy.models import Client
from shop.typed_text import isolated

LISTED = 5  # of each kind


@dataclass(frozen=True)
class Task:
    """Something to do for a company, and where."""

    text: str
    company: str
    label: str
    url: str
    is_urgent: bool = False


def tasks_of(clients: Iterable[Client], owed: Mapping[int, list[Open]]) -> list[Task]:
    """Return what is to do for `clients`: pay, name who is billed, mend orders and invitations."""
    by_number = {client.pk: client for client in clients}
    return [
        *(_pay(by_number[number], each) for number in owed for each in owed[number]),
        *_billing(by_number),
        *_orders(by_number),
        *_invitations(by_number),
    ]


def _pay(client: Client, owed: Open) -> Task:
    if owed.is_overdue:
        text = ngettext(
            "An invoice is overdue: %(sum)s.",
            "%(number)s invoices are open, at least one is overdue: %(sum)s in total.",
            owed.number,
        )
    else:
        text = ngettext(
            "One invoice is open: %(sum)s.",
            "%(number)s invoices are open: %(sum)s in total.",
            owed.number,
        )
    sums = {"number": owed.number, "sum": money(owed.cents, owed.currency)}
    url = reverse("portal_invoices", args=[client.pk])
    return Task(text % sums, client.name, _("See invoices"), url, is_urgent=owed.is_overdue)


def _billing(by_number: Mapping[int, Client]) -> list[Task]:
    held = Subscription.objects.filter(
        client__in=by_number, waits_for=Subscription.WaitsFor.BILLING, ended_at=None
    )
    return [
        Task(
            _("We don’t know yet whom to bill."),
            by_number[number].name,
            _("Add billing details"),
            reverse("portal_billing", args=[number]),
        )
        for number in held.order_by("client").values_list("client", flat=True).distinct()
    ]


def _orders(by_number: Mapping[int, Client]) -> list[Task]:
    """Return the orders in which a detail is to be mended by the customer."""
    stopped = Order.objects.filter(state=State.HAS_PACKING_ERRORS, client_id__in=by_number)
    theirs = stopped.filter(packing__isnull=False).exclude(packing__mendable=[])
    return [
        Task(
            _("The order %(number)s needs a correction.") % {"number": order.order_number},
            by_number[order.client_id or 0].name,
            _("View order"),
            reverse("registration", args=[order.order_hash]),
        )
        for order in theirs.order_by("-pk")[:LISTED]
    ]


def _invitations(by_number: Mapping[int, Client]) -> list[Task]:
    """Return the invitations whose mail was refused."""
    refused = Order.objects.filter(
        delivered_client__in=by_number, unreachable_since__isnull=False, invitation__used_at=None
    ).exclude(invitation=None)
    text = _("The invitation to %(email)s could not be delivered.")
    return [
        Task(
            text % {"email": isolated(shown_email(order.user_email or ""))},
            by_number[order.delivered_client_id or 0].name,
            _("Check the address"),
            reverse("registration", args=[order.order_hash]),
        )
        for order in refused.order_by("-unreachable_since")[:LISTED]
    ]
