"""Pasted text: links that other programs have wrapped, and addresses with something around."""

import time
from urllib.parse import quote, urlencode

import pytest

from shop.orders.pasted_text import find_email, find_hash

HASH = "8a1f0c2b9d4e47538f6a7b0c1d2e3f4d"  # ends in a digit that an escape might take for its own
LINK = f"https://shop.example/register/{HASH}/"
GUID = "0123456789abcdef0123456789abcdef"  # as gateways add to their links
SAFELINK = (
    "https://eur05.safelinks.protection.outlook.com/?url={}&data=05%7C02%7Cmia%40example.com%7C"
    f"{GUID}%7C{GUID}%7C0%7C0%7C638&sdata=x%2By%3D&reserved=0"
)


@pytest.mark.parametrize(
    "text",
    [
        HASH,
        HASH.upper(),
        LINK,
        LINK.upper(),
        f"{LINK}.",
        f"<{LINK}>",
        f"({LINK})",
        f'"{LINK}"',
        f"Order: {LINK} thanks",
        f"{LINK}join/17:abc/",
        f"https://shop.example/orders/{HASH}",
        f"https://shop.example/api/orders/{HASH}?x=1",
        LINK[:40] + "\r\n " + LINK[40:],
        LINK[:40] + "=\n" + LINK[40:],
        LINK[:40] + "= \r\n" + LINK[40:],
        LINK[:40] + "= " + LINK[40:],  # as a field of one line leaves it
        LINK[:40] + "=" + LINK[40:],
        f'<a href=3D"{LINK}">',
        quote(LINK, safe=""),
        quote(quote(LINK, safe=""), safe=""),
        SAFELINK.format(quote(LINK, safe="")),
        SAFELINK.format(quote(LINK, safe="")).replace("&", "&amp;"),
        # The parameters in another order: the digests stand before the link.
        f"https://gateway.example/?id={GUID}&url={quote(LINK, safe='')}",
        "https://www.google.com/url?" + urlencode({"sa": "t", "q": LINK, "ust": "1"}),
        "https://www.google.com/url?"
        + urlencode({"q": SAFELINK.format(quote(LINK, safe=""))}),
        "https://urldefense.proofpoint.com/v2/url?u="
        + LINK.replace("_", "-5F").replace(":", "-3A").replace("/", "_")
        + f"&d=DwMFaQ&c={GUID}&e=",
        "https://urldefense.proofpoint.com/v2/url?u="
        + LINK.replace(":", "-3A").replace("/", "-2F")
        + "&d=DwMFaQ&e=",
        f"https://urldefense.com/v3/__{LINK}__;!!AbC!xyz$",
        f"https://urldefense.com/v3/__{LINK}__;Iw!!AbC!{GUID}$",
        "\u200b".join(LINK),
        LINK.replace("/", "／"),
    ],
)  # fmt: skip
def test_hash_is_found_within_what_other_programs_made_of_a_link(text: str) -> None:
    assert find_hash(text) == HASH


@pytest.mark.parametrize("text", ["", "K7QM-3FZ2", HASH[:-1], f"{HASH}0", f"x{HASH}", "register/"])
def test_hash_is_not_found_where_there_is_none(text: str) -> None:
    assert find_hash(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "mia+set@example.org",
        " mia+set@example.org. ",
        "<mia+set@example.org>",
        "Mia Muster <mia+set@example.org>",
        '"Muster, Mia" <mia+set@example.org>,',
        "mailto:mia+set@example.org",
        "MAILTO:mia%2Bset@example.org?subject=Hello%20there",
        "<mailto:mia+set@example.org>",
        "Mia <mailto:mia+set@example.org>",
        "'mia+set@example.org'",
        "„mia+set@example.org“",
        "&lt;mia+set@example.org&gt;",
        "mia+set@\u200bexample.org",
    ],
)
def test_address_is_found_within_what_stands_around_it(text: str) -> None:
    assert find_email(text) == "mia+set@example.org"


@pytest.mark.parametrize(
    "text", ["", "Mia", "@example.org", "mia@", "a@b.example c@d.example", LINK, "mailto:"]
)
def test_address_is_not_found_where_there_is_not_exactly_one(text: str) -> None:
    assert find_email(text) is None


def test_address_in_letters_of_another_alphabet_is_kept_as_typed() -> None:
    assert find_email("Jule <jule@straßen-film.example>") == "jule@straßen-film.example"
    assert find_email("P. <p.o'brien@example.org>") == "p.o'brien@example.org"


@pytest.mark.parametrize(
    "text", [f"<{' ' * 3990}>x", f"<mailto:{' ' * 3980}x", "<" * 1990 + "> " * 990]
)
def test_thousands_of_blanks_are_read_at_once(text: str) -> None:
    before = time.process_time()
    assert find_email(text) is None
    assert time.process_time() - before < 1
