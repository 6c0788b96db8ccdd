"""Export of orders as a file: streamed, safe for spreadsheets, and logged."""

import csv
import json
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.backoffice.filters import Filter, parse
from portal.backoffice.keyset_paging import fetch, positions
from portal.backoffice.models import Export
from portal.backoffice.staff_access import permission_required, staff_user
from shop.orders.models import Order
from shop.orders.order_members import EXPORTED

logger = logging.getLogger(__name__)

AT_ONCE = 500  # orders in one query; no cursor stays open between queries
# Text that spreadsheets take for a formula, also with semicolons as separators or with full-width
# characters. A leading apostrophe makes it text.
FORMULA = re.compile(r"""(\A|;"*)(?=[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])""")
# Never the hash: it opens the registration page.
FIELDS = (
    *("pk", "state", "complete", "fault", "tier_name", "net_cents", "currency", *EXPORTED),
    *("delivered_client_id", "delivered_project_id", "created_at", "updated_at", "follow_up_on"),
)
COLUMNS = ("order", *FIELDS[1:], "last_step", "attempts", "taken_by")
TYPES = {
    Export.Format.CSV: "text/csv; charset=utf-8",
    Export.Format.JSON_LINES: "application/x-ndjson",
}


@permission_required("orders.export_order")  # type: ignore[arg-type]  # it streams
@require_safe
def export(request: HttpRequest, kind: str) -> StreamingHttpResponse:
    """Export all orders of the filtered list, oldest first."""
    wanted = parse(request.GET, staff_user(request))
    write = _csv if kind == Export.Format.CSV else _json_lines
    response = StreamingHttpResponse(
        _recorded(wanted, Export.Format(kind), write), content_type=TYPES[Export.Format(kind)]
    )
    name = f"orders-{timezone.localtime():%Y-%m-%d-%H%M}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def rows(wanted: Filter) -> Iterator[dict[str, Any]]:
    """Yield each filtered order once, oldest first, even if orders change meanwhile."""
    wanted = replace(wanted, sort="oldest")
    place = None
    while found := positions(wanted, place, AT_ONCE):
        for order in fetch([pk for _when, pk in found]):
            yield _row(order)
        place = found[-1]


def _row(order: Order) -> dict[str, Any]:
    packing = getattr(order, "packing", None)
    return dict(
        zip(
            COLUMNS,
            (
                *(getattr(order, name) for name in FIELDS),
                packing.last_step if packing else "",
                packing.attempts if packing else 0,
                order.taken_by.email if order.taken_by else None,
            ),
            strict=True,
        )
    )


def _recorded(
    wanted: Filter,
    kind: Export.Format,
    write: Callable[[Iterator[dict[str, Any]]], Iterator[str]],
) -> Iterator[str]:
    export = Export.objects.create(user=wanted.user, format=kind, filter=wanted.as_query())
    number = 0

    def counted() -> Iterator[dict[str, Any]]:
        nonlocal number
        for row in rows(wanted):
            number += 1
            yield row

    logger.info("User %s begins %s.", wanted.user.pk, export)
    yield from write(counted())
    Export.objects.filter(pk=export.pk).update(number=number)
    logger.info("%s took %d orders out, by user %s.", export, number, wanted.user.pk)


class _Echo:
    """A file object whose `write` returns the text."""

    def write(self, text: str) -> str:
        return text


def _csv(found: Iterator[dict[str, Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"  # else spreadsheets guess another encoding
    yield writer.writerow(COLUMNS)
    for row in found:
        yield writer.writerow([_plain(value) for value in row.values()])


def _plain(value: object) -> object:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return FORMULA.sub(r"\1'", value) if isinstance(value, str) else value


def _json_lines(found: Iterator[dict[str, Any]]) -> Iterator[str]:
    for row in found:
        yield json.dumps(row, default=lambda value: value.isoformat(), ensure_ascii=False) + "\n"
