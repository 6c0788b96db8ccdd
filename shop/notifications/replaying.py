"""Send webhooks again, with fresh tries and under the id they had: receivers know it."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from shop.access.models import Application
from shop.notifications.models import Delivery, Receiver


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


def _start_anew(deliveries: QuerySet[Delivery]) -> int:
    # Who is called again is well again, as far as anybody knows.
    Receiver.objects.filter(address__in=deliveries.values("receiver")).update(
        failures=0, rest_until=None
    )
    return deliveries.exclude(state=Delivery.State.SENDING).update(
        state=Delivery.State.WAITING, tries=0, next_try=timezone.now()
    )
