"""The end of a contract that fails waits for an hour, and all others go on meanwhile."""

from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from django.utils import timezone

from shop.billing.contract_cancellation import cancel_contract
from shop.billing.contract_end import due, end_due
from shop.billing.models import Subscription
from shop.billing.signals import subscription_ended
from tests.billing.runs import beat, begun_on
from tests.clock import clock_at
from tests.signals import failing

pytestmark = pytest.mark.django_db
START, LAST = date(2026, 1, 1), date(2026, 1, 31)


def cancelled() -> Subscription:
    subscription = begun_on(START)
    cancel_contract(subscription, by=None, ends_on=LAST)
    return subscription


def end_failing(subscription: Subscription) -> AbstractContextManager[None]:
    """Have the end of a subscription fail within the block."""
    return failing(subscription_ended, lambda told: told["subscription"] == subscription)


def states(*subscriptions: Subscription) -> list[str]:
    for each in subscriptions:
        each.refresh_from_db()
    return [each.state for each in subscriptions]


def test_end_that_fails_keeps_no_other_from_ending() -> None:
    first, second = cancelled(), cancelled()
    with end_failing(first):
        end_due(beat)
    assert states(first, second) == ["cancelled", "ended"]


def test_end_that_fails_is_tried_again_after_an_hour(caplog: pytest.LogCaptureFixture) -> None:
    subscription, now = cancelled(), timezone.now()
    failure = f"The end of subscription {subscription.pk} failed."
    with end_failing(subscription):
        for minutes in (0, 1, 59):
            with clock_at(now + timedelta(minutes=minutes)):
                end_due(beat)
        assert caplog.messages == [failure]
        with clock_at(now + timedelta(minutes=60)):
            end_due(beat)
        assert caplog.messages == [failure, failure]
    assert states(subscription) == ["cancelled"]
    with clock_at(now + timedelta(minutes=120)):
        end_due(beat)
    assert states(subscription) == ["ended"]


def test_end_that_failed_takes_no_place_in_the_next_run() -> None:
    subscription, today = cancelled(), timezone.localdate()
    assert due.all(day=today) == [(subscription.pk,)]
    with end_failing(subscription):
        end_due(beat)
    assert due.all(day=today) == []
