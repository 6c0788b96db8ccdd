"""Test events: sent to one endpoint alone, whatever it asks for."""

import json

import pytest
from standardwebhooks import Webhook

from shop.notifications.retention import delete_expired
from shop.notifications.webhooks.endpoints import (
    EndpointDisabledError,
    change,
    delete,
    register,
    shown_endpoint,
)
from shop.notifications.webhooks.models import Delivery, WebhookEndpoint
from shop.notifications.webhooks.ping import MOST_WAITING, TooManyTestsError, send_test
from tests.factories import make_application
from tests.notifications.receiver import deliver_all, in_turn, receiving, status
from tests.notifications.test_retention import age

pytestmark = pytest.mark.django_db

HOOK = {"url": "https://partner.example/hooks", "events": ["invoice.paid"]}


@pytest.mark.django_db(transaction=True)
def test_test_event_comes_signed_and_shows_the_endpoint_without_its_secret() -> None:
    with receiving() as local:
        application = make_application()
        endpoint = register(application, {**HOOK, "url": local.uri})
        other = register(application, {**HOOK, "url": local.uri, "events": ["order.*"]})
        delivery = send_test(endpoint)
        deliver_all()
        (call,) = local.calls
        event = Webhook(endpoint.secret).verify(call.body, call.headers)
    assert call.headers["webhook-id"] == delivery.webhook_id
    assert event == {
        "type": "webhook_endpoint.test",
        "timestamp": json.loads(delivery.payload)["timestamp"],
        "data": {"webhook_endpoint": shown_endpoint(endpoint)},
    }
    assert "secret" not in delivery.payload
    delivery.refresh_from_db()
    assert (delivery.state, delivery.order, delivery.application) == (
        "delivered",
        None,
        application,
    )
    assert not other.deliveries.exists()


@pytest.mark.django_db(transaction=True)
def test_test_event_is_tried_again_and_410_switches_the_endpoint_off() -> None:
    with receiving(in_turn(status(500), status(410))) as local:
        endpoint = register(make_application(), {**HOOK, "url": local.uri})
        delivery = send_test(endpoint)
        deliver_all()
        delivery.refresh_from_db()
        assert (delivery.state, delivery.attempts) == ("waiting", 1)
        Delivery.objects.update(next_attempt_at=delivery.created_at)
        deliver_all()
    delivery.refresh_from_db()
    endpoint.refresh_from_db()
    assert (delivery.state, endpoint.enabled) == ("gone", False)


def test_endpoint_that_is_off_or_deleted_gets_none() -> None:
    off = register(make_application(), {**HOOK, "enabled": False})
    with pytest.raises(EndpointDisabledError):
        send_test(off)
    deleted = register(off.application, HOOK)
    delete(WebhookEndpoint.objects.get(pk=deleted.pk))
    with pytest.raises(WebhookEndpoint.DoesNotExist):
        send_test(deleted)
    assert not Delivery.objects.exists()


def test_few_test_events_wait_at_once() -> None:
    endpoint, other = (register(make_application(), HOOK) for _ in range(2))
    for _ in range(MOST_WAITING):
        send_test(endpoint)
    with pytest.raises(TooManyTestsError):
        send_test(endpoint)
    assert send_test(other)
    endpoint.deliveries.update(attempts=1)
    assert send_test(endpoint)


def test_test_event_that_waits_goes_to_the_new_url() -> None:
    endpoint = register(make_application(), HOOK)
    delivery = send_test(endpoint)
    change(endpoint, {"url": "https://new.example:8443/"})
    delivery.refresh_from_db()
    assert (delivery.receiver, delivery.url) == ("new.example:8443", "https://new.example:8443/")


def test_old_test_events_are_deleted_as_other_webhooks() -> None:
    endpoint = register(make_application(), HOOK)
    waiting, ended = send_test(endpoint), send_test(endpoint)
    Delivery.objects.filter(pk=ended.pk).update(state="delivered")
    delete_expired(lambda: None)
    assert Delivery.objects.count() == 2
    age(Delivery, 10_000)
    delete_expired(lambda: None)
    assert Delivery.objects.get() == waiting
