"""Test events: sent to one endpoint, so that a partner sees that it works."""

from django.db import transaction

from shop.notifications.webhooks.endpoints import (
    EndpointDisabledError,
    lock_endpoint,
    receiver_of,
    shown_endpoint,
)
from shop.notifications.webhooks.events import written
from shop.notifications.webhooks.models import ENDPOINT_TEST, Delivery, WebhookEndpoint

MOST_WAITING = 10  # test events of one endpoint that were not attempted yet


class TooManyTestsError(Exception):
    """MOST_WAITING test events of the endpoint wait for their first attempt."""


def send_test(endpoint: WebhookEndpoint) -> Delivery:
    """Queue a test event for `endpoint`, whatever events it asks for, and return its delivery.

    Raises EndpointDisabledError and TooManyTestsError, and WebhookEndpoint.DoesNotExist if it has
    been deleted.
    """
    with transaction.atomic():
        lock_endpoint(endpoint)
        if not endpoint.enabled:
            raise EndpointDisabledError
        waiting = endpoint.deliveries.filter(
            type=ENDPOINT_TEST, state=Delivery.State.WAITING, attempts=0
        )
        if waiting.count() >= MOST_WAITING:
            raise TooManyTestsError
        return Delivery.objects.create(
            application_id=endpoint.application_id,
            endpoint=endpoint,
            type=ENDPOINT_TEST,
            payload=written(ENDPOINT_TEST, {"webhook_endpoint": shown_endpoint(endpoint)}),
            receiver=receiver_of(endpoint.url),
        )
