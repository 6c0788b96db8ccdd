"""The invoices that a token sees (contract, "Orders API")."""

import re
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict

from shop.access.tokens import Bearer
from shop.api.paging import Page, PageQuery, read_query
from shop.billing.balances import with_balance
from shop.billing.models import Invoice, Subscription
from shop.orders.archived_order import ArchivedOrder
from shop.orders.cursors import sorted_after

NUMBER = re.compile(r"[0-9A-Z-]{1,30}")


def visible_to(bearer: Bearer) -> QuerySet[Invoice]:
    """Return the invoices of orders that the application placed, or of the user's clients.

    A token that an application has of a user shows the user's clients, as a token of the user
    does, and not what the application has placed for others.
    """
    user = bearer.token.user
    if user is None:
        orders = Q(subscription__order__application=bearer.application)
        archived = ArchivedOrder.objects.filter(application=bearer.application).values("pk")
        # By the subscriptions: with the order itself in both, Django would join its table.
        ended = Subscription.objects.filter(order__in=archived).values("pk")
        return Invoice.objects.filter(orders | Q(subscription__in=ended))
    return Invoice.objects.filter(client__client_admin=user)


def list_invoices(parameters: QueryDict, bearer: Bearer) -> Page[Any]:
    """The page of invoices that `parameters` ask for, newest first, each with its `state`.

    Raises InvalidQueryError with every parameter at fault.
    """
    query = read_query(PageQuery, parameters)
    visible = visible_to(bearer)
    after = sorted_after(visible, "issued_at", query.position, descending=True)
    first = (query.page - 1) * query.per_page
    rows = list(_shown(after)[first : first + query.per_page + 1])
    total = visible.count()
    if len(rows) <= query.per_page:
        return Page(rows, total, query)
    last = rows[query.per_page - 1]
    return Page(rows[: query.per_page], total, query, (last.issued_at, last.pk))


def find_invoice(number: str, bearer: Bearer) -> Any | None:
    """Return the invoice of this number, with its `state`, if the token sees it."""
    if not NUMBER.fullmatch(number):
        return None
    return _shown(visible_to(bearer).filter(number=number)).first()


def _shown(invoices: QuerySet[Invoice]) -> QuerySet[Any]:
    return with_balance(invoices).select_related("subscription__order")
