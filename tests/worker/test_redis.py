"""BROKER=redis with a real Redis: what it loses, the worker finds."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings as current
from django_q.models import OrmQ

from shop.orders.models import Order
from shop.worker.models import Heartbeat
from tests.redis_server import Server, throw_away_server
from tests.waiting import wait_for
from tests.worker.real import beats, environment, running_worker

pytestmark = [
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
    pytest.mark.once,
]

PLACE = "from tests.factories import make_order; make_order()"


@pytest.fixture
def server() -> Iterator[Server]:
    with throw_away_server() as started:
        yield started


@pytest.fixture
def broker(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The processes that the test starts find their queue in Redis."""
    monkeypatch.setenv("BROKER", "redis")
    monkeypatch.setenv("REDIS_URL", server.url)
    return server


def place() -> None:
    """Place an order as a web server does, in a process of its own."""
    subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", PLACE],
        cwd=current.BASE_DIR,
        env=environment(),
        check=True,
    )


def packed(number: int) -> bool:
    return Order.objects.filter(state="packed").count() == number


def test_orders_are_packed_with_wake_ups_in_redis(broker: Server) -> None:
    place()
    assert broker.client().llen("django_q:packing:q") == 1
    with running_worker():
        assert wait_for(lambda: packed(1), 30)
        place()
        assert wait_for(lambda: packed(2), 10)
    assert not OrmQ.objects.exists()


def test_orders_are_packed_while_redis_is_away_and_with_wake_ups_once_it_is_back(
    broker: Server,
) -> None:
    with running_worker():
        assert beats("packing", 20)
        broker.kill()
        # Nobody can be woken up. A tick finds the order.
        place()
        assert wait_for(lambda: packed(1), 10)
        broker.start()
        broker.client().rpush("django_q:packing:q", "of somebody else")
        assert wait_for(lambda: not broker.client().llen("django_q:packing:q"), 10)
        place()
        assert wait_for(lambda: packed(2), 10)
    assert set(Heartbeat.objects.values_list("restarts", flat=True)) == {0}


def test_worker_that_starts_while_redis_is_away_packs(broker: Server) -> None:
    place()
    broker.kill()
    with running_worker():
        assert wait_for(lambda: packed(1), 30)
