"""A worker that gets next to no CPU still comes up; one that is frozen is still replaced."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil
import pytest

from shop.orders.models import Order, State
from shop.worker.models import Heartbeat
from tests.factories import make_order
from tests.waiting import wait_for
from tests.worker.real import beats, running_worker

pytestmark = [
    pytest.mark.long,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
]

# Seconds out of each second: too little to start within a fixed allowance.
SLICE = 0.02


@contextmanager
def starved(supervisor: psutil.Process) -> Iterator[None]:
    """All clusters' processes run for SLICE of each second, and are stopped for the rest."""
    over = threading.Event()

    def hold() -> None:
        while not over.is_set():
            held: set[psutil.Process] = set()
            until = time.monotonic() + 1 - SLICE
            while time.monotonic() < until and not over.wait(0.01):
                for process in {*supervisor.children(recursive=True)} - held:
                    with suppress(psutil.NoSuchProcess):
                        process.suspend()
                        held.add(process)
            for process in held:
                with suppress(psutil.NoSuchProcess):
                    process.resume()
            over.wait(SLICE)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_starved_worker_comes_up_without_a_restart_and_packs() -> None:
    order = make_order()
    with running_worker() as supervisor:
        with starved(supervisor):
            packed = Order.objects.filter(pk=order.pk, state=State.PACKED)
            assert wait_for(packed.exists, 240)
        assert all(beats(cluster, 60) for cluster in ("packing", "messages", "webhooks"))
    assert set(Heartbeat.objects.values_list("restarts", flat=True)) == {0}
