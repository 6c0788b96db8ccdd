"""The VAT of an order, by what is known of its buyer when it is quoted or placed."""

import logging
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone

from shop.catalogue.seller import vat_seller
from shop.catalogue.vat import EU, Vat, VatBuyer, VatRule, VatSeller, vat_for
from shop.catalogue.vat_ids import canonical_vat_id, vat_id_problem
from shop.orders.billing_fields import BILLING_MEMBERS
from shop.orders.field_types import COUNTRIES
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.vies import is_confirmed, request_quoted_check

logger = logging.getLogger(__name__)

Billing = Mapping[str, Any]


def vat_of(billing: Billing | None, client_id: int | None) -> Vat:
    """Return today's VAT for `billing`, else for the billing data of the client of this number.

    What VIES has not confirmed counts as unconfirmed, and VIES is asked. Nothing known of the
    buyer, or no rate of their country: the seller's own rate, zero where staff keep none.
    """
    seller = vat_seller()
    if billing is None and client_id is not None:
        billing = profile_of(client_id)
    buyer = _buyer(billing, seller) if billing else None
    for known in (buyer, None):
        try:
            return vat_for(seller, known, timezone.localdate())
        except LookupError:  # the shop stays open; invoices wait for the rate
            logger.exception("An order is quoted at another rate of VAT.")
    return Vat(VatRule.DOMESTIC, Decimal(0))


def profile_of(client_id: int) -> Billing | None:
    """Return the billing data of a client, in the names of the order document."""
    profile = BillingProfile.objects.filter(pk=client_id).first()
    return {name: getattr(profile, name) for name in BILLING_MEMBERS} if profile else None


def _buyer(billing: Billing, seller: VatSeller) -> VatBuyer | None:
    """Return the buyer, or None while the country is not known: forms may be half filled in."""
    country = billing.get("country")
    if country not in COUNTRIES:
        return None
    if billing.get("customer_type") == "private":
        return VatBuyer("private", country)
    typed = billing.get("vat_id") or ""
    # At home and outside the EU it makes no difference.
    if country == seller.country or country not in EU or vat_id_problem(typed, country):
        return VatBuyer("company", country)
    vat_id = canonical_vat_id(typed)
    confirmed = is_confirmed(vat_id)
    if not confirmed:
        request_quoted_check(vat_id)
    return VatBuyer("company", country, vat_id, confirmed)
