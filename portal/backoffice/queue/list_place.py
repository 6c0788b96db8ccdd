"""The place in the queue that an order's page was opened from: the way back, and its neighbours."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from portal.backoffice.queue.filters import Filter, parse
from portal.backoffice.queue.keyset_paging import positions
from shop.orders.cursors import Position, read_cursor, write_cursor
from shop.orders.models import Order
from shop.tenancy.models import User

LONGEST = 5000  # characters, of which a pasted search may be most


@dataclass(frozen=True)
class ListPlace:
    """An order's place in a list: URLs of the list and of the neighbours' pages, "" at its ends.

    `text` is what `list_place` reads, to be sent on as `from`.
    """

    text: str
    back: str
    previous: str
    next: str


def list_place(text: str, order: Order, staff: User) -> ListPlace | None:
    """Return the place that `text` (`?from=` of an order's page) stands for; None without one.

    It is where the order was when the list was shown, even if the order has left the list since.
    """
    if not text or len(text) > LONGEST:
        return None
    data = QueryDict(text)
    wanted = parse(data, staff)
    column, _latest_first = wanted.order_by
    at = read_cursor(data.get("at", "")) or (getattr(order, column), order.pk)
    paging = {name: data[name] for name in ("after", "before") if read_cursor(data.get(name, ""))}
    query = wanted.as_query(**paging)
    return ListPlace(
        text=text,
        back=f"{reverse('staff')}?{query}".removesuffix("?") + f"#order-{order.pk}",
        previous=_neighbour(wanted, at, order, query, backwards=True),
        next=_neighbour(wanted, at, order, query, backwards=False),
    )


def place_text(query: str, at: Position) -> str:
    """Return the text that stands for the place `at` of the list that `query` shows."""
    return f"{query}&at={write_cursor(at)}".removeprefix("&")


def _neighbour(wanted: Filter, at: Position, order: Order, query: str, *, backwards: bool) -> str:
    # An order that was worked on has moved, and may come once more.
    for when, pk in positions(wanted, at, 2, backwards=backwards):
        if pk != order.pk:
            text = place_text(query, (when, pk))
            return f"{reverse('staff_order', args=[pk])}?{urlencode({'from': text})}"
    return ""
