"""The way back to an order's page for who has kept its number only, or half a link."""

import pytest

from tests.factories import make_order
from tests.pages import error_beside, html, summary, visitor, words

pytestmark = pytest.mark.django_db

HASH = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    "pasted",
    [
        HASH,
        HASH.upper(),
        f"  {HASH}\n",
        f"{HASH[:20]}\n{HASH[20:]}",
        f"{HASH[:9]} {HASH[9:]}",
        f"https://shop.example/register/{HASH}/",
        f"http://localhost:8000/register/{HASH}/join/{'ab' * 20}:x/?lang=de",
        f"<https://shop.example/register/{HASH}>.",
        f"Bestellnummer {HASH}",
    ],
)
def test_number_or_link_leads_to_the_orders_page(pasted: str) -> None:
    answer = visitor().get("/register/", {"order": pasted})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/register/{HASH}/")


def test_answer_is_the_same_whether_or_not_there_is_such_an_order() -> None:
    order = make_order()
    for number in (order.order_hash, HASH):
        answer = visitor().get("/register/", {"order": number})
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/register/{number}/")


@pytest.mark.parametrize(
    "pasted", ["17", "g" * 32, HASH[:31], HASH + "0", f"{HASH}{HASH}", "<b>", "a " * 900]
)
def test_what_holds_no_number_is_told_beside_the_field(pasted: str) -> None:
    page = visitor().get("/register/", {"order": pasted})
    assert page.status_code == 422
    assert error_beside(page, "order") == "There is no order number in this. Please copy all of it."
    assert "There is no order number in this" in summary(page)
    assert "<b>" not in html(page)


def test_nothing_pasted_is_told_beside_the_field() -> None:
    page = visitor().get("/register/", {"order": " "})
    assert page.status_code == 422
    assert error_beside(page, "order") == "Please paste the order number, or the link."


def test_page_by_itself_asks_and_blames_nobody() -> None:
    page = visitor(language="de").get("/register/")
    assert page.status_code == 200
    assert "Bestellung finden" in words(page)
    assert "error-summary" not in html(page)


def test_page_that_is_not_there_offers_the_tiers_and_the_way_to_an_order() -> None:
    for path in ("/nothing/", f"/register/{HASH}/", "/tiers/nothing/"):
        page = visitor().get(path)
        assert page.status_code == 404
        assert '<form class="stack" action="/register/" novalidate>' in html(page)
        assert 'name="order"' in html(page)
        assert 'href="/"' in html(page)


def test_page_is_kept_out_of_caches_and_referrers() -> None:
    answer = visitor().get("/register/", {"order": HASH})
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]
