"""Orders that can be archived, and all rows of an order."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from shop.billing.models import Subscription
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Delivery
from shop.orders.archive_tables import tables
from shop.orders.archiving import archive
from shop.orders.cancellation import ActedBy, cancel_in_any_state
from shop.orders.models import Order, SearchWord
from shop.tenancy.models import Invitation
from tests.factories import make_order, make_packed_order


def archive_all() -> int:
    """Archive all orders that can be; return how many."""
    return sum(archive(timezone.now() + timedelta(days=1)))


def settle_all() -> None:
    """As if all contracts had ended, all members joined, and all mails and webhooks been sent."""
    now = timezone.now()
    Subscription.objects.update(ended_at=now, ends_on=timezone.localdate(), next_period_on=None)
    Invitation.objects.update(used_at=now)
    Message.objects.update(state=Message.State.SENT, sent_at=now)
    Delivery.objects.update(state=Delivery.State.DELIVERED)


def make_finished_order(**members: Any) -> Order:
    """A packed order that nobody needs any more, with an ended subscription."""
    order = make_packed_order(**members)
    settle_all()
    return order


def make_cancelled_order(**members: Any) -> Order:
    """A cancelled order whose mails were sent."""
    order = make_order(**members)
    cancel_in_any_state(order, None, reason="Ordered twice", by=ActedBy.PROGRAM)
    settle_all()
    order.refresh_from_db()
    return order


def rows_of(order: Order) -> dict[str, list[dict[str, Any]]]:
    """All rows that hang on `order`, by table, and its search words."""
    rows = {
        table.label: list(table.rows_of([order.pk]).order_by("pk").values()) for table in tables()
    }
    found = SearchWord.objects.filter(order=order.pk).values_list("word", flat=True)
    rows["words"] = [{"word": word} for word in sorted(map(bytes, found))]
    return rows
