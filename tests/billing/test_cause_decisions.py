"""Cancellations for cause: of several members of staff at once one decides, and once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from shop.billing.cause_decisions import accept_cause, decline_cause
from shop.billing.declaration_rows import DeclarationCase
from shop.billing.declarations import dismiss
from shop.billing.models import Subscription
from shop.billing.tier_change_rows import SubscriptionEvent
from tests.contract_factories import make_declaration
from tests.factories import make_staff, make_subscription
from tests.orders.test_parallel import CALLERS, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def for_cause() -> DeclarationCase:
    order = make_subscription().order
    return make_declaration(order, for_cause=True, reason="Drei Tage Ausfall.")


def test_accepted_and_declined_at_once_has_one_winner() -> None:
    case, staff = for_cause(), make_staff()
    days = [timezone.localdate() + timedelta(days=number) for number in range(CALLERS)]

    def decide(number: int) -> bool:
        seen = DeclarationCase.objects.select_related("declaration", "order").get(pk=case.pk)
        if number % 2:
            return decline_cause(seen, staff, f"{number}")
        return accept_cause(seen, staff, ends_on=days[number], note=f"{number}")

    won = at_once(decide)
    assert sorted(won) == [False] * (CALLERS - 1) + [True]
    case.refresh_from_db()
    subscription = Subscription.objects.get()
    assert (case.cause_open, case.note) == (False, f"{won.index(True)}")
    accepted = won.index(True) % 2 == 0
    assert subscription.ends_on == (days[won.index(True)] if accepted else None)
    assert SubscriptionEvent.objects.count() == int(accepted)


def test_cause_of_an_ended_contract_is_not_accepted_and_stays_open() -> None:
    case = for_cause()
    Subscription.objects.update(ended_at=timezone.now())
    assert not accept_cause(case, make_staff(), ends_on=timezone.localdate(), note="Ja.")
    case.refresh_from_db()
    assert (case.cause_open, case.decided_by, case.note) == (True, None, "")


def test_cause_without_a_contract_is_not_accepted() -> None:
    case = make_declaration(for_cause=True, reason="Ausfall")
    assert not accept_cause(case, make_staff(), ends_on=timezone.localdate(), note="Ja.")


def test_dismissed_declaration_has_no_cause_to_decide() -> None:
    case, staff = for_cause(), make_staff()
    assert dismiss(case, staff, "Doppelt.")
    assert not decline_cause(case, staff, "Nein.")
    case.refresh_from_db()
    assert case.note == "Doppelt."
