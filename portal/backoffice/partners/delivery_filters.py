"""Filters of an application's webhooks: parsed from a query string, as ranges of one index."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cached_property
from heapq import merge
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from portal.backoffice.row_pages import A_PAGE
from shop.access.models import Application
from shop.notifications.webhooks.endpoints import EVENTS
from shop.notifications.webhooks.models import ENDPOINT_TEST, Delivery
from shop.orders.cursors import Position, read_cursor, sorted_after, write_cursor
from shop.orders.models import Order

State = Delivery.State

# By name: label, and the states.
STATES: dict[str, tuple[StrOrPromise, tuple[State, ...]]] = {
    "failed": (_("given up"), (State.FAILED,)),
    "waiting": (_("waiting"), (State.WAITING, State.SENDING)),
    "sent": (_("sent"), (State.DELIVERED,)),
    "gone": (_("no longer wanted"), (State.GONE,)),
}
SENT = (*EVENTS, ENDPOINT_TEST)  # the events that webhooks tell of
RELATED = ("order", "endpoint", "event")
# All that the list shows; payloads are long.
COLUMNS = (
    *("state", "type", "attempts", "next_attempt_at", "created_at", "receiver"),
    *("order__order_number", "order__redirection_uri", "endpoint__url"),
    *("event__kind", "event__state"),
)


class DeliveryPage(NamedTuple):
    """Some webhooks, and the cursors of the pages around them; "" if there is none."""

    rows: list[Delivery]
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class DeliveryFilter:
    """A filter of an application's webhooks; all of them by default."""

    application: Application
    state: str = ""
    event: str = ""
    order: str = ""  # its number
    since: str = ""  # moments of the events, as ISO 8601 in the shop's time zone
    until: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Return whether not all webhooks are wanted."""
        return any(getattr(self, name) for name in NAMES)

    def as_query(self, **changes: str) -> str:
        """Return the filter as a query string, with `changes`."""
        given = {name: getattr(self, name) for name in NAMES} | changes
        return urlencode([(name, text) for name, text in given.items() if text])

    def deliveries(self) -> QuerySet[Delivery]:
        """Return the filtered webhooks, in no order."""
        found = Delivery.objects.filter(application=self.application, state__in=self._states)
        if self.event:
            found = found.filter(type=self.event)
        if self.order:
            found = found.filter(order__in=self._orders)
        if self.since:
            found = found.filter(created_at__gte=_moment(self.since))
        if self.until:
            found = found.filter(created_at__lt=_moment(self.until) + timedelta(minutes=1))
        return found.order_by()

    def page(self, *, after: str = "", before: str = "") -> DeliveryPage:
        """Return the page after the cursor `after`, or before `before`; else the first."""
        start, end = read_cursor(after), read_cursor(before)
        backwards = start is None and end is not None
        found = self._positions(start or end, backwards=backwards)
        has_more = len(found) > A_PAGE
        found = found[:A_PAGE][::-1] if backwards else found[:A_PAGE]
        if not found:
            return self.page() if start or end else DeliveryPage([])
        rows = Delivery.objects.select_related(*RELATED).only(*COLUMNS)
        by_key = rows.in_bulk([pk for _when, pk in found])
        return DeliveryPage(
            [by_key[pk] for _when, pk in found if pk in by_key],
            write_cursor(found[0]) if start or (backwards and has_more) else "",
            write_cursor(found[-1]) if backwards or has_more else "",
        )

    @property
    def _states(self) -> tuple[State, ...]:
        return STATES[self.state][1] if self.state else tuple(State)

    @cached_property
    def _orders(self) -> list[int]:
        orders = Order.objects.filter(application=self.application, order_number=self.order)
        return list(orders.values_list("pk", flat=True))

    def _positions(self, start: Position | None, *, backwards: bool) -> list[Position]:
        """Return the positions of the next webhooks, the newest first unless `backwards`.

        Each state is a range of the index; then they are merged.
        """
        descending = not backwards
        lists = [
            sorted_after(
                self.deliveries().filter(state=state), "created_at", start, descending=descending
            ).values_list("created_at", "pk")[: A_PAGE + 1]
            for state in self._states
        ]
        return list(islice(merge(*lists, reverse=descending), A_PAGE + 1))


NAMES = tuple(field.name for field in fields(DeliveryFilter) if field.name != "application")


def parse_delivery_filter(data: QueryDict, application: Application) -> DeliveryFilter:
    """Parse the filter from a query string, ignoring unknown values."""
    state, event = data.get("state", ""), data.get("event", "")
    return DeliveryFilter(
        application,
        state=state if state in STATES else "",
        event=event if event in SENT else "",
        order=data.get("order", "").replace("\0", "").strip().upper()[:20],
        since=_read_moment(data.get("since", ""), "00:00"),
        until=_read_moment(data.get("until", ""), "23:59"),
    )


def _read_moment(text: str, time: str) -> str:
    """Return a day or a moment in ISO 8601 to the minute, a day with `time`; "" if it is none."""
    text = text.strip()[:30]
    try:
        found = parse_datetime(text if "T" in text or " " in text else f"{text}T{time}")
    except ValueError:  # such as the 30th of February
        return ""
    return f"{found:%Y-%m-%dT%H:%M}" if found and 1970 < found.year < 9999 else ""


def _moment(text: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(text))
