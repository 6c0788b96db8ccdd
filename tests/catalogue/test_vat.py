"""VAT: every case of the contract, by seller, buyer and day."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shop.catalogue.seller import SELLER, VatRate, current_seller, own_vat_rate, vat_seller
from shop.catalogue.vat import EU, Vat, VatBuyer, VatRule, VatSeller, vat_for
from tests.factories import make_seller, set_own_rate

DAY = date(2026, 11, 29)
RATES = {
    "AT": [(date(2021, 7, 1), Decimal(20))],
    "CH": [(date(2021, 7, 1), Decimal("7.7")), (date(2024, 1, 1), Decimal("8.1"))],
    "DE": [(date(2021, 7, 1), Decimal(19))],
    "FR": [(date(2021, 7, 1), Decimal(20))],
    "GR": [(date(2021, 7, 1), Decimal(24))],
    # In no order: the newest that is valid counts.
    "SK": [(date(2025, 1, 1), Decimal(23)), (date(2021, 7, 1), Decimal(20))],
}
GERMAN = VatSeller("DE", small_business=False, below_threshold=False, rates=RATES)
SMALL = VatSeller("DE", small_business=True, below_threshold=False, rates=RATES)
BELOW = VatSeller("DE", small_business=False, below_threshold=True, rates=RATES)
SWISS = VatSeller("CH", small_business=False, below_threshold=True, rates=RATES)


def company(country: str, vat_id: str | None = None, *, confirmed: bool = False) -> VatBuyer:
    return VatBuyer("company", country, vat_id, confirmed)


def person(country: str) -> VatBuyer:
    return VatBuyer("private", country)


VIENNA = company("AT", "ATU12345675", confirmed=True)
# Its VAT id is not known to VIES, or VIES has not answered: both are the same to the rule.
UNCONFIRMED = company("AT", "ATU12345675")
ATHENS = company("GR", "EL094259216", confirmed=True)
BELFAST = company("GB", "XI980780684", confirmed=True)


@pytest.mark.parametrize(
    ("seller", "buyer", "rule", "rate"),
    [
        (GERMAN, None, "domestic", "19"),
        (GERMAN, company("DE"), "domestic", "19"),
        (GERMAN, company("DE", "DE123456788", confirmed=True), "domestic", "19"),
        (GERMAN, person("DE"), "domestic", "19"),
        (GERMAN, VIENNA, "reverse_charge", "0"),
        (GERMAN, UNCONFIRMED, "destination", "20"),
        (GERMAN, company("AT"), "destination", "20"),
        (GERMAN, person("AT"), "destination", "20"),
        (GERMAN, person("FR"), "destination", "20"),
        (GERMAN, ATHENS, "reverse_charge", "0"),
        (GERMAN, company("GR"), "destination", "24"),
        (GERMAN, company("CH"), "outside_eu", "0"),
        (GERMAN, person("CH"), "outside_eu", "0"),
        (GERMAN, company("US"), "outside_eu", "0"),
        (GERMAN, BELFAST, "outside_eu", "0"),
        (GERMAN, person("GB"), "outside_eu", "0"),
        # Nobody can have one confirmed as a private person.
        (GERMAN, VatBuyer("private", "AT", "ATU12345675", confirmed=True), "destination", "20"),
        (BELOW, person("FR"), "domestic", "19"),
        (BELOW, UNCONFIRMED, "domestic", "19"),
        (BELOW, VIENNA, "reverse_charge", "0"),
        (BELOW, person("CH"), "outside_eu", "0"),
        (SMALL, None, "small_business", "0"),
        (SMALL, company("DE"), "small_business", "0"),
        (SMALL, VIENNA, "small_business", "0"),
        (SMALL, person("FR"), "small_business", "0"),
        (SMALL, person("CH"), "small_business", "0"),
        (SWISS, company("CH"), "domestic", "8.1"),
        (SWISS, VIENNA, "reverse_charge", "0"),
        # The threshold is for sellers in the EU.
        (SWISS, person("DE"), "destination", "19"),
        (SWISS, company("US"), "outside_eu", "0"),
    ],
)
def test_vat_follows_seller_and_buyer(
    seller: VatSeller, buyer: VatBuyer | None, rule: str, rate: str
) -> None:
    assert vat_for(seller, buyer, DAY) == Vat(VatRule(rule), Decimal(rate))


@pytest.mark.parametrize(
    ("day", "rate"),
    [(date(2024, 12, 31), 20), (date(2025, 1, 1), 23), (date(2026, 11, 29), 23)],
)
def test_rate_changes_with_the_first_moment_of_its_day(day: date, rate: int) -> None:
    assert vat_for(GERMAN, person("SK"), day).rate == rate


@pytest.mark.parametrize(("country", "day"), [("SK", date(2021, 6, 30)), ("PT", DAY)])
def test_day_before_any_known_rate_is_a_lookup_error(country: str, day: date) -> None:
    with pytest.raises(LookupError, match=f"no VAT rate of {country} on {day}"):
        vat_for(GERMAN, person(country), day)


def test_day_before_any_known_rate_does_not_matter_where_nothing_is_charged() -> None:
    assert vat_for(GERMAN, VIENNA, date(2000, 1, 1)).rule == VatRule.REVERSE_CHARGE
    assert vat_for(SMALL, person("PT"), date(2000, 1, 1)).rule == VatRule.SMALL_BUSINESS


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("country", "day", "rate"),
    [
        *(("DE", date(2021, 7, 1), "19"), ("EE", date(2025, 6, 30), "22"), ("EE", DAY, "24")),
        *(("FI", date(2024, 8, 31), "24"), ("FI", date(2024, 9, 1), "25.5"), ("SK", DAY, "23")),
        *(("RO", date(2025, 7, 31), "19"), ("RO", date(2025, 8, 1), "21"), ("HU", DAY, "27")),
        *(("LU", date(2022, 12, 31), "17"), ("LU", date(2023, 1, 1), "16"), ("LU", DAY, "17")),
    ],
)
def test_rates_are_shipped(country: str, day: date, rate: str) -> None:
    assert vat_for(vat_seller(), person(country), day).rate == Decimal(rate)


@pytest.mark.django_db
def test_rates_of_all_member_states_are_shipped() -> None:
    seller = vat_seller()
    assert seller.rates.keys() == EU
    assert len(EU) == 27
    assert all(vat_for(seller, person(country), DAY).rate >= 15 for country in EU)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "rate"),
    [
        ({}, "19"),
        ({"country": "FI"}, "25.5"),
        ({"country": "FI", "small_business": True}, "0"),
        ({"country": "CH"}, "0"),  # no rate is known
    ],
)
def test_own_rate_is_that_of_the_sellers_country(fields: dict[str, Any], rate: str) -> None:
    make_seller(**fields)
    assert own_vat_rate() == SELLER.read(SELLER.raw())[0].vat_rate == Decimal(rate)


@pytest.mark.django_db
def test_own_rate_is_the_one_that_staff_keep() -> None:
    set_own_rate("16.5")
    assert own_vat_rate() == Decimal("16.5")
    assert vat_for(vat_seller(), None, DAY) == Vat(VatRule.DOMESTIC, Decimal("16.5"))


@pytest.mark.django_db
def test_seller_as_shipped_is_german_and_lacks_what_invoices_need() -> None:
    seller = current_seller()
    assert (seller.pk, seller.country, seller.currency, seller.legal_name) == (1, "DE", "EUR", "")
    assert seller.missing() == [
        *("legal_name", "street", "postal_code", "city", "email", "iban", "vat_id"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({}, []),
        ({"vat_id": ""}, []),
        ({"tax_number": ""}, []),
        ({"vat_id": "", "tax_number": ""}, ["vat_id"]),
        ({"iban": "", "street": ""}, ["street", "iban"]),
        ({"bic": "", "phone": "", "contact": "", "register": ""}, []),
    ],
)
def test_seller_lacks_what_is_empty(fields: dict[str, str], missing: list[str]) -> None:
    assert make_seller(**fields).missing() == missing


@pytest.mark.django_db
def test_seller_for_vat_is_the_row_with_or_without_rates() -> None:
    make_seller(country="AT", small_business=True)
    seller = vat_seller()
    assert (seller.country, seller.small_business, len(seller.rates)) == ("AT", True, 27)
    VatRate.objects.all().delete()
    assert vat_seller() == VatSeller("AT", small_business=True, below_threshold=False, rates={})
