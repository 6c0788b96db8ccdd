"""The guide's commands for webhook endpoints, run as printed."""

import pytest
from django.test import Client

from shop.access.tokens import SCOPES, issue
from shop.notifications.webhooks.models import Delivery, WebhookEndpoint
from shop.orders.placing import Caller
from tests.api.guides import printed, sent_by
from tests.factories import make_application, make_order
from tests.pages import Response

pytestmark = pytest.mark.django_db


def run(name: str) -> Response:
    """The answer to a printed command, with the number of the only endpoint there is."""
    sent = sent_by(printed(f"{name}-curl"))
    endpoint = WebhookEndpoint.objects.first()
    path = sent.path.replace("/1/", f"/{endpoint.pk if endpoint else 1}/")
    kind = sent.headers.pop("Content-Type", "")
    return Client().generic(sent.method, path, sent.body, kind, headers=sent.headers)


def test_endpoint_is_registered_tested_and_replayed_as_printed() -> None:
    application = make_application()
    issue("Demo", holder=application, scopes=SCOPES, value="example-token")
    registered = run("endpoint")
    assert registered.status_code == 201
    shown = registered.json()["data"]["webhook_endpoint"]
    assert shown["url"] == "https://partner.example/hooks/orders"
    assert shown["events"] == ["order.*", "invoice.issued"]
    tested = run("test-event")
    assert tested.status_code == 202
    assert [delivery.endpoint_id for delivery in Delivery.objects.all()] == [shown["id"]]
    Delivery.objects.update(state="failed")
    make_order("s", Caller(application=application))  # its event waits
    listed = run("deliveries")
    assert (listed.status_code, listed.headers["Total"]) == (200, "1")
    assert run("replay").status_code == 202
