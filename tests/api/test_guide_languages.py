"""Examples in several languages: the reader chooses one, without script, for all pages."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from shop.guide.snippets import LANGUAGES, chosen_of
from tests.pages import html

pytestmark = pytest.mark.django_db

CURL, PYTHON, JAVASCRIPT = "curl", "python", "javascript"


def shown(browser: Client, path: str, name: str) -> list[str]:
    """The languages of an example that a reader sees."""
    source = html(browser.get(path))
    (group,) = re.findall(rf'<div class="snippets" id="{name}">(.*?)</div>', source, re.DOTALL)
    figures = re.findall(r'<figure class="code"\s+data-key="(\w+)"([^>]*)>', group)
    current = re.findall(r'data-key="(\w+)"[^>]*aria-current="true"', group)
    seen = [key for key, attributes in figures if not attributes.rstrip().endswith("hidden")]
    assert current == seen or not current
    return seen


def test_first_language_is_shown_until_another_is_chosen() -> None:
    browser = Client()
    assert shown(browser, "/api/docs", "first-order") == [CURL]
    answer = browser.get("/api/docs?snippets=python")
    assert (answer.status_code, answer["Location"]) == (302, "/api/docs")
    cookie = answer.cookies["snippets"]
    assert (cookie.value, cookie["path"], cookie["samesite"]) == (PYTHON, "/api/docs", "Lax")
    assert cookie["max-age"] == ""
    assert shown(browser, "/api/docs", "first-order") == [PYTHON]
    assert shown(browser, "/api/docs/open-order/run", "open-order") == [PYTHON]


def test_example_without_the_chosen_language_shows_its_first() -> None:
    browser = Client()
    browser.get("/api/docs/webhooks?snippets=javascript")
    assert shown(browser, "/api/docs/webhooks", "verify") == [JAVASCRIPT]
    assert shown(browser, "/api/docs/token", "token") == [CURL]


@pytest.mark.parametrize(
    ("keys", "choice", "chosen"),
    [
        (["curl", "python"], "", "curl"),
        (["curl", "python"], "flask", "python"),
        (["flask", "django", "express"], "python", "flask"),
        (["flask", "django", "express"], "django", "django"),
        (["flask", "express"], "javascript", "express"),
        (["python"], "curl", "python"),
    ],
)
def test_relative_of_the_chosen_language_stands_in_for_it(
    keys: list[str], choice: str, chosen: str
) -> None:
    assert set(keys) <= set(LANGUAGES)
    assert chosen_of(keys, choice) == chosen


def test_example_without_a_file_is_a_mistake() -> None:
    with pytest.raises(LookupError):
        chosen_of([], "curl")


@pytest.mark.parametrize("value", ["", "cobol", "<b>", "python;x"])
def test_unknown_language_is_not_kept(value: str) -> None:
    browser = Client()
    answer = browser.get("/api/docs", {"snippets": value})
    assert answer.status_code == 302
    assert "snippets" not in answer.cookies
    browser.cookies["snippets"] = value
    assert shown(browser, "/api/docs", "first-order") == [CURL]


def test_page_in_each_language_is_kept(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    browser = Client()
    pages = []
    for language in ("", *LANGUAGES):
        browser.cookies["snippets"] = language
        pages.append(html(browser.get("/api/docs")))
        with django_assert_num_queries(1):
            assert html(browser.get("/api/docs")) == pages[-1]
    # Python, JavaScript, and curl for those who chose nothing; frameworks show their language.
    assert len(set(pages)) == 3
