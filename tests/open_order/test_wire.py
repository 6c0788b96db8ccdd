"""The wire format: bodies, the shape of errors, addresses that are none, limits."""

import gzip
import json
import uuid
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, ProgrammingError, connection
from django.test import Client
from pytest_django import Settings

from shop.orders.models import Order
from tests.factories import make_application, make_token, make_user
from tests.open_order.calls import (
    ACCOUNT,
    OTHER,
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
    open_one,
    submit,
    the_order,
)

pytestmark = pytest.mark.django_db

BODIES = [
    *(("PUT", f"/order/{path}") for path in PUTS),
    ("POST", "/orders"),
    ("POST", "/order"),
    ("POST", "/order/account/products"),
    ("PUT", "/order/product/{product}"),
    ("POST", "/order/action"),
]
NOT_JSON = [
    b"{", b"", b"{'a': 1}", b'{"a": NaN}', b'{"a": 1, "a": 1}', b"\xff\xfe", b'{"a": 1} x',
    b'{"a": ' + b"9" * 5000 + b"}", b"[" * 30_000, b"\xef\xbb\xbf{",
]  # fmt: skip


def filled(path: str) -> str:
    """`path` within an order that holds a product, unless an order must be opened by it."""
    if path in {"/orders", "/order"}:
        return path
    return path.format(product=add_product(by_cookie()))


@pytest.mark.parametrize(("method", "path"), BODIES)
def test_body_that_is_no_json_is_400(method: str, path: str) -> None:
    address = filled(path)
    for body in NOT_JSON:
        if body == b"" and path in {"/orders", "/order"}:
            continue  # opening needs no body
        answer = by_cookie().call(method, address, body)
        assert answer.status_code in {400, 415}
        assert fault(answer) == ((400, "badRequest", "") if body else (415, "unsupportedMediaType", ""))  # fmt: skip


@pytest.mark.parametrize(("method", "path"), BODIES)
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/json"])
def test_body_of_another_type_is_415(method: str, path: str, kind: str) -> None:
    answer = by_cookie().call(method, filled(path), b"{}", **{"Content-Type": kind})
    assert fault(answer) == (415, "unsupportedMediaType", "")


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON;charset=utf-8", "application/json; x=y"])  # fmt: skip
def test_json_is_taken_with_any_parameter(kind: str) -> None:
    answer = by_cookie().put("/order/account", ACCOUNT, **{"Content-Type": kind})
    assert answer.status_code == 200


@pytest.mark.parametrize(("method", "path"), BODIES)
def test_body_over_64_kib_is_413(method: str, path: str) -> None:
    answer = by_cookie().call(method, filled(path), b" " * (64 * 1024 + 1))
    assert fault(answer) == (413, "payloadTooLarge", "")


@pytest.mark.parametrize("path", ["/orders", "/order"])
def test_body_over_djangos_own_limit_is_413(path: str) -> None:
    answer = by_cookie().post(path, b" " * 3_000_000)
    assert fault(answer) == (413, "payloadTooLarge", "")


def test_body_of_64_kib_is_taken() -> None:
    body = b'{"currency": "EUR", "language": "de"' + b" " * (64 * 1024 - 37) + b"}"
    assert len(body) == 64 * 1024
    assert by_cookie().put("/order/account", body).status_code == 200


@pytest.mark.parametrize(("method", "path"), BODIES)
@pytest.mark.parametrize("depth", [300, 480])
def test_deep_body_is_refused_and_breaks_nothing(method: str, path: str, depth: int) -> None:
    address = filled(path)
    for inner in (b'{"a":' * depth + b"1" + b"}" * depth, b"[" * depth + b"]" * depth):
        for body in (inner, b'{"name":' + inner + b',"action":"validate","actionData":' + inner + b"}"):  # fmt: skip
            assert by_cookie().call(method, address, body).status_code == 400


LEFT_OUT = [
    "account/attributes", "account/products/{product}/promotion",
    "account/products/{product}/discounts", "account/products/{product}/notes",
    "account/products/{product}/services/client/notes",
    "account/products/{product}/services/client/promotion",
    "account/products/{product}/services/client/attributes", "discounts", "notes", "clientIp",
    "account/existingProductUrl", "account/contactInfo/regular/name", "orders", "x", "account//user",
]  # fmt: skip


