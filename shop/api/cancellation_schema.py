"""The body that cancels an order."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shop.orders import json_patterns
from shop.orders.field_types import Plain, says

Reason = Annotated[str, Field(min_length=1, max_length=500), Plain, says(json_patterns.PLAIN)]


class CancelDocument(BaseModel):
    """The reason for the cancellation. May be empty."""

    model_config = ConfigDict(
        extra="forbid", strict=True, title="OrderCancellation", use_attribute_docstrings=True
    )

    reason: Reason | None = None
    """Shown to your customer on the order's page and in the e-mail about it."""
