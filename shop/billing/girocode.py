"""The GiroCode (EPC QR code) that fills in a transfer in banking apps.

Imported by `renderer.py` alone, and imports nothing of Django: segno needs 9 MB.
"""

import io
from decimal import Decimal
from typing import TypedDict

import segno.helpers


class Transfer(TypedDict):
    """A transfer in euro."""

    name: str
    iban: str
    bic: str
    amount: str
    text: str


def girocode(transfer: Transfer) -> str:
    """The code as SVG."""
    code = segno.helpers.make_epc_qr(
        name=transfer["name"][:70],
        iban=transfer["iban"],
        amount=Decimal(transfer["amount"]),
        text=transfer["text"],
        bic=transfer["bic"] or None,
        encoding="utf-8",
    )
    svg = io.BytesIO()
    code.save(svg, kind="svg", border=0, xmldecl=False, svgclass=None, lineclass=None)
    return svg.getvalue().decode()
