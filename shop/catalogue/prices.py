"""Price arithmetic: amounts are whole cents, VAT rates are percent, nothing is a float."""

from decimal import ROUND_HALF_UP, Decimal


def gross(net_cents: int, vat_rate: Decimal) -> int:
    """Return `net_cents` plus VAT of `vat_rate` percent, in cents."""
    return net_cents + percent_of(net_cents, vat_rate)


def percent_of(cents: int, percent: Decimal) -> int:
    """Return `percent` of an amount in cents, halves rounded up."""
    exact = Decimal(cents) * percent / 100
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def amount(cents: int) -> str:
    """Return an amount in cents as programs are shown it: a string with two decimals."""
    return f"{cents // 100}.{cents % 100:02}"
