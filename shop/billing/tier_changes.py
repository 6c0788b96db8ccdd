"""Changes of a subscription's tier or interval (contract, "Changing")."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from shop.billing.models import Subscription
from shop.billing.tier_change_rows import TierChange
from shop.catalogue.models import Product
from shop.tenancy.models import User


class NoChangeError(Exception):
    """The subscription cannot be changed so; `code` says why (`REFUSALS` has the texts).

    same, cancelled, ended, under_way (another change is), no_place, interval, currency, billing,
    seller, vies, staff, member.
    """

    def __init__(self, code: str, *, members: int = 0, places: int = 0) -> None:
        super().__init__(code)
        self.code, self.members, self.places = code, members, places


class QuoteChangedError(Exception):
    """The quote that was confirmed is no longer true: somebody was faster, or a price changed."""


@dataclass(frozen=True)
class ChangeQuote:
    """What a change costs, in cents, and from when it counts."""

    subscription: Subscription
    product: Product
    interval: str
    direction: Literal[
        "up", "down"
    ]  # down also where the price is the same, or the interval another
    needs_approval: bool  # then all amounts are those of a change today
    from_on: date
    # Of a change upwards: the two lines of the invoice by days, and its sum.
    credited_cents: int
    charged_cents: int
    vat_rate: Decimal
    vat_rule: str
    vat_cents: int
    # From then on, for one interval.
    list_cents: int
    discount_cents: int
    discount_ends_on: date | None
    next_invoice_on: date | None  # of the next whole period; None: it is free
    hash: str

    @property
    def net_cents(self) -> int:
        """The net sum of the invoice by days."""
        return self.charged_cents - self.credited_cents

    @property
    def gross_cents(self) -> int:
        """The sum of the invoice by days."""
        return self.net_cents + self.vat_cents


def quote_change(subscription: Subscription, product: Product, interval: str) -> ChangeQuote:
    """The quote of a change that is confirmed today. Raises NoChangeError."""
    raise NotImplementedError


def change_tier(
    quote: ChangeQuote, quote_hash: str, by: User, *, by_staff: bool = False, reason: str = ""
) -> TierChange:
    """Do what was quoted: at once, from the next period, or once staff approve.

    Of two at once one wins. Raises NoChangeError and QuoteChangedError.
    """
    raise NotImplementedError


def undo_change(change: TierChange, by: User) -> bool:
    """Give up a change that is planned or waits for approval; False where it is neither any more."""
    raise NotImplementedError


def approve_change(change: TierChange, staff: User) -> bool:
    """Carry out what waited for approval, at today's amounts; False where it waits no more.

    Raises NoChangeError.
    """
    raise NotImplementedError


def refuse_change(change: TierChange, staff: User, note: str) -> bool:
    """Refuse what waits for approval; the client_admin reads `note`. False where it waits no more."""
    raise NotImplementedError
