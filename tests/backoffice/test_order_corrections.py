"""Staff correct what an order says, by the rules of ordering."""

from typing import Any

import pytest

from shop.orders.models import Order
from tests.factories import make_order, make_packed_order, make_staff, pack_all
from tests.pages import Response, error_beside, fields, html, summary, visitor, words
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db


def form_of(order: Order) -> dict[str, str]:
    page = visitor(make_staff("agent")).get(f"/staff/orders/{order.pk}/")
    names = ("version", "client_name", "project_name", "user_email", "user_first_name", "seen")
    return {name: fields(page)[name] for name in names} | {"language": "de"}


def press(order: Order, form: dict[str, Any], what: str = "correct") -> Response:
    browser = visitor(make_staff("agent"))
    return browser.post(f"/staff/orders/{order.pk}/{what}/", form, follow=True)


def test_details_are_corrected_and_the_order_stays_where_it_is() -> None:
    order = order_in("need_human")
    page = press(order, {**form_of(order), "client_name": "Kranfilm"})
    assert "The details are corrected." in words(page)
    order.refresh_from_db()
    assert (order.client_name, order.state) == ("Kranfilm", "need_human")
    event = order.events.get(kind="corrected")
    assert (event.details, bool(event.actor)) == ({"fields": ["client_name"]}, True)


def test_corrected_and_tried_again_in_one_go() -> None:
    order = order_in("has_packing_errors")
    form = {**form_of(order), "project_name": "Neu", "then": "retry"}
    assert "is being set up again" in words(press(order, form))
    order.refresh_from_db()
    assert (order.project_name, order.state) == ("Neu", "pending")


def test_fault_is_told_beside_its_field_and_nothing_is_lost() -> None:
    order = order_in("need_human")
    form = {**form_of(order), "user_email": "nina", "client_name": "x" * 201}
    page = press(order, form)
    assert page.status_code == 422
    assert "e-mail address like" in error_beside(page, "correct_user_email")
    assert "at most 200 characters" in summary(page)
    assert 'value="nina"' in html(page)
    order.refresh_from_db()
    assert order.user_email == "nicecustomer@gmx.com"


def test_who_corrects_second_reads_who_was_faster() -> None:
    order = order_in("need_human")
    mine, theirs = form_of(order), form_of(order)
    press(order, {**mine, "client_name": "Eins"})
    page = press(order, {**theirs, "project_name": "Zwei"})
    assert "Mia Muster was faster" in words(page)
    order.refresh_from_db()
    assert order.client_name == "Eins"
    assert order.project_name == "OSD Yamdu Free"


def test_missing_details_are_filled_in_by_staff_and_it_packs() -> None:
    order = order_in("details")
    page = press(
        order,
        {
            **form_of(order),
            "client_name": "Film",
            "project_name": "Mai",
            "user_email": "nina@example.com",
        },
    )
    assert page.status_code == 200
    pack_all()
    order.refresh_from_db()
    assert order.state == "packed"


def test_address_of_a_packed_order_is_corrected() -> None:
    order = make_packed_order()
    page = press(order, {"user_email": "nina@example.com"}, "address")
    assert "The address is corrected" in words(page)
    order.refresh_from_db()
    assert order.user_email == "nina@example.com"
    assert order.messages.filter(kind="invitation", recipient="nina@example.com").exists()


def test_address_that_is_none_is_told() -> None:
    order = make_packed_order()
    page = press(order, {"user_email": "nina"}, "address")
    assert page.status_code == 422
    assert "e-mail address like" in error_beside(page, "address_user_email")


@pytest.mark.parametrize("what", ["correct", "address"])
def test_order_that_is_past_correcting_stays(what: str) -> None:
    order = make_order()
    order.events.all()
    Order.objects.update(state="packing")
    page = press(order, {"user_email": "nina@example.com"}, what)
    assert "The order has changed in the meantime" in words(page)
    order.refresh_from_db()
    assert order.user_email == "nicecustomer@gmx.com"
