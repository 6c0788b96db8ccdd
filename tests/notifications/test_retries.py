"""After an attempt: retries, giving up, pauses, and workers that were killed or overtaken."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from shop.access.signing_secrets import signing_secrets
from shop.notifications.webhooks.deliver import send
from shop.notifications.webhooks.models import Attempt, Delivery, Receiver
from shop.notifications.webhooks.retries import (
    MAX_ATTEMPTS,
    MAX_FAILURES,
    PAUSE,
    record_attempt,
)
from shop.notifications.webhooks.selection import claim
from shop.orders.models import State
from shop.orders.states import transition
from tests.notifications.receiver import (
    deliver_all,
    in_turn,
    make_order_for,
    make_partner,
    receiving,
    slow,
    status,
    unused_uri,
)

pytestmark = pytest.mark.django_db


def outcomes() -> list[tuple[str, int]]:
    return list(Delivery.objects.values_list("state", "attempts"))


def failures() -> list[str]:
    return list(Attempt.objects.values_list("failure", flat=True))


def test_failures_are_tried_again_after_exactly_the_promised_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(random, "uniform", lambda low, high: low)
    clock = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: clock)
    make_order_for(unused_uri())
    waits = []
    for attempts in range(1, 10):
        Delivery.objects.update(next_attempt_at=clock)
        deliver_all()
        delivery = Delivery.objects.get()
        assert (delivery.state, delivery.attempts, delivery.lease_token) == (
            "waiting",
            attempts,
            None,
        )
        waits.append((delivery.next_attempt_at - clock).total_seconds())
        clock += timedelta(seconds=waits[-1])
    hours = [3600 * hours for hours in (2, 5, 10, 14, 20, 24)]
    assert waits == [5, 300, 1800, *hours]
    deliver_all()
    assert outcomes() == [("failed", 10)]
    assert failures() == ["connection"] * 10
    clock += timedelta(days=365)
    deliver_all()
    assert Attempt.objects.count() == 10


def test_wait_is_never_shorter_than_promised_and_a_little_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: clock)
    for _ in range(5):
        make_order_for(unused_uri())
    Delivery.objects.update(next_attempt_at=clock)
    deliver_all()
    waits = [delivery.next_attempt_at - clock for delivery in Delivery.objects.all()]
    assert all(timedelta(seconds=5) <= wait <= timedelta(seconds=6) for wait in waits)
    assert len(set(waits)) > 1


def test_giving_up_is_logged_without_the_address(caplog: pytest.LogCaptureFixture) -> None:
    uri = unused_uri()
    make_order_for(uri + "?key=secret")
    Delivery.objects.update(attempts=MAX_ATTEMPTS - 1)
    deliver_all()
    assert "Gave up webhook" in caplog.text
    assert "secret" not in caplog.text


def test_gone_ends_it_and_all_later_events_of_the_order() -> None:
    with receiving(status(410)) as receiver:
        order = make_order_for(receiver.uri)
        assert transition(order, State.PACKING)
        deliver_all()
        assert transition(order, State.PACKED)
        deliver_all()
    assert len(receiver.calls) == 1
    assert outcomes() == [("gone", 1), ("gone", 0), ("gone", 0)]
    assert failures() == ["gone"]


def test_gone_of_one_order_is_not_that_of_another() -> None:
    with receiving(in_turn(status(410), status(200))) as receiver:
        make_order_for(receiver.uri)
        deliver_all()
        make_order_for(receiver.uri)
        deliver_all()
    assert outcomes() == [("gone", 1), ("delivered", 1)]


def test_receiver_that_fails_in_a_row_rests_and_its_deliveries_wait() -> None:
    uri = unused_uri()
    for _ in range(MAX_FAILURES + 2):
        make_order_for(uri)
    deliver_all()
    tried = Attempt.objects.count()
    assert MAX_FAILURES <= tried < MAX_FAILURES + 3
    ill = Receiver.objects.get()
    assert (ill.address, ill.failures) == (uri.split("/")[2], tried)
    assert ill.paused_until is not None
    assert timedelta(0) < ill.paused_until - timezone.now() <= PAUSE
    make_order_for(uri)
    deliver_all()
    assert Attempt.objects.count() == tried
    untried = Delivery.objects.filter(attempts=0)
    assert set(untried.values_list("state", flat=True)) == {"waiting"}


def test_rest_of_one_receiver_is_not_that_of_another() -> None:
    with receiving() as ill, receiving() as well:
        Receiver.objects.create(
            address=ill.address, failures=MAX_FAILURES, paused_until=timezone.now() + PAUSE
        )
        make_order_for(ill.uri)
        make_order_for(well.uri)
        deliver_all()
    assert (len(ill.calls), len(well.calls)) == (0, 1)


def test_after_its_rest_a_receiver_is_asked_by_one_and_gets_all_when_well() -> None:
    with receiving(slow(0.1, status(200))) as receiver:
        Receiver.objects.create(
            address=receiver.address, failures=MAX_FAILURES, paused_until=timezone.now()
        )
        for _ in range(5):
            make_order_for(receiver.uri)
        assert len(claim(10)) == 1
        Delivery.objects.update(state="waiting", attempts=0)
        deliver_all()
    assert len(receiver.calls) == 5
    well = Receiver.objects.get()
    assert (well.failures, well.paused_until) == (0, None)


def test_after_its_rest_one_more_failure_is_another_rest() -> None:
    uri = unused_uri()
    Receiver.objects.create(
        address=uri.split("/")[2], failures=MAX_FAILURES, paused_until=timezone.now()
    )
    for _ in range(5):
        make_order_for(uri)
    deliver_all()
    assert Attempt.objects.count() == 1
    assert Receiver.objects.get().paused_until is not None


@pytest.mark.parametrize(("number", "failures"), [(404, 0), (410, 0), (302, 0), (429, 1), (500, 1)])
def test_receiver_is_ill_where_it_is_overloaded_not_where_it_says_no(
    number: int, failures: int
) -> None:
    with receiving(status(number)) as receiver:
        make_order_for(receiver.uri)
        deliver_all()
    assert sum(Receiver.objects.values_list("failures", flat=True)) == failures


def test_delivery_that_is_being_sent_is_left_alone() -> None:
    with receiving() as receiver:
        make_order_for(receiver.uri)
        assert len(claim(10)) == 1
        assert claim(10) == []
        deliver_all()
    assert receiver.calls == []
    assert outcomes() == [("sending", 1)]


def test_lease_outlives_the_longest_call(settings: Settings) -> None:
    make_order_for("https://partner.example/")
    (delivery,) = claim(1)
    assert delivery.lease_until is not None
    left = delivery.lease_until - timezone.now()
    assert left > timedelta(seconds=settings.WEBHOOK_TIMEOUT_SECONDS + 30)


def test_killed_between_call_and_record_it_is_sent_again_under_its_id() -> None:
    application = make_partner()
    with receiving() as receiver:
        make_order_for(receiver.uri, application)
        (delivery,) = claim(10)
        send(delivery, signing_secrets(application))
        # Here the worker is killed: nothing of the call is written down.
        deliver_all()
        assert len(receiver.calls) == 1
        Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        deliver_all()
    assert receiver.ids == [delivery.webhook_id] * 2
    assert outcomes() == [("delivered", 2)]
    assert failures() == ["stopped", ""]


def test_worker_that_is_killed_counts_as_the_last_attempt() -> None:
    make_order_for("https://partner.example/")
    Delivery.objects.update(attempts=MAX_ATTEMPTS - 1)
    assert len(claim(1)) == 1
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    deliver_all()
    assert outcomes() == [("failed", MAX_ATTEMPTS)]
    assert failures() == ["stopped"]


def test_worker_that_lost_its_lease_writes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    application = make_partner()
    with receiving(status(500)) as receiver:
        make_order_for(receiver.uri, application)
        (late,) = claim(10)
        attempt = send(late, signing_secrets(application))
        Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        deliver_all()
        before = Delivery.objects.values().get()
        record_attempt(attempt)
    assert Delivery.objects.values().get() == before
    assert failures() == ["stopped", "status"]
    assert Receiver.objects.get().failures == 1
    assert "Lost the lease" in caplog.text


def test_answer_that_is_no_text_is_kept_as_one() -> None:
    with receiving(status(500, b"\xff\x00\xc3\xbc")) as receiver:
        make_order_for(receiver.uri)
        deliver_all()
    assert Attempt.objects.get().answer == "\ufffd\ufffdü"


def test_order_of_the_demo_goes_nowhere_outside_it(settings: Settings) -> None:
    with receiving() as receiver:
        make_order_for(receiver.uri)
        settings.DEMO = False
        deliver_all()
    assert receiver.calls == []
    assert failures() == ["address"]


def test_schedule_adds_up_to_three_days(settings: Settings) -> None:
    assert sum(settings.WEBHOOK_WAITS_SECONDS) == 75 * 3600 + 35 * 60 + 5
    assert MAX_ATTEMPTS == 10
