"""Orders as programs are shown them, by `/api/orders` and by webhooks."""

from datetime import UTC, datetime
from typing import Any

from shop.catalogue.prices import amount
from shop.orders.billing_fields import all_members
from shop.orders.error_codes import english_error_text
from shop.orders.models import Order, State
from shop.orders.order_fields import AS_SENT
from shop.orders.pricing import Price, price_as_ordered

# The columns that are read for it.
SERIALIZED = (
    *AS_SENT,
    *("token_last4", "delivered_client", "created_at", "order_hash", "order_number", "fault"),
    *("net_cents", "discount_cents", "currency", "vat_rate", "vat_rule", "discount_months"),
    *("product__code", "delivered_project", "state", "packing_began_at", "updated_at"),
)


def serialize_order(
    order: Order, registration_url: str, subscription: dict[str, Any] | None = None
) -> dict[str, Any]:
    """All fields of `order`, with an absolute `registration_url` (contract, "Orders API").

    `subscription` is what it has begun, as programs are shown it.
    """
    delivered = order.state == State.PACKED
    shown = {
        **{name: getattr(order, name) for name in AS_SENT},
        "admin_user_access_token": f"****{order.token_last4}" if order.token_last4 else None,
        "billing": order.billing and all_members(order.billing),
        "client_id": (delivered and order.delivered_client_id) or order.client_id,
        "created_at": utc_text(order.created_at),
        "order_hash": order.order_hash,
        "order_number": order.order_number,
        "packing_error_code": order.fault or None,
        "packing_errors": english_error_text(order.fault),
        "price": _price(price_as_ordered(order)),
        "product": order.product.code,
        "project_id": (delivered and order.delivered_project_id) or order.project_id,
        "registration_url": registration_url,
        "state": order.state,
        "status": order.state if order.packing_began_at else None,
        "subscription": subscription,
        "updated_at": utc_text(order.updated_at),
    }
    return dict(sorted(shown.items()))


def _price(price: Price) -> dict[str, str]:
    return {
        "net": amount(price.net_cents),
        "discount": amount(price.discount_cents),
        "vat_rate": f"{price.vat_rate:.2f}",
        "vat": amount(price.vat_cents),
        "gross": amount(price.gross_cents),
        "currency": price.currency,
        "interval": price.interval,
    }


def utc_text(moment: datetime) -> str:
    """Return a moment as programs are shown it: ISO 8601, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
