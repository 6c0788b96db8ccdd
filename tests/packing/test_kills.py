"""A real worker whose processes are killed while orders come in: nothing lost, nothing twice."""

from pathlib import Path

import psutil
import pytest

from shop.orders.models import Order
from shop.tenancy.models import Client, Invitation, Membership, Project
from tests.factories import make_order
from tests.worker.real import beats, running_worker, wait_for

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def packs(order: Order, seconds: float) -> bool:
    return wait_for(lambda: Order.objects.filter(pk=order.pk, state="packed").exists(), seconds)


def delivered_once(orders: int) -> bool:
    models = (Client, Project, Membership, Invitation)
    return [model.objects.count() for model in models] == [orders] * 4


def idle_workers(supervisor: psutil.Process) -> list[psutil.Process]:
    """The processes of the packing cluster that wait for a task (and its two helpers)."""
    (main,) = [
        child
        for child in supervisor.children()
        if child.environ().get("Q_CLUSTER_NAME") == "packing"
    ]
    (sentinel,) = main.children()
    found: list[psutil.Process] = sentinel.children()
    return found


def test_order_after_the_kill_of_an_idle_worker_packs_within_ten_seconds() -> None:
    with running_worker() as supervisor:
        assert beats("packing", 20)
        for orders, process in enumerate(idle_workers(supervisor), start=1):
            process.kill()
            order = make_order(user_email=f"nina{orders}@example.com")
            assert packs(order, 10)
            assert delivered_once(orders)
            # Until all processes are there again, so that each kill meets a whole cluster.
            assert beats("packing", 20)
            assert wait_for(lambda: len(idle_workers_or_none(supervisor)) == 4, 20)


def idle_workers_or_none(supervisor: psutil.Process) -> list[psutil.Process]:
    try:
        return idle_workers(supervisor)
    except (ValueError, psutil.Error):
        return []


def test_order_after_the_kill_of_a_busy_worker_packs_within_ten_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flag = tmp_path / "linger"
    flag.write_text("linger")
    names = ("client", "project", "member", "invitation")
    steps = [f"shop.packing.steps.{name}" for name in names]
    monkeypatch.setenv("LINGER_FILE", str(flag))
    monkeypatch.setenv(
        "PACKING_STEPS", ",".join([*steps[:2], "tests.packing.steps.linger", *steps[2:]])
    )
    monkeypatch.setenv("PACKING_LEASE_SECONDS", "3")
    with running_worker() as supervisor:
        assert beats("packing", 20)
        held = make_order(user_email="held@example.com")
        assert wait_for(lambda: flag.read_text().isdigit(), 10)
        busy = psutil.Process(int(flag.read_text()))
        assert supervisor.pid in [parent.pid for parent in busy.parents()]
        busy.kill()
        order = make_order(user_email="next@example.com")
        assert packs(order, 10)
        # The order it was at is taken back when its lease ends, and goes on where it stopped.
        assert packs(held, 40)
        assert delivered_once(2)
        assert Order.objects.get(pk=held.pk).packing.attempts == 2
