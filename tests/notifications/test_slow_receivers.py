"""Several receivers at once: who is slow does not hold up the others."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from shop.notifications.webhooks.deliver import deliver_due
from shop.notifications.webhooks.models import Attempt, Delivery
from shop.notifications.webhooks.selection import SLOTS, claim
from tests.notifications.receiver import (
    LocalReceiver,
    deliver_all,
    make_order_for,
    make_partner,
    receiving,
    silent,
    silent_until,
    together,
)

pytestmark = pytest.mark.django_db


def called(receiver: LocalReceiver, number: int) -> Callable[[], bool]:
    """Tells if `receiver` was called that often."""
    return lambda: len(receiver.calls) >= number


def outcomes() -> list[tuple[str, int]]:
    return list(Delivery.objects.values_list("state", "attempts"))


def test_one_receiver_is_called_by_a_few_at_once() -> None:
    with receiving(together(3)) as receiver:
        for _ in range(8):
            make_order_for(receiver.uri)
        deliver_all()
    assert receiver.most_at_once == 3
    assert outcomes() == [("delivered", 1)] * 8


def test_slow_receiver_does_not_hold_up_the_others(settings: Settings) -> None:
    settings.WEBHOOK_TIMEOUT_SECONDS = 60
    with receiving() as receiver, receiving(silent_until(called(receiver, 20))) as mute:
        for _ in range(3):
            make_order_for(mute.uri)
        for _ in range(20):
            make_order_for(receiver.uri)
        deliver_all()
    # Each call of the slow one lasted until the other had had all of its own.
    assert (len(receiver.calls), len(mute.calls)) == (20, 3)
    assert outcomes() == [("delivered", 1)] * 23


def test_receiver_that_does_not_answer_in_time_is_called_again_later(settings: Settings) -> None:
    settings.WEBHOOK_TIMEOUT_SECONDS = 1
    with receiving(silent) as mute:
        make_order_for(mute.uri)
        deliver_all()
    assert outcomes() == [("waiting", 1)]
    assert Attempt.objects.get().failure == "timeout"


def test_slow_hosts_of_one_application_leave_half_of_all_calls_to_others(
    settings: Settings,
) -> None:
    settings.WEBHOOK_TIMEOUT_SECONDS = 60
    slow_one, other = make_partner(), make_partner()
    with ExitStack() as stack:
        receiver = stack.enter_context(receiving())
        silence = silent_until(called(receiver, 6))
        mute = [stack.enter_context(receiving(silence)) for _ in range(7)]
        for host in mute * 2:
            make_order_for(host.uri, slow_one)
        for _ in range(6):
            make_order_for(receiver.uri, other)
        claimed = [delivery.receiver for delivery in claim(SLOTS)]
        assert len([address for address in claimed if address != receiver.address]) == SLOTS // 2
        Delivery.objects.update(state="waiting", attempts=0, lease_token=None, lease_until=None)
        deliver_all()
    assert len(receiver.calls) == 6
    assert sum(len(host.calls) for host in mute) == 14
    assert set(outcomes()) == {("delivered", 1)}


def test_what_becomes_due_meanwhile_is_not_held_up_either(settings: Settings) -> None:
    settings.WEBHOOK_TIMEOUT_SECONDS = 60

    def beat() -> None:
        if mute.calls:
            Delivery.objects.filter(state="waiting").update(next_attempt_at=timezone.now())

    with receiving() as receiver, receiving(silent_until(called(receiver, 1))) as mute:
        make_order_for(receiver.uri)
        Delivery.objects.update(next_attempt_at=timezone.now() + timedelta(hours=1))
        make_order_for(mute.uri)
        deliver_due(beat)
    assert (len(receiver.calls), len(mute.calls)) == (1, 1)
    assert outcomes() == [("delivered", 1)] * 2


def test_worker_beats_while_a_call_takes_its_time() -> None:
    beats: list[int] = []
    with receiving(silent_until(lambda: len(beats) == 2)) as receiver:
        make_order_for(receiver.uri)
        deliver_due(lambda: beats.append(1))
    # At its start, while the call is under way, and when it has ended.
    assert len(beats) == 3
