"""A real worker whose processes are killed while orders come in: nothing lost, nothing twice."""

from pathlib import Path

import psutil
import pytest

from shop.orders.models import Order
from shop.packing.models import Packing
from shop.tenancy.models import Client, Invitation, Membership, Project
from shop.worker.models import Heartbeat
from tests.factories import make_order
from tests.waiting import wait_for
from tests.worker.real import beats, helpers, pool, running_worker

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]


def packs(order: Order, seconds: float) -> bool:
    return wait_for(lambda: Order.objects.filter(pk=order.pk, state="packed").exists(), seconds)


def delivered_once(orders: int) -> bool:
    models = (Client, Project, Membership, Invitation)
    return [model.objects.count() for model in models] == [orders] * 4


# Two of the workers, who writes down, and who fetches.
@pytest.mark.parametrize("place", [0, 4, 5, 6])
def test_order_after_the_kill_of_an_idle_worker_packs_within_ten_seconds(place: int) -> None:
    with running_worker() as supervisor:
        assert beats("packing", 20)
        assert wait_for(lambda: len(helpers(supervisor)) == 7, 20)
        helpers(supervisor)[place].kill()
        order = make_order()
        assert packs(order, 10)
        assert delivered_once(1)


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


def test_slow_steps_on_all_workers_at_once_are_not_taken_for_freezing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PACKING_STEPS", "shop.packing.steps.client,tests.packing.steps.nap")
    monkeypatch.setenv("PACKING_STEP_SECONDS", "10")
    with running_worker() as supervisor:
        assert beats("packing", 20)
        before = Heartbeat.objects.get(cluster="packing").restarts
        before_them = pool(supervisor)
        orders = [make_order(user_email=f"member{number}@example.com") for number in range(4)]
        assert all(packs(order, 40) for order in orders)
        assert pool(supervisor) == before_them
    assert Heartbeat.objects.get(cluster="packing").restarts == before
    assert set(Packing.objects.values_list("attempts", flat=True)) == {1}
