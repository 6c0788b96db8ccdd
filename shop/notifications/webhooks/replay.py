"""Replay webhooks: with attempts counted from zero, under the id that the receiver knows."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from shop.access.models import Application
from shop.notifications.webhooks.models import Delivery, Receiver, WebhookEndpoint
from shop.orders.models import Order, OrderEvent
from shop.tenancy.models import User


def replay(delivery: Delivery) -> bool:
    """Send `delivery` again at once, whatever became of it; False while it is being sent."""
    return _restart(Delivery.objects.filter(pk=delivery.pk)) == 1


def replay_since(whose: Application | str, moment: datetime, *, delivered: bool = False) -> int:
    """Send again what an application or a receiver (`host:port`) missed since `moment`.

    With `delivered` also what arrived: the receiver may have lost it. Returns how many are sent.
    """
    field = "order__application" if isinstance(whose, Application) else "receiver"
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
        if number := _restart(chosen):
            kind, details = OrderEvent.Kind.SENT_AGAIN, {"webhooks": number}
            OrderEvent.objects.create(order=order, kind=kind, actor=staff, details=details)
    return number


def _restart(deliveries: QuerySet[Delivery]) -> int:
    # A host that is called again gets a fresh start.
    Receiver.objects.filter(address__in=deliveries.values("receiver")).update(
        failures=0, paused_until=None
    )
    # What an endpoint no longer wants stays where it is. Without a join, which would have PostgreSQL
    # choose the rows first: of several people who replay at once, only one is to win.
    enabled = WebhookEndpoint.objects.filter(enabled=True)
    wanted = deliveries.filter(Q(endpoint=None) | Q(endpoint__in=enabled))
    return wanted.exclude(state=Delivery.State.SENDING).update(
        state=Delivery.State.WAITING, attempts=0, next_attempt_at=timezone.now()
    )
