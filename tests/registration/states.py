"""Orders in every state that a registration page can show."""

from allauth.idp.oidc.models import Token

from shop.orders.models import Order, State
from shop.orders.states import move
from tests.factories import (
    make_bare_order,
    make_order,
    make_packed_order,
    make_token,
    make_user,
    pack_all,
)


def order_in(situation: str) -> Order:
    """An order that really got there."""
    match situation:
        case "details":
            return make_bare_order("s")
        case "packing":
            order = make_order()
            move(order, State.PACKING)
            return order
        case "packed":
            return make_packed_order()
        case "has_packing_errors":
            order = make_order(admin_user_access_token=make_token(make_user()))
            Token.objects.all().delete()
            pack_all()
        case "need_human":
            order = make_order("xl")
            pack_all()
        case "cancelled":
            order = make_order()
            move(order, State.CANCELLED)
        case _:
            order = make_order()
    order.refresh_from_db()
    return order