@pytest.mark.parametrize("path", LEFT_OUT)
def test_what_was_left_out_is_404(base: str, path: str) -> None:
    address = f"{base}/{path.format(product=add_product(by_cookie()))}"
    for method in ("GET", "PUT", "POST", "DELETE", "OPTIONS", "PATCH"):
        answer = by_cookie().call(method, address, {})
        assert fault(answer) == (404, "itemNotFound", "")
    assert by_cookie().put(f"{address}/", {}).status_code == 404


@pytest.mark.parametrize("path", ["/order%0A", "/orders%0A", "/order/account%0A", "/Order", "/order//"])  # fmt: skip
def test_other_spelling_of_an_address_is_404(path: str) -> None:
    open_one(by_cookie())
    assert by_cookie().get(path).status_code == 404


def test_error_has_the_shape_and_the_id_of_its_request() -> None:
    for sent in (str(uuid.uuid4()), "mine-1", "not well-formed", "4111111111111111"):
        answer = by_cookie().put("/order/account", {}, **{"X-Request-ID": sent})
        told = answer.json()["badRequest"]
        assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
        assert told["message"] == "The request is not valid."
        assert told["details"] == {"currency": "is required.", "language": "is required."}
        assert told["guid"] == answer.headers["X-Request-ID"]
        assert (told["guid"] == sent) is (sent not in {"not well-formed", "4111111111111111"})


def test_query_is_refused_by_name_and_nothing_is_opened() -> None:
    told = {"dry_run": "is not a parameter of this URL."}
    answer = by_cookie().post("/order/account/products?dry_run=true", PRODUCT)
    assert fault(answer) == (400, "badRequest", told)
    assert nothing_opened(answer)
    fill(by_cookie())
    refused = by_cookie().post("/order/action?dry_run=true", {"action": "submit"})
    assert fault(refused) == (400, "badRequest", told)
    assert the_order().state == "new"
    assert fault(by_cookie().get("/order?fields=Status")) == (
        400, "badRequest", {"fields": "is not a parameter of this URL."},
    )  # fmt: skip


@pytest.mark.parametrize(("body", "message"), [
    (b'{"currency": "EUR", "currency": "EUR"}',
     'The body has the field "currency" more than once, at line 1, column 21.'),
    (b'{"language": "d\xfc"}', "The body is not UTF-8: byte 16, at line 1, column 16, cannot be read."),
    (b'{"language":\n "de",}', "The body is not valid JSON: Illegal trailing comma before end of object at line 2, column 6."),
    (b'{"currency": NaN}', "The body is not valid JSON: NaN at line 1, column 14 is not a JSON value."),
    (b'{"currency": ' + b"9" * 5000 + b"}", "The body has a number with too many digits at line 1, column 14."),
    (b"[" * 30_000, "The body is nested too deeply at line 1, column 101."),
])  # fmt: skip
def test_body_that_cannot_be_read_says_why(body: bytes, message: str) -> None:
    answer = by_cookie().put("/order/account", body)
    assert answer.status_code == 400
    told = answer.json()["badRequest"]["message"]
    # The parser's own words differ between versions of Python.
    assert told == message or (told[:27], "line 2" in told) == (message[:27], "line 2" in message)


def test_card_number_as_a_doubled_member_is_not_repeated() -> None:
    answer = by_cookie().put("/order/account", b'{"4111111111111111": 1, "4111111111111111": 1}')
    assert answer.json()["badRequest"]["message"] == (
        'The body has the field "\\u2026" more than once, at line 1, column 25.'
    )


def test_byte_order_mark_is_ignored() -> None:
    body = b"\xef\xbb\xbf" + json.dumps(ACCOUNT).encode()
    assert by_cookie().put("/order/account", body).status_code == 200


@pytest.mark.parametrize("charset", ["ISO-8859-1", "utf-16", "nonsense", "cp1252"])
def test_declared_charset_other_than_utf_8_is_415(charset: str) -> None:
    kind = f"application/json; charset={charset}"
    answer = by_cookie().put("/order/account", ACCOUNT, **{"Content-Type": kind})
    assert answer.json()["unsupportedMediaType"]["message"] == "The charset must be UTF-8."


