"""Price arithmetic: amounts are whole cents, VAT rates are percent, nothing is a float."""

from decimal import ROUND_HALF_UP, Decimal


def gross(net_cents: int, vat_rate: Decimal) -> int:
    """Return `net_cents` plus VAT of `vat_rate` percent, in cents, halves rounded up."""
    exact = Decimal(net_cents) * (100 + vat_rate) / 100
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
