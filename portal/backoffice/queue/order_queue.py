"""The staff's queue: the orders that need them, and any other list of orders."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from portal.backoffice.filter_pills import PILL, Pill
from portal.backoffice.order.hidden_hashes import without_hashes
from portal.backoffice.queue.filter_choices import IN_PANEL, chips, panel_fields
from portal.backoffice.queue.filters import GROUPS, NAMES, PARAMETERS, Filter
from portal.backoffice.queue.keyset_paging import ListedOrder, Page, page_of
from portal.backoffice.queue.live_rows import changes_since
from portal.backoffice.queue.queue_columns import COLUMNS, shown_columns
from portal.backoffice.queue.queue_counts import Counts, count_waiting
from portal.backoffice.queue.queue_rows import rows_of
from portal.backoffice.queue.saved_views import MEND, OpenedList, opened_list
from portal.backoffice.staff_access import permission_required
from shop.orders.cursors import EPOCH, MICROSECOND
from shop.row_patterns import render_rows

ROW = "backoffice/queue_row.html"


@permission_required("orders.view_order")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """List the orders that need staff, oldest first, or those the query string asks for."""
    opened = opened_list(request)
    wanted, listed = opened.wanted, opened.listed
    after, before = (request.GET.get(side, "") for side in ("after", "before"))
    page = page_of(listed, after=after, before=before)
    counts = count_waiting()
    here = wanted.as_query(after=after, before=before)
    columns = shown_columns(listed.columns)
    context = {
        "wanted": wanted,
        "here": here,
        "rows": _rows(listed, page.orders, here),
        "may_mend": wanted.user.has_perm(MEND),
        "counts": counts,
        "groups": render_rows(PILL, _group_pills(wanted, counts)),
        "since": "" if after or before else (wanted.now - EPOCH) // MICROSECOND,
        "columns": " ".join(columns),
        "headings": [(name, COLUMNS[name].label) for name in columns],
        "all_columns": [(name, each.label, name in columns) for name, each in COLUMNS.items()],
        **_filters(wanted, is_open="panel" in request.GET),
        **_views(opened),
        **_links(wanted, page),
    }
    return render(request, "backoffice/queue.html", context)


@permission_required("orders.view_order")
@require_safe
def filter_panel(request: HttpRequest) -> HttpResponse:
    """Return the fields of all filters, set to those of the query string."""
    context = {"panel": panel_fields(opened_list(request).wanted)}
    return render(request, "backoffice/queue/panel.html", context)


@permission_required("orders.view_order")
@require_safe
def live_counts(request: HttpRequest) -> HttpResponse:
    """Return the counts, and what has changed in the list of the query string.

    204 if the page has it all: the counts (`?seen=`), the rows (`?shown=`), and how many orders
    came in `?since=` then (`?told=`).
    """
    counts = count_waiting()
    has_new_counts = request.GET.get("seen", "") != counts.version
    opened = opened_list(request) if "shown" in request.GET else None
    changed, further = changes_since(request.GET, opened.listed) if opened else ([], 0)
    is_told = str(further) == request.GET.get("told", "0")
    if not (has_new_counts or changed) and is_told:
        return HttpResponse(status=204)
    here = request.GET.get("here", "")
    context = {
        "counts": counts,
        "has_new_counts": has_new_counts,
        "filter": opened.wanted.as_query() if opened else "",
        "changed": len(changed),
        "rows": _rows(opened.listed, changed, here, "is_swapped") if opened else "",
        "told": further,
    }
    return render(request, "backoffice/counts.html", context)


def _rows(listed: Filter, orders: list[ListedOrder], here: str, *flags: str) -> str:
    column, _latest_first = listed.order_by
    names = [*shown_columns(listed.columns), *flags]
    if listed.user.has_perm("orders.mend_order"):
        names.append("may_mend")
    rows = render_rows(ROW, rows_of(orders, here, column), *names)
    return rows if "may_mend" in names else mark_safe(without_hashes(rows))  # noqa: S308 -- of escaped texts


def _filters(wanted: Filter, *, is_open: bool) -> dict[str, Any]:
    """Return what the form of the filters shows, and what it keeps without showing it."""
    given = {PARAMETERS.get(name, name): getattr(wanted, name) for name in NAMES if name != "q"}
    chosen = [(name, value) for name, value in given.items() if value]
    return {
        "chips": chips(wanted),
        "panel": panel_fields(wanted) if is_open else None,
        "kept_fields": [pair for pair in chosen if pair[0] not in IN_PANEL],
        "panel_values": [pair for pair in chosen if pair[0] in IN_PANEL],
        "save_url": f"{reverse('staff_new_view')}?{urlencode({'query': wanted.as_query(view='')})}",
    }


def _views(opened: OpenedList) -> dict[str, Any]:
    view, user = opened.view, opened.wanted.user
    may_share = user.has_perm(MEND)
    return {
        "views": opened.views,
        "view": view,
        "is_changed": opened.is_changed,
        "may_change": view and (view.owner_id == user.pk or (view.is_shared and may_share)),
    }


def _links(wanted: Filter, page: Page) -> dict[str, str]:
    sort = wanted.order_by
    # The column shows ages: the order that has waited longest has the greatest.
    ages = {("updated_at", True): "ascending", ("updated_at", False): "descending"}
    numbers = {("created_at", True): "descending", ("created_at", False): "ascending"}
    by_age = wanted.as_query(sort="changed" if sort == ("updated_at", False) else "waiting")
    return {
        "filter": wanted.as_query(),
        "by_age": "" if wanted.is_by_day else by_age,
        "by_number": wanted.as_query(sort="oldest" if sort == ("created_at", True) else "newest"),
        "age_sorted": ages.get(sort, "none"),
        "number_sorted": numbers.get(sort, "none"),
        "newer": wanted.as_query(before=page.before) if page.before else "",
        "older": wanted.as_query(after=page.after) if page.after else "",
    }


def _group_pills(wanted: Filter, counts: Counts) -> list[Pill]:
    """Build the pills of the groups, one of which is on unless a saved view is open."""
    shown, group = counts.shown(), wanted.group
    return [
        Pill(
            name=name,
            label=str(label),
            query=wanted.as_query(view="", show=name, sort=""),
            is_on=name == group and not wanted.view,
            is_counted=name in shown,
            count=shown.get(name, ""),
        )
        for name, (label, _slices) in GROUPS.items()
    ]
