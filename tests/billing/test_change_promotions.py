"""A promotion that still counts stays with a new tier that it is valid for."""

from datetime import date
from typing import Any

import pytest

from shop.billing.change_quotes import ChangeQuote, quote_change
from shop.billing.models import Subscription
from shop.catalogue.models import Promotion
from tests.billing.runs import begun_on, clock_at, issue_on
from tests.billing.tiers import sell_by_the_year, tier
from tests.factories import make_seller

pytestmark = pytest.mark.django_db

BEGUN = date(2026, 1, 31)
# Of the period from 28 February to 30 March, 31 days, 12 are left.
DAY = date(2026, 3, 19)


def quote(subscription: Subscription, code: str = "m", interval: str = "month") -> ChangeQuote:
    return quote_change(subscription, tier(code), interval)


def in_period_of(day: date, begun: date = BEGUN, **fields: Any) -> Subscription:
    """A subscription whose periods up to `day` are invoiced."""
    make_seller()
    subscription = begun_on(begun, **fields)
    issue_on(day, subscription)
    subscription.refresh_from_db()
    return subscription


def test_promotion_stays_as_long_as_agreed_where_it_is_valid_for_the_new_tier() -> None:
    code = Promotion.objects.create(code="HERBST", name="Herbst", percent=50, months=3)
    code.tiers.set([tier("s"), tier("m")])
    discounted: dict[str, Any] = {
        "discount_cents": 2450,
        "discount_ends_on": date(2026, 4, 30),
        "promo_code": "Herbst",
    }
    subscription = in_period_of(DAY, **discounted)
    with clock_at(DAY):
        kept, dropped = quote(subscription), quote(subscription, "Commercial")
        assert (kept.discount_cents, kept.discount_ends_on) == (4950, date(2026, 4, 30))
        assert (kept.charged_cents, kept.credited_cents) == (1916, 948)
        assert kept.next_net_cents == 4950
        assert (dropped.discount_cents, dropped.discount_ends_on) == (0, None)
        assert (dropped.charged_cents, dropped.credited_cents) == (3058, 948)
    late = date(2026, 5, 1)
    subscription = in_period_of(late, **discounted)
    with clock_at(late):
        assert quote(subscription).discount_cents == 0


def test_discount_decides_the_direction() -> None:
    Promotion.objects.create(code="HALB", name="Halb", percent=90).tiers.set([tier("m")])
    subscription = in_period_of(DAY, promo_code="HALB")
    with clock_at(DAY):
        assert quote(subscription).direction == "down"  # 9.90 after 49.00
        assert quote(subscription, "Commercial").direction == "up"


def test_promotion_of_months_goes_on_counting_when_a_year_begins() -> None:
    sell_by_the_year("s", 49000)
    Promotion.objects.create(code="HALB", name="Halb", percent=50, months=6)
    subscription = in_period_of(
        date(2026, 3, 1),
        begun=date(2026, 1, 31),
        discount_cents=2450,
        discount_ends_on=date(2026, 7, 31),
        promo_code="HALB",
    )
    with clock_at(date(2026, 3, 1)):
        found = quote(subscription, "s", "year")
    # From 31 March on: four of the six months are left, of twelve.
    assert (found.from_on, found.discount_cents) == (date(2026, 3, 31), 8167)
    assert (found.next_net_cents, found.discount_ends_on) == (40833, date(2026, 7, 31))


def test_promotion_of_eighteen_months_counts_for_half_of_the_second_year() -> None:
    sell_by_the_year("s", 48000)
    sell_by_the_year("Commercial", 40000)
    Promotion.objects.create(code="HALB", name="Halb", amount_cents=1000, months=18)
    subscription = in_period_of(
        date(2026, 1, 31),
        interval="year",
        list_cents=48000,
        discount_cents=12000,
        discount_ends_on=date(2027, 7, 31),
        promo_code="HALB",
    )
    with clock_at(date(2026, 5, 1)):
        found = quote(subscription, "Commercial", "year")
    assert (found.from_on, found.discount_cents) == (date(2027, 1, 31), 12000)
    assert found.next_net_cents == 34000
