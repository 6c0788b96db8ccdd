"""Remind of orders that still miss details."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from shop.notifications.emails.queue import queue_reminder
from shop.orders.models import Order, State


def send_reminders(beat: Callable[[], None]) -> None:
    """Queue one mail for each order that has waited REMIND_AFTER_DAYS for details.

    Only where there is an address (contract, "Orders API"). Calls `beat` between two orders.
    """
    before = timezone.now() - timedelta(days=settings.REMIND_AFTER_DAYS)
    waiting = Order.objects.filter(
        state=State.PENDING, complete=False, created_at__lt=before, user_email__isnull=False
    )
    for order in waiting.exclude(messages__kind="reminder").iterator():
        beat()
        queue_reminder(order)
