"""`/api/webhook_endpoints`: an application's own endpoints (contract, "Orders API")."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from shop.access.models import Application
from shop.access.tokens import WEBHOOKS, Bearer
from shop.api.auth import bearer_required, forbidden
from shop.api.endpoint_schema import (
    EndpointAnswer,
    EndpointChange,
    EndpointDocument,
    InvalidEndpointError,
    RegisteredEndpointAnswer,
    check_endpoint,
)
from shop.api.responses import OWN_HEADERS, failure, success
from shop.faults import fault
from shop.json_body import UnreadableBodyError, read_json
from shop.notifications.webhooks.endpoints import (
    LARGEST_NUMBER,
    TooManyEndpointsError,
    change,
    delete,
    register,
    shown_endpoint,
)
from shop.notifications.webhooks.models import WebhookEndpoint
from shop.openapi import Operation
from shop.view_types import View

NOT_AN_OBJECT = fault("body_not_an_object", members="the members of a webhook endpoint")


def of_endpoint(view: Callable[[HttpRequest, WebhookEndpoint], HttpResponse]) -> View:
    """Call `view` with the application's endpoint of the address; 404 for another's."""

    @wraps(view)
    def found(request: HttpRequest, bearer: Bearer, endpoint_id: int) -> HttpResponse:
        application = _application(bearer)
        if application is None:
            return _not_an_application()
        try:
            return view(request, application.webhook_endpoints.get(pk=endpoint_id))
        except WebhookEndpoint.DoesNotExist:  # perhaps deleted at this moment
            return failure(404, fault("webhook_endpoint_not_found"))

    return found


@bearer_required(
    POST=Operation(
        "registerWebhookEndpoint",
        "Register a webhook endpoint",
        "Events about the orders that this application placed are sent there from now on. The "
        f"answer shows the secret that signs them, this once. There may be {LARGEST_NUMBER}.",
        answers={201: RegisteredEndpointAnswer},
        body=EndpointDocument,
        headers=("Location",),
        scope=WEBHOOKS,
    ),
    GET=Operation(
        "listWebhookEndpoints",
        "List your webhook endpoints",
        "The endpoints of this application, in the order in which they were registered.",
        answers={200: list[EndpointAnswer]},
        scope=WEBHOOKS,
    ),
)
def endpoints(request: HttpRequest, bearer: Bearer) -> HttpResponse:
    """Register an endpoint, or list those of the application."""
    application = _application(bearer)
    if application is None:
        return _not_an_application()
    if request.method == "POST":
        return _register(request, application)
    return success(
        200, {"array": [shown_endpoint(each) for each in application.webhook_endpoints.all()]}
    )


@bearer_required(
    GET=Operation(
        "showWebhookEndpoint",
        "Show a webhook endpoint",
        "The endpoint as it is now, without its secret.",
        {200: EndpointAnswer},
        scope=WEBHOOKS,
    ),
    PATCH=Operation(
        "changeWebhookEndpoint",
        "Change a webhook endpoint",
        "Changes the fields that are sent. The secret stays the same.",
        {200: EndpointAnswer},
        body=EndpointChange,
        scope=WEBHOOKS,
    ),
    DELETE=Operation(
        "deleteWebhookEndpoint",
        "Delete a webhook endpoint",
        "Nothing more is sent there, not even events that are waiting.",
        {204: None},
        scope=WEBHOOKS,
    ),
)
@of_endpoint
def endpoint(request: HttpRequest, found: WebhookEndpoint) -> HttpResponse:
    """Show, change or delete an endpoint."""
    if request.method == "PATCH":
        return _change(request, found)
    if request.method == "DELETE":
        delete(found)
        return HttpResponse(status=204, headers=OWN_HEADERS)
    return success(200, {"webhook_endpoint": shown_endpoint(found)})


def _register(request: HttpRequest, application: Application) -> HttpResponse:
    try:
        value = read_json(request)
    except UnreadableBodyError as error:
        return failure(error.status, error.fault, error.headers)
    if not isinstance(value, dict):
        return failure(400, NOT_AN_OBJECT)
    try:
        made = register(application, check_endpoint(value))
    except InvalidEndpointError as refusal:
        return failure(422, refusal.faults)
    except TooManyEndpointsError:
        return failure(422, fault("too_many_webhook_endpoints", limit=LARGEST_NUMBER))
    location = reverse("api_webhook_endpoint", args=[made.pk])
    shown = {**shown_endpoint(made), "secret": made.secret}
    return success(201, {"webhook_endpoint": shown}, {"Location": location})


def _change(request: HttpRequest, found: WebhookEndpoint) -> HttpResponse:
    try:
        value = read_json(request)
    except UnreadableBodyError as error:
        return failure(error.status, error.fault, error.headers)
    if not isinstance(value, dict):
        return failure(400, NOT_AN_OBJECT)
    kept = {"url": found.url, "events": found.events, "enabled": found.enabled}
    given = {name: each for name, each in value.items() if each is not None or name not in kept}
    try:
        checked = check_endpoint({**kept, **given})
    except InvalidEndpointError as refusal:
        return failure(422, refusal.faults)
    # What is not sent stays as it is, even if another call changes it at this moment.
    change(found, {name: checked[name] for name in given})
    return success(200, {"webhook_endpoint": shown_endpoint(found)})


def _application(bearer: Bearer) -> Application | None:
    """The application itself: a user's token that it holds is for that user's orders alone."""
    return None if bearer.token.user_id else bearer.application


def _not_an_application() -> HttpResponse:
    return forbidden(fault("not_an_application"), WEBHOOKS)
