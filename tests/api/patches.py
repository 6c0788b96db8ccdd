"""Orders in each situation that an application has placed, and their changes by PATCH."""

from typing import Any

from shop.orders.models import Order
from shop.orders.problems import SENTENCES
from tests.api.calls import get, patch
from tests.factories import make_application, make_token
from tests.registration.states import order_in

STATES = (
    "details",
    "pending",
    "packing",
    "has_packing_errors",
    "need_human",
    "packed",
    "cancelled",
)
OWN: dict[str, Any] = {"reference": "PO-4711", "metadata": {"campaign": "spring"}}
NAMES = ("client_name", "project_name", "user_first_name", "user_last_name", "user_login")
TOO_LATE = [SENTENCES["wrong_state"]]


def ours(order: Order) -> str:
    """A token of an application that has placed `order`."""
    application = make_application()
    Order.objects.filter(pk=order.pk).update(application=application)
    return make_token(application)


def placed(situation: str) -> tuple[str, dict[str, Any]]:
    """A token, and the order in a situation that it has placed, as it is shown."""
    order = order_in(situation)
    token = ours(order)
    return token, shown_to(token, order.order_hash)


def shown_to(token: str, order_hash: str) -> dict[str, Any]:
    shown: dict[str, Any] = get(token, order_hash).json()["data"]["order"]
    return shown


def changed(token: str, before: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Return the differences that changing `members` makes; the answer and the order agree."""
    answer = patch(token, before["order_hash"], **members)
    assert answer.status_code == 200, answer.content
    after: dict[str, Any] = answer.json()["data"]["order"]
    assert after == shown_to(token, before["order_hash"])
    return {name: value for name, value in after.items() if value != before[name]}


def refused(status: int, token: str, before: dict[str, Any], **members: Any) -> Any:
    """The sentences of a refusal, after which the order is as before."""
    answer = patch(token, before["order_hash"], **members)
    assert answer.status_code == status, answer.content
    assert shown_to(token, before["order_hash"]) == before
    return answer.json()["error"]
