"""The GiroCode (EPC QR code) that fills in a transfer in banking apps."""

import io
from decimal import Decimal

import segno.helpers
from stdnum import iban

from shop.billing.document import SellerPart
from shop.billing.models import Invoice

MOST = Decimal("999999999.99")  # euros, by the EPC's guideline


def girocode(invoice: Invoice, seller: SellerPart) -> str | None:
    """The code as SVG; None where nothing is paid in euro to an IBAN."""
    amount = Decimal(invoice.gross_cents) / 100
    payable = invoice.currency == "EUR" and not invoice.corrects_id and 0 < amount <= MOST
    if not payable or not iban.is_valid(seller.iban):
        return None
    code = segno.helpers.make_epc_qr(
        name=seller.legal_name[:70],
        iban=iban.compact(seller.iban),
        amount=amount,
        text=invoice.number,
        bic=seller.bic or None,
        encoding="utf-8",
    )
    svg = io.BytesIO()
    code.save(svg, kind="svg", border=0, xmldecl=False, svgclass=None, lineclass=None)
    return svg.getvalue().decode()
