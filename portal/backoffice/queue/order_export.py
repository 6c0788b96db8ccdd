"""Export of orders as a file: streamed, safe for spreadsheets, and logged."""

import csv
import json
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import StringIO
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.backoffice.models import Export
from portal.backoffice.queue.filters import Filter, parse
from portal.backoffice.queue.keyset_paging import fetch, positions
from portal.backoffice.staff_access import (
    permission_required,
    recent_factor_required,
    staff_user,
)
from shop.orders.billing_fields import BILLING_MEMBERS, all_members
from shop.orders.models import Order
from shop.orders.order_fields import EXPORTED

logger = logging.getLogger(__name__)

AT_ONCE = 500  # orders in one query; no cursor stays open between queries
# Text that spreadsheets take for a formula, also with semicolons as separators or with full-width
# characters. A leading apostrophe makes it text.
FORMULA = re.compile(r"""(\A|;"*)(?=[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])""")
# Never the hash: it opens the registration page.
FIELDS = (
    *(
        "order_number",
        "state",
        "complete",
        "fault",
        "tier_name",
        "net_cents",
        "currency",
        *EXPORTED,
    ),
    *("delivered_client_id", "delivered_project_id", "created_at", "updated_at", "follow_up_on"),
)
BILLING = tuple(f"billing_{name}" for name in BILLING_MEMBERS)
COLUMNS = (*FIELDS, *BILLING, "last_step", "attempts", "taken_by")
TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


@permission_required("orders.export_order")
@require_safe
@recent_factor_required
def export(request: HttpRequest, kind: str) -> StreamingHttpResponse:
    """Export all orders of the filtered list, oldest first."""
    wanted = parse(request.GET, staff_user(request))
    response = StreamingHttpResponse(_recorded(wanted, kind), content_type=TYPES[kind])
    name = f"orders-{timezone.localtime():%Y-%m-%d-%H%M}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _recorded(wanted: Filter, kind: str) -> Iterator[str]:
    export = Export.objects.create(user=wanted.user, format=kind, filter=wanted.as_query())
    logger.info("User %s begins %s.", wanted.user.pk, export)
    if kind == Export.Format.CSV:
        yield "\ufeff"  # else spreadsheets guess another encoding
        yield _csv(COLUMNS)
    line = _csv if kind == Export.Format.CSV else _json
    number = 0
    for order in _orders(wanted):
        yield line(_values(order))
        number += 1
    Export.objects.filter(pk=export.pk).update(number=number)
    logger.info("%s took %d orders out, by user %s.", export, number, wanted.user.pk)


def _orders(wanted: Filter) -> Iterator[Order]:
    """Yield each filtered order once, oldest first, even if orders change meanwhile."""
    wanted = replace(wanted, sort="oldest")
    place = None
    while found := positions(wanted, place, AT_ONCE):
        yield from fetch([pk for _when, pk in found])
        place = found[-1]


def _values(order: Order) -> list[Any]:
    """Return the value of each of COLUMNS."""
    packing = getattr(order, "packing", None)
    packed = [packing.last_step, packing.attempts] if packing else ["", 0]
    taken_by = order.taken_by.email if order.taken_by else None
    billing = all_members(order.billing or {}).values()
    return [*(getattr(order, name) for name in FIELDS), *billing, *packed, taken_by]


def _csv(values: Iterable[Any]) -> str:
    line = StringIO()
    csv.writer(line).writerow([_plain(value) for value in values])
    return line.getvalue()


def _plain(value: object) -> object:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return FORMULA.sub(r"\1'", value) if isinstance(value, str) else value


def _json(values: Iterable[Any]) -> str:
    row = dict(zip(COLUMNS, values, strict=True))
    return json.dumps(row, default=lambda value: value.isoformat(), ensure_ascii=False) + "\n"
