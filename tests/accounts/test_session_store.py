"""Sessions are looked up by the cookie, which may hold anything."""

import pytest

from tests.factories import make_user
from tests.pages import visitor, words

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("cookie", [r"\000" + 31 * "a", r"\303\274" + 31 * "a", 5000 * "a", "a"])
def test_cookie_that_is_no_session_is_that_of_a_stranger(cookie: str) -> None:
    assert "Sign out" in words(visitor(make_user()).get("/"))
    page = visitor().get("/", headers={"cookie": f'sessionid="{cookie}"'})
    assert page.status_code == 200
    assert "Sign in" in words(page)
