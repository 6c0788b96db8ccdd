"""Pills: the choices of a list's filters, each a link to the list as it would then be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from django_stubs_ext import StrOrPromise

from shop.row_patterns import render_rows

PILL = "backoffice/pill.html"


class ListFilter(Protocol):
    """A list's filter, which knows its query string."""

    def as_query(self, **changes: str) -> str:
        """Return the filter as a query string, with `changes`."""


@dataclass(frozen=True)
class Pill:
    """One choice, in the words of `backoffice/pill.html`."""

    name: str
    label: str
    query: str
    is_on: bool
    is_counted: bool = False
    count: str = ""


def filter_pills(wanted: ListFilter, field: str, choices: Mapping[str, StrOrPromise]) -> str:
    """Render the pills of a filter's field; clicking a pill again turns it off."""
    chosen = getattr(wanted, field)
    return render_rows(
        PILL,
        [
            Pill(
                name=name,
                label=str(label),
                query=wanted.as_query(**{field: "" if chosen == name else name}),
                is_on=chosen == name,
            )
            for name, label in choices.items()
        ],
    )
