"""Digest for staff: one mail about everything that has waited for them for too long."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Value
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shop.notifications.emails.content import EmailContent, Link, Row, page_url
from shop.notifications.emails.kinds import Email, Sample
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Delivery
from shop.orders.attention import NEEDS_STAFF
from shop.orders.error_codes import error_text
from shop.orders.models import Order, State
from shop.tenancy.colleagues import colleagues_with

MAX_NAMED = 10  # orders in a mail; of the others it gives the number
MAX_COUNTED = 1000  # of one slice

# Since when each has waited, and its line in the message's details.
Waiting = list[tuple[datetime, dict[str, Any]]]


class StaffDigest(Email, kind=Message.Kind.ALARM):
    """List of the orders that wait for staff: how many, which, why and for how long.

    `details` of the message: `count`, `oldest_minutes`, and `orders`, each with `pk`, `number`,
    `state`, `reason` (an error code, "webhook" or "unreachable") and `since` (ISO 8601).
    """

    samples = (Sample(gettext_lazy("several orders"), lambda: {"details": _sample_details()}),)

    def is_obsolete(self) -> bool:
        """Tell whether the recipient has left the staff, or none of its orders waits any more."""
        user = self.message.user
        if user is None or not (user.is_staff and user.may_sign_in):
            return True
        told = self.message.details["orders"]
        now = Order.objects.in_bulk([order["pk"] for order in told])
        return not any(_still_waits(now.get(order["pk"]), order) for order in told)

    def content(self) -> EmailContent:
        """Return the list, without personal data: that stays behind the sign-in."""
        details = self.message.details
        count, orders = details["count"], details["orders"]
        subject = ngettext(
            "%(count)s order needs attention", "%(count)s orders need attention", count
        )
        hours, minutes = divmod(details["oldest_minutes"], 60)
        oldest = f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
        rows = [_row(**order) for order in orders]
        if count > len(orders):
            rows.append(Row(_("Further orders"), str(count - len(orders))))
        return EmailContent(
            subject=subject % {"count": count},
            intro=(_("The oldest has been waiting for %(time)s.") % {"time": oldest},),
            rows=tuple(rows),
            action=Link(_("Go to the back office"), page_url("staff")),
            link=Link(_("Health of the shop"), page_url("staff_health")),
        )


def _still_waits(order: Order | None, told: dict[str, Any]) -> bool:
    if order is None or (told["reason"] == "unreachable" and order.unreachable_since is None):
        return False
    return bool(order.state == told["state"])


def _row(pk: int, state: str, reason: str, since: str, number: str | None = None) -> Row:
    texts = {
        "webhook": _("A webhook was given up."),
        "unreachable": _("Our e-mail could not be delivered."),
    }
    text = texts.get(reason) or error_text(reason)
    ago = timesince(datetime.fromisoformat(since), timezone.now(), depth=1)
    name = _("Order %(number)s") % {"number": number or pk}
    return Row(name, " · ".join(filter(None, (str(State(state).label), text, ago))))


def queue_staff_digest(beat: Callable[[], None]) -> None:
    """Queue the digest if something has waited for ALARM_AFTER_MINUTES.

    It goes to everybody who may manage orders, and is not repeated within ALARM_EVERY_HOURS unless
    something new has joined. Calls `beat` before it writes.
    """
    now = timezone.now()
    waiting = _waiting(now - timedelta(minutes=settings.ALARM_AFTER_MINUTES), now)
    last = Message.objects.filter(kind=Message.Kind.ALARM).order_by("-pk").first()
    if not waiting or (last and _was_told(waiting, last.created_at, now)):
        return
    beat()
    details = {
        "count": len(waiting),
        "oldest_minutes": int((now - waiting[0][0]).total_seconds() // 60),
        "orders": [line for _since, line in waiting[:MAX_NAMED]],
    }
    digests = [
        Message(
            kind=Message.Kind.ALARM,
            user=person,
            recipient=person.email,
            language=person.language,
            details=details,
            # At most one per hour, however many workers look.
            dedupe_key=f"alarm:{now:%Y-%m-%dT%H}",
        )
        for person in colleagues_with("orders.mend_order")
    ]
    Message.objects.bulk_create(digests, ignore_conflicts=True)


def _waiting(before: datetime, now: datetime) -> Waiting:
    """Return what has needed a person since `before`, the oldest first."""
    found: Waiting = []
    for part in NEEDS_STAFF:
        # An order changes nothing else when its mail comes back.
        since = "unreachable_since" if part.unreachable else "updated_at"
        late = Order.objects.filter(part.where(now), **{f"{since}__lte": before}).order_by(since)
        reason: str | Value = Value("unreachable") if part.unreachable else "fault"
        rows = late.values_list("pk", "order_number", "state", reason, since)[:MAX_COUNTED]
        found += [(row[-1], _line(*row)) for row in rows]
    # A webhook was given up when its last attempt was due.
    given_up = Delivery.objects.filter(
        order__isnull=False,  # what was no test
        state=Delivery.State.FAILED,
        next_attempt_at__range=(now - timedelta(hours=settings.ALARM_EVERY_HOURS), before),
    ).order_by("next_attempt_at")
    named = ("order", "order__order_number", "order__state")
    lines = given_up.values_list(*named, Value("webhook"), "next_attempt_at")
    found += [(line[-1], _line(*line)) for line in lines[:MAX_COUNTED]]
    return sorted(found, key=lambda each: each[0])


def _line(pk: int, number: str | None, state: str, reason: str, since: datetime) -> dict[str, Any]:
    told = {"pk": pk, "number": number, "state": state, "reason": reason}
    return {**told, "since": since.isoformat()}


def _was_told(waiting: Waiting, last: datetime, now: datetime) -> bool:
    """Tell whether the mail of `last` told it all, and not too long ago."""
    if now - last >= timedelta(hours=settings.ALARM_EVERY_HOURS):
        return False
    told_before = last - timedelta(minutes=settings.ALARM_AFTER_MINUTES)
    return all(since <= told_before for since, _line in waiting)


def _sample_details() -> dict[str, Any]:
    ages = [timezone.now() - timedelta(minutes=age) for age in (340, 95, 20)]
    orders = [
        _line(117, "K7QM-3FZ2", State.HAS_PACKING_ERRORS, "client_gone", ages[0]),
        _line(121, "9WD2-VX4C", State.NEED_HUMAN, "manual_tier", ages[1]),
        _line(124, "0B5T-N8HE", State.NEED_HUMAN, "tries_used_up", ages[2]),
    ]
    return {"count": 5, "oldest_minutes": 340, "orders": orders}
