"""Let go of orders that nobody completed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shop.orders.models import Order, State
from shop.orders.states import move

# What somebody may have filled in meanwhile, of themselves and of their company.
EMPTIED = (
    "client_name",
    "project_name",
    "user_email",
    "user_first_name",
    "user_last_name",
    "user_login",
)


def cancel_lapsed(beat: Callable[[], None]) -> None:
    """Cancel and empty orders that were not completed in CANCEL_AFTER_DAYS (contract, "Orders API").

    Calls `beat` between two orders.
    """
    nothing: dict[str, Any] = dict.fromkeys(EMPTIED)
    before = timezone.now() - timedelta(days=settings.CANCEL_AFTER_DAYS)
    lapsed = Order.objects.filter(state=State.PENDING, complete=False, created_at__lt=before)
    for order in lapsed.iterator():
        beat()
        with transaction.atomic():
            # Who fills it in at this moment comes first, or finds it cancelled.
            if Order.objects.filter(pk=order.pk, complete=False).update(updated_at=timezone.now()):
                move(order, State.CANCELLED, **nothing)
