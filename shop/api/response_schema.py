"""An order as `/api/orders` answers it, for the API's description; `serialize_order` makes it."""

from datetime import datetime
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


class OrderAnswer(BaseModel):
    """An order. All members are always there; what is not set is `null`."""

    model_config = ConfigDict(extra="forbid", title="Order", use_attribute_docstrings=True)

    admin_user_access_token: Mask | None
    """A mask that ends in the token's last four characters. Never the token."""
    client_id: Number | None
    """The client as sent; once packed, the client that was delivered."""
    client_name: str | None
    """As sent, filled in on the registration page or corrected."""
    created_at: datetime
    """When the order was placed, UTC."""
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
