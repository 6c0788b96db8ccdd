"""Reachability of the e-mail address that an order names."""

from django.utils import timezone

from shop.orders.models import Order, State


def mark_unreachable(order: Order) -> None:
    """Note that a mail to the address with which `order` was loaded could not be delivered.

    Does nothing if the address was corrected meanwhile or the order was cancelled.
    """
    orders = Order.objects.filter(pk=order.pk, user_email=order.user_email)
    orders = orders.filter(unreachable_since=None).exclude(state=State.CANCELLED)
    # `updated_at` stays: nothing that programs can read has changed.
    orders.update(unreachable_since=timezone.now())


def mark_reached(order: Order) -> None:
    """Note that the address with which `order` was loaded takes our mails."""
    if order.unreachable_since is None:
        return
    orders = Order.objects.filter(pk=order.pk, user_email=order.user_email)
    orders.update(unreachable_since=None)
