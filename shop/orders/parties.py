"""The parties of an order: the user who placed it, and the person it is for."""

from shop.content.models import Version
from shop.email_spellings import same_mailbox
from shop.orders.consent import consent_of
from shop.orders.models import Order
from shop.orders.order_lookup import address_of
from shop.tenancy.email_addresses import user_by_email
from shop.tenancy.models import User


def orderer_of(order: Order) -> User | None:
    """Return the user who placed `order`, or in whose name a program did."""
    return order.placed_by or order.owner or order.token_user


def inviter_of(order: Order) -> User | None:
    """Return the orderer, if they brought somebody else into a project of an existing client."""
    orderer = orderer_of(order)
    if order.client_id is None or orderer is None:
        return None
    return None if user_by_email(address_of(order)) == orderer else orderer


def is_invitation(order: Order) -> bool:
    """Tell whether `order` brings somebody else than its orderer into an existing project.

    To that person it is no order of theirs (contract, "Mail").
    """
    if order.project_id is None:
        return False
    # By primary keys, which are there: the page of an order asks this each second.
    orderer = order.placed_by_id or order.owner_id or order.token_user_id
    if orderer is None or order.client_id is None:
        return orderer is None
    known = user_by_email(address_of(order))
    return known is None or known.pk != orderer


def terms_agreed_to_by(user: User, order: Order) -> Version | None:
    """Return the terms that `user` has agreed to by ordering, or None if somebody else ordered.

    Who orders without signing in gives their own address; a link mailed there has proven it.
    """
    orderer = orderer_of(order)
    is_theirs = orderer == user if orderer else same_mailbox(order.user_email or "", user.email)
    consent = consent_of(order) if is_theirs and not is_invitation(order) else None
    return consent.terms if consent else None


def customer_of(order: Order) -> User | None:
    """Return the user who gets the mails about `order` in place of the address that it names.

    Mails about an order are for the person who ordered, so an invited colleague gets none. None
    means the order's own address, as for all orders that programs place without a project.
    """
    if is_invitation(order):
        return orderer_of(order)
    return order.placed_by if inviter_of(order) and hasattr(order, "basket") else None
