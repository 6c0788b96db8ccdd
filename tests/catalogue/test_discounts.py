"""The discount of a promotion on the price of a month or of a year."""

from decimal import Decimal
from typing import Any

import pytest

from shop.catalogue.models import Promotion
from shop.catalogue.promotions import discount, discount_for


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


@pytest.mark.parametrize("months", [1, 5, 7, 11])
def test_half_a_cent_of_some_months_of_a_year_is_rounded_up(months: int) -> None:
    # Half of `months` twelfths of 12 cents: some cents and a half.
    promotion = Promotion(percent=Decimal(50), months=months)
    assert discount(promotion, 12, "year") == (months + 1) // 2


def test_discount_of_the_months_that_are_left() -> None:
    share, amount = Promotion(percent=Decimal(10)), Promotion(amount_cents=1000)
    assert discount_for(share, 99000, "year", 4) == 3300
    assert discount_for(amount, 99000, "year", 4) == 4000
    assert discount_for(amount, 99000, "year", 40) == 12000
    assert discount_for(amount, 9900, "month", 4) == 1000
    assert discount_for(share, 99000, "year", -1) == 0
