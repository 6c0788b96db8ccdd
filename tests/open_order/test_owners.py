"""The owner of an open order: by the cookie, by the user, by both."""

import re
import uuid
from typing import Any

import pytest

from shop.orders.models import Order
from tests.factories import make_user
from tests.open_order.calls import (
    ACCOUNT,
    OTHER,
    OWNER,
    PUTS,
    Program,
    by_cookie,
    by_password,
    cookies,
    fault,
    fill,
    nothing_opened,
    open_one,
    the_order,
)
from tests.pages import visitor

pytestmark = pytest.mark.django_db

NOT_THERE = (404, "itemNotFound", "")
UNKNOWN = (401, "unauthorized", "")


@pytest.mark.parametrize(
    "owner_id",
    [
        OWNER,
        "86d051e6-f8f1-4f1a-a47a-40a763c6025f",
        OWNER.upper(),
        "00000000-0000-4000-8000-000000000000",
    ],
)
def test_any_uuid4_is_an_owner(owner_id: str) -> None:
    program = by_cookie(owner_id)
    assert cookies(program.post("/orders")) == [(owner_id, "/order"), (owner_id, "/orders")]
    assert program.get("/order").json()["order"]["OwnerId"] == owner_id


def test_owner_is_the_same_in_capitals() -> None:
    open_one(by_cookie(OWNER))
    assert by_cookie(OWNER.upper()).get("/order").status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        f"OwnerId={OWNER}; OwnerId={OTHER}",
        f"OwnerId=x; OwnerId={OWNER}; OwnerId={OTHER}",
        f"OwnerId={OWNER}; OwnerId=x",
        f"OwnerId={OWNER}, OwnerId={OTHER}",
        f"other=1; OwnerId={OWNER}; Path=/order; OwnerId=",
        f"xOwnerId={OTHER}; OwnerId={OWNER}",
    ],
)
def test_first_well_formed_cookie_counts(header: str) -> None:
    order = open_one(by_cookie(OWNER))
    bystander = open_one(by_cookie(OTHER))
    shown = Program(headers={"Cookie": header}).get("/order").json()
    assert shown["order"]["OwnerId"] == OWNER
    assert order.order_hash in shown["links"]["alternate"]["href"]
    assert bystander.order_hash not in str(shown)


@pytest.mark.parametrize(
    "value",
    [
        "x",
        "4d84cd13-bbb3-16ba-a40c-8988351e3681",  # a UUID of version 1
        "4d84cd13-bbb3-46ba-c40c-8988351e3681",  # of another variant
        "4d84cd13bbb346baa40c8988351e3681",
        "{4d84cd13-bbb3-46ba-a40c-8988351e3681}",
        f"{OWNER}x",
        f" {OWNER} x",
        f"{OWNER}\xb2",
        "",
    ],
)
def test_malformed_cookie_is_none(value: str) -> None:
    program = Program(headers={"Cookie": f"OwnerId={value}"})
    assert fault(program.get("/order")) == UNKNOWN
    ((owner_id, _), _) = cookies(program.post("/orders"))
    assert owner_id != value
    assert uuid.UUID(owner_id).version == 4


@pytest.mark.parametrize(
    "header",
    [
        f"OwnerId={OWNER}; Path=/order",
        f"OwnerId={OWNER}; Path=/orders; a=b",
        f"a=b; Path=/order; OwnerId={OWNER}",
        f'OwnerId="{OWNER}"',
        f"ownerid={OTHER}; OwnerId={OWNER}",
    ],
)
def test_stray_pairs_beside_the_cookie_are_ignored(header: str) -> None:
    open_one(by_cookie())
    shown = Program(headers={"Cookie": header}).get("/order")
    assert shown.json()["order"]["OwnerId"] == OWNER


def test_owner_id_is_stored_as_a_digest() -> None:
    open_one(by_cookie())
    row = Order.objects.values().get()
    assert OWNER not in str(row)
    assert re.fullmatch("[0-9a-f]{64}", str(row["owner_digest"]))


@pytest.mark.parametrize(("method", "path"), [
    *((method, path) for method in ("GET", "HEAD", "OPTIONS") for path in (
        "/order", "/order/account", "/order/quote", "/order/product/1", "/orders/x/account",
        f"/orders/{'0' * 32}",
    )),
    ("DELETE", "/order"),
    ("DELETE", "/order/account/contactInfo/regular"),
    ("DELETE", f"/orders/{'0' * 32}"),
    ("PUT", f"/orders/{'0' * 32}/account"),
    ("POST", f"/orders/{'0' * 32}/action"),
])  # fmt: skip
def test_neither_cookie_nor_authorization_is_401(method: str, path: str) -> None:
    answer = Program().call(method, path, ACCOUNT)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="orders", charset="UTF-8", Bearer'
    assert method == "HEAD" or fault(answer) == UNKNOWN


