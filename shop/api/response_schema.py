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
    """All fields are always present; those not set are null."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class BillingAnswer(Answered):
    """The buyer. All fields are always present; those not set are null."""

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
    """The country, as an ISO 3166-1 code."""
    vat_id: str | None
    """The VAT ID."""
    email: str | None
    """The e-mail address for invoices. null: the client_admin's."""
    reference: str | None
    """The buyer's own reference, printed on each invoice."""


class PriceAnswer(Answered):
    """A price for one interval. Net, discount, currency and interval are agreed.

    VAT is that of the billing data known when the order was placed; each invoice computes it anew.
    """

    model_config = ConfigDict(title="Price")

    net: Amount
    """Without VAT, after the discount."""
    discount: Amount
    """The discount of the promotion code, without VAT."""
    vat_rate: Amount
    """The rate of VAT in percent, such as 19.00."""
    vat: Amount
    """The VAT."""
    gross: Amount
    """With VAT."""
    currency: str
    """The ISO 4217 currency code."""
    interval: Literal["month", "year"]
    """The time that is paid for in advance."""


class SubscriptionAnswer(Answered):
    """A contract that is paid in advance until it ends."""

    model_config = ConfigDict(title="Subscription")

    id: Number
    """The id of the subscription."""
    state: Literal["active", "cancelled", "ended"]
    """cancelled: it ends after the day ends_on."""
    started_on: date
    """The day on which the order was packed, in the shop's time zone."""
    ends_on: date | None
    """The last paid day; null if no end is set."""


class OrderAnswer(BaseModel):
    """An order. All fields are always present; those not set are `null`."""

    model_config = ConfigDict(extra="forbid", title="Order", use_attribute_docstrings=True)

    admin_user_access_token: Mask | None
    """A mask with the token's last four characters, never the token itself."""
    billing: BillingAnswer | None
    """The buyer, as sent or filled in. null once the person has deleted their account; invoices
    use the client's billing data."""
    client_id: Number | None
    """The client as sent; once packed, the delivered client."""
    client_name: str | None
    """As sent, filled in on the registration page or corrected."""
    created_at: datetime
    """When the order was placed, UTC."""
    interval: Literal["month", "year"]
    """Paid in advance for a month or for a year."""
    language: Literal["de", "en"]
    """The language of the registration page and of mails."""
    metadata: dict[str, str] | None
    """Your own data, as sent or changed. null once the member has deleted their account."""
    order_hash: Hash
    """The key of the order in the API and on its registration page: 16 random bytes in hexadecimal.
    Anyone who has it can see the order's state and fill in missing details."""
    order_number: OrderNumber
    """The number for people, used on pages, in e-mails and on the phone. It gives no access by
    itself."""
    packing_error_code: str | None
    """The code of the reason why packing stopped. Codes are never changed, new ones may be added."""
    packing_errors: str | None
    """The reason why packing stopped, in English, for people to read."""
    price: PriceAnswer
    """The price of one interval. All zero for an order that only adds a member."""
    product: str
    """The code of the tier."""
    project_id: Number | None
    """The project as sent; once packed, the delivered project."""
    project_name: str | None
    """As sent, filled in on the registration page or corrected."""
    promo_code: str | None
    """As sent."""
    redirection_uri: str | None
    """As sent."""
    reference: str | None
    """Your own name for the order, as sent or changed. null once the member has deleted their
    account."""
    registration_url: Address
    """The registration page of the order: send your customer there."""
    state: PlacedState
    """The state of the order."""
    status: PlacedState | None
    """null until packing has begun, then equal to state."""
    subscription: SubscriptionAnswer | None
    """The contract that began when the order was packed; null if it only adds a member."""
    updated_at: datetime
    """When the order last changed, UTC."""
    user_email: str | None
    """As sent, filled in or corrected. null once the member has deleted their account."""
    user_first_name: str | None
    """As sent, filled in or corrected. null once the member has deleted their account."""
    user_last_name: str | None
    """As sent, filled in or corrected. null once the member has deleted their account."""
    user_login: str | None
    """As sent or corrected; the member can choose another when joining. null once the member has
    deleted their account."""
