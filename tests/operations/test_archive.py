"""Archived orders leave their tables, and come back as they were."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from shop.billing.models import Subscription
from shop.orders.archive_tables import tables
from shop.orders.archived_order import ArchivedOrder
from shop.orders.archiving import archive, bring_back
from shop.orders.models import Order, OrderEvent, SearchWord
from tests.factories import make_order

pytestmark = pytest.mark.django_db


def archive_all() -> int:
    return sum(archive(timezone.now() + timedelta(days=1)))


def rows_of(order: Order) -> dict[str, list[dict[str, Any]]]:
    return {
        table.label: list(table.rows_of([order.pk]).order_by("pk").values()) for table in tables()
    }


def test_x() -> None:
    print([(t.label, t.paths, t.depth) for t in tables()])
    order = make_order()
    from shop.orders.cancellation import cancel_in_any_state, ActedBy
    cancel_in_any_state(order, None, reason="x", by=ActedBy.PROGRAM)
    from shop.notifications.emails.models import Message
    Message.objects.update(state="sent")
    before = rows_of(order)
    words = set(bytes(w) for w in SearchWord.objects.filter(order=order.pk).values_list("word", flat=True))
    assert archive_all() == 1
    a = ArchivedOrder.objects.get()
    print(a.keys.values_list("key", flat=True), len(a.contents), a.trim_at)
    print(a.order, a.order.events.all(), a.order.messages.all())
    assert bring_back([order.pk]) == 1
    assert rows_of(order) == before
    assert words == set(bytes(w) for w in SearchWord.objects.filter(order=order.pk).values_list("word", flat=True))
