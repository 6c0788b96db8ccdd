"""Search orders by a hash, a number, or the beginning of an e-mail, a login or a name."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from shop.orders.models import HASH, Order
from shop.prefix_search import beginning
from shop.tenancy.models import Client, Project

MOST = 500  # results of one kind; to see others, type more
LONGEST_NUMBER = 18  # digits that fit a BigIntegerField
TEXTS = ("user_email", "user_login", "client_name", "project_name")


@dataclass(frozen=True)
class Found:
    """Primary keys of orders; `has_more` if there are more than MOST."""

    pks: frozenset[int]
    has_more: bool = False


def search(text: str) -> Found:
    """Find orders by hash (also in a URL), by the number of an order or client, or by a prefix.

    A prefix is that of an e-mail address, a login, a client's or a project's name, in any case.
    """
    if hash_ := HASH.search(text.lower()):
        return Found(frozenset(_pks(Order.objects.filter(order_hash=hash_[0]))))
    text = " ".join(text.replace("\0", "").split())
    if not text:
        return Found(frozenset())
    by_text = (beginning(Order.objects.all(), name, text) for name in TEXTS)
    lists = [_pks(orders) for orders in (*_by_number(text), *by_text, *_by_delivered(text))]
    pks = frozenset(pk for each in lists for pk in each[:MOST])
    return Found(pks, has_more=any(len(each) > MOST for each in lists))


def _pks(orders: QuerySet[Order]) -> list[int]:
    return list(orders.values_list("pk", flat=True)[: MOST + 1])


def _by_number(text: str) -> Iterator[QuerySet[Order]]:
    digits = text.removeprefix("#")
    if digits.isascii() and digits.isdecimal() and len(digits) <= LONGEST_NUMBER:
        yield Order.objects.filter(pk=int(digits))
        yield Order.objects.filter(client_id=int(digits)).order_by()
        yield Order.objects.filter(delivered_client=int(digits)).order_by()


def _by_delivered(text: str) -> Iterator[QuerySet[Order]]:
    # Orders for an existing client or project hold its number, not its name.
    if clients := _named(Client.objects.all(), text):
        yield Order.objects.filter(client_id__in=clients).order_by()
        yield Order.objects.filter(delivered_client__in=clients).order_by()
    if projects := _named(Project.objects.all(), text):
        yield Order.objects.filter(delivered_project__in=projects).order_by()


def _named(rows: QuerySet[Client] | QuerySet[Project], text: str) -> list[int]:
    return list(beginning(rows, "name", text).values_list("pk", flat=True)[:MOST])
