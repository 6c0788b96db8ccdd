"""In the checkout the price follows country and VAT id, before one orders."""

import pytest
from django.utils import timezone
from pytest_django import Settings

from shop.catalogue.seller import Seller
from shop.kept_pages import KeptPages
from shop.orders.models import Order
from shop.storefront import checkout
from shop.tenancy.vat_id_check import VatIdCheck
from tests.factories import DETAILS
from tests.pages import (
    assert_left_out,
    at_checkout,
    error_beside,
    fields,
    html,
    summary,
    words,
)
from tests.storefront.checkout import PRIVATE, VIENNA, placed, recalculate, send, sold_by_the_year

pytestmark = pytest.mark.django_db


@pytest.fixture
def for_everyone(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Private persons may order, too, from when the shop has started."""
    settings.CUSTOMERS = "everyone"
    monkeypatch.setattr(checkout, "_pages", KeptPages())


def answered(state: str, vat_id: str = "ATU12345675") -> None:
    """VIES has answered about a VAT id."""
    VatIdCheck.objects.create(vat_id=vat_id, state=state, answered_on=timezone.localdate())


def test_price_follows_the_country_before_one_orders() -> None:
    browser, form = at_checkout()
    part = recalculate(browser, form, billing_country="FR")
    assert "VAT 20% €9.80 Total per month €58.80" in words(part)
    assert "VAT is charged at the rate of your country (France)." in words(part)
    assert "<html" not in html(part)
    assert "Order and pay · €58.80 a month" in words(part)
    sent = {**form, **DETAILS, "billing_country": "FR", **fields(part)}
    assert browser.post("/checkout/", sent).status_code == 302
    assert (placed().vat_rule, placed().gross_cents) == ("destination", 5880)


def test_order_from_abroad_without_a_new_price_has_to_be_confirmed() -> None:
    page = send(billing_country="FR")
    assert page.status_code == 409
    assert "it was €58.31 a month, now it is €58.80" in words(page)
    assert Order.objects.get().state == "new"


def test_vat_id_is_asked_for_and_confirmed_while_one_looks() -> None:
    browser, form = at_checkout()
    part = recalculate(browser, form, **VIENNA)
    assert "We are checking your VAT ID" in words(part)
    assert "VAT 20% €9.80" in words(part)
    assert 'hx-get="/checkout/price/?turn=1"' in html(part)
    check = VatIdCheck.objects.get()
    assert (check.vat_id, check.state) == ("ATU12345675", "waiting")
    part = browser.get("/checkout/price/?turn=1", headers={"HX-Request": "true"})
    assert 'hx-get="/checkout/price/?turn=2"' in html(part)
    check.state, check.answered_on = "confirmed", timezone.localdate()
    check.save()
    part = browser.get("/checkout/price/?turn=2", headers={"HX-Request": "true"})
    assert "Reverse charge: no VAT." in words(part)
    assert "VAT 0% €0.00 Total per month €49.00" in words(part)
    assert "hx-get" not in html(part)
    sent = {**form, **DETAILS, **VIENNA, **fields(part)}
    assert browser.post("/checkout/", sent).status_code == 302
    assert (placed().vat_rule, placed().gross_cents) == ("reverse_charge", 4900)


def test_page_stops_asking_and_says_that_vies_has_not_answered() -> None:
    browser, form = at_checkout()
    recalculate(browser, form, **VIENNA)
    part = browser.get("/checkout/price/?turn=5", headers={"HX-Request": "true"})
    assert "VIES has not answered yet: VAT is charged for now" in words(part)
    assert "hx-get" not in html(part)
    assert "We are checking your VAT ID" in words(browser.get("/checkout/"))  # a fresh look


def test_mistyped_vat_id_is_told_beside_the_price() -> None:
    browser, form = at_checkout()
    part = recalculate(browser, form, billing_country="AT", billing_vat_id="ATU12345674")
    assert "VAT ID: " in words(part)
    assert "VAT 20%" in words(part)
    assert VatIdCheck.objects.count() == 0


def test_vat_id_that_vies_does_not_know_is_told() -> None:
    answered("unknown")
    browser, form = at_checkout()
    part = recalculate(browser, form, **VIENNA)
    assert "does not know this VAT ID, so VAT is charged" in words(part)
    assert "VAT 20%" in words(part)


def test_buyer_outside_the_eu_pays_no_vat() -> None:
    browser, form = at_checkout()
    part = recalculate(browser, form, billing_country="CH")
    assert "No VAT: you are outside the EU." in words(part)
    assert "Total per month €49.00" in words(part)


def test_small_business_charges_no_vat() -> None:
    Seller.objects.update(small_business=True)
    browser, _form = at_checkout()
    page = words(browser.get("/checkout/"))
    assert "No VAT: we are exempt as a small business." in page
    assert "Total per month €49.00" in page


def test_without_script_the_price_is_worked_out_by_a_button() -> None:
    browser, form = at_checkout()
    del form["place"]
    answer = browser.post("/checkout/", {**form, "billing_country": "FR", "apply": "1"})
    assert answer.headers["Location"] == "/checkout/#summary"
    assert "VAT 20% €9.80" in words(browser.get("/checkout/"))


@pytest.mark.parametrize("path", ["/checkout/price/", "/checkout/price/?turn=x"])
def test_page_whose_order_is_gone_is_loaded_again(path: str) -> None:
    browser, form = at_checkout()
    browser.post("/checkout/", {**form, **DETAILS})
    assert browser.get(path).headers["HX-Refresh"] == "true"
    # A page in which somebody types is left as it is: its buttons tell what has happened.
    assert recalculate(browser, form).status_code == 204
    assert Order.objects.count() == 1


def test_private_person_cannot_order_where_businesses_alone_may() -> None:
    page = send(**PRIVATE)
    assert page.status_code == 422
    assert "We sell to businesses only." in summary(page)
    assert Order.objects.get().state == "new"


@pytest.mark.usefixtures("for_everyone")
def test_private_person_from_lyon_pays_french_vat() -> None:
    browser, form = at_checkout()
    page = browser.get("/checkout/")
    assert 'name="business"' not in html(page)
    assert "€58.31 a month, with VAT Order with obligation to pay" in words(page)
    part = recalculate(browser, form, **PRIVATE)
    sent = {**form, **DETAILS, **PRIVATE, "client_name": "", **fields(part)}
    assert browser.post("/checkout/", sent).status_code == 302
    order = placed()
    assert (order.client_name, order.gross_cents) == ("Camille Durand", 5880)
    assert order.billing
    assert (order.billing["customer_type"], order.billing["name"]) == ("private", "Camille Durand")


@pytest.mark.usefixtures("for_everyone")
def test_private_person_without_a_name_is_asked_for_it() -> None:
    page = send(**{**PRIVATE, "billing_name": ""})
    assert page.status_code == 422
    assert error_beside(page, "billing_name") == "Please enter your name."


@pytest.mark.usefixtures("for_everyone")
def test_private_person_is_not_asked_for_a_company() -> None:
    company = send(billing_customer_type="company", client_name="")
    assert "Please enter the name of your company." in summary(company)
    page = send(**{**PRIVATE, "billing_name": "", "client_name": ""})
    assert_left_out(
        "Please enter the name of your company.", there=summary(company), here=summary(page)
    )
    assert "Please enter your name." in summary(page)


@pytest.mark.usefixtures("for_everyone")
def test_private_persons_are_told_of_their_rights_before_they_order() -> None:
    sold_by_the_year()
    browser, form = at_checkout()
    month = words(browser.get("/checkout/"))
    year = words(recalculate(browser, form, interval="year"))
    assert "Private persons can withdraw from the contract within 14 days of ordering" in month
    assert "Private persons can withdraw from the contract within 14 days of ordering" in year
    later = "After the first year, private persons can cancel at any time with one month's notice"
    assert_left_out(later, there=year, here=month)


def test_businesses_are_not_told_of_rights_they_do_not_have(settings: Settings) -> None:
    browser, form = at_checkout()
    here = words(recalculate(browser, form))
    settings.CUSTOMERS = "everyone"
    assert_left_out(
        "withdraw from the contract", there=words(recalculate(browser, form)), here=here
    )
