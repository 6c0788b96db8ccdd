"""Changes on any day: month ends, leap days, both changes of the clock, the last minute of a day."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shop.billing.change_facts import ChangeFacts
from shop.billing.change_quotes import ChangeQuote, quote_by, quote_change
from shop.billing.holds import Ready, Selling
from shop.billing.models import Subscription
from shop.billing.periods import next_start, period_of
from shop.catalogue.models import Product
from shop.catalogue.seller import Seller
from shop.catalogue.vat import Vat, VatRule, VatSeller
from tests.billing.runs import clock_at
from tests.factories import make_seller, make_subscription

pytestmark = pytest.mark.django_db

DAY = st.dates(date(2023, 1, 1), date(2029, 12, 31))
LATER = st.integers(0, 1500).map(timedelta)
INTERVAL = st.sampled_from(["month", "year"])
CENTS = st.integers(1, 100_000)


@given(DAY, LATER, INTERVAL)
@example(date(2024, 2, 29), timedelta(366), "year")
@example(date(2024, 1, 31), timedelta(29), "month")
@example(date(2023, 12, 31), timedelta(60), "month")
def test_every_day_is_in_one_period(anchor: date, later: timedelta, interval: str) -> None:
    day = anchor + later
    start, end = period_of(anchor, interval, day)
    assert start <= day <= end
    assert next_start(anchor, interval, end) == end + timedelta(days=1)
    assert period_of(anchor, interval, end) == (start, end)
    assert start == anchor or next_start(anchor, interval, start - timedelta(days=1)) == start


def test_day_before_the_anchor_is_in_the_first_period() -> None:
    assert period_of(date(2026, 3, 5), "month", date(2026, 3, 1))[0] == date(2026, 3, 5)


def half_up(exact: Fraction) -> int:
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


@pytest.fixture
def template() -> Subscription:
    make_seller()
    return make_subscription()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(DAY, LATER, INTERVAL, st.tuples(CENTS, CENTS))
@example(date(2026, 3, 1), timedelta(28), "month", (4900, 9900))  # the clock goes forward
@example(date(2026, 10, 1), timedelta(24), "month", (4900, 9900))  # and back
@example(date(2024, 2, 29), timedelta(365), "year", (1, 2))
def test_higher_price_is_charged_for_the_days_that_are_left(
    template: Subscription, anchor: date, later: timedelta, interval: str, prices: tuple[int, int]
) -> None:
    today, (old, new) = anchor + later, prices
    quote = quoted(template, anchor, today, interval, prices)
    start, end = period_of(anchor, interval, today)
    of_days = (end - start).days + 1
    left = Fraction((end - today).days + 1, of_days)
    following = end + timedelta(days=1)
    assert (quote.next_invoice_on, quote.next_net_cents) == (following, new)
    if new <= old:
        assert (quote.at_once, quote.from_on) == (False, following)
        assert (quote.charged_cents, quote.credited_cents, quote.vat_cents) == (0, 0, 0)
        return
    assert (quote.at_once, quote.from_on, quote.anchor_on) == (True, today, anchor)
    assert (quote.charged_cents, quote.credited_cents) == (half_up(new * left), half_up(old * left))
    assert 0 <= quote.net_cents <= new - old
    assert quote.vat_cents == half_up(Fraction(quote.net_cents * 19, 100))


def quoted(
    template: Subscription, anchor: date, today: date, interval: str, prices: tuple[int, int]
) -> ChangeQuote:
    """The quote of a tier by its price; the period of the day is invoiced at the other price."""
    old, new = prices
    subscription = Subscription(
        pk=template.pk,
        order=template.order,
        product=template.product,
        interval=interval,
        list_cents=old,
        currency="EUR",
        started_on=anchor,
        anchor_on=anchor,
        next_period_on=next_start(anchor, interval, today),
    )
    product = Product(pk=0, net_cents=new, yearly_net_cents=new, currency="EUR", members=8)
    selling = Selling(Seller(), VatSeller("DE", False, False, {}))
    ready = Ready(
        selling,
        template.client.billing_profile,
        Vat(VatRule.DOMESTIC, Decimal(19)),
        answer=None,
    )
    facts = ChangeFacts(subscription, today, False, ready, 1, None, frozenset())
    return quote_by(facts, product, interval)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29)])
def test_day_ends_at_midnight_of_the_shop_s_zone(template: Subscription, day: date) -> None:
    Subscription.objects.update(
        anchor_on=day, started_on=day, next_period_on=next_start(day, "month", day)
    )
    tier = Product.objects.get(code="m")
    for hour, minute in [(0, 0), (23, 59)]:
        with clock_at(day, hour, minute):
            quote = quote_change(Subscription.objects.get(), tier, "month")
            assert (quote.from_on, quote.days) == (day, quote.of_days)
    with clock_at(day + timedelta(days=1), 0, 0):
        quote = quote_change(Subscription.objects.get(), tier, "month")
        assert quote.days == quote.of_days - 1
