"""Consent to the terms: asked for at the checkout, kept with version and time."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from shop.content.models import Page
from shop.content.publishing import newest, publish
from shop.orders.basket import NoConsentError, check_basket
from shop.orders.models import Basket, Order, State
from shop.orders.open_orders import locked_basket
from shop.orders.placing import ANYBODY, submit_open_order
from shop.tenancy.models import User
from tests.factories import DETAILS, make_order, make_packed_order, make_staff, make_user
from tests.pages import (
    Response,
    assert_left_out,
    at_checkout,
    checkout_form,
    error_beside,
    fields,
    html,
    summary,
    visitor,
    words,
)

pytestmark = pytest.mark.django_db

CHANGED = (
    "The terms have changed while you were looking. Nothing has been ordered. "
    "Please read them again and tick the box if you agree."
)


def placed() -> Order:
    return Order.objects.exclude(state=State.NEW).get()


def change_terms() -> None:
    texts = {"title_de": "AGB", "title_en": "Terms", "text_de": "Neu.", "text_en": "New."}
    publish(Page.objects.get(pk="terms"), texts)


def is_ticked(page: Response) -> bool:
    return "terms" in fields(page)


def test_box_is_required_and_not_ticked_beforehand() -> None:
    browser, _form = at_checkout()
    page = browser.get("/checkout/")
    (box,) = re.findall(r'<input type="checkbox" name="terms"[^>]*>', html(page))
    assert " required" in box
    assert not is_ticked(page)
    assert '<label for="id_terms">I agree to the terms</label>' in html(page)
    form = html(page).partition("<main")[2].partition("<footer")[0]
    assert 'href="/terms/"' in form
    assert 'href="/privacy/"' in form


def test_consent_is_kept_with_version_and_time() -> None:
    change_terms()
    browser, form = at_checkout()
    before = timezone.now()
    assert browser.post("/checkout/", {**form, **DETAILS}).status_code == 302
    basket = placed().basket
    assert basket.terms == newest("terms")
    assert basket.agreed_at
    assert before <= basket.agreed_at <= timezone.now()


def test_order_without_consent_is_not_placed() -> None:
    browser, form = at_checkout()
    del form["terms"]
    page = browser.post("/checkout/", {**form, **DETAILS})
    assert page.status_code == 422
    assert error_beside(page, "terms") == "Please agree to the terms to place the order."
    assert summary(page) == "There is a problem Please agree to the terms to place the order."
    assert 'href="#id_terms"' in html(page)
    order = Order.objects.get()
    assert (order.state, order.basket.terms, order.basket.agreed_at) == ("new", None, None)


def test_missing_consent_is_told_in_german() -> None:
    browser, form = at_checkout(language="de")
    del form["terms"]
    page = browser.post("/checkout/", {**form, **DETAILS})
    assert error_beside(page, "terms") == "Bitte stimmen Sie den AGB zu, um zu bestellen."


def test_tick_stays_where_something_else_is_missing() -> None:
    browser, form = at_checkout()
    page = browser.post("/checkout/", {**form, **DETAILS, "client_name": ""})
    assert page.status_code == 422
    assert is_ticked(page)
    assert is_ticked(browser.get("/checkout/"))


def test_tick_stays_when_the_tier_is_changed() -> None:
    browser, form = at_checkout()
    del form["place"]
    page = browser.post("/checkout/", {**form, "product": "m", "apply": "1"}, follow=True)
    assert is_ticked(page)


def test_tick_can_be_taken_back() -> None:
    browser, form = at_checkout()
    browser.post("/checkout/", {**form, **DETAILS, "client_name": ""})
    del form["terms"]
    assert not is_ticked(browser.post("/checkout/", {**form, **DETAILS}))
    assert not is_ticked(browser.get("/checkout/"))
    assert Basket.objects.get().terms is None


def test_terms_that_have_changed_are_told_and_asked_for_again() -> None:
    browser, form = at_checkout()
    change_terms()
    page = browser.post("/checkout/", {**form, **DETAILS})
    assert page.status_code == 409
    assert error_beside(page, "terms") == CHANGED
    assert CHANGED in summary(page)
    assert not is_ticked(page)
    assert fields(page)["client_name"] == "Constantin Film"
    assert Order.objects.get().state == "new"
    assert browser.post("/checkout/", checkout_form(page)).status_code == 302
    assert placed().basket.terms == newest("terms")


def test_earlier_tick_does_not_count_for_changed_terms() -> None:
    browser, form = at_checkout()
    browser.post("/checkout/", {**form, **DETAILS, "client_name": ""})
    change_terms()
    assert not is_ticked(browser.get("/checkout/"))


def test_price_and_terms_changed_at_once_are_both_told() -> None:
    browser, form = at_checkout()
    change_terms()
    page = browser.post("/checkout/", {**form, **DETAILS, "product": "m"})
    assert page.status_code == 409
    page = browser.post("/checkout/", checkout_form(page, "m"))
    assert page.status_code == 302
    assert (placed().product.code, placed().basket.terms) == ("m", newest("terms"))


@pytest.mark.parametrize("version", ["", "0", "x", "9" * 40, "1 "])
def test_damaged_form_does_not_agree_to_anything(version: str) -> None:
    browser, form = at_checkout()
    page = browser.post("/checkout/", {**form, **DETAILS, "terms_version": version})
    assert page.status_code == 409
    assert Basket.objects.get().terms is None


def test_consent_of_one_order_does_not_count_for_the_next() -> None:
    browser, form = at_checkout()
    browser.post("/checkout/", {**form, **DETAILS})
    page = browser.post("/checkout/tier/", {"product": "m"}, follow=True)
    assert not is_ticked(page)


def test_terms_changed_at_the_last_moment_are_not_agreed_to() -> None:
    browser, form = at_checkout()
    browser.post("/checkout/", {**form, **DETAILS, "promo_code": "NO"})
    order = Order.objects.get()
    change_terms()
    with locked_basket(order) as basket:
        checked = check_basket(basket, None)
        with pytest.raises(NoConsentError):
            submit_open_order(basket, checked, ANYBODY, needs_consent=True)
    order.refresh_from_db()
    assert order.state == "new"


def test_orders_of_programs_carry_no_consent() -> None:
    assert not hasattr(make_order(), "basket")


def test_staff_see_which_version_was_agreed_to_and_when() -> None:
    browser, form = at_checkout()
    browser.post("/checkout/", {**form, **DETAILS})
    order = placed()
    at = timezone.localtime(timezone.now() - timedelta(days=3))
    Basket.objects.update(agreed_at=at)
    page = visitor(make_staff("agent")).get(f"/staff/orders/{order.pk}/")
    shown = date_format(at, "DATETIME_FORMAT")
    assert f"Agreed to the terms Version 1 , {shown}" in words(page)
    assert 'href="/staff/pages/terms/1/"' in html(page)


def test_order_of_a_program_has_no_consent_to_show() -> None:
    page = visitor(make_staff("agent")).get(f"/staff/orders/{make_packed_order().pk}/")
    assert page.status_code == 200
    assert "Agreed to the terms" not in words(page)


def agreeing_customer() -> tuple[Client, dict[str, str]]:
    """A signed-in customer at the checkout who has ordered by these terms before."""
    user = make_user()
    browser, form = at_checkout(user=user)
    assert browser.post("/checkout/", {**form, **DETAILS}).status_code == 302
    page = browser.post("/checkout/tier/", {"product": "m"}, follow=True)
    return browser, checkout_form(page, "m")


def test_customer_who_agreed_before_is_not_asked_again_and_agrees_by_ordering() -> None:
    browser, form = agreeing_customer()
    page = browser.get("/checkout/")
    assert '<input type="hidden" name="terms" value="True"' in html(page)
    day = date_format(timezone.localtime(), "DATE_FORMAT")
    assert f"By ordering you agree to our Terms , as you did on {day}." in words(page)
    assert browser.post("/checkout/", {**form, **DETAILS, "terms": "True"}).status_code == 302
    second = Order.objects.get(product__code="m")
    assert (second.state, second.basket.terms) == ("pending", newest("terms"))


def test_customer_who_agreed_when_joining_is_not_asked_again() -> None:
    invitation = make_packed_order().invitation
    assert invitation
    invitation.terms, invitation.used_at = newest("terms"), timezone.now()
    invitation.save()
    user = invitation.membership.user
    User.objects.filter(pk=user.pk).update(is_active=True, joined_at=timezone.now())
    joined, _form = at_checkout(user=user)
    stranger, _form = at_checkout(user=make_user())
    assert_left_out(
        'type="checkbox" name="terms"',
        there=html(stranger.get("/checkout/")),
        here=html(joined.get("/checkout/")),
    )


def test_changed_terms_are_asked_for_from_who_agreed_to_the_old_ones() -> None:
    browser, form = agreeing_customer()
    change_terms()
    page = browser.post("/checkout/", {**form, **DETAILS, "terms": "True"})
    assert page.status_code == 409
    assert error_beside(page, "terms") == CHANGED
    assert not is_ticked(page)
    assert Order.objects.get(product__code="m").state == "new"
