"""Wake-ups are hints: lost, doubled or late, they change nothing; and each run has an end."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ
from pytest_django import Settings

from shop.orders.models import Order
from shop.packing import dispatch
from shop.packing.dispatch import run_due
from shop.packing.models import Packing, StepRecord
from shop.tenancy.models import Client
from shop.worker import tasks
from tests.factories import make_order

pytestmark = pytest.mark.django_db


def states() -> set[str]:
    return set(Order.objects.values_list("state", flat=True))


def waiting() -> int:
    """Return the number of wake-ups for packing that nobody has taken."""
    found = OrmQ.objects.filter(key="packing", lock__lte=timezone.now())
    assert {each.task["args"] for each in found} <= {("packing",)}
    return len(found)


def test_order_wakes_the_worker_once() -> None:
    make_order()
    make_order()
    assert waiting() == 1


def test_lost_wake_up_changes_nothing() -> None:
    make_order()
    OrmQ.objects.all().delete()
    # What the supervisor's tick runs.
    tasks.run_cluster("packing")
    assert states() == {"packed"}


def test_late_wake_up_changes_nothing() -> None:
    order = make_order()
    tasks.run_cluster("packing")
    before = Order.objects.values().get()
    tasks.run_cluster("packing")
    assert Order.objects.values().get() == before
    assert [event.state for event in order.events.all()] == ["pending", "packing", "packed"]


@pytest.mark.django_db(transaction=True)
def test_doubled_wake_up_changes_nothing() -> None:
    for number in range(25):
        make_order(user_email=f"member{number}@example.com")
    errors: list[BaseException] = []

    def woken() -> None:
        try:
            for _ in range(3):
                run_due(lambda: None)
        except BaseException as error:  # noqa: BLE001 -- told by the test
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=woken) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert states() == {"packed"}
    assert Client.objects.count() == 25
    assert StepRecord.objects.count() == 100
    assert set(Packing.objects.values_list("attempts", flat=True)) == {1}


def test_tick_sweeps_what_was_abandoned_forgotten_and_is_due_again(settings: Settings) -> None:
    abandoned, forgotten, again = make_order(), make_order(), make_order()
    past = timezone.now() - timedelta(seconds=1)
    Order.objects.filter(pk=abandoned.pk).update(state="packing")
    Packing.objects.create(order=abandoned, attempts=1, lease_until=past)
    Packing.objects.create(order=again, attempts=1, next_attempt_at=past)
    OrmQ.objects.all().delete()
    tasks.run_cluster("packing")
    assert {order.pk: order.state for order in Order.objects.all()} == dict.fromkeys(
        (abandoned.pk, forgotten.pk, again.pk), "packed"
    )


def test_full_batch_wakes_one_more() -> None:
    for _ in range(10):
        make_order()
    OrmQ.objects.all().delete()
    run_due(lambda: None)
    assert waiting() == 1


def test_batch_that_is_not_full_wakes_nobody() -> None:
    for _ in range(9):
        make_order()
    OrmQ.objects.all().delete()
    run_due(lambda: None)
    assert waiting() == 0


def test_many_full_batches_leave_one_wake_up() -> None:
    for _ in range(30):
        make_order()
    run_due(lambda: None)
    assert states() == {"packed"}
    assert waiting() == 1


def test_run_ends_in_time_and_another_wake_up_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(12):
        make_order()
    OrmQ.objects.all().delete()
    monkeypatch.setattr(dispatch, "AT_MOST", 0)
    run_due(lambda: None)
    assert Order.objects.filter(state="packed").count() == 10
    assert waiting() == 1
    run_due(lambda: None)
    assert states() == {"packed"}


def test_orders_with_a_step_that_calls_out_are_claimed_one_by_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PACKING_STEPS = [*settings.PACKING_STEPS, "tests.packing.steps.call_out"]
    for _ in range(3):
        make_order()
    monkeypatch.setattr(dispatch, "AT_MOST", 0)
    run_due(lambda: None)
    assert list(Order.objects.order_by("pk").values_list("state", flat=True)) == [
        *("packed", "pending", "pending")
    ]
