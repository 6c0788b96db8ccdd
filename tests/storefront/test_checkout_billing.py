"""The checkout of a paid tier asks who is billed, each customer only for what is not known."""

import re

import pytest
from django.utils import timezone
from pytest_django import Settings

from shop.catalogue.seller import Seller
from shop.orders.models import Basket, Order
from shop.tenancy.billing_profile import BillingProfile
from tests.factories import DETAILS, make_client, make_project, make_user
from tests.pages import (
    ADDRESS,
    assert_left_out,
    at_checkout,
    error_beside,
    fields,
    html,
    summary,
    words,
)
from tests.storefront.checkout import VIENNA, placed, recalculate, selected_client, send

pytestmark = pytest.mark.django_db


def test_company_is_named_once_and_billed_at_its_address() -> None:
    assert send().status_code == 302
    order = placed()
    assert order.client_name == DETAILS["client_name"]
    assert order.billing == {
        "customer_type": "company",
        "company": "Constantin Film",
        "street": "Feilitzschstraße 6",
        "postal_code": "80802",
        "city": "München",
        "country": "DE",
    }
    assert (order.vat_rule, order.interval) == ("domestic", "month")


def test_invoice_may_go_to_another_company() -> None:
    assert send(billing_company="Constantin Film Verwaltung GmbH").status_code == 302
    order = placed()
    assert order.client_name == "Constantin Film"
    assert order.billing
    assert order.billing["company"] == "Constantin Film Verwaltung GmbH"


def test_company_of_the_invoice_names_the_client_where_it_was_not_named() -> None:
    assert send(client_name="", billing_company="Constantin Film GmbH").status_code == 302
    assert placed().client_name == "Constantin Film GmbH"


@pytest.mark.parametrize(
    ("member", "told"),
    [
        ("billing_street", "Please enter the street and house number."),
        ("billing_postal_code", "Please enter the postal code."),
        ("billing_city", "Please enter the city."),
    ],
)
def test_missing_part_of_the_address_is_told_at_its_field_and_nothing_typed_is_lost(
    member: str, told: str
) -> None:
    page = send(**{member: "", "billing_reference": "PO-4711"})
    assert page.status_code == 422
    assert error_beside(page, member) == told
    assert summary(page) == f"There is a problem {told}"
    assert fields(page)["billing_reference"] == "PO-4711"
    assert Order.objects.get().state == "new"


def test_company_that_is_missing_is_told_once() -> None:
    page = send(client_name="")
    told = "Please enter the name of your company."
    assert summary(page) == f"There is a problem {told}"
    assert error_beside(page, "client_name") == told


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("billing_vat_id", "ATU12345674"),
        ("billing_country", "XX"),
        ("billing_email", "invoices@"),
        ("billing_city", "x" * 201),
    ],
)
def test_wrong_billing_data_are_told_at_their_field(member: str, value: str) -> None:
    page = send(**{**VIENNA, member: value})
    assert page.status_code == 422
    assert error_beside(page, member)
    assert Order.objects.get().state == "new"


def test_free_tier_asks_for_no_address() -> None:
    paid, _form = at_checkout("s")
    free, form = at_checkout("Yamdu FREE")
    there, here = html(paid.get("/checkout/")), html(free.get("/checkout/"))
    for name in ("billing_street", "billing_country", "billing_vat_id"):
        assert_left_out(name, there=there, here=here)
    assert free.post("/checkout/", {**form, **DETAILS}).status_code == 302
    assert placed().billing is None


def test_country_is_the_sellers_at_first_and_named_in_the_readers_language() -> None:
    Seller.objects.update(country="AT")
    for language, name in (("de", "Österreich"), ("en", "Austria")):
        browser, _form = at_checkout(language=language)
        assert f'<option value="AT" selected>{name}</option>' in html(browser.get("/checkout/"))


def test_browsers_can_fill_in_each_field() -> None:
    page = html(at_checkout()[0].get("/checkout/"))
    tokens = {
        name: re.findall(rf'name="{name}"[^>]* autocomplete="([^"]*)"', page)
        for name in ("client_name", "user_email", "billing_street", "billing_postal_code")
    }
    assert tokens == {
        "client_name": ["organization"],
        "user_email": ["email"],
        "billing_street": ["address-line1"],
        "billing_postal_code": ["postal-code"],
    }
    assert 'autocomplete="address-level2"' in page
    assert 'autocomplete="country"' in page


