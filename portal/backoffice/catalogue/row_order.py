"""Move a row up or down in the order in which the shop shows such rows."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_noop

from portal.backoffice.audit_log import Act, record
from shop.row_locks import lock_rows
from shop.tenancy.models import User

POSITION = gettext_noop("Position")
UP, DOWN = "up", "down"


def move_row(rows: Any, pk: int, way: str, staff: User) -> bool:
    """Swap the row `pk` of the queryset `rows` with its neighbour; return False if it has none.

    Positions become 1, 2, 3 …; only the row that was moved is logged. Call it in a transaction.
    """
    lock_rows(rows.order_by("pk"))
    listed = list(rows)
    place = next((place for place, row in enumerate(listed) if row.pk == pk), None)
    if place is None:
        return False
    other = place + (-1 if way == UP else 1)
    if not 0 <= other < len(listed):
        return False
    listed[place], listed[other] = listed[other], listed[place]
    _number(listed)
    record(staff, listed[other], Act.CHANGED, changes=[(POSITION, place + 1, other + 1)])
    return True


def _number(listed: Iterable[Any]) -> None:
    for position, row in enumerate(listed, start=1):
        if row.position != position:
            row.position = position
            row.save(update_fields=["position"])  # a signal: processes remember some rows
