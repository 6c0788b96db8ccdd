"""The guides are kept for readers of whom nothing is known."""

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from shop.catalogue.models import Product
from tests.factories import make_user
from tests.pages import assert_headers, assert_left_out, html, visitor, words

pytestmark = pytest.mark.django_db

GUIDES = ("/api/docs", "/api/docs/webhooks", "/api/docs/open-order", "/api/docs/open-order/quote")


@pytest.mark.parametrize("path", GUIDES)
def test_kept_guide_is_the_rendered_one(
    path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for language in ("en", "de", "en"):
        plain, odd = visitor(language=language), visitor(language=language)
        odd.cookies["odd"] = "1"  # of whom more is known, nothing is kept
        with django_assert_num_queries(1):
            page = plain.get(path)
        rendered = odd.get(path)
        assert html(page) == html(rendered)
        assert_headers(page)
        for response in (page, rendered):
            del response.headers["X-Request-ID"]
        assert page.headers == rendered.headers
        assert not page.cookies


@pytest.mark.parametrize("path", GUIDES)
def test_reader_who_is_signed_in_is_in_no_kept_guide(path: str) -> None:
    member = words(visitor(make_user()).get(path))
    assert_left_out("Sign out", there=member, here=words(visitor().get(path)))


def test_kept_guide_names_the_tiers_and_the_address_of_now(settings: Settings) -> None:
    before = html(visitor().get("/api/docs/members"))
    Product.objects.filter(code="s").update(listed=False, code="gone-tier")
    assert before != html(visitor().get("/api/docs/members"))
    after = html(visitor().get("/api/docs"))
    settings.BASE_URL, settings.DEMO = "https://shop.example", False
    page = html(visitor().get("/api/docs"))
    assert_left_out("https://shop.example/api", there=page, here=after)
    assert_left_out("example-token", there=after, here=page)
