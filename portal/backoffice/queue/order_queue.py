"""The staff's queue: the orders that need them, and any other list of orders."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from portal.backoffice.filter_pills import PILL, Pill
from portal.backoffice.queue.filters import AGES, CHANNELS, FAILING, GROUPS, TAKEN, Filter, parse
from portal.backoffice.queue.keyset_paging import Page, page_of
from portal.backoffice.queue.queue_counts import Counts, count_waiting
from portal.backoffice.queue.queue_rows import rows_of
from portal.backoffice.staff_access import permission_required, staff_user
from shop.catalogue.models import Product
from shop.compiled_queries import CompiledQuery
from shop.row_patterns import render_rows

_tiers: CompiledQuery[tuple[str, str]] = CompiledQuery(
    lambda: Product.objects.values_list("code", "name")
)


@permission_required("orders.view_order")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """List the orders that need staff, oldest first, or those the query string asks for."""
    wanted = parse(request.GET, staff_user(request))
    page = page_of(wanted, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    counts = count_waiting()
    further = _further_pills(wanted, counts)
    may_mend = wanted.user.has_perm("orders.mend_order")
    flags = ["may_mend"] if may_mend else []
    context = {
        "wanted": wanted,
        "rows": render_rows("backoffice/queue_row.html", rows_of(page.orders), *flags),
        "may_mend": may_mend,
        "counts": counts,
        "states": render_rows(PILL, _state_pills(wanted, counts)),
        "further": [(legend, render_rows(PILL, pills)) for legend, pills in further],
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
    sort = wanted.order_by
    # The column shows ages: the order that has waited longest has the greatest.
    ages = {("updated_at", True): "ascending", ("updated_at", False): "descending"}
    numbers = {("created_at", True): "descending", ("created_at", False): "ascending"}
    return {
        "filter": wanted.as_query(),
        "by_age": wanted.as_query(sort="changed" if sort == ("updated_at", False) else "waiting"),
        "by_number": wanted.as_query(sort="oldest" if sort == ("created_at", True) else "newest"),
        "age_sorted": ages.get(sort, "none"),
        "number_sorted": numbers.get(sort, "none"),
        "newer": wanted.as_query(before=page.before) if page.before else "",
        "older": wanted.as_query(after=page.after) if page.after else "",
    }


def _state_pills(wanted: Filter, counts: Counts) -> list[Pill]:
    """Build the pills of the groups, one of which is always on."""
    shown, group = counts.shown(), wanted.group
    return [
        _pill(name, label, wanted.as_query(show=name, sort=""), name == group, shown)
        for name, (label, _slices) in GROUPS.items()
    ]


def _further_pills(wanted: Filter, counts: Counts) -> list[tuple[str, list[Pill]]]:
    """Build all other pills by heading; clicking a pill again turns it off."""
    ages = ((name, label) for name, (_age, label) in AGES.items())
    channels = ((name, label) for name, (label, _where) in CHANNELS.items())
    shown = counts.shown() if wanted.group == "person" else {}
    return [
        (_("Waiting for more than"), _pills(wanted, "age", ages, shown)),
        (_("Assigned"), _pills(wanted, "taken", TAKEN.items())),
        (_("Follow-up"), _pills(wanted, "due", [("1", _("due"))])),
        (_("Tier"), _pills(wanted, "tier", _tiers.all())),
        (_("Ordered through"), _pills(wanted, "channel", channels)),
        (_("Could not be sent"), _pills(wanted, "failing", FAILING.items())),
    ]


def _pills(
    wanted: Filter,
    field: str,
    choices: Iterable[tuple[str, StrOrPromise]],
    counts: dict[str, str] | None = None,
) -> list[Pill]:
    chosen = getattr(wanted, field)
    return [
        _pill(
            name,
            label,
            wanted.as_query(**{field: "" if chosen == name else name}),
            chosen == name,
            counts or {},
        )
        for name, label in choices
    ]


def _pill(name: str, label: StrOrPromise, query: str, is_on: bool, counts: dict[str, str]) -> Pill:
    return Pill(name, str(label), query, is_on, name in counts, counts.get(name, ""))
