"""A call of PATCH for each code that it alone answers, by the status it comes with."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from shop.orders.models import Order
from shop.tenancy.models import Client as ClientRow
from tests.api.calls import patch
from tests.api.patches import ours, placed
from tests.factories import BILLING, make_order, make_project, make_token, make_user, pack_all
from tests.orders.test_email_change import order_into
from tests.pages import Response
from tests.registration.states import faulty_name

Call = Callable[[Settings], Response]


def change(situation: str, **members: Any) -> Call:
    """The change of an order in this situation."""

    def provoke(_settings: Settings) -> Response:
        token, before = placed(situation)
        answer: Response = patch(token, before["order_hash"], **members)
        return answer

    return provoke


def again(members: list[dict[str, Any]]) -> Call:
    """Several changes, one after the other."""

    def provoke(_settings: Settings) -> Response:
        token, before = placed("pending")
        *_, last = [patch(token, before["order_hash"], **each) for each in members]
        answer: Response = last
        return answer

    return provoke


def without_seat(_settings: Settings) -> Response:
    """A new address where two orders hold the only seat."""
    project = make_project()
    project.product.members = 1
    project.product.save()
    first, _second = (order_into(project, "nina@example.com") for _ in range(2))
    answer: Response = patch(ours(first), first.order_hash, user_email="other@example.com")
    return answer


def delivered(_settings: Settings) -> Response:
    """A client's name taken away once the client is delivered."""
    with faulty_name():
        order = make_order(project_name="admin")
        token = ours(order)
        pack_all()
        answer: Response = patch(token, order.order_hash, client_name=None)
    return answer


def handed_over(_settings: Settings) -> Response:
    """A correction after somebody else has become client_admin."""
    project = make_project()
    order = make_order(
        client_id=project.client.pk,
        client_name=None,
        admin_user_access_token=make_token(project.client.client_admin or make_user()),
    )
    ClientRow.objects.filter(pk=project.client.pk).update(client_admin=make_user())
    token = ours(order)
    pack_all()
    answer: Response = patch(token, order.order_hash, user_login="nina")
    return answer


def overtaken(_settings: Settings) -> Response:
    """A change that somebody else overtakes each time."""
    token, before = placed("details")

    def overtake(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('UPDATE "orders_order"') and "client_name" in sql:
            Order.objects.update(updated_at=timezone.now())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(overtake):
        answer: Response = patch(token, before["order_hash"], client_name="Film GmbH")
    return answer


ADDRESSES = [{"user_email": f"nina{number}@example.com"} for number in range(4)]
CHANGES: list[tuple[str, int, Call]] = [
    ("wrong_state", 409, change("cancelled", client_name="Film GmbH")),
    ("changed_meanwhile", 409, overtaken),
    ("not_correctable", 422, change("pending", product="m")),
    (
        "billing_is_set",
        422,
        again([{"billing": BILLING}, {"billing": {**BILLING, "city": "Wien"}}]),
    ),
    ("corrected_too_often", 422, again(ADDRESSES)),
    ("no_seat", 422, without_seat),
    ("delivered", 422, delivered),
    ("not_client_admin", 422, handed_over),
]
