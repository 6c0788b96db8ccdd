"""Several workers on one database, each with files of its own, as on machines of their own."""

import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from shop.notifications.emails.models import Message
from shop.orders.models import Order, OrderEvent, State
from shop.packing.models import Packing
from shop.worker.models import Heartbeat, WorkerInstance
from tests.factories import make_order
from tests.waiting import slowness, wait_for
from tests.worker.real import beats, helpers, running_worker
from tests.worker.test_supervisor import CLUSTERS, gone, running_pool

pytestmark = [
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets us name processes"),
]


@pytest.fixture
def hours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which each run of the hourly work leaves a line."""
    path = tmp_path / "hours"
    monkeypatch.setenv("HOURS", str(path))
    return path


@pytest.fixture
def workers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[psutil.Process]]:
    """As many workers as the test asks for, all of them at work."""
    with ExitStack() as stack:
        started = []
        for number in range(request.param):
            var = tmp_path / f"machine{number}"
            worker = running_worker("tests.worker.machine_settings", VAR_DIR=str(var))
            started.append(stack.enter_context(worker))
        for worker in started:
            assert all(beats(cluster, 30, worker) for cluster in CLUSTERS)
        yield started


def place(number: int) -> None:
    for each in range(number):
        make_order(user_email=f"member{each}@example.com")


def states(model: type[Order | Message]) -> Counter[str]:
    return Counter(model.objects.values_list("state", flat=True))


def times_packed() -> Counter[int]:
    events = OrderEvent.objects.filter(state=State.PACKED)
    return Counter(Counter(events.values_list("order", flat=True)).values())


@pytest.mark.parametrize("workers", [3], indirect=True)
def test_one_of_three_freezes_one_is_killed_and_nothing_is_lost_or_done_twice(
    hours: Path, workers: list[psutil.Process]
) -> None:
    first, second, third = workers
    assert WorkerInstance.objects.count() == 3
    frozen = [running_pool(first), *helpers(first)]
    others = running_pool(second), running_pool(third)
    for process in frozen:
        process.suspend()
    # Its supervisor sees it although the others beat, and those leave their pools alone.
    assert wait_for(lambda: gone(frozen), 40)
    assert all(beats(cluster, 30, first) for cluster in CLUSTERS)
    assert (running_pool(second), running_pool(third)) == others
    assert sum(Heartbeat.objects.values_list("restarts", flat=True)) > 0

    place(16)
    assert wait_for(lambda: states(Order)["packed"] > 2, 20)
    second.kill()
    assert wait_for(lambda: states(Order) == {"packed": 16}, 60)
    assert times_packed() == {1: 16}
    assert wait_for(lambda: states(Message) == {"sent": 32}, 60)
    assert len(hours.read_text().splitlines()) == 1


@pytest.mark.parametrize("workers", [2], indirect=True)
@pytest.mark.usefixtures("hours")
def test_worker_that_ends_leaves_its_backlog_to_the_other_without_a_lease(
    workers: list[psutil.Process],
) -> None:
    first, _second = workers
    place(24)
    assert wait_for(lambda: states(Order)["packed"] > 2, 20)
    first.send_signal(signal.SIGTERM)
    assert first.wait(20 * slowness()) == 0
    assert states(Order)["pending"] > 0
    (left,) = WorkerInstance.objects.all()
    assert left.pid != first.pid
    assert wait_for(lambda: states(Order) == {"packed": 24}, 60)
    assert set(Packing.objects.values_list("attempts", flat=True)) == {1}
    assert wait_for(lambda: states(Message) == {"sent": 48}, 60)
    assert set(Message.objects.values_list("attempts", flat=True)) == {1}
