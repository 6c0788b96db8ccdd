"""A worker that is told to end finishes the piece under way, and leaves its backlog to others."""

from collections.abc import Iterator

import pytest

from shop.notifications.emails.models import Message
from shop.notifications.emails.send import send_due
from shop.notifications.webhooks.deliver import deliver_due
from shop.notifications.webhooks.models import Delivery
from shop.orders.models import Order
from shop.packing import dispatch
from shop.worker import shutdown
from shop.worker.models import InstanceBeat
from shop.worker.tasks import run_cluster
from tests.factories import make_order
from tests.notifications.receiver import make_order_for, receiving

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def calm() -> Iterator[None]:
    """No other test finds this process shutting down."""
    yield
    shutdown._flag.value = 0


def make_orders(number: int) -> None:
    for each in range(number):
        make_order(user_email=f"member{each}@example.com")


def test_batch_under_way_is_packed_and_the_rest_left() -> None:
    make_orders(dispatch.BATCH + 2)
    dispatch.run_due(shutdown.begin_shutdown)
    assert Order.objects.filter(state="packed").count() == dispatch.BATCH
    assert Order.objects.filter(state="pending", packing=None).count() == 2


def test_mail_under_way_is_sent_and_the_rest_left() -> None:
    make_orders(3)
    send_due(shutdown.begin_shutdown)
    states = sorted(Message.objects.values_list("state", flat=True))
    assert states == ["sent", "waiting", "waiting"]


def test_no_webhook_is_begun() -> None:
    with receiving() as receiver:
        make_order_for(receiver.uri)
        deliver_due(shutdown.begin_shutdown)
        assert receiver.calls == []
        shutdown._flag.value = 0
        deliver_due(lambda: None)
        assert len(receiver.calls) == 1
    assert Delivery.objects.get().state == "delivered"


def test_wake_up_is_not_followed() -> None:
    make_orders(1)
    shutdown.begin_shutdown()
    run_cluster("packing")
    assert not InstanceBeat.objects.exists()
    shutdown._flag.value = 0
    run_cluster("packing")
    assert Order.objects.get().state == "packed"
