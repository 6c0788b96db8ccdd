"""Invoices and events as programs get them, for the API's description."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shop.api.response_schema import (
    Amount,
    Answered,
    BillingAnswer,
    OrderAnswer,
    SubscriptionAnswer,
)
from shop.openapi import Hash
from shop.orders.field_types import PlacedState

InvoiceNumber = Annotated[str, Field(pattern="^[0-9A-Z-]{1,30}$", examples=["2026-000123"])]
SignedAmount = Annotated[str, Field(pattern=r"^-?[0-9]+\.[0-9]{2}$", examples=["49.00"])]


class InvoiceLineAnswer(Answered):
    """A line of an invoice."""

    model_config = ConfigDict(title="InvoiceLine")

    text: str
    """The text, in the language of the invoice."""
    quantity: float
    """The quantity; negative for a deduction."""
    net: SignedAmount
    """Without VAT, for the whole quantity."""
    vat_rate: Amount
    """The rate of VAT in percent, such as 19.00."""


class InvoiceAnswer(Answered):
    """An invoice or credit note. All fields are always present."""

    model_config = ConfigDict(title="Invoice")

    number: InvoiceNumber
    """The number. Invoices and credit notes are numbered in one series."""
    kind: Literal["invoice", "credit_note"]
    """A credit note cancels an invoice or a part of it; its amounts are positive."""
    issued_on: date
    """The day of issue, in the shop's time zone."""
    due_on: date
    """The day by which it must be paid."""
    period_start: date
    """The first day of the period."""
    period_end: date
    """The last day of the period."""
    net: Amount
    """Without VAT."""
    vat: Amount
    """The VAT."""
    gross: Amount
    """With VAT."""
    currency: str
    """The ISO 4217 currency code."""
    state: Literal["open", "paid", "overdue", "cancelled"]
    """cancelled: credit notes cover all of it. A credit note is always paid."""
    order_hash: Hash
    """The order that began the subscription."""
    buyer: BillingAnswer
    """The buyer as of the day of issue."""
    lines: list[InvoiceLineAnswer]
    """The lines."""


class StartedSubscriptionAnswer(SubscriptionAnswer):
    """A subscription, as in events."""

    model_config = ConfigDict(title="EventSubscription")

    product: str
    """The code of the tier."""
    order_hash: Hash
    """The order that began it."""


class OrderEventData(Answered):
    """The data of a change of state."""

    model_config = ConfigDict(title="OrderEventData")

    order: OrderAnswer
    """The order as it was at that change."""
    previous_state: PlacedState | None
    """The state before; null for the first."""


class InvoiceEventData(Answered):
    """The data of an invoice's event."""

    model_config = ConfigDict(title="InvoiceEventData")

    invoice: InvoiceAnswer
    """The invoice as it was at that moment."""


class SubscriptionEventData(Answered):
    """The data of a subscription's event."""

    model_config = ConfigDict(title="SubscriptionEventData")

    subscription: StartedSubscriptionAnswer
    """The subscription as it was at that moment."""


class OrderEvent(Answered):
    """An order has changed its state."""

    model_config = ConfigDict(title="OrderEvent")

    type: Literal["order.state_changed"]
    """The name of the event."""
    timestamp: datetime
    """The moment of the change, UTC."""
    data: OrderEventData
    """The subject of the event."""


class InvoiceEvent(Answered):
    """An invoice was issued or paid, or became overdue."""

    model_config = ConfigDict(title="InvoiceEvent")

    type: Literal["invoice.issued", "invoice.paid", "invoice.overdue"]
    """The name of the event."""
    timestamp: datetime
    """The moment of the event, UTC."""
    data: InvoiceEventData
    """The subject of the event."""


class SubscriptionEvent(Answered):
    """A subscription has begun, changed, was cancelled, or has ended."""

    model_config = ConfigDict(title="SubscriptionEvent")

    type: Literal[
        "subscription.started",
        "subscription.changed",
        "subscription.cancelled",
        "subscription.ended",
    ]
    """The name of the event."""
    timestamp: datetime
    """The moment of the event, UTC."""
    data: SubscriptionEventData
    """The subject of the event."""


# The events that are sent, by the names of their descriptions.
EVENTS: dict[str, tuple[type[BaseModel], str]] = {
    "order.state_changed": (OrderEvent, "An order has changed its state."),
    "invoice.issued": (InvoiceEvent, "An invoice or credit note was issued."),
    "invoice.paid": (InvoiceEvent, "Nothing is open of an invoice any more."),
    "invoice.overdue": (InvoiceEvent, "An invoice was not paid in time."),
    "subscription.started": (SubscriptionEvent, "An order was packed: its subscription begins."),
    "subscription.changed": (
        SubscriptionEvent,
        "Its tier or interval has changed or will, or a cancellation was taken back.",
    ),
    "subscription.cancelled": (
        SubscriptionEvent,
        "A subscription was cancelled; ends_on is its last day. Withdrawn from, it ends at once.",
    ),
    "subscription.ended": (SubscriptionEvent, "A subscription has ended."),
}
