"""Contact data of an order: who the customer is, and how to reach them."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from shop.email_spellings import shown_email
from shop.orders.models import Order
from shop.orders.order_lookup import address_of
from shop.orders.parties import orderer_of
from shop.tenancy.models import User


@dataclass(frozen=True)
class Contact:
    """A person: "" for what is not known.

    `local_time` is the time where they are, in their zone; None if it is the shop's, or unknown.
    """

    name: str
    email: str
    login: str
    phones: list[str]
    orderer: User | None
    local_time: datetime | None


def contact_of(order: Order) -> Contact:
    """Return who to speak to about `order`; `orderer` only if that is somebody else."""
    member, orderer = order.member, orderer_of(order)
    typed = f"{order.user_first_name or ''} {order.user_last_name or ''}".strip()
    email = address_of(order)
    known = member or orderer
    return Contact(
        name=(member.get_full_name() if member else "") or typed,
        email=shown_email(email) if email else "",
        login=order.user_login or "",
        phones=_phones(order),
        orderer=orderer if orderer and orderer != member else None,
        local_time=_local_time(known) if known else None,
    )


def _phones(order: Order) -> list[str]:
    """Return the telephone numbers that a program has sent with the order."""
    basket = getattr(order, "basket", None)
    contacts = basket.contacts.values() if basket else []
    media = [contact.get("contactMedia", {}) for contact in contacts]
    found = [each.get(name) for each in media for name in ("phone1", "phone2")]
    return list(dict.fromkeys(filter(None, found)))


def _local_time(user: User) -> datetime | None:
    if user.time_zone in {"", settings.TIME_ZONE}:
        return None
    return timezone.localtime(timezone=user.zone)
