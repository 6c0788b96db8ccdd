"""The words of an invoice: its document, in the invoice's language, as of the moment of issue."""

from datetime import date
from decimal import Decimal
from typing import assert_never

from babel import Locale
from django.utils import translation
from django.utils.translation import gettext

from shop.billing.holds import Ready
from shop.billing.invoice_document import (
    BuyerPart,
    InvoiceDocument,
    LinePart,
    SellerPart,
    TotalPart,
)
from shop.billing.invoice_page import short_day
from shop.billing.models import Subscription
from shop.catalogue.intervals import Interval
from shop.catalogue.prices import percent_of
from shop.catalogue.seller import Seller
from shop.catalogue.vat import Vat, VatRule
from shop.tenancy.billing_profile import BillingProfile


def invoice_document(
    subscription: Subscription, ready: Ready, start: date, end: date
) -> InvoiceDocument:
    """Everything on the invoice of the period from `start` to `end`, inclusive."""
    with translation.override(subscription.order.language):
        lines = _lines(subscription, ready.vat.rate, start, end)
    return document_of(subscription, ready, lines)


def document_of(subscription: Subscription, ready: Ready, lines: list[LinePart]) -> InvoiceDocument:
    """Everything on an invoice with these lines."""
    seller, profile, vat = ready.selling.seller, ready.profile, ready.vat
    language = subscription.order.language
    with translation.override(language):
        notes = _notes(vat.rule, seller, profile.country, language)
    return InvoiceDocument(
        seller=_seller_part(seller),
        buyer=buyer_part(profile),
        lines=lines,
        totals=[total_of(vat, sum(line.net_cents for line in lines))],
        notes=notes,
        order_number=subscription.order.order_number or "",
        vat_id_checked_on=ready.answer.answered_on if ready.answer else None,
        vat_id_consultation=ready.answer.consultation_number if ready.answer else "",
    )


def total_of(vat: Vat, net_cents: int) -> TotalPart:
    """The total of an invoice with one rate; VAT is rounded once (contract, "Billing")."""
    return TotalPart(
        vat_rate=vat.rate,
        rule=vat.rule,
        net_cents=net_cents,
        vat_cents=percent_of(net_cents, vat.rate),
    )


def buyer_part(profile: BillingProfile) -> BuyerPart:
    """The buyer as the billing data are now."""
    return BuyerPart.model_validate(
        {name: getattr(profile, name) for name in BuyerPart.model_fields}
    )


def _seller_part(seller: Seller) -> SellerPart:
    columns = {name: name for name in SellerPart.model_fields} | {"register_entry": "register"}
    return SellerPart.model_validate(
        {name: getattr(seller, column) for name, column in columns.items()}
    )


def _lines(subscription: Subscription, rate: Decimal, start: date, end: date) -> list[LinePart]:
    names = {"tier": subscription.tier_name}
    match Interval(subscription.interval):
        case Interval.MONTH:
            text = gettext("Plan %(tier)s, one month") % names
        case Interval.YEAR:
            text = gettext("Plan %(tier)s, one year") % names
        case unknown:
            assert_never(unknown)
    days = " – ".join(short_day(day) for day in (start, end))
    price = LinePart(
        text=text,
        detail=f"{subscription.project.name}, {days}",
        unit_cents=subscription.list_cents,
        net_cents=subscription.list_cents,
        vat_rate=rate,
        period_start=start,
        period_end=end,
    )
    off = subscription.discount_cents_on(start)
    if not off:
        return [price]
    return [price, _discount_line(price, off, subscription.promo_code)]


def _discount_line(price: LinePart, off: int, promo_code: str) -> LinePart:
    changes = {
        "text": gettext("Discount"),
        "detail": promo_code,
        "quantity": Decimal(-1),
        "unit_cents": off,
        "net_cents": -off,
    }
    return price.model_copy(update=changes)


def _notes(rule: VatRule, seller: Seller, buyer_country: str, language: str) -> list[str]:
    """The legal notes that go with a rule of VAT, in lawyers' usual wording."""
    german = seller.country == "DE"
    match rule:
        case VatRule.DOMESTIC:
            return []
        case VatRule.REVERSE_CHARGE:
            return [gettext("Reverse charge: the recipient of the service is liable for the VAT.")]
        case VatRule.OUTSIDE_EU:
            if german:
                return [gettext("Not subject to German VAT.")]
            return [gettext("Not subject to VAT in the seller's country.")]
        case VatRule.SMALL_BUSINESS:
            if german:
                return [gettext("No VAT is charged under § 19 UStG (small business).")]
            return [gettext("No VAT is charged: the seller is a small business.")]
        case VatRule.DESTINATION:
            country = Locale(language).territories.get(buyer_country, buyer_country)
            return [gettext("VAT of the buyer's country: %(country)s.") % {"country": country}]
        case unknown:
            assert_never(unknown)
