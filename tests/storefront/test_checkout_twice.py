"""A form that was sent before, is out of date, or is not the sender's."""

import pytest

from shop.orders.models import Order
from tests.factories import DETAILS
from tests.pages import at_checkout, checkout_form, fields, html, visitor, words
from tests.storefront.checkout import placed

pytestmark = pytest.mark.django_db


def test_form_sent_twice_places_one_order() -> None:
    browser, form = at_checkout()
    first, second = (browser.post("/checkout/", {**form, **DETAILS}) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Order.objects.count() == 1


def test_form_sent_again_with_other_details_has_to_be_confirmed() -> None:
    browser, form = at_checkout()
    browser.post("/checkout/", {**form, **DETAILS})
    changed = {**form, **DETAILS, "project_name": "Another"}
    page = browser.post("/checkout/", changed)
    assert page.status_code == 409
    assert "This order has been placed already, with other details." in words(page)
    assert f"/register/{placed().order_hash}/" in html(page)
    assert fields(page)["project_name"] == "Another"
    answer = browser.post("/checkout/", checkout_form(page))
    assert answer.status_code == 302
    names = set(Order.objects.values_list("project_name", flat=True))
    assert names == {"OSD Yamdu Free", "Another"}


def test_form_of_a_second_tab_places_no_second_order() -> None:
    browser, form = at_checkout()
    other_tab = checkout_form(browser.get("/checkout/"))
    first = browser.post("/checkout/", {**form, **DETAILS})
    second = browser.post("/checkout/", {**other_tab, **DETAILS})
    assert second.headers["Location"] == first.headers["Location"]
    assert Order.objects.count() == 1


def test_back_after_ordering_leads_to_the_order() -> None:
    browser, form = at_checkout()
    answer = browser.post("/checkout/", {**form, **DETAILS})
    assert browser.get("/checkout/").headers["Location"] == answer.headers["Location"]


def test_form_of_an_order_that_is_gone_places_nothing_unseen() -> None:
    browser, form = at_checkout()
    Order.objects.all().delete()
    page = browser.post("/checkout/", {**form, **DETAILS})
    assert page.status_code == 409
    assert "This page was out of date" in words(page)
    assert fields(page)["client_name"] == "Constantin Film"
    assert browser.post("/checkout/", checkout_form(page)).status_code == 302
    assert placed().client_name == "Constantin Film"


@pytest.mark.parametrize("order", ["", "x", "s\x00", "ä" * 32])
def test_form_of_no_order_at_all_places_nothing(order: str) -> None:
    browser, form = at_checkout()
    page = browser.post("/checkout/", {**form, **DETAILS, "order": order})
    assert page.status_code == 409
    assert Order.objects.get().state == "new"


def test_form_of_somebody_elses_order_does_not_touch_it() -> None:
    _browser, form = at_checkout()
    stranger = visitor()
    page = stranger.post("/checkout/", {**form, **DETAILS})
    assert page.status_code == 409
    theirs = Order.objects.get(order_hash=form["order"])
    assert (theirs.state, theirs.basket.document) == ("new", {"product": "s"})


def test_form_from_elsewhere_places_nothing() -> None:
    browser, form = at_checkout()
    browser.handler.enforce_csrf_checks = True
    assert browser.post("/checkout/", {**form, **DETAILS}).status_code == 403
    assert Order.objects.get().state == "new"
