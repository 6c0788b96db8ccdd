"""Webhook endpoints as programs send them and get them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from shop.api.response_schema import Answered, Number
from shop.faults import Fault, Faults, fault
from shop.notifications.webhooks.endpoints import EVENTS, WHOLE_KINDS
from shop.orders.field_types import Webhook
from shop.orders.problems import field_problem

Event = Literal[
    "order.*",
    "order.state_changed",
    "order.corrected",
    "order.member_joined",
    "order.erased",
    "invoice.*",
    "invoice.issued",
    "invoice.paid",
    "invoice.overdue",
    "subscription.*",
    "subscription.started",
    "subscription.changed",
    "subscription.cancelled",
    "subscription.ended",
]
MANY = len(EVENTS) + len(WHOLE_KINDS)
Events = Annotated[
    list[Event],
    Field(min_length=1, max_length=MANY, examples=[["order.*", "invoice.issued"]]),
]
Url = Annotated[Webhook, Field(examples=["https://partner.example/hooks"])]
# Pydantic's error types that mean something of their own here, as codes.
CODES = {
    "literal_error": "unknown_event",
    "list_type": "not_a_list",
    "too_short": "no_event",
    "too_long": "too_many_events",
    "bool_type": "not_a_boolean",
}


class EndpointDocument(BaseModel):
    """An endpoint to register."""

    model_config = ConfigDict(
        extra="forbid", strict=True, title="WebhookEndpointDocument", use_attribute_docstrings=True
    )

    url: Url
    """The URL to which events are POSTed: an absolute https URI of printable ASCII characters, a
    host name or a public address, no user information."""
    events: Events
    """The events to send; order.* stands for all events about orders."""
    enabled: bool | None = None
    """false: nothing is sent to it. Default true."""


class EndpointChange(BaseModel):
    """Changes of an endpoint; fields left out stay as they are."""

    model_config = ConfigDict(
        extra="forbid", strict=True, title="WebhookEndpointChange", use_attribute_docstrings=True
    )

    url: Url | None = None
    """The new URL, also for events that are waiting."""
    events: Events | None = None
    """The events to send from now on."""
    enabled: bool | None = None
    """false: nothing more is sent to it, not even events that are waiting."""


class EndpointAnswer(Answered):
    """A webhook endpoint of this application."""

    model_config = ConfigDict(title="WebhookEndpoint")

    id: Number
    """The id of the endpoint."""
    url: str
    """The URL to which events are POSTed, as sent."""
    events: list[str]
    """The events to send."""
    enabled: bool
    """false: nothing is sent to it. An endpoint that responds with 410 is switched off."""
    created_at: datetime
    """When it was registered, UTC."""


class RegisteredEndpointAnswer(EndpointAnswer):
    """A webhook endpoint that was just registered or given a new secret, with its secret."""

    model_config = ConfigDict(title="RegisteredWebhookEndpoint")

    secret: Annotated[str, Field(pattern="^whsec_[A-Za-z0-9+/=]+$")]
    """The key that signs its events. It is shown only once."""


class InvalidEndpointError(Exception):
    """Members of an endpoint are not valid: `faults` says what is wrong, by member."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(faults)
        self.faults = faults


def check_endpoint(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The checked members of an endpoint; null is absent. Raises InvalidEndpointError."""
    given = {name: value for name, value in raw.items() if not _is_unset(name, value)}
    try:
        document = EndpointDocument.model_validate(given)
    except ValidationError as error:
        faults: dict[str, list[Fault]] = {}
        for found in error.errors(include_url=False, include_input=False):
            told = faults.setdefault(str(found["loc"][0]), [])
            if (each := _fault(found)) not in told:
                told.append(each)
        raise InvalidEndpointError(faults) from None
    return {**document.model_dump(), "enabled": document.enabled is not False}


def _fault(found: ErrorDetails) -> Fault:
    if code := CODES.get(found["type"]):
        return fault(code, limit=MANY)
    return field_problem("", found).fault()


def _is_unset(name: str, value: Any) -> bool:
    return value is None and name in EndpointDocument.model_fields
