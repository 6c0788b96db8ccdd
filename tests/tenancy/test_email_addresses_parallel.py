"""Orders for several spellings of one mailbox at the same moment make one user."""

import pytest

from shop.tenancy.models import User
from tests.factories import make_order, pack_one
from tests.orders.test_parallel import at_once
from tests.orders.test_spelled_orders import SHOWN, SPELLINGS

pytestmark = pytest.mark.django_db(transaction=True)


def test_spellings_packed_at_once_make_one_user() -> None:
    orders = [make_order(user_email=SPELLINGS[n % len(SPELLINGS)]) for n in range(6)]
    at_once(lambda number: pack_one(orders[number]))
    assert User.objects.get().email == SHOWN
    for order in orders:
        order.refresh_from_db()
    assert {(order.state, order.member) for order in orders} == {("packed", User.objects.get())}
