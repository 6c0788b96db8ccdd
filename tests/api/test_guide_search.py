"""The search through both guides: what is found, in which order, and where it leads."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from shop.guide.chapter_search import LONGEST, MOST_WORDS
from shop.guide.pages import GUIDES, Chapter
from tests.api.guides import page
from tests.pages import assert_escaped, html, visitor, words

pytestmark = pytest.mark.django_db

CHAPTERS = [chapter for guide in GUIDES.values() for chapter in guide.chapters]


def found(text: str, **headers: str) -> list[str]:
    """Return the addresses of the hits, in their order."""
    answer = Client(headers={"accept-language": "en", **headers}).get(
        "/api/docs/search", {"q": text}
    )
    assert answer.status_code == 200
    return re.findall(r'<a href="(/api/docs[^"]*)"><b>', html(answer))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=str)
def test_chapter_is_found_by_its_heading(chapter: Chapter) -> None:
    assert chapter.url in found(chapter.heading)[:5]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("idempotency", "/api/docs/idempotency"),
        ("IDEMPOTENCY-KEY", "/api/docs/idempotency"),
        ("placeOrder", "/api/docs/orders-reference#placeOrder"),
        ("how do I cancel an order", "/api/docs/changing"),
        ("client_name", "/api/docs/members#fields-to-send"),
        ("verify signature", "/api/docs/webhooks#verify-the-signature"),
        ("unknown_tier", "/api/docs/codes#error-unknown_tier"),
        ("quoteHash", "/api/docs/open-order/resources#action"),
    ],
)
def test_what_is_asked_for_is_found(text: str, first: str) -> None:
    assert first in found(text)[:2]


def test_title_comes_before_lead_and_lead_before_text() -> None:
    hits = found("429")
    assert hits[:2] == ["/api/docs/errors#retries", "/api/docs/limits"]
    assert "/api/docs/webhooks#retries" in hits[2:]


def test_hit_has_its_place_and_its_text_around_the_word() -> None:
    said = words(visitor().get("/api/docs/search", {"q": "look alike"}))
    assert "Access to orders API for partners … " in said
    assert "without letters that look alike" in said


def test_nothing_is_found_by_no_word_and_by_an_unknown_one() -> None:
    assert found("") == found(" ") == found("zzz") == []
    assert found("webhooks") != []


def test_typed_text_is_shown_as_text() -> None:
    answer = visitor().get("/api/docs/search", {"q": "<b>x</b>\0"})
    assert_escaped(answer, "<b>x</b>")
    assert visitor().get("/api/docs/search", {"q": "x" * 10 * LONGEST}).status_code == 200


def test_only_the_first_words_are_searched_for_each_once() -> None:
    unknown = [f"zz{chr(ord('a') + number)}" for number in range(MOST_WORDS)]
    assert found(" ".join([*unknown, "idempotency"])) == []
    assert found(" ".join([*unknown[1:], "idempotency"])) == found("idempotency") != []
    assert found(" ".join([*unknown[:1] * MOST_WORDS, "idempotency"])) == found("idempotency")


def test_page_repeats_no_more_than_is_searched_for() -> None:
    answer = visitor().get("/api/docs/search", {"q": "x" * 10 * LONGEST})
    assert "x" * LONGEST in words(answer)
    assert "x" * (LONGEST + 1) not in words(answer)


def test_box_gets_the_first_hits_alone(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    found("order")
    with django_assert_num_queries(1):
        first = found("order", hx_request="true")
    assert (first, len(first)) == (found("order")[:8], 8)
    answer = Client(headers={"hx-request": "true"}).get("/api/docs/search", {"q": "order"})
    assert "<html" not in html(answer)
    assert "HX-Request" in answer["Vary"]


def test_page_of_results_is_for_no_search_engine() -> None:
    assert '<meta name="robots" content="noindex">' in page("/api/docs/search?q=order")


@pytest.mark.parametrize(
    ("path", "hit"),
    [
        ("/api/docs/idempotency_key", "/api/docs/idempotency"),
        ("/api/docs/open-order/order-quote", "/api/docs/open-order/quote"),
        ("/api/docs/zzz", None),
    ],
)
def test_unknown_chapter_is_not_found_and_answered_with_what_is_like_it(
    path: str, hit: str | None
) -> None:
    answer = visitor().get(path)
    assert answer.status_code == 404
    assert "There is no such chapter" in words(answer)
    hits = re.findall(r'<a href="(/api/docs[^"]*)"><b>', html(answer))
    assert hit in hits if hit else hits == []
