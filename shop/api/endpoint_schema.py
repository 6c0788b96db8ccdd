"""Webhook endpoints as programs send them and get them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shop.api.response_schema import Answered, Number
from shop.notifications.webhooks.endpoints import EVENTS, WHOLE_KINDS
from shop.orders.document import Errors
from shop.orders.field_types import Webhook
from shop.orders.problems import SENTENCES

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
WORDS = {
    "missing": "is required.",
    "extra_forbidden": "is not a member of a webhook endpoint.",
    "literal_error": "must be names of events, as the guide lists them.",
    "list_type": "must be a list.",
    "too_short": "must name at least one event.",
    "too_long": f"must name at most {MANY} events.",
    "bool_type": "must be true or false.",
    "string_type": "must be a string.",
    "string_too_long": "must have at most 2000 characters.",
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
    """Members of an endpoint are not valid: `errors` has sentences by member."""

    def __init__(self, errors: Errors) -> None:
        super().__init__(errors)
        self.errors = errors


def check_endpoint(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The checked members of an endpoint; null is absent. Raises InvalidEndpointError."""
    given = {name: value for name, value in raw.items() if not _is_unset(name, value)}
    try:
        document = EndpointDocument.model_validate(given)
    except ValidationError as error:
        errors: Errors = {}
        for fault in error.errors(include_url=False, include_input=False):
            sentence = WORDS.get(fault["type"]) or SENTENCES.get(fault["type"], "is not valid.")
            sentences = errors.setdefault(str(fault["loc"][0]), [])
            if sentence not in sentences:
                sentences.append(sentence)
        raise InvalidEndpointError(errors) from None
    return {**document.model_dump(), "enabled": document.enabled is not False}


def _is_unset(name: str, value: Any) -> bool:
    return value is None and name in EndpointDocument.model_fields
