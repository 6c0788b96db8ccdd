"""The invoice by days of a change upwards (contract, "Changing")."""

from datetime import date
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext

from shop.billing.change_quotes import ChangeQuote
from shop.billing.holds import Ready
from shop.billing.invoice_document import LinePart
from shop.billing.invoice_page import short_day
from shop.billing.invoice_texts import document_of
from shop.billing.issuing import invoice_of
from shop.billing.models import Invoice


def change_invoice(quote: ChangeQuote, ready: Ready, today: date) -> Invoice:
    """The invoice of a change that counts from today; its subscription is still as it was."""
    this, end = quote.subscription, quote.period_end or today
    with translation.override(this.order.language):
        numbers = {"days": quote.days, "of": quote.of_days}
        new = gettext("Change to plan %(tier)s, %(days)s of %(of)s days") % {
            "tier": quote.product.name,
            **numbers,
        }
        old = gettext("Plan %(tier)s until now, %(days)s of %(of)s days") % {
            "tier": this.tier_name,
            **numbers,
        }
        days = " – ".join(short_day(day) for day in (today, end))
    charged = LinePart(
        text=new,
        detail=f"{this.project.name}, {days}",
        unit_cents=quote.charged_cents,
        net_cents=quote.charged_cents,
        vat_rate=quote.vat_rate,
        period_start=today,
        period_end=end,
    )
    credited = charged.model_copy(
        update={
            "text": old,
            "quantity": Decimal(-1),
            "unit_cents": quote.credited_cents,
            "net_cents": -quote.credited_cents,
        }
    )
    lines = [charged, credited] if quote.credited_cents else [charged]
    document = document_of(this, ready, lines)
    invoice = invoice_of(this, ready, document, start=today, end=end, today=today)
    invoice.whole_period = False
    return invoice
