"""Search orders by whatever people have before them: a link, a number, a name, an address."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from shop.orders.models import Order, SearchWord
from shop.orders.order_numbers import find_order_number
from shop.orders.pasted_text import find_email, find_hash
from shop.orders.search_words import asked_email, asked_words

MOST = 500  # orders; to see others, type more
MOST_WORDS = 12
ROWS = 4 * MOST  # an order may hold several words of one beginning
COUNTED = 5000  # rows of a word; beyond that it counts as common
LONGEST_NUMBER = 18  # digits that fit a BigIntegerField
AFTER = b"\xff"  # sorts after every UTF-8 byte


@dataclass(frozen=True)
class Found:
    """Primary keys of orders; `has_more` if there are more than MOST."""

    pks: frozenset[int]
    has_more: bool = False


def search(text: str) -> Found:
    """Find the orders that `text` names; a pasted link of an order finds that order alone.

    Otherwise by order number, by the number of an order or client, and by words: each must begin a
    word of the order's names, e-mail address or its domain, login, client, project or number.
    """
    text = text.replace("\0", "")
    if order_hash := find_hash(text):
        return Found(frozenset(_pks(Order.objects.filter(order_hash=order_hash))))
    lists = [_pks(orders) for orders in _by_number(text.strip())]
    email = find_email(text)
    lists.append(_by_words([asked_email(email)] if email else asked_words(text)[:MOST_WORDS]))
    pks = frozenset(pk for each in lists for pk in each[:MOST])
    return Found(pks, has_more=any(len(each) > MOST for each in lists))


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


def _by_words(asked: list[tuple[str, ...]]) -> list[int]:
    words = [_beginning_with(forms) for forms in asked]
    if not words:
        return []
    # Begin with the rarest, and look into its orders for the others.
    if len(words) > 1:
        words.sort(key=lambda word: SearchWord.objects.filter(word)[:COUNTED].count())
    rarest, *others = words
    rows = SearchWord.objects.filter(rarest)
    for word in others:
        rows = rows.filter(Exists(SearchWord.objects.filter(word, order=OuterRef("order"))))
    # Sorted by the index, so that no database reads the table instead.
    found = rows.order_by("word", "order").values_list("order", flat=True)[:ROWS]
    return list(dict.fromkeys(found))[: MOST + 1]


def _beginning_with(forms: tuple[str, ...]) -> Q:
    """Match rows that begin with one of `forms`, the ways to write one word."""
    match = Q()
    for form in forms:
        prefix = form.encode()
        match |= Q(word__gte=prefix, word__lt=prefix + AFTER)
    return match
