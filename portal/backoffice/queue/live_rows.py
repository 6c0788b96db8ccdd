"""Changes in a list since a page showed it: rows of the page, and orders that came in."""

from collections.abc import Mapping

from django.db.models import QuerySet

from portal.backoffice.queue.filters import Filter
from portal.backoffice.queue.keyset_paging import A_PAGE, ListedOrder, orders_by_pk
from portal.backoffice.queue.queue_rows import rows_of
from portal.backoffice.row_pages import read_key
from shop.orders.cursors import read_cursor
from shop.orders.models import Order

MOST = 99  # orders that came in; more are "99+"


def changed_orders(shown: str, listed: Filter) -> list[ListedOrder]:
    """Return the orders that are no longer as the page shows them.

    `shown` names the rows of the page with their versions: `17-1a2b3c4d,18-…`.
    """
    pairs = [each.partition("-") for each in shown.split(",")[:A_PAGE]]
    versions = {int(pk): version for pk, _dash, version in pairs if read_key(pk)}
    orders = orders_by_pk(listed, list(versions))
    rows = zip(orders, rows_of(orders), strict=True)
    return [order for order, row in rows if row.version != versions[order.pk]]


def count_further(since: str, shown: str, listed: Filter) -> int:
    """Count the orders that entered the list, or changed in it, since then and are not shown.

    Up to MOST + 1. `since` is a cursor's moment. A search finds orders of all times: 0 for one.
    """
    start = read_cursor(f"{since}-0")
    if start is None or listed.found is not None:
        return 0
    pks = [int(pk) for each in shown.split(",")[:A_PAGE] if (pk := read_key(each.split("-")[0]))]
    later = [_changed(part, start[0], pks) for part in listed.parts()]
    return len(later[0].union(*later[1:], all=True)[: MOST + 1]) if later else 0


def changes_since(given: Mapping[str, str], listed: Filter) -> tuple[list[ListedOrder], int]:
    """Return the orders that changed of those `given` as `shown`, and how many came in besides."""
    shown = given.get("shown", "")
    return changed_orders(shown, listed), count_further(given.get("since", ""), shown, listed)


def _changed(part: QuerySet[Order], since: object, shown: list[int]) -> QuerySet[Order, int]:
    later = part.filter(updated_at__gt=since).exclude(pk__in=shown)
    return later.order_by().values_list("pk", flat=True)
