"""Packing goes on while a mail server hangs and an endpoint is silent, both at once."""

import socket
import sys

import psutil
import pytest

from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Attempt
from shop.orders.models import Order, State
from tests.factories import make_order
from tests.notifications.receiver import make_order_for, receiving, silent
from tests.waiting import wait_for
from tests.worker.real import beats, helpers, running_worker

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]


def at_work(supervisor: psutil.Process) -> set[str]:
    return {helper.name() for helper in helpers(supervisor)}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets us name processes")
def test_hanging_mail_server_and_silent_endpoint_do_not_hold_up_packing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # It takes connections and never says a word.
    with socket.create_server(("127.0.0.1", 0)) as mute, receiving(silent) as receiver:
        monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{mute.getsockname()[1]}")
        with running_worker("tests.worker.patient_settings") as supervisor:
            assert all(beats(cluster, 20) for cluster in ("packing", "messages", "webhooks"))
            make_order_for(receiver.uri)
            sending = Message.objects.filter(state=Message.State.SENDING)
            # As many mails hang as processes may send mails.
            assert wait_for(lambda: sending.count() == 2, 30)
            assert wait_for(lambda: len(receiver.calls) > 0, 30)
            assert {"shop-messages", "shop-webhooks"} <= at_work(supervisor)
            # More ticks than there are processes: each would begin another mail.
            for number in range(6):
                assert beats("packing", 5)
                order = make_order(user_email=f"member{number}@example.com")
                packed = Order.objects.filter(pk=order.pk, state=State.PACKED)
                assert wait_for(packed.exists, 3)
            assert sending.count() == 2
            # Meanwhile nothing else went out.
            assert not Attempt.objects.exists()
            assert not Message.objects.filter(state=Message.State.SENT).exists()
            mute.close()
