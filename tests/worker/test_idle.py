"""A look in vain, once a second, costs few statements."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.notifications.webhooks.models import Delivery
from shop.worker.tasks import run_cluster
from tests.notifications.receiver import make_order_for, receiving

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("cluster", "statements"), [("messages", 13), ("webhooks", 2)])
def test_look_in_vain_takes_few_statements(cluster: str, statements: int) -> None:
    for _time in range(2):  # with the hourly work, and the PDFs of all legal pages
        run_cluster(cluster)
    with CaptureQueriesContext(connection) as queries:
        run_cluster(cluster)
    assert len(queries) == statements


def test_webhook_that_is_due_is_looked_for_and_sent() -> None:
    run_cluster("webhooks")
    with receiving() as receiver:
        make_order_for(receiver.uri)
        run_cluster("webhooks")
        assert len(receiver.calls) == 1
    assert Delivery.objects.get().state == "delivered"
