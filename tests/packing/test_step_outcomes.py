"""Outcomes by which `/metrics` counts steps: what waits, and what was taken over, is no failure."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from shop.access.measurements import Metric, measurements, written
from shop.orders.models import Order
from shop.packing.models import Packing
from shop.packing.outcomes import NeedsCorrection, NeedsHuman, NotBefore, RetryLater
from shop.packing.step_runner import StepOutcome
from tests.factories import make_order, pack_all
from tests.packing import steps

pytestmark = pytest.mark.django_db


def counted() -> list[tuple[str, ...]]:
    """The steps and outcomes that were counted."""
    measurements.write()
    return [labels for metric, labels, *_rest in written() if metric == Metric.STEPS.value]


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (None, StepOutcome.DONE),
        (NotBefore(timezone.now() + timedelta(days=2)), StepOutcome.WAITS),
        (RetryLater(10), StepOutcome.PASSING),
        (ConnectionRefusedError(), StepOutcome.PASSING),
        (ZeroDivisionError(), StepOutcome.BUG),
        (NeedsHuman("manual"), StepOutcome.PERSON),
        (NeedsCorrection("no_such_name"), StepOutcome.PERSON),
    ],
)
def test_step_is_counted_by_its_outcome(
    said: Exception | None, outcome: StepOutcome, settings: Settings
) -> None:
    settings.PACKING_STEPS = ["tests.packing.steps.say"]
    steps.says[:] = [said] if said else []
    make_order()
    pack_all()
    steps.says.clear()
    assert counted() == [("say", outcome.value)]


def test_step_whose_order_another_worker_took_over_is_no_bug(settings: Settings) -> None:
    def lose_lease(order: Order, key: str) -> None:
        Packing.objects.update(lease_token=uuid.uuid4())

    settings.PACKING_STEPS = ["tests.packing.steps.ask"]
    steps.asked[:] = [lose_lease]
    make_order()
    pack_all()
    assert counted() == [("ask", StepOutcome.LOST.value)]
