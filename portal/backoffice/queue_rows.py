"""Rows of the order queue: what its table shows of each order, as words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from shop.orders.attention import STALLED, UNANSWERED, any_holds
from shop.orders.error_codes import error_text
from shop.orders.models import Order, State
from shop.packing.step_names import step_title

NOTHING = "–"


@dataclass(frozen=True)
class QueueRow:
    """One order, in the words of `backoffice/queue_row.html`."""

    pk: str
    url: str
    number: str
    state: str
    state_label: str
    is_unreachable: bool
    reason: str
    last_step: str
    attempts: str
    is_late: bool
    age: str
    changed_at: str
    changed_at_iso: str
    tier: str
    client: str
    taken_by: str
    has_follow_up: bool
    follow_up: str


def rows_of(orders: Iterable[Order]) -> list[QueueRow]:
    """Return the rows of `orders`, which were read with what `keyset_paging` names."""
    now = timezone.now()
    # Looked up once: each look-up takes as long as the rest of a row.
    before, _zero, after = reverse("staff_order", args=[0]).rpartition("0")
    return [_row_of(order, f"{before}{order.pk}{after}", now) for order in orders]


def _row_of(order: Order, url: str, now: datetime) -> QueueRow:
    packing = getattr(order, "packing", None)
    client, staff = order.delivered_client, order.taken_by
    changed_at = timezone.localtime(order.updated_at)
    is_incomplete = order.state == State.PENDING and not order.complete
    reason = error_text(order.fault)
    return QueueRow(
        pk=str(order.pk),
        url=url,
        number=str(order.order_number),
        state=order.state,
        state_label=_("waits for details") if is_incomplete else str(State(order.state).label),
        is_unreachable=order.unreachable_since is not None,
        reason=reason if reason or order.unreachable_since else NOTHING,
        last_step=(packing and packing.last_step and step_title(packing.last_step)) or NOTHING,
        attempts=str(packing.attempts if packing else 0),
        is_late=any_holds((*STALLED, UNANSWERED), order, now),
        age=timesince(order.updated_at, depth=1),
        changed_at=f"{changed_at:%Y-%m-%d %H:%M}",
        changed_at_iso=changed_at.isoformat(),
        tier=order.tier_name,
        client=str((client and client.name) or order.client_name or order.client_id or NOTHING),
        taken_by=(staff and (staff.get_full_name() or staff.email)) or NOTHING,
        has_follow_up=order.follow_up_on is not None,
        follow_up=f"{order.follow_up_on:%Y-%m-%d}" if order.follow_up_on else "",
    )
