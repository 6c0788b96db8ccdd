"""Outcomes that a step raises, and what becomes of the order."""

from datetime import datetime, timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from pytest_django import Settings

from shop.orders.models import Order
from shop.orders.serializers import serialize_order
from shop.packing.attempts import totals
from shop.packing.models import Packing, StepRecord
from shop.packing.outcomes import NeedsCorrection, NeedsHuman, RetryLater
from shop.packing.recovery import retry
from shop.packing.step_names import step_key
from tests.factories import make_order, make_staff, make_user, pack_all
from tests.packing import steps
from tests.pages import visitor, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_step(settings: Settings) -> None:
    """A deployment's step after the shipped ones."""
    settings.PACKING_STEPS = [*settings.PACKING_STEPS, "tests.packing.steps.say"]


@pytest.fixture(autouse=True)
def silence() -> None:
    steps.says.clear()


def packed_while(said: Exception) -> Order:
    """An order whose step has said something, once."""
    order = make_order(language="en")
    steps.says.append(said)
    pack_all()
    steps.says.clear()
    return Order.objects.select_related("packing").get(pk=order.pk)


def page_of(order: Order) -> str:
    return words(visitor().get(f"/register/{order.order_hash}/"))


def staff_page_of(order: Order) -> str:
    return words(visitor(make_staff("agent")).get(f"/staff/orders/{order.pk}/"))


def test_step_that_returns_is_done() -> None:
    order = make_order()
    pack_all()
    assert [step.name for step in StepRecord.objects.filter(order=order)][-1] == "say"
    assert Order.objects.get().state == "packed"


def test_step_that_asks_for_later_is_tried_then_and_not_before(stopped_clock: datetime) -> None:
    order = packed_while(RetryLater(300, "the DNS entry spreads"))
    record = order.packing
    assert (order.state, record.attempts, record.last_step) == ("pending", 1, "say")
    assert (record.last_error, record.last_error_kind) == ("the DNS entry spreads", "passing")
    assert record.next_attempt_at
    wait = (record.next_attempt_at - stopped_clock).total_seconds()
    assert 300 <= wait <= 360
    pack_all()
    assert Packing.objects.get().attempts == 1
    Packing.objects.update(next_attempt_at=timezone.now())
    pack_all()
    record = Packing.objects.get()
    assert Order.objects.get().state == "packed"
    assert (record.last_error, record.last_error_kind) == ("", "")


def test_step_that_always_asks_for_later_needs_a_human_in_the_end(settings: Settings) -> None:
    order = make_order()
    steps.says.append(RetryLater(0))
    for _ in range(settings.PACKING_MAX_ATTEMPTS):
        Packing.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
        pack_all()
    order.refresh_from_db()
    assert (order.state, order.fault) == ("need_human", "tries_used_up")
    assert totals()["failures_passing"] == settings.PACKING_MAX_ATTEMPTS


def test_step_that_wants_something_mended_tells_customer_and_staff_apart() -> None:
    order = packed_while(
        NeedsCorrection(
            "subdomain taken", customer="Please choose another name.", staff="acme is ours"
        )
    )
    record = order.packing
    assert (order.state, order.fault) == ("has_packing_errors", "subdomain taken")
    assert (record.last_error, record.last_error_kind) == ("acme is ours", "person")
    assert serialize_order(order, "https://shop.example")["packing_errors"] == "subdomain taken"
    page, staff_page = page_of(order), staff_page_of(order)
    assert "Please choose another name." in page
    assert "acme" not in page
    assert "subdomain taken" not in page
    assert "acme is ours" in staff_page
    assert "(needs review)" in staff_page


def test_words_for_the_customer_go_with_their_fault() -> None:
    order = packed_while(NeedsCorrection("subdomain taken", customer="Please choose another name."))
    assert retry(order, make_user(is_staff=True))
    assert "Please choose" not in page_of(order)
    pack_all()
    assert Packing.objects.get().customer_text == ""


def test_step_that_needs_a_human_waits_for_one_and_goes_on_there() -> None:
    order = packed_while(NeedsHuman("credit check", staff="over the limit"))
    record = order.packing
    assert (order.state, order.fault) == ("need_human", "credit check")
    assert (record.last_error, record.last_error_kind) == ("over the limit", "")
    assert "over the limit" not in page_of(order)
    assert "over the limit" in staff_page_of(order)
    assert retry(order, make_user(is_staff=True))
    pack_all()
    order.refresh_from_db()
    assert order.state == "packed"
    assert StepRecord.objects.filter(order=order).count() == 5


@pytest.mark.parametrize("outcome", [NeedsCorrection, NeedsHuman])
def test_code_that_no_row_can_hold_is_refused(outcome: type[NeedsCorrection | NeedsHuman]) -> None:
    assert outcome("x" * 40).code == "x" * 40
    with pytest.raises(ValueError, match="40 characters"):
        outcome("x" * 41)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConnectionRefusedError("nobody listens"), "passing"),
        (TimeoutError("too slow"), "passing"),
        (OperationalError("the database is away"), "passing"),
        (KeyError("name"), "bug"),
        (AssertionError(), "bug"),
    ],
)
def test_any_other_exception_is_tried_again_and_its_kind_kept(error: Exception, kind: str) -> None:
    order = packed_while(error)
    assert order.state == "pending"
    assert order.packing.last_error_kind == kind
    assert order.packing.last_error.startswith(type(error).__name__)
    assert totals()[f"failures_{kind}"] == 1


def test_key_is_the_same_at_each_call_and_another_for_each_order_and_step(
    settings: Settings,
) -> None:
    settings.PACKING_STEPS = ["tests.packing.steps.ask"]
    keys: list[tuple[int, str]] = []

    def refuse(order: Order, key: str) -> None:
        keys.append((order.pk, key))
        raise TimeoutError

    steps.asked[:] = [refuse]
    first, second = make_order(), make_order()
    for _ in range(2):
        Packing.objects.update(next_attempt_at=None)
        pack_all()
    assert keys == [(order.pk, step_key(order, "ask")) for order in (first, second, first, second)]
    assert len({step_key(order, name) for order in (first, second) for name in ("ask", "b")}) == 4
    assert first.order_hash[:8] not in step_key(first, "ask")


def test_members_that_customers_may_mend_go_with_their_fault() -> None:
    packed_while(NeedsCorrection("subdomain taken", customer="Please.", members=["project_name"]))
    assert Packing.objects.get().mendable == ["project_name"]
    assert retry(Order.objects.get(), make_user(is_staff=True))
    pack_all()
    assert Packing.objects.get().mendable == []


@pytest.mark.parametrize("code", ["", "x" * 41])
def test_code_that_is_empty_or_too_long_is_a_bug_of_the_step(code: str) -> None:
    for outcome in (NeedsHuman, NeedsCorrection):
        with pytest.raises(ValueError, match="has 1 to 40 characters"):
            outcome(code)
        assert outcome("x" * 40).code == "x" * 40
