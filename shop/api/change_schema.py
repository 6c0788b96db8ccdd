"""The body that changes an order: the members of the order document that can be changed."""

from typing import Any

from pydantic import BaseModel, ConfigDict, create_model

from shop.orders.order_fields import CHANGEABLE, OrderDocument

_members: dict[str, Any] = {
    name: (OrderDocument.model_fields[name].annotation, OrderDocument.model_fields[name])
    for name in CHANGEABLE
}
OrderChange: type[BaseModel] = create_model(
    "OrderChange",
    __config__=ConfigDict(extra="forbid", strict=True, title="OrderChange"),
    __doc__="Changes of an order. Fields left out stay as they are; null unsets one.",
    **_members,
)
