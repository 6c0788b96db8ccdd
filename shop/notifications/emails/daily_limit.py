"""Daily limit of mails to an address that has not joined (contract, "Mail")."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone

from shop.email_spellings import canonical_email
from shop.notifications.emails.models import Message
from shop.tenancy.models import User


def daily_limit_wait(recipient: str, *, besides: Message | None = None) -> timedelta | None:
    """Return how long the message `besides` has to wait, or None. Members have no limit."""
    if User.objects.filter(
        canonical_email=canonical_email(recipient), joined_at__isnull=False
    ).exists():
        return None
    return recipient_wait(recipient, besides=besides)


def recipient_wait(recipient: str, *, besides: Message | None = None) -> timedelta | None:
    """Return how long until `recipient` has had fewer than MAILS_A_DAY in 24 hours, or None."""
    day, now = timedelta(days=1), timezone.now()
    counts = Q(sent_at__gt=now - day) | Q(state=Message.State.SENDING)
    recent = Message.objects.filter(counts, recipient=recipient)
    if besides:
        recent = recent.exclude(pk=besides.pk)
    sent = recent.aggregate(number=Count("pk"), first=Min("sent_at"))
    if sent["number"] < settings.MAILS_A_DAY:
        return None
    wait: timedelta = sent["first"] + day - now if sent["first"] else timedelta(minutes=1)
    return wait
