"""Rows of the order queue: what its table shows of each order, as words."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import urlencode
from zlib import crc32

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.backoffice.ages import age
from portal.backoffice.queue.keyset_paging import ListedOrder
from shop.catalogue.prices import gross
from shop.catalogue.templatetags.money import money
from shop.email_spellings import shown_email
from shop.orders.attention import STALLED, UNANSWERED, any_holds
from shop.orders.cursors import write_cursor
from shop.orders.error_codes import error_text
from shop.orders.models import State
from shop.packing.step_names import step_title
from shop.typed_text import isolated


@dataclass(frozen=True)
class QueueRow:
    """One order, in the words of `backoffice/queue_row.html`; "" where there is nothing to say.

    The `…_tip` of what somebody typed is the same for an attribute.
    """

    pk: str
    url: str
    number: str
    person: str
    person_tip: str
    email: str
    client: str
    client_tip: str
    project: str
    project_tip: str
    tier: str
    price: str
    cents: str
    currency: str
    state: str
    state_label: str
    reason: str
    step: str
    attempts: str
    is_late: bool
    age: str
    changed_at: str
    changed_on: str
    changed_at_iso: str
    placed_at: str
    placed_at_iso: str
    taken_by: str
    taken_by_tip: str
    has_follow_up: bool
    follow_up: str
    follow_up_iso: str
    application: str
    application_tip: str
    version: str = ""


# Go on by themselves, or are about where the order stands in this list.
UNVERSIONED = {"version", "age", "is_late", "url"}
VERSIONED = tuple(each.name for each in fields(QueueRow) if each.name not in UNVERSIONED)


def rows_of(
    orders: Iterable[ListedOrder], query: str = "", column: str = "updated_at"
) -> list[QueueRow]:
    """Return the rows of `orders`, which link to their places in the list of `query`.

    `column` is the one that the list is sorted by.
    """
    now, language = timezone.now(), get_language() or ""
    # Looked up once: each look-up takes as long as the rest of a row.
    before, _zero, after = reverse("staff_order", args=[0]).rpartition("0")
    after += "?" + urlencode({"from": f"{query}&at=".removeprefix("&")})
    rows = []
    for order in orders:
        place = write_cursor((getattr(order, column), order.pk))
        rows.append(_row_of(order, f"{before}{order.pk}{after}{place}", now, language))
    return rows


def _row_of(order: ListedOrder, url: str, now: datetime, language: str) -> QueueRow:
    changed_at, placed_at = map(timezone.localtime, (order.updated_at, order.created_at))
    words = _words_of(language, order.state, order.complete, order.fault)
    person = f"{order.user_first_name or ''} {order.user_last_name or ''}".strip()
    email = shown_email(order.user_email) if order.user_email else ""
    client = str(order.delivered_client__name or order.client_name or order.client_id or "")
    project = str(order.delivered_project__name or order.project_name or order.project_id or "")
    taken_by = f"{order.taken_by__first_name or ''} {order.taken_by__last_name or ''}".strip()
    cents = gross(order.net_cents, order.vat_rate)
    lost = _("Our e-mail could not be delivered.") if order.unreachable_since else ""
    row = QueueRow(
        pk=str(order.pk),
        url=url,
        number=str(order.order_number),
        person=person or email,
        person_tip=isolated(" · ".join(filter(None, (person, email)))),
        email=email,
        client=client,
        client_tip=isolated(client),
        project=project,
        project_tip=isolated(project),
        tier=order.tier_name,
        price=_price(language, cents, order.currency),
        cents=str(cents),
        currency=order.currency,
        state=order.state,
        state_label=words.state_label,
        reason=f"{lost} {words.reason}".strip(),
        step=step_title(order.packing__last_step) if order.packing__last_step else "",
        attempts=str(order.packing__attempts or ""),
        is_late=any_holds((*STALLED, UNANSWERED), order, now),
        age=age(order.updated_at, now),
        changed_at=f"{_day(language, changed_at.date())}, {changed_at:%H:%M}",
        changed_on=_day(language, changed_at.date()),
        changed_at_iso=changed_at.isoformat(),
        placed_at=f"{_day(language, placed_at.date())}, {placed_at:%H:%M}",
        placed_at_iso=placed_at.isoformat(),
        taken_by=taken_by or order.taken_by__email or "",
        taken_by_tip=isolated(taken_by or order.taken_by__email or ""),
        has_follow_up=order.follow_up_on is not None,
        follow_up=_day(language, order.follow_up_on) if order.follow_up_on else "",
        follow_up_iso=order.follow_up_on.isoformat() if order.follow_up_on else "",
        application=order.application__name or "",
        application_tip=isolated(order.application__name or ""),
    )
    object.__setattr__(row, "version", _version(row))
    return row


def _version(row: QueueRow) -> str:
    """Return a string that changes with what the row shows, but for ages."""
    shown = "\n".join(str(getattr(row, name)) for name in VERSIONED)
    return f"{crc32(shown.encode()):08x}"


@dataclass(frozen=True)
class _Words:
    state_label: str
    reason: str


@lru_cache(maxsize=1024)
def _day(language: str, day: date) -> str:
    """`day` as the active `language` writes it: the same for many orders of a list."""
    return date_format(day, "SHORT_DATE_FORMAT")


@lru_cache(maxsize=1000)
def _words_of(_language: str, state: str, complete: bool, fault: str) -> _Words:
    """Return the words of codes, translated once: a row has no others of our own."""
    is_incomplete = state == State.PENDING and not complete
    return _Words(
        state_label=_("waits for details") if is_incomplete else str(State(state).label),
        reason=error_text(fault),
    )


@lru_cache(maxsize=1000)
def _price(_language: str, cents: int, currency: str) -> str:
    return money(cents, currency) if currency else ""
