"""Runs of steps at the end of a contract and at a change of its tier."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ
from pytest_django import Settings

from shop.billing.models import Subscription
from shop.billing.signals import subscription_ended, tier_changed
from shop.billing.tier_change_rows import TierChange
from shop.packing.contract_runs import retry_run, run_due, shown_steps, skip_step, stuck_runs
from shop.packing.models import ContractRun, ContractStep
from shop.packing.outcomes import NeedsCorrection, NeedsHuman, RetryLater
from tests.contract_factories import make_change_row, make_run
from tests.factories import make_staff, make_subscription
from tests.packing import steps

pytestmark = pytest.mark.django_db

STEPS = "tests.packing.steps"


@pytest.fixture(autouse=True)
def own_steps(settings: Settings) -> Iterator[None]:
    settings.ENDING_STEPS = [f"{STEPS}.{name}" for name in ("do", "ask", "say")]
    for told in (steps.done, steps.asked, steps.says, steps.not_before):
        told.clear()
    steps.asked.append(lambda subject, key: None)
    yield
    for told in (steps.done, steps.asked, steps.says, steps.not_before):
        told.clear()


def work() -> None:
    """Do what a woken worker does."""
    run_due(lambda: None)


def fresh(run: ContractRun) -> ContractRun:
    return ContractRun.objects.get(pk=run.pk)


def done_steps(run: ContractRun) -> list[str]:
    return list(run.steps.values_list("name", flat=True))


def test_end_of_a_contract_makes_one_run_that_does_each_step_once() -> None:
    subscription, other = make_subscription(), make_subscription()
    seen: list[tuple[str, Any]] = []
    steps.done.append(lambda subject: seen.append(("do", subject)))
    steps.asked[:] = [lambda subject, key: seen.append(("ask", subject))]
    OrmQ.objects.all().delete()
    for _twice in range(2):
        subscription_ended.send(sender=Subscription, subscription=subscription)
    assert OrmQ.objects.filter(key="packing").count() == 1
    run = ContractRun.objects.get()
    work()
    work()
    assert seen == [("do", subscription), ("ask", subscription)]
    run = fresh(run)
    assert (run.state, run.attempts) == ("done", 1)
    assert run.done_at
    assert (run.lease_token, run.lease_until, run.last_error) == (None, None, "")
    assert done_steps(run) == ["do", "ask", "say"]
    assert not other.runs.exists()


def test_run_is_made_with_the_end_or_not_at_all() -> None:
    subscription = make_subscription()
    with transaction.atomic():
        subscription_ended.send(sender=Subscription, subscription=subscription)
        assert ContractRun.objects.exists()
        transaction.set_rollback(True)
    assert not ContractRun.objects.exists()


def test_change_of_tier_makes_a_run_where_there_are_steps_for_it(settings: Settings) -> None:
    change = make_change_row(make_subscription())
    tier_changed.send(sender=TierChange, change=change)
    assert not ContractRun.objects.exists()
    settings.CHANGING_STEPS = [f"{STEPS}.do"]
    seen: list[Any] = []
    steps.done.append(seen.append)
    for _twice in range(2):
        tier_changed.send(sender=TierChange, change=change)
    work()
    run = ContractRun.objects.get()
    assert (run.kind, run.state, seen) == ("changing", "done", [change])


def test_step_that_fails_is_tried_again_and_what_is_done_stays_done(
    stopped_clock: datetime,
) -> None:
    run = make_run()
    steps.says.append(ConnectionRefusedError("nobody listens"))
    work()
    run = fresh(run)
    assert (run.state, run.attempts, run.last_step) == ("waiting", 1, "say")
    assert (run.last_error, run.last_error_kind) == (
        "ConnectionRefusedError: nobody listens",
        "passing",
    )
    assert 8 <= (run.next_attempt_at - stopped_clock).total_seconds() <= 12
    assert done_steps(run) == ["do", "ask"]
    work()
    assert fresh(run).attempts == 1
    ContractRun.objects.update(next_attempt_at=timezone.now())
    steps.says.clear()
    steps.done.append(lambda subject: pytest.fail("done twice"))
    work()
    run = fresh(run)
    assert (run.state, run.last_error, run.last_error_kind) == ("done", "", "")


def test_step_that_asks_for_later_is_tried_then(stopped_clock: datetime) -> None:
    run = make_run()
    steps.says.append(RetryLater(300, "the DNS entry spreads"))
    work()
    run = fresh(run)
    assert 300 <= (run.next_attempt_at - stopped_clock).total_seconds() <= 360
    assert run.last_error == "the DNS entry spreads"


def test_run_waits_for_staff_after_its_last_attempt_and_goes_on_once_they_say_so(
    settings: Settings,
) -> None:
    run, staff = make_run(), make_staff()
    steps.says.append(KeyError("name"))
    for _attempt in range(settings.PACKING_MAX_ATTEMPTS):
        assert not stuck_runs().exists()
        ContractRun.objects.update(next_attempt_at=timezone.now())
        work()
    assert list(stuck_runs()) == [run]
    assert (fresh(run).state, fresh(run).last_error_kind) == ("need_human", "bug")
    ContractRun.objects.update(next_attempt_at=timezone.now())
    work()
    assert fresh(run).attempts == settings.PACKING_MAX_ATTEMPTS
    steps.says.clear()
    assert retry_run(run, staff)
    assert (fresh(run).attempts, fresh(run).handled_by) == (0, staff)
    work()
    assert fresh(run).state == "done"
    assert not retry_run(run, staff)


@pytest.mark.parametrize("outcome", [NeedsHuman, NeedsCorrection])
def test_step_that_needs_a_person_has_its_run_wait_for_staff(outcome: Any) -> None:
    run = make_run()
    steps.says.append(outcome("acme_away", staff="Ask Acme."))
    work()
    run = fresh(run)
    assert (run.state, run.last_error, run.last_error_kind) == ("need_human", "Ask Acme.", "person")
    assert list(stuck_runs()) == [run]


def test_step_that_staff_skip_counts_as_done() -> None:
    run, staff = make_run(), make_staff()
    steps.says.append(NeedsHuman("acme_away"))
    assert not skip_step(run, "say", staff)
    work()
    assert not skip_step(run, "ask", staff)
    assert skip_step(run, "say", staff)
    assert not skip_step(run, "say", staff)
    work()
    assert fresh(run).state == "done"
    record = ContractStep.objects.get(name="say")
    assert (record.skipped_by, fresh(run).handled_by) == (staff, staff)
    assert not run.steps.exclude(name="say").exclude(skipped_by=None).exists()


def test_gate_waits_for_its_moment_without_counting_attempts(
    settings: Settings, stopped_clock: datetime
) -> None:
    settings.ENDING_STEPS = [f"{STEPS}.do", f"{STEPS}.fair_weather", f"{STEPS}.say"]
    run = make_run(attempts=4)
    steps.not_before.append(stopped_clock + timedelta(hours=5))
    work()
    run = fresh(run)
    assert (run.state, run.attempts, run.last_error) == ("waiting", 0, "")
    assert run.next_attempt_at == stopped_clock + timedelta(hours=5)
    assert done_steps(run) == ["do"]
    assert [(step.name, step.current) for step in shown_steps(run)] == [
        ("do", False),
        ("fair_weather", True),
        ("say", False),
    ]
    steps.not_before.clear()
    ContractRun.objects.update(next_attempt_at=timezone.now())
    work()
    assert (fresh(run).state, done_steps(run)) == ("done", ["do", "say"])


def test_gate_with_a_far_moment_is_asked_once_a_day(
    settings: Settings, stopped_clock: datetime
) -> None:
    settings.ENDING_STEPS = [f"{STEPS}.fair_weather"]
    run = make_run()
    steps.not_before.append(stopped_clock + timedelta(days=30))
    work()
    assert fresh(run).next_attempt_at == stopped_clock + timedelta(days=1)


def test_run_of_a_killed_worker_is_reclaimed_and_counts_as_an_attempt(settings: Settings) -> None:
    run = make_run()
    ContractRun.objects.update(
        state="running",
        attempts=1,
        lease_token=uuid.uuid4(),
        lease_until=timezone.now() + timedelta(seconds=30),
        last_step="ask",
    )
    work()
    assert fresh(run).state == "running"
    ContractRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    work()
    run = fresh(run)
    assert (run.state, run.attempts, run.lease_token) == ("waiting", 1, None)
    assert (run.last_step, run.last_error) == ("ask", "The worker stopped in the middle.")
    ContractRun.objects.update(next_attempt_at=timezone.now())
    work()
    assert (fresh(run).state, fresh(run).attempts) == ("done", 2)


def test_worker_that_lost_its_lease_writes_nothing_more(caplog: pytest.LogCaptureFixture) -> None:
    run, token = make_run(), uuid.uuid4()

    def lose_lease(subject: Any, key: str) -> None:
        ContractRun.objects.update(lease_token=token)

    steps.asked[:] = [lose_lease]
    work()
    run = fresh(run)
    assert (run.state, run.lease_token, done_steps(run)) == ("running", token, ["do"])
    assert "Lost the lease" in caplog.text


def test_step_that_calls_out_has_a_key_of_its_own_and_no_transaction(settings: Settings) -> None:
    settings.ENDING_STEPS = [f"{STEPS}.ask"]
    keys: list[str] = []
    depth = len(connection.savepoint_ids)

    def refuse(subject: Any, key: str) -> None:
        assert len(connection.savepoint_ids) == depth
        keys.append(key)
        raise TimeoutError

    steps.asked[:] = [refuse]
    first, second = make_run(), make_run()
    for _twice in range(2):
        ContractRun.objects.update(next_attempt_at=timezone.now())
        work()
    assert len(keys) == 4
    assert len(set(keys)) == 2
    assert first.subscription.order.order_hash not in "".join(keys)
    assert {fresh(run).attempts for run in (first, second)} == {2}


def test_runs_of_one_subscription_follow_each_other(settings: Settings) -> None:
    settings.CHANGING_STEPS = [f"{STEPS}.say"]
    subscription = make_subscription()
    steps.says.append(NeedsHuman("acme_away"))
    change = make_run(subscription, kind="changing", change=make_change_row(subscription))
    end, other = make_run(subscription), make_run()
    work()
    assert [fresh(run).state for run in (change, end, other)] == [
        *("need_human", "waiting", "need_human")
    ]
    assert fresh(end).attempts == 0
    steps.says.clear()
    assert retry_run(change, make_staff())
    work()
    assert [fresh(run).state for run in (change, end)] == ["done", "done"]


def test_worker_without_a_run_asks_once() -> None:
    make_run(next_attempt_at=timezone.now() + timedelta(days=1))
    with CaptureQueriesContext(connection) as queries:
        work()
    assert len(queries) == 1


@pytest.mark.parametrize("name", ["ENDING_STEPS", "CHANGING_STEPS"])
def test_steps_that_cannot_be_imported_are_an_error(settings: Settings, name: str) -> None:
    setattr(settings, name, ["nowhere.step", f"{STEPS}.do", f"{STEPS}.do"])
    texts = [found.msg for found in run_checks()]
    assert f"{name} names nowhere.step, which cannot be imported." in texts
    assert f"{name} has two steps of one name: each is recorded by it." in texts
