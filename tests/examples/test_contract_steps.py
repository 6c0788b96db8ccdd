"""The example's steps at a change of tier and at the end, against a service that is well or ill."""

from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from acme.server import Workspaces, make_server
from django.utils import timezone
from pytest_django import Settings

from shop.billing.models import Subscription
from shop.billing.signals import subscription_ended, tier_changed
from shop.billing.tier_change_rows import TierChange
from shop.packing.contract_runs import retry_run, run_due
from shop.packing.models import ContractRun
from shop.tenancy.models import Project
from shop.tenancy.project_urls import project_url
from tests.contract_factories import make_change_row
from tests.examples.test_provision import Moody
from tests.factories import make_packed_order, make_staff, make_subscription

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspaces]:
    """A service that resizes and removes workspaces."""
    server = make_server(0, Moody)
    monkeypatch.setenv("ACME_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("ACME_TIMEOUT", "0.5")
    settings.CHANGING_STEPS = ["acme.contract_steps.resize_workspace"]
    removal = "acme.contract_steps.remove_workspace"
    shipped = settings.ENDING_STEPS
    settings.ENDING_STEPS = [*shipped[:3], removal, *shipped[3:]]
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.RequestHandlerClass.workspaces  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def mood(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Changes how the service feels."""
    return lambda mood: monkeypatch.setattr(Moody, "mood", mood)


def work() -> ContractRun:
    """Do what a woken worker does, without the waits."""
    ContractRun.objects.filter(state="waiting").update(next_attempt_at=timezone.now())
    run_due(lambda: None)
    return ContractRun.objects.get()


def changed(subscription: Subscription) -> None:
    tier_changed.send(sender=TierChange, change=make_change_row(subscription))


@pytest.mark.parametrize("said", ["500", "slow"])
def test_changed_tier_resizes_the_workspace_once(service: Workspaces, mood: Any, said: str) -> None:
    subscription = make_subscription()
    changed(subscription)
    mood(said)
    assert work().state == "waiting"
    mood("well")
    assert work().state == "done"
    assert service.resized == [{"project": subscription.project_id, "tier": "s"}]


def test_change_without_room_waits_for_staff(service: Workspaces, mood: Any) -> None:
    changed(make_subscription())
    mood("402")
    run = work()
    assert (run.state, run.last_error) == ("need_human", "Acme has no room for the new tier.")
    mood("well")
    assert retry_run(run, make_staff())
    assert work().state == "done"


def test_ended_contract_removes_the_workspace_after_the_time_of_export(
    service: Workspaces,
) -> None:
    subscription = make_subscription(ends_on=timezone.localdate(), ended_at=timezone.now())
    subscription_ended.send(sender=Subscription, subscription=subscription)
    assert work().state == "waiting"
    assert service.removed == []
    Project.objects.filter(pk=subscription.project_id).update(export_until="2020-01-01")
    assert work().state == "done"
    assert service.removed == [{"project": subscription.project_id}]


def test_step_of_packing_says_where_the_project_is(
    service: Workspaces, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PACKING_STEPS = [*settings.PACKING_STEPS, "acme.provision.create_workspace"]
    monkeypatch.setenv("ACME_APP_URL", "https://app.acme.example")
    project = make_packed_order().delivered_project
    assert project
    assert project_url(project) == f"https://app.acme.example/workspaces/{project.pk}"
