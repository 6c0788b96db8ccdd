"""What we write to staff about orders that wait for them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.notifications.emails.content import EmailContent, Link, Row, to_page
from shop.notifications.emails.models import Message
from shop.orders.error_codes import error_text
from shop.orders.models import State


def alarm(message: Message) -> EmailContent:
    """How many wait, which, why, and for how long. Staff see the rest behind their door.

    `details` of the message: `count`, `oldest_minutes`, and `orders`, each with `pk`, `state`,
    `reason` (a fault's code, or "webhook") and `since` (ISO 8601).
    """
    details = message.details
    count, orders = details["count"], details["orders"]
    subject = ngettext(
        "%(count)s order waits for a person", "%(count)s orders wait for a person", count
    )
    left_out = count - len(orders)
    further = (Row(_("Further orders"), str(left_out)),) if left_out > 0 else ()
    return EmailContent(
        subject=subject % {"count": count},
        before=(
            _("The oldest has waited for %(time)s.")
            % {"time": _minutes(details["oldest_minutes"])},
        ),
        facts=(*(_fact(each) for each in orders), *further),
        action=Link(_("To the back office"), to_page("staff")),
    )


def _fact(order: Mapping[str, Any]) -> Row:
    state = State(order["state"]).label
    reason = order.get("reason") or ""
    reason = _("A webhook was given up.") if reason == "webhook" else error_text(reason)
    since = timesince(datetime.fromisoformat(order["since"]), timezone.now(), depth=1)
    name = _("Order %(number)s") % {"number": order["pk"]}
    return Row(name, " · ".join(filter(None, (str(state), reason, since))))


def _minutes(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if hours:
        return f"{hours} h {rest:02} min"
    return f"{rest} min"
