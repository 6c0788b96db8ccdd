"""Empty a person's orders when they delete their account.

What invoices need stays: tier, price, dates, client.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.dispatch import Signal, receiver
from django.utils import timezone

from shop.orders.basket import update_document
from shop.orders.models import Basket, Order, OrderEvent, State
from shop.orders.open_orders import delete_open
from shop.orders.placing import NotOpenError
from shop.tenancy.erasure import user_erased
from shop.tenancy.models import User

PERSONAL = ("user_email", "user_first_name", "user_last_name", "user_login")
FINISHED = (State.PACKED, State.CANCELLED)

# Sent in the transaction with the numbers of the `orders` that were emptied.
orders_erased = Signal()


def orders_for(user: User, emails: Iterable[str]) -> QuerySet[Order]:
    """Placed orders whose member `user` is, by one of their `emails` (in lower case) or by name."""
    placed = Order.objects.exclude(state=State.NEW).annotate(address=Lower("user_email"))
    return placed.filter(Q(member=user) | Q(address__in=emails))


@receiver(user_erased)
def erase_orders(sender: type[User], user: User, emails: frozenset[str], **kwargs: Any) -> None:
    """Take the person out of the finished orders that are theirs; delete their open order.

    An order that is still under way keeps what it needs to be delivered.
    """
    for order in Order.objects.filter(owner=user, state=State.NEW):
        with suppress(NotOpenError):
            delete_open(order)
    finished = list(orders_for(user, emails).filter(state__in=FINISHED))
    numbers = [order.pk for order in finished]
    names = {user.first_name, user.last_name, user.login, *emails}
    names |= {getattr(order, member) for order in finished for member in PERSONAL}
    # Of others' orders: that they were written to again, or administer the client.
    naming = reduce(or_, (Q(note__icontains=email) for email in emails))
    written = Q(kind__in=(OrderEvent.Kind.SENT_AGAIN, OrderEvent.Kind.CLIENT_ADMIN)) & naming
    for event in OrderEvent.objects.filter(Q(order__in=numbers) | written).exclude(note=""):
        note = _redact(event.note, {name for name in names if name})
        OrderEvent.objects.filter(pk=event.pk).update(note=note)
    nothing: dict[str, Any] = dict.fromkeys(PERSONAL)
    for basket in Basket.objects.filter(order__in=numbers):
        update_document(basket, nothing)
        basket.contacts, basket.company = {}, ""
        basket.save()
    Order.objects.filter(pk__in=numbers).update(**nothing, updated_at=timezone.now())
    orders_erased.send(sender=Order, orders=numbers)


def _redact(text: str, names: set[str]) -> str:
    # The longest first: a name may be a part of the address.
    found = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{found})(?!\w)", "…", text, flags=re.IGNORECASE)
