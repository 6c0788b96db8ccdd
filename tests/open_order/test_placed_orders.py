"""A placed order at its explicit address: who sees it there."""

import pytest

from tests.factories import make_application, make_token, make_user
from tests.open_order.calls import (
    OTHER,
    OWNER,
    by_cookie,
    by_password,
    by_token,
    fault,
    fill,
    open_one,
    place,
    submit,
    the_order,
)
from tests.pages import visitor

pytestmark = pytest.mark.django_db

NOT_THERE = (404, "itemNotFound", "")
UNKNOWN = (401, "unauthorized", "")


def test_placed_order_is_seen_by_its_owner_and_by_who_placed_it() -> None:
    user = make_user()
    fill(by_cookie())
    order = the_order()
    path = f"/orders/{order.order_hash}"
    assert by_password(user.email).get(path).status_code == 404
    assert submit(by_password(user.email, owner_id=OWNER)).status_code == 202
    order.refresh_from_db()
    assert (order.owner, order.placed_by) == (None, user)
    assert by_password(user.email).get(path).json()["order"]["Status"] == "pending"
    assert by_cookie().get(path).json()["order"]["Status"] == "pending"
    assert by_cookie(OTHER).get(path).status_code == 404
    assert fault(by_cookie().get("/order")) == NOT_THERE


def test_placed_order_is_seen_by_the_application_that_placed_it() -> None:
    application = make_application()
    token = make_token(application)
    order = place(by_token(token, OWNER))
    path = f"/orders/{order.order_hash}"
    assert by_token(token).get(path).json()["order"]["Status"] == "pending"
    assert by_token(make_token(make_application("Other"))).get(path).status_code == 404
    api = visitor().get(f"/api{path}", headers={"Authorization": f"Bearer {token}"})
    assert api.json()["data"]["order"]["state"] == "pending"
    other = make_token(make_application("Another"))
    api = visitor().get(f"/api{path}", headers={"Authorization": f"Bearer {other}"})
    assert api.status_code == 404


def test_open_order_is_not_found_by_the_orders_api() -> None:
    token = make_token(make_application())
    open_one(by_token(token, OWNER))
    path = f"/api/orders/{the_order().order_hash}"
    assert visitor().get(path, headers={"Authorization": f"Bearer {token}"}).status_code == 404


def test_open_order_is_not_found_by_the_token_that_has_opened_it_without_its_cookie() -> None:
    program = by_token(make_token(make_application()))
    order = open_one(program)
    assert fault(program.get(f"/orders/{order.order_hash}")) == NOT_THERE
