"""Records of attempts: each that failed, and the one that succeeded after it."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from shop.orders.models import Order, OrderEvent, State
from shop.orders.order_erasure import empty_orders
from shop.packing.attempt_records import LONGEST_ERROR, error_family
from shop.packing.attempts import claim, reclaim
from shop.packing.dispatch import reclaim_expired
from shop.packing.models import AttemptRecord, Packing
from shop.packing.outcomes import NeedsCorrection, NeedsHuman, RetryLater
from shop.packing.recovery import retry
from tests.contract_factories import make_run
from tests.factories import bystander, make_order, make_staff, pack_all
from tests.packing import steps
from tests.packing.test_contract_runs import own_steps, work  # noqa: F401 -- a fixture

pytestmark = pytest.mark.django_db

SAY = "tests.packing.steps.say"


@pytest.fixture
def says(settings: Settings) -> Any:
    """The outcome of a deployment's own step, the last one."""
    settings.PACKING_STEPS = [*settings.PACKING_STEPS, SAY]
    steps.says.clear()
    yield steps.says
    steps.says.clear()


def records(order: Order) -> list[tuple[Any, ...]]:
    columns = ("number", "step", "outcome", "fault", "kind", "error")
    return list(order.attempt_records.values_list(*columns))


def due_again() -> None:
    Packing.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=timezone.now())
    pack_all()


def test_order_packed_at_once_has_no_record() -> None:
    order = make_order()
    pack_all()
    order.refresh_from_db()
    assert (order.state, records(order)) == ("packed", [])


def test_each_failure_and_the_success_after_it_are_kept(says: list[Exception]) -> None:
    with bystander():
        order = make_order()
        says.append(RetryLater(1, "503 from the first server"))
        pack_all()
        says[:] = [OSError("nobody answers")]
        due_again()
        says.clear()
        due_again()
        assert records(order) == [
            (1, "say", "retry", "tries_used_up", "passing", "503 from the first server"),
            (2, "say", "retry", "tries_used_up", "passing", "OSError: nobody answers"),
            (3, "say", "done", "", "", ""),
        ]
        first = order.attempt_records.earliest("pk")
        claims = OrderEvent.objects.filter(order=order, state=State.PACKING).order_by("pk")
        assert first.began_at == claims[0].at
        assert first.began_at <= first.ended_at
        assert "process" in first.worker
        assert [each.alone for each in order.attempt_records.all()] == [False, True, True]


def test_last_attempt_and_those_after_a_retry_of_staff_are_kept(
    settings: Settings, says: list[Exception]
) -> None:
    settings.PACKING_MAX_ATTEMPTS = 2
    order = make_order()
    says.append(RuntimeError("a bug"))
    pack_all()
    due_again()
    order.refresh_from_db()
    assert retry(order, make_staff("agent"))
    says.clear()
    pack_all()
    assert records(order) == [
        (1, "say", "retry", "tries_used_up", "bug", "RuntimeError: a bug"),
        (2, "say", "given_up", "tries_used_up", "bug", "RuntimeError: a bug"),
        (1, "say", "done", "", "", ""),
    ]


@pytest.mark.parametrize(
    ("outcome", "kept"),
    [
        (NeedsHuman("needs_contract", staff="Ask Berta."), ("decision", "", "Ask Berta.")),
        (NeedsCorrection("no_such_name", staff="Taken."), ("correction", "person", "Taken.")),
    ],
)
def test_question_to_a_person_is_kept(
    says: list[Exception], outcome: NeedsHuman, kept: tuple[str, str, str]
) -> None:
    order = make_order()
    says.append(outcome)
    pack_all()
    ended, kind, error = kept
    assert records(order) == [(1, "say", ended, outcome.code, kind, error)]


def test_attempts_of_a_worker_that_died_are_kept() -> None:
    begun, not_begun = make_order(), make_order()
    claim([begun.pk, not_begun.pk])
    Packing.objects.filter(order=begun).update(last_step="project")
    Packing.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    reclaim_expired()
    stopped = "The worker stopped in the middle."
    assert records(begun) == [(1, "project", "retry", "tries_used_up", "passing", stopped)]
    assert records(not_begun) == [(1, "", "not_begun", "", "", "")]
    assert {each.worker for each in AttemptRecord.objects.all()} == {""}


def test_lease_that_was_taken_over_leaves_one_record() -> None:
    order = make_order()
    [record] = claim([order.pk])
    stale = Packing.objects.select_related("order").get(pk=record.pk)
    Packing.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    reclaim_expired()
    stale.lease_token = uuid.uuid4()
    reclaim(stale)
    assert len(records(order)) == 1


def test_long_error_is_cut(says: list[Exception]) -> None:
    order = make_order()
    says.append(RuntimeError("x" * 3000))
    pack_all()
    assert len(order.attempt_records.get().error) == LONGEST_ERROR


def test_run_of_a_contract_keeps_its_attempts(own_steps: None) -> None:  # noqa: F811
    run = make_run()
    steps.says.append(RetryLater(1, "resizing failed"))
    work()
    steps.says.clear()
    run.refresh_from_db()
    type(run).objects.filter(pk=run.pk).update(next_attempt_at=timezone.now())
    work()
    kept = run.attempt_records.values_list("step", "outcome", "error")
    assert list(kept) == [("say", "retry", "resizing failed"), ("say", "done", "")]


def test_erasure_empties_the_errors_and_nobody_elses(says: list[Exception]) -> None:
    says.append(NeedsHuman("asked", staff="Is nina@example.com Nina Nebenan?"))
    order, other = make_order(user_email="nina@example.com"), make_order()
    pack_all()
    assert "Nebenan" in order.attempt_records.get().error
    Order.objects.filter(pk=order.pk).update(state=State.CANCELLED)
    empty_orders(Order.objects.filter(pk=order.pk))
    kept = AttemptRecord.objects.order_by("order_id").values_list("error", "family", "fault")
    assert list(kept) == [
        ("", "", "asked"),
        ("Is nina@example.com Nina Nebenan?", "Is … Nina Nebenan?", "asked"),
    ]
    assert other.attempt_records.exists()


@pytest.mark.parametrize(
    ("error", "family"),
    [
        ("HTTPError: 503 for 'ws-17'", "HTTPError: 503 for …"),
        ("HTTPError: 503 for 'ws-18'\nsecond line", "HTTPError: 503 for …"),
        ("Project 1503 has 17 members, after 200 ms", "Project … has … members, after … ms"),
        ("No room for a@b.de at https://acme.example/x?id=1", "No room for … at …"),
        ("key 3f2a9c1e-aaaa is used", "key … is used"),
        ("", ""),
    ],
)
def test_errors_that_differ_in_details_are_one_family(error: str, family: str) -> None:
    assert error_family(error) == family


def test_packing_a_batch_takes_no_statement_more_for_what_succeeds() -> None:
    def statements(number: int) -> int:
        for _ in range(number):
            make_order()
        with CaptureQueriesContext(connection) as queries:
            pack_all()
        return sum("packing_attemptrecord" in str(each["sql"]) for each in queries)

    assert [statements(1), statements(3)] == [0, 0]
