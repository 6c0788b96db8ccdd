"""`/api/orders`: the envelope and each way to fail."""

import gzip
import io
import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from shop.orders.models import Order
from shop.orders.placing import Caller
from tests.factories import (
    make_application,
    make_order,
    make_project,
    make_token,
    make_user,
    pack_all,
)

pytestmark = pytest.mark.django_db

# As the description of the API we succeed prints it.
EXAMPLE = (
    '{"order":{"product":"s", "client_name":"Constantin Film", "project_name": "OSD Yamdu Free", '
    '"user_email": "nicecustomer@gmx.com", "user_login":"custy1"}}'
)


@pytest.fixture
def token() -> str:
    return make_token(make_application())


def post(token: str, body: str | bytes, content_type: str = "application/json") -> Any:
    return Client().generic(
        "POST",
        "/api/orders",
        data=body,
        content_type=content_type,
        headers={"Authorization": f"Bearer {token}"},
    )


def get(token: str, order_hash: str) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    return Client().get(f"/api/orders/{order_hash}", headers=headers)


def test_example_of_the_source_is_created(token: str) -> None:
    answer = post(token, EXAMPLE)
    order = Order.objects.get()
    assert answer.status_code == 201
    assert answer["Location"] == f"/api/orders/{order.order_hash}"
    assert answer["Content-Type"] == "application/json"
    body = answer.json()
    assert list(body) == ["status", "status_message", "info", "data"]
    assert (body["status"], body["status_message"], body["info"]) == (201, "Created", "")
    assert list(body["data"]) == ["order"]
    printed_by_the_source = {
        "admin_user_access_token": None,
        "client_name": "Constantin Film",
        "order_hash": order.order_hash,
        "order_number": order.order_number,
        "product": "s",
        "project_name": "OSD Yamdu Free",
        "redirection_uri": None,
        "status": None,
        "user_email": "nicecustomer@gmx.com",
        "user_first_name": None,
        "user_last_name": None,
        "user_login": "custy1",
    }
    assert body["data"]["order"].items() >= printed_by_the_source.items()
    assert body["data"]["order"]["state"] == "pending"


def test_order_of_a_product_alone_is_pending(token: str) -> None:
    answer = post(token, '{"order":{"product":"Yamdu FREE"}}')
    assert (answer.status_code, answer.json()["data"]["order"]["state"]) == (201, "pending")


def test_links_are_built_from_the_base_url_outside_the_demo(token: str, settings: Settings) -> None:
    settings.DEMO = False
    settings.BASE_URL = "https://shop.example"
    url = post(token, EXAMPLE).json()["data"]["order"]["registration_url"]
    assert url == f"https://shop.example/register/{Order.objects.get().order_hash}/"


def test_placed_order_is_shown_while_and_after_it_is_packed(token: str) -> None:
    order_hash = post(token, EXAMPLE).json()["data"]["order"]["order_hash"]
    shown = get(token, order_hash).json()
    assert (shown["status"], shown["status_message"], shown["info"]) == (200, "OK", "")
    assert shown["data"]["order"]["state"] == "pending"
    pack_all()
    shown = get(token, order_hash).json()["data"]["order"]
    assert (shown["state"], shown["status"]) == ("packed", "packed")
    assert shown["client_id"]
    assert shown["project_id"]


def test_fault_is_shown_in_english_to_a_german_browser(token: str) -> None:
    order_hash = post(token, EXAMPLE.replace('"s"', '"xl"')).json()["data"]["order"]["order_hash"]
    pack_all()
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "de"}
    shown = Client().get(f"/api/orders/{order_hash}", headers=headers).json()["data"]["order"]
    assert shown["state"] == "need_human"
    assert shown["packing_errors"] == "This tier is set up after a person has approved the order."


def test_every_fault_is_told_at_once_without_info_and_data(token: str) -> None:
    answer = post(token, '{"order":{"client_name":"","user_email":"x"}}')
    assert answer.status_code == 422
    assert answer.json() == {
        "status": 422,
        "status_message": "Unprocessable Entity",
        "error": {
            "product": ["is required."],
            "client_name": ["must not be blank."],
            "user_email": ["must be a bare e-mail address."],
        },
    }


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
    assert list(answer.json()) == ["status", "status_message", "error"]
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


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer nobody's", "Basic YTpi"])
def test_call_without_a_live_token_is_401(header: str) -> None:
    for answer in (
        Client().post("/api/orders", headers={"Authorization": header}),
        Client().get(f"/api/orders/{'0' * 32}", headers={"Authorization": header}),
    ):
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
        assert answer.json()["status_message"] == "Unauthorized"


