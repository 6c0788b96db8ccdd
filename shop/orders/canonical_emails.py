"""Canonical e-mail addresses of orders that the version before has written during an update."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from shop.email_spellings import canonical_email
from shop.orders.models import PLACED_STATES, Order

BATCH = 500
LATELY = timedelta(hours=2)  # twice the time between two runs


def changed_lately() -> QuerySet[Order]:
    """Return the placed orders that changed since the last run, whoever changed them."""
    since = timezone.now() - LATELY
    return Order.objects.filter(state__in=PLACED_STATES, updated_at__gt=since)


def fill_new_orders(beat: Callable[[], None]) -> None:
    """Fill new orders; refill those whose address was corrected or erased."""
    fill_canonical_emails(Order.objects.all(), beat)
    filled = changed_lately().exclude(canonical_email=None)
    for pk, email, canonical in filled.values_list("pk", "user_email", "canonical_email"):
        if canonical != (canonical_email(email) if email else None):
            beat()
            # Filtered by the address: it may be corrected meanwhile.
            Order.objects.filter(pk=pk, user_email=email).update(user_email=email)


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
