"""The staff's queue: the orders that need them, and any other list of orders."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.backoffice.filter_pills import further_pills, state_pills
from portal.backoffice.filters import Filter, parse
from portal.backoffice.keyset_paging import Page, page_of
from portal.backoffice.queue_counts import count_waiting
from portal.backoffice.staff_access import permission_required, staff_user


@permission_required("orders.view_order")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """List the orders that need staff, oldest first, or those the query string asks for."""
    wanted = parse(request.GET, staff_user(request))
    page = page_of(wanted, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    counts = count_waiting()
    further = further_pills(wanted, counts)
    context = {
        "wanted": wanted,
        "page": page,
        "counts": counts,
        "states": state_pills(wanted, counts),
        "further": further,
        "narrowed": [(legend, pill) for legend, pills in further for pill in pills if pill.is_on],
        **_links(wanted, page),
    }
    return render(request, "backoffice/queue.html", context)


@permission_required("orders.view_order")
@require_safe
def live_counts(request: HttpRequest) -> HttpResponse:
    """Return the counts alone; 204 if the page shows them already (`?seen=`)."""
    counts = count_waiting()
    if request.GET.get("seen", "") == counts.version:
        return HttpResponse(status=204)
    return render(request, "backoffice/counts.html", {"counts": counts})


def _links(wanted: Filter, page: Page) -> dict[str, str]:
    column, latest_first = wanted.order_by
    by_age = "waiting" if column == "updated_at" and latest_first else "changed"
    by_number = "oldest" if column == "created_at" and latest_first else "newest"
    if column != "updated_at":
        by_age = "waiting"
    direction = "descending" if latest_first else "ascending"
    return {
        "filter": wanted.as_query(),
        "by_age": wanted.as_query(sort=by_age),
        "by_number": wanted.as_query(sort=by_number),
        # The column shows ages: the order that has waited longest has the greatest.
        "age_sorted": ("ascending" if latest_first else "descending")
        if column == "updated_at"
        else "none",
        "number_sorted": direction if column == "created_at" else "none",
        "newer": _page_link(wanted, "before", page.before),
        "older": _page_link(wanted, "after", page.after),
    }


def _page_link(wanted: Filter, side: str, cursor: str) -> str:
    query = wanted.as_query()
    return f"{query}{'&' if query else ''}{side}={cursor}" if cursor else ""