def test_token_without_the_scope_is_403() -> None:
    reads = make_token(make_application(), "orders:read")
    writes = make_token(make_application(), "orders:write")
    assert post(reads, EXAMPLE).status_code == 403
    order_hash = post(writes, EXAMPLE).json()["data"]["order"]["order_hash"]
    assert get(writes, order_hash).status_code == 403


def test_order_of_another_application_is_404_like_an_unknown_one(token: str) -> None:
    foreign = make_order(caller=Caller(application=make_application()))
    of_the_shop = make_order()
    unknown = get(token, "0" * 32)
    assert unknown.status_code == 404
    for order in (foreign, of_the_shop):
        assert get(token, order.order_hash).content == unknown.content


def test_order_in_state_new_is_404(token: str) -> None:
    order_hash = post(token, EXAMPLE).json()["data"]["order"]["order_hash"]
    Order.objects.update(state="new")
    assert get(token, order_hash).status_code == 404


def test_user_sees_the_orders_placed_with_their_token() -> None:
    project = make_project()
    token = make_token(project.client.client_admin)
    order = {
        "product": "s",
        "client_id": project.client.pk,
        "project_id": project.pk,
        "user_email": "new@example.com",
        "admin_user_access_token": token,
    }
    answer = post(token, json.dumps({"order": order}))
    assert answer.status_code == 201
    order_hash = answer.json()["data"]["order"]["order_hash"]
    assert get(token, order_hash).status_code == 200
    assert get(make_token(make_user()), order_hash).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/orders", "GET, POST"),
        ("DELETE", f"/api/orders/{'0' * 32}", "GET"),
        ("POST", f"/api/orders/{'0' * 32}", "GET"),
    ],
)
def test_other_method_is_405_with_allow(method: str, path: str, allowed: str) -> None:
    answer = Client().generic(method, path)
    assert (answer.status_code, answer["Allow"]) == (405, allowed)
    assert answer.json()["status"] == 405


@pytest.mark.parametrize("path", ["/api/", "/api/nothing", "/api/orders/"])
def test_unknown_address_is_404_in_the_envelope(path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 404
    assert list(answer.json()) == ["status", "status_message", "error"]


def test_query_is_refused_by_name_where_there_is_none(token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    order_hash = post(token, EXAMPLE).json()["data"]["order"]["order_hash"]
    error = {"dry_run": ["is not a parameter of this address."]}
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
    beside = ["is not known here: members of the order belong into order."]
    assert (answer.status_code, answer.json()["error"]) == (
        422,
        {
            "idempotency_key": beside,
            "metadata": beside,
            "note": ["is not a member of an order."],
            "product": ["is not a tier that can be ordered."],
        },
    )
    assert Order.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            '{"order":{"product":"s","product":"m"}}',
            'The body has the member "product" more than once, at line 1, column 25.',
        ),
        (
            '{"order": {"a": [{"product": "s"}, {"product": "m"}],\n "b": "{", "\\u0061" : 1}}',
            'The body has the member "a" more than once, at line 2, column 12.',
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


def test_every_answer_has_a_request_id(token: str) -> None:
    assert len(post(token, EXAMPLE)["X-Request-ID"]) == 32
    headers = {"Authorization": "Bearer x", "X-Request-ID": "mine-1"}
    assert Client().get("/api/orders/x", headers=headers)["X-Request-ID"] == "mine-1"


def test_placing_and_showing_take_few_queries(
    token: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    get(token, "0" * 32)  # the token's first use in an hour is written down
    # Seven of its own, the words it is found by, a transaction's begin and end.
    with django_assert_num_queries(10):
        order_hash = post(token, EXAMPLE).json()["data"]["order"]["order_hash"]
    with django_assert_num_queries(2):
        shown = get(token, order_hash)
    assert shown.json()["data"]["order"]["order_hash"] == order_hash
