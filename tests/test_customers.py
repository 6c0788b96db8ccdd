"""All that the setting CUSTOMERS switches, on every public page (docs/operators/customers.md)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import Settings

from portal.registration import kept_status
from shop.orders.models import Order
from tests.factories import make_bare_order, make_order, make_packed_order
from tests.pages import assert_left_out, at_checkout, html, join_address, visitor, words
from tests.storefront.test_withdraw import BILLING

# Not about the database.
pytestmark = [pytest.mark.django_db, pytest.mark.once]

CANCEL = {"de": "Verträge hier kündigen", "en": "Cancel contracts here"}
WITHDRAW = {"de": "Vertrag widerrufen", "en": "Withdraw from contract"}
NOTICE = {"de": "Widerrufsrecht", "en": "Right of withdrawal"}
BUSINESSES_ONLY = {
    "de": "Nur für Unternehmen, Selbständige und Einrichtungen.",
    "en": "For businesses, freelancers and institutions only.",
}
# Right above the button the price, which the button does not say.
ORDER = {"de": "Zahlungspflichtig bestellen", "en": "Order with obligation to pay"}
ORDER_AND_PAY = {"de": "Kostenpflichtig bestellen", "en": "Order and pay"}
FOR_PRIVATE_PERSONS = ("/withdrawal/", "/withdrawal-form/", "/withdraw/")
LANGUAGES = pytest.mark.parametrize("language", ["de", "en"])

# Every page that visitors can open, signed out; `{hash}` is that of an order.
PAGES = (
    *("/", "/tiers/s/", "/tiers/yamdu-free/", "/tiers/xl/", "/checkout/"),
    *("/imprint/", "/privacy/", "/terms/", "/cancel-contract/"),
    *("/register/", "/register/{hash}/", "{join}", "/register/{bare}/"),
    *("/account/login/", "/account/password/reset/", "/account/login/code/"),
    *("/declarations/prove/x/", "/api/docs", "/api/docs/open-order", "/nothing/"),
)


def on(settings: Settings, customers: str, page: Callable[[], str]) -> str:
    """The answer of a shop that sells to `customers`."""
    settings.CUSTOMERS = customers
    kept_status.clear()
    return page()


def both(settings: Settings, page: Callable[[], str]) -> tuple[str, str]:
    """A page where businesses alone can order, and where everyone can."""
    return on(settings, "businesses", page), on(settings, "everyone", page)


def _leads(name: str, words: str, path: str) -> str:
    """The link in the footer of `path` to the page `name`; the checkout keeps first what was typed."""
    if path == "/checkout/":
        return (
            f'<button class="link-button" form="order" name="apply" value="{name}">{words}</button>'
        )
    return f'<a href="{reverse(name)}">{words}</a>'


@LANGUAGES
@pytest.mark.parametrize("path", PAGES)
def test_footer_of_every_page(path: str, language: str, settings: Settings) -> None:
    order, bare = make_packed_order(), make_bare_order("s")
    browser, _form = at_checkout(language=language)
    known = {"hash": order.order_hash, "bare": bare.order_hash, "join": join_address(order)}

    def footer() -> str:
        return html(browser.get(path.format(**known))).partition("<footer")[2]

    businesses, everyone = both(settings, footer)
    for source in (businesses, everyone):
        assert _leads("cancel_contract", CANCEL[language], path) in source
    for link in (
        _leads("withdraw", WITHDRAW[language], path),
        _leads("withdrawal", NOTICE[language], path),
    ):
        assert_left_out(link, there=everyone, here=businesses)


@LANGUAGES
@pytest.mark.parametrize("path", FOR_PRIVATE_PERSONS)
def test_pages_for_private_persons_alone(path: str, language: str, settings: Settings) -> None:
    browser = visitor(language=language)
    settings.CUSTOMERS = "everyone"
    assert browser.get(path).status_code == 200
    assert f"{path}?lang={language}" in html(browser.get("/sitemap.xml"))
    settings.CUSTOMERS = "businesses"
    assert browser.get(path).status_code == 404
    assert path not in html(browser.get("/sitemap.xml"))


@LANGUAGES
@pytest.mark.parametrize("path", ["/", "/tiers/s/"])
def test_pages_of_the_tiers_say_that_they_are_for_businesses(
    path: str, language: str, settings: Settings
) -> None:
    businesses, everyone = both(settings, lambda: words(visitor(language=language).get(path)))
    assert_left_out(BUSINESSES_ONLY[language], there=businesses, here=everyone)


@LANGUAGES
def test_checkout(language: str, settings: Settings) -> None:
    def checkout() -> str:
        return html(at_checkout(language=language)[0].get("/checkout/"))

    businesses, everyone = both(settings, checkout)
    assert_left_out('name="business"', there=businesses, here=everyone)
    assert_left_out(ORDER_AND_PAY[language], there=businesses, here=everyone)
    for text in (
        *('name="billing_customer_type"', 'name="billing_name"', ORDER[language]),
        *('<li class="for-private">', 'href="/withdrawal/"'),
    ):
        assert_left_out(text, there=everyone, here=businesses)
    # The price stands above the button.
    assert re.search(r'class="to-pay">\s*<b>\D*58[.,]31.*?name="place"', everyone, re.DOTALL)


@LANGUAGES
def test_checkout_refuses_private_persons_where_businesses_alone_can_order(
    language: str, settings: Settings
) -> None:
    def order() -> str:
        browser, form = at_checkout(language=language)
        sent = {**form, "user_email": "c@example.com", "project_name": "Trois jours"}
        home = {**BILLING, "postal_code": "80469", "city": "München", "country": "DE"}
        sent |= {f"billing_{name}": value for name, value in home.items()}
        return str(browser.post("/checkout/", sent).status_code)

    assert both(settings, order) == ("422", "302")
    assert Order.objects.filter(billing__customer_type="private").count() == 1


@LANGUAGES
def test_billing_form_of_an_orders_page(language: str, settings: Settings) -> None:
    path = f"/register/{make_packed_order().order_hash}/billing/"
    businesses, everyone = both(settings, lambda: html(visitor(language=language).get(path)))
    assert 'name="billing_street"' in businesses
    assert_left_out('name="billing_customer_type"', there=everyone, here=businesses)


@LANGUAGES
def test_page_of_a_private_persons_order_names_the_right_of_withdrawal(
    language: str, settings: Settings
) -> None:
    settings.CUSTOMERS = "everyone"
    private: dict[str, Any] = {
        "billing": BILLING,
        "client_name": "Camille Durand",
        "user_email": "c@example.com",
    }
    person, company = make_order(**private), make_order()

    def page(order: Order) -> str:
        path = f"/register/{order.order_hash}/"
        return html(visitor(language=language).get(path)).partition("<footer")[0]

    businesses, everyone = both(settings, lambda: page(person))
    assert_left_out('href="/withdrawal/"', there=everyone, here=businesses)
    assert_left_out('href="/withdrawal/"', there=everyone, here=page(company))
