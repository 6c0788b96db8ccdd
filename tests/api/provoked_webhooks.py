"""A call of `/api/webhook_endpoints` for each code of its own, by the status it comes with."""

from collections.abc import Callable
from typing import Any

from pytest_django import Settings

from shop.notifications.webhooks.endpoints import LARGEST_NUMBER, register
from shop.notifications.webhooks.ping import MOST_WAITING, send_test
from shop.orders.placing import Caller
from tests.api.recorded_calls import bearer, call
from tests.factories import make_application, make_token, make_user
from tests.operations.archived import archive_all, make_cancelled_order
from tests.pages import Response

Call = Callable[[Settings], Response]
ENDPOINTS = "/api/webhook_endpoints"
ENDPOINT = {"url": "https://partner.example/hooks", "events": ["order.*"]}


def ask(method: str, path: str, body: Any = None) -> Call:
    """A call by an application without endpoints."""
    return lambda _settings: call(method, ENDPOINTS + path, body, **bearer(make_application()))


def at_endpoint(path: str, body: Any = None, **fields: Any) -> Call:
    """A call at the address of an endpoint of the application."""

    def provoke(_settings: Settings) -> Response:
        application = make_application()
        made = register(application, {**ENDPOINT, "enabled": True, **fields})
        return call("POST", f"{ENDPOINTS}/{made.pk}/{path}", body, **bearer(application))

    return provoke


def one_test_too_many(_settings: Settings) -> Response:
    application = make_application()
    made = register(application, {**ENDPOINT, "enabled": True})
    for _ in range(MOST_WAITING):
        send_test(made)
    return call("POST", f"{ENDPOINTS}/{made.pk}/test", {}, **bearer(application))


def one_endpoint_too_many(_settings: Settings) -> Response:
    application = make_application()
    for _ in range(LARGEST_NUMBER):
        register(application, {**ENDPOINT, "enabled": True})
    return call("POST", ENDPOINTS, ENDPOINT, **bearer(application))


def replay_of_an_archived_order(_settings: Settings) -> Response:
    application = make_application()
    made = register(application, {**ENDPOINT, "enabled": True})
    order = make_cancelled_order(caller=Caller(application=application))
    delivery = order.deliveries.filter(endpoint=made).first()
    assert delivery is not None
    archive_all()
    body = {"delivery": delivery.webhook_id}
    return call("POST", f"{ENDPOINTS}/{made.pk}/replay", body, **bearer(application))


def by_a_user(_settings: Settings) -> Response:
    return call("GET", ENDPOINTS, Authorization=f"Bearer {make_token(make_user())}")


def endpoint(members: dict[str, Any]) -> Call:
    """An endpoint with these members."""
    return ask("POST", "", {**ENDPOINT, **members})


WEBHOOKS: list[tuple[str, int, Call]] = [
    ("body_not_an_object", 400, ask("POST", "", [])),
    ("not_an_application", 403, by_a_user),
    ("webhook_endpoint_not_found", 404, ask("GET", "/1")),
    ("webhook_endpoint_disabled", 409, at_endpoint("test", {}, enabled=False)),
    ("too_many_test_events", 409, one_test_too_many),
    ("unknown_event", 422, endpoint({"events": ["invoices"]})),
    ("no_event", 422, endpoint({"events": []})),
    ("too_many_events", 422, endpoint({"events": ["order.*"] * 100})),
    ("not_a_list", 422, endpoint({"events": "order.*"})),
    ("not_a_boolean", 422, endpoint({"enabled": "yes"})),
    ("too_many_webhook_endpoints", 422, one_endpoint_too_many),
    ("since_or_delivery", 422, at_endpoint("replay", {})),
    ("delivery_archived", 422, replay_of_an_archived_order),
    ("unknown_delivery", 422, at_endpoint("replay", {"delivery": "msg_1"})),
]
