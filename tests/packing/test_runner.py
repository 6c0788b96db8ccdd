"""Packing under faults: our rows are the truth, and nothing happens twice."""

import uuid
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ
from pytest_django import Settings

from shop.orders.models import Order
from shop.packing.attempts import reclaim, retry_later
from shop.packing.dispatch import run_due
from shop.packing.models import Packing, StepRecord
from shop.packing.recovery import approve, mark_packed, retry, retry_now
from shop.tenancy.models import Client, Invitation, Membership
from shop.worker.leases import LeaseLostError
from tests.factories import make_bare_order, make_order, make_project, make_user, pack_all, pack_one
from tests.packing import steps

pytestmark = pytest.mark.django_db

FAILING = ["shop.packing.steps.client", "tests.packing.steps.fail"]


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def test_incomplete_order_is_not_packed() -> None:
    order = make_bare_order("s")
    pack_all()
    assert fresh(order).state == "pending"
    assert not Packing.objects.exists()


@pytest.mark.parametrize("code", ["xl", "Studio"])
def test_manual_tier_needs_a_human_and_packs_once_approved(code: str) -> None:
    order = make_order(code)
    pack_all()
    order = fresh(order)
    assert (order.state, order.fault) == ("need_human", "manual_tier")
    assert Client.objects.count() == 0
    staff = make_user(is_staff=True)
    assert approve(order, staff)
    pack_all()
    order = fresh(order)
    assert (order.state, order.approved_by) == ("packed", staff)
    assert [event.kind for event in order.events.all()].count("approved") == 1


def test_incomplete_order_of_a_manual_tier_is_asked_for_details_first() -> None:
    order = make_bare_order("xl")
    pack_all()
    assert fresh(order).state == "pending"


def test_unexpected_fault_is_tried_again_later_and_undoes_its_step(
    settings: Settings, stopped_clock: datetime
) -> None:
    settings.PACKING_STEPS = FAILING
    order = make_order()
    pack_all()
    order = fresh(order)
    record = order.packing
    assert (order.state, order.tier_name) == ("pending", "S")
    assert record.attempts == 1
    assert record.last_step == "fail"
    assert record.last_error == "RuntimeError: the provisioning service is away"
    assert record.lease_token is None
    assert record.next_attempt_at
    wait = (record.next_attempt_at - stopped_clock).total_seconds()
    assert 8 <= wait <= 12
    assert [step.name for step in StepRecord.objects.all()] == ["client"]
    pack_all()
    assert fresh(order).packing.attempts == 1


def test_waits_between_attempts_grow_and_the_last_one_needs_a_human(settings: Settings) -> None:
    settings.PACKING_STEPS = FAILING
    order = make_order()
    gaps = []
    for attempt in range(1, 6):
        Packing.objects.update(next_attempt_at=None)
        before = timezone.now()
        pack_all()
        record = Packing.objects.get()
        assert record.attempts == attempt
        if record.next_attempt_at:
            gaps.append((record.next_attempt_at - before).total_seconds())
    assert gaps == sorted(gaps)
    assert len(gaps) == 4
    order = fresh(order)
    assert (order.state, order.fault) == ("need_human", "tries_used_up")


def test_retry_goes_on_from_where_packing_stopped(settings: Settings) -> None:
    steps = settings.PACKING_STEPS
    settings.PACKING_STEPS = FAILING
    settings.PACKING_MAX_ATTEMPTS = 1
    order = make_order()
    pack_all()
    client = Client.objects.get()
    settings.PACKING_STEPS = steps
    assert retry(fresh(order), make_user(is_staff=True))
    assert fresh(order).packing.attempts == 0
    pack_all()
    assert fresh(order).state == "packed"
    assert fresh(order).delivered_client == client


def test_order_is_packed_by_the_first_alone() -> None:
    order = make_order()
    pack_one(order)
    pack_one(order)
    assert fresh(order).state == "packed"
    assert fresh(order).packing.attempts == 1
    assert Client.objects.count() == 1


def test_order_that_is_to_wait_is_claimed_by_nobody(settings: Settings) -> None:
    settings.PACKING_STEPS = FAILING
    order = make_order()
    pack_one(order)
    pack_one(order)
    assert fresh(order).packing.attempts == 1
    assert [event.state for event in order.events.all()] == ["pending", "packing", "pending"]


def test_step_that_calls_out_is_called_with_no_transaction_open(settings: Settings) -> None:
    settings.PACKING_STEPS = ["shop.packing.steps.client", "tests.packing.steps.call_out"]
    depth = len(connection.savepoint_ids)
    order = make_order()
    pack_one(order)
    assert fresh(order).state == "packed"
    assert steps.seen_depth == depth
    assert [step.name for step in StepRecord.objects.all()] == ["client", "call_out"]


def abandoned(order: Order) -> Order:
    """`order` as a worker leaves it that is killed in the second step."""
    pack_all()
    StepRecord.objects.exclude(name="client").delete()
    Membership.objects.all().delete()
    Order.objects.filter(pk=order.pk).update(state="packing")
    Packing.objects.update(
        lease_token=uuid.uuid4(),
        lease_until=timezone.now() - timedelta(seconds=1),
        last_step="project",
    )
    return fresh(order)


