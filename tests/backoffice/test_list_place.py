"""The way from an order's page back to the list, and to the orders beside it."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from portal.backoffice.queue.filters import Filter
from portal.backoffice.queue.list_place import ListPlace, list_place, place_text
from shop.orders.models import Order
from shop.tenancy.models import User
from tests.factories import make_order, make_staff

pytestmark = pytest.mark.django_db


def waiting(number: int) -> list[Order]:
    """Orders that need review, of which the first has waited longest."""
    orders = [make_order() for _ in range(number)]
    for place, order in enumerate(orders):
        changed_at = timezone.now() - timedelta(hours=number - place)
        Order.objects.filter(pk=order.pk).update(state="need_human", updated_at=changed_at)
        order.refresh_from_db()
    make_order()  # of another group
    return orders


def place_of(order: Order, staff: User, query: str = "show=need_human") -> ListPlace:
    place = list_place(place_text(query, (order.updated_at, order.pk)), order, staff)
    assert place
    return place


def leads_to(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.path, parse_qs(parts.query)["from"][0]


def test_neighbours_are_those_of_the_list() -> None:
    first, second, third = waiting(3)
    staff = make_staff("agent")
    place = place_of(second, staff)
    assert place.back == f"/staff/?show=need_human#order-{second.pk}"
    for url, order in ((place.previous, first), (place.next, third)):
        path, text = leads_to(url)
        assert path == f"/staff/orders/{order.pk}/"
        assert text == place_text("show=need_human", (order.updated_at, order.pk))
    assert place_of(first, staff).previous == ""
    assert place_of(third, staff).next == ""


def test_next_is_the_same_after_the_order_has_left_the_list_or_moved_in_it() -> None:
    first, second, third = waiting(3)
    staff = make_staff("agent")
    seen = place_of(second, staff)
    Order.objects.filter(pk=second.pk).update(updated_at=timezone.now())
    assert place_of(second, staff) == seen
    Order.objects.filter(pk=second.pk).update(state="pending")
    assert place_of(second, staff) == seen
    # It is at the end by now, and nobody is led to it from itself.
    Order.objects.filter(pk=third.pk).update(state="need_human", updated_at=third.updated_at)
    assert place_of(third, staff).next == ""
    assert leads_to(place_of(third, staff).previous)[0] == f"/staff/orders/{first.pk}/"


def test_place_without_a_position_is_where_the_order_is_now() -> None:
    first, second = waiting(2)
    place = list_place("show=need_human&after=17-1", first, make_staff("agent"))
    assert place
    assert place.back == f"/staff/?show=need_human&after=17-1#order-{first.pk}"
    assert leads_to(place.next)[0] == f"/staff/orders/{second.pk}/"


@pytest.mark.parametrize("text", ["", "q=" + "x" * 6000])
def test_page_that_was_opened_from_no_list_has_no_place(text: str) -> None:
    assert list_place(text, make_order(), make_staff("agent")) is None


def test_default_list_is_a_list_as_well() -> None:
    (order,) = waiting(1)
    staff = make_staff("agent")
    text = place_text(Filter(staff).as_query(), (order.updated_at, order.pk))
    place = list_place(text, order, staff)
    assert place == ListPlace(text, f"/staff/#order-{order.pk}", "", "")
