"""Tiers that a person approves wait for staff; what staff change themselves does not."""

from datetime import date
from typing import Any

import pytest

from shop.billing.change_refusals import NoChangeError
from shop.billing.models import Subscription
from shop.billing.signals import tier_changed
from shop.billing.tier_changes import (
    approve_change,
    refuse_change,
    undo_change,
)
from shop.catalogue.models import Product
from tests.billing.runs import clock_at, running
from tests.billing.tiers import agreed, events
from tests.contract_factories import make_tier_change
from tests.factories import make_seller, make_staff
from tests.signals import heard

pytestmark = pytest.mark.django_db

BEGUN = date(2026, 3, 1)
DAY = date(2026, 3, 20)  # 12 of 31 days are left
NEXT = date(2026, 4, 1)


def running_now(**fields: Any) -> Subscription:
    make_seller()
    return running(BEGUN, **fields)


def test_manual_tier_waits_until_staff_approve() -> None:
    subscription, staff = running_now(), make_staff()
    before = agreed(subscription)
    with clock_at(DAY):
        change = make_tier_change(subscription, "xl")
        assert (change.state, change.from_on, change.list_cents) == ("approval", None, 44900)
        assert agreed(subscription) == before
    Product.objects.filter(code="xl").update(net_cents=50000)
    with clock_at(date(2026, 3, 31)), heard(tier_changed) as told:
        assert approve_change(change, staff)
        assert not approve_change(change, staff)
    change.refresh_from_db()
    assert (change.state, change.from_on, change.decided_by) == (
        "applied",
        date(2026, 3, 31),
        staff,
    )
    assert change.invoice
    assert change.invoice.net_cents == 1448 - 158
    assert agreed(subscription)[2] == 44900
    assert events(subscription) == ["change_asked", "changed"]
    assert [each["change"] for each in told] == [change]


def test_approval_keeps_the_price_agreed_to_by_the_year() -> None:
    Product.objects.filter(code="xl").update(yearly_net_cents=400000)
    subscription, staff = running_now(list_cents=100000, interval="year"), make_staff()
    with clock_at(DAY):
        change = make_tier_change(subscription, "xl")
    assert (change.state, change.list_cents) == ("approval", 400000)
    Product.objects.filter(code="xl").update(yearly_net_cents=500000)
    with clock_at(DAY):
        assert approve_change(change, staff)
    assert agreed(subscription)[2] == 400000
    assert Product.objects.get(code="xl").yearly_net_cents == 500000


def test_approval_of_a_cheaper_manual_tier_plans_it() -> None:
    subscription, staff = running_now(list_cents=60000), make_staff()
    with clock_at(DAY):
        change = make_tier_change(subscription, "xl")
        assert approve_change(change, staff)
    change.refresh_from_db()
    assert (change.state, change.from_on) == ("planned", NEXT)
    assert events(subscription) == ["change_asked", "change_planned"]


def test_approval_that_is_not_possible_leaves_it_waiting() -> None:
    subscription, staff = running_now(), make_staff()
    with clock_at(DAY):
        change = make_tier_change(subscription, "xl")
        Product.objects.filter(code="xl").update(listed=False)
        with pytest.raises(NoChangeError) as refused:
            approve_change(change, staff)
    change.refresh_from_db()
    assert (refused.value.code, change.state, change.decided_by) == ("retired", "approval", None)


def test_refusal_of_a_manual_tier_tells_why() -> None:
    subscription, staff = running_now(), make_staff()
    with clock_at(DAY):
        change = make_tier_change(subscription, "xl")
        assert refuse_change(change, staff, "Zu groß")
        assert not refuse_change(change, staff, "Doch nicht")
        assert not approve_change(change, staff)
        assert not undo_change(change, staff)
    change.refresh_from_db()
    assert (change.state, change.decision_note, change.decided_by) == ("refused", "Zu groß", staff)
    assert events(subscription) == ["change_asked", "change_refused"]
    assert agreed(subscription)[0] == "s"


def test_staff_need_no_approval_and_give_a_reason() -> None:
    subscription, staff = running_now(), make_staff()
    with clock_at(DAY):
        change = make_tier_change(subscription, "xl", by=staff, by_staff=True, reason="Kulanz")
    assert (change.state, change.reason, change.asked_by) == ("applied", "Kulanz", staff)
    assert agreed(subscription)[0] == "xl"
