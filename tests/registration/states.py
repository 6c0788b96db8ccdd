"""Orders in every state that a registration page can show."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from allauth.idp.oidc.models import Token
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from shop.orders.cancellation import cancel
from shop.orders.models import Order, State
from shop.orders.states import transition
from shop.packing.outcomes import NeedsCorrection
from tests.factories import (
    make_bare_order,
    make_order,
    make_packed_order,
    make_staff,
    make_token,
    make_user,
    pack_all,
)


def needs_another_name(order: Order) -> None:
    """A step of a deployment that does not take every name."""
    if order.project_name == "admin":
        text = "This name is reserved. Please choose another one."
        raise NeedsCorrection("name_reserved", customer=text, members=["project_name"])


@contextmanager
def faulty_name() -> Iterator[None]:
    """While it runs, packing ends with a step that does not take the project name admin."""
    steps = [*settings.PACKING_STEPS, "tests.registration.states.needs_another_name"]
    with override_settings(PACKING_STEPS=steps):
        yield


def wait(order: Order, **passed: int) -> None:
    """Let time pass for `order` and all that happened to it so far."""
    earlier = timezone.now() - timedelta(**passed)
    Order.objects.filter(pk=order.pk).update(created_at=earlier)
    order.events.update(at=earlier)


def order_in(situation: str) -> Order:
    """An order that really got there."""
    match situation:
        case "details":
            return make_bare_order("s")
        case "packing":
            order = make_order()
            transition(order, State.PACKING)
            return order
        case "slow" | "late":
            order = make_order()
            transition(order, State.PACKING)
            wait(order, minutes=2 if situation == "slow" else 6)
        case "packed":
            return make_packed_order()
        case "unreachable":
            order = make_packed_order()
            Order.objects.filter(pk=order.pk).update(unreachable_since=timezone.now())
        case "has_packing_errors":
            order = make_order(admin_user_access_token=make_token(make_user()))
            Token.objects.all().delete()
            pack_all()
        case "mendable":
            with faulty_name():
                order = make_order(project_name="admin")
                pack_all()
        case "need_human":
            order = make_order("xl")
            pack_all()
        case "cancelled":
            order = make_order()
            cancel(order, make_staff(), reason="You have told us that it is not needed.")
        case _:
            order = make_order()
    order.refresh_from_db()
    return order
