"""The list of invoices and credit notes, with totals of what is filtered."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from portal.backoffice.billing_access import looker_required
from portal.backoffice.invoice_filters import (
    FILES,
    KINDS,
    STATES,
    InvoiceFilter,
    invoice_page,
    parse_invoice_filter,
)
from portal.backoffice.order_queue import PILL, Pill
from shop.row_patterns import render_rows


@looker_required
def invoices(request: HttpRequest) -> HttpResponse:
    """List the invoices that the query string asks for, the newest first."""
    wanted = parse_invoice_filter(request.GET)
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = invoice_page(wanted, after=after, before=before)
    context = {
        "wanted": wanted,
        "invoices": page.invoices,
        "totals": wanted.totals(),
        "filters": [
            (legend, render_rows(PILL, _pills(wanted, name, choices)))
            for legend, name, choices in (
                (_("State"), "state", STATES),
                (_("Kind"), "kind", KINDS),
                (_("Files"), "files", FILES),
            )
        ],
        "filter": wanted.as_query(),
        "without_client": wanted.as_query(client=""),
        "newer": wanted.as_query(before=page.before) if page.before else "",
        "older": wanted.as_query(after=page.after) if page.after else "",
    }
    return render(request, "backoffice/invoices.html", context)


def _pills(wanted: InvoiceFilter, field: str, choices: Mapping[str, StrOrPromise]) -> list[Pill]:
    """Build the pills of a filter; clicking a pill again turns it off."""
    chosen = getattr(wanted, field)
    return [
        Pill(
            name=name,
            label=str(label),
            query=wanted.as_query(**{field: "" if chosen == name else name}),
            is_on=chosen == name,
            is_counted=False,
            count="",
        )
        for name, label in choices.items()
    ]
