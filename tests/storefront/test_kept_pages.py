"""Pages of tiers are kept for visitors of whom nothing is known; no visitor is ever in them."""

import gzip
import random
import re
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from shop import kept_pages
from shop.catalogue.models import Product
from shop.content.models import Question
from shop.content.questions import LISTED
from shop.storefront import views
from tests.factories import make_seller, make_staff, make_user, set_own_rate
from tests.pages import Response, assert_headers, at_checkout, html, visitor, words

pytestmark = pytest.mark.django_db

PATHS = ("/", "/tiers/s/", "/?lang=de", "/tiers/xl/?lang=en")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
OWN = {"X-Request-ID", "Content-Length"}  # headers that differ between two equal answers


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start with no page kept."""
    monkeypatch.setattr(views, "_tiers_pages", kept_pages.KeptPages())
    monkeypatch.setattr(views, "_tier_pages", kept_pages.KeptPages())


def kept() -> list[str]:
    """All pages that are kept."""
    return [
        b"".join(pieces).decode()
        for pages in (views._tiers_pages, views._tier_pages)
        for pieces in pages._kept[1].values()
    ]


def without_token(page: Response) -> str:
    """The page's source, with the token of its visitor taken out."""
    return TOKEN.sub("TOKEN", html(page))


def headers(page: Response) -> dict[str, str]:
    """The headers that are the same for two equal answers."""
    return {name: value for name, value in page.headers.items() if name not in OWN}


def rendered(path: str, language: str, host: str = "testserver") -> Response:
    """The page as it is rendered for a visitor for whom nothing is kept."""
    browser = visitor(language=language)
    browser.cookies["odd"] = "1"
    return browser.get(path, headers={"host": host})


def with_message() -> Client:
    """A visitor who is to be told something on their next page."""
    browser = visitor()
    browser.post("/checkout/", {"product": "gone"})
    assert "messages" in browser.cookies
    return browser


def visitors() -> dict[str, tuple[Client, str]]:
    """Visitors of whom something is known, each with a word that only their page of tiers shows."""
    return {
        "signed in": (visitor(make_user()), "Sign out"),
        "staff": (visitor(make_staff("agent")), "Back office"),
        "with an open order": (at_checkout("m")[0], "Your order of M is not placed yet."),
        "with a message": (with_message(), "The plan you chose can no longer be ordered."),
    }


def without_a_name() -> dict[str, tuple[str, str, Callable[[], Client]]]:
    """Visitors of whom nothing is known: their language, host and browser."""

    def with_language_cookie() -> Client:
        browser = visitor(language="en")
        browser.cookies["django_language"] = "de"
        return browser

    def who_was_here() -> Client:
        browser = visitor(language="en")
        browser.get("/")
        assert "csrftoken" in browser.cookies
        return browser

    return {
        "english": ("en", "testserver", lambda: visitor(language="en")),
        "german": ("de", "testserver", lambda: visitor(language="de")),
        "french": ("fr", "testserver", lambda: visitor(language="fr")),
        "other host": ("en", "127.0.0.1:9000", lambda: visitor(language="en")),
        "language cookie": ("de", "testserver", with_language_cookie),
        "was here": ("en", "testserver", who_was_here),
    }


def test_no_visitor_is_in_what_another_one_gets() -> None:
    known, unknown = visitors(), without_a_name()
    names = [*known, *unknown] * 4
    random.shuffle(names)
    for name in names:
        for path in random.sample(PATHS, len(PATHS)):
            if name in known:
                browser, word = known[name]
                assert browser.get(path).status_code == 200
                continue
            language, host, arrive = unknown[name]
            page = arrive().get(path, headers={"host": host})
            fresh = rendered(path, language, host)
            assert without_token(page) == without_token(fresh)
            assert headers(page) == headers(fresh)
            assert page.cookies.keys() == fresh.cookies.keys()
    pages = kept()
    assert len(pages) == 10  # 6 by languages, and 4 at another host
    for browser, word in visitors().values():
        assert word in words(browser.get("/"))
        assert not [page for page in pages if word in page]
        cookies = [cookie.value for cookie in browser.cookies.values() if len(cookie.value) > 5]
        assert not [page for page in pages if any(cookie in page for cookie in cookies)]


def test_owner_of_an_open_order_is_found_however_the_cookies_are_joined() -> None:
    owner = at_checkout("m")[0].cookies["OwnerId /"].value
    for joined in ("; ", ", "):
        cookies = {"cookie": f"csrftoken=x{joined}OwnerId={owner}"}
        assert "Your order of M is not placed yet." in words(visitor().get("/", headers=cookies))
    assert not kept()


def test_page_is_kept_without_a_token() -> None:
    for path in PATHS:
        token = TOKEN.findall(html(visitor().get(path)))
        assert token
        assert not [page for page in kept() if token[0] in page]
    assert len(kept()) == len(PATHS)


def test_each_visitor_has_a_token_of_their_own_that_opens_the_form() -> None:
    browsers = [Client(enforce_csrf_checks=True) for _each in range(3)]
    for path in ("/", "/tiers/s/"):
        tokens = [set(TOKEN.findall(html(browser.get(path)))) for browser in browsers]
        assert [len(each) for each in tokens] == [1, 1, 1]
        (first,), (second,), _third = tokens
        form = {"product": "s", "csrfmiddlewaretoken": first}
        assert browsers[0].post("/checkout/tier/", form).status_code == 302
        assert browsers[1].post("/checkout/tier/", form).status_code == 403
        form["csrfmiddlewaretoken"] = second
        assert browsers[1].post("/checkout/tier/", form).status_code == 302
        browsers = [Client(enforce_csrf_checks=True) for _each in range(3)]
    secrets = {browser.get("/").cookies["csrftoken"].value for browser in browsers}
    assert len(secrets) == 3


