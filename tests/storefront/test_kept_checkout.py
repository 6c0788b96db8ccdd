"""The checkout of a tier that was just chosen is kept, without anybody's order."""

import re

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from shop import kept_pages
from shop.catalogue.models import Product
from shop.catalogue.seller import Seller, VatRate
from shop.content.models import Page
from shop.content.publishing import newest, publish
from shop.orders.models import Order
from shop.storefront import checkout
from tests.factories import DETAILS, make_user
from tests.pages import Response, assert_headers, at_checkout, checkout_form, fields, html, words

pytestmark = pytest.mark.django_db

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start with no page kept."""
    monkeypatch.setattr(checkout, "_pages", kept_pages.KeptPages())


def kept() -> list[str]:
    """All pages that are kept."""
    return [b"".join(pieces).decode() for pieces in checkout._pages._kept[1].values()]


def rendered(browser: Client) -> Response:
    """The page as it is rendered for this browser alone."""
    browser.cookies["odd"] = "1"
    page = browser.get("/checkout/")
    del browser.cookies["odd"]
    return page


def same(page: Response) -> str:
    """The page's source, with what is its visitor's own taken out."""
    return re.sub(r'name="order" value="\w{32}"', "ORDER", TOKEN.sub("TOKEN", html(page)))


def orders_in(page: Response) -> set[str]:
    """The hashes of the orders that the page names."""
    hashes = set(Order.objects.values_list("order_hash", flat=True))
    return {each for each in hashes if each in html(page)}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("tier", ["s", "xl", "Yamdu FREE"])
def test_kept_page_is_the_rendered_one_with_the_order_and_token_of_its_visitor(
    language: str, tier: str
) -> None:
    browsers = [at_checkout(tier, language=language)[0] for _each in range(3)]
    assert len(kept()) == 1
    seen: set[str] = set()
    for browser in browsers:
        page, fresh = browser.get("/checkout/"), rendered(browser)
        assert same(page) == same(fresh)
        assert page.headers["Cache-Control"] == fresh.headers["Cache-Control"]
        assert page.headers["Vary"] == fresh.headers["Vary"]
        assert_headers(page)
        assert len(orders_in(page)) == 1
        assert orders_in(page) == orders_in(fresh)
        assert not seen & {*orders_in(page), *TOKEN.findall(html(page))}
        seen |= {*orders_in(page), *TOKEN.findall(html(page))}
        cookies = {cookie.value for cookie in browser.cookies.values() if len(cookie.value) > 5}
        assert len(cookies) == 2
        assert not [one for one in kept() for secret in (*seen, *cookies) if secret in one]
    assert len(kept()) == 1


def test_order_is_placed_from_a_kept_page() -> None:
    at_checkout("s")
    browser = Client(enforce_csrf_checks=True)
    token = TOKEN.findall(html(browser.get("/")))[0]
    browser.post("/checkout/tier/", {"product": "s", "csrfmiddlewaretoken": token})
    page = browser.get("/checkout/")
    assert len(kept()) == 2  # in German now, too
    form = {
        **checkout_form(page),
        **DETAILS,
        "csrfmiddlewaretoken": fields(page)["csrfmiddlewaretoken"],
    }
    answer = browser.post("/checkout/", form)
    placed = Order.objects.exclude(state="new").get()
    assert answer.headers["Location"] == f"/register/{placed.order_hash}/"
    assert placed.user_email == DETAILS["user_email"]


def test_what_was_typed_is_shown_to_its_visitor_and_never_kept() -> None:
    browser, form = at_checkout("s")
    del form["place"]
    browser.post("/checkout/", {**form, **DETAILS, "apply": "1"})
    page = browser.get("/checkout/")
    assert fields(page)["user_email"] == DETAILS["user_email"]
    other, _form = at_checkout("s")
    for one in (*kept(), html(other.get("/checkout/"))):
        assert not [typed for typed in DETAILS.values() if f'"{typed}"' in one]
    assert 'value="on"' not in html(other.get("/checkout/"))


def test_visitor_who_is_signed_in_or_told_something_has_a_page_of_their_own() -> None:
    member, _form = at_checkout("s", make_user())
    assert "Sign out" in words(member.get("/checkout/"))
    told, _form = at_checkout("m")
    assert len(kept()) == 1
    told.post("/checkout/", {"product": "gone"})  # leaves a message for the next page
    assert "can no longer be ordered" in words(told.get("/checkout/"))
    assert len(kept()) == 1
    assert not [one for one in kept() if "Sign out" in one or "can no longer" in one]


def test_kept_checkout_takes_four_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    browser, _form = at_checkout("s")
    with django_assert_num_queries(4):  # the order with its tier, the tiers, the seller, the terms
        browser.get("/checkout/")


def test_rendered_checkout_takes_four_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    browser, _form = at_checkout("s")
    with django_assert_num_queries(4):  # the order with its tier, the tiers, the seller, the terms
        rendered(browser)


def test_change_of_price_or_terms_shows_at_once() -> None:
    browser, _form = at_checkout("s")
    assert "€58.31" in words(browser.get("/checkout/"))
    Product.objects.filter(code="s").update(net_cents=10_000)
    page = browser.get("/checkout/")
    assert "€119.00" in words(page)
    assert fields(page)["seen"] == "11900"
    assert same(page) == same(rendered(browser))
    old = newest("terms")
    texts = {name: f"New {name}" for name in ("title_de", "title_en", "text_de", "text_en")}
    publish(Page.objects.get(pk="terms"), texts)
    page = browser.get("/checkout/")
    assert fields(page)["terms_version"] == str(old.number + 1)
    assert same(page) == same(rendered(browser))


def test_change_of_the_seller_or_of_its_vat_shows_at_once() -> None:
    browser, _form = at_checkout("s")
    page = browser.get("/checkout/")
    assert "within 14 days" in words(page)
    assert '<option value="DE" selected>' in html(page)
    Seller.objects.update(due_days=30, country="AT")
    page = browser.get("/checkout/")
    assert "within 30 days" in words(page)
    assert '<option value="AT" selected>' in html(page)
    assert "VAT 20% €9.80" in words(page)
    assert same(page) == same(rendered(browser))
    VatRate.objects.create(country="AT", valid_from=timezone.localdate(), rate=21)
    assert "VAT 21% €10.29" in words(browser.get("/checkout/"))


def test_month_and_year_are_kept_apart() -> None:
    Product.objects.filter(code="s").update(yearly_net_cents=49_000)
    monthly, yearly = at_checkout("s")[0], at_checkout("s")[0]
    yearly.post("/checkout/tier/", {"product": "s", "interval": "year"})
    for browser, price in ((monthly, "€58.31 a month"), (yearly, "€583.10 a year")):
        page = browser.get("/checkout/")
        assert f"Order and pay · {price}" in words(page)
        assert same(page) == same(rendered(browser))
    assert len(kept()) == 2


def test_tier_that_was_retired_is_gone_from_the_kept_page_too() -> None:
    browser, _form = at_checkout("s")
    assert browser.get("/checkout/").status_code == 200
    Product.objects.filter(code="s").update(listed=False)
    assert browser.get("/checkout/").headers["Location"] == "/"
