"""Tell staff, in one mail for all of it, what has waited for them for too long."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet
from django.utils import timezone

from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Delivery
from shop.orders.attention import NEEDS_STAFF
from shop.orders.models import Order
from shop.tenancy.models import User

MOST = 10  # named in a mail; of the others it says how many there are
COUNTED = 1000  # nobody needs to know it more exactly

# Since when, and what a mail says of it.
Waiting = list[tuple[datetime, dict[str, Any]]]


def send_staff_digest(beat: Callable[[], None]) -> None:
    """Queue the digest for all who mend orders, where something waits ALARM_AFTER_MINUTES already.

    What was told is not told again for ALARM_EVERY_HOURS, unless something has joined it.
    """
    now = timezone.now()
    before = now - timedelta(minutes=settings.ALARM_AFTER_MINUTES)
    waiting = _waiting(before, now)
    if not waiting:
        return
    last = Message.objects.filter(kind=Message.Kind.ALARM).order_by("-pk").first()
    if last and _was_told(waiting, last.created_at, now):
        return
    beat()
    details = {
        "count": len(waiting),
        "oldest_minutes": int((now - waiting[0][0]).total_seconds() // 60),
        "orders": [line for _since, line in waiting[:MOST]],
    }
    digests = [
        Message(
            kind=Message.Kind.ALARM,
            user=person,
            recipient=person.email,
            language=person.language,
            details=details,
            # At most one an hour, however many workers look.
            occasion=int(now.timestamp() // 3600),
        )
        for person in _who_mends()
    ]
    Message.objects.bulk_create(digests, ignore_conflicts=True)


def _waiting(before: datetime, now: datetime) -> Waiting:
    """What has needed a person since `before`, the oldest first."""
    found: Waiting = []
    for part in NEEDS_STAFF:
        late = Order.objects.filter(part.where(now), updated_at__lte=before).order_by("updated_at")
        found += [
            (since, _line(pk, state, fault, since))
            for pk, state, fault, since in late.values_list("pk", "state", "fault", "updated_at")[
                :COUNTED
            ]
        ]
    # The last try was due when it was given up.
    given_up = Delivery.objects.filter(
        state=Delivery.State.FAILED,
        next_try__range=(now - timedelta(hours=settings.ALARM_EVERY_HOURS), before),
    ).select_related("order")
    found += [
        (each.next_try, _line(each.order_id, each.order.state, "webhook", each.next_try))
        for each in given_up.order_by("next_try")[:COUNTED]
    ]
    return sorted(found, key=lambda each: each[0])


def _line(pk: int, state: str, reason: str, since: datetime) -> dict[str, Any]:
    return {"pk": pk, "state": state, "reason": reason, "since": since.isoformat()}


def _was_told(waiting: Waiting, last: datetime, now: datetime) -> bool:
    """Whether the mail of `last` told it all, and not too long ago."""
    if now - last >= timedelta(hours=settings.ALARM_EVERY_HOURS):
        return False
    told_before = last - timedelta(minutes=settings.ALARM_AFTER_MINUTES)
    return all(since <= told_before for since, _line in waiting)


def _who_mends() -> QuerySet[User]:
    """Everybody who may mend orders: in person, by a group, or because they may do everything."""
    mending = Permission.objects.filter(content_type__app_label="orders", codename="mend_order")
    allowed = (
        Q(is_superuser=True)
        | Q(user_permissions__in=mending)
        | Q(groups__in=Group.objects.filter(permissions__in=mending))
    )
    staff = User.objects.filter(is_staff=True, is_active=True, joined_at__isnull=False)
    return (staff if settings.DEMO else staff.filter(demo=False)).filter(allowed).distinct()
