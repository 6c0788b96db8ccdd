"""The monthly price of an order, and a hash by which a customer confirms it."""

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from shop.catalogue.models import Product, Promotion
from shop.catalogue.prices import gross
from shop.catalogue.promotions import discount

if TYPE_CHECKING:
    from shop.orders.models import Order


@dataclass(frozen=True)
class Price:
    """A monthly price in cents; `discount_cents` are taken off `net_cents` already."""

    net_cents: int
    discount_cents: int
    vat_rate: Decimal
    currency: str

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


def price_of(product: Product, promotion: Promotion | None, *, adds_member: bool) -> Price:
    """The current price; a further member of a project is free (contract, "Orders API")."""
    listed = 0 if adds_member else product.net_cents
    off = discount(promotion, listed) if promotion else 0
    return Price(listed - off, off, product.vat_rate, product.currency)


def price_as_ordered(order: "Order") -> Price:
    """The price at which `order` was placed; later changes of the catalogue do not touch it."""
    return Price(order.net_cents, order.discount_cents, order.vat_rate, order.currency)


def price_hash(product: Product, price: Price, code: str | None) -> str:
    """40 hex digits over everything that decides the price (contract, "The open order")."""
    rate = f"{price.vat_rate:.2f}"
    decides = [product.code, price.net_cents, price.discount_cents, rate, price.currency, code]
    return hashlib.sha256(json.dumps(decides).encode()).hexdigest()[:40]
