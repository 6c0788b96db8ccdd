"""The rows that an order has delivered: set on it by steps, and saved with their records."""

from functools import cache

from shop.compiled_queries import CompiledUpdate, Parameter
from shop.orders.models import Order

COLUMNS = ("delivered_client_id", "delivered_project_id", "member_id", "invitation_id")
Keys = tuple[int | None, ...]


def delivered_keys(order: Order) -> Keys:
    """Return the keys of what `order` has delivered so far, to compare with those after a step."""
    return tuple(getattr(order, column) for column in COLUMNS)


def save_delivered(order: Order, before: Keys) -> None:
    """Save what steps have set on `order` since `before`, and nothing else of its row."""
    keys = dict(zip(COLUMNS, delivered_keys(order), strict=True))
    changed = {
        column: key for (column, key), old in zip(keys.items(), before, strict=True) if key != old
    }
    if changed:
        _update_of(tuple(changed)).run(pk=order.pk, **changed)


@cache
def _update_of(columns: tuple[str, ...]) -> CompiledUpdate:
    changes = {column: Parameter(column) for column in columns}
    return CompiledUpdate(lambda: Order.objects.filter(pk=Parameter("pk")), **changes)
