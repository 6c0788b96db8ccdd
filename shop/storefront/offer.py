"""The offer of the checkout: the price with its VAT, and why the VAT is as it is."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _

from shop.billing_form import country_name
from shop.catalogue.seller import Seller, own_vat
from shop.catalogue.vat import EU, VatRule
from shop.catalogue.vat_ids import canonical_vat_id
from shop.orders.basket import quote
from shop.orders.buyers import profile_of
from shop.orders.models import Basket
from shop.orders.pricing import Price
from shop.tenancy.vat_id_check import VatIdCheck
from shop.tenancy.vies import newest_check

# The page asks so often whether VIES has answered, every two seconds.
TURNS = 5

Billing = Mapping[str, Any]


def offer(basket: Basket, seller: Seller, *, turn: int = 0) -> dict[str, Any] | None:
    """Return what templates show of the price of `basket`; None while it holds no product.

    `seller` is the row of today, as `current_seller` reads it. `turn` counts how often the page has asked whether VIES has answered.
    """
    quoted = quote(basket, own_vat(seller))
    if quoted is None:
        return None
    price, quote_hash, promotion = quoted
    billing = _billing_of(basket)
    state = _vat_id_state(billing, seller) if price.net_cents else None
    note = vat_note(price, billing, state, turn) if price.net_cents else ""
    return {
        "order": basket.order,
        "product": basket.order.product,
        "price": price,
        "quote_hash": quote_hash,
        "promotion": promotion,
        "saved_cents": price.listed_gross_cents - price.gross_cents,
        "due_days": seller.due_days,
        "vat_note": note,
        "shown": sha256(f"{quote_hash}{note}".encode()).hexdigest()[:16],
        "next_turn": turn + 1 if state == VatIdCheck.State.WAITING and turn < TURNS else 0,
    }


def vat_note(price: Price, billing: Billing, state: str | None, turn: int = 0) -> str:
    """Say why the VAT of `price` is as it is; "" where it is the seller's own.

    `state` is that of the check of a VAT id that matters.
    """
    match price.vat_rule:
        case VatRule.SMALL_BUSINESS:
            return _("No VAT: we are exempt as a small business.")
        case VatRule.OUTSIDE_EU:
            return _("No VAT: you are outside the EU.")
        case VatRule.REVERSE_CHARGE:
            return _(
                "Reverse charge: no VAT. Your VAT ID is confirmed, and you account for the VAT."
            )
    if state == VatIdCheck.State.UNKNOWN:
        return _(
            "VIES, the EU's register, does not know this VAT ID, so VAT is charged. Please check it."
        )
    if state == VatIdCheck.State.WAITING and turn < TURNS:
        return _(
            "We are checking your VAT ID with VIES, the EU's register. Until it is confirmed, VAT is charged."
        )
    if state == VatIdCheck.State.WAITING:
        return _(
            "VIES has not answered yet: VAT is charged for now and left off once your VAT ID is "
            "confirmed."
        )
    if price.vat_rule == VatRule.DESTINATION:
        return _("VAT is charged at the rate of your country (%(country)s).") % {
            "country": country_name(billing.get("country", ""))
        }
    return ""


def _billing_of(basket: Basket) -> Billing:
    document = basket.document
    if billing := document.get("billing"):
        return dict(billing)
    client_id = document.get("client_id")
    return (profile_of(client_id) if client_id else None) or {}


def _vat_id_state(billing: Billing, seller: Seller) -> str | None:
    """Return how the check of a VAT id stands; None where VAT does not depend on one."""
    country, typed = billing.get("country") or "", billing.get("vat_id") or ""
    if not typed or country not in EU or country == seller.country:
        return None
    if billing.get("customer_type") == "private":
        return None
    check = newest_check(canonical_vat_id(typed))
    return check.state if check else None
