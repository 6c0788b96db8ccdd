"""Mails between colleagues: an order was assigned to one, or a note mentions them.

`details` of their messages: `event`, the pk of the OrderEvent; of a mail about many orders instead
`count`, and `by`, the pk of the colleague.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.dispatch import receiver
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shop.notifications.emails.content import EmailContent, Link, Row, page_url, quoted, typed
from shop.notifications.emails.kinds import Email, Sample
from shop.notifications.emails.models import Message
from shop.notifications.emails.samples import NO_PK, sample_order
from shop.orders.error_codes import error_text
from shop.orders.mentions import Mention, mentioned
from shop.orders.models import OrderEvent
from shop.tenancy.models import User

# What was done by mistake can be undone before anybody is told.
HELD_BACK = timedelta(seconds=30)
HASHES = re.compile("[0-9A-Fa-f]{32,}")  # the reader may be one who only looks at orders


class ColleagueEmail(Email):
    """Base class of the mails about an entry of an order's history."""

    @cached_property
    def event(self) -> OrderEvent | None:
        """The entry; None if it was undone."""
        found = self.message.details["event"]
        if isinstance(found, OrderEvent):  # a sample
            return found
        return OrderEvent.objects.select_related("order", "actor").filter(pk=found).first()

    def is_obsolete(self) -> bool:
        """Tell whether the entry was undone, or the reader may no longer enter the back office."""
        user = self.message.user
        return self.event is None or user is None or not (user.is_staff and user.may_sign_in)

    def written(self, subject: str, intro: str, *rows: Row) -> EmailContent:
        """Return the mail about the entry; both texts name `number`, and `intro` also `who`."""
        event = self.event
        assert event is not None  # noqa: S101 -- else it is obsolete
        number, actor = event.order.order_number or str(event.order_id), event.actor
        who = typed((actor and actor.get_full_name()) or str(actor or ""))
        order = Row(_("Order"), number)
        return EmailContent(
            subject=subject % {"number": number},
            intro=(intro % {"number": number, "who": who},),
            rows=(order, *rows),
            action=Link(_("Open the order"), page_url("staff_order", event.order_id)),
        )


class OrderAssigned(ColleagueEmail, kind=Message.Kind.ASSIGNED):
    """Tells a colleague that somebody else has assigned an order to them, or many at once."""

    samples = (
        Sample(gettext_lazy("assigned to you"), lambda: _sample(OrderEvent.Kind.TAKEN)),
        Sample(gettext_lazy("many orders"), lambda: {"details": {"count": 12, "by": NO_PK}}),
    )

    def is_obsolete(self) -> bool:
        """Tell whether the order is somebody else's by now, besides the base's reasons."""
        if "count" in self.message.details:
            user = self.message.user
            return user is None or not (user.is_staff and user.may_sign_in)
        if super().is_obsolete() or self.event is None:
            return True
        return self.event.order.taken_by_id != self.message.user_id

    def content(self) -> EmailContent:
        """Return who assigned which order, and how it stands."""
        if "count" in self.message.details:
            return self._many()
        order = self.event.order if self.event else None
        state = (order.get_state_display(), error_text(order.fault)) if order else ()
        return self.written(
            _("Order %(number)s was assigned to you"),
            _("%(who)s has assigned order %(number)s to you."),
            Row(_("State"), " · ".join(str(part) for part in state if part)),
        )

    def _many(self) -> EmailContent:
        count = self.message.details["count"]
        actor = User.objects.filter(pk=self.message.details["by"]).first()
        subject = ngettext(
            "%(count)s order was assigned to you", "%(count)s orders were assigned to you", count
        )
        who = typed((actor and actor.get_full_name()) or str(actor or _("A colleague")))
        return EmailContent(
            subject=subject % {"count": count},
            intro=(
                _("%(who)s has assigned these orders to you in one bulk action.") % {"who": who},
            ),
            action=Link(_("Go to the back office"), page_url("staff")),
        )


class Mentioned(ColleagueEmail, kind=Message.Kind.MENTION):
    """Tells a colleague what a note says that mentions them."""

    samples = (Sample(gettext_lazy("a note"), lambda: _sample(OrderEvent.Kind.NOTE)),)

    def content(self) -> EmailContent:
        """Return the note, whole: colleagues wrote it."""
        note = self.event.note if self.event else ""
        return self.written(
            _("You were mentioned on order %(number)s"),
            _("%(who)s has mentioned you in a note on order %(number)s."),
            Row(_("Note"), quoted(HASHES.sub("…", note))),
        )


@receiver(mentioned)
def queue_for_colleagues(sender: type[Mention], mentions: Sequence[Mention], **kwargs: Any) -> None:
    """Queue a mail for each colleague, in their language."""
    for each in mentions:
        is_note = each.event.kind == OrderEvent.Kind.NOTE
        kind = Message.Kind.MENTION if is_note else Message.Kind.ASSIGNED
        _queue(kind, each.user, event=each.event_id)


def queue_assigned(to: User, by: User, count: int) -> None:
    """Queue the mail that `by` has assigned `count` orders at once; none to oneself."""
    if count and to.pk != by.pk:
        _queue(Message.Kind.ASSIGNED, to, count=count, by=by.pk)


def _queue(kind: Message.Kind, to: User, **details: int) -> None:
    Message.objects.create(
        kind=kind,
        user=to,
        recipient=to.email,
        language=to.language,
        details=details,
        next_attempt_at=timezone.now() + HELD_BACK,
    )


def _sample(kind: OrderEvent.Kind) -> dict[str, Any]:
    user, order = User(pk=NO_PK, is_staff=True), sample_order(taken_by_id=NO_PK)
    note = _("@ada Can you call them back?\nThey would like to pay by year.")
    actor = User(first_name="Berta", last_name="Beispiel")
    event = OrderEvent(order=order, kind=kind, actor=actor, note=note)
    return {"user": user, "details": {"event": event}}
