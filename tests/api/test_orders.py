"""`/api/orders`: the envelope and each way to fail."""

import json

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from shop.orders.models import Order
from shop.orders.placing import Caller
from tests.api.calls import EXAMPLE, get, post
from tests.factories import (
    make_application,
    make_order,
    make_project,
    make_token,
    make_user,
    pack_all,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def token() -> str:
    return make_token(make_application())


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
        "codes": {
            "product": ["required"],
            "client_name": ["blank"],
            "user_email": ["not_an_email"],
        },
    }


@pytest.mark.parametrize(
    ("header", "challenge"),
    [
        ("", "Bearer"),
        ("Bearer", "Bearer"),
        ("Bearer ", "Bearer"),
        ("Basic YTpi", "Bearer"),
        ("Bearer nobody's", 'Bearer error="invalid_token"'),
        ("bearer  nobody's", 'Bearer error="invalid_token"'),
    ],
)
def test_call_without_a_live_token_is_401(header: str, challenge: str) -> None:
    for answer in (
        Client().post("/api/orders", headers={"Authorization": header}),
        Client().get(f"/api/orders/{'0' * 32}", headers={"Authorization": header}),
    ):
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, challenge)
        assert answer.json()["status_message"] == "Unauthorized"


def test_token_without_the_scope_is_403() -> None:
    reads = make_token(make_application(), "orders:read")
    writes = make_token(make_application(), "orders:write")
    refused = post(reads, EXAMPLE)
    told = 'Bearer error="insufficient_scope", scope="orders:write"'
    assert (refused.status_code, refused["WWW-Authenticate"]) == (403, told)
    order_hash = post(writes, EXAMPLE).json()["data"]["order"]["order_hash"]
    refused = get(writes, order_hash)
    told = 'Bearer error="insufficient_scope", scope="orders:read"'
    assert (refused.status_code, refused["WWW-Authenticate"]) == (403, told)


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
        ("DELETE", f"/api/orders/{'0' * 32}", "GET, PATCH"),
        ("POST", f"/api/orders/{'0' * 32}", "GET, PATCH"),
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
    assert list(answer.json()) == ["status", "status_message", "error", "codes"]


def test_every_answer_has_a_request_id(token: str) -> None:
    assert len(post(token, EXAMPLE)["X-Request-ID"]) == 32
    headers = {"Authorization": "Bearer x", "X-Request-ID": "mine-1"}
    assert Client().get("/api/orders/x", headers=headers)["X-Request-ID"] == "mine-1"


def test_placing_and_showing_take_few_queries(
    token: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    get(token, "0" * 32)  # the token's first use in an hour is written down
    # Six of its own, the rates of VAT, endpoints that want to know, the words it is found by, a transaction's begin and end.
    with django_assert_num_queries(11):
        order_hash = post(token, EXAMPLE).json()["data"]["order"]["order_hash"]
    with django_assert_num_queries(2):
        shown = get(token, order_hash)
    assert shown.json()["data"]["order"]["order_hash"] == order_hash
