"""A token with a user sees what was placed with that user's tokens, wherever it is held."""

import pytest
from allauth.idp.oidc.models import Token
from django.test import Client

from shop.access.models import Application
from shop.orders.models import Order
from shop.tenancy.models import User
from tests.accounts.oauth import calls
from tests.factories import DETAILS, make_application, make_token, make_user
from tests.pages import at_checkout

pytestmark = pytest.mark.django_db


def held(application: Application, user: User, value: str) -> str:
    """A token of `user` that `application` got by their consent."""
    token = Token(type="at", client=application.oauth_client, user=user)
    token.set_value(value)
    token.set_scopes(["orders:read", "orders:write"])
    token.save()
    return value


def place(value: str) -> str:
    order_hash: str = calls(value, product="s").json()["data"]["order"]["order_hash"]
    return order_hash


def listed(value: str) -> set[str]:
    answer = calls(value)
    found = {order["order_hash"] for order in answer.json()["data"]["array"]}
    assert answer.headers["Total"] == str(len(found))
    return found


def sees(value: str, order_hash: str) -> set[int]:
    """The answers of both APIs about one order."""
    headers = {"authorization": f"Bearer {value}"}
    paths = (f"/api/orders/{order_hash}", f"/orders/{order_hash}")
    return {Client().get(path, headers=headers).status_code for path in paths}


def test_token_of_a_user_sees_what_that_users_tokens_placed() -> None:
    application, user, other = make_application(), make_user(), make_user()
    alone, personal = make_token(application), make_token(user)
    mine, theirs = held(application, user, "m"), held(application, other, "t")
    by_alone, by_mine, by_theirs = place(alone), place(mine), place(theirs)
    by_personal = place(personal)
    assert listed(mine) == listed(personal) == {by_mine, by_personal}
    assert listed(theirs) == {by_theirs}
    assert listed(alone) == {by_alone, by_mine, by_theirs}
    for value, seen, hidden in [
        (mine, [by_mine, by_personal], [by_alone, by_theirs]),
        (personal, [by_mine, by_personal], [by_alone, by_theirs]),
        (theirs, [by_theirs], [by_alone, by_mine, by_personal]),
        (alone, [by_alone, by_mine, by_theirs], [by_personal]),
    ]:
        assert [sees(value, each) for each in seen] == [{200}] * len(seen)
        assert [sees(value, each) for each in hidden] == [{404}] * len(hidden)


def test_application_does_not_see_what_a_user_ordered_on_our_pages() -> None:
    user = make_user()
    browser, form = at_checkout(user=user)
    assert browser.post("/checkout/", {**form, **DETAILS}).status_code == 302
    order = Order.objects.get(placed_by=user)
    assert listed(make_token(user)) == {order.order_hash}
    assert listed(held(make_application(), user, "x")) == set()


def test_users_of_one_application_have_idempotency_keys_of_their_own() -> None:
    application = make_application()
    hashes = set()
    for value in (held(application, make_user(), "a"), held(application, make_user(), "b"), "a"):
        answer = Client().post(
            "/api/orders",
            {"order": {"product": "s"}},
            content_type="application/json",
            headers={"authorization": f"Bearer {value}", "idempotency-key": "1"},
        )
        assert answer.status_code == 201
        hashes.add(answer.json()["data"]["order"]["order_hash"])
    assert len(hashes) == Order.objects.count() == 2
