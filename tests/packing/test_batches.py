"""Orders that are packed together: what goes wrong with one leaves the others alone."""

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from shop.orders.models import Order
from shop.orders.placing import Caller
from shop.packing import batches
from shop.packing.attempts import claim, reclaim, totals
from shop.packing.batches import run_batch
from shop.packing.dispatch import due, run_due
from shop.packing.models import Packing, StepRecord
from shop.packing.outcomes import NeedsCorrection, NeedsHuman, RetryLater
from shop.tenancy.models import Client, Invitation, Membership, Project, User
from tests.factories import make_application, make_order, pack_all
from tests.packing import steps

pytestmark = pytest.mark.django_db

SHIPPED = ["client", "project", "member", "invitation"]


@pytest.fixture
def own_step(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment's local step behind the shipped ones; the test puts it into `steps.done`."""
    settings.PACKING_STEPS = [*settings.PACKING_STEPS, "tests.packing.steps.do"]
    monkeypatch.setattr(steps, "done", [])


def make_orders(number: int) -> list[Order]:
    """Orders of an application that is told of all that happens."""
    caller = Caller(application=make_application())
    uri = "https://partner.example/hook"
    addresses = (f"member{each}@example.com" for each in range(number))
    return [make_order(caller=caller, user_email=each, redirection_uri=uri) for each in addresses]


def states() -> list[str]:
    """The states of all orders, oldest first."""
    return list(Order.objects.order_by("pk").values_list("state", flat=True))


def delivered() -> list[int]:
    return [model.objects.count() for model in (Client, Project, User, Membership, Invitation)]


def at(order: Order) -> list[str]:
    """Return the steps of `order` that are recorded as done, the first one first."""
    return [step.name for step in StepRecord.objects.filter(order=order)]


def worker_dies() -> None:
    """The leases of the dead worker are over."""
    Packing.objects.filter(lease_token__isnull=False).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )


def refuse(message: Exception, number: int = 1) -> Callable[[Order], None]:
    """A step that refuses one of the orders of `make_orders`, after having written something."""

    def step(order: Order) -> None:
        if order.user_email == f"member{number}@example.com":
            Order.objects.filter(pk=order.pk).update(tier_name="half done")
            raise message

    return step


@pytest.mark.parametrize(
    ("outcome", "state", "fault"),
    [
        (RuntimeError("broken"), "pending", ""),
        (RetryLater(300, "the DNS entry spreads"), "pending", ""),
        (NeedsHuman("credit"), "need_human", "credit"),
        (NeedsCorrection("taken"), "has_packing_errors", "taken"),
    ],
)
@pytest.mark.usefixtures("own_step")
def test_order_that_fails_in_a_batch_leaves_the_others_packed(
    outcome: Exception, state: str, fault: str
) -> None:
    orders = make_orders(3)
    steps.done[:] = [refuse(outcome)]
    pack_all()
    assert states() == ["packed", state, "packed"]
    failed = Order.objects.select_related("packing").get(pk=orders[1].pk)
    assert (failed.fault, failed.tier_name, failed.packing.attempts) == (fault, "S", 1)
    assert failed.packing.last_step == "do"
    # What its other steps did is there once, and recorded: a retry goes on behind them.
    assert [at(order) for order in orders] == [[*SHIPPED, "do"], SHIPPED, [*SHIPPED, "do"]]
    assert delivered() == [3, 3, 3, 3, 3]
    assert failed.member
    assert failed.member.email == "member1@example.com"
    mails = [order.messages.filter(kind="invitation").count() for order in orders]
    assert mails == [1, 0, 1]
    changes = [order.deliveries.count() for order in orders]
    assert changes == [3, 3, 3]


@pytest.mark.usefixtures("own_step")
def test_retry_of_an_order_that_failed_in_a_batch_doubles_nothing() -> None:
    orders = make_orders(3)
    steps.done[:] = [refuse(RuntimeError("broken"))]
    pack_all()
    steps.done.clear()
    Packing.objects.filter(order=orders[1]).update(next_attempt_at=timezone.now())
    pack_all()
    assert states() == ["packed"] * 3
    assert delivered() == [3, 3, 3, 3, 3]
    assert [at(order) for order in orders] == [[*SHIPPED, "do"]] * 3


@pytest.mark.usefixtures("own_step")
def test_step_of_ones_own_may_save_the_order_itself() -> None:
    (order,) = make_orders(1)
    client = Client.objects.create(name="Another", client_admin=User.objects.create_user("a@b.de"))

    def step(order: Order) -> None:
        order.delivered_client = client
        order.save(update_fields=["delivered_client"])

    steps.done[:] = [step]
    pack_all()
    order.refresh_from_db()
    assert (order.state, order.delivered_client) == ("packed", client)


