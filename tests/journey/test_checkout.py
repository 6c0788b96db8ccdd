"""Orders in a browser: from Vienna, from Munich, and by a private person from Lyon."""

import re
import uuid
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from shop.kept_pages import KeptPages
from shop.orders.models import Order, State
from shop.storefront import checkout, views
from tests.journey.billing import declare_business, fill_in_billing
from tests.journey.conftest import PATIENCE, OpenContext, check_accessibility

pytestmark = [pytest.mark.browser, pytest.mark.once]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


def email() -> str:
    """The address of a customer whom the shop does not know."""
    return f"nina-{uuid.uuid4().hex[:8]}@example.com"


def choose(page: Page, slug: str) -> None:
    """From the page of a tier to the checkout."""
    page.goto(f"/tiers/{slug}/")
    page.click("main form[action*='/checkout/'] button")
    page.wait_for_url("**/checkout/")


def name_all(page: Page) -> None:
    """Fill in all but who is billed."""
    page.fill("[name=user_email]", email())
    page.fill("[name=client_name]", "Wiener Film GmbH")
    page.fill("[name=project_name]", "Drei Tage im Mai")
    page.check("[name=terms]")


def order(page: Page) -> None:
    """Press the button and wait until everything is set up."""
    page.click("button[name=place]")
    page.wait_for_url("**/register/*/")
    expect(page.locator("h1")).to_have_text(re.compile(r"All set|Fertig"))


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desktop"])
def test_vienna_company_whose_vat_id_is_confirmed_pays_no_vat(
    open_context: OpenContext, viewport: dict[str, int]
) -> None:
    page = open_context(locale="en", viewport=viewport).new_page()
    choose(page, "m")
    name_all(page)
    place = page.locator("button[name=place]")
    expect(place).to_have_text(re.compile("€117.81 a month"))
    page.select_option("[name=billing_country]", "AT")
    expect(place).to_have_text(re.compile("€118.80 a month"))
    fill_in_billing(page, billing_city="Wien", billing_vat_id="ATU12345675")
    page.keyboard.press("Tab")
    # The worker asks, and the page looks again by itself.
    expect(page.locator("#offer")).to_contain_text("Reverse charge: no VAT.")
    expect(place).to_have_text(re.compile("€99.00 a month"))
    expect(page.locator("[name=terms]")).to_be_checked()
    expect(page.locator("#price-status")).to_contain_text("To pay: €99.00 a month.")
    check_accessibility(page)
    order(page)
    expect(page.locator("#order-slate")).to_contain_text("€99.00")


def test_vat_id_is_confirmed_without_script_too(open_context: OpenContext) -> None:
    page = open_context(locale="de", java_script_enabled=False).new_page()
    choose(page, "m")
    name_all(page)
    page.select_option("[name=billing_country]", "AT")
    fill_in_billing(page, billing_city="Wien", billing_vat_id="NL123456782B90")
    page.get_by_role("button", name="Preis neu berechnen").click()
    expect(page.locator(".error-summary")).to_contain_text("USt-IdNr.")
    page.fill("[name=billing_vat_id]", "ATU12345675")
    page.get_by_role("button", name="Preis neu berechnen").click()
    page.wait_for_url("**/checkout/#summary")
    for _reload in range(60):
        if page.get_by_text("Reverse Charge").count():
            break
        page.reload()
    expect(page.locator("button[name=place]")).to_have_text(re.compile("99,00"))
    expect(page.locator("[name=billing_city]")).to_have_value("Wien")
    order(page)


def test_munich_company_that_browsers_know_orders_in_few_steps(open_context: OpenContext) -> None:
    """All that a browser fills in by itself is one step."""
    page = open_context(locale="de", viewport=PHONE).new_page()
    page.goto("/")
    page.get_by_role("button", name="M wählen", exact=True).click()  # 1
    page.wait_for_url("**/checkout/")
    filled = {  # 2: what browsers offer for these tokens
        "organization": "Isarfilm Produktion GmbH",
        "address-line1": "Baaderstraße 12",
        "postal-code": "80469",
        "address-level2": "München",
        "email": email(),
    }
    for token, value in filled.items():
        page.locator(f"#order [autocomplete='{token}']").first.fill(value)
    page.fill("[name=project_name]", "Drei Tage im Mai")  # 3
    declare_business(page)  # 4
    page.check("[name=terms]")  # 5
    check_accessibility(page)
    order(page)  # 6


def test_field_that_is_missing_is_told_at_its_field(open_context: OpenContext) -> None:
    page = open_context(locale="en", viewport=PHONE).new_page()
    choose(page, "m")
    name_all(page)
    page.click("button[name=place]")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator("#id_billing_street_error")).to_have_text(
        "Please enter the street and house number."
    )
    check_accessibility(page)
    expect(page.locator("[name=client_name]")).to_have_value("Wiener Film GmbH")


@pytest.fixture
def for_everyone(
    live_server: LiveServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> str:
    """A shop in this process that sells to private persons, too."""
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.CUSTOMERS = "everyone"
    for module, name in ((checkout, "_pages"), (views, "_tiers_pages"), (views, "_tier_pages")):
        monkeypatch.setattr(module, name, KeptPages())
    return f"http://localhost:{live_server.url.rpartition(':')[2]}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desktop"])
def test_private_person_from_lyon_sees_the_price_above_the_button(
    browser: Browser, for_everyone: str, viewport: Any
) -> None:
    context = browser.new_context(
        base_url=for_everyone, locale="en", viewport=viewport, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    choose(page, "m")
    expect(page.locator("[name=client_name]")).to_be_visible()
    expect(page.locator("[name=billing_name]")).to_be_hidden()
    page.get_by_label("A private person").check()
    for name in ("client_name", "billing_company", "billing_vat_id"):
        expect(page.locator(f"[name={name}]")).to_be_hidden()
    page.fill("[name=billing_name]", "Camille Durand")
    page.fill("[name=user_email]", email())
    page.fill("[name=project_name]", "Trois jours en mai")
    page.fill("[name=billing_street]", "12 rue de la République")
    page.fill("[name=billing_postal_code]", "69001")
    page.fill("[name=billing_city]", "Lyon")
    page.select_option("[name=billing_country]", "FR")
    expect(page.locator(".to-pay")).to_have_text("€118.80 a month, with VAT")
    expect(page.locator("button[name=place]")).to_have_text("Order with obligation to pay")
    page.check("[name=terms]")
    check_accessibility(page)
    page.click("button[name=place]")
    page.wait_for_url("**/register/*/")
    placed = Order.objects.exclude(state=State.NEW).get()
    assert (placed.client_name, placed.vat_rule) == ("Camille Durand", "destination")
    assert placed.gross_cents == 11_880
    context.close()
