"""VAT: a pure function of seller, buyer and day (contract, "Billing")."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from django.db import models
from django.utils.translation import gettext_lazy as _


class VatRule(models.TextChoices):
    """The reason for a rate; invoices and exports name it."""

    DOMESTIC = "domestic", _("seller's country")
    REVERSE_CHARGE = "reverse_charge", _("reverse charge")
    DESTINATION = "destination", _("buyer's country")
    OUTSIDE_EU = "outside_eu", _("outside the EU")
    SMALL_BUSINESS = "small_business", _("small business")


@dataclass(frozen=True)
class VatSeller:
    """The seller, as far as VAT depends on it; `rates` are by country, pairs of first day and percent."""

    country: str
    small_business: bool
    below_threshold: bool
    rates: Mapping[str, Sequence[tuple[date, Decimal]]]


@dataclass(frozen=True)
class VatBuyer:
    """The buyer, as far as VAT depends on it; `confirmed`: VIES has confirmed the VAT id."""

    customer_type: Literal["company", "private"]
    country: str
    vat_id: str | None = None
    confirmed: bool = False


@dataclass(frozen=True)
class Vat:
    """The rate in percent, and the rule that gives it."""

    rule: VatRule
    rate: Decimal


EU = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip


def vat_for(seller: VatSeller, buyer: VatBuyer | None, day: date) -> Vat:
    """The VAT that `seller` charges `buyer` on `day`; None: nothing is known of the buyer yet.

    A company without a confirmed VAT id is charged as a private person there (contract, "VAT"). The
    threshold counts for sellers in the EU alone. Raises LookupError if no rate of the country is
    known for the day.
    """
    if seller.small_business:
        return Vat(VatRule.SMALL_BUSINESS, Decimal(0))
    if buyer is None or buyer.country == seller.country:
        return Vat(VatRule.DOMESTIC, _rate(seller, seller.country, day))
    if buyer.country not in EU:
        return Vat(VatRule.OUTSIDE_EU, Decimal(0))
    if buyer.customer_type == "company" and buyer.confirmed:
        return Vat(VatRule.REVERSE_CHARGE, Decimal(0))
    if seller.below_threshold and seller.country in EU:
        return Vat(VatRule.DOMESTIC, _rate(seller, seller.country, day))
    return Vat(VatRule.DESTINATION, _rate(seller, buyer.country, day))


def _rate(seller: VatSeller, country: str, day: date) -> Decimal:
    known = [each for each in seller.rates.get(country, ()) if each[0] <= day]
    if not known:
        raise LookupError(f"no VAT rate of {country} on {day}")
    return max(known)[1]
