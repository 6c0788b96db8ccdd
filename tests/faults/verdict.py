"""Judge the orders by their rows, once the storm is over."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from django.db.models import F, Max, Sum
from django.utils import timezone

from shop.billing.models import Invoice, InvoiceDispatch, Subscription
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Delivery
from shop.orders.models import Order, OrderEvent, State
from shop.orders.states import TRANSITIONS
from shop.packing.attempts import NOT_BEGUN
from shop.packing.models import Packing
from shop.packing.step_names import recorded_steps
from shop.tenancy.models import Client, Invitation, Membership, Project

LINK = re.compile("/register/([0-9a-f]{32})/(join/)?")
DELIVERED = (Client, Project, Membership, Invitation)
REFUSED = Message.State.REFUSED
ENDED = (Message.State.SENT, REFUSED)
KINDS = (Message.Kind.INVITATION, Message.Kind.RECEIVED)
OF_BILLED = (*KINDS, Message.Kind.INVOICE)


def is_settled() -> bool:
    """Return whether nothing is left to do."""
    placed = Order.objects.exclude(state=State.NEW)
    billed = Subscription.objects.exclude(order__billing=None).exclude(order__application=None)
    return not (
        placed.exclude(state=State.PACKED).exists()
        or Message.objects.exclude(state__in=ENDED).exists()
        or Delivery.objects.exclude(state=Delivery.State.DELIVERED).exists()
        or billed.filter(next_period_on__lte=timezone.localdate()).exists()
        or InvoiceDispatch.objects.exclude(next_attempt_at=None).exists()
    )


def judge(
    acknowledged: Mapping[int, str],
    texts: Iterable[str],
    refused: AbstractSet[str] = frozenset(),
) -> dict[str, Any]:
    """The numbers of a storm, and a complaint for whatever is not as it should be.

    `acknowledged` holds the order_hash of each order by its number, `texts` the mails that
    arrived, `refused` the recipients whose mails the server refused for good.
    """
    orders = Order.objects.exclude(state=State.NEW)
    orders = orders.select_related("packing", "invitation__membership")
    found = list(orders.prefetch_related("events", "steps", "messages"))
    hashes = {order.order_hash for order in found}
    lost = len(set(acknowledged.values()) - hashes)
    mails = Counter((match[1], bool(match[2])) for text in texts for match in LINK.finditer(text))
    complaints = [
        f"order {order.pk}: {complaint}"
        for order in found
        for complaint in complain(order, mails, refused)
    ]
    # Rows that no order points to count, too.
    surplus = {model.__name__: model.objects.count() - len(found) for model in DELIVERED}
    complaints += [f"{number} {name} too many" for name, number in surplus.items() if number > 0]
    complaints += complain_of_numbers(Invoice.objects.values_list("number", flat=True))
    names = {order.project_name for order in found}
    again = Message.objects.filter(attempts__gt=1).aggregate(all=Sum(F("attempts") - 1))
    doubled = len(found) - len(names)
    complaints += [f"{lost} orders were lost"] * bool(lost)
    complaints += [f"{doubled} orders were written again"] * bool(doubled)
    return {
        "orders": len(found),
        "lost": lost,
        "never acknowledged": len(hashes - set(acknowledged.values())),
        "duplicates": doubled + sum(max(number, 0) for number in surplus.values()),
        "not packed": sum(order.state != State.PACKED for order in found),
        "tries again": sum(order.packing.attempts - 1 for order in found if has_packing(order)),
        "most tries of one order": Packing.objects.aggregate(most=Max("attempts"))["most"],
        "invoices": Invoice.objects.count(),
        "mails": Message.objects.filter(state=Message.State.SENT).count(),
        "mails refused": Message.objects.filter(state=REFUSED).count(),
        "tries again of mails": again["all"] or 0,
        "mails sent twice": sum(mails.values()) - len(mails),
        "complaints": complaints,
    }


def has_packing(order: Order) -> bool:
    """Return whether anybody has ever tried to pack it."""
    return hasattr(order, "packing")


def complain(
    order: Order, mails: Counter[tuple[str, bool]], refused: AbstractSet[str]
) -> Iterator[str]:
    """Complain of an order that was not packed exactly once."""
    if order.state != State.PACKED or order.fault:
        yield f"is {order.state} {order.fault}"
        return
    if order.packing.lease_token or order.packing.lease_until:
        yield "is still leased"
    steps = [step.name for step in order.steps.all()]
    if steps != recorded_steps():
        yield f"has the steps {steps}"
    membership = order.invitation.membership if order.invitation else None
    if (
        membership is None
        or membership.project_id != order.delivered_project_id
        or membership.user_id != order.member_id
    ):
        yield "does not lead to its own invitation"
    yield from complain_of_history(order, list(order.events.all()))
    yield from complain_of_mails(order, mails, refused)
    yield from complain_of_invoices(order)


def is_billed(order: Order) -> bool:
    """Tell if the order is invoiced at once; one of a stranger waits until somebody joins."""
    return order.billing is not None and order.application_id is not None


def complain_of_invoices(order: Order) -> Iterator[str]:
    """An order with billing data has one subscription, and one invoice with both files."""
    if not is_billed(order):
        return
    found = Invoice.objects.filter(subscription__order=order).prefetch_related("files")
    files = [sorted(file.format for file in invoice.files.all()) for invoice in found]
    if files != [["pdf", "xml"]]:
        yield f"has invoices with the files {files}"


def complain_of_numbers(numbers: Iterable[str]) -> Iterator[str]:
    """The numbers of a year begin with 1 and have no gap."""
    by_year: dict[str, list[int]] = {}
    for number in numbers:
        year, _hyphen, count = number.partition("-")
        by_year.setdefault(year, []).append(int(count))
    for year, counts in by_year.items():
        if sorted(counts) != list(range(1, len(counts) + 1)):
            yield f"the invoices of {year} have gaps in their numbers"


def complain_of_mails(
    order: Order, mails: Counter[tuple[str, bool]], refused: AbstractSet[str]
) -> Iterator[str]:
    """Each mail arrived, unless the mail server refused its recipient for good."""
    messages = sorted(message.kind for message in order.messages.all())
    if messages != sorted(OF_BILLED if is_billed(order) else KINDS):
        yield f"has the mails {messages}"
    for message in order.messages.all():
        excused = message.state == REFUSED and message.recipient in refused
        if message.state != Message.State.SENT and not excused:
            yield f"has a mail that is {message.state}"
    for is_invitation in (False, True):
        if order.user_email in refused:
            continue
        if not mails[order.order_hash, is_invitation]:
            yield f"lacks the mail {'invitation' if is_invitation else 'received'}"


def complain_of_history(order: Order, events: list[OrderEvent]) -> Iterator[str]:
    """Each event begins where the one before it ended, from pending to packed."""
    states = ["", *(event.state for event in events)]
    if [event.previous for event in events] != states[:-1]:
        yield f"has gaps in its history {states}"
    begun = [state for state in states if state not in {"", State.NEW}]
    if begun[0] != State.PENDING or states[-1] != State.PACKED:
        yield f"has a history from {states[1]} to {states[-1]}"
    for event in events[1:]:
        if event.state not in TRANSITIONS[State(event.previous)]:
            yield f"went from {event.previous} to {event.state}"
    claims = states.count(State.PACKING) - sum(event.note == NOT_BEGUN for event in events)
    if claims != order.packing.attempts:
        yield f"was tried {order.packing.attempts} times and has {states}"
