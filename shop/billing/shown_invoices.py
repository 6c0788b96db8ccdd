"""Invoices as programs are shown them, by `/api/invoices` and by webhooks."""

from decimal import Decimal
from typing import Any

from shop.billing.invoice_document import InvoiceDocument
from shop.billing.models import Invoice
from shop.catalogue.prices import amount
from shop.orders.billing_fields import BILLING_MEMBERS


def shown_invoice(invoice: Invoice, state: str) -> dict[str, Any]:
    """All members of `invoice`, whose order is loaded; `state` is the wire's word for its balance.

    Amounts are strings with two decimals; those of credit notes are positive (contract, "Orders
    API").
    """
    document = InvoiceDocument.model_validate(invoice.document)
    buyer = document.buyer.model_dump()
    return {
        "number": invoice.number,
        "kind": invoice.kind,
        "issued_on": invoice.issued_on.isoformat(),
        "due_on": invoice.due_on.isoformat(),
        "period_start": invoice.period_start.isoformat(),
        "period_end": invoice.period_end.isoformat(),
        "net": amount(invoice.net_cents),
        "vat": amount(invoice.vat_cents),
        "gross": amount(invoice.gross_cents),
        "currency": invoice.currency,
        "state": state,
        "order_hash": invoice.subscription.order.order_hash,
        "buyer": {name: buyer[name] or None for name in BILLING_MEMBERS},
        "lines": [
            {
                "text": line.text,
                "quantity": _number(line.quantity),
                "net": _signed(line.net_cents),
                "vat_rate": f"{line.vat_rate:.2f}",
            }
            for line in document.lines
        ],
    }


def _number(quantity: Decimal) -> int | float:
    return int(quantity) if quantity == quantity.to_integral_value() else float(quantity)


def _signed(cents: int) -> str:
    return f"-{amount(-cents)}" if cents < 0 else amount(cents)
