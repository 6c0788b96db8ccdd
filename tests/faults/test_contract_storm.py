"""The short form of the trial of contracts, and its verdict, which sees what went wrong."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from shop.billing.models import Subscription
from shop.billing.subscription_events import record_event
from shop.billing.tier_change_rows import SubscriptionEvent
from shop.packing.contract_runs import run_due
from shop.packing.models import ContractRun, ContractStep
from shop.tenancy.models import Project
from tests.contract_factories import make_run, make_tier_change
from tests.factories import make_membership, make_seller, make_subscription
from tests.faults.contracts import Plan
from tests.faults.endings import complain, complain_of_runs
from tests.faults.test_storm import trial


@pytest.mark.long
def test_a_storm_over_changes_and_ends_does_each_step_once() -> None:
    report = trial(
        "endings",
        FAULTS_SECONDS="8", FAULTS_PACE="0.8", FAULTS_LONGEST="2", FAULTS_SEED="1", FAULTS_ORDERS="8",
    )  # fmt: skip
    assert report["complaints"] == []
    assert report["contracts"] == 8
    assert report["runs"] == report["changes"] + report["ends"] > report["ends"] > 0
    assert report["calls of the service"] >= report["runs"]
    assert report["faults in all"] > 3


@pytest.fixture
def contract(settings: Settings) -> Subscription:
    """A contract that was changed and has ended, as planned."""
    settings.ENDING_STEPS = [
        f"shop.packing.ending_steps.{name}"
        for name in ("no_new_members", "close_project", "erase_project")
    ]
    settings.CHANGING_STEPS = ["tests.packing.steps.do"]
    make_seller()
    subscription = make_subscription(list_cents=0, next_period_on=None)
    make_membership(project=subscription.project)
    make_tier_change(subscription, by_staff=True)
    Subscription.objects.filter(pk=subscription.pk).update(
        ends_on="2026-01-31", ended_at="2026-02-01T00:00Z"
    )
    make_run(subscription)
    record_event(subscription, SubscriptionEvent.Kind.ENDED)
    run_due(lambda: None)
    return subscription


def complaints(subscription: Subscription, resized: list[str], removed: int) -> list[str]:
    contract = Subscription.objects.select_related("project__product").get(pk=subscription.pk)
    plan = Plan(subscription.pk, ["m"], ends=True)
    return [*complain(plan, contract, resized, removed), *complain_of_runs(contract)]


@pytest.mark.django_db
def test_contract_that_went_as_planned_is_not_complained_of(contract: Subscription) -> None:
    assert complaints(contract, ["m"], 1) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("called", "complaint"),
    [
        ((["m"], 2), "was removed 2 times"),
        ((["m"], 0), "was removed 0 times"),
        (([], 1), "was resized to [] and not to ['m']"),
        ((["m", "m"], 1), "was resized to ['m', 'm'] and not to ['m']"),
    ],
)
def test_service_that_was_not_called_as_often_as_planned_is_complained_of(
    contract: Subscription, called: Any, complaint: str
) -> None:
    assert complaints(contract, *called) == [complaint]


def forget_a_step(contract: Subscription) -> None:
    ContractStep.objects.filter(name="close_project").delete()


def leave_a_lease(contract: Subscription) -> None:
    ContractRun.objects.filter(kind="ending").update(state="running")


def add_a_member(contract: Subscription) -> None:
    make_membership(project=contract.project)


def reopen(contract: Subscription) -> None:
    Project.objects.filter(pk=contract.project_id).update(closed_at=None)


def end_twice(contract: Subscription) -> None:
    record_event(contract, SubscriptionEvent.Kind.ENDED)


def lose_the_run(contract: Subscription) -> None:
    contract.runs.filter(kind="changing").delete()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (forget_a_step, "has a run with the steps ['no_new_members', 'erase_project']"),
        (leave_a_lease, "has a run that is running: "),
        (add_a_member, "has 1 members"),
        (reopen, "has a project that is "),
        (end_twice, "has ended 2 times"),
        (lose_the_run, "has runs for the changes []"),
    ],
)
def test_contract_that_went_wrong_is_complained_of(
    contract: Subscription, spoil: Callable[[Subscription], None], complaint: str
) -> None:
    spoil(contract)
    (found,) = complaints(contract, ["m"], 1)
    assert found.startswith(complaint)
