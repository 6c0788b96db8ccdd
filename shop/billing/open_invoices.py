"""Sums that clients have still to pay."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from shop.billing.balances import with_balance
from shop.billing.models import Invoice
from shop.tenancy.models import Client


class Open(NamedTuple):
    """A client's open invoices in one currency."""

    number: int
    cents: int  # of all
    currency: str
    is_overdue: bool  # at least one is


def open_invoices(clients: Iterable[Client]) -> defaultdict[int, list[Open]]:
    """Return what is open at each of `clients`, by their numbers; nothing for the others."""
    by_client: defaultdict[int, list[Open]] = defaultdict(list)
    if not (numbers := [client.pk for client in clients]):
        return by_client
    found = with_balance(Invoice.objects.filter(client__in=numbers, kind=Invoice.Kind.INVOICE))
    sums: dict[tuple[int, str], list[tuple[int, str]]] = defaultdict(list)
    rows = found.filter(open_cents__gt=0).order_by("currency")
    for client, currency, *of_one in rows.values_list("client", "currency", "open_cents", "state"):
        sums[client, currency].append((of_one[0], of_one[1]))
    for (client, currency), each in sums.items():
        cents = sum(open_cents for open_cents, _state in each)
        overdue = any(state == "overdue" for _cents, state in each)
        by_client[client].append(Open(len(each), cents, currency, overdue))
    return by_client
