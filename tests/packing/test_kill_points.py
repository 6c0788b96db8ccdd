"""A process that packs a batch is killed at a given point: nothing is lost, and nothing is doubled."""

import subprocess
import sys

import pytest
from django.conf import settings
from django.utils import timezone

from shop.notifications.emails.models import Message
from shop.orders.models import Order, OrderEvent
from shop.packing.attempts import NOT_BEGUN
from shop.packing.models import Packing, StepRecord
from tests.factories import pack_all
from tests.packing.test_batches import delivered, make_orders, states, worker_dies
from tests.worker.real import environment

pytestmark = pytest.mark.django_db(transaction=True)

# Kills itself when it comes to the function `name` for the time `at`, before it or after it.
WORKER = """
import os, signal, sys
import django
django.setup()
from shop.packing import batches, dispatch

def kill():
    os.kill(os.getpid(), signal.SIGKILL)

# A slow machine must not divide the batch.
batches.HOLD = batches.TOO_LONG = 600.0
module, name, at, after = sys.argv[1:]
module = {"batches": batches, "dispatch": dispatch}[module]
original, calls = getattr(module, name), []

def killed(*arguments):
    calls.append(1)
    if len(calls) == int(at) and after == "before":
        kill()
    result = original(*arguments)
    if len(calls) == int(at):
        kill()
    return result

setattr(module, name, killed)
dispatch.run_due(lambda: None)
"""


def work_until_killed(*point: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORKER, *point],
        env=environment(),
        cwd=settings.BASE_DIR,
        check=False,
        capture_output=True,
    )
    assert done.returncode == -9, done.stderr.decode()


@pytest.mark.parametrize(
    ("point", "packed"),
    [
        pytest.param(("dispatch", "run_batch", "1", "before"), 0, id="after the claim"),
        pytest.param(("batches", "_run_steps", "2", "before"), 0, id="between two orders"),
        pytest.param(("batches", "save_delivered", "1", "after"), 0, id="after an order's steps"),
        pytest.param(("batches", "finish_all", "1", "before"), 0, id="before the end"),
        pytest.param(("batches", "finish_all", "1", "after"), 0, id="before the commit"),
        pytest.param(("batches", "_pack_some", "1", "after"), 3, id="after the commit"),
    ],
)
def test_worker_killed_in_a_batch_loses_and_doubles_nothing(
    point: tuple[str, ...], packed: int
) -> None:
    orders = make_orders(3)
    work_until_killed(*point)
    assert sorted(states()) == ["packed"] * packed + ["packing"] * (3 - packed)
    assert delivered() == [packed] * 5
    assert StepRecord.objects.count() == 4 * packed
    worker_dies()
    pack_all()
    assert states() == ["packed"] * 3
    assert delivered() == [3] * 5
    assert StepRecord.objects.count() == 12
    assert Message.objects.filter(kind=Message.Kind.INVITATION).count() == 3
    # The claim that came to nothing is told as such, and is no attempt.
    assert OrderEvent.objects.filter(note=NOT_BEGUN).count() == 3 - packed
    assert set(Packing.objects.values_list("attempts", flat=True)) == {1}
    for order in Order.objects.filter(pk__in=[order.pk for order in orders]):
        changes = [event.state for event in order.events.all()]
        assert changes[-2:] == ["packing", "packed"]
        assert order.deliveries.count() == len(changes)
        assert changes.count("packed") == 1


def test_order_alone_in_its_batch_counts_the_attempt_at_which_its_worker_was_killed() -> None:
    (order,) = make_orders(1)
    work_until_killed("batches", "finish_all", "1", "before")
    worker_dies()
    pack_all()
    record = Packing.objects.get()
    assert (states(), record.attempts) == (["pending"], 1)
    assert record.last_error == "The worker stopped in the middle."
    Packing.objects.update(next_attempt_at=timezone.now())
    pack_all()
    assert (states(), delivered()) == (["packed"], [1] * 5)
    assert Packing.objects.get(order=order).attempts == 2