def test_content_coding_is_415_and_says_which_is_taken() -> None:
    body = gzip.compress(json.dumps(ACCOUNT).encode())
    answer = by_cookie().put("/order/account", body, **{"Content-Encoding": "gzip"})
    assert fault(answer) == (415, "unsupportedMediaType", "")
    assert answer.headers["Accept-Encoding"] == "identity"
    identity = by_cookie().put("/order/account", ACCOUNT, **{"Content-Encoding": "identity"})
    assert identity.status_code == 200


@pytest.mark.parametrize("language", ["de", "en", "fr"])
def test_texts_are_english_whatever_the_browser_reads(language: str) -> None:
    answer = Program().get("/order", **{"Accept-Language": language})
    assert answer.json()["unauthorized"]["message"] == "Send the cookie OwnerId, or authenticate."
    assert answer.headers["Content-Language"] == "en"


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize(
    ("fault", "status", "wait"), [(OperationalError, 503, "30"), (ProgrammingError, 500, None)]
)
def test_fault_of_ours_is_told_in_the_shape(
    fault: type[DatabaseError], status: int, wait: str | None
) -> None:
    def away(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        raise fault("server closed the connection unexpectedly")

    client = Client(raise_request_exception=False, headers={"Cookie": f"OwnerId={OWNER}"})
    with connection.execute_wrapper(away):
        answer = client.get("/order")
    told = answer.json()["serverError"]
    assert (answer.status_code, told["code"], told["details"]) == (status, status, "")
    assert answer.headers.get("Retry-After") == wait
    assert "connection" not in answer.content.decode()


@pytest.fixture
def few_calls(settings: Settings) -> None:
    """So slow to fill that no test sees it fill."""
    settings.DEMO = False
    settings.RATE_LIMITS = {
        "application": (0.001, 3),
        "anonymous": (0.001, 2),
        "orders": (0.001, 1),
    }


@pytest.mark.usefixtures("few_calls")
@pytest.mark.parametrize("kind", ["application", "user", "user's token"])
def test_whoever_authenticates_has_a_limit_of_their_own(kind: str) -> None:
    user = make_user()
    program = {
        "application": by_token(make_token(make_application())),
        "user": by_password(user.email),
        "user's token": by_token(make_token(user)),
    }[kind]
    answers = [program.get("/order") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [404] * 3 + [429] * 2
    assert fault(answers[3]) == (429, "tooManyRequests", "")
    assert answers[0].headers["RateLimit"] == '"application";r=2;t=1000'
    assert 900 < int(answers[3].headers["Retry-After"]) <= 1000
    assert by_token(make_token(make_application("Other"))).get("/order").status_code == 404


@pytest.mark.usefixtures("few_calls")
def test_cookies_count_for_their_address() -> None:
    statuses = [by_cookie(owner).get("/order").status_code for owner in (OWNER, OTHER, OWNER)]
    assert statuses == [404, 404, 429]
    assert by_cookie().get("/order").headers["RateLimit-Policy"] == '"anonymous";q=2;w=2000'


@pytest.mark.usefixtures("few_calls")
def test_failed_authentication_counts_for_its_address() -> None:
    statuses = [by_token("nobody's").get("/order").status_code for _ in range(3)]
    assert statuses == [401, 401, 429]


@pytest.mark.usefixtures("few_calls")
def test_orders_placed_by_nobody_known_are_limited_by_address(settings: Settings) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "anonymous": (1, 100)}
    settings.RATE_LIMITS["application"] = (1, 100)
    for owner in (OWNER, OTHER):
        open_one(by_cookie(owner))
        # What is refused for what it lacks does not count.
        assert [submit(by_cookie(owner)).status_code for _ in range(3)] == [400] * 3
    fill(by_cookie())
    fill(by_cookie(OTHER))
    assert submit(by_cookie()).status_code == 202
    answer = submit(by_cookie(OTHER))
    assert fault(answer) == (429, "tooManyRequests", "")
    assert 900 < int(answer.headers["Retry-After"]) <= 1000
    assert Order.objects.filter(state="new").count() == 1
    assert submit(by_password(make_user().email, owner_id=OTHER)).status_code == 202
