"""The billing contact supplies who is billed; the quote follows it."""

from typing import Any

import pytest

from shop.catalogue.models import Product
from shop.orders.basket import update_document
from shop.orders.models import Basket
from shop.tenancy.billing_profile import BillingProfile
from tests.factories import BILLING, make_project
from tests.open_order.calls import (
    CONTACT,
    add_product,
    by_cookie,
    by_password,
    fault,
    fill,
    submit,
    the_order,
)
from tests.open_order.test_quotes import quoted

pytestmark = pytest.mark.django_db

PLACE = "/order/account/contactInfo/billing"
LETTER: dict[str, Any] = {
    "name": {"firstName": "Katharina", "lastName": "Huber", "company": BILLING["company"]},
    "address": {
        "street1": BILLING["street"],
        "street2": BILLING["street2"],
        "city": BILLING["city"],
        "postalCode": BILLING["postal_code"],
        "stateOrProvince": "Bayern",
        "countryCode": BILLING["country"],
    },
    "contactMedia": {"email1": BILLING["email"], "phone1": "+49 89 123456"},
    "customerType": "company",
    "vatId": BILLING["vat_id"],
    "reference": BILLING["reference"],
}


def placed_billing() -> Any:
    assert submit(by_cookie()).status_code == 202
    return the_order().billing


def test_contact_supplies_the_orders_billing_and_is_read_as_it_was_put() -> None:
    fill(by_cookie())
    assert by_cookie().put(PLACE, LETTER).status_code == 200
    shown = by_cookie().get(PLACE).json()
    assert {name: value for name, value in shown.items() if name != "links"} == LETTER
    assert placed_billing() == BILLING


def test_contact_without_address_supplies_none() -> None:
    fill(by_cookie())
    assert by_cookie().put(PLACE, CONTACT).status_code == 200
    assert placed_billing() is None


def test_company_that_the_contact_does_not_name_is_the_client() -> None:
    fill(by_cookie())
    person = {"firstName": "Huber", "lastName": "Huber"}
    letter = {**LETTER, "name": person}
    del letter["customerType"]
    assert by_cookie().put(PLACE, letter).status_code == 200
    wanted = {**BILLING, "company": "Constantin Film", "name": "Huber"}
    assert placed_billing() == wanted


def test_contact_that_is_removed_supplies_none() -> None:
    fill(by_cookie())
    by_cookie().put(PLACE, LETTER)
    assert by_cookie().delete(PLACE).status_code == 204
    assert by_cookie().get(PLACE).status_code == 404
    assert placed_billing() is None


@pytest.mark.parametrize(("changes", "name", "text"), [
    ({"customerType": "person"}, "customerType", "must be company or private."),
    (
        {"customerType": "private"},
        "customerType",
        "must be company: this shop sells to businesses only.",
    ),
    ({"vatId": "DE136695977"}, "vatId", "is not a VAT ID: its form or its check digits are wrong."),
    ({"vatId": "ATU12345675"}, "vatId", "must begin with the code of countryCode; EL for Greece."),
    ({"reference": "x" * 101}, "reference", "must have at most 100 characters."),
    (
        {"address": {**LETTER["address"], "city": "x" * 101}},
        "city",
        "must have at most 100 characters.",
    ),
    ({"iban": "DE89370400440532013000"}, "iban", "is not known here."),
])  # fmt: skip
def test_billing_contact_with_a_fault_is_refused_by_name(
    changes: dict[str, Any], name: str, text: str
) -> None:
    answer = by_cookie().put(PLACE, {**LETTER, **changes})
    assert fault(answer) == (400, "badRequest", {name: text})
    assert not Basket.objects.exists()


@pytest.mark.parametrize("name", ["customerType", "vatId", "reference"])
def test_other_contacts_take_nothing_about_billing(name: str) -> None:
    given = {**CONTACT, name: LETTER[name]}
    answer = by_cookie().put("/order/account/contactInfo/regular", given)
    assert fault(answer)[2] == {name: "is allowed in the billing contact only."}


