"""Gates: steps that only decide whether packing may go on."""

from collections.abc import Iterator

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from shop.packing.models import Packing, StepRecord
from shop.packing.recovery import approve, retry
from shop.tenancy.models import Client
from tests.factories import (
    make_bare_order,
    make_order,
    make_project,
    make_token,
    make_user,
    pack_all,
)
from tests.packing import steps
from tests.pages import visitor, words

pytestmark = pytest.mark.django_db

APPROVAL = "shop.packing.steps.approval"

PAYMENT = "tests.packing.steps.payment"
SHIPPED = ["client", "project", "member", "invitation"]


@pytest.fixture
def payment_gate(settings: Settings) -> Iterator[None]:
    """A deployment's own gate behind the shipped one."""
    settings.PACKING_STEPS = [APPROVAL, PAYMENT, *settings.PACKING_STEPS[1:]]
    yield
    steps.paid.clear()


def test_own_gate_holds_an_order_of_an_automatic_tier_until_it_opens(payment_gate: None) -> None:
    order = make_order()
    pack_all()
    order.refresh_from_db()
    assert (order.state, order.fault) == ("need_human", "unpaid")
    assert Packing.objects.get().last_error == "No payment has arrived yet."
    assert Client.objects.count() == 0
    steps.paid.add(order.pk)
    assert retry(order, None)
    pack_all()
    order.refresh_from_db()
    assert order.state == "packed"


def test_gates_are_asked_one_after_the_other(payment_gate: None) -> None:
    order = make_order("xl")
    pack_all()
    order.refresh_from_db()
    assert order.fault == "manual_tier"
    assert approve(order, make_user(is_staff=True))
    pack_all()
    order.refresh_from_db()
    assert (order.state, order.fault) == ("need_human", "unpaid")


def test_gate_is_asked_again_at_a_retry(settings: Settings, payment_gate: None) -> None:
    settings.PACKING_STEPS = [*settings.PACKING_STEPS, "tests.packing.steps.fail"]
    order = make_order()
    steps.paid.add(order.pk)
    pack_all()
    assert list(StepRecord.objects.values_list("name", flat=True)) == SHIPPED
    steps.paid.clear()
    Packing.objects.update(next_attempt_at=None)
    pack_all()
    order.refresh_from_db()
    assert (order.state, order.fault, order.packing.last_step) == ("need_human", "unpaid", "")


def test_gates_are_neither_recorded_nor_shown(payment_gate: None) -> None:
    order = make_order(language="en")
    steps.paid.add(order.pk)
    page = words(visitor().get(f"/register/{order.order_hash}/"))
    assert "Steps Company" in page
    assert "approval" not in page
    assert "payment" not in page
    pack_all()
    assert list(StepRecord.objects.values_list("name", flat=True)) == SHIPPED


def test_member_for_a_project_of_a_manual_tier_needs_no_approval() -> None:
    project = make_project("xl")
    order = make_bare_order(
        "xl",
        client_id=project.client.pk,
        project_id=project.pk,
        user_email="new@example.com",
        admin_user_access_token=make_token(project.client.client_admin),
    )
    pack_all()
    order.refresh_from_db()
    assert order.state == "packed"


def test_gate_that_calls_out_is_an_error(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps.call_out, "gate", True, raising=False)
    settings.PACKING_STEPS = [*settings.PACKING_STEPS, "tests.packing.steps.call_out"]
    texts = [found.msg for found in run_checks()]
    assert "tests.packing.steps.call_out is a gate: it must not call another system." in texts
