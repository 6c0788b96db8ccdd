"""The figures that staff see."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from shop.billing.credit_notes import credit
from shop.billing.figures import MonthTotals, month_totals, monthly_recurring_revenue
from tests.factories import make_invoice, make_staff, make_subscription

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def test_recurring_revenue_is_that_of_a_month() -> None:
    assert monthly_recurring_revenue(TODAY) == {}
    make_subscription(list_cents=4900)
    make_subscription(list_cents=4900, discount_cents=900)
    make_subscription(list_cents=4900, discount_cents=900, discount_ends_on=TODAY)
    make_subscription(list_cents=50000, interval="year")
    make_subscription(list_cents=1000, currency="CHF")
    make_subscription(list_cents=1000, ends_on=TODAY)
    # Not on this day, or not at all:
    make_subscription(list_cents=7000, ends_on=TODAY - timedelta(days=1))
    make_subscription(list_cents=7000, ended_at=timezone.now())
    make_subscription(list_cents=7000, started_on=TODAY + timedelta(days=1))
    make_subscription(list_cents=0, next_period_on=None)
    euro = 4900 + 4000 + 4900 + 4167 + 1000
    assert monthly_recurring_revenue(TODAY) == {"CHF": 1000, "EUR": euro}


def test_totals_of_a_month_take_credit_notes_off() -> None:
    subscription = make_subscription(list_cents=10000)
    invoice = make_invoice(subscription)
    make_invoice(subscription, currency="CHF")
    make_invoice(subscription, issued_on=date(2020, 1, 31))
    credit(invoice, make_staff(), reason="A part.", net_cents=4000)
    assert month_totals(TODAY.year, TODAY.month) == {
        "CHF": MonthTotals(1, 0, 10000, 1900, 11900),
        "EUR": MonthTotals(1, 1, 6000, 1140, 7140),
    }
    assert month_totals(2020, 1) == {"EUR": MonthTotals(1, 0, 10000, 1900, 11900)}
    assert month_totals(2020, 2) == {}
