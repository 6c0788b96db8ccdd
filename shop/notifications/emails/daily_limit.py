"""Daily limits of mails about orders to an address that has not joined (contract, "Mail").

Mails of orders that strangers placed are counted apart from those of orders that an application or a
signed-in user placed: strangers cannot use up what the others send. Mails about signing in are not
counted here: they go to members only, so their number would tell who has joined. How often they can
be asked for is limited by ACCOUNT_RATE_LIMITS.
"""

import random
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from shop.compiled_queries import CompiledQuery, Parameter
from shop.email_spellings import canonical_email
from shop.notifications.emails.models import Message
from shop.orders.models import Order
from shop.tenancy.models import User

DAY = timedelta(days=1)
SOON = (5.0, 60.0)  # seconds
HELD_BACK = "Held back: the address has had its mails of today."

# Mails that every address gets, joined or not.
Kind = Message.Kind
COUNTED = {
    *(Kind.RECEIVED, Kind.REMINDER, Kind.INVITATION),
    *(Kind.ATTENTION, Kind.CANCELLED, Kind.ADDRESS, Kind.CANCEL_ORDER),
}


_joined: CompiledQuery[tuple[int]] = CompiledQuery(
    lambda: User.objects.filter(
        canonical_email=Parameter("mailbox"), joined_at__isnull=False
    ).values_list("pk")
)


def daily_limit_wait(message: Message) -> timedelta | None:
    """Return how long `message` has to wait before it may be sent, or None.

    Members have no limit.
    """
    order, recipient = message.order, message.recipient
    if order is None or message.kind not in COUNTED:
        return None
    mailbox = canonical_email(recipient)
    if _joined.first(mailbox=mailbox):
        return None
    now = timezone.now()
    sent, under_way = Q(sent_at__gt=now - DAY), Q(state=Message.State.SENDING)
    others = _counted_with(order, recipient).exclude(pk=message.pk).filter(sent | under_way)
    found = others.aggregate(
        all=Count("pk"), sent=Count("pk", filter=sent), first=Min("sent_at", filter=sent)
    )
    if found["all"] < settings.MAILS_A_DAY:
        return None
    if found["first"] is None or found["sent"] < settings.MAILS_A_DAY:
        # Several processes hold mails to the address at once, and each counts those of the others.
        # The waits differ, so that they do not come back together.
        return timedelta(seconds=random.uniform(*SOON))  # noqa: S311 -- no secret
    wait: timedelta = found["first"] + DAY - now
    return wait


def is_used_up(order: Order, recipient: str) -> bool:
    """Return whether `recipient` was written to MAILS_A_DAY times in 24 hours, by such orders.

    Counts mails that were queued, sent or not, and members have a limit, too: the answer must not
    tell who has joined.
    """
    recent = _counted_with(order, recipient).filter(created_at__gt=timezone.now() - DAY)
    return bool(recent.count() >= settings.MAILS_A_DAY)


def _counted_with(order: Order, recipient: str) -> QuerySet[Message]:
    by_strangers = Q(order__application=None, order__placed_by=None)
    apart = by_strangers if _is_of_a_stranger(order) else ~by_strangers
    return Message.objects.filter(apart, recipient=recipient, kind__in=COUNTED)


def _is_of_a_stranger(order: Order) -> bool:
    return order.application_id is None and order.placed_by_id is None
