"""Several workers at the same moment, and a real one: each event once, nobody held up."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection

from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Attempt, Delivery
from shop.notifications.webhooks.selection import claim
from shop.orders.models import Order
from tests.factories import make_application, pack_all
from tests.notifications.receiver import (
    deliver_all,
    make_order_for,
    make_partner,
    receiving,
    silent,
    slow,
    status,
)
from tests.waiting import wait_for
from tests.worker.real import beats, running_worker

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 4


def at_once(call: Callable[[], object]) -> list[object]:
    """Return the results of `call` for several workers that start together."""
    barrier = threading.Barrier(WORKERS)
    results: list[object] = []

    def one() -> None:
        try:
            barrier.wait()
            results.append(call())
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == WORKERS
    return results


def test_claim_has_one_winner() -> None:
    for number in range(6):
        make_order_for(f"https://partner{number}.example/", make_application())
    claimed = [delivery.pk for part in at_once(lambda: claim(10)) for delivery in part]  # type: ignore[attr-defined]
    assert sorted(claimed) == list(Delivery.objects.values_list("pk", flat=True))
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sending", 1)}


def test_several_drains_send_each_event_once() -> None:
    application = make_partner()
    with receiving(slow(0.05, status(200))) as receiver:
        for _ in range(4):
            make_order_for(receiver.uri, application)
        pack_all()
        at_once(deliver_all)
    assert len(receiver.calls) == 12
    assert len(set(receiver.ids)) == 12
    assert Attempt.objects.count() == 12
    assert set(Delivery.objects.values_list("state", "attempts")) == {("delivered", 1)}


def test_no_transaction_is_open_during_a_call() -> None:
    open_ones: list[bool] = []

    def look(handler: object) -> None:
        # On SQLite a transaction of the worker would keep this one out.
        began = time.monotonic()
        Order.objects.update(tier_name="Seen")
        open_ones.append(time.monotonic() - began > 10)
        connection.close()
        status(200)(handler)  # type: ignore[arg-type]

    with receiving(look) as receiver:
        make_order_for(receiver.uri)
        deliver_all()
    assert open_ones == [False]
    assert Order.objects.get().tier_name == "Seen"
    assert Delivery.objects.get().state == "delivered"


@pytest.mark.long
def test_receiver_that_never_answers_holds_up_neither_orders_nor_mail_nor_others() -> None:
    application = make_partner()
    worker = running_worker("tests.notifications.patient_settings")
    with worker as supervisor, receiving(silent) as mute, receiving() as receiver:
        assert supervisor.is_running()
        assert all(beats(cluster, 20) for cluster in ("packing", "messages", "webhooks"))
        for _ in range(3):
            make_order_for(mute.uri, application)
        assert wait_for(lambda: len(mute.calls) == 3, 30)
        # To another address: the first has had its mails of the day.
        order = make_order_for(receiver.uri, application, user_email="other@gmx.com")
        assert wait_for(lambda: len(receiver.calls) == 3, 30)
        order.refresh_from_db()
        assert order.state == "packed"
        mails = Message.objects.filter(order=order)
        assert wait_for(lambda: set(mails.values_list("state", flat=True)) == {"sent"}, 30)
        assert Attempt.objects.filter(delivery__receiver=mute.address).count() == 0
    assert len(set(receiver.ids)) == 3
