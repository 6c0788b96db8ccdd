"""The list of invoices and credit notes, with totals of what is filtered."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from portal.backoffice.billing.billing_access import looker_required
from portal.backoffice.billing.invoice_filters import (
    FILES,
    KINDS,
    STATES,
    parse_invoice_filter,
)
from portal.backoffice.filter_pills import filter_pills
from portal.backoffice.row_pages import row_page


@looker_required
def invoices(request: HttpRequest) -> HttpResponse:
    """List the invoices that the query string asks for, the newest first."""
    wanted = parse_invoice_filter(request.GET)
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    found = wanted.invoices().select_related("client", "corrects")
    # Numbers are given in turn, so the newest invoice has the highest key.
    page = row_page(found, after=after, before=before)
    context = {
        "wanted": wanted,
        "invoices": page.rows,
        "totals": wanted.totals(),
        "filters": [
            (legend, filter_pills(wanted, name, choices))
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
