"""Find the orders that belong to an e-mail address, for who has lost the link to them."""

from django.db.models import QuerySet

from shop.email_spellings import canonical_email
from shop.orders.models import Order, State
from shop.orders.search_words import asked_email

MOST = 20  # orders of one address; the newest


def address_of(order: Order) -> str:
    """The address that mails about `order` go to, or an empty string."""
    return order.user_email or (order.member.email if order.member else "")


def orders_of_address(email: str) -> list[Order]:
    """The newest placed orders whose address is `email`, however it is spelt."""
    words = [word.encode() for word in asked_email(email)]
    found = _placed().filter(search_words__word__in=words).distinct()
    wanted = canonical_email(email)
    same = (order for order in found if canonical_email(address_of(order)) == wanted)
    return list(same)[:MOST]


def order_of_number(order_number: str) -> Order | None:
    """The placed order of this number, or None."""
    return _placed().filter(order_number=order_number).first()


def _placed() -> QuerySet[Order]:
    return Order.objects.exclude(state=State.NEW).select_related("member")
