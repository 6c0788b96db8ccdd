"""Erase stored responses that hold data of a user who deletes their account."""

import json
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.dispatch import receiver
from django.urls import reverse

from shop.access.models import IdempotentResponse
from shop.orders.models import Order
from shop.orders.order_erasure import orders_erased
from shop.tenancy.erasure import user_erased
from shop.tenancy.models import User


@receiver(user_erased)
def erase_responses(sender: type[User], user: User, emails: frozenset[str], **kwargs: Any) -> None:
    """Delete the responses to `user`, and those that contain one of their `emails`."""
    written = {json.dumps(email, ensure_ascii=plain) for email in emails for plain in (True, False)}
    within = [Q(body__icontains=text) for text in sorted(written)]
    IdempotentResponse.objects.filter(reduce(or_, within, Q(user=user))).delete()


@receiver(orders_erased)
def erase_order_responses(sender: type[Order], orders: list[int], **kwargs: Any) -> None:
    """Delete the responses that hold these orders, whose address may be spelled in any way."""
    hashes = Order.objects.filter(pk__in=orders).values_list("order_hash", flat=True)
    IdempotentResponse.objects.filter(
        location__in=[reverse("api_order", args=[order_hash]) for order_hash in hashes]
    ).delete()
