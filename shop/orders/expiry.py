"""Expiry of incomplete orders and of abandoned open orders."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shop.orders.models import Order, State
from shop.orders.open_orders import delete_open
from shop.orders.order_members import ERASED_AT_EXPIRY
from shop.orders.placing import NotOpenError
from shop.orders.states import transition


def expire_incomplete(beat: Callable[[], None]) -> None:
    """Cancel and empty orders that were not completed in CANCEL_AFTER_DAYS (contract, "Orders API").

    Calls `beat` between two orders.
    """
    nothing: dict[str, Any] = dict.fromkeys(ERASED_AT_EXPIRY)
    before = timezone.now() - timedelta(days=settings.CANCEL_AFTER_DAYS)
    lapsed = Order.objects.filter(state=State.PENDING, complete=False, created_at__lt=before)
    for order in lapsed.iterator():
        beat()
        with transaction.atomic():
            # The row is locked first: completing the order at this moment wins or finds it cancelled.
            if Order.objects.filter(pk=order.pk, complete=False).update(updated_at=timezone.now()):
                transition(order, State.CANCELLED, **nothing)


def delete_stale_baskets(beat: Callable[[], None]) -> None:
    """Delete open orders that nobody has touched for OPEN_ORDER_DAYS.

    Calls `beat` between two orders.
    """
    before = timezone.now() - timedelta(days=settings.OPEN_ORDER_DAYS)
    for order in Order.objects.filter(state=State.NEW, updated_at__lt=before).iterator():
        beat()
        with suppress(NotOpenError):
            delete_open(order, untouched_since=before)