def test_order_whose_lease_was_lost_is_left_to_the_other_worker() -> None:
    orders = make_orders(3)
    records = claim([order.pk for order in orders])
    theirs = uuid.uuid4()
    Packing.objects.filter(order=orders[1]).update(lease_token=theirs)
    run_batch(records, lambda: None)
    assert states() == ["packed", "packing", "packed"]
    assert Packing.objects.get(order=orders[1]).lease_token == theirs
    assert delivered() == [2, 2, 2, 2, 2]
    assert at(orders[1]) == []


def test_step_that_another_worker_has_recorded_counts_once(settings: Settings) -> None:
    """The fence left out: should it ever fail, (order, step) is unique."""

    def another(order: Order) -> None:
        if order.user_email == "member1@example.com":
            StepRecord.objects.create(order=order, name="client")

    settings.PACKING_STEPS = ["tests.packing.steps.do", *settings.PACKING_STEPS]
    steps.done[:] = [another]
    try:
        orders = make_orders(3)
        run_batch(claim([order.pk for order in orders]), lambda: None)
    finally:
        steps.done.clear()
    assert states() == ["packed", "packing", "packed"]
    assert delivered() == [2, 2, 2, 2, 2]


def test_orders_of_a_batch_whose_worker_died_are_packed_one_by_one() -> None:
    orders = make_orders(3)
    claim([order.pk for order in orders])
    worker_dies()
    pack_all()
    assert states() == ["packed"] * 3
    rows = Packing.objects.values_list("attempts", "alone", "last_error")
    assert list(rows) == [(1, True, "")] * 3
    assert delivered() == [3, 3, 3, 3, 3]
    assert totals()["leases_expired"] == 3


class KilledError(BaseException):
    """Ends a run as a kill does: nothing of ours catches it."""


@pytest.mark.usefixtures("own_step")
def test_order_that_kills_each_worker_ends_with_staff_and_the_others_are_packed(
    settings: Settings,
) -> None:
    orders = make_orders(3)
    steps.done[:] = [refuse(KilledError())]  # type: ignore[arg-type]
    deaths = 0
    for _ in range(3 * settings.PACKING_MAX_ATTEMPTS):
        try:
            run_due(lambda: None)
        except KilledError:
            deaths += 1
        worker_dies()
        Packing.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=timezone.now())
    assert states() == ["packed", "need_human", "packed"]
    # Once with the others, and then each attempt by itself.
    assert deaths == 1 + settings.PACKING_MAX_ATTEMPTS
    attempts = Packing.objects.order_by("pk").values_list("attempts", flat=True)
    assert list(attempts) == [1, settings.PACKING_MAX_ATTEMPTS, 1]
    assert Order.objects.get(pk=orders[1].pk).fault == "tries_used_up"
    assert delivered() == [3, 3, 3, 3, 3]


def test_order_that_dies_in_its_first_step_ends_with_staff(settings: Settings) -> None:
    """No step is recorded then, and nothing tells how far it came."""
    settings.PACKING_STEPS = ["tests.packing.steps.do", *settings.PACKING_STEPS]
    (order,) = make_orders(1)
    for attempt in range(1, settings.PACKING_MAX_ATTEMPTS + 1):
        assert [record.attempts for record in claim([order.pk])] == [attempt]
        worker_dies()
        reclaim(Packing.objects.select_related("order").get())
        Packing.objects.update(next_attempt_at=None)
    assert states() == ["need_human"]


def test_steps_that_take_long_are_not_run_while_others_wait_for_the_transaction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batches, "TOO_LONG", -1.0)
    orders = make_orders(3)
    beats: list[int] = []
    run_due(lambda: beats.append(1))
    assert states() == ["packed"] * 3
    assert delivered() == [3, 3, 3, 3, 3]
    assert len(beats) == 1 + 3 * (1 + len(at(orders[0])))


def test_transaction_that_others_wait_for_long_enough_takes_no_further_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batches, "HOLD", -1.0)
    make_orders(3)
    beats: list[int] = []
    run_due(lambda: beats.append(1))
    assert states() == ["packed"] * 3
    assert len(beats) == 3
    assert delivered() == [3, 3, 3, 3, 3]


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_claim_the_same_orders_get_each_of_them_once() -> None:
    pks = [order.pk for order in make_orders(10)]
    claimed: list[int] = []
    barrier = threading.Barrier(2)

    def work() -> None:
        try:
            barrier.wait(20)
            records = claim(pks)
            claimed.extend(record.pk for record in records)
            run_batch(records, lambda: None)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(claimed) == pks
    assert states() == ["packed"] * 10
    assert set(Packing.objects.values_list("attempts", flat=True)) == {1}
    assert delivered() == [10] * 5


def test_ten_orders_take_few_statements() -> None:
    make_orders(20)
    pack_all()  # fills caches
    make_orders(20)
    pks = due()
    with CaptureQueriesContext(connection) as claiming:
        records = claim(pks)
    with CaptureQueriesContext(connection) as packing:
        run_batch(records, lambda: None)
    assert states() == ["packed"] * 30 + ["pending"] * 10
    counts = len(claiming), len(packing)
    assert counts == (16, 182)
