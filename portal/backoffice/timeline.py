"""Everything that happened to an order, in one list."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from shop.form_texts import DETAILS
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Attempt, Delivery
from shop.orders.error_codes import error_text
from shop.orders.models import Order, OrderEvent
from shop.packing.step_names import step_title

Kind = OrderEvent.Kind


@dataclass(frozen=True)
class Entry:
    """One thing that happened: what, when, what became of it, who did it.

    `state` and `label` make a pill; `code` is shown as it came from a machine. `event` is the
    number of its row in the history, zero for all else.
    """

    at: datetime
    title: str = ""
    text: str = ""
    code: str = ""
    who: str = ""
    state: str = ""
    label: str = ""
    event: int = 0


def timeline_of(order: Order) -> list[Entry]:
    """What happened to `order`, oldest first, in five queries however much it was.

    They are kept with `order`: its `messages` and `deliveries` are at hand afterwards.
    """
    deliveries = Delivery.objects.select_related("event").prefetch_related("attempts")
    prefetch_related_objects(
        [order],
        Prefetch("events", OrderEvent.objects.select_related("actor")),
        Prefetch("deliveries", deliveries),
        "steps",
        "messages",
    )
    entries = [*_events(order), *_steps(order), *_mails(order), *_webhooks(order)]
    # Where two have happened at once, as they were written.
    return sorted(entries, key=lambda entry: entry.at)


def _events(order: Order) -> Iterator[Entry]:
    for event in order.events.all():
        is_state = event.kind == Kind.STATE
        yield Entry(
            at=event.at,
            title="" if is_state else event.get_kind_display(),
            text=_said(event),
            who=str(event.actor or ""),
            state=event.state if is_state else "",
            label=event.get_state_display() if is_state else "",
            event=event.pk,
        )


def _said(event: OrderEvent) -> str:
    match event.kind:
        case Kind.STATE:
            return "\n".join(filter(None, (error_text(event.fault), event.note)))
        case Kind.DETAILS | Kind.CORRECTED:
            return labels(event.note)
        case Kind.FOLLOW_UP:
            on = date.fromisoformat(event.note) if event.note else None
            return date_format(on, "DATE_FORMAT") if on else _("no longer")
        case Kind.STEPS_AGAIN:
            return ", ".join(step_title(name) for name in event.note.split(", "))
        case Kind.SENT_AGAIN:
            return _sent_again(event.note)
    return event.note


def labels(names: str) -> str:
    """Members of the order document, named as forms call them."""
    return ", ".join(str(DETAILS.get(name, (name,))[0]) for name in names.split(", "))


def _sent_again(note: str) -> str:
    what, _blank, rest = note.partition(" ")
    if what == "webhook":
        return _("Webhooks: %(number)s") % {"number": rest}
    known = what in Message.Kind.values
    return f"{Message.Kind(what).label if known else what} → {rest}"


def _steps(order: Order) -> Iterator[Entry]:
    for step in order.steps.all():
        yield Entry(at=step.done_at, title=_("Step done"), text=step_title(step.name))


def _mails(order: Order) -> Iterator[Entry]:
    for mail in order.messages.all():
        yield Entry(
            at=mail.sent_at or mail.created_at,
            title=_("E-mail"),
            text=f"{mail.get_kind_display()} → {mail.recipient}",
            code=mail.last_error,
            state=mail.state,
            label=mail.get_state_display(),
        )


def _webhooks(order: Order) -> Iterator[Entry]:
    for delivery in order.deliveries.all():
        for attempt in delivery.attempts.all():
            yield Entry(
                at=attempt.at,
                title=_("Webhook"),
                text=f"{delivery.event.get_state_display()} → {delivery.receiver}",
                code=outcome(attempt),
                state="failed" if attempt.fault else "delivered",
                label=str(attempt.get_fault_display() or Delivery.State.DELIVERED.label),
            )


def outcome(attempt: Attempt) -> str:
    """What came back at one try: status, how long it took, how the answer begins."""
    status = str(attempt.status or "")
    took = "" if attempt.milliseconds is None else f"{attempt.milliseconds} ms"
    return " · ".join(filter(None, (status, took, attempt.answer[:200])))
