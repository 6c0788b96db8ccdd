"""Times of change: who follows the list of changes misses none, whatever commits when."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from random import Random
from threading import Barrier, Event
from time import sleep
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from shop import change_times
from shop.access.models import Application
from shop.billing.subscription_events import record_event
from shop.billing.tier_change_rows import SubscriptionEvent
from shop.change_times import settled_before
from shop.databases.sqlite import base as sqlite
from shop.orders.cancellation import expire_incomplete
from shop.orders.missing_details import fill_in
from shop.orders.models import Order, State
from shop.orders.order_billing import fill_in_billing
from shop.orders.order_erasure import empty_orders
from shop.orders.placing import Caller
from shop.orders.states import transition
from tests.clock import clock_at
from tests.factories import BILLING, make_application, make_order, make_packed_order, make_token

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 60  # seconds for another thread
on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'")


class Follower:
    """A program that follows the list of changes, and keeps a copy of each order's state."""

    def __init__(self, application: Application) -> None:
        self.headers = {"Authorization": f"Bearer {make_token(application)}"}
        self.next = "/api/orders?sort=updated&per_page=3"
        self.copy: dict[str, str] = {}

    def step(self) -> list[str]:
        """Read one page; return its hashes."""
        answer: Any = Client().get(self.next, headers=self.headers)
        assert answer.status_code == 200, answer.content
        found = re.search(r'<([^>]*)>; rel="next"', answer["Link"])
        assert found
        self.next = found[1]
        page = {each["order_hash"]: each["state"] for each in answer.json()["data"]["array"]}
        self.copy |= page
        return list(page)

    def catch_up(self) -> list[str]:
        """Read until nothing is new; return the hashes."""
        met: list[str] = []
        while page := self.step():
            met += page
        return met


@pytest.fixture
def application() -> Application:
    return make_application()


@pytest.fixture
def orders(application: Application) -> list[Order]:
    return [make_order(caller=Caller(application)) for _each in range(6)]


def _close() -> None:
    connection.close()


@contextmanager
def another_thread() -> Iterator[ThreadPoolExecutor]:
    """One with a connection of its own, which is closed at the end."""
    with ThreadPoolExecutor(1) as thread:
        yield thread
        thread.submit(_close).result(PATIENCE)


class OpenTransaction:
    """A transaction of another thread that stays open until it is told to commit."""

    def __init__(self, *orders: Order) -> None:
        self.orders = orders
        self.has_written, self.may_commit = Event(), Event()

    def run(self) -> None:
        """Cancel the orders, and wait before the end."""
        with transaction.atomic():
            for order in self.orders:
                assert transition(order, State.CANCELLED)
            self.has_written.set()
            assert self.may_commit.wait(PATIENCE)


@on_postgresql
def test_change_is_listed_once_no_open_transaction_can_write_an_older_one(
    application: Application, orders: list[Order]
) -> None:
    follower = Follower(application)
    follower.catch_up()
    early, late, *_others = orders
    writer = OpenTransaction(early)
    with another_thread() as thread:
        running = thread.submit(writer.run)
        assert writer.has_written.wait(PATIENCE)
        assert transition(late, State.CANCELLED)
        assert follower.catch_up() == []
        writer.may_commit.set()
        running.result(PATIENCE)
    early.refresh_from_db()
    assert early.updated_at < late.updated_at
    assert follower.catch_up() == [early.order_hash, late.order_hash]


@on_postgresql
def test_transaction_counts_from_its_beginning_before_it_writes(
    application: Application, orders: list[Order]
) -> None:
    follower = Follower(application)
    follower.catch_up()
    writer = OpenTransaction()
    with another_thread() as thread:
        running = thread.submit(writer.run)
        assert writer.has_written.wait(PATIENCE)
        assert transition(orders[0], State.CANCELLED)
        assert follower.catch_up() == []
        writer.may_commit.set()
        running.result(PATIENCE)
    assert follower.catch_up() == [orders[0].order_hash]


