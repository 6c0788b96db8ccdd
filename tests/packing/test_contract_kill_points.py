"""A process that runs a contract's steps is killed at a given point: nothing half, nothing twice."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings as shop_settings
from django.utils import timezone
from pytest_django import Settings

from shop.packing.contract_runs import run_due
from shop.packing.models import ContractRun, ContractStep
from shop.tenancy.models import Membership, Project, User
from tests.contract_factories import make_run
from tests.factories import make_membership, make_subscription
from tests.worker.real import environment

pytestmark = pytest.mark.django_db(transaction=True)

# Kills itself when it comes to a function for the time `at`, before it or after it.
WORKER = """
import os, signal, sys
from importlib import import_module
import django
django.setup()

module, name, at, after = sys.argv[1:]
module = import_module(module)
original, calls = getattr(module, name), []

def killed(*arguments, **named):
    calls.append(1)
    if len(calls) == int(at) and after == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = original(*arguments, **named)
    if len(calls) == int(at):
        os.kill(os.getpid(), signal.SIGKILL)
    return result

setattr(module, name, killed)
from shop.packing.contract_runs import run_due
run_due(lambda: None)
"""
STEPS = ["no_new_members", "close_project", "erase_project"]
# Without the gate that waits until the time of export is over.
ENDING_STEPS = [f"shop.packing.ending_steps.{name}" for name in STEPS]


def work_until_killed(*point: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORKER, *point],
        env={**environment(), "ENDING_STEPS": ",".join(ENDING_STEPS)},
        cwd=shop_settings.BASE_DIR,
        check=False,
        capture_output=True,
    )
    assert done.returncode == -9, done.stderr.decode()


def work_on() -> ContractRun:
    """Do what other workers do once the lease of the dead one is over."""
    over = timezone.now() - timedelta(seconds=1)
    ContractRun.objects.filter(state="running").update(lease_until=over)
    for _reclaimed_then_tried in range(2):
        ContractRun.objects.filter(state="waiting").update(next_attempt_at=over)
        run_due(lambda: None)
    return ContractRun.objects.get()


@pytest.mark.long
@pytest.mark.parametrize(
    ("point", "done"),
    [
        pytest.param(
            ("shop.packing.contract_runs", "run_attempt", "1", "before"), 0, id="after the claim"
        ),
        pytest.param(
            ("shop.tenancy.closed_projects", "close_joins", "1", "after"), 0, id="within a step"
        ),
        pytest.param(
            ("shop.packing.step_runner", "_run_step", "1", "after"), 1, id="after a step's commit"
        ),
        pytest.param(
            ("shop.tenancy.closed_projects", "close_project", "1", "after"), 1, id="within the next"
        ),
        pytest.param(
            ("shop.orders.project_erasure", "_take_out", "2", "before"), 2, id="between two people"
        ),
        pytest.param(
            ("shop.orders.project_erasure", "anonymise_user", "2", "after"), 2, id="after a person"
        ),
        pytest.param(
            ("shop.tenancy.closed_projects", "empty_project", "1", "before"),
            2,
            id="after the people",
        ),
        pytest.param(
            ("shop.tenancy.closed_projects", "empty_project", "1", "after"),
            2,
            id="before the record",
        ),
        pytest.param(
            ("shop.packing.contract_attempts", "release", "1", "before"), 3, id="before the end"
        ),
        pytest.param(
            ("shop.packing.contract_runs", "run_attempt", "1", "after"), 3, id="after the end"
        ),
    ],
)
def test_worker_killed_in_a_run_leaves_nothing_half(
    point: tuple[str, ...], done: int, settings: Settings
) -> None:
    settings.ENDING_STEPS = ENDING_STEPS
    subscription = make_subscription(ends_on="2026-01-31", ended_at=timezone.now())
    people = [make_membership(project=subscription.project).user for _ in range(2)]
    other = make_membership().user
    make_run(subscription)
    work_until_killed(*point)
    assert list(ContractStep.objects.values_list("name", flat=True)) == STEPS[:done]
    run = work_on()
    assert (run.state, run.lease_token, run.last_error) == ("done", None, "")
    assert list(run.steps.values_list("name", flat=True)) == STEPS
    assert run.attempts == (
        1 if point == ("shop.packing.contract_runs", "run_attempt", "1", "after") else 2
    )
    project = Project.objects.get(pk=subscription.project_id)
    assert (project.name, project.erased_at is None) == (f"deleted project {project.pk}", False)
    assert not Membership.objects.filter(project=project).exists()
    erased = [User.objects.get(pk=user.pk).is_erased for user in (*people, other)]
    assert erased == [True, True, False]
