"""Daily limit of mails to an address that has not joined (contract, "Mail")."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone

from shop.notifications.emails.models import Message
from shop.tenancy.models import User


def daily_limit_wait(recipient: str, *, besides: Message) -> timedelta | None:
    """Return how long `besides`, a message to `recipient`, has to wait, or None.

    Members have no limit: they need their codes.
    """
    if User.objects.filter(email=recipient.lower(), joined_at__isnull=False).exists():
        return None
    return recipient_wait(recipient, besides=besides)


def recipient_wait(recipient: str, *, besides: Message | None = None) -> timedelta | None:
    """Return how long until `recipient` has had fewer than MAILS_A_DAY in 24 hours, or None.

    Mails that are being sent at this moment count.
    """
    day = timedelta(days=1)
    now = timezone.now()
    recent = Message.objects.filter(recipient=recipient.lower()).filter(
        Q(sent_at__gt=now - day) | Q(state=Message.State.SENDING)
    )
    if besides:
        recent = recent.exclude(pk=besides.pk)
    sent = recent.aggregate(number=Count("pk"), first=Min("sent_at"))
    if sent["number"] < settings.MAILS_A_DAY:
        return None
    wait: timedelta = sent["first"] + day - now if sent["first"] else timedelta(minutes=1)
    return wait
