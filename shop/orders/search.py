"""Search orders by whatever people have before them: a link, a number, a name, an address."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from shop.orders.archived_order import ArchivedOrder, archived_for, archived_with
from shop.orders.models import Order, SearchWord
from shop.orders.order_numbers import find_order_number
from shop.orders.pasted_text import find_email, find_hash
from shop.search_words import asked_email, asked_words
from shop.tenancy.email_addresses import user_by_email
from shop.word_search import find_by_words

MOST = 500  # orders; to see others, type more
MOST_WORDS = 12
LONGEST_NUMBER = 18  # digits that fit a BigIntegerField


@dataclass(frozen=True)
class Found:
    """Primary keys of orders; `has_more` if there are more than MOST."""

    pks: frozenset[int]
    has_more: bool = False


def search(text: str) -> Found:
    """Find the orders that `text` names; a pasted link of an order finds that order alone.

    Otherwise by order number, by the number of an order or client, and by words: each must begin a
    word of the order's names, e-mail address or its domain, login, client, project, number or
    reference.
    """
    text = text.replace("\0", "")
    if order_hash := find_hash(text):
        return Found(frozenset(_pks(Order.objects.filter(order_hash=order_hash))))
    lists = [_pks(orders) for orders in _by_number(text.strip())]
    lists.append(find_by_words(SearchWord.objects.all(), "order", asked_of(text), MOST + 1))
    pks = frozenset(pk for each in lists for pk in each[:MOST])
    return Found(pks, has_more=any(len(each) > MOST for each in lists))


def search_archived(text: str) -> QuerySet[ArchivedOrder]:
    """Find the archived orders of an exact link, number, e-mail address or webhook-id."""
    text = text.replace("\0", "").strip()
    if text.startswith("msg_"):
        return archived_with([text])
    if order_hash := find_hash(text):
        return ArchivedOrder.objects.filter(order_hash=order_hash)
    if number := find_order_number(text):
        return ArchivedOrder.objects.filter(order_number=number)
    if email := find_email(text):
        return archived_for(user_by_email(email), [email])
    return ArchivedOrder.objects.none()


def asked_of(text: str) -> list[tuple[str, ...]]:
    """Return the words that `text` asks for: one if it is an e-mail address, else MOST_WORDS."""
    email = find_email(text)
    return [asked_email(email)] if email else asked_words(text)[:MOST_WORDS]


def _pks(orders: QuerySet[Order]) -> list[int]:
    return list(orders.order_by().values_list("pk", flat=True)[: MOST + 1])


def _by_number(text: str) -> Iterator[QuerySet[Order]]:
    if number := find_order_number(text):
        yield Order.objects.filter(order_number=number)
    digits = text.removeprefix("#")
    if digits.isascii() and digits.isdecimal() and len(digits) <= LONGEST_NUMBER:
        yield Order.objects.filter(pk=int(digits))
        yield Order.objects.filter(client_id=int(digits))
        yield Order.objects.filter(delivered_client=int(digits))
