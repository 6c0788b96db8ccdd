"""A customer's browser goes on with an open order that a program has filled."""

from typing import Any

import pytest

from tests.open_order.calls import CONTACT, OWNER, by_cookie
from tests.pages import checkout_form, fields, visitor
from tests.storefront.checkout import placed

pytestmark = pytest.mark.django_db

ADDRESS = {
    "street1": "Rosenheimer 1",
    "city": "München",
    "postalCode": "81669",
    "countryCode": "DE",
}
PERSON = {"firstName": "Nina", "lastName": "Nagel"}


def fill(**account: Any) -> None:
    """Put all that a program knows into the open order."""
    program = by_cookie()
    program.put("/order/account", {"currency": "EUR", "language": "en-US", **account})
    program.post("/order/account/products", {"offering": "s", "displayName": "Drei Tage"})
    media = {"email1": "nina@example.com", "phone1": "+49 89 1234"}
    contact = {"name": {**PERSON, "company": "Nagel AG"}, "contactMedia": media}
    program.put("/order/account/contactInfo/regular", {**contact, "address": ADDRESS})
    program.put("/order/account/contactInfo/billing", CONTACT)
    program.put("/order/account/user", {"userName": "nina"})
    program.put("/order/attributes", [{"name": "AffiliateId", "value": "partner-7"}])


def test_form_shows_what_a_program_has_put_in() -> None:
    fill()
    browser = visitor(language="en")
    browser.cookies["OwnerId"] = OWNER
    shown = fields(browser.get("/checkout/"))
    assert shown["client_name"] == "Nagel AG"
    assert (shown["project_name"], shown["user_email"]) == ("Drei Tage", "nina@example.com")
    assert (shown["user_first_name"], shown["user_last_name"]) == ("Nina", "Nagel")


def test_what_only_programs_know_survives_the_checkout() -> None:
    fill(name="Nagel Film")
    browser = visitor(language="en")
    browser.cookies["OwnerId"] = OWNER
    form = checkout_form(browser.get("/checkout/"))
    changed = {**form, "user_email": "other@example.com", "user_last_name": ""}
    assert browser.post("/checkout/", changed).status_code == 302
    order = placed()
    assert (order.client_name, order.user_login, order.language) == ("Nagel Film", "nina", "en")
    below = f"/orders/{order.order_hash}/account"
    account = by_cookie().get(below).json()
    assert (account["currency"], account["language"], account["name"]) == (
        *("EUR", "en-US"),
        "Nagel Film",
    )
    contacts = by_cookie().get(f"{below}/contactInfo").json()["contactInfo"]
    assert contacts == {
        "regular": {
            "name": {"firstName": "Nina", "company": "Nagel AG"},
            "address": ADDRESS,
            "contactMedia": {"email1": "other@example.com", "phone1": "+49 89 1234"},
        },
        # The page asks for an address, which the program had not given.
        "billing": {
            "name": {"company": "Nagel Film"},
            "address": {
                "street1": "Feilitzschstraße 6",
                "postalCode": "80802",
                "city": "München",
                "countryCode": "DE",
            },
            "contactMedia": {},
            "customerType": "company",
        },
    }
    attributes = by_cookie().get(f"/orders/{order.order_hash}/attributes").json()["list"]
    assert attributes == [{"name": "AffiliateId", "value": "partner-7"}]


def test_language_of_the_page_replaces_another_of_the_program() -> None:
    fill()
    browser = visitor(language="de")
    browser.cookies["OwnerId"] = OWNER
    form = checkout_form(browser.get("/checkout/"))
    assert browser.post("/checkout/", form).status_code == 302
    order = placed()
    account = by_cookie().get(f"/orders/{order.order_hash}/account").json()
    assert (order.language, account["language"]) == ("de", "de")
