"""Erase a person from their orders; what invoices need stays: tier, price, dates, client.

Billing data of an order are erased with it: invoices go by those of the client, which packing has
made of them.
"""

import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import Any

from django.db.models import Q, QuerySet
from django.dispatch import Signal, receiver

from shop.change_times import later_change
from shop.email_spellings import canonical_email, stored_email
from shop.orders.archived_order import archived_about
from shop.orders.archiving import bring_back
from shop.orders.basket import update_document
from shop.orders.models import Basket, Order, OrderEvent, State
from shop.orders.open_orders import delete_open
from shop.orders.order_fields import ERASED, PERSONAL
from shop.orders.placing import NotOpenError
from shop.orders.search_index import reindex
from shop.orders.signals import orders_emptied
from shop.orders.states import FINISHED
from shop.row_locks import lock_rows
from shop.tenancy.erasure import address_erased, user_erased
from shop.tenancy.models import User

# Sent in the transaction of the erasure, with the primary keys of the `orders` and the `names` that
# are taken out of what was written about them.
orders_erased = Signal()


def orders_for(user: User | None, emails: Iterable[str]) -> QuerySet[Order]:
    """Find the placed orders for a person, by membership or by their `emails` in any spelling."""
    canonical = {canonical_email(email) for email in emails}
    placed = Order.objects.exclude(state=State.NEW)
    theirs = Q(canonical_email__in=canonical)
    return placed.filter(theirs | Q(member=user) if user else theirs)


def archived_orders_for(user: User | None, emails: Iterable[str]) -> list[Order]:
    """Find the archived orders that `orders_for` would find, as they were, the newest first."""
    canonical = {canonical_email(email) for email in emails}
    found = (each.order for each in archived_about(user, emails).order_by("-pk"))
    return [
        order
        for order in found
        if order.canonical_email in canonical or (user and order.member_id == user.pk)
    ]


@receiver([user_erased, address_erased])
def erase_orders(
    sender: type[User], emails: frozenset[str], user: User | None = None, **kwargs: Any
) -> None:
    """Erase the person from finished orders, not from others, and delete their open order.

    Archived orders that hold data about the person are brought back first.
    """
    # One that is being archived at this moment is in the archive once its lock is given up.
    lock_rows(orders_for(user, emails))
    bring_back(archived_about(user, emails).values_list("pk", flat=True))
    names: set[str | None] = {*emails}
    if user:
        names |= {user.first_name, user.last_name, user.login}
        for order in Order.objects.filter(owner=user, state=State.NEW):
            with suppress(NotOpenError):
                delete_open(order)
    erased = {*emails, *empty_orders(orders_for(user, emails), names)}
    # Others' orders name the person, too.
    _erase_from_details(OrderEvent.objects.all(), erased)


def empty_orders(orders: QuerySet[Order], names: Iterable[str | None] = ()) -> set[str]:
    """Erase the people from those of `orders` that are finished; tell `orders_erased`.

    `names` are taken out of their notes, besides the orders' own. Returns the e-mail addresses that
    were in them, as accounts spell them and as they were typed, in small letters.
    """
    finished = list(orders.filter(state__in=FINISHED))
    numbers = [order.pk for order in finished]
    held = [order.pk for order in finished if any(getattr(order, name) for name in ERASED)]
    given = set(names)
    for order in finished:
        given |= {getattr(order, member) for member in PERSONAL if member != "billing"}
        given.add((order.billing or {}).get("name"))
    found = {str(name) for name in given if name}
    ordered = {order.user_email for order in finished if order.user_email}
    spelled = {spell(email) for email in ordered for spell in (str.lower, stored_email)}
    events = OrderEvent.objects.filter(order__in=numbers)
    _erase_from_details(events, spelled)
    for event in events.exclude(note=""):
        note = redact(event.note, found)
        OrderEvent.objects.filter(pk=event.pk).update(note=note)
    for basket in Basket.objects.filter(order__in=numbers):
        update_document(basket, dict.fromkeys(PERSONAL))
        basket.contacts, basket.company = {}, ""
        basket.save()
    nothing: dict[str, Any] = dict.fromkeys(ERASED)
    emptied = Order.objects.filter(pk__in=numbers)
    emptied.update(**nothing, unreachable_since=None, updated_at=later_change())
    reindex(emptied)
    orders_erased.send(sender=Order, orders=numbers, names=found)
    orders_emptied.send(sender=Order, orders=held)
    return spelled


def _erase_from_details(events: QuerySet[OrderEvent], emails: set[str]) -> None:
    for key in OrderEvent.EMAIL_KEYS:
        for event in events.filter(**{f"details__{key}__in": sorted(emails)}):
            event.details[key] = "…"
            event.save(update_fields=["details"])


def redact(text: str, names: Collection[str]) -> str:
    """Return a text without some names, whichever way they are spelled."""
    if not names:
        return text
    # Longest first: a name may be part of the e-mail address.
    found = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{found})(?!\w)", "…", text, flags=re.IGNORECASE)
