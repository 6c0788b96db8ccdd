"""Submit again: which order was placed, and the first answer under an Idempotency-Key."""

from collections.abc import Callable

import pytest

from shop.orders.models import Order
from tests.factories import make_application, make_token, make_user
from tests.open_order.calls import (
    ACCOUNT,
    OTHER,
    OWNER,
    Program,
    by_cookie,
    by_password,
    by_token,
    fault,
    fill,
    place,
    submit,
    the_order,
)

pytestmark = pytest.mark.django_db


def by_a_token() -> Program:
    """A partner's program that sends its OwnerId, too."""
    return by_token(make_token(make_application()), OWNER)


def by_a_user() -> Program:
    """A program of a user without a cookie; an explicit address needs its order's owner."""
    return by_password(make_user(email="nina@example.com").email, owner_id=OWNER)


def test_second_submit_is_409_and_says_where_the_order_is() -> None:
    placed = place(by_cookie())
    explicit = f"/orders/{placed.order_hash}"
    for again in (submit(by_cookie()), submit(by_cookie(), explicit)):
        assert fault(again) == (409, "conflict", "")
        assert again.headers["Location"] == f"http://testserver{explicit}"
    assert (
        by_cookie()
        .get(again.headers["Location"].removeprefix("http://testserver"))
        .json()["order"]["Status"]
        == "pending"
    )


def test_second_submit_names_the_last_of_several_orders() -> None:
    place(by_cookie())
    last = place(by_cookie())
    place(by_cookie(OTHER))
    assert submit(by_cookie()).headers["Location"].endswith(last.order_hash)


@pytest.mark.parametrize("program", [by_cookie, by_a_token, by_a_user])
def test_repeated_submit_with_its_key_gets_the_first_answer_again(
    base: str, program: Callable[[], Program]
) -> None:
    caller = program()
    fill(caller, base)
    key = {"Idempotency-Key": "k1"}
    first = caller.post(f"{base}/action", {"action": "submit"}, **key)
    again = caller.post(f"{base}/action/", b' {"action" : "submit"}', **key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.headers["Location"] == first.headers["Location"]
    assert (again.content, "Content-Type" in again.headers) == (b"", False)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert Order.objects.count() == 1


def test_key_of_a_submit_is_its_owners_own() -> None:
    key = {"Idempotency-Key": "k1"}
    for owner_id in (OWNER, OTHER):
        fill(by_cookie(owner_id))
        answer = by_cookie(owner_id).post("/order/action", {"action": "submit"}, **key)
        assert (answer.status_code, "Idempotency-Replayed" in answer.headers) == (202, False)


def test_other_document_under_the_key_of_a_submit_is_refused_and_names_the_first() -> None:
    fill(by_cookie())
    key = {"Idempotency-Key": "k1"}
    agreed = by_cookie().get("/order/quote").json()["quote"]["Hash"]
    by_cookie().post("/order/action", {"action": "submit"}, **key)
    answer = by_cookie().post("/order/action", {"action": "submit", "quoteHash": agreed}, **key)
    text = (
        "This Idempotency-Key was used for another request, which placed order "
        f"{the_order().order_hash}."
    )
    assert fault(answer) == (422, "badRequest", {"Idempotency-Key": text})


def test_refused_submit_leaves_its_key_free(base: str) -> None:
    key = {"Idempotency-Key": "k1"}
    by_cookie().put("/order/account", ACCOUNT)
    assert by_cookie().post("/order/action", {"action": "submit"}, **key).status_code == 400
    by_cookie().delete("/order")
    fill(by_cookie())
    assert by_cookie().post("/order/action", {"action": "submit"}, **key).status_code == 202
