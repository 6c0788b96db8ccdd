"""The number of queries that the registration page takes, and looking again."""

import re

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.factories import make_user
from tests.pages import html, visitor
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db

LIVE = ["has_packing_errors", "need_human", "packed", "packing", "pending"]


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("situation", [*LIVE, "slow", "late", "unreachable"])
def test_looking_again_takes_one_query(
    situation: str, signed_in: bool, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    order, browser = order_in(situation), visitor(make_user() if signed_in else None)
    page = html(browser.get(f"/register/{order.order_hash}/"))
    [url] = re.findall(r'hx-get="([^"]+)"', page)
    assert browser.get(url).status_code == 204
    with django_assert_num_queries(1):
        assert browser.get(url).status_code == 204


@pytest.mark.parametrize(
    ("situation", "number"),
    [
        *((situation, 1) for situation in (*LIVE, "slow", "late")),
        ("unreachable", 2),  # how many corrections are left
        ("cancelled", 2),  # why
    ],
)
def test_news_take_two_queries_at_most(
    situation: str, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    order, browser = order_in(situation), visitor()
    url = f"/register/{order.order_hash}/progress/"
    assert browser.get(url).status_code == 200
    with django_assert_num_queries(number):
        assert browser.get(url).status_code == 200


@pytest.mark.parametrize(
    ("situation", "number"),
    [
        *((situation, 1) for situation in (*LIVE, "slow", "late", "mendable")),
        ("details", 3),  # the terms to agree to, the seller
        ("unreachable", 2),
        ("cancelled", 2),
    ],
)
def test_page_takes_few_queries(
    situation: str, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    order, browser = order_in(situation), visitor()
    assert browser.get(f"/register/{order.order_hash}/").status_code == 200
    with django_assert_num_queries(number):
        assert browser.get(f"/register/{order.order_hash}/").status_code == 200
