"""An open order comes to be: by opening it, or by the first thing that is put into it."""

import io
import uuid
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from shop.orders.models import Basket, Order, OrderEvent
from tests.factories import make_application, make_token, make_user
from tests.open_order.calls import (
    OTHER,
    OWNER,
    PRODUCT,
    PUTS,
    Program,
    by_cookie,
    by_password,
    by_token,
    cookies,
    fault,
    nothing_opened,
    open_one,
    the_order,
)
from tests.pages import Response

pytestmark = pytest.mark.django_db

NONE_OPEN = (404, "itemNotFound", "")


def set_cookies(response: Response) -> list[str]:
    """The headers Set-Cookie as they stand on the wire."""
    return [morsel.OutputString() for morsel in response.cookies.values()]


@pytest.mark.parametrize("path", ["/orders", "/orders/", "/order", "/order/"])
@pytest.mark.parametrize("body", [None, {}, b""])
def test_order_is_opened(path: str, body: Any) -> None:
    answer = Program().post(path, body)
    order = the_order()
    ((owner_id, _), _) = cookies(answer)
    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert answer.headers["Location"] == f"http://testserver/orders/{order.order_hash}"
    assert answer.json() == {
        "orderId": order.order_hash,
        "ownerId": owner_id,
        "links": {"self": {"href": f"http://testserver/orders/{order.order_hash}/", "rel": "self"}},
    }
    assert (order.state, order.product_id, order.owner_id) == ("new", None, None)
    assert [(event.state, event.actor) for event in order.events.all()] == [("new", None)]
    assert uuid.UUID(owner_id).version == 4


def test_order_is_opened_without_a_content_type() -> None:
    assert Program().call("POST", "/orders", None, **{"Content-Type": ""}).status_code == 201


@pytest.mark.parametrize(("body", "details"), [
    ({"clientIp": "203.0.113.7"}, {"clientIp": "is not accepted."}),
    ({"colour": "red"}, {"colour": "is not known here."}),
    ([], {"base": "must be an object."}),
    ("", {"base": "must be an object."}),
])  # fmt: skip
def test_order_is_not_opened_with_what_it_does_not_take(body: Any, details: Any) -> None:
    answer = by_cookie().post("/orders", body)
    assert fault(answer) == (400, "badRequest", details)
    assert nothing_opened(answer)


@pytest.mark.parametrize(
    ("body", "status", "placed"),
    [(b"", 201, 1), (b"{}", 201, 1), (b"[]", 400, 0), (b" " * (64 * 1024 + 1), 413, 0)],
)
def test_body_in_chunks_may_be_empty(body: bytes, status: int, placed: int) -> None:
    environment: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/orders",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": io.BytesIO(body),
        **({"CONTENT_TYPE": "application/json"} if body else {}),
    }
    assert Client().request(**environment).status_code == status
    assert Order.objects.count() == placed


@pytest.mark.parametrize("path", ["/orders", "/order"])
@pytest.mark.parametrize("first", ["/orders", "/order"])
def test_second_open_order_of_an_owner_is_409(first: str, path: str) -> None:
    assert by_cookie().post(first).status_code == 201
    answer = by_cookie().post(path)
    assert fault(answer) == (409, "conflict", "")
    assert cookies(answer) == []
    assert Order.objects.count() == 1
    assert by_cookie(OTHER).post(path).status_code == 201


def test_second_open_order_of_a_user_is_409() -> None:
    user = make_user()
    assert by_password(user.email).post("/orders").status_code == 201
    assert fault(by_token(make_token(user)).post("/order")) == (409, "conflict", "")


