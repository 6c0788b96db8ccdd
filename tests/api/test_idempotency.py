"""`Idempotency-Key`: sent again, the first answer again; and one order, however many at once."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from shop.access.idempotency import delete_expired_responses
from shop.access.models import IdempotentResponse
from shop.orders.models import Order
from shop.orders.states import state_changed
from tests.api.calls import post_order
from tests.factories import DETAILS, make_application, make_token, make_user, pack_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def token() -> str:
    return make_token(make_application())


def test_same_call_under_the_same_key_gets_the_first_answer_again(token: str) -> None:
    first = post_order(token, key="k1")
    assert "Idempotency-Replayed" not in first.headers
    pack_all()
    again = post_order(token, key="k1")
    assert again.status_code == 201
    assert again["Idempotency-Replayed"] == "true"
    assert again["Location"] == first["Location"]
    assert again.content == first.content
    assert again["Content-Type"] == "application/json"
    assert Order.objects.count() == 1


def test_other_body_under_the_same_key_is_422(token: str) -> None:
    post_order(token, key="k1")
    answer = post_order(token, key="k1", product="m")
    assert answer.status_code == 422
    first = Order.objects.get().order_hash
    assert answer.json()["error"] == {
        "base": [f"This Idempotency-Key was used for another request, which placed order {first}."]
    }


def test_same_document_written_otherwise_gets_the_first_answer_again(token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k1"}
    spellings = [
        '{"order":{"product":"s","client_name":"Aé"}}',
        '{"order": {"client_name": "A\\u00e9",\n "product": "\\u0073"}}',
        '\ufeff{"order":{"client_name":"Aé","product":"s"}}',
    ]
    answers = [
        Client().post("/api/orders", body.encode(), "application/json", headers=headers)
        for body in spellings
    ]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert {answer.content for answer in answers} == {answers[0].content}
    other = '{"order":{"product":"s","client_name":"Ae"}}'
    answer = Client().post("/api/orders", other, "application/json", headers=headers)
    assert answer.status_code == 422
    assert Order.objects.count() == 1


def test_call_that_the_version_before_answered_is_replayed(token: str) -> None:
    order = {"order": {"product": "s", **DETAILS}}
    first = post_order(token, key="k1")
    body = b"POST /api/orders\n" + json.dumps(order).encode()
    fingerprint = hashlib.sha256(body).hexdigest()  # as version 1.0 has stored it
    IdempotentResponse.objects.update(fingerprint=fingerprint)
    again = post_order(token, key="k1")
    assert (again.status_code, again.content) == (201, first.content)
    assert again["Idempotency-Replayed"] == "true"
    assert post_order(token, key="k1", product="m").status_code == 422
    assert Order.objects.count() == 1


def test_calls_without_key_are_orders_of_their_own(token: str) -> None:
    post_order(token)
    post_order(token)
    assert Order.objects.count() == 2
    assert IdempotentResponse.objects.count() == 0


def test_keys_are_an_applications_own(token: str) -> None:
    post_order(token, key="k1")
    post_order(make_token(make_application()), key="k1")
    for _ in range(2):
        post_order(make_token(make_user()), key="k1")
    assert Order.objects.count() == 4


def test_keys_of_one_user_hold_over_their_tokens() -> None:
    user = make_user()
    post_order(make_token(user), key="k1")
    assert post_order(make_token(user), key="k1")["Idempotency-Replayed"] == "true"
    assert Order.objects.count() == 1


def test_refusal_is_not_kept(token: str) -> None:
    assert post_order(token, key="k1", product="S").status_code == 422
    assert post_order(token, key="k1").status_code == 201


def test_key_is_free_again_after_a_day(token: str) -> None:
    post_order(token, key="k1")
    IdempotentResponse.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    assert post_order(token, key="k1", product="m").status_code == 201
    assert IdempotentResponse.objects.count() == 1


@pytest.mark.parametrize(("key", "status"), [("x" * 255, 201), ("x" * 256, 422), ("ä", 422)])
def test_key_has_up_to_255_printable_characters(token: str, key: str, status: int) -> None:
    assert post_order(token, key=key).status_code == status


def test_crash_in_the_middle_leaves_the_key_free(token: str) -> None:
    def crash(**kwargs: Any) -> None:
        raise RuntimeError("crash")

    state_changed.connect(crash)
    try:
        with pytest.raises(RuntimeError, match="crash"):
            post_order(token, key="k1")
    finally:
        state_changed.disconnect(crash)
    assert (Order.objects.count(), IdempotentResponse.objects.count()) == (0, 0)
    assert post_order(token, key="k1").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_two_hundred_calls_at_once_under_one_key_make_one_order() -> None:
    token = make_token(make_application())

    def call(_: int) -> tuple[int, bytes]:
        try:
            answer = post_order(token, key="k1")
            while answer.status_code == 409:  # on a slow machine the first one takes its time
                answer = post_order(token, key="k1")
            return answer.status_code, answer.content
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(call, range(200)))
    assert [status for status, _ in answers] == [201]
    assert Order.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_call_whose_first_takes_long_is_told_so() -> None:
    token = make_token(make_application())
    taken, ended = Event(), Event()

    def dawdle(**kwargs: Any) -> None:
        taken.set()
        ended.wait(60)

    def first() -> int:
        try:
            status: int = post_order(token, key="k1").status_code
            return status
        finally:
            connection.close()

    # SQLite gives up on another writer after this many milliseconds.
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA busy_timeout = 500")
    state_changed.connect(dawdle)
    try:
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(first)
            assert taken.wait(60)
            second = post_order(token, key="k1")
            ended.set()
            assert running.result() == 201
    finally:
        state_changed.disconnect(dawdle)
        connection.close()
    assert second.status_code == 409
    assert second.json()["error"] == {
        "base": ["The first request with this Idempotency-Key is still running."]
    }
    assert post_order(token, key="k1")["Idempotency-Replayed"] == "true"
    assert Order.objects.count() == 1


def test_old_answers_are_forgotten_by_the_hour(token: str) -> None:
    post_order(token, key="k1")
    delete_expired_responses(lambda: None)
    assert IdempotentResponse.objects.count() == 1
    IdempotentResponse.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    delete_expired_responses(lambda: None)
    assert IdempotentResponse.objects.count() == 0
