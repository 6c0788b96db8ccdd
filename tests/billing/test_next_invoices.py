"""The next invoice of a contract, with what was announced or planned for its period."""

from datetime import date, timedelta

import pytest

from shop.billing.contract_cancellation import cancel_contract
from shop.billing.models import Subscription
from shop.billing.next_invoices import NextInvoice, change_under_way, next_invoice
from shop.billing.periods import add_months
from shop.billing.price_changes import raise_price, undo_price_change
from shop.billing.tier_changes import undo_change
from shop.catalogue.models import Product
from tests.contract_factories import make_running_contract, make_tier_change
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


def coming(subscription: Subscription) -> NextInvoice | None:
    return next_invoice(Subscription.objects.get(pk=subscription.pk))


def start_of(subscription: Subscription) -> date:
    assert subscription.next_period_on
    return subscription.next_period_on


def test_contract_has_its_next_period_at_its_price() -> None:
    subscription = make_running_contract()
    assert coming(subscription) == NextInvoice(start_of(subscription), 4900, "month")


def test_raise_counts_from_its_first_period_on_unless_it_is_undone() -> None:
    subscription, staff = make_running_contract(), make_staff()
    change = raise_price(subscription, 5900, staff)
    assert change.from_on > start_of(subscription)
    assert coming(subscription) == NextInvoice(start_of(subscription), 4900, "month")
    Subscription.objects.update(next_period_on=change.from_on)
    assert coming(subscription) == NextInvoice(change.from_on, 5900, "month")
    undo_price_change(change, staff)
    assert coming(subscription) == NextInvoice(change.from_on, 4900, "month")


def test_planned_change_brings_its_price_and_interval_unless_it_is_undone() -> None:
    Product.objects.filter(code="s").update(yearly_net_cents=49_000)
    subscription = make_running_contract()
    change = make_tier_change(subscription, "s", "year")
    assert change_under_way(subscription) == change
    assert coming(subscription) == NextInvoice(start_of(subscription), 49_000, "year")
    undo_change(change, subscription.client.client_admin)
    assert coming(subscription) == NextInvoice(start_of(subscription), 4900, "month")


def test_change_that_waits_for_approval_brings_nothing_yet() -> None:
    subscription = make_running_contract()
    make_tier_change(subscription, "xl")
    assert coming(subscription) == NextInvoice(start_of(subscription), 4900, "month")


def test_discount_ends_with_its_last_period() -> None:
    subscription = make_running_contract(discount_cents=900)
    ends = add_months(subscription.anchor_on, 2)
    Subscription.objects.update(discount_ends_on=ends)
    assert coming(subscription) == NextInvoice(start_of(subscription), 4000, "month")
    Subscription.objects.update(next_period_on=ends)
    assert coming(subscription) == NextInvoice(ends, 4900, "month")


def test_nothing_comes_where_it_is_free_or_ends_before() -> None:
    subscription, free = make_running_contract(), make_running_contract()
    make_tier_change(free, "Yamdu FREE")
    assert coming(free) is None
    assert coming(subscription)
    cancel_contract(subscription, by=None)
    assert coming(subscription) is None
    later = start_of(subscription) + timedelta(days=1)
    Subscription.objects.filter(pk=subscription.pk).update(ends_on=later)
    assert coming(subscription) == NextInvoice(start_of(subscription), 4900, "month")