def test_wrong_owner_finds_nothing() -> None:
    order = open_one(by_cookie())
    fill(by_cookie())
    stranger, base = by_cookie(OTHER), f"/orders/{order.order_hash}"
    answers = [
        stranger.get(base),
        stranger.delete(base),
        stranger.call("OPTIONS", base),
        stranger.get(f"{base}/quote"),
        stranger.post(f"{base}/action", {"action": "submit"}),
        *(stranger.get(f"{base}/{path}") for path in PUTS),
        *(stranger.put(f"{base}/{path}", body) for path, body in PUTS.items()),
    ]
    assert [fault(answer) for answer in answers] == [NOT_THERE] * 21
    assert stranger.get("/order").status_code == 404
    unknown = f"/orders/{'0' * 32}"
    assert by_cookie(OTHER).get(base).json()["itemNotFound"].keys() == (
        by_cookie(OTHER).get(unknown).json()["itemNotFound"].keys()
    )
    assert the_order().state == "new"


@pytest.mark.parametrize("name", ["x", "0" * 31, "0" * 33, "F" * 32, "%00" * 8, "é" * 32])
def test_what_is_no_hash_finds_nothing(name: str) -> None:
    open_one(by_cookie())
    assert fault(by_cookie().get(f"/orders/{name}")) == NOT_THERE
    assert fault(by_cookie().put(f"/orders/{name}/account", ACCOUNT)) == NOT_THERE


def test_other_user_finds_nothing() -> None:
    order = open_one(by_password(make_user().email))
    stranger = by_password(make_user().email)
    assert fault(stranger.get(f"/orders/{order.order_hash}")) == NOT_THERE
    assert fault(stranger.get("/order")) == NOT_THERE


def test_user_without_cookie_has_an_open_order() -> None:
    user = make_user()
    program = by_password(user.email)
    ((owner_id, _), _) = cookies(program.put("/order/account", ACCOUNT))
    shown = program.get("/order").json()["order"]
    assert shown.keys() == {"Status", "Account"}
    assert program.get("/order/account").json()["name"] == "Constantin Film"
    assert by_cookie(owner_id).get("/order").json()["order"]["OwnerId"] == owner_id
    assert the_order().owner == user


def test_order_opened_with_both_belongs_to_both() -> None:
    user = make_user()
    order = open_one(by_password(user.email, owner_id=OWNER))
    by_user = by_password(user.email).get("/order").json()
    by_both = by_password(user.email, owner_id=OWNER).get("/order").json()
    assert by_user["links"] == by_both["links"] == by_cookie().get("/order").json()["links"]
    assert by_both["order"]["OwnerId"] == OWNER
    assert "OwnerId" not in by_user["order"]
    assert list(order.events.values_list("actor", flat=True)) == [user.pk]


def test_order_opened_with_both_belongs_to_the_cookie_where_the_user_has_another() -> None:
    user = make_user()
    first = open_one(by_password(user.email, owner_id=OWNER))
    second = open_one(by_password(user.email, owner_id=OTHER))
    assert (first.owner, second.owner) == (user, None)
    shown = by_password(user.email).get("/order").json()
    assert first.order_hash in shown["links"]["alternate"]["href"]
    shown = by_password(user.email, owner_id=OTHER).get("/order").json()
    assert second.order_hash in shown["links"]["alternate"]["href"]


def test_cookie_goes_before_the_user() -> None:
    user = make_user()
    open_one(by_password(user.email))
    both = by_password(user.email, owner_id=OWNER)
    assert fault(both.get("/order")) == NOT_THERE
    assert fault(both.delete("/order")) == NOT_THERE
    assert both.put("/order/account", ACCOUNT).status_code == 200
    assert Order.objects.count() == 2
    assert Order.objects.filter(owner=user).count() == 1


def test_explicit_address_takes_either_sign() -> None:
    user = make_user()
    order = open_one(by_password(user.email))
    both = by_password(user.email, owner_id=OTHER)
    shown = both.get(f"/orders/{order.order_hash}")
    assert shown.status_code == 200
    # The cookie that is carried is not this order's.
    assert "OwnerId" not in shown.json()["order"]


def test_owner_id_is_shown_at_the_explicit_address_to_whoever_carries_it() -> None:
    order = open_one(by_cookie())
    assert by_cookie().get(f"/orders/{order.order_hash}").json() == {
        "order": {
            "OwnerId": OWNER,
            "Status": "new",
            "Account": f"http://testserver/orders/{order.order_hash}/account",
        },
        "links": {"self": {"href": f"http://testserver/orders/{order.order_hash}/", "rel": "self"}},
    }


def test_session_of_our_pages_is_no_sign() -> None:
    user = make_user()
    open_one(by_password(user.email))
    assert visitor(user).get("/order").status_code == 401


def test_refused_call_shows_no_owner_id() -> None:
    open_one(by_cookie())
    answers: list[Any] = [
        by_cookie().post("/order"),
        by_cookie(OTHER).get("/order"),
        by_cookie().put("/order/account", {}),
    ]
    for answer in answers:
        assert OWNER not in answer.content.decode()
        assert cookies(answer) == []


def test_unreadable_authorization_is_401_though_the_cookie_would_do() -> None:
    open_one(by_cookie())
    for value in ("", "Basic", "Basic !", "Digest x", "Bearer", "Bearer nobody's"):
        assert fault(by_cookie().get("/order", Authorization=value)) == UNKNOWN
    Order.objects.all().delete()
    answer = by_cookie().put("/order/account", ACCOUNT, Authorization="Bearer nobody's")
    assert fault(answer) == UNKNOWN
    assert nothing_opened(answer)
