"""The timeline of an order: events, steps, mails and webhooks in one list."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import assert_never

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.backoffice.order.hidden_hashes import without_hashes
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Attempt, Delivery
from shop.orders.cancellation import ActedBy
from shop.orders.error_codes import error_text
from shop.orders.models import Order, OrderEvent, State
from shop.orders.order_fields import FIELDS
from shop.packing.attempt_records import FAILED, Outcome
from shop.packing.models import AttemptRecord
from shop.packing.step_names import step_title
from shop.tenancy.colleagues import name_of

Kind = OrderEvent.Kind


@dataclass(frozen=True)
class Entry:
    """One entry: what happened, when, with which result, and by whom.

    `state` and `label` make a pill; `code` is shown as code. `event` is the primary key of an
    OrderEvent, and 0 for anything else. `bulk` is the number of the bulk action that did it, or 0.
    """

    at: datetime
    title: str = ""
    text: str = ""
    code: str = ""
    who: str = ""
    state: str = ""
    label: str = ""
    event: int = 0
    bulk: int = 0


def timeline_of(order: Order) -> list[Entry]:
    """Return the entries of `order`, oldest first, in a fixed number of queries.

    Afterwards `order` has its `messages` and `deliveries` prefetched.
    """
    deliveries = Delivery.objects.select_related("event").prefetch_related("attempt_log")
    prefetch_related_objects(
        [order],
        Prefetch("events", OrderEvent.objects.select_related("actor")),
        Prefetch("deliveries", deliveries),
        "steps",
        "attempt_records",
        "messages",
    )
    # The sort is stable: entries of the same time keep their order.
    return sorted(_entries(order), key=lambda entry: entry.at)


def _entries(order: Order) -> Iterator[Entry]:
    for event in order.events.all():
        is_state = event.kind == Kind.STATE
        yield Entry(
            at=event.at,
            title=_title(event),
            text=event_text(event),
            who=_who(event),
            state=event.state if is_state else "",
            label=event.get_state_display() if is_state else "",
            event=event.pk,
            bulk=event.details.get("bulk", 0),
        )
    yield from map(_attempt_entry, order.attempt_records.all())
    for step in order.steps.all():
        yield Entry(at=step.done_at, title=_("Step done"), text=step_title(step.name))
    for mail in order.messages.all():
        yield Entry(
            at=mail.sent_at or mail.created_at,
            title=_("E-mail"),
            text=f"{mail.get_kind_display()} → {mail.recipient}",
            code=mail.last_error,
            state=mail.state,
            label=mail.get_state_display(),
        )
    for delivery in order.deliveries.all():
        if attempts := list(delivery.attempt_log.all()):
            yield _webhook_entry(delivery, attempts)


def _attempt_entry(attempt: AttemptRecord) -> Entry:
    step = _("Step: %(step)s") % {"step": step_title(attempt.step)} if attempt.step else ""
    reason = error_text(attempt.fault) if attempt.outcome == Outcome.CORRECTION else ""
    other = "packed" if attempt.outcome == Outcome.DONE else "pending"
    return Entry(
        at=attempt.ended_at,
        title=_("Attempt %(number)s") % {"number": attempt.number},
        text=" · ".join(filter(None, (step, reason, str(attempt.get_kind_display())))),
        code=attempt.error,
        state="failed" if attempt.outcome in FAILED else other,
        label=str(attempt.get_outcome_display()),
    )


def _webhook_entry(delivery: Delivery, attempts: list[Attempt]) -> Entry:
    """Return one entry for all attempts at a delivery; its place is that of the last."""
    times = ngettext("%(number)s attempt", "%(number)s attempts", len(attempts))
    last = attempts[-1]
    return Entry(
        at=last.at,
        title=_("Webhook"),
        text=f"{delivery.subject} → {delivery.receiver} · {times % {'number': len(attempts)}}",
        code=outcome(last),
        state=delivery.state,
        label=delivery.get_state_display(),
    )


def verb_of(event: OrderEvent) -> str:
    """Return what a colleague did who changed the state; "" where the states alone say it."""
    match State(event.previous) if event.previous else None, State(event.state):
        case _before, State.CANCELLED:
            return _("order cancelled")
        case ((State.NEED_HUMAN | State.HAS_PACKING_ERRORS), State.PENDING):
            return _("setup tried again")
        case State.NEED_HUMAN, State.PACKED:
            return _("set up by hand")
        case None, State.PENDING:
            return _("order placed")
        case _before, _after:
            return ""


def _title(event: OrderEvent) -> str:
    if event.kind != Kind.STATE:
        return event.get_kind_display()
    by_staff = event.actor and event.actor.is_staff
    return verb_of(event) if by_staff and event.state != State.CANCELLED else ""


def _who(event: OrderEvent) -> str:
    by = event.details.get("by", ActedBy.STAFF)
    if by == ActedBy.STAFF:
        return name_of(event.actor)
    # The reason beside it is not ours.
    who = _("by the customer") if by == ActedBy.CUSTOMER else _("by the partner's program")
    return f"{name_of(event.actor)} ({who})" if event.actor else who


def event_text(event: OrderEvent) -> str:
    """Return what an event says beside its kind, for staff."""
    details = event.details
    match Kind(event.kind):
        case Kind.STATE:
            return "\n".join(filter(None, (error_text(event.fault), event.note)))
        case Kind.DETAILS | Kind.CORRECTED:
            return ", ".join(str(FIELDS[name].label) for name in details["fields"])
        case Kind.FOLLOW_UP:
            on = details["on"] and date.fromisoformat(details["on"])
            return date_format(on, "DATE_FORMAT") if on else _("no longer")
        case Kind.STEPS_AGAIN:
            return ", ".join(step_title(name) for name in details["steps"])
        case Kind.SENT_AGAIN if "webhooks" in details:
            return _("Webhooks: %(number)s") % {"number": details["webhooks"]}
        case Kind.SENT_AGAIN:
            labels = dict(Message.Kind.choices)
            return f"{labels.get(details['mail'], details['mail'])} → {details['recipient']}"
        case Kind.TAKEN:
            return str(details.get("assignee", ""))
        case Kind.CLIENT_ADMIN:
            return str(details["client_admin"])
        case (
            Kind.APPROVED
            | Kind.ADDRESS
            | Kind.HANDED_BACK
            | Kind.NOTE
            | Kind.REMOVED
            | Kind.HURRIED
        ):
            # Of an approval: what was approved.
            return event.note or error_text(event.fault)
        case unknown:
            assert_never(unknown)


def shown_payload(payload: str) -> str:
    """Return what a webhook sends, indented, without any order's hash: that opens its page."""
    try:
        text = json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
    except ValueError:
        text = payload
    return without_hashes(text)


def outcome(attempt: Attempt) -> str:
    """Return the result of an attempt: status, duration, beginning of the response."""
    status = str(attempt.status or "")
    took = "" if attempt.milliseconds is None else f"{attempt.milliseconds} ms"
    return " · ".join(filter(None, (status, took, attempt.answer[:200])))
