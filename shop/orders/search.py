"""Find orders by what somebody has at hand: a number, an address, a name."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from shop.orders.models import HASH, Order
from shop.prefix_search import beginning
from shop.tenancy.models import Client, Project

MOST = 500  # found by one kind of text; who finds more types more of it
LONGEST_NUMBER = 18  # digits; databases count that far
TEXTS = ("user_email", "user_login", "client_name", "project_name")


@dataclass(frozen=True)
class Found:
    """Numbers of orders; `has_more` where there are others beyond."""

    pks: frozenset[int]
    has_more: bool = False


def search(text: str) -> Found:
    """The orders that `text` may mean.

    An order's hash, alone or in an address; a number, of an order or of its client; or how an
    e-mail address, a login, a client or a project begins, in capitals or not.
    """
    if hash_ := HASH.search(text.lower()):
        return Found(frozenset(_numbers(Order.objects.filter(order_hash=hash_[0]))))
    text = " ".join(text.replace("\0", "").split())
    if not text:
        return Found(frozenset())
    lists = [list(_numbers(orders)) for orders in _by_number(text)]
    lists += [list(_numbers(beginning(Order.objects.all(), name, text))) for name in TEXTS]
    lists += [list(_numbers(orders)) for orders in _of_delivered(text)]
    pks = frozenset(pk for each in lists for pk in each[:MOST])
    return Found(pks, has_more=any(len(each) > MOST for each in lists))


def _numbers(orders: QuerySet[Order]) -> QuerySet[Order, int]:
    return orders.values_list("pk", flat=True)[: MOST + 1]


def _by_number(text: str) -> Iterator[QuerySet[Order]]:
    digits = text.removeprefix("#")
    if digits.isascii() and digits.isdecimal() and len(digits) <= LONGEST_NUMBER:
        yield Order.objects.filter(pk=int(digits))
        yield Order.objects.filter(client_id=int(digits)).order_by()
        yield Order.objects.filter(delivered_client=int(digits)).order_by()


def _of_delivered(text: str) -> Iterator[QuerySet[Order]]:
    # Orders for a client or project that was there before hold its number, not its name.
    if clients := _names(Client.objects.all(), text):
        yield Order.objects.filter(client_id__in=clients).order_by()
        yield Order.objects.filter(delivered_client__in=clients).order_by()
    if projects := _names(Project.objects.all(), text):
        yield Order.objects.filter(delivered_project__in=projects).order_by()


def _names(rows: QuerySet[Client] | QuerySet[Project], text: str) -> list[int]:
    return list(beginning(rows, "name", text).values_list("pk", flat=True)[:MOST])