def test_order_of_a_killed_worker_is_reclaimed_and_packed_once() -> None:
    order = abandoned(make_order())
    pack_all()
    order = fresh(order)
    assert (order.state, order.packing.last_error) == (
        "pending",
        "The worker stopped in the middle.",
    )
    Packing.objects.update(next_attempt_at=None)
    pack_all()
    assert fresh(order).state == "packed"
    assert fresh(order).packing.attempts == 2
    assert Client.objects.count() == 1


def test_order_that_kills_its_worker_each_time_needs_a_human(settings: Settings) -> None:
    settings.PACKING_MAX_ATTEMPTS = 1
    order = abandoned(make_order())
    pack_all()
    assert (fresh(order).state, fresh(order).fault) == ("need_human", "tries_used_up")


def test_lease_that_was_renewed_is_not_reclaimed() -> None:
    order = abandoned(make_order())
    seen = Packing.objects.select_related("order").get()
    Packing.objects.update(lease_until=timezone.now() + timedelta(seconds=30))
    reclaim(seen)
    assert fresh(order).state == "packing"


def test_step_at_which_a_worker_was_killed_is_named() -> None:
    order = abandoned(make_order())
    pack_all()
    assert fresh(order).packing.last_step == "project"


def test_lease_that_still_runs_is_left_alone() -> None:
    order = abandoned(make_order())
    Packing.objects.update(lease_until=timezone.now() + timedelta(seconds=30))
    pack_all()
    assert fresh(order).state == "packing"


def test_worker_that_lost_its_lease_writes_nothing_more() -> None:
    order = abandoned(make_order())
    record = Packing.objects.get()
    Packing.objects.update(lease_token=uuid.uuid4())
    with pytest.raises(LeaseLostError):
        retry_later(record, error="late", kind="bug")
    assert Packing.objects.get().last_error == ""
    assert fresh(order).state == "packing"


def test_worker_beats_before_each_order_and_each_step_of_those_packed_by_themselves() -> None:
    orders = [make_order() for _ in range(3)]
    Packing.objects.bulk_create(Packing(order=order, alone=True) for order in orders)
    beats = []
    run_due(lambda: beats.append(1))
    assert len(beats) == 3 * (1 + 4)


def test_approval_is_for_orders_that_wait_for_a_person() -> None:
    order = make_order()
    assert not approve(order, make_user(is_staff=True))
    assert not retry(order, make_user(is_staff=True))
    assert fresh(order).approved_at is None


def test_second_approval_is_too_late() -> None:
    order = make_order("xl")
    pack_all()
    mine, theirs = fresh(order), fresh(order)
    assert approve(mine, make_user(is_staff=True))
    assert not approve(theirs, make_user(is_staff=True))
    assert fresh(order).approved_by == mine.approved_by


def test_retry_at_once_is_for_an_order_that_itself_waits() -> None:
    waiting, packing = make_order(), make_order()
    later = timezone.now() + timedelta(seconds=60)
    for order in (waiting, packing):
        Packing.objects.create(order=order, attempts=2, next_attempt_at=later)
    Order.objects.filter(pk=packing.pk).update(state="packing")
    staff = make_user(is_staff=True)
    assert not retry_now(packing, staff)
    assert retry_now(waiting, staff)
    rows = Packing.objects.order_by("pk").values_list("order", "attempts", "next_attempt_at")
    assert list(rows) == [(waiting.pk, 0, None), (packing.pk, 2, later)]


def test_retry_wakes_the_worker() -> None:
    order = make_order("xl")
    pack_all()
    OrmQ.objects.all().delete()
    retry(fresh(order), make_user(is_staff=True))
    assert OrmQ.objects.filter(key="packing").count() == 1


def test_order_done_by_hand_is_packed_with_what_staff_named() -> None:
    project = make_project()
    order = make_order("xl")
    pack_all()
    staff = make_user(is_staff=True)
    assert mark_packed(fresh(order), project, staff, note="on the phone")
    order = fresh(order)
    assert order.state == "packed"
    assert (order.delivered_client, order.delivered_project) == (project.client, project)
    assert order.member
    assert order.member.email == "nicecustomer@gmx.com"
    assert order.invitation
    assert order.messages.filter(kind="invitation").count() == 1
    event = order.events.last()
    assert event
    assert (event.state, event.actor, event.note) == ("packed", staff, "on the phone")


def test_order_done_by_hand_by_two_is_done_once() -> None:
    order = make_order("xl")
    pack_all()
    mine, theirs = fresh(order), fresh(order)
    first, second = make_project(), make_project()
    assert mark_packed(mine, first, make_user(is_staff=True), note="mine")
    assert not mark_packed(theirs, second, make_user(is_staff=True), note="theirs")
    assert fresh(order).delivered_project == first
    assert Invitation.objects.count() == 1
    assert not Membership.objects.filter(project=second).exists()
