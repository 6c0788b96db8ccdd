"""Absolute links that several faces tell programs."""

from urllib.parse import urljoin

from django.urls import reverse

from shop.orders.models import Order


def registration_url(order: Order, base_url: str) -> str:
    """The absolute URL of the order's registration page."""
    return urljoin(base_url, reverse("registration", args=[order.order_hash]))
