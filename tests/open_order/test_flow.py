"""From the first call to the placed order."""

import pytest

from shop.orders.models import Order
from tests.factories import pack_all
from tests.open_order.calls import CONTACT, OWNER, by_cookie, cookies, fill, submit, the_order

pytestmark = pytest.mark.django_db


def test_order_filled_by_the_shorthand_is_placed_and_packed() -> None:
    program = by_cookie()
    fill(program)
    assert program.post("/order/action", {"action": "validate"}).status_code == 204
    quoted = program.get("/order/quote").json()["quote"]
    assert (quoted["SubTotal"], quoted["TaxTotal"], quoted["Total"]) == ("49.00", "9.31", "58.31")
    answer = submit(program, quoteHash=quoted["Hash"])
    order = the_order()
    assert answer.status_code == 202
    assert answer.content == b""
    assert answer.headers["Location"] == f"http://testserver/orders/{order.order_hash}"
    assert (order.state, order.complete, order.product.code) == ("pending", True, "s")
    assert (order.client_name, order.project_name) == ("Constantin Film", "OSD Yamdu Free")
    assert order.user_email == CONTACT["contactMedia"]["email1"]
    assert (order.language, order.net_cents, order.currency) == ("en", 4900, "EUR")
    pack_all()
    shown = program.get(f"/orders/{order.order_hash}").json()
    assert shown == {
        "order": {
            "OwnerId": OWNER,
            "Status": "packed",
            "Account": f"http://testserver/orders/{order.order_hash}/account",
        },
        "links": {"self": {"href": f"http://testserver/orders/{order.order_hash}/", "rel": "self"}},
    }


def test_owner_may_open_another_after_the_first_is_placed() -> None:
    program = by_cookie()
    fill(program)
    submit(program)
    answer = program.post("/order")
    assert answer.status_code == 201
    assert cookies(answer) == [(OWNER, "/order"), (OWNER, "/orders")]
    assert Order.objects.count() == 2
