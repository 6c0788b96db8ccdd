"""Claims and their order: batches of ten, oldest first, and nobody starves."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from pytest_django import Settings

from shop.orders.models import Order, State
from shop.orders.states import transition
from shop.packing.attempts import NOT_BEGUN, claim, totals
from shop.packing.dispatch import BATCH, due, due_first_attempts, due_retries, reclaim_expired
from shop.packing.models import Packing
from shop.packing.recovery import retry
from shop.packing.runner import run_steps
from tests.factories import make_order, make_user, pack_all

pytestmark = pytest.mark.django_db

FAILING = ["shop.packing.steps.client", "tests.packing.steps.fail"]


def states() -> list[str]:
    """The states of all orders, oldest first."""
    return list(Order.objects.order_by("pk").values_list("state", flat=True))


def test_claim_counts_the_attempt_and_gives_a_lease(stopped_clock: datetime) -> None:
    orders = [make_order() for _ in range(3)]
    records = claim([order.pk for order in orders])
    assert [record.order for record in records] == orders
    assert states() == ["packing"] * 3
    for record in Packing.objects.all():
        assert record.attempts == 1
        assert record.lease_token == records[0].lease_token
        assert record.lease_until == stopped_clock + timedelta(seconds=30)
    assert totals()["attempts"] == 3


def test_order_that_is_claimed_is_claimed_by_nobody_else() -> None:
    first, second = make_order(), make_order()
    assert [record.order for record in claim([first.pk])] == [first]
    assert [record.order for record in claim([first.pk, second.pk])] == [second]


def test_claim_of_an_order_that_was_tried_meanwhile_takes_nothing() -> None:
    orders = [make_order() for _ in range(2)]
    later = timezone.now() + timedelta(hours=1)
    Packing.objects.create(order=orders[0], attempts=1, next_attempt_at=later)
    assert claim([order.pk for order in orders]) == []
    assert states() == ["pending"] * 2
    assert Packing.objects.values_list("attempts", "next_attempt_at").get() == (1, later)


def test_at_most_ten_are_due_at_once_oldest_first() -> None:
    orders = [make_order() for _ in range(12)]
    # By when they were placed, not by their numbers.
    Order.objects.filter(pk=orders[11].pk).update(created_at=timezone.now() - timedelta(days=1))
    assert due() == [orders[11].pk, *(order.pk for order in orders[:9])]


def test_retry_of_staff_is_due_at_once() -> None:
    waiting, mended = make_order(), make_order("xl")
    pack_all()
    Order.objects.filter(pk=waiting.pk).update(state=State.PENDING)
    Packing.objects.filter(order=waiting).update(
        next_attempt_at=timezone.now() + timedelta(hours=1)
    )
    assert due() == []
    mended.refresh_from_db()
    assert retry(mended, make_user(is_staff=True))
    assert due() == [mended.pk]


def test_fifty_orders_that_fail_for_ever_do_not_hold_up_twenty_good_ones(
    settings: Settings,
) -> None:
    settings.PACKING_RETRY_SECONDS = 1000.0  # on a slow machine all this takes longer than a wait
    settings.PACKING_STEPS = [*FAILING, *settings.PACKING_STEPS[2:]]
    for number in range(50):
        make_order(user_email=f"failing{number}@example.com")
    good = [make_order(client_name="lucky") for _ in range(20)]
    pack_all()
    assert states() == ["pending"] * 50 + ["packed"] * 20
    assert all(order.packing.attempts == 1 for order in Order.objects.select_related("packing"))
    assert Order.objects.filter(pk__in=[order.pk for order in good]).count() == 20


def test_orders_that_failed_queue_up_behind_those_that_have_waited_longer(
    settings: Settings,
) -> None:
    """Each round is as slow as it may be: all that failed are due again before the next batch."""
    settings.PACKING_STEPS = [*FAILING, *settings.PACKING_STEPS[2:]]
    for number in range(50):
        make_order(user_email=f"failing{number}@example.com")
    for _ in range(20):
        make_order(client_name="lucky")
    for _round in range(7):
        for record in claim(due()):
            run_steps(record)
        Packing.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=timezone.now())
    assert states() == ["pending"] * 50 + ["packed"] * 20


def test_orders_that_a_killed_worker_had_not_begun_lose_no_attempt() -> None:
    orders = [make_order() for _ in range(3)]
    records = claim([order.pk for order in orders])
    run_steps(records[0])
    # It was killed at the second, in its second step.
    Packing.objects.filter(order=orders[1]).update(last_step="project")
    Packing.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    reclaim_expired()
    assert states() == ["packed", "pending", "pending"]
    begun, not_begun = Packing.objects.filter(order__state="pending").order_by("pk")
    assert (begun.attempts, begun.last_error_kind) == (1, "passing")
    assert begun.last_error == "The worker stopped in the middle."
    assert begun.next_attempt_at is not None
    assert (not_begun.attempts, not_begun.last_error) == (0, "")
    assert [order.events.latest("pk").note for order in orders] == ["", "", NOT_BEGUN]
    assert due() == [orders[2].pk]
    assert totals()["leases_expired"] == 2


def test_order_whose_worker_dies_at_the_very_end_keeps_its_attempt() -> None:
    order = make_order()
    pack_all()
    Order.objects.update(state=State.PACKING)
    over = timezone.now() - timedelta(seconds=1)
    Packing.objects.update(lease_token=uuid.uuid4(), lease_until=over, last_step="")
    reclaim_expired()
    assert Packing.objects.get(order=order).attempts == 1


def test_order_that_is_cancelled_while_it_waits_is_never_due_again() -> None:
    order = make_order()
    Packing.objects.create(order=order, attempts=1, next_attempt_at=timezone.now())
    assert transition(order, State.CANCELLED)
    assert due() == [order.pk]
    pack_all()
    assert due() == []
    assert states() == ["cancelled"]


@pytest.mark.parametrize(
    ("query", "index"), [(due_first_attempts, "order_due"), (due_retries, "packing_again")]
)
def test_index_serves_the_query_for_what_is_due(
    query: Callable[[], QuerySet[Any, Any]], index: str
) -> None:
    make_order()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # So few rows are read faster without: whether an index could serve is what counts.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    assert index in query()[:BATCH].explain()