@pytest.mark.parametrize("path", ["/orders", "/orders/"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE"])
def test_orders_cannot_be_listed_nor_changed_at_once(path: str, method: str) -> None:
    answer = by_cookie().call(method, path)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST, OPTIONS"


@pytest.mark.parametrize("path", ["/orders", "/orders/"])
def test_options_of_orders_are_told_to_anybody(path: str) -> None:
    answer = Program().call("OPTIONS", path)
    assert (answer.status_code, answer.headers["Allow"]) == (200, "POST, OPTIONS")


def test_cookie_is_set_for_two_paths_and_no_script() -> None:
    headers = set_cookies(by_cookie().post("/orders"))
    assert headers == [
        f"OwnerId={OWNER}; HttpOnly; Max-Age=2592000; Path=/order; SameSite=Lax",
        f"OwnerId={OWNER}; HttpOnly; Max-Age=2592000; Path=/orders; SameSite=Lax",
    ]


def test_cookie_is_secure_under_https(settings: Settings) -> None:
    settings.SECURE = True
    headers = set_cookies(by_cookie().post("/orders"))
    assert headers == [
        f"OwnerId={OWNER}; HttpOnly; Max-Age=2592000; Path=/order; SameSite=Lax; Secure",
        f"OwnerId={OWNER}; HttpOnly; Max-Age=2592000; Path=/orders; SameSite=Lax; Secure",
    ]


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", PUTS)
def test_put_to_a_child_opens_an_order_and_is_applied(path: str, slash: str) -> None:
    answer = Program().put(f"/order/{path}{slash}", PUTS[path])
    ((owner_id, first), (again, second)) = cookies(answer)
    assert answer.status_code == 200
    assert (owner_id, first, second) == (again, "/order", "/orders")
    assert by_cookie(owner_id).get(f"/order/{path}").json() == answer.json()
    assert the_order().events.count() == 1


@pytest.mark.parametrize("slash", ["", "/"])
def test_post_of_a_product_opens_an_order_and_is_applied(slash: str) -> None:
    answer = by_cookie().post(f"/order/account/products{slash}", PRODUCT)
    assert answer.status_code == 201
    assert cookies(answer) == [(OWNER, "/order"), (OWNER, "/orders")]
    assert the_order().product.code == "s"


def test_call_to_an_order_that_is_open_sets_no_cookie() -> None:
    program = by_cookie()
    open_one(program)
    answers = [
        *(program.put(f"/order/{path}", body) for path, body in PUTS.items()),
        program.post("/order/account/products", PRODUCT),
        program.get("/order"),
        program.post("/order/action", {"action": "validate"}),
        program.delete("/order"),
    ]
    assert [answer.status_code for answer in answers] == [200] * 8 + [201, 200, 204, 204]
    assert [cookies(answer) for answer in answers] == [[]] * 12


@pytest.mark.parametrize("program", [by_cookie(), Program()], ids=["cookie", "nobody"])
@pytest.mark.parametrize(("method", "path", "body", "status"), [
    ("PUT", "account", {"currency": "EUR"}, 400),
    ("PUT", "account", b"{", 400),
    ("PUT", "account", {"currency": "EUR", "language": "de", "accountNumber": 1}, 403),
    ("PUT", "account/contactInfo/regular", {}, 400),
    ("PUT", "account/contactInfo/other", PUTS["account/contactInfo/regular"], 404),
    ("PUT", "account/user", {"userName": "custy1", "password": "secret-7"}, 400),
    ("PUT", "account/paymentInfo", {"paymentInfoType": "credit_card"}, 400),
    ("PUT", "attributes", [{"name": "redirection_uri", "value": "https://a.example"}], 403),
    ("PUT", "account/products/1", PRODUCT, 404),
    ("PUT", "product/1", PRODUCT, 404),
    ("PUT", "account/products", PRODUCT, 405),
    ("PUT", "account/attributes", [], 404),
    ("POST", "account/products", {"offering": "unknown"}, 400),
    ("POST", "account/products", {**PRODUCT, "promoCode": "NONE"}, 400),
    ("POST", "account/products/1/services", {}, 404),
    ("POST", "account", PUTS["account"], 405),
    ("POST", "action", {"action": "validate"}, 400),
    ("POST", "action", {"action": "submit"}, 400),
    ("POST", "action", {"action": "fly"}, 400),
])  # fmt: skip
def test_refused_call_opens_nothing(
    program: Program, method: str, path: str, body: Any, status: int
) -> None:
    answer = program.call(method, f"/order/{path}", body)
    assert answer.status_code == status
    assert nothing_opened(answer)
    assert not Basket.objects.exists()
    assert not OrderEvent.objects.exists()


READ = [
    *PUTS,
    *("account/contactInfo", "account/products", "account/products/1", "product/1", "quote"),
    *("product/1/services", "product/1/services/client"),
]


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", ["", *(f"/{path}" for path in READ)])
def test_reading_without_an_open_order_is_404_and_opens_nothing(path: str, slash: str) -> None:
    for method in ("GET", "OPTIONS"):
        answer = by_cookie().call(method, f"/order{path}{slash}")
        assert fault(answer) == NONE_OPEN
        assert nothing_opened(answer)
    assert by_cookie().call("HEAD", f"/order{path}{slash}").status_code == 404


@pytest.mark.parametrize("path", ["", "/account/contactInfo/regular", "/account/products/1"])
def test_delete_without_an_open_order_is_404_and_opens_nothing(path: str) -> None:
    answer = by_cookie().delete(f"/order{path}")
    assert fault(answer) == NONE_OPEN
    assert nothing_opened(answer)


def test_applications_token_gets_a_new_owner_at_each_opening() -> None:
    program = by_token(make_token(make_application()))
    answers = [program.post("/orders"), program.post("/order"), program.put("/order/account", PUTS["account"])]  # fmt: skip
    assert [answer.status_code for answer in answers] == [201, 201, 200]
    owners = {owner_id for answer in answers for owner_id, _ in cookies(answer)}
    assert len(owners) == Order.objects.count() == 3
    assert fault(program.get("/order")) == NONE_OPEN


def test_applications_token_with_a_cookie_has_one_open_order() -> None:
    program = by_token(make_token(make_application()), OWNER)
    assert cookies(program.post("/orders")) == [(OWNER, "/order"), (OWNER, "/orders")]
    assert fault(program.post("/orders")) == (409, "conflict", "")


def test_links_begin_with_the_base_url_outside_the_demo(settings: Settings) -> None:
    settings.DEMO = False
    settings.BASE_URL = "https://shop.example"
    order = open_one(by_cookie())
    assert by_cookie().get("/order").json()["links"] == {
        "self": {"href": "https://shop.example/order/", "rel": "self"},
        "alternate": {
            "href": f"https://shop.example/orders/{order.order_hash}/",
            "rel": "alternate",
        },
    }
