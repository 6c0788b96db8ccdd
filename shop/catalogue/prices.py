"""Amounts are whole cents; a rate of VAT is in percent. Nothing here is ever a float."""

from decimal import ROUND_HALF_UP, Decimal


def gross(net_cents: int, vat_rate: Decimal) -> int:
    """What a buyer pays for `net_cents` under `vat_rate` percent, in cents, halves rounded up."""
    exact = Decimal(net_cents) * (100 + vat_rate) / 100
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
