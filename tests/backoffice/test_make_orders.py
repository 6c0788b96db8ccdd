"""Orders that are made up, to try the back office with."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from portal.backoffice.filters import GROUPS
from portal.backoffice.generating import generate
from shop.orders.models import Order
from tests.factories import make_staff
from tests.pages import visitor

pytestmark = pytest.mark.django_db


def test_made_up_orders_are_in_all_states_and_can_be_looked_at() -> None:
    person = make_staff("agent")
    assert list(generate(300)) == [300]
    assert set(Order.objects.values_list("state", flat=True)) == {
        "pending", "packing", "packed", "has_packing_errors", "need_human", "cancelled",
    }  # fmt: skip
    browser = visitor(person)
    for group in GROUPS:
        page = browser.get(f"/staff/?show={group}")
        assert page.content.count(b'href="/staff/orders/') > 0, group
    order = Order.objects.filter(state="need_human")[0]
    assert browser.get(f"/staff/orders/{order.pk}/").status_code == 200


def test_they_are_not_made_outside_the_demo(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="not outside the demo"):
        call_command("make_orders", "3")
    assert Order.objects.count() == 0
    call_command("make_orders", "3", "--yes-really", stdout=StringIO())
    assert Order.objects.count() == 3
