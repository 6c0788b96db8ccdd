"""The price of an order, by interval, by promotion, and by what is known of the buyer."""

from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from shop.catalogue.models import Product, Promotion
from shop.orders.basket import quote
from shop.orders.document import InvalidDocumentError, check_document
from shop.orders.models import Basket, Order
from shop.orders.placing import quote_hash_of
from shop.orders.pricing import price_as_ordered
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.vat_id_check import VatIdCheck
from tests.factories import BILLING, bystander, make_order, make_project

pytestmark = pytest.mark.django_db

VIENNA = {**BILLING, "country": "AT", "vat_id": "ATU12345675", "city": "Wien"}
ZURICH = {**BILLING, "country": "CH", "vat_id": None, "city": "Zürich"}
LYON = {
    "customer_type": "private",
    "name": "Louise Durand",
    "street": "12 rue Mercière",
    "postal_code": "69002",
    "city": "Lyon",
    "country": "FR",
}


def confirm(vat_id: str) -> None:
    VatIdCheck.objects.filter(vat_id=vat_id).delete()
    VatIdCheck.objects.create(
        vat_id=vat_id, state=VatIdCheck.State.CONFIRMED, answered_on=timezone.localdate()
    )


def costs(order: Order) -> tuple[Any, ...]:
    """Rule, rate, net and gross."""
    order.refresh_from_db()
    price = price_as_ordered(order)
    return order.vat_rule, order.vat_rate, price.net_cents, price.gross_cents


@pytest.mark.parametrize(("billing", "rule", "rate", "gross"), [
    (None, "domestic", 19, 5831),
    (BILLING, "domestic", 19, 5831),
    (VIENNA, "destination", 20, 5880),
    (ZURICH, "outside_eu", 0, 4900),
])  # fmt: skip
def test_vat_is_that_of_the_buyer_known_when_placed(
    billing: dict[str, Any] | None, rule: str, rate: int, gross: int
) -> None:
    assert costs(make_order(billing=billing)) == (rule, rate, 4900, gross)


def test_private_person_elsewhere_in_the_eu_pays_the_rate_of_their_country(
    settings: Settings,
) -> None:
    settings.CUSTOMERS = "everyone"
    assert costs(make_order(billing=LYON)) == ("destination", 20, 4900, 5880)


def test_vat_id_that_vies_has_confirmed_means_reverse_charge_and_else_it_is_asked() -> None:
    confirm("DE136695976")  # somebody else's
    with bystander():
        assert costs(make_order(billing=VIENNA)) == ("destination", 20, 4900, 5880)
    assert VatIdCheck.objects.get(vat_id="ATU12345675").state == "waiting"
    make_order(billing={**VIENNA, "vat_id": "atu 1234-5675"})
    assert VatIdCheck.objects.filter(vat_id="ATU12345675").count() == 1
    confirm("ATU12345675")
    assert costs(make_order(billing=VIENNA)) == ("reverse_charge", 0, 4900, 4900)


@pytest.mark.parametrize("billing", [BILLING, ZURICH, {**VIENNA, "vat_id": None}])
def test_vies_is_not_asked_where_its_answer_makes_no_difference(billing: dict[str, Any]) -> None:
    make_order(billing=billing)
    assert not VatIdCheck.objects.exists()
    make_order(billing=VIENNA)
    assert VatIdCheck.objects.exists()


def test_order_of_a_known_client_is_priced_by_its_billing_data() -> None:
    project = make_project()
    admin = project.client.client_admin
    members: dict[str, Any] = {
        "client_name": None,
        "client_id": project.client.pk,
        "client_admin": admin,
    }
    assert costs(make_order(**members)) == ("domestic", 19, 4900, 5831)
    BillingProfile.objects.create(client=project.client, **{**VIENNA, "vat_id": ""})
    assert costs(make_order(**members)) == ("destination", 20, 4900, 5880)


def test_further_member_costs_nothing_whoever_is_billed() -> None:
    project = make_project()
    admin = project.client.client_admin
    BillingProfile.objects.create(client=project.client, **VIENNA)
    order = make_order(
        client_name=None,
        project_name=None,
        client_id=project.client.pk,
        project_id=project.pk,
        client_admin=admin,
    )
    assert costs(order) == ("", 0, 0, 0)
    assert not VatIdCheck.objects.exists()


def test_year_is_priced_where_the_tier_is_sold_by_the_year_and_else_refused() -> None:
    with pytest.raises(InvalidDocumentError) as refused:
        check_document({"product": "s", "interval": "year"})
    assert refused.value.errors == {
        "interval": ["must be month: this tier is not sold by the year."]
    }
    Product.objects.filter(code="s").update(yearly_net_cents=49_000)
    order = make_order(interval="year")
    assert costs(order) == ("domestic", 19, 49_000, 58_310)
    assert order.interval == "year"
    assert make_order().interval == "month"


@pytest.mark.parametrize(("interval", "sentence"), [
    ("week", "must be month or year."),
    ("Month", "must be month or year."),
    (12, "must be month or year."),
])  # fmt: skip
def test_other_interval_is_refused(interval: Any, sentence: str) -> None:
    with pytest.raises(InvalidDocumentError) as refused:
        check_document({"product": "s", "interval": interval})
    assert refused.value.errors == {"interval": [sentence]}


def test_discount_keeps_the_months_for_which_it_was_agreed() -> None:
    Promotion.objects.create(code="SPRING", name="Spring", percent=10, months=3)
    order = make_order(promo_code="spring")
    Promotion.objects.update(months=None, percent=50)
    order.refresh_from_db()
    assert (order.net_cents, order.discount_cents, order.discount_months) == (4410, 490, 3)


def test_hash_covers_interval_rule_and_rate() -> None:
    Product.objects.filter(code="s").update(yearly_net_cents=4900)

    def hash_of(**members: Any) -> str:
        return quote_hash_of(check_document({"product": "s", **members}))

    elsewhere = {**VIENNA, "vat_id": None}
    seen = [
        hash_of(),
        hash_of(interval="year"),
        hash_of(billing=elsewhere),
        hash_of(billing={**elsewhere, "country": "HU"}),
        hash_of(billing=ZURICH),
        hash_of(billing=VIENNA),
    ]
    assert seen[2] == seen[5]
    confirm("ATU12345675")
    seen[5] = hash_of(billing=VIENNA)
    assert len(set(seen)) == 6
    assert hash_of(billing=BILLING) == seen[0]


@pytest.mark.parametrize(("billing", "rate"), [
    ({}, 19),
    ({"customer_type": "company"}, 19),
    ({"country": "AT"}, 20),
    ({"country": "at"}, 19),
    ({"country": "AT", "vat_id": "AT"}, 20),
    ({"country": "CH", "customer_type": "private"}, 0),
])  # fmt: skip
def test_quote_takes_billing_data_that_are_half_filled_in(
    billing: dict[str, Any], rate: int
) -> None:
    tier = Product.objects.get(code="s")
    quoted = quote(Basket(order=Order(product=tier), document={"product": "s", "billing": billing}))
    assert quoted
    assert quoted[0].vat_rate == rate
