"""Invoices that a transfer pays: by their numbers in its text and by the amount, never by name."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from shop.billing.balances import with_balance
from shop.billing.models import Invoice

# A number such as 2026-000123, as people and banks write it: with or without the hyphen, with
# spaces or line breaks anywhere. Numbers past a million have a digit more.
_YEAR = r"(?<!\d)(?=(2\s?0\s?\d\s?\d)[\s\-–—/._:]*"
_PATTERNS = [re.compile(_YEAR + rf"((?:\d\s?){{{digits}}})(?!\d))") for digits in (6, 7)]


@dataclass(frozen=True)
class Match:
    """The invoices that a transfer names; `exact` where it pays just these wholly.

    Open ones, or else those paid already: money that came twice is excess.
    """

    invoices: tuple[Any, ...] = ()  # with balance
    exact: bool = False


def numbers_in(text: str) -> list[str]:
    """Possible numbers of invoices in a text, each once, in its order."""
    found = [
        (match.start(), "-".join("".join(group.split()) for group in match.groups()))
        for pattern in _PATTERNS
        for match in pattern.finditer(text)
    ]
    return list(dict.fromkeys(number for _position, number in sorted(found)))


def match_transfers(transfers: Iterable[tuple[str, int, str]]) -> Iterator[Match]:
    """Match transfers (text, cents, currency) in turn; one invoice is paid exactly only once."""
    wanted = [(numbers_in(text), cents, currency) for text, cents, currency in transfers]
    found = _payable({number for numbers, _cents, _currency in wanted for number in numbers})
    taken: set[str] = set()
    for numbers, cents, currency in wanted:
        named = [found[number] for number in numbers if number in found]
        same = [invoice for invoice in named if invoice.currency == currency]
        owing = [invoice for invoice in same if invoice.open_cents]
        owed = sum(invoice.open_cents for invoice in owing)
        free = taken.isdisjoint(invoice.number for invoice in owing)
        exact = bool(owing) and len(same) == len(named) and owed == cents and free
        if exact:
            taken.update(invoice.number for invoice in owing)
        yield Match(tuple(owing or same) if cents > 0 else (), exact)


def _payable(numbers: set[str]) -> dict[str, Any]:
    """Invoices by number that may be paid, in pieces that every database takes."""
    found: dict[str, Any] = {}
    wanted = sorted(numbers)
    for start in range(0, len(wanted), 500):
        some = Invoice.objects.filter(
            number__in=wanted[start : start + 500], kind=Invoice.Kind.INVOICE
        )
        rows = with_balance(some.defer("document")).exclude(state="cancelled")
        found |= {invoice.number: invoice for invoice in rows.select_related("client")}
    return found
