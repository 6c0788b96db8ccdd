"""Rows of an order's receipt: its price, the first invoice, the duration of the contract."""

from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from shop.catalogue.models import Promotion
from shop.catalogue.prices import gross
from shop.catalogue.promotion_codes import canonical_code
from shop.catalogue.seller import current_seller
from shop.catalogue.templatetags.money import money
from shop.catalogue.vat import VatRule
from shop.notifications.emails.content import Row, typed
from shop.orders.models import Order
from shop.orders.pricing import Price, price_as_ordered

MONTHS = 12  # of a year


def price_rows(order: Order) -> list[Row]:
    """Return price, discount, first invoice, when it is due, and duration of the contract."""
    price = price_as_ordered(order)
    if not price.listed_cents:
        return [Row(_("Price"), _("free of charge"))]
    rows = [Row(_("Price"), _with_vat(price))]
    if price.vat_cents:
        label = _("Net per year") if price.is_yearly else _("Net per month")
        rows.append(Row(label, money(price.net_cents, price.currency)))
        label = _("VAT, %(rate)s%%") % {"rate": floatformat(price.vat_rate)}
        rows.append(Row(label, money(price.vat_cents, price.currency)))
    if price.discount_cents:
        rows.append(Row(_("Promotion code"), _discount(price, _code(order))))
    days = current_seller().due_days
    due = ngettext(
        "by bank transfer, within %(days)s day of the invoice date",
        "by bank transfer, within %(days)s days of the invoice date",
        days,
    )
    first = _("as soon as everything is set up, for the first month")
    runs = _("no fixed term; cancel any time, and it ends with the month you have paid for")
    if price.is_yearly:
        first = _("as soon as everything is set up, for the first year")
        runs = _("no fixed term; cancel any time, and it ends with the year you have paid for")
    return [
        *rows,
        Row(_("First invoice"), first),
        Row(pgettext("receipt", "Payment"), due % {"days": days}),
        Row(pgettext("receipt", "Duration"), runs),
    ]


def _with_vat(price: Price) -> str:
    values = {"price": money(price.gross_cents, price.currency)}
    if price.vat_rate:
        text = _("%(price)s a month, including %(rate)s%% VAT")
        if price.is_yearly:
            text = _("%(price)s a year, including %(rate)s%% VAT")
        return text % {**values, "rate": floatformat(price.vat_rate)}
    reasons: dict[str, str] = {
        VatRule.REVERSE_CHARGE: _("no VAT: reverse charge"),
        VatRule.OUTSIDE_EU: _("no VAT: outside the EU"),
        VatRule.SMALL_BUSINESS: _("no VAT: small business"),
    }
    text = _("%(price)s a year") if price.is_yearly else _("%(price)s a month")
    reason = reasons.get(VatRule(price.vat_rule)) if price.vat_rule else None
    return f"{text % values} ({reason})" if reason else text % values


def _code(order: Order) -> str:
    """Return the code as it was typed, and what it is for."""
    code = order.promo_code or ""
    names = Promotion.objects.filter(key=canonical_code(code)).values_list("name", flat=True)
    name = names.first() or ""
    return (
        typed(code)
        if canonical_code(name) == canonical_code(code) or not name
        else (_("%(code)s, “%(name)s”") % {"code": typed(code), "name": name})
    )


def _discount(price: Price, code: str) -> str:
    """Return what is taken off, and for how long."""
    off = _("%(code)s: %(off)s off the net price")
    values = {"code": code, "off": money(price.discount_cents, price.currency)}
    if price.discount_months is None:
        return f"{off % values}, {_('for as long as the contract runs')}"
    later = money(gross(price.listed_cents, price.vat_rate), price.currency)
    if price.is_yearly:
        # It counts for each year that begins within these months.
        number = -(-price.discount_months // MONTHS)
        term = ngettext("for the first year", "for the first %(number)s years", number)
        then = _("then %(price)s a year")
    else:
        number = price.discount_months
        term = ngettext("for the first month", "for the first %(number)s months", number)
        then = _("then %(price)s a month")
    return f"{off % values} {term % {'number': number}}, {then % {'price': later}}"
