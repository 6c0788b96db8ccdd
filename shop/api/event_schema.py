"""Events as webhooks tell of them, for the API's description: a type for each."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shop.api.endpoint_schema import EndpointAnswer
from shop.api.invoice_schema import InvoiceAnswer
from shop.api.response_schema import Answered, OrderAnswer, SubscriptionAnswer
from shop.openapi import Hash
from shop.orders.field_types import PlacedState


class StartedSubscriptionAnswer(SubscriptionAnswer):
    """A subscription, as in events."""

    model_config = ConfigDict(title="EventSubscription")

    product: str
    """The code of the tier."""
    order_hash: Hash
    """The order that the subscription began with."""


class OrderChangeData(Answered):
    """The data of a change of state."""

    model_config = ConfigDict(title="OrderChangeData")

    order: OrderAnswer
    """The order as it was at that change."""
    previous_state: PlacedState | None
    """The state before; null for the first."""


class OrderData(Answered):
    """The data of another event of an order."""

    model_config = ConfigDict(title="OrderData")

    order: OrderAnswer
    """The order as it was at that moment."""


class InvoiceData(Answered):
    """The data of an invoice's event."""

    model_config = ConfigDict(title="InvoiceData")

    invoice: InvoiceAnswer
    """The invoice as it was at that moment."""


class SubscriptionData(Answered):
    """The data of a subscription's event."""

    model_config = ConfigDict(title="SubscriptionData")

    subscription: StartedSubscriptionAnswer
    """The subscription as it was at that moment."""


class EndpointData(Answered):
    """The data of a test event."""

    model_config = ConfigDict(title="WebhookEndpointData")

    webhook_endpoint: EndpointAnswer
    """The endpoint that is tested, without its secret."""


class Event(Answered):
    """The fields that all events share."""

    timestamp: datetime
    """The moment of the event, UTC."""


class OrderStateChangedEvent(Event):
    """An order was placed, or its state has changed."""

    model_config = ConfigDict(title="OrderStateChangedEvent")

    type: Literal["order.state_changed"]
    """The name of the event."""
    data: OrderChangeData
    """The subject of the event."""


class OrderCorrectedEvent(Event):
    """Details of an order were filled in, corrected or changed."""

    model_config = ConfigDict(title="OrderCorrectedEvent")

    type: Literal["order.corrected"]
    """The name of the event."""
    data: OrderData
    """The subject of the event."""


class OrderMemberJoinedEvent(Event):
    """The member whom an order invited has joined the project."""

    model_config = ConfigDict(title="OrderMemberJoinedEvent")

    type: Literal["order.member_joined"]
    """The name of the event."""
    data: OrderData
    """The subject of the event."""


class OrderErasedEvent(Event):
    """The personal details of an order were erased.

    The member has deleted their account, or the order was not completed in time.
    """

    model_config = ConfigDict(title="OrderErasedEvent")

    type: Literal["order.erased"]
    """The name of the event."""
    data: OrderData
    """The subject of the event."""


class InvoiceIssuedEvent(Event):
    """An invoice or credit note was issued."""

    model_config = ConfigDict(title="InvoiceIssuedEvent")

    type: Literal["invoice.issued"]
    """The name of the event."""
    data: InvoiceData
    """The subject of the event."""


class InvoicePaidEvent(Event):
    """An invoice was paid in full."""

    model_config = ConfigDict(title="InvoicePaidEvent")

    type: Literal["invoice.paid"]
    """The name of the event."""
    data: InvoiceData
    """The subject of the event."""


class InvoiceOverdueEvent(Event):
    """An invoice was not paid in time."""

    model_config = ConfigDict(title="InvoiceOverdueEvent")

    type: Literal["invoice.overdue"]
    """The name of the event."""
    data: InvoiceData
    """The subject of the event."""


class SubscriptionStartedEvent(Event):
    """An order was packed: its subscription begins."""

    model_config = ConfigDict(title="SubscriptionStartedEvent")

    type: Literal["subscription.started"]
    """The name of the event."""
    data: SubscriptionData
    """The subject of the event."""


class SubscriptionChangedEvent(Event):
    """The tier or interval of a subscription has changed or will change.

    Or a cancellation was taken back.
    """

    model_config = ConfigDict(title="SubscriptionChangedEvent")

    type: Literal["subscription.changed"]
    """The name of the event."""
    data: SubscriptionData
    """The subject of the event."""


class SubscriptionCancelledEvent(Event):
    """A subscription was cancelled: ends_on is its last day.

    If the buyer withdraws, it ends at once.
    """

    model_config = ConfigDict(title="SubscriptionCancelledEvent")

    type: Literal["subscription.cancelled"]
    """The name of the event."""
    data: SubscriptionData
    """The subject of the event."""


class SubscriptionEndedEvent(Event):
    """A subscription has ended."""

    model_config = ConfigDict(title="SubscriptionEndedEvent")

    type: Literal["subscription.ended"]
    """The name of the event."""
    data: SubscriptionData
    """The subject of the event."""


class WebhookEndpointTestEvent(Event):
    """You sent a test event. It goes to one endpoint, whichever events that endpoint asks for."""

    model_config = ConfigDict(title="WebhookEndpointTestEvent")

    type: Literal["webhook_endpoint.test"]
    """The name of the event."""
    data: EndpointData
    """The subject of the event."""


# The events that are sent, by their names.
EVENTS: dict[str, type[BaseModel]] = {
    "order.state_changed": OrderStateChangedEvent,
    "order.corrected": OrderCorrectedEvent,
    "order.member_joined": OrderMemberJoinedEvent,
    "order.erased": OrderErasedEvent,
    "invoice.issued": InvoiceIssuedEvent,
    "invoice.paid": InvoicePaidEvent,
    "invoice.overdue": InvoiceOverdueEvent,
    "subscription.started": SubscriptionStartedEvent,
    "subscription.changed": SubscriptionChangedEvent,
    "subscription.cancelled": SubscriptionCancelledEvent,
    "subscription.ended": SubscriptionEndedEvent,
    "webhook_endpoint.test": WebhookEndpointTestEvent,
}


def text_of(event: str) -> str:
    """Return the sentence that says when an event is sent."""
    return " ".join((EVENTS[event].__doc__ or "").split())
