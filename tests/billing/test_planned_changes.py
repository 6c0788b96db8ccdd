"""A planned change counts from its period on, in the transaction that moves into it."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from shop.billing.models import Invoice, Subscription
from shop.billing.price_changes import PriceChange, raise_price
from shop.billing.signals import tier_changed
from shop.billing.tier_changes import undo_change
from shop.catalogue.models import Product
from shop.tenancy.billing_profile import BillingProfile
from tests.billing.runs import clock_at, issue_on, running, waits
from tests.billing.tiers import agreed
from tests.contract_factories import make_tier_change
from tests.factories import BILLING, make_membership, make_seller, make_staff
from tests.signals import heard

pytestmark = pytest.mark.django_db

BEGUN = date(2026, 1, 31)
DAY = date(2026, 2, 10)
NEXT = date(2026, 2, 28)


@pytest.fixture(autouse=True)
def sold_by_the_year() -> None:
    Product.objects.filter(code="s").update(yearly_net_cents=49000)
    make_seller()


def planned(code: str = "Starter", interval: str = "month", **fields: Any) -> Subscription:
    """A subscription of tier S with a change that is planned for 28 February."""
    subscription = running(BEGUN, **fields)
    with clock_at(DAY):
        change = make_tier_change(subscription, code, interval)
    assert (change.state, change.from_on) == ("planned", NEXT)
    return subscription


def test_cheaper_tier_counts_from_the_next_period() -> None:
    subscription, other = planned(), running(BEGUN)
    issue_on(date(2026, 2, 27), subscription)
    assert agreed(subscription) == ("s", "month", 4900, BEGUN, NEXT, "s")
    with heard(tier_changed) as told:
        invoices = issue_on(date(2026, 3, 31), subscription)
    assert [each.net_cents for each in invoices] == [4900, 2900, 2900]
    assert invoices[1].document["lines"][0]["text"] == "Tarif Starter, ein Monat"
    after = ("Starter", "month", 2900, BEGUN, date(2026, 4, 30), "Starter")
    assert agreed(subscription) == after
    change = subscription.tier_changes.get()
    assert (change.state, change.applied_at is not None) == ("applied", True)
    assert [each["change"] for each in told] == [change]
    kinds = [(str(each.kind), each.actor) for each in subscription.events.all()]
    assert kinds == [("change_planned", subscription.client.client_admin), ("changed", None)]
    assert {each.net_cents for each in issue_on(date(2026, 3, 31), other)} == {4900}


def test_year_begins_a_new_count_of_periods() -> None:
    subscription = planned("s", "year")
    invoices = issue_on(date(2027, 2, 28), subscription)
    periods = [(each.period_start, each.period_end, each.net_cents) for each in invoices]
    assert periods == [
        (BEGUN, date(2026, 2, 27), 4900),
        (NEXT, date(2027, 2, 27), 49000),
        (date(2027, 2, 28), date(2028, 2, 27), 49000),
    ]
    assert agreed(subscription)[:4] == ("s", "year", 49000, NEXT)


def test_free_tier_ends_the_invoices() -> None:
    subscription = planned("Yamdu FREE")
    with heard(tier_changed) as told:
        assert len(issue_on(date(2026, 5, 1), subscription)) == 1
    assert agreed(subscription) == ("Yamdu FREE", "month", 0, BEGUN, None, "Yamdu FREE")
    assert len(told) == 1
    assert waits(subscription) == ("", None, None)


def test_change_keeps_the_price_at_which_it_was_confirmed() -> None:
    subscription = planned()
    Product.objects.filter(code="Starter").update(net_cents=9900, listed=False)
    assert issue_on(NEXT, subscription)[-1].net_cents == 2900


def test_change_that_the_members_no_longer_fit_is_refused() -> None:
    subscription, other = planned(), planned()
    for _each in range(5):
        make_membership(project=subscription.project)
    assert subscription.project.memberships.count() == 6
    before = agreed(subscription)
    with heard(tier_changed) as told:
        nets = [each.net_cents for each in issue_on(NEXT, subscription)]
    assert nets == [4900, 4900]
    assert agreed(subscription) == (*before[:4], date(2026, 3, 31), "s")
    change, event = subscription.tier_changes.get(), subscription.events.last()
    assert (change.state, change.decided_at is not None) == ("refused", True)
    assert event
    assert (event.kind, event.change) == ("change_refused", change)
    assert event.details == {"code": "no_place", "members": 6, "places": 5}
    assert told == []
    assert issue_on(NEXT, other)[-1].net_cents == 2900


def test_invoice_that_waits_does_not_hold_back_the_tier() -> None:
    subscription = planned()
    BillingProfile.objects.filter(client=subscription.client).delete()
    assert len(issue_on(NEXT, subscription)) == 1
    assert waits(subscription) == ("billing", NEXT, NEXT)
    assert agreed(subscription) == ("Starter", "month", 2900, BEGUN, NEXT, "Starter")
    BillingProfile.objects.create(client=subscription.client, **BILLING)
    with heard(tier_changed) as told:
        assert issue_on(date(2026, 3, 2), subscription)[-1].net_cents == 2900
    assert told == []
    assert subscription.events.count() == 2


def test_periods_missed_before_it_cost_what_was_agreed_then() -> None:
    subscription = running(BEGUN)
    with clock_at(date(2026, 4, 1)):  # two periods are due and not issued yet
        change = make_tier_change(subscription, "Starter")
    assert change.from_on == date(2026, 4, 30)
    invoices = issue_on(date(2026, 5, 1), subscription)
    assert [each.net_cents for each in invoices] == [4900, 4900, 4900, 2900]


def test_change_that_was_undone_changes_nothing() -> None:
    subscription = planned()
    assert undo_change(subscription.tier_changes.get(), subscription.client.client_admin)
    assert issue_on(NEXT, subscription)[-1].net_cents == 4900


def test_raise_for_the_tier_until_now_does_not_count() -> None:
    subscription = planned("s", "year")
    subscription.refresh_from_db()
    with clock_at(DAY):
        announced = raise_price(subscription, 5900, make_staff())
    invoices = issue_on(date(2027, 2, 28), subscription)
    assert [each.net_cents for each in invoices] == [4900, 49000, 49000]
    announced.refresh_from_db()
    assert (announced.applied_at, announced.undone_at is not None) == (None, True)


def test_raise_stays_where_the_change_is_refused() -> None:
    subscription = planned()
    subscription.refresh_from_db()
    with clock_at(DAY):
        announced = raise_price(subscription, 5900, make_staff())
    for _each in range(5):
        make_membership(project=subscription.project)
    assert issue_on(announced.from_on, subscription)[-1].net_cents == 5900
    assert PriceChange.objects.get().applied_at


def test_period_behind_the_end_applies_nothing() -> None:
    subscription = planned()
    Subscription.objects.update(ends_on=date(2026, 2, 27), cancelled_at=timezone.now())
    assert len(issue_on(NEXT, subscription)) == 1
    assert agreed(subscription)[0] == "s"
    assert Invoice.objects.count() == 1
