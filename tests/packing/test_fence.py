"""Two workers at one order, and steps that call out: one result, and nobody is held up."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from shop.orders.models import Order
from shop.packing.dispatch import reclaim_expired
from shop.packing.models import Packing, StepRecord
from shop.tenancy.models import Client, Invitation, Membership, Project
from tests.factories import make_order, pack_all, pack_one
from tests.packing import steps

pytestmark = pytest.mark.django_db(transaction=True)

SHIPPED = [f"shop.packing.steps.{name}" for name in ("client", "project", "member", "invitation")]
ASK = "tests.packing.steps.ask"


def delivered() -> list[int]:
    return [model.objects.count() for model in (Client, Project, Membership, Invitation)]


@contextmanager
def another_worker(order: Order) -> Iterator[None]:
    """A second worker packs the order meanwhile; it has ended when the block has."""

    def work() -> None:
        try:
            pack_one(order)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join(120)
    assert not thread.is_alive()


class Slow:
    """A service that `ask` calls: the first call lasts until the test answers, later ones end at once."""

    def __init__(self) -> None:
        self.called, self.answered = threading.Event(), threading.Event()
        self.keys: list[str] = []

    def __call__(self, order: Order, key: str) -> None:
        self.keys.append(key)
        if len(self.keys) == 1:
            self.called.set()
            assert self.answered.wait(60)


@pytest.fixture
def slow() -> Iterator[Slow]:
    other = Slow()
    steps.asked[:] = [other]
    yield other
    other.answered.set()


def end_lease() -> None:
    over = timezone.now() - timedelta(seconds=1)
    Packing.objects.update(lease_until=over)
    reclaim_expired()
    Packing.objects.update(next_attempt_at=None)


def test_step_that_outlives_its_lease_leaves_one_result(
    settings: Settings, slow: Slow, caplog: pytest.LogCaptureFixture
) -> None:
    settings.PACKING_STEPS = [SHIPPED[0], ASK, *SHIPPED[1:]]
    order = make_order()
    with another_worker(order):
        assert slow.called.wait(60)
        end_lease()
        # This worker does all of it, while the first one still waits for its answer.
        pack_all()
        slow.answered.set()
    order.refresh_from_db()
    assert order.state == "packed"
    assert delivered() == [1, 1, 1, 1]
    assert [step.name for step in StepRecord.objects.filter(order=order)] == [
        *("client", "ask", "project", "member", "invitation")
    ]
    # Both calls bore the same key: the other system could tell.
    assert len(slow.keys) == 2
    assert len(set(slow.keys)) == 1
    assert order.packing.attempts == 2
    assert "Lost the lease" in caplog.text


def test_worker_whose_lease_was_reclaimed_writes_nothing_more(
    settings: Settings, slow: Slow
) -> None:
    settings.PACKING_STEPS = [ASK, *SHIPPED]
    order = make_order()
    with another_worker(order):
        assert slow.called.wait(60)
        end_lease()
        slow.answered.set()
    order.refresh_from_db()
    assert order.state == "pending"
    assert delivered() == [0, 0, 0, 0]
    assert not StepRecord.objects.exists()


def test_step_that_another_worker_has_recorded_does_not_count_twice(settings: Settings) -> None:
    """The fence left out: should it ever fail, (order, step) is unique."""

    def ask(order: Order, key: str) -> None:
        StepRecord.objects.create(order=order, name="client")

    steps.asked[:] = [ask]
    settings.PACKING_STEPS = [ASK, *SHIPPED]
    order = make_order()
    pack_one(order)
    order.refresh_from_db()
    assert order.state == "packing"
    assert delivered() == [0, 0, 0, 0]
    assert sorted(StepRecord.objects.values_list("name", flat=True)) == ["ask", "client"]


def test_order_from_the_web_does_not_wait_for_a_step_that_calls_out(
    settings: Settings, slow: Slow
) -> None:
    settings.PACKING_STEPS = [*SHIPPED, ASK]
    order = make_order()
    with another_worker(order):
        assert slow.called.wait(60)
        placed = make_order()
        still_called = Order.objects.get(pk=order.pk).state == "packing"
        slow.answered.set()
    assert still_called  # placed before the step's answer, so not held up by it
    assert Order.objects.get(pk=order.pk).state == "packed"
    assert Order.objects.get(pk=placed.pk).state == "pending"
