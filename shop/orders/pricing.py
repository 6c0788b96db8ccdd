"""The price of an order for one interval, and a hash by which a customer confirms it."""

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from shop.catalogue.intervals import Interval
from shop.catalogue.models import Product, Promotion
from shop.catalogue.prices import gross
from shop.catalogue.promotions import discount
from shop.catalogue.vat import Vat

if TYPE_CHECKING:
    from shop.orders.models import Order


@dataclass(frozen=True)
class Price:
    """A price for one `interval`, in cents; `discount_cents` are taken off `net_cents` already.

    They are taken off for `discount_months` (None: for ever). `vat_rule` is why the rate is so.
    """

    net_cents: int
    discount_cents: int
    vat_rate: Decimal
    currency: str
    interval: str = Interval.MONTH
    vat_rule: str = ""
    discount_months: int | None = None

    @property
    def listed_cents(self) -> int:
        """The net price without the promotion."""
        return self.net_cents + self.discount_cents

    @property
    def gross_cents(self) -> int:
        """The price with VAT."""
        return gross(self.net_cents, self.vat_rate)

    @property
    def vat_cents(self) -> int:
        """The VAT in the gross price."""
        return self.gross_cents - self.net_cents

    @property
    def listed_gross_cents(self) -> int:
        """The price with VAT once the promotion has ended."""
        return gross(self.listed_cents, self.vat_rate)

    @property
    def discount_years(self) -> int | None:
        """For how many yearly periods the discount counts: those that begin within its months."""
        return -(-self.discount_months // 12) if self.discount_months else None

    @property
    def is_yearly(self) -> bool:
        """True if it is paid by the year."""
        return self.interval == Interval.YEAR


def nothing_to_pay(currency: str, interval: str = Interval.MONTH) -> Price:
    """The price of an order that only adds a member, or that has no tier yet."""
    return Price(0, 0, Decimal(0), currency, interval)


def price_of(
    product: Product,
    promotion: Promotion | None,
    vat: Vat,
    interval: str = Interval.MONTH,
    *,
    adds_member: bool = False,
) -> Price:
    """The current price; a further member of a project is free (contract, "Orders API").

    A tier that is not sold by the year has its price of a month, whatever the `interval`.
    """
    if interval == Interval.YEAR and not product.yearly_net_cents:
        interval = Interval.MONTH
    if adds_member:
        return nothing_to_pay(product.currency, interval)
    yearly = interval == Interval.YEAR
    listed = (product.yearly_net_cents or 0) if yearly else product.net_cents
    off = discount(promotion, listed, interval) if promotion else 0
    return Price(
        net_cents=listed - off,
        discount_cents=off,
        vat_rate=vat.rate,
        currency=product.currency,
        interval=interval,
        vat_rule=vat.rule,
        discount_months=promotion.months if promotion else None,
    )


def price_as_ordered(order: "Order") -> Price:
    """The price at which `order` was placed; later changes of the catalogue do not touch it."""
    if order.project_id:
        return nothing_to_pay(order.currency, order.interval)
    return Price(
        net_cents=order.net_cents,
        discount_cents=order.discount_cents,
        vat_rate=order.vat_rate,
        currency=order.currency,
        interval=order.interval,
        vat_rule=order.vat_rule,
        discount_months=order.discount_months,
    )


def price_hash(product: Product, price: Price, code: str | None) -> str:
    """40 hex digits over everything that decides the price (contract, "The open order")."""
    rate = f"{price.vat_rate:.2f}"
    decides = [
        *(product.code, price.net_cents, price.discount_cents, rate, price.currency, code),
        *(str(price.interval), str(price.vat_rule), price.discount_months),
    ]
    return hashlib.sha256(json.dumps(decides).encode()).hexdigest()[:40]
