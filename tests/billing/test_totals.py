"""An invoice charges to the cent what the checkout has shown."""

import random
from datetime import date
from decimal import Decimal

import pytest

from shop.billing.invoice_texts import total_of
from shop.billing.models import Subscription
from shop.billing.periods import add_months
from shop.catalogue.models import Product, Promotion
from shop.catalogue.vat import Vat, VatRule
from shop.orders.pricing import price_of

pytestmark = pytest.mark.once
RATES = ("0", "7", "8.1", "17", "19", "20", "21", "25.5", "27")


def test_totals_equal_those_of_the_checkout_for_ten_thousand_orders() -> None:
    draw = random.Random(16)
    discounted = 0
    for _each in range(10_000):
        product = Product(
            code="x", net_cents=draw.randint(1, 100_000), yearly_net_cents=draw.randint(1, 10**6)
        )
        promotion = draw.choice([
            None,
            Promotion(percent=Decimal(draw.randint(1, 10_000)) / 100, months=draw.choice([None, 3])),
            Promotion(amount_cents=draw.randint(1, 10_000), months=draw.choice([None, 18])),
        ])  # fmt: skip
        interval = draw.choice(["month", "year"])
        vat = Vat(VatRule.DOMESTIC, Decimal(draw.choice(RATES)))
        price = price_of(product, promotion, vat, interval=interval)
        anchor = date(2026, 1, 31)
        months = price.discount_months
        ends_on = add_months(anchor, months) if months else None
        subscription = Subscription(
            interval=interval,
            list_cents=price.net_cents + price.discount_cents,
            discount_cents=price.discount_cents,
            discount_ends_on=ends_on,
            anchor_on=anchor,
        )
        total = total_of(vat, subscription.net_cents_on(anchor))
        assert total.net_cents == price.net_cents
        assert total.vat_cents == price.vat_cents
        assert total.net_cents + total.vat_cents == price.gross_cents
        discounted += bool(price.discount_cents)
    assert 5_000 < discounted < 10_000
