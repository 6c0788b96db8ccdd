"""The head of each page tells browsers about it."""

import pytest

from tests.pages import html, visitor

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/account/login/", "/register/"])
def test_phones_learn_the_color_of_the_page_and_an_icon(path: str) -> None:
    page = html(visitor().get(path))
    for scheme, color in (("light", "#fbfaf7"), ("dark", "#0e0f12")):
        media = f"(prefers-color-scheme: {scheme})"
        assert f'<meta name="theme-color" content="{color}" media="{media}">' in page
    assert '<link rel="apple-touch-icon" href="/static/apple-touch-icon' in page
