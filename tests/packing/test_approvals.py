"""Approvals of what a step of one's own asks."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from shop.orders.models import Order
from shop.packing.approvals import ask_staff
from shop.packing.outcomes import NeedsHuman
from shop.packing.recovery import approve
from tests.factories import make_order, make_staff, pack_all
from tests.packing import steps

pytestmark = pytest.mark.django_db

GATE, DO = "tests.packing.steps.payment", "tests.packing.steps.do"


@pytest.fixture
def own_step(settings: Settings) -> Iterator[None]:
    """A deployment's own step, which does what the test has put into `steps.done`."""
    settings.PACKING_STEPS = [*settings.PACKING_STEPS, DO]
    steps.done.clear()
    yield
    steps.done.clear()


def stands(order: Order) -> tuple[str, str]:
    order.refresh_from_db()
    return order.state, order.fault


def test_gate_that_raises_needs_human_lets_an_approved_order_pass(settings: Settings) -> None:
    settings.PACKING_STEPS = ["shop.packing.steps.approval", GATE, *settings.PACKING_STEPS[1:]]
    order, other = make_order(), make_order()
    pack_all()
    assert stands(order) == ("need_human", "unpaid")
    assert approve(order, make_staff("agent"))
    pack_all()
    assert stands(order) == ("packed", "")
    assert stands(other) == ("need_human", "unpaid")


def test_approval_counts_for_its_code_alone(own_step: None) -> None:
    def ask_twice(order: Order) -> None:
        ask_staff(order, "needs_contract", staff="Is it signed?")
        ask_staff(order, "needs_credit")

    steps.done.append(ask_twice)
    order, staff = make_order(), make_staff("agent")
    pack_all()
    assert stands(order) == ("need_human", "needs_contract")
    assert approve(order, staff)
    pack_all()
    assert stands(order) == ("need_human", "needs_credit")
    assert approve(order, staff)
    pack_all()
    assert stands(order) == ("packed", "")
    approved = order.events.filter(kind="approved").values_list("fault", flat=True)
    assert list(approved) == ["needs_contract", "needs_credit"]


def test_step_that_raises_by_itself_is_not_skipped_by_an_approval(own_step: None) -> None:
    """It has not done its work: only `ask_staff` lets it go on."""

    def refuse(order: Order) -> None:
        raise NeedsHuman("needs_contract")

    steps.done.append(refuse)
    order = make_order()
    pack_all()
    order.refresh_from_db()
    assert approve(order, make_staff("agent"))
    pack_all()
    assert stands(order) == ("need_human", "needs_contract")
