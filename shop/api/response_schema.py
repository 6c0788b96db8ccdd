"""An order as `/api/orders` answers it, for the API's description; `serialize_order` makes it."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shop.openapi import Address, Hash
from shop.orders.field_types import PlacedState
from shop.orders.order_numbers import ALPHABET

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
OrderNumber = Annotated[
    str, Field(pattern=f"^[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}$", examples=["K7QM-3FZ2"])
]
Mask = Annotated[str, Field(pattern=r"^\*{4}.{1,4}$")]


Amount = Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]{2}$", examples=["49.00"])]


class Answered(BaseModel):
    """All members are always there; what is not set is null."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class BillingAnswer(Answered):
    """The buyer. All members are always there; what is not set is null."""

    model_config = ConfigDict(title="Billing")

    customer_type: Literal["company", "private"]
    """company, or private for a private person."""
    company: str | None
    """The company."""
    name: str | None
    """The private person, or the contact person of the company."""
    street: str
    """Street and number."""
    street2: str | None
    """A second line of the address."""
    postal_code: str
    """The postal code."""
    city: str
    """The city."""
    country: str
    """The country's code of ISO 3166-1."""
    vat_id: str | None
    """The VAT ID."""
    email: str | None
    """The address that invoices are mailed to; null: that of the client_admin."""
    reference: str | None
    """The buyer's own reference, which stands on each invoice."""


class PriceAnswer(Answered):
    """A price for one interval. Net, discount, currency and interval are agreed.

    VAT is that of the billing data known when the order was placed; each invoice computes it anew.
    """

    model_config = ConfigDict(title="Price")

    net: Amount
    """Without VAT, with the discount taken off."""
    discount: Amount
    """The amount that the promotion code takes off, without VAT."""
    vat_rate: Amount
    """The rate of VAT in percent, such as 19.00."""
    vat: Amount
    """The VAT."""
    gross: Amount
    """With VAT."""
    currency: str
    """A currency code of ISO 4217."""
    interval: Literal["month", "year"]
    """The time that is paid for in advance."""


class SubscriptionAnswer(Answered):
    """A contract that is paid in advance until it ends."""

    model_config = ConfigDict(title="Subscription")

    id: Number
    """Names the subscription."""
    state: Literal["active", "cancelled", "ended"]
    """cancelled: it ends with the day ends_on."""
    started_on: date
    """The day on which the order was packed, in the shop's time zone."""
    ends_on: date | None
    """The last day that is paid, or null where no end is known."""


class OrderAnswer(BaseModel):
    """An order. All members are always there; what is not set is `null`."""

    model_config = ConfigDict(extra="forbid", title="Order", use_attribute_docstrings=True)

    admin_user_access_token: Mask | None
    """A mask that ends in the token's last four characters. Never the token."""
    billing: BillingAnswer | None
    """The buyer, as sent or filled in. null once the person has deleted their account: invoices
    go by the billing data of the client."""
    client_id: Number | None
    """The client as sent; once packed, the client that was delivered."""
    client_name: str | None
    """As sent, filled in on the registration page or corrected."""
    created_at: datetime
    """When the order was placed, UTC."""
    interval: Literal["month", "year"]
    """Paid in advance for a month or for a year."""
    language: Literal["de", "en"]
    """The language of the registration page and of mails."""
    order_hash: Hash
    """Names the order here and on its registration page: 16 random bytes in hexadecimal digits.
    Whoever holds it can look at the order's state and fill in what is unset."""
    order_number: OrderNumber
    """The number by which people name the order on pages, in mails and on the phone. It opens
    nothing by itself."""
    packing_errors: str | None
    """The reason why packing stopped, in English, for a person to act on."""
    price: PriceAnswer
    """The price of one interval. All zero for an order that only adds a member."""
    product: str
    """The code of the tier."""
    project_id: Number | None
    """The project as sent; once packed, the project that was delivered."""
    project_name: str | None
    """As sent, filled in on the registration page or corrected."""
    promo_code: str | None
    """As sent."""
    redirection_uri: str | None
    """As sent."""
    registration_url: Address
    """The special registration page: give it to your customer."""
    state: PlacedState
    """The state of the order."""
    status: PlacedState | None
    """null until packing has begun, then equal to state."""
    subscription: SubscriptionAnswer | None
    """The contract that the order has begun: once it is packed, unless it only adds a member."""
    updated_at: datetime
    """When the order last changed, UTC."""
    user_email: str | None
    """As sent, filled in or corrected. null once the member has deleted their account."""
    user_first_name: str | None
    """As sent, filled in or corrected. null once the member has deleted their account."""
    user_last_name: str | None
    """As sent, filled in or corrected. null once the member has deleted their account."""
    user_login: str | None
    """As sent or corrected; the member may choose another while joining. null once the member has
    deleted their account."""
