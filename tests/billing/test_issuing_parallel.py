"""Several workers issue at once: one wins each invoice, and no number is lost."""

from datetime import date

import pytest

from shop.billing.issuing import issue_all
from shop.billing.models import Invoice
from tests.billing.runs import beat
from tests.billing.years import Begun, assert_each_period_once, assert_numbers_are_whole, copies
from tests.factories import make_seller, make_subscription
from tests.orders.test_parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_workers_at_once_issue_each_invoice_once() -> None:
    make_seller()
    template = make_subscription(next_period_on=None)
    subscriptions = copies(template, [Begun(date(2025, 12, day)) for day in range(1, 6)])
    pks = [each.pk for each in subscriptions]
    # Each begins elsewhere; one of them has a clock that is a month late.
    days = (date(2026, 2, 15), date(2026, 1, 15))
    at_once(lambda number: issue_all(pks[number % 5 :] + pks, days[number % 2], beat))
    assert Invoice.objects.count() == 15
    assert_numbers_are_whole()
    assert_each_period_once(subscriptions, days[0])
