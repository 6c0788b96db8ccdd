"""Links that cancel an order, mailed to its address; signed and never stored."""

from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner

from shop.email_spellings import canonical_email
from shop.orders.models import Order
from shop.orders.order_lookup import address_of
from shop.orders.parties import orderer_of
from shop.tenancy.models import User


def link_reader(order: Order) -> User | None:
    """Return the user who ordered for a client that exists, and may sign in; or None."""
    user = orderer_of(order) if order.client_id else None
    return user if user and user.may_sign_in else None


def cancel_link_address(order: Order) -> str:
    """Return the address that the link is mailed to, or an empty string.

    An order for a client that exists may name a colleague's address, so its orderer gets the link.
    """
    if order.client_id is None:
        return address_of(order)
    user = link_reader(order)
    return user.email if user else ""


def cancel_token(order: Order) -> str:
    """Return a token that is valid for CANCEL_LINK_DAYS, as long as the address is the same."""
    return _signer(order).sign(str(order.pk))


def is_cancel_token(token: str, order: Order) -> bool:
    """Tell whether `token` is a valid one of `order`."""
    if not cancel_link_address(order):
        return False
    max_age = timedelta(days=settings.CANCEL_LINK_DAYS)
    try:
        return _signer(order).unsign(token, max_age=max_age) == str(order.pk)
    except BadSignature:
        return False


def _signer(order: Order) -> TimestampSigner:
    address = canonical_email(cancel_link_address(order))
    return TimestampSigner(sep="~", salt=f"shop.orders.cancel_links:{address}")
