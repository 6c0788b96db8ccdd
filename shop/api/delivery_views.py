"""Tests, deliveries, replays and new secrets of webhook endpoints (contract, "Orders API")."""

from urllib.parse import urljoin

from django.http import HttpRequest, HttpResponse

from shop.access.tokens import WEBHOOKS
from shop.api.auth import bearer_required
from shop.api.delivery_schema import (
    DeliveryAnswer,
    DeliveryQuery,
    InvalidReplayError,
    NothingDocument,
    ReplayAnswer,
    ReplayDocument,
    check_replay,
)
from shop.api.endpoint_schema import RegisteredEndpointAnswer
from shop.api.endpoint_views import of_endpoint
from shop.api.paging import InvalidQueryError, Page, read_query
from shop.api.responses import failure, success
from shop.base_url import base_url
from shop.faults import fault
from shop.json_body import UnreadableBodyError, has_body, read_json
from shop.notifications.webhooks.endpoint_log import deliveries_of, shown_delivery
from shop.notifications.webhooks.endpoints import (
    EndpointDisabledError,
    rotate_secret,
    shown_endpoint,
)
from shop.notifications.webhooks.models import Delivery, WebhookEndpoint
from shop.notifications.webhooks.ping import MOST_WAITING, TooManyTestsError, send_test
from shop.notifications.webhooks.replay import MOST_AT_ONCE, replay_endpoint
from shop.openapi import Operation
from shop.orders.archived_order import archived_with
from shop.orders.cursors import sorted_after
from shop.orders.problems import Problem
from shop.orders.serializers import utc_text


@bearer_required(
    POST=Operation(
        "testWebhookEndpoint",
        "Send a test event to a webhook endpoint",
        "Sends the event webhook_endpoint.test, whichever events the endpoint asks for, signed and "
        "repeated like any other. The response is the delivery; the list of deliveries shows "
        "the outcome.",
        {202: DeliveryAnswer},
        body=NothingDocument,
        is_body_optional=True,
        refusals={
            409: f"The endpoint is switched off, or {MOST_WAITING} test events wait for it: nothing "
            "was sent."
        },
        scope=WEBHOOKS,
    )
)
@of_endpoint
def test(request: HttpRequest, found: WebhookEndpoint) -> HttpResponse:
    """Send a test event."""
    if refusal := _refused_body(request):
        return refusal
    try:
        delivery = send_test(found)
    except EndpointDisabledError:
        return failure(409, fault("webhook_endpoint_disabled"))
    except TooManyTestsError:
        return failure(409, fault("too_many_test_events", limit=MOST_WAITING))
    return success(202, {"delivery": shown_delivery(deliveries_of(found).get(pk=delivery.pk))})


@bearer_required(
    POST=Operation(
        "rotateWebhookEndpointSecret",
        "Replace the secret of a webhook endpoint",
        "The answer shows the new secret, this once. For 24 hours events carry two signatures, with "
        "the old secret and the new one.",
        {200: RegisteredEndpointAnswer},
        body=NothingDocument,
        is_body_optional=True,
        scope=WEBHOOKS,
    )
)
@of_endpoint
def secret(request: HttpRequest, found: WebhookEndpoint) -> HttpResponse:
    """Replace the secret."""
    if refusal := _refused_body(request):
        return refusal
    made = rotate_secret(found)
    return success(200, {"webhook_endpoint": {**shown_endpoint(found), "secret": made}})


@bearer_required(
    GET=Operation(
        "listWebhookDeliveries",
        "List the deliveries of a webhook endpoint, newest first",
        "The events that were sent or are waiting, with the last attempts and the beginning of your responses.",
        {200: list[DeliveryAnswer]},
        query=DeliveryQuery,
        headers=("Total", "Per-Page", "Links", "Link"),
        scope=WEBHOOKS,
    )
)
@of_endpoint
def deliveries(request: HttpRequest, found: WebhookEndpoint) -> HttpResponse:
    """List the deliveries of an endpoint."""
    try:
        query = read_query(DeliveryQuery, request.GET)
    except InvalidQueryError as refusal:
        return failure(422, refusal.faults)
    chosen = deliveries_of(found)
    if query.state:
        chosen = chosen.filter(state=query.state)
    first = (query.page - 1) * query.per_page
    rows = sorted_after(chosen, "created_at", query.position, descending=True)
    shown = list(rows[first : first + query.per_page + 1])
    last = shown[query.per_page - 1] if len(shown) > query.per_page else None
    after = (last.created_at, last.pk) if last else None
    page = Page(shown[: query.per_page], chosen.count(), query, after)
    return page.answer(
        [shown_delivery(each) for each in page.rows], urljoin(base_url(request), request.path)
    )


@bearer_required(
    POST=Operation(
        "replayWebhookDeliveries",
        "Send events again to a webhook endpoint",
        "Sends one delivery again, or all since a time, also those that were delivered: with the "
        "same webhook-id and the same payload, signed anew, with as many attempts as at first. At "
        f"most {MOST_AT_ONCE} at once, the oldest first.",
        {202: ReplayAnswer},
        body=ReplayDocument,
        refusals={409: "The endpoint is switched off: nothing is sent."},
        scope=WEBHOOKS,
    )
)
@of_endpoint
def replay(request: HttpRequest, found: WebhookEndpoint) -> HttpResponse:
    """Send one delivery again, or all since a time."""
    try:
        value = read_json(request)
    except UnreadableBodyError as error:
        return failure(error.status, error.fault, error.headers)
    if not isinstance(value, dict):
        return failure(400, fault("body_not_an_object", members="since or delivery"))
    try:
        asked = check_replay(value)
        done = replay_endpoint(found, since=asked.since, delivery=asked.delivery)
    except InvalidReplayError as refusal:
        return failure(422, refusal.faults)
    except EndpointDisabledError:
        return failure(409, fault("webhook_endpoint_disabled"))
    except Delivery.DoesNotExist:
        is_archived = archived_with([asked.delivery or ""]).filter(application=found.application)
        code = "delivery_archived" if is_archived.exists() else "unknown_delivery"
        return failure(422, {"delivery": [fault(code)]})
    next_since = done.next_since and utc_text(done.next_since)
    return success(202, {"replay": {"replayed": done.number, "next_since": next_since}})


def _refused_body(request: HttpRequest) -> HttpResponse | None:
    """Refuse a body that asks for something: there is nothing to ask for."""
    if not has_body(request):
        return None
    try:
        value = read_json(request)
    except UnreadableBodyError as error:
        return failure(error.status, error.fault, error.headers)
    if not isinstance(value, dict):
        return failure(400, fault("body_not_an_object", members="{}, or missing"))
    if value:
        return failure(422, {name: [Problem(name, "unknown_member").fault()] for name in value})
    return None
