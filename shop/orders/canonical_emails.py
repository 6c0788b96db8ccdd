"""Canonical e-mail addresses of orders that were written without one."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower

from shop.email_spellings import canonical_email
from shop.orders.models import Order

BATCH = 500


def fill_new_orders(beat: Callable[[], None]) -> None:
    """Fill the orders that the version before writes during an update."""
    fill_canonical_emails(Order.objects.all(), beat)


def fill_canonical_emails(orders: QuerySet[Any], beat: Callable[[], None]) -> None:
    """Fill those of `orders` that have an address and no canonical one; `beat` before each batch.

    A migration passes its own model.
    """
    empty = orders.filter(canonical_email=None)
    rows = list(empty.filter(user_email__isnull=False).values_list("pk", "user_email"))
    for start in range(0, len(rows), BATCH):
        beat()
        batch = [(pk, email, canonical_email(email)) for pk, email in rows[start : start + BATCH]]
        plain = [pk for pk, email, canonical in batch if canonical == email.lower()]
        with transaction.atomic():
            # Filtered by NULL: an order may be corrected meanwhile.
            empty.filter(pk__in=plain).update(canonical_email=Lower("user_email"))
            for pk, email, canonical in batch:
                if canonical != email.lower():
                    empty.filter(pk=pk, user_email=email).update(canonical_email=canonical)
