"""The order as it is answered, for the API's description; `present` makes it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shop.orders.field_types import PlacedState

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
Address = Annotated[str, Field(json_schema_extra={"format": "uri"})]
Hash = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
Mask = Annotated[str, Field(pattern=r"^\*{4}.{1,4}$")]


class OrderAnswer(BaseModel):
    """An order. All members are always there; what is not set is `null`."""

    model_config = ConfigDict(extra="forbid", title="Order")

    admin_user_access_token: Mask | None
    client_id: Number | None
    client_name: str | None
    created_at: datetime
    language: Literal["de", "en"]
    order_hash: Hash
    packing_errors: str | None
    product: str
    project_id: Number | None
    project_name: str | None
    promo_code: str | None
    redirection_uri: str | None
    registration_url: Address
    state: PlacedState
    status: PlacedState | None
    updated_at: datetime
    user_email: str | None
    user_first_name: str | None
    user_last_name: str | None
    user_login: str | None
