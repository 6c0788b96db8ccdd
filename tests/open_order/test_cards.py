"""Card numbers are recognised, and other numbers are not taken for them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.orders.card_numbers import holds_card

pytestmark = pytest.mark.once

# The networks' own numbers for tests.
CARDS = [
    "4111111111111111", "4012888888881881", "4000056655665556", "5555555555554444", "5105105105105100",
    "2223003122003222", "2720992720992729", "378282246310005", "371449635398431", "30569309025904",
    "38520000023237", "36227206271667", "3566002020360505", "6011111111111117", "6011000990139424",
    "6500000000000002", "6200000000000005", "6205500000000000004", "6759649826438453", "5018000000000009",
]  # fmt: skip
PHONES = [
    "+49 89 123456", "+49 (0)89 1234 5678", "089/123456", "0170 1234567", "0049 170 12345678", "+4915112345678",
    "+1 (415) 555-2671", "1-800-555-0199", "+44 20 7946 0958", "+33 1 70 18 99 00", "+34 911 23 45 67",
    "+36 1 234 5678", "+39 06 1234 5678 901", "+43 664 1234567890", "+62 812-3456-7890", "+86 138 0013 8000",
    "+91 98765 43210", "+358 9 1234567890", "+370 612 34567", "+380 44 123 4567", "+998 71 123 45 67",
    "089 12345678 / 0170 1234567", "+49 89 12345678, +49 170 1234567", "123456789012345", "+411111111111111",
    "089 123456-0", "+49-89-123456-0 ext. 4711", "116 117", "11 88 33",
]  # fmt: skip
TEXTS = [
    "", "Film 2026", "2026-11-21 2026-12-01", "20261121203015", "1234567890123456", "4111111111111112",
    "DE89 3704 0044 0532 0130 00", "AT61 1904 3002 3457 3201", "AB12CD34", "978-3-16-148410-0", "9223372036854775807",
    "0000000000000000", "41111111", "4111 1111 1111", "4111a1111b1111c1111", "1.411111111111111",
]  # fmt: skip


@pytest.mark.parametrize("card", CARDS)
def test_card_number_is_found_in_groups_and_in_text(card: str) -> None:
    size = 4 if len(card) != 15 else 5
    groups = [card[start : start + size] for start in range(0, len(card), size)]
    for between in ("", " ", "-", ".", "_", " - ", "\xa0", "\u2013", "  "):
        written = between.join(groups)
        for text in (
            written,
            f"Nr. {written}",
            f"Film{written}GmbH",
            f"{written} 12/29",
            f"{written} 12 29 123",
            f"12 29 {written}",
            f"Visa:{written}, danke",
            f"https://example.com/{written}?a",
        ):
            assert holds_card(text), text


@pytest.mark.parametrize("card", CARDS)
def test_card_number_in_other_digits_is_found(card: str) -> None:
    assert holds_card(card.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)}))
    assert holds_card(card.translate({ord(str(n)): chr(0x0660 + n) for n in range(10)}))


@pytest.mark.parametrize("text", [*PHONES, *TEXTS])
def test_other_numbers_are_no_cards(text: str) -> None:
    assert not holds_card(text)


@pytest.mark.parametrize("card", CARDS)
def test_card_number_with_one_wrong_digit_is_none(card: str) -> None:
    wrong = card[:-1] + str((int(card[-1]) + 1) % 10)
    assert not holds_card(wrong)


digits = st.text("0123456789", min_size=4, max_size=15)
between = st.sampled_from(["", " ", "-", ".", " - "])


@settings(max_examples=100, deadline=None)
@given(digits, st.lists(between, min_size=15, max_size=15), st.sampled_from(["+", "+ "]))
def test_no_international_phone_number_is_a_card(number: str, gaps: list[str], plus: str) -> None:
    # ITU-T E.164: a plus, and at most fifteen digits.
    written = "".join(sign + gap for sign, gap in zip(number, gaps, strict=False))
    assert not holds_card(f"{plus.strip()}{written}")


@settings(max_examples=100, deadline=None)
@given(st.text("0123456789", min_size=3, max_size=12), st.lists(between, min_size=13, max_size=13))
def test_no_national_phone_number_is_a_card(number: str, gaps: list[str]) -> None:
    written = "".join(sign + gap for sign, gap in zip(f"0{number}", gaps, strict=False))
    assert not holds_card(written)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_answered(text: str) -> None:
    assert holds_card(text) in {True, False}
