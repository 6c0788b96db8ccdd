"""Deliveries of webhook endpoints as programs get them, and what they send to replay some."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from shop.api.list_parameters import Moment
from shop.api.paging import PageQuery, like
from shop.api.response_schema import Answered
from shop.faults import Fault, Faults, fault
from shop.notifications.webhooks.replay import MOST_AT_ONCE
from shop.openapi import Hash
from shop.orders.field_types import field_error
from shop.orders.problems import field_problem

WebhookId = Annotated[
    str,
    Field(strict=True, max_length=40, examples=["msg_5d0c3f6e8a7b42919e1f0a4c2b6d8e73"]),
]
State = Literal["waiting", "sending", "delivered", "failed", "gone"]
Failure = Literal[
    "address",
    "connection",
    "headers",
    "tls",
    "timeout",
    "redirect",
    "status",
    "gone",
    "unsigned",
    "stopped",
    "error",
]


def _text(value: Any) -> Any:
    if not isinstance(value, str | None):
        raise field_error("not_a_time")
    return value


class ReplayDocument(BaseModel):
    """A replay: either since or delivery."""

    model_config = ConfigDict(extra="forbid", title="WebhookReplay", use_attribute_docstrings=True)

    since: Annotated[Moment, BeforeValidator(_text)] | None = None
    """All events since this time, also delivered ones. A time without a zone is UTC."""
    delivery: Annotated[WebhookId, like(r"[^\x00]*", "unknown_delivery")] | None = None
    """One delivery, by its id, which is the webhook-id."""


class NothingDocument(BaseModel):
    """Nothing: the body may be {} or missing."""

    model_config = ConfigDict(extra="forbid", title="Nothing")


class DeliveryQuery(PageQuery):
    """The parameters of the list of deliveries."""

    state: State | None = None
    """Only deliveries in this state."""


class AttemptAnswer(Answered):
    """One attempt to deliver an event."""

    model_config = ConfigDict(title="WebhookAttempt")

    at: datetime
    """The moment of the attempt, UTC."""
    status: int | None
    """The status of your response; null if there was none."""
    milliseconds: int | None
    """The duration."""
    failure: Failure | None
    """null if you accepted the event; otherwise why not: status (not 2xx), gone (410), redirect,
    timeout, connection, address (the name is not found, or an address is not public), tls (no
    valid certificate), headers (too many or too long), unsigned (the application is switched off), stopped, error."""
    answer: str
    """The beginning of your response's body: at most 1024 bytes."""


class DeliveryAnswer(Answered):
    """An event on its way to a webhook endpoint."""

    model_config = ConfigDict(title="WebhookDelivery")

    id: WebhookId
    """The webhook-id: the same in each attempt and after a replay."""
    type: str
    """The name of the event."""
    state: State
    """waiting for its next attempt, sending, delivered, failed (given up after the last attempt),
    or gone (the endpoint was switched off)."""
    order_hash: Hash | None
    """The order that the event is about; null for a test event."""
    created_at: datetime
    """The moment of the event, UTC."""
    next_attempt_at: datetime | None
    """When it is sent next, UTC; null unless it is waiting."""
    attempts: list[AttemptAnswer]
    """The last ten attempts, oldest first."""
    payload: str
    """The body exactly as it was signed."""


class ReplayAnswer(Answered):
    """The outcome of a replay."""

    model_config = ConfigDict(title="WebhookReplayed")

    replayed: Annotated[int, Field(ge=0, le=MOST_AT_ONCE)]
    """The number of events that are sent again now. Events that are being sent or are waiting for
    their first attempt are left out."""
    next_since: datetime | None
    """null if these are all; otherwise replay again since this time."""


class InvalidReplayError(Exception):
    """A replay is not valid: `faults` says what is wrong, by member."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(faults)
        self.faults = faults


def check_replay(raw: dict[str, Any]) -> ReplayDocument:
    """The checked members; null is absent. Raises InvalidReplayError."""
    try:
        document = ReplayDocument.model_validate(raw)
    except ValidationError as error:
        faults: dict[str, list[Fault]] = {}
        for found in error.errors(include_url=False, include_input=False):
            faults.setdefault(str(found["loc"][0]), []).append(_fault(found))
        raise InvalidReplayError(faults) from None
    if (document.since is None) == (document.delivery is None):
        raise InvalidReplayError({"base": [fault("since_or_delivery")]})
    return document


def _fault(found: ErrorDetails) -> Fault:
    if found["type"] in {"string_too_long", "unknown_delivery"}:
        return fault("unknown_delivery")
    if found["type"] == "not_a_time" or found["type"].startswith("datetime"):
        return fault("not_a_time")
    return field_problem("", found).fault()