def test_visitor_who_comes_again_keeps_the_secret_and_gets_another_mask() -> None:
    browser = visitor()
    first, second = browser.get("/"), browser.get("/")
    assert first.cookies["csrftoken"].value == second.cookies["csrftoken"].value
    assert not {*TOKEN.findall(html(first))} & {*TOKEN.findall(html(second))}


@pytest.mark.parametrize("path", ["/", "/tiers/s/"])
def test_kept_page_takes_one_query_which_reads_the_tiers(
    path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = visitor().get(path)
    with django_assert_num_queries(1) as queries:
        again = visitor().get(path)
    assert without_token(again) == without_token(first)
    assert 'FROM "catalogue_product"' in queries.captured_queries[0]["sql"]


@pytest.mark.parametrize("path", ["/", "/tiers/s/"])
def test_kept_page_carries_the_headers_of_every_answer(path: str) -> None:
    visitor().get(path)
    assert_headers(visitor().get(path))


@pytest.mark.parametrize("path", ["/", "/tiers/s/"])
def test_change_of_the_catalogue_shows_at_once_however_it_was_made(path: str) -> None:
    assert "€58.31" in words(visitor().get(path))
    tier = Product.objects.get(code="s")
    tier.net_cents = 10_000
    tier.save()
    assert "€119.00" in words(visitor().get(path))
    Product.objects.filter(code="s").update(net_cents=20_000)  # as another process would
    assert "€238.00" in words(visitor().get(path))
    Product.objects.filter(code="s").update(promise_en="New words.", name="Small")
    assert "New words." in words(visitor().get(path))
    assert "New words." not in words(visitor(language="de").get(path))
    assert "Small" in words(visitor(language="de").get(path))


def test_retired_tier_leaves_the_kept_pages_at_once() -> None:
    assert "Choose Dailies" in words(visitor().get("/"))
    assert visitor().get("/tiers/dailies/").status_code == 200
    Product.objects.filter(code="Dailies").update(listed=False)
    assert "Choose Dailies" not in words(visitor().get("/"))
    assert visitor().get("/tiers/dailies/").status_code == 404
    assert visitor().get("/tiers/dailies/").status_code == 404
    Product.objects.filter(code="Dailies").update(listed=True)
    assert "Choose Dailies" in words(visitor().get("/"))
    assert visitor().get("/tiers/dailies/").status_code == 200


def test_change_of_a_question_shows_at_once_in_this_process() -> None:
    question = Question.objects.first()
    assert question
    assert question.question_en in words(visitor().get("/"))
    question.question_en = "Is it new?"
    question.save()
    assert "Is it new?" in words(visitor().get("/"))
    Question.objects.filter(pk=question.pk).update(answer_en="It is *quite* new.")
    LISTED.clear()  # as ten seconds later
    assert "<em>quite</em> new." in html(visitor().get("/"))


def test_shops_own_address_is_not_kept_from_another_setting(settings: Settings) -> None:
    assert 'href="http://testserver/"' in html(visitor().get("/"))
    settings.DEMO, settings.BASE_URL = False, "https://shop.example"
    assert 'href="https://shop.example/"' in html(visitor().get("/"))


def test_unknown_host_is_refused_also_where_the_page_is_kept(settings: Settings) -> None:
    assert visitor().get("/").status_code == 200
    assert visitor().get("/", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("query", ["utm=1", "lang=fr", "lang=de&x=1", "x=%00", "lang=d%65"])
def test_page_with_another_query_is_not_kept(query: str) -> None:
    visitor().get("/")
    before = len(kept())
    assert visitor().get(f"/?{query}").status_code == 200
    assert len(kept()) == before == 1


def test_flood_of_addresses_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_pages, "MOST", 3)
    for number in range(10):
        visitor().get("/tiers/nothing/")
        visitor().get(f"/tiers/nothing{number}/")
        host = {"host": f"localhost:{number + 1}"}
        page = visitor().get("/tiers/s/", headers=host)
        assert f"http://localhost:{number + 1}/tiers/s/" in html(page)
        assert len(kept()) <= 3


def test_kept_page_is_compressed_and_answers_head_as_a_rendered_one() -> None:
    accepted = {"accept-encoding": "gzip"}
    for path in PATHS:
        plain = visitor().get(path)
        for _again in range(2):
            page = visitor().get(path, headers=accepted)
            fresh = visitor()
            fresh.cookies["odd"] = "1"
            rendered_page = fresh.get(path, headers=accepted)
            assert headers(page) == headers(rendered_page)
            assert page.headers["Content-Encoding"] == "gzip"
            unpacked = gzip.decompress(page.content).decode()
            assert TOKEN.sub("TOKEN", unpacked) == without_token(plain)
        head = visitor().head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert headers(head) == headers(plain)
    assert visitor().post("/").status_code == 405


def test_nothing_is_kept_while_templates_are_edited(settings: Settings) -> None:
    visitor().get("/")
    assert len(kept()) == 1
    settings.DEBUG = True
    visitor().get("/tiers/s/")
    assert len(kept()) == 1


def test_kept_pages_follow_the_seller_and_the_rates() -> None:
    addresses = ("/?lang=en", "/tiers/s/?lang=en")
    for address in addresses:
        assert "€58.31" in html(visitor().get(address))
    make_seller(country="AT")
    for address in addresses:
        assert "€58.80" in html(visitor().get(address))
    set_own_rate("10")
    for address in addresses:
        assert "€53.90" in html(visitor().get(address))
    make_seller(small_business=True)
    for address in addresses:
        page = html(visitor().get(address))
        assert "€49.00" in page
        assert "€53.90" not in page
