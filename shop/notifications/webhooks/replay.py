"""Replay webhooks: with attempts counted from zero, under the id that the receiver knows."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from shop.access.models import Application
from shop.notifications.webhooks.endpoints import (
    EndpointDisabledError,
    lock_endpoint,
    receiver_of,
)
from shop.notifications.webhooks.models import Delivery, Receiver, WebhookEndpoint
from shop.orders.archiving import unarchived
from shop.orders.models import Order, OrderEvent
from shop.row_locks import lock_rows
from shop.tenancy.models import User

MOST_AT_ONCE = 2000  # of one action: one transaction, in which nobody else writes to SQLite
BATCH = 500  # keys in one statement


class Replayed(NamedTuple):
    """The number of events that are sent again, and since when there are more to replay, if any."""

    number: int
    next_since: datetime | None = None


def replay(delivery: Delivery) -> bool:
    """Send `delivery` again at once, whatever became of it; False while it is being sent."""
    return _restart(Delivery.objects.filter(pk=delivery.pk)) == 1


def replay_since(whose: Application | str, moment: datetime, *, delivered: bool = False) -> int:
    """Send again what an application or a receiver (`host:port`) missed since `moment`.

    With `delivered` also what arrived: the receiver may have lost it. Returns how many are sent.
    """
    field = "application" if isinstance(whose, Application) else "receiver"
    since = Delivery.objects.filter(created_at__gte=moment, **{field: whose})
    if not delivered:
        since = since.exclude(state=Delivery.State.DELIVERED)
    return _restart(since)


def replay_for(order: Order, staff: User, *, only: int | None = None) -> int:
    """Send the webhooks of `order` again for staff, or only the one with the id `only`.

    Returns how many are sent: none where each is on its way already.
    """
    chosen = order.deliveries.exclude(state=Delivery.State.WAITING, attempts=0)
    if only is not None:
        chosen = chosen.filter(pk=only)
    with transaction.atomic():
        unarchived(order)
        if number := _restart(chosen):
            kind, details = OrderEvent.Kind.SENT_AGAIN, {"webhooks": number}
            OrderEvent.objects.create(order=order, kind=kind, actor=staff, details=details)
    return number


def replayable(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Return those of `deliveries` that can be sent again: neither under way nor fresh in the queue.

    What an endpoint that is switched off no longer wants is left out.
    """
    enabled = WebhookEndpoint.objects.filter(enabled=True)
    wanted = deliveries.filter(Q(endpoint=None) | Q(endpoint__in=enabled))
    return wanted.exclude(state=Delivery.State.SENDING).exclude(
        state=Delivery.State.WAITING, attempts=0
    )


def replay_many(deliveries: QuerySet[Delivery], staff: User) -> int:
    """Send the oldest MOST_AT_ONCE of `deliveries` again for staff; return how many are sent.

    Of two colleagues who do so at once, one sends each webhook. The orders' histories tell it.
    """
    oldest = replayable(deliveries).order_by("created_at", "pk")
    pks = list(oldest.values_list("pk", flat=True)[:MOST_AT_ONCE])
    number = 0
    with transaction.atomic():
        for sent, orders in _restart_in_batches(pks):
            number += sent
            OrderEvent.objects.bulk_create(
                OrderEvent(
                    order_id=order,
                    kind=OrderEvent.Kind.SENT_AGAIN,
                    actor=staff,
                    details={"webhooks": webhooks},
                )
                for order, webhooks in orders.items()
                if order
            )
    return number


def replay_endpoint(
    endpoint: WebhookEndpoint, *, since: datetime | None = None, delivery: str | None = None
) -> Replayed:
    """Send the events of an endpoint again that were queued `since` then, or one by its webhook-id.

    Whatever became of them: the receiver may have lost what it took. Left out is what is under way.
    At most MOST_AT_ONCE, the oldest. Raises Delivery.DoesNotExist where the endpoint has none of
    that id, EndpointDisabledError, and WebhookEndpoint.DoesNotExist if it has been deleted.
    """
    with transaction.atomic():
        lock_endpoint(endpoint)
        if not endpoint.enabled:
            raise EndpointDisabledError
        if delivery is not None:
            return Replayed(int(replay(endpoint.deliveries.get(webhook_id=delivery))))
        chosen = replayable(endpoint.deliveries.all())
        if since is not None:
            chosen = chosen.filter(created_at__gte=since)
        oldest = chosen.order_by("created_at", "pk").values_list("pk", "created_at")
        rows = list(oldest[: MOST_AT_ONCE + 1])
        number = sum(
            sent for sent, _orders in _restart_in_batches([pk for pk, _at in rows[:MOST_AT_ONCE]])
        )
    return Replayed(number, rows[MOST_AT_ONCE][1] if len(rows) > MOST_AT_ONCE else None)


def _restart_in_batches(pks: Sequence[int]) -> Iterator[tuple[int, Counter[int | None]]]:
    """Send deliveries again: yields how many of each batch, and of each order."""
    for start in range(0, len(pks), BATCH):
        batch = replayable(Delivery.objects.filter(pk__in=pks[start : start + BATCH]))
        lock_rows(batch)
        rows = dict(batch.values_list("pk", "order"))
        yield _restart(Delivery.objects.filter(pk__in=rows)), Counter(rows.values())


def _restart(deliveries: QuerySet[Delivery]) -> int:
    endpoints = WebhookEndpoint.objects.filter(pk__in=deliveries.order_by().values("endpoint"))
    # The endpoint may have another URL by now, and the host before has nothing to do with it.
    hosts = {endpoint.pk: receiver_of(endpoint.url) for endpoint in endpoints}
    moved = [When(endpoint=pk, then=Value(host)) for pk, host in hosts.items()]
    # A host that is called again gets a fresh start.
    called = Q(address__in=deliveries.values("receiver")) | Q(address__in=hosts.values())
    Receiver.objects.filter(called).update(failures=0, paused_until=None)
    # What an endpoint no longer wants stays where it is. Without a join, which would have PostgreSQL
    # choose the rows first: of several people who replay at once, only one is to win.
    enabled = WebhookEndpoint.objects.filter(enabled=True)
    wanted = deliveries.filter(Q(endpoint=None) | Q(endpoint__in=enabled))
    return wanted.exclude(state=Delivery.State.SENDING).update(
        state=Delivery.State.WAITING,
        attempts=0,
        next_attempt_at=timezone.now(),
        receiver=Case(*moved, default=F("receiver")),
    )
