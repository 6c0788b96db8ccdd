"""Figures, quotes and references that speak for the shop. Staff fill them in; none are shipped."""

from dataclasses import dataclass
from typing import Any

from shop.content.models import Figure, Quote, Reference
from shop.remembered_rows import RememberedRows

FIGURES: RememberedRows[Figure] = RememberedRows(lambda: Figure.objects.filter(listed=True), Figure)
QUOTES: RememberedRows[Quote] = RememberedRows(lambda: Quote.objects.filter(listed=True), Quote)
REFERENCES: RememberedRows[Reference] = RememberedRows(
    lambda: Reference.objects.filter(listed=True), Reference
)
LISTED = (FIGURES, QUOTES, REFERENCES)


@dataclass(frozen=True)
class Proof:
    """All rows that are listed; false in a template where there are none."""

    figures: list[Figure]
    quotes: list[Quote]
    references: list[Reference]

    def __bool__(self) -> bool:
        return bool(self.figures or self.quotes or self.references)


def listed_rows() -> list[Any]:
    """Return the rows to show, remembered for ten seconds in each process."""
    return [rows.raw() for rows in LISTED]


def listed_proof() -> Proof:
    """Return what speaks for the shop, for `storefront/proof.html`."""
    return Proof(FIGURES.all(), QUOTES.all(), REFERENCES.all())
