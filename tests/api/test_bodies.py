"""Bodies and queries of `/api/orders` that are refused, and what the answer says of them."""

import gzip
import io
from typing import Any

import pytest
from django.test import Client

from shop.orders.models import Order
from tests.api.calls import EXAMPLE, post
from tests.factories import (
    make_application,
    make_token,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def token() -> str:
    return make_token(make_application())


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        '"order"',
        "{}",
        '{"order":null}',
        '{"order":[]}',
        '{"order":"s"}',
        '{"order":{"product":"s"},"order":{"product":"m"}}',
        '{"order":{"product":"s","product":"m"}}',
        '{"order":{"product":NaN}}',
        '{"order":{"client_id":' + "9" * 5000 + "}}",
        "[" * 20_000,
        b'{"order":{"product":"\xff"}}',
        '{"order":{"product":"s"}} trailing',
    ],
)
def test_body_that_is_no_order_object_is_400(token: str, body: str | bytes) -> None:
    answer = post(token, body or " ")
    assert answer.status_code == 400
    assert list(answer.json()) == ["status", "status_message", "error", "codes"]
    assert list(answer.json()["error"]) == ["base"]


def test_body_of_64_kib_is_read_and_one_byte_more_is_413(token: str) -> None:
    body = '{"order":{"product":"s"}}'
    assert post(token, body.ljust(64 * 1024)).status_code == 201
    answer = post(token, body.ljust(64 * 1024 + 1))
    assert (answer.status_code, answer.json()["status"]) == (413, 413)


@pytest.mark.parametrize(("body", "status"), [(EXAMPLE, 201), (" " * (64 * 1024 + 1), 413)])
def test_body_in_chunks_is_read(token: str, body: str, status: int) -> None:
    environment: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/orders",
        "CONTENT_TYPE": "application/json",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": io.BytesIO(body.encode()),
    }
    assert Client().request(**environment).status_code == status


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_other_content_type_is_415(token: str, content_type: str) -> None:
    answer = post(token, EXAMPLE, content_type)
    assert (answer.status_code, answer.json()["status_message"]) == (415, "Unsupported Media Type")


def test_content_type_may_name_its_charset(token: str) -> None:
    assert post(token, EXAMPLE, "application/json; charset=UTF-8").status_code == 201


def test_query_is_refused_by_name_where_there_is_none(token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    order_hash = post(token, EXAMPLE).json()["data"]["order"]["order_hash"]
    error = {"dry_run": ["is not a parameter of this URL."]}
    placing = Client().post(
        "/api/orders?dry_run=true", EXAMPLE, "application/json", headers=headers
    )
    showing = Client().get(f"/api/orders/{order_hash}?dry_run", headers=headers)
    for answer in (placing, showing):
        assert (answer.status_code, answer.json()["error"]) == (422, error)
    assert Order.objects.count() == 1


def test_member_beside_the_order_is_refused_with_all_other_faults(token: str) -> None:
    body = '{"order":{"product":"S","note":"x"},"idempotency_key":"x","metadata":null}'
    answer = post(token, body)
    beside = ["is not known here: fields of the order belong inside order."]
    assert (answer.status_code, answer.json()["error"]) == (
        422,
        {
            "idempotency_key": beside,
            "metadata": beside,
            "note": ["is not known here."],
            "product": ["is not a tier that can be ordered."],
        },
    )
    assert Order.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            '{"order":{"product":"s","product":"m"}}',
            'The body has the field "product" more than once, at line 1, column 25.',
        ),
        (
            '{"order": {"a": [{"product": "s"}, {"product": "m"}],\n "b": "{", "\\u0061" : 1}}',
            'The body has the field "a" more than once, at line 2, column 12.',
        ),
        ('{"a":{"b":1,"b":2},"a":3}', '"b" more than once, at line 1, column 13.'),
        (
            '{"order":{\n"product":"Ü\xff"}}'.encode("latin-1"),
            "The body is not UTF-8: byte 23, at line 2, column 12, cannot be read.",
        ),
        ('{"order":\n{"product":"s"} x}', "line 2, column 17"),
        (
            '{"order":{"client_name":"Infinity",\n"client_id":-Infinity}}',
            "-Infinity at line 2, column 13 is not a JSON value",
        ),
        (
            f'{{"order":{{"client_name":"{"9" * 5000}",\n"client_id":-{"9" * 5000}}}}}',
            "a number with too many digits at line 2, column 13.",
        ),
        ('{"order":{"client_name":"a\tb"}}', "Invalid control character at line 1, column 27."),
        ("[" * 20_000, "The body is nested too deeply at line 1, column 101."),
    ],
)
def test_body_that_cannot_be_read_says_why(token: str, body: str | bytes, sentence: str) -> None:
    answer = post(token, body)
    (told,) = answer.json()["error"]["base"]
    assert (answer.status_code, sentence in told) == (400, True), told


@pytest.mark.parametrize(("depth", "status"), [(99, 422), (100, 400), (900, 400)])
def test_depth_that_is_refused_does_not_depend_on_the_call(
    token: str, depth: int, status: int
) -> None:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k1"}
    for inner in ("[" * depth + "]" * depth, '{"[":' * depth + "1" + "}" * depth):
        body = f'{{"order":{{"product":"s"}},"x":{inner}}}'
        answer = Client().post("/api/orders", body, "application/json", headers=headers)
        assert answer.status_code == status
        assert list(answer.json()["error"]) == ["x" if status == 422 else "base"]
    assert Order.objects.count() == 0


def test_depth_counts_no_brackets_inside_strings(token: str) -> None:
    name = '[{\\"' * 60 + "[" * 21
    assert (
        post(token, f'{{"order":{{"product":"s","client_name":"{"[" * 150}"}}}}').status_code == 201
    )
    answer = post(token, f'{{"order":{{"product":"s","client_name":"{name}"}}}}')
    assert answer.json()["error"] == {"client_name": ["must have at most 200 characters."]}


def test_byte_order_mark_is_ignored(token: str) -> None:
    assert post(token, b"\xef\xbb\xbf" + EXAMPLE.encode()).status_code == 201


def test_content_coding_and_other_charsets_are_415(token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Encoding": "gzip"}
    packed = gzip.compress(EXAMPLE.encode())
    for none in ("", "identity", "Identity, identity"):
        plain = {**headers, "Content-Encoding": none}
        answer = Client().post("/api/orders", EXAMPLE, "application/json", headers=plain)
        assert answer.status_code == 201, none
    Order.objects.all().delete()
    answer = Client().post("/api/orders", packed, "application/json", headers=headers)
    assert (answer.status_code, answer["Accept-Encoding"]) == (415, "identity")
    latin = post(token, EXAMPLE.encode("latin-1"), "application/json; charset=ISO-8859-1")
    assert latin.json()["error"] == {"base": ["The charset must be UTF-8."]}
    assert Order.objects.count() == 0