def test_private_person_is_taken_where_everybody_may_order(settings: Any) -> None:
    settings.CUSTOMERS = "everyone"
    fill(by_cookie())
    letter = {**LETTER, "customerType": "private", "name": CONTACT["name"]}
    del letter["vatId"]
    assert by_cookie().put(PLACE, letter).status_code == 200
    billing = placed_billing()
    assert (billing["customer_type"], billing["name"]) == ("private", "Nina Nagel")
    assert "company" not in billing


def test_quote_follows_the_country_of_the_billing_contact() -> None:
    fill(by_cookie())
    first = quoted()
    assert (first["TaxTotal"], first["Total"]) == ("9.31", "58.31")
    swiss = {**LETTER, "address": {**LETTER["address"], "countryCode": "CH"}}
    del swiss["vatId"]
    by_cookie().put(PLACE, swiss)
    second = quoted()
    assert (second["SubTotal"], second["TaxTotal"], second["Total"]) == ("49.00", "0.00", "49.00")
    assert second["Hash"] != first["Hash"]
    assert fault(submit(by_cookie(), quoteHash=first["Hash"]))[0] == 409
    assert submit(by_cookie(), quoteHash=second["Hash"]).status_code == 202
    assert quoted(f"/orders/{the_order().order_hash}/quote") == second


def test_quote_of_a_year_says_so() -> None:
    Product.objects.filter(code="s").update(yearly_net_cents=49_000)
    number = add_product(by_cookie(), interval="year")
    assert by_cookie().get(f"/order/product/{number}").json()["interval"] == "year"
    quote = quoted()
    (fee,) = quote["Products"][0]["Fees"]
    assert (fee["Description"], fee["BaseAmount"], fee["MonthlyCycle"]) == (
        "S, a year",
        "490.00",
        "12",
    )
    assert quote["Total"] == "583.10"


def test_year_of_a_tier_that_is_not_sold_by_the_year_is_refused() -> None:
    sent = {"offering": "s", "displayName": "x", "interval": "year"}
    answer = by_cookie().post("/order/account/products", sent)
    text = "must be month: this tier is not sold by the year."
    assert fault(answer) == (400, "badRequest", {"interval": text})
    answer = by_cookie().post("/order/account/products", {**sent, "interval": "week"})
    assert fault(answer)[2] == {"interval": "must be month or year."}


def test_client_that_has_billing_data_takes_none_and_is_priced_by_them() -> None:
    project = make_project()
    client, admin = project.client, project.client.client_admin
    BillingProfile.objects.create(client=client, **{**BILLING, "country": "AT", "vat_id": ""})
    caller = by_password(admin.email, owner_id=by_cookie().owner_id)
    account = {"currency": "EUR", "language": "de", "accountNumber": client.pk}
    assert caller.put("/order/account", account).status_code == 200
    add_product(caller)
    caller.put("/order/account/contactInfo/regular", CONTACT)
    assert quoted()["TaxTotal"] == "9.80"
    assert caller.get(PLACE).status_code == 404  # the client's own data are not shown here
    caller.put(PLACE, LETTER)
    text = "must not be given: this client has billing data already."
    assert fault(submit(caller)) == (400, "badRequest", {"billing": text})
    caller.delete(PLACE)
    assert submit(caller).status_code == 202


def test_contact_shows_what_was_typed_at_the_checkout_since() -> None:
    fill(by_cookie())
    by_cookie().put(PLACE, LETTER)
    basket = Basket.objects.get()
    typed = {"customer_type": "company", "company": "Kran", "country": "AT", "email": "a@gmx.com"}
    update_document(basket, {"billing": {**typed, "name": "Uta"}})
    basket.save()
    shown = by_cookie().get(PLACE).json()
    del shown["links"]
    assert shown == {
        "name": {"firstName": "Uta", "lastName": "Uta", "company": "Kran"},
        "address": {"countryCode": "AT"},
        "contactMedia": {"email1": "a@gmx.com"},
        "customerType": "company",
    }
