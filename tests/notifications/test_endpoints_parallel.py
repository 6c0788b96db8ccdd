"""An endpoint that is deleted or switched off while an event for it is being written."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from shop.notifications.webhooks.endpoints import delete, endpoints_for, register, switch_off
from shop.notifications.webhooks.models import Delivery, WebhookEndpoint
from tests.factories import make_application
from tests.notifications.receiver import deliver_all, receiving

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # SQLite has one writer at a time.
    pytest.mark.skipif("connection.vendor != 'postgresql'"),
]


@pytest.mark.parametrize("end", [delete, switch_off])
def test_event_that_is_being_written_is_neither_refused_nor_sent(
    end: Callable[[WebhookEndpoint], None],
) -> None:
    application = make_application()

    def meanwhile(endpoint: WebhookEndpoint) -> None:
        try:
            end(endpoint)
        finally:
            connection.close()

    with receiving() as local, ThreadPoolExecutor(1) as thread:
        register(application, {"url": local.uri, "events": ["order.*"]})
        with transaction.atomic():
            ((found,),) = endpoints_for("order.corrected", {application.pk}).values()
            thread.submit(meanwhile, found).result(60)
            late = {"type": "order.corrected", "payload": "{}", "receiver": local.address}
            Delivery.objects.create(application=application, endpoint=found, **late)
        deliver_all()
        assert local.calls == []
    assert Delivery.objects.get().state == "gone"
