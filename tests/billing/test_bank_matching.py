"""Numbers of invoices are found however a payer and their banks write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.billing.bank_matching import Match, match_transfers, numbers_in
from tests.factories import make_invoice

SEPARATORS = st.sampled_from(["-", "", " ", " - ", "–", "/", "\n", "-\n"])
WORDS = st.text(alphabet="abcXYZ äß+:,;RNr.", max_size=20)


@given(
    year=st.integers(2000, 2099),
    number=st.integers(1, 999_999),
    separator=SEPARATORS,
    torn=st.integers(0, 6),
    words=st.tuples(WORDS, WORDS),
)
def test_number_is_found_anywhere_in_a_text(
    year: int, number: int, separator: str, torn: int, words: tuple[str, str]
) -> None:
    digits = f"{number:06d}"
    written = f"{year}{separator}{digits[:torn]} {digits[torn:]}"
    assert f"{year}-{digits}" in numbers_in(written.join(words))


@pytest.mark.once
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("RE 2026-000123", ["2026-000123"]),
        ("2026-000123, 2026 000124 und 2026000125", ["2026-000123", "2026-000124", "2026-000125"]),
        ("Kunde 47112026000123", []),
        ("2026-00012", []),
        ("2026-0001234", ["2026-0001234"]),
        ("1999-000123", []),
        ("Musterfirma GmbH", []),
    ],
)
def test_only_whole_numbers_are_found(text: str, found: list[str]) -> None:
    assert numbers_in(text) == found


def matched(*transfers: tuple[str, int, str]) -> list[tuple[list[str], bool]]:
    return [
        ([invoice.number for invoice in match.invoices], match.exact)
        for match in match_transfers(transfers)
    ]


@pytest.mark.django_db
def test_transfer_is_matched_by_number_and_amount_alone() -> None:
    first, second, other = make_invoice(), make_invoice(), make_invoice()
    gross, both = first.gross_cents, first.gross_cents + second.gross_cents
    name = other.client.name
    assert matched(
        (f"{first.number}", gross, "EUR"),
        (f"{first.number}", gross, "EUR"),  # the second time it is excess
        (f"{first.number} {second.number}", both, "EUR"),  # as the first is paid
        (f"{second.number}", gross - 1, "EUR"),
        (f"{second.number}", gross, "USD"),
        (name, other.gross_cents, "EUR"),
        ("2026-999999", gross, "EUR"),
    ) == [
        ([first.number], True),
        ([first.number], False),
        ([first.number, second.number], False),
        ([second.number], False),
        ([], False),
        ([], False),
        ([], False),
    ]
    assert matched((f"{first.number} {second.number}", both, "EUR")) == [
        ([first.number, second.number], True)
    ]
    assert list(match_transfers([("", -5, "EUR")])) == [Match()]
