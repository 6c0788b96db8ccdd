"""Bulk actions that change no state: notes, follow-ups, webhooks."""

from datetime import date

import pytest

from portal.backoffice.models import BulkJob
from shop.notifications.webhooks.models import Delivery
from shop.orders.models import Order, OrderEvent
from tests.backoffice.test_bulk_views import choose, confirm, stuck, work
from tests.pages import words

pytestmark = pytest.mark.django_db


def test_note_is_added_to_each_order() -> None:
    orders = stuck(3)
    confirm(choose("note", orders[:2]), reason="The service was down.")
    work()
    notes = OrderEvent.objects.filter(kind="note").order_by("order_id")
    assert [(each.order, each.note) for each in notes] == [
        (order, "The service was down.") for order in orders[:2]
    ]
    assert {each.actor for each in notes} == {BulkJob.objects.get().actor}


@pytest.mark.parametrize(("typed", "kept"), [("2030-01-02", date(2030, 1, 2)), ("", None)])
def test_follow_up_is_set_or_removed(typed: str, kept: date | None) -> None:
    orders = stuck(2)
    Order.objects.update(follow_up_on=date(2029, 1, 1))
    confirm(choose("follow_up", orders[:1]), follow_up_on=typed)
    work()
    days = Order.objects.order_by("pk").values_list("follow_up_on", flat=True)
    assert list(days) == [kept, date(2029, 1, 1)]


def test_webhooks_are_sent_again_for_orders_that_have_some() -> None:
    orders = stuck(3)
    for order in orders[:2]:
        event = order.events.all()[0]
        Delivery.objects.create(
            order=order, event=event, payload="", receiver="x:443", state="failed", attempts=9
        )
    page = choose("webhooks", [orders[0], orders[2]])
    assert "Send webhooks again: 1 order" in words(page)
    assert "1 of the selected orders is left out" in words(page)
    confirm(page)
    work()
    states = Delivery.objects.order_by("pk").values_list("state", "attempts")
    assert list(states) == [("waiting", 0), ("failed", 9)]
    assert orders[0].events.filter(kind="sent_again").count() == 1
