"""The discount of a promotion on the price of a month or of a year."""

from decimal import Decimal
from typing import Any

import pytest

from shop.catalogue.models import Promotion
from shop.catalogue.promotions import discount


@pytest.mark.parametrize(
    ("fields", "interval", "expected"),
    [
        ({"percent": Decimal(10)}, "month", 990),
        ({"percent": Decimal(10)}, "year", 9900),
        ({"percent": Decimal(10), "months": 3}, "month", 990),
        ({"percent": Decimal(10), "months": 3}, "year", 2475),
        ({"percent": Decimal(10), "months": 12}, "year", 9900),
        ({"percent": Decimal(10), "months": 30}, "year", 9900),
        ({"percent": Decimal(100)}, "year", 99000),
        ({"amount_cents": 1000}, "month", 1000),
        ({"amount_cents": 1000}, "year", 12000),
        ({"amount_cents": 1000, "months": 3}, "month", 1000),
        ({"amount_cents": 1000, "months": 3}, "year", 3000),
        ({"amount_cents": 1000, "months": 24}, "year", 12000),
        ({"amount_cents": 20000}, "month", 9900),
        ({"amount_cents": 9000}, "year", 99000),
    ],
)
def test_discount_of_an_interval(fields: dict[str, Any], interval: str, expected: int) -> None:
    net = {"month": 9900, "year": 99000}[interval]
    assert discount(Promotion(**fields), net, interval) == expected
