"""The list of clients: found by their name and by their orders, or by what needs a colleague."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from portal.backoffice.filter_pills import filter_pills
from portal.backoffice.order.hidden_hashes import hide_hashes
from portal.backoffice.people.persons import LOOK
from portal.backoffice.row_pages import row_page
from portal.backoffice.staff_access import permission_required
from shop.billing.open_invoices import open_invoices
from shop.billing.reminder_rows import OverdueCase
from shop.orders.models import Order
from shop.orders.search import MOST, MOST_WORDS, search
from shop.search_words import asked_words
from shop.tenancy.appointment_requests import open_requests
from shop.tenancy.models import Client, Project
from shop.tenancy.name_search import find_named

LONGEST = 200  # characters of a search
OVERDUE, APPOINT = "overdue", "appoint"
NEEDS: dict[str, StrOrPromise] = {
    OVERDUE: _("overdue after the third reminder"),
    APPOINT: _("asks for another administrator"),
}


@dataclass(frozen=True)
class ClientFilter:
    """A filter of the list of clients; all of them by default."""

    q: str = ""
    needs: str = ""

    def clients(self) -> QuerySet[Client]:
        """Return the filtered clients, in no order."""
        found = Client.objects.order_by()
        if self.q:
            named = find_named(Client, asked_words(self.q)[:MOST_WORDS], MOST)
            orders = Order.objects.filter(pk__in=search(self.q).pks)
            theirs = orders.exclude(delivered_client=None).values_list("delivered_client")
            # As numbers: with a subquery, PostgreSQL would walk through all clients.
            found = found.filter(pk__in={*named, *(pk for (pk,) in theirs)})
        if self.needs == OVERDUE:
            found = found.filter(
                pk__in=OverdueCase.objects.filter(resolved_at=None).values("client")
            )
        if self.needs == APPOINT:
            found = found.filter(pk__in=open_requests().values("client"))
        return found

    def as_query(self, **changes: str) -> str:
        """Return the filter as a query string, with `changes`."""
        given = {"q": self.q, "needs": self.needs} | changes
        return urlencode([(name, text) for name, text in given.items() if text])


@permission_required(LOOK)
@require_safe
def clients(request: HttpRequest) -> HttpResponse:
    """List the clients that the query string asks for, the newest first."""
    wanted = _parse(request.GET)
    page = row_page(
        _with_counts(wanted.clients()),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    sees_invoices = request.user.has_perm("billing.view_invoice")
    owed: Any = open_invoices(page.rows) if sees_invoices else {}
    context = {
        "wanted": wanted,
        "rows": [(each, owed.get(each.pk, [])) for each in page.rows],
        "filters": [(_("Needs"), filter_pills(wanted, "needs", NEEDS))],
        "newer": wanted.as_query(before=page.before) if page.before else "",
        "older": wanted.as_query(after=page.after) if page.after else "",
    }
    return hide_hashes(request, render(request, "backoffice/clients/clients.html", context))


def _parse(asked: QueryDict) -> ClientFilter:
    needs = asked.get("needs", "")
    q = asked.get("q", "").replace("\0", "").strip()[:LONGEST]
    return ClientFilter(q, needs if needs in NEEDS else "")


def _with_counts(found: QuerySet[Client]) -> QuerySet[Any]:
    """Annotate the number of `projects_now`: those that are not erased."""
    projects = Project.objects.filter(client=OuterRef("pk"), erased_at=None).order_by()
    number = projects.values("client").annotate(number=Count("pk")).values("number")
    related = found.select_related("client_admin")
    return related.annotate(projects_now=Subquery(number, output_field=IntegerField()))
