"""The pages of the tiers."""

import pytest
from pytest_django import DjangoAssertNumQueries

from shop.catalogue.models import Product
from tests.factories import DETAILS, make_user
from tests.pages import assert_left_out, at_checkout, html, visitor, words

pytestmark = pytest.mark.django_db

SLUGS = ["starter", "commercial", "studio", "dailies", "yamdu-free", "s", "m", "l", "xl"]


def test_all_nine_tiers_are_listed_with_price_promise_and_way_to_order() -> None:
    page = visitor().get("/")
    assert page.status_code == 200
    text = words(page)
    for product in Product.objects.all():
        assert product.name in text
        assert product.promise_en in text
        assert f'href="/tiers/{product.slug}/"' in html(page)
        assert f'value="{product.code}"' in html(page)
    for price in ("€58.31", "€34.51", "€534.31", "€0.00"):
        assert price in text


def test_tiers_are_grouped_by_family_free_first() -> None:
    page = html(visitor().get("/"))
    free = page.index('aria-labelledby="tier-yamdu-free"')
    assert free < page.index('data-family="film"') < page.index('data-family="size"')
    text = words(visitor().get("/"))
    for family in (Product.Family.FILM, Product.Family.SIZE):
        assert str(family.label) in text


def test_retired_tier_is_not_listed() -> None:
    before = visitor().get("/")
    Product.objects.filter(code="Dailies").update(listed=False)
    after = visitor().get("/")
    assert_left_out("Choose Dailies", there=words(before), here=words(after))
    assert_left_out("/tiers/dailies/", there=html(before), here=html(after))


def test_family_without_listed_tiers_is_left_out() -> None:
    before = words(visitor().get("/"))
    Product.objects.filter(family="film").update(listed=False)
    after = words(visitor().get("/"))
    assert_left_out(str(Product.Family.FILM.label), there=before, here=after)


def test_shop_without_any_tier_still_has_a_page() -> None:
    Product.objects.update(listed=False)
    assert visitor().get("/").status_code == 200


def test_tiers_page_takes_few_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    browser = visitor()
    with django_assert_num_queries(6):  # tiers and what they include, questions, three of proof
        first = words(browser.get("/"))
    with django_assert_num_queries(1):  # the others are remembered
        assert words(browser.get("/")) == first
    assert "Commercial" in first
    assert "Questions and answers" in first
    with django_assert_num_queries(1):
        assert "€58.31" in words(browser.get("/tiers/s/"))


@pytest.mark.parametrize("path", ["/", "/tiers/s/"])
def test_page_takes_few_queries_also_for_who_is_signed_in_and_has_an_open_order(
    path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser, _form = at_checkout("m", make_user())
    browser.get("/")
    with django_assert_num_queries(3):  # session, user, and the tiers with the one that is chosen
        page = browser.get(path)
    assert ("Your order of M is not placed yet." in words(page)) == (path == "/")


def test_placed_order_is_no_longer_announced() -> None:
    browser, form = at_checkout("m")
    before = words(browser.get("/"))
    browser.post("/checkout/", {**form, **DETAILS})
    assert_left_out("is not placed yet", there=before, here=words(browser.get("/")))


@pytest.mark.parametrize("slug", SLUGS)
def test_each_tier_has_a_page(slug: str) -> None:
    product = Product.objects.get(slug=slug)
    page = visitor().get(f"/tiers/{slug}/")
    text = words(page)
    assert page.status_code == 200
    assert product.name in text
    assert product.promise_en in text
    for value in product.included:
        assert value.feature.name_en in text
        assert value.text_en in text
    assert f'value="{product.code}"' in html(page)
    assert 'action="/checkout/tier/"' in html(page)


def test_page_of_a_tier_shows_net_vat_and_gross() -> None:
    text = words(visitor().get("/tiers/s/"))
    assert "Net per month €49.00" in text
    assert "VAT 19% €9.31" in text
    assert "Total per month €58.31" in text


def test_percent_is_written_as_the_reader_does() -> None:
    assert "VAT 19%" in html(visitor().get("/tiers/s/"))
    assert "MwSt. 19\u00a0%" in html(visitor(language="de").get("/tiers/s/"))


def test_page_of_a_manual_tier_says_that_a_person_approves() -> None:
    assert "A person approves" in words(visitor().get("/tiers/xl/"))
    assert "A person approves" not in words(visitor().get("/tiers/s/"))


@pytest.mark.parametrize("slug", ["unknown", "yamdu_free", "S", "0", "a" * 300])
def test_unknown_tier_is_404(slug: str) -> None:
    assert visitor().get(f"/tiers/{slug}/").status_code == 404


def test_retired_tier_is_404() -> None:
    Product.objects.filter(code="s").update(listed=False)
    assert visitor().get("/tiers/s/").status_code == 404


def test_pages_speak_the_browsers_language_german_without_a_wish() -> None:
    assert 'lang="en"' in html(visitor(language="en-GB,en;q=0.9").get("/"))
    assert 'lang="de"' in html(visitor(language="de-AT").get("/"))
    assert 'lang="de"' in html(visitor(language="fr").get("/"))
    german = words(visitor(language="de").get("/tiers/s/"))
    assert Product.objects.get(code="s").promise_de in german
    assert "58,31 €" in german


def test_page_is_german_throughout() -> None:
    english, german = (words(visitor(language=each).get("/tiers/s/")) for each in ("en", "de"))
    for text in ("All plans", "Net per month", "Total per month", "Sign in", "What’s included"):
        assert_left_out(text, there=english, here=german)
