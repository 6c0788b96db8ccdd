"""Rows of the order queue: what its table shows of each order, as words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.backoffice.ages import age
from portal.backoffice.queue.keyset_paging import ListedOrder
from shop.orders.attention import STALLED, UNANSWERED, any_holds
from shop.orders.error_codes import error_text
from shop.orders.models import State
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


def rows_of(orders: Iterable[ListedOrder]) -> list[QueueRow]:
    """Return the rows of `orders`."""
    now, language = timezone.now(), get_language() or ""
    # Looked up once: each look-up takes as long as the rest of a row.
    before, _zero, after = reverse("staff_order", args=[0]).rpartition("0")
    return [_row_of(order, f"{before}{order.pk}{after}", now, language) for order in orders]


def _row_of(order: ListedOrder, url: str, now: datetime, language: str) -> QueueRow:
    name = f"{order.taken_by__first_name or ''} {order.taken_by__last_name or ''}".strip()
    changed_at = timezone.localtime(order.updated_at)
    last_step = order.packing__last_step or ""
    words = _words_of(language, order.state, order.complete, order.fault, last_step)
    client = order.delivered_client__name or order.client_name or order.client_id
    return QueueRow(
        pk=str(order.pk),
        url=url,
        number=str(order.order_number),
        state=order.state,
        state_label=words.state_label,
        is_unreachable=order.unreachable_since is not None,
        reason=words.reason if words.reason or order.unreachable_since else NOTHING,
        last_step=words.last_step or NOTHING,
        attempts=str(order.packing__attempts or 0),
        is_late=any_holds((*STALLED, UNANSWERED), order, now),
        age=age(order.updated_at, now),
        changed_at=f"{changed_at:%Y-%m-%d %H:%M}",
        changed_at_iso=changed_at.isoformat(),
        tier=order.tier_name,
        client=str(client or NOTHING),
        taken_by=name or order.taken_by__email or NOTHING,
        has_follow_up=order.follow_up_on is not None,
        follow_up=f"{order.follow_up_on:%Y-%m-%d}" if order.follow_up_on else "",
    )


@dataclass(frozen=True)
class _Words:
    state_label: str
    reason: str
    last_step: str


@lru_cache(maxsize=1000)
def _words_of(_language: str, state: str, complete: bool, fault: str, last_step: str) -> _Words:
    """Return the words of codes, translated once: a row has no others of our own."""
    is_incomplete = state == State.PENDING and not complete
    return _Words(
        state_label=_("waits for details") if is_incomplete else str(State(state).label),
        reason=error_text(fault),
        last_step=last_step and step_title(last_step),
    )
