"""Send webhooks again, with fresh tries and under the id they had: receivers know it."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from shop.access.models import Application
from shop.notifications.webhooks.models import Delivery, Endpoint
from shop.orders.models import Order, OrderEvent
from shop.tenancy.models import User


def replay(delivery: Delivery) -> bool:
    """Send `delivery` again at once, whatever came of it; False while it is being sent."""
    return _start_anew(Delivery.objects.filter(pk=delivery.pk)) == 1


def replay_since(whose: Application | str, moment: datetime, *, delivered: bool = False) -> int:
    """Send again what an application, or a receiver (`host:port`), missed since `moment`.

    With `delivered` also what arrived: a receiver may have lost it. Returns how many go out.
    """
    since = Delivery.objects.filter(created_at__gte=moment)
    if isinstance(whose, Application):
        since = since.filter(order__application=whose)
    else:
        since = since.filter(receiver=whose)
    if not delivered:
        since = since.exclude(state=Delivery.State.DELIVERED)
    return _start_anew(since)


def replay_for(order: Order, staff: User, *, only: int | None = None) -> int:
    """Send the webhooks of `order` again, or the one of the number `only`, as staff ask for it.

    Returns how many go out: none where each is on its way already.
    """
    chosen = order.deliveries.exclude(state=Delivery.State.WAITING, tries=0)
    if only is not None:
        chosen = chosen.filter(pk=only)
    with transaction.atomic():
        number = _start_anew(chosen)
        if number:
            OrderEvent.objects.create(
                order=order, kind=OrderEvent.Kind.SENT_AGAIN, actor=staff, note=f"webhook {number}"
            )
    return number


def _start_anew(deliveries: QuerySet[Delivery]) -> int:
    # Who is called again is well again, as far as anybody knows.
    Endpoint.objects.filter(address__in=deliveries.values("receiver")).update(
        failures=0, rest_until=None
    )
    return deliveries.exclude(state=Delivery.State.SENDING).update(
        state=Delivery.State.WAITING, tries=0, next_try=timezone.now()
    )
