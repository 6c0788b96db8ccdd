"""A page of another site can do nothing in a visitor's name."""

from typing import Any

import pytest
from pytest_django import Settings

from shop.orders.models import Order
from tests.factories import make_application, make_token, make_user
from tests.open_order.calls import (
    ACCOUNT,
    CONTACT,
    OWNER,
    PRODUCT,
    PUTS,
    Program,
    add_product,
    by_cookie,
    by_password,
    by_token,
    fault,
    fill,
    nothing_opened,
    the_order,
)

pytestmark = pytest.mark.django_db

FORBIDDEN = (403, "forbidden", "")
FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "Same-Origin"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "https://testserver"},
    {"Origin": "http://testserver:8000"},
    {"Origin": "http://testserver.evil.example"},
    {"Origin": "http://sub.testserver"},
    {"Origin": "http://testserver/"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
]
OURS: list[dict[str, str]] = [
    {},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://testserver"},
    {"Origin": "HTTP://TestServer"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"},
]
CHANGES: list[tuple[str, str, Any]] = [
    ("POST", "/orders", None),
    ("POST", "/order", None),
    ("DELETE", "/order", None),
    *(("PUT", f"/order/{path}", body) for path, body in PUTS.items()),
    ("DELETE", "/order/account/contactInfo/regular", None),
    ("POST", "/order/account/products", PRODUCT),
    ("PUT", "/order/account/products/{product}", PRODUCT),
    ("DELETE", "/order/account/products/{product}", None),
    ("PUT", "/order/product/{product}", PRODUCT),
    ("DELETE", "/order/product/{product}", None),
    ("POST", "/order/action", {"action": "validate"}),
    ("POST", "/order/action", {"action": "submit"}),
    ("DELETE", "/orders/{hash}", None),
    ("PUT", "/orders/{hash}/account", ACCOUNT),
    ("POST", "/orders/{hash}/action", {"action": "submit"}),
    ("PATCH", "/order", None),
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_changing_call_from_another_site_is_403(headers: dict[str, str]) -> None:
    fill(by_cookie())
    before = Order.objects.values().get()
    (item,) = by_cookie().get("/order/account/products").json()["list"]
    names = {"hash": the_order().order_hash, "product": item["productId"]}
    for method, path, body in CHANGES:
        answer = by_cookie().call(method, path.format(**names), body, **headers)
        assert fault(answer) == FORBIDDEN, (method, path)
    assert Order.objects.values().get() == before


@pytest.mark.parametrize("kind", ["nothing", "cookie", "password", "token", "wrong password"])
def test_call_from_another_site_is_403_whatever_it_carries(kind: str) -> None:
    user = make_user()
    program = {
        "nothing": Program(),
        "cookie": by_cookie(),
        "password": by_password(user.email),
        "token": by_token(make_token(make_application()), OWNER),
        "wrong password": by_password(user.email, "wrong"),
    }[kind]
    for headers in FOREIGN:
        answer = program.put("/order/account", ACCOUNT, **headers)
        assert fault(answer) == FORBIDDEN
        assert nothing_opened(answer)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])  # fmt: skip
def test_form_of_another_site_is_403(kind: str) -> None:
    headers = {"Content-Type": kind, "Origin": "https://evil.example"}
    assert fault(by_cookie().post("/orders", b"{}", **headers)) == FORBIDDEN


@pytest.mark.parametrize("headers", OURS)
def test_call_from_ourselves_or_no_page_is_taken(headers: dict[str, str]) -> None:
    program = by_cookie()
    assert program.post("/orders", **headers).status_code == 201
    assert program.put("/order/account", ACCOUNT, **headers).status_code == 200
    assert program.put("/order/account/contactInfo/regular", CONTACT, **headers).status_code == 200
    number = add_product(program)
    assert program.put(f"/order/product/{number}", PRODUCT, **headers).status_code == 200
    answer = program.post("/order/action", {"action": "validate"}, **headers)
    assert answer.status_code == 204
    assert program.delete("/order", **headers).status_code == 204


def test_origin_is_the_base_url_outside_the_demo(settings: Settings) -> None:
    settings.DEMO = False
    settings.BASE_URL = "https://shop.example"
    assert fault(by_cookie().post("/orders", Origin="http://testserver")) == FORBIDDEN
    assert by_cookie().post("/orders", Origin="https://shop.example").status_code == 201


@pytest.mark.parametrize("headers", FOREIGN)
def test_reading_from_another_site_is_answered_to_no_script(headers: dict[str, str]) -> None:
    fill(by_cookie())
    for method in ("GET", "HEAD", "OPTIONS"):
        asked = {"Access-Control-Request-Method": "PUT", **headers}
        answer = by_cookie().call(method, "/order", **asked)
        assert answer.status_code == 200
        assert not [name for name in answer.headers if name.startswith("Access-Control")]


def test_no_answer_carries_a_header_for_other_origins() -> None:
    answers = [
        by_cookie().post("/orders"),
        by_cookie().post("/orders", Origin="https://evil.example"),
        by_cookie().get("/order/nothing", Origin="https://evil.example"),
        Program().call("OPTIONS", "/orders", Origin="https://evil.example"),
        Program().get("/order", Origin="https://evil.example"),
    ]
    assert [answer.status_code for answer in answers] == [201, 403, 404, 200, 401]
    for answer in answers:
        assert not [name for name in answer.headers if name.startswith("Access-Control")]
