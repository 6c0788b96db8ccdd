"""`POST /api/orders/{order_hash}/cancel`: who may, when, and what follows."""

import json
from typing import Any

import pytest
from django.test import Client

from shop.access.models import Application
from shop.notifications.webhooks.endpoints import register
from shop.orders.document import check_document
from shop.orders.models import Order, State
from shop.orders.placing import Caller, place_order
from shop.orders.states import transition
from tests.api.calls import get
from tests.factories import (
    make_application,
    make_order,
    make_token,
    make_user,
    pack_all,
)
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db


def cancel(token: str, order: Order | str, body: Any = None, **headers: str) -> Any:
    order_hash = order if isinstance(order, str) else order.order_hash
    data = body if isinstance(body, str) else json.dumps({} if body is None else body)
    given = {"Authorization": f"Bearer {token}", **headers}
    return Client().generic(
        "POST", f"/api/orders/{order_hash}/cancel", data, "application/json", headers=given
    )


def placed(situation: str = "pending") -> tuple[Order, str]:
    """An order in a situation that an application has placed, and a token of it."""
    order, application = order_in(situation), make_application()
    Order.objects.filter(pk=order.pk).update(application=application)
    order.refresh_from_db()
    return order, make_token(application)


@pytest.mark.parametrize("situation", ["pending", "details", "has_packing_errors", "need_human"])
def test_order_is_cancelled_and_shown(situation: str) -> None:
    order, token = placed(situation)
    other = make_order(caller=Caller(application=make_application()))
    answer = cancel(token, order, {"reason": "Die Produktion fällt aus."})
    assert answer.status_code == 200
    shown = answer.json()["data"]["order"]
    assert (shown["order_hash"], shown["state"]) == (order.order_hash, "cancelled")
    assert shown == get(token, order.order_hash).json()["data"]["order"]
    event = order.events.get(state="cancelled")
    assert (event.note, event.actor, event.details) == (
        "Die Produktion fällt aus.",
        None,
        {"by": "program"},
    )
    other.refresh_from_db()
    assert other.state == "pending"


@pytest.mark.parametrize("situation", ["packing", "packed", "cancelled"])
def test_order_in_any_other_state_stays_with_409(situation: str) -> None:
    order, token = placed(situation)
    before = (order.state, order.events.count())
    answer = cancel(token, order)
    assert answer.status_code == 409
    sentence = f"This order is {situation}, so it cannot be cancelled."
    assert answer.json()["error"] == {"base": [sentence]}
    order.refresh_from_db()
    assert (order.state, order.events.count()) == before


def test_order_is_cancelled_without_a_reason() -> None:
    order, token = placed()
    for body in ({}, {"reason": None}):
        Order.objects.filter(pk=order.pk).update(state="pending")
        assert cancel(token, order, body).status_code == 200
    assert {event.note for event in order.events.filter(state="cancelled")} == {""}


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"reason": ""}, {"reason": ["must not be blank."]}),
        ({"reason": " \u200b"}, {"reason": ["must not be blank."]}),
        ({"reason": "a\nb"}, {"reason": ["must not contain control characters."]}),
        ({"reason": "x" * 501}, {"reason": ["must have at most 500 characters."]}),
        ({"reason": 5}, {"reason": ["must be a string."]}),
        ({"why": "x"}, {"why": ["is not known here."]}),
    ],
)
def test_faulty_reason_is_refused_and_nothing_is_cancelled(body: Any, refused: Any) -> None:
    order, token = placed()
    answer = cancel(token, order, body)
    assert (answer.status_code, answer.json()["error"]) == (422, refused)
    order.refresh_from_db()
    assert order.state == "pending"


def test_reason_of_500_characters_is_kept() -> None:
    order, token = placed()
    assert cancel(token, order, {"reason": "ü" * 500}).status_code == 200
    assert order.events.get(state="cancelled").note == "ü" * 500


@pytest.mark.parametrize("body", ["{", "[]", "null", '"x"'])
def test_body_that_is_no_object_is_400(body: str) -> None:
    order, token = placed()
    assert cancel(token, order, body).status_code == 400
    order.refresh_from_db()
    assert order.state == "pending"


def test_order_of_somebody_else_is_404_like_an_unknown_one() -> None:
    order, _token = placed()
    token = make_token(make_application())
    unknown = cancel(token, "0" * 32)
    assert unknown.status_code == 404
    assert cancel(token, order).content == unknown.content
    Order.objects.filter(pk=order.pk).update(state="new")
    assert cancel(_token, order).content == unknown.content


def test_token_of_a_user_cancels_what_was_placed_with_it_alone() -> None:
    user, application = make_user(), make_application()
    mine = make_order(caller=Caller(user=user))
    theirs = make_order(caller=Caller(application=application))
    token = make_token(user)
    assert cancel(token, theirs).status_code == 404
    assert cancel(token, mine).status_code == 200
    assert mine.events.get(state="cancelled").actor == user


def test_call_needs_a_live_token_with_the_scope_to_write() -> None:
    order, _token = placed()
    application = Application.objects.get()
    reads = cancel(make_token(application, "orders:read"), order)
    told = 'Bearer error="insufficient_scope", scope="orders:write"'
    assert (reads.status_code, reads["WWW-Authenticate"]) == (403, told)
    assert cancel("nobody's", order).status_code == 401
    order.refresh_from_db()
    assert order.state == "pending"


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_other_methods_are_405(method: str) -> None:
    order, token = placed()
    path = f"/api/orders/{order.order_hash}/cancel"
    answer = Client().generic(method, path, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_customer_and_webhook_are_told_once() -> None:
    order, token = placed()
    Order.objects.filter(pk=order.pk).update(redirection_uri="https://partner.example/hook")
    for _ in range(2):
        cancel(token, order, {"reason": "Ordered twice."})
    mail = order.messages.get(kind="cancelled")
    assert mail.recipient == order.user_email
    (event,) = (json.loads(each.payload)["data"] for each in order.deliveries.all())
    assert (event["previous_state"], event["order"]["state"]) == ("pending", "cancelled")


def test_order_that_went_on_meanwhile_but_waits_again_is_cancelled() -> None:
    order, token = placed("has_packing_errors")
    assert transition(order, State.PENDING)  # tried again
    assert cancel(token, order).status_code == 200
    pack_all()
    order.refresh_from_db()
    assert order.state == "cancelled"


def test_order_of_a_product_alone_keeps_its_earlier_webhooks() -> None:
    application = make_application()
    register(application, {"url": "https://partner.example/hook", "events": ["order.*"]})
    order = place_order(check_document({"product": "s"}), Caller(application=application))
    assert cancel(make_token(application), order).status_code == 200
    events = [json.loads(each.payload)["data"] for each in order.deliveries.order_by("pk")]
    states = [(event["previous_state"], event["order"]["state"]) for event in events]
    assert states == [(None, "pending"), ("pending", "cancelled")]
