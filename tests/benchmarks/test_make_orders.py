"""Forged orders, to try the back office with."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from portal.backoffice.queue.filters import GROUPS
from shop.access.applications import create_application
from shop.orders.models import Order
from tests.benchmarks.forged_orders import forge
from tests.benchmarks.make_orders import make_orders
from tests.factories import make_staff
from tests.pages import visitor

pytestmark = pytest.mark.django_db


def test_forged_orders_are_in_all_states_and_can_be_looked_at() -> None:
    person = make_staff("agent")
    assert list(forge(300)) == [300]
    assert set(Order.objects.values_list("state", flat=True)) == {
        "pending", "packing", "packed", "has_packing_errors", "need_human", "cancelled",
    }  # fmt: skip
    browser = visitor(person)
    for group in GROUPS:
        page = browser.get(f"/staff/?show={group}")
        assert page.content.count(b'href="/staff/orders/') > 0, group
    order = Order.objects.filter(state="need_human")[0]
    assert browser.get(f"/staff/orders/{order.pk}/").status_code == 200


def test_forged_orders_keep_the_times_they_are_given() -> None:
    assert list(forge(100)) == [100]
    changed = Order.objects.values_list("updated_at", flat=True)
    assert min(changed) < timezone.now() - timedelta(days=300)
    assert len(set(changed)) > 90


def test_orders_are_not_forged_outside_the_demo(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(SystemExit, match="not outside the demo"):
        make_orders("3")
    assert Order.objects.count() == 0
    make_orders("3", "--yes-really")
    assert Order.objects.count() == 3


def test_forged_orders_can_belong_to_an_application() -> None:
    ours, _secret = create_application("Example partner")
    create_application("Bystander")
    make_orders("3", "--application", "Example partner")
    assert {order.application for order in Order.objects.all()} == {ours}
    with pytest.raises(SystemExit, match="There is no application Nobody"):
        make_orders("3", "--application", "Nobody")