def test_half_filled_address_is_there_when_one_comes_back() -> None:
    browser, form = at_checkout()
    typed = {"billing_city": "Wien", "billing_vat_id": "ATU12345675", "billing_country": "AT"}
    recalculate(browser, {**form, "billing_street": "", "billing_postal_code": ""}, **typed)
    page = browser.get("/checkout/")
    assert (fields(page)["billing_city"], fields(page)["billing_vat_id"]) == ("Wien", "ATU12345675")
    assert '<option value="AT" selected>' in html(page)


def test_client_with_billing_data_is_shown_them_and_not_asked_again() -> None:
    client = make_client(name="Wiener Film")
    profile = {"company": "Wiener Film GmbH", "street": "Ring 1", "postal_code": "1010"}
    BillingProfile.objects.create(client=client, city="Wien", country="AT", **profile)
    browser, form = at_checkout(user=client.client_admin)
    page = browser.get("/checkout/")
    assert selected_client(page) == str(client.pk)  # the one there is
    assert "VAT 20% €9.80" in words(page)  # that of Austria
    line = "Wiener Film Invoices go to: Wiener Film GmbH, Ring 1, 1010 Wien, Austria"
    assert line in words(page)
    assert "data-billed" in html(page)
    empty = dict.fromkeys(ADDRESS, "")
    chosen = {**form, "client_id": str(client.pk), "project_name": "Zwei", "client_name": ""}
    assert browser.post("/checkout/", {**chosen, **empty}).status_code == 302
    assert (placed().billing, placed().vat_rule) == (None, "destination")


def test_billing_data_of_others_are_not_shown() -> None:
    client = make_client(name="Wiener Film")
    profile = {"company": "Wiener Film GmbH", "street": "Ring 1", "postal_code": "1010"}
    BillingProfile.objects.create(client=client, city="Wien", country="AT", **profile)
    browsers = [at_checkout(user=user)[0] for user in (client.client_admin, make_user())]
    there, here = (html(browser.get("/checkout/")) for browser in browsers)
    assert_left_out("Ring 1", there=there, here=here)


def test_client_without_billing_data_is_asked() -> None:
    client = make_client(name="Wiener Film")
    browser, form = at_checkout(user=client.client_admin)
    chosen = {**form, "client_id": str(client.pk), "project_name": "Zwei", "client_name": ""}
    page = browser.post("/checkout/", {**chosen, "billing_street": ""})
    assert error_beside(page, "billing_street") == "Please enter the street and house number."
    assert browser.post("/checkout/", chosen).status_code == 302
    assert placed().billing
    assert (placed().billing or {})["company"] == "Wiener Film"


def test_further_member_costs_nothing_and_needs_no_address() -> None:
    project = make_project("s")
    browser, form = at_checkout(user=project.client.client_admin)
    ids = {"client_id": str(project.client.pk), "project_id": str(project.pk), "client_name": ""}
    chosen = {**form, **ids, **dict.fromkeys(ADDRESS, ""), "user_email": "new@example.com"}
    page = browser.post("/checkout/", chosen)
    agreed = {**chosen, "quote_hash": fields(page)["quote_hash"]}
    assert browser.post("/checkout/", agreed).status_code == 302
    assert (placed().billing, placed().net_cents) == (None, 0)


def test_businesses_declare_that_they_are_and_it_is_kept() -> None:
    page = send(business="")
    assert page.status_code == 422
    assert error_beside(page, "business").startswith("We sell only to businesses")
    assert Basket.objects.get().declared_business_at is None
    before = timezone.now()
    assert send().status_code == 302
    declared = placed().basket.declared_business_at
    assert declared
    assert declared >= before


@pytest.mark.parametrize("path", ["/", "/tiers/s/"])
def test_pages_say_that_they_are_for_businesses_only(path: str, settings: Settings) -> None:
    browser, _form = at_checkout()
    there = words(browser.get(path))
    settings.CUSTOMERS = "everyone"
    assert_left_out("For businesses", there=there, here=words(browser.get(path)))