@on_postgresql
def test_long_transaction_that_has_written_nothing_holds_nothing_up(
    orders: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = change_times.OPEN
    hasty = replace(patient, sql=patient.sql.replace("1 minute", "0 seconds"))
    for writer, is_waited_for in ((OpenTransaction(), False), (OpenTransaction(orders[0]), True)):
        with another_thread() as thread:
            running = thread.submit(writer.run)
            assert writer.has_written.wait(PATIENCE)
            before = timezone.now()
            held_up = settled_before()
            monkeypatch.setattr(change_times, "OPEN", hasty)
            after_a_minute = settled_before()
            monkeypatch.setattr(change_times, "OPEN", patient)
            writer.may_commit.set()
            running.result(PATIENCE)
        assert held_up
        assert after_a_minute
        assert held_up < before
        assert (after_a_minute < before) == is_waited_for


@on_postgresql
def test_clock_that_is_behind_makes_no_change_older_than_its_transaction(
    orders: list[Order],
) -> None:
    before = settled_before()
    assert before
    with clock_at(before - timedelta(hours=1)):
        assert transition(orders[0], State.CANCELLED)
        placed = make_order()
    assert orders[0].updated_at > before
    placed.refresh_from_db()
    assert placed.updated_at > before


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_change_that_waited_for_its_turn_is_later_than_what_was_written_meanwhile(
    orders: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    is_waiting = Event()

    def note(seconds: float) -> None:
        is_waiting.set()
        sleep(seconds)

    monkeypatch.setattr(sqlite, "sleep", note)
    first, second, *_others = orders
    with another_thread() as thread:
        with transaction.atomic():
            waiting = thread.submit(transition, second, State.CANCELLED)
            assert is_waiting.wait(PATIENCE)
            assert transition(first, State.CANCELLED)
        assert waiting.result(PATIENCE)
    assert first.updated_at < second.updated_at


def _fill_in(order: Order) -> bool:
    return bool(fill_in(order, {"project_name": "Dreh"}))


def _bill(order: Order) -> bool:
    return bool(fill_in_billing(order, {**BILLING, "company": "Andere Film GmbH"}))


def _cancel(order: Order) -> bool:
    return transition(order, State.CANCELLED)


def _expire(order: Order) -> bool:
    Order.objects.filter(pk=order.pk).update(created_at=timezone.now() - timedelta(days=1000))
    expire_incomplete(lambda: None)
    return Order.objects.get(pk=order.pk).state == State.CANCELLED


def _erase(order: Order) -> bool:
    Order.objects.filter(pk=order.pk).update(state=State.CANCELLED)
    empty_orders(Order.objects.filter(pk=order.pk))
    return Order.objects.get(pk=order.pk).user_email is None


@pytest.mark.parametrize("change", [_fill_in, _bill, _cancel, _expire, _erase])
def test_order_that_a_clock_ahead_of_ours_changed_does_not_go_back_in_time(
    change: Callable[[Order], bool], application: Application
) -> None:
    order = make_order(project_name=None, caller=Caller(application))
    ahead = timezone.now() + timedelta(minutes=1)
    Order.objects.update(updated_at=ahead)
    assert change(Order.objects.get())
    order.refresh_from_db()
    assert order.updated_at == ahead


def test_end_of_a_contract_does_not_take_its_order_back_in_time() -> None:
    order = make_packed_order()
    ahead = timezone.now() + timedelta(minutes=1)
    Order.objects.update(updated_at=ahead)
    record_event(order.subscription, SubscriptionEvent.Kind.ENDED)
    order.refresh_from_db()
    assert order.updated_at == ahead
    Order.objects.update(updated_at=ahead - timedelta(days=1))
    record_event(order.subscription, SubscriptionEvent.Kind.TAKEN_BACK)
    order.refresh_from_db()
    assert ahead - timedelta(days=1) < order.updated_at < ahead


def test_who_follows_while_others_write_has_every_change(
    application: Application, orders: list[Order]
) -> None:
    follower = Follower(application)
    barrier, writers = Barrier(4), 3

    def write(seed: int) -> None:
        dice = Random(seed)
        barrier.wait(PATIENCE)
        try:
            for _each in range(12):
                with transaction.atomic():
                    # On PostgreSQL others commit later changes before this one.
                    if dice.random() < 0.5:
                        make_order(caller=Caller(application))
                    else:
                        pending = Order.objects.filter(state=State.PENDING).order_by("pk")
                        for order in pending[seed : seed + 1]:
                            transition(order, State.CANCELLED)
                    sleep(dice.uniform(0, 0.02))
        finally:
            connection.close()

    with ThreadPoolExecutor(writers) as threads:
        running = [threads.submit(write, seed) for seed in range(writers)]
        barrier.wait(PATIENCE)
        while not all(each.done() for each in running):
            follower.step()
        for each in running:
            each.result()
    follower.catch_up()
    assert follower.copy == dict(Order.objects.values_list("order_hash", "state"))
    assert len(follower.copy) > len(orders)
    assert {*follower.copy.values()} == {"pending", "cancelled"}
