"""OAuth 2: how a program gets a token, and all that is refused on the way."""

import pytest
from tests.accounts.oauth import Program, calls, consent, parameters
from tests.pages import visitor
from tests.factories import make_user
pytestmark = pytest.mark.django_db

def test_x():
    p = Program()
    a = p.token()
    print(a.status_code, a.content, a.headers)
    print(calls(a.json()["access_token"]).content)
    print(calls(a.json()["access_token"], product="s").content)
    u = make_user()
    page = visitor(u).get("/oauth/authorize", p.query())
    print(page.headers)
    code = p.code_of(u)
    a = p.exchange(code)
    print(a.content)
    a2 = p.exchange(code)
    print(a2.content)
    r = p.token("refresh_token", refresh_token=a.json()["refresh_token"])
    print(r.content)
    r = p.token("refresh_token", refresh_token=a.json()["refresh_token"])
    print(r.content)
    assert 0
