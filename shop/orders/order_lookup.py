"""Find the orders of an e-mail address, for customers who have lost their link."""

from itertools import islice

from django.db.models import QuerySet

from shop.email_spellings import canonical_email
from shop.orders.archived_order import archived_by_number, archived_for
from shop.orders.models import Order, State
from shop.tenancy.email_addresses import user_by_email

MOST = 20  # orders of one address; the newest
# Archived orders that are looked through: who orders for others is named by many.
LOOKED_AT = 500


def address_of(order: Order) -> str:
    """The address that mails about `order` go to, or an empty string."""
    return order.user_email or (order.member.email if order.member else "")


def orders_of_address(email: str) -> list[Order]:
    """The newest placed orders whose address is `email`, however it is spelt; archived ones, too."""
    canonical = canonical_email(email)
    # An order without an address is its member's. Two queries: each has an index.
    by_member = {"user_email": None, "member__canonical_email": canonical}
    found = [
        order
        for wanted in ({"canonical_email": canonical}, by_member)
        for order in _placed().filter(**wanted)[:MOST]
    ]
    named = archived_for(user_by_email(email), [email])[:LOOKED_AT]
    archived = (each.order for each in named.iterator(chunk_size=MOST))
    theirs = (order for order in archived if canonical_email(address_of(order)) == canonical)
    found += islice(theirs, MOST)
    return sorted(found, key=lambda order: (order.created_at, order.pk), reverse=True)[:MOST]


def order_of_number(order_number: str) -> Order | None:
    """The placed order of this number, also if it is archived; or None."""
    found = _placed().filter(order_number=order_number).first()
    # Looked for also where there is one: how long it takes must not tell.
    archived = archived_by_number(order_number)
    return archived.order if archived else found


def _placed() -> QuerySet[Order]:
    return Order.objects.exclude(state=State.NEW).select_related("member")
