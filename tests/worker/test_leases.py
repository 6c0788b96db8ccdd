"""Leases: one owner at a time, and nothing is written by one that lost its lease."""

import random
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from shop.notifications.emails.models import Message
from shop.worker.leases import LeaseLostError, backoff, claim, expired, fence, reclaim, release
from tests.factories import make_order

pytestmark = pytest.mark.django_db

FREE = Message.objects.filter(state="waiting")


def claimed(*messages: Message) -> list[Message]:
    """Those of `messages` that are claimed now."""
    pks = [message.pk for message in messages]
    return list(claim(FREE, pks, seconds=60, state="sending"))


def make_message(email: str = "nicecustomer@gmx.com") -> Message:
    return make_order(user_email=email).messages.get()


def end_leases() -> None:
    Message.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


def test_claim_takes_what_is_free_and_counts_the_attempt(stopped_clock: datetime) -> None:
    first, second, bystander = make_message(), make_message("b@gmx.com"), make_message("c@gmx.com")
    assert claimed(first) == [first]
    (row,) = claimed(first, second)
    assert row == second
    assert (row.state, row.attempts) == ("sending", 1)
    assert row.lease_until == stopped_clock + timedelta(seconds=60)
    bystander.refresh_from_db()
    assert (bystander.state, bystander.attempts, bystander.lease_token) == ("waiting", 0, None)


def test_owner_writes_and_releases() -> None:
    (row,) = claimed(make_message())
    fence(row, last_error="at it")
    release(row, state="sent")
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("sent", "at it")
    assert (row.lease_token, row.lease_until) == (None, None)


def test_nobody_writes_to_a_row_without_holding_its_lease() -> None:
    row = make_message()
    bystander = make_message("b@gmx.com")
    with pytest.raises(LeaseLostError):
        release(row, state="sent")
    claimed(row)
    with pytest.raises(LeaseLostError):
        fence(row, state="sent")
    assert set(Message.objects.values_list("pk", "state")) == {
        (row.pk, "sending"),
        (bystander.pk, "waiting"),
    }


def test_only_an_expired_lease_is_reclaimed_and_by_one() -> None:
    (row,) = claimed(make_message())
    assert not reclaim(row)
    end_leases()
    mine, theirs = expired(Message.objects.all()).get(), expired(Message.objects.all()).get()
    assert reclaim(mine)
    assert not reclaim(theirs)
    with pytest.raises(LeaseLostError):
        release(row, state="waiting")
    release(mine, state="failed")
    assert Message.objects.get().state == "failed"
    assert not expired(Message.objects.all()).exists()


def test_backoff_follows_its_waits_and_gives_up_after_the_last() -> None:
    waits = [10, 40]
    assert [backoff(attempts, waits, jitter=(1, 1)) for attempts in (1, 2, 3)] == [
        timedelta(seconds=10),
        timedelta(seconds=40),
        None,
    ]


def test_backoff_stays_within_its_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda low, high: low)
    assert backoff(1, [10]) == timedelta(seconds=8)
    assert backoff(1, [10], jitter=(1, 1.2)) == timedelta(seconds=10)
    monkeypatch.setattr(random, "uniform", lambda low, high: high)
    assert backoff(1, [10]) == timedelta(seconds=12)
